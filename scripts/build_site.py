"""Builds the page around the runtime files into dist/, with compressed twins. Does nothing when nothing changed."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "wasm_build"))

from cache import cache_dir, digest  # noqa: E402

SOURCES = ("webapp", "workers", "vite.config.ts", "tsconfig.json", "package-lock.json", "scripts/compress.mjs")
PUBLIC = REPO / "build/public"
RUNTIME = PUBLIC / "runtime/assets.json"
STAMP = REPO / "build/site.stamp"


def site_digest() -> str:
    files: list[Path] = []
    for source in SOURCES:
        path = REPO / source
        files += sorted(found for found in path.rglob("*") if found.is_file()) if path.is_dir() else [path]
    names = [str(path.relative_to(REPO)) for path in files]
    return digest([*names, *files, RUNTIME])


def collect_public() -> None:
    """Make build/public what Vite copies as it is: runtime/ and the files of webapp/public/, nothing older."""
    for path in PUBLIC.iterdir():
        if path != RUNTIME.parent:
            path.unlink() if path.is_file() else shutil.rmtree(path)
    shutil.copytree(REPO / "webapp/public", PUBLIC, dirs_exist_ok=True)


def main() -> int:
    start = time.perf_counter()
    if not RUNTIME.exists():
        print(f"build: {RUNTIME} is not there; run `make build`, which makes it first", file=sys.stderr)
        return 1
    current = site_digest()
    if not (REPO / "dist/index.html").exists() or not STAMP.exists() or STAMP.read_text() != current:
        STAMP.unlink(missing_ok=True)
        collect_public()
        for command in (
            ["npx", "vite", "build", "--logLevel", "warn"],
            ["node", "scripts/compress.mjs", "dist", str(cache_dir() / "compressed")],
        ):
            code = subprocess.run(command, cwd=REPO).returncode
            if code != 0:
                print(f"build: `{' '.join(command)}` failed with exit code {code}", file=sys.stderr)
                return 1
        STAMP.write_text(current)
    print(f"  dist/ is ready: {time.perf_counter() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
