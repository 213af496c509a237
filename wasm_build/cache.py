"""Results that cost minutes or megabytes, kept by the content hash of what they were made from.

The folder is outside the checkout, so that `make clean` and a second clone stay quick. Nothing in it is trusted by
name: a made file's name holds the hash of its inputs, a downloaded one is checked against its SHA-256 at each use.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path


def cache_dir() -> Path:
    """`$WEBSIM_CACHE`, or `websim` in the user's cache folder; made when missing."""
    chosen = os.environ.get("WEBSIM_CACHE")
    base = Path(chosen) if chosen else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "websim"
    base.mkdir(parents=True, exist_ok=True)
    return base


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    return sha256(path.read_bytes())


def digest(inputs: Iterable[Path | str]) -> str:
    """One hash of files (by content) and strings, in order."""
    parts = [sha256_file(part) if isinstance(part, Path) else part for part in inputs]
    return sha256("\0".join(parts).encode())


def cached(name: str, inputs: Iterable[Path | str], make: Callable[[Path], None]) -> Path:
    """The file that `make` writes from `inputs`; `make` runs only when no earlier result of the same inputs is kept."""
    path = Path(name)
    kept = cache_dir() / f"{path.stem}.{digest(inputs)[:16]}{path.suffix}"
    if not kept.exists():
        # Another build may run at the same time: each writes its own file, the last rename wins.
        unfinished = kept.with_name(f"{kept.stem}.{os.getpid()}.tmp")
        try:
            make(unfinished)
            unfinished.replace(kept)
        finally:
            unfinished.unlink(missing_ok=True)
    return kept


def copy_if_changed(source: Path, target: Path) -> None:
    """Copy unless the bytes agree, so that a second build does not touch times that other steps look at."""
    if target.exists() and target.read_bytes() == source.read_bytes():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
