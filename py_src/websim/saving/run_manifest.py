"""The manifest of a save: which files it is made of, with their sizes and checksums. It is written last.

    saves/a/manifest.json, saves/b/manifest.json    the last two saves of a run; the older one is overwritten
    saves/a/rank0.part ...                          `SavedRank` of each rank
    saves/logs/NAME.RANK.FIRST-LAST.rows            `Segment`s, each written once, of both saves
    metrics.jsonl                                   a line an iteration; a save counts those before it

A manifest is a line of JSON, then its CRC-32 in hexadecimal. workers/saves/save_manifest.ts reads and writes the same.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import websim
from websim.errors import SaveError
from websim.saving.autosave import Share

KIND = "websim run"
FORMAT = 1
MANIFEST, METRICS, SLOTS = "manifest.json", "metrics.jsonl", ("a", "b")
_NUMBERS = ("number", "iteration", "global_step")
#: Names that a manifest may give: they cannot lead out of its folder.
_FILE = re.compile(r"(logs/)?\w[\w.-]*")


def file_entry(name: str, data: bytes | bytearray) -> dict[str, Any]:
    """What a manifest says of a file."""
    return {"file": name, "bytes": len(data), "crc": zlib.crc32(data)}


def part_name(rank: int) -> str:
    return f"rank{rank}.part"


def segment_name(log: str, rank: int, first: int, last: int) -> str:
    return f"logs/{re.sub('[^A-Za-z0-9]+', '-', log)}.{rank}.{first}-{last}.rows"


def describe(
    number: int, shares: Sequence[Share], logs: Sequence[Mapping[str, Any]], metrics: Mapping[str, int]
) -> dict[str, Any]:
    """The manifest of a save. logs: entries of all segments that it needs; metrics: lines and bytes before it."""
    saved = shares[0].saved
    return {
        "kind": KIND,
        "format": FORMAT,
        "websim": websim.__version__,
        "number": number,
        "saved_at": time.time(),
        "iteration": saved.iteration,
        "global_step": saved.global_step,
        "config": saved.config,
        # Whether going on runs Python text that came with the run.
        "code": shares[0].code,
        "metrics": metrics,
        "parts": [file_entry(part_name(share.saved.rank), share.data) for share in shares],
        "logs": logs,
    }


def needed_logs(entries: Sequence[Mapping[str, Any]], shares: Sequence[Share]) -> list[Mapping[str, Any]]:
    """Those log entries of which the ranks still need a row."""
    starts = {(name, share.saved.rank): span[0] for share in shares for name, span in share.saved.logs.items()}
    return [entry for entry in entries if entry["last"] > starts.get((entry["name"], entry["rank"]), entry["last"])]


def to_text(manifest: Mapping[str, Any]) -> bytes:
    line = json.dumps(manifest).encode()
    return line + b"\n%08x\n" % zlib.crc32(line)


def from_text(data: bytes) -> dict[str, Any]:
    """Inverse of `to_text`. Raises SaveError when it is damaged, foreign or newer."""
    line, _, check = data.partition(b"\n")
    if check.strip() != b"%08x" % zlib.crc32(line):
        raise SaveError("save: its manifest is damaged")
    try:
        manifest = json.loads(line)
        if manifest["kind"] != KIND:
            raise ValueError(f"it is a {manifest['kind']!r}")
        if manifest["format"] > FORMAT:
            version = manifest["websim"]
            raise SaveError(
                f"save: expected format {FORMAT}, got {manifest['format']}, written by websim {version}; "
                f"this is {websim.__version__}: update websim"
            )
        entries = [*manifest["parts"], *manifest["logs"]]
        whole = [manifest[name] for name in _NUMBERS] + [manifest["metrics"]["lines"], manifest["metrics"]["bytes"]]
        whole += [entry[name] for entry in entries for name in ("bytes", "crc")]
        fits = all(isinstance(number, int) for number in whole) and isinstance(manifest["config"], dict)
        fits &= isinstance(manifest["code"], bool) and isinstance(manifest["saved_at"], int | float)
        if not fits or not manifest["parts"] or not all(_FILE.fullmatch(entry["file"]) for entry in entries):
            raise ValueError("an entry is of the wrong type")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        if isinstance(error, SaveError):
            raise
        raise SaveError(f"save: expected a manifest of websim's, but it cannot be read: {error}") from error
    return manifest


def read_files(manifest: Mapping[str, Any], read: Callable[[str], bytes]) -> tuple[list[bytes], list[bytes]]:
    """The parts and the log segments of a save. Raises SaveError for one that is missing or damaged."""

    def checked(entry: Mapping[str, Any]) -> bytes:
        try:
            data = read(entry["file"])
        except (OSError, KeyError) as error:
            raise SaveError(f"save: its file {entry['file']} is missing") from error
        if len(data) != entry["bytes"] or zlib.crc32(data) != entry["crc"]:
            raise SaveError(f"save: its file {entry['file']} is damaged: its size or checksum differs")
        return data

    return [checked(entry) for entry in manifest["parts"]], [checked(entry) for entry in manifest["logs"]]
