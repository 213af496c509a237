"""`RunFolder`: where a native run writes its config, metrics and saves, so that it can go on after any end."""

from __future__ import annotations

import bisect
import json
import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from websim.config import TrainConfig
from websim.errors import ConfigError, SaveError
from websim.saving.autosave import Share
from websim.saving.run_manifest import (
    MANIFEST,
    METRICS,
    SLOTS,
    describe,
    file_entry,
    from_text,
    needed_logs,
    segment_name,
    to_text,
)
from websim.saving.saved_run import SavedRun


class RunFolder:
    """A thread of its own writes, so that training does not wait for the disk.

    start: the save of this folder that the run goes on from; what came after it is cut off. tell: takes a sentence
    when a save fails, and training goes on.
    """

    def __init__(
        self, path: Path, config: TrainConfig, start: SavedRun | None = None, *, tell: Callable[[str], None] = print
    ):
        self.path, self._tell = path, tell
        self._lock = _lock(path)
        (path / "saves" / "logs").mkdir(parents=True, exist_ok=True)
        (path / "config.json").write_text(json.dumps(asdict(config), indent=1) + "\n")
        self._history = start.history if start else []
        self._lines = [json.dumps(metrics).encode() + b"\n" for metrics in self._history]
        self._world_size = config.ranks
        self._number = start.manifest["number"] if start else 0
        self._kept = start.manifest["global_step"] if start else 0
        #: The save that is kept while the next one is written.
        self._slot = start.slot if start else ""
        self._entries = list(start.manifest["logs"]) if start else []
        self._unwritten: dict[str, bytearray] = {}
        self._shares: dict[int, dict[int, Share]] = {}
        self._queued: list[Share] | None = None
        self._failed = self._closing = False
        self._condition = threading.Condition()
        self._ends: list[int] = []
        self._iterations: list[int] = []
        self._metrics = self._open_metrics()
        self._thread = threading.Thread(target=self._write_all, name="websim saves", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether nothing is being written."""
        return self._queued is None

    def add_metrics(self, metrics: dict[str, Any]) -> None:
        """A line of metrics.jsonl; rank 0 calls it after each iteration, before the next save."""
        line = json.dumps(metrics).encode() + b"\n"
        with self._condition:
            self._lines.append(line)
            self._note(metrics["iteration"], line)

    def add(self, share: Share) -> None:
        """A rank's share of a save; the ranks' threads call it."""
        with self._condition:
            for segment in share.segments:
                name = segment_name(segment.name, segment.rank, segment.first, segment.last)
                data = segment.to_bytes()
                numbers = {"name": segment.name, "rank": segment.rank, "first": segment.first, "last": segment.last}
                self._entries.append({**file_entry(name, data), **numbers})
                self._unwritten[name] = data
            shares = self._shares.setdefault(share.saved.iteration, {})
            shares[share.saved.rank] = share
            if len(shares) == self._world_size:
                self._queued = [shares[rank] for rank in sorted(shares)]
                self._shares = {i: parts for i, parts in self._shares.items() if i > share.saved.iteration}
                self._condition.notify_all()

    def close(self) -> None:
        """Wait until all is written."""
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._thread.join()
        self._metrics.close()
        self._lock.close()

    def _open_metrics(self) -> Any:
        """The file, rewritten with no more than the lines before the save."""
        for metrics, line in zip(self._history, self._lines, strict=True):
            self._note(metrics["iteration"], line)
        content = b"".join(self._lines)
        path = self.path / METRICS
        if not path.exists() or path.read_bytes() != content:
            _write(path, content)
        self._lines.clear()
        return path.open("ab", buffering=0)

    def _note(self, iteration: int, line: bytes) -> None:
        self._iterations.append(iteration)
        self._ends.append((self._ends[-1] if self._ends else 0) + len(line))

    def _write_all(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._queued or self._closing, timeout=1)
                shares, closing = self._queued, self._closing
            self._attempt(shares)
            with self._condition:
                if shares and self._queued is shares:
                    self._queued = None
                if closing and self._queued is None:
                    return

    def _attempt(self, shares: list[Share] | None) -> None:
        try:
            self._flush_metrics()
            if shares:
                self._save(shares)
                if self._failed:
                    self._failed = False
                    self._tell("The run is saved again.")
        except OSError as error:
            if not self._failed:
                self._failed = True
                self._tell(
                    f"The run could not be saved in {self.path}: {error.strerror}; training goes on, and the save "
                    f"of {self._kept:,} steps is kept; make room or write elsewhere."
                )

    def _flush_metrics(self) -> None:
        with self._condition:
            lines = list(self._lines)
            end = self._ends[-1] if self._ends else 0
        data = b"".join(lines)
        if not data:
            return
        # What a full disk has cut off is written anew.
        self._metrics.truncate(end - len(data))
        if self._metrics.write(data) != len(data):
            raise OSError(28, "No space left on device")
        with self._condition:
            del self._lines[: len(lines)]

    def _save(self, shares: list[Share]) -> None:
        slot = next(name for name in SLOTS if name != self._slot)
        folder = self.path / "saves" / slot
        folder.mkdir(exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        _sync(folder)
        with self._condition:
            self._entries = list(needed_logs(self._entries, shares))
            entries, unwritten = self._entries, dict(self._unwritten)
            lines = bisect.bisect_right(self._iterations, shares[0].saved.iteration)
            metrics = {"lines": lines, "bytes": self._ends[lines - 1] if lines else 0}
        names = {entry["file"] for entry in entries}
        for name, data in unwritten.items():
            if name in names:
                _write(self.path / "saves" / name, data)
        os.fsync(self._metrics.fileno())
        manifest = describe(self._number + 1, shares, entries, metrics)
        for entry, share in zip(manifest["parts"], shares, strict=True):
            _write(folder / entry["file"], share.data)
        _write(folder / MANIFEST, to_text(manifest))
        self._number, self._slot, self._kept = self._number + 1, slot, manifest["global_step"]
        with self._condition:
            for name in unwritten:
                self._unwritten.pop(name, None)
        self._remove_unneeded()

    def _remove_unneeded(self) -> None:
        """Log segments that neither save needs."""
        saves, needed = self.path / "saves", set()
        for slot in SLOTS:
            path = saves / slot / MANIFEST
            if path.exists():
                try:
                    needed |= {entry["file"] for entry in from_text(path.read_bytes())["logs"]}
                except SaveError:
                    continue
        for path in (saves / "logs").iterdir():
            if f"logs/{path.name}" not in needed:
                path.unlink()


def unpack_run(run: SavedRun, folder: Path) -> SavedRun:
    """Write a run that was read from a file into an empty folder; the run as it is there. Raises ConfigError."""
    slot = folder / "saves" / SLOTS[0]
    (folder / "saves" / "logs").mkdir(parents=True)
    slot.mkdir()
    try:
        for entry, data in zip(run.manifest["parts"], run.parts, strict=True):
            _write(slot / entry["file"], data)
        for entry, data in zip(run.manifest["logs"], run.segments, strict=True):
            _write(folder / "saves" / entry["file"], data)
        lines = b"".join(json.dumps(metrics).encode() + b"\n" for metrics in run.history)
        _write(folder / METRICS, lines)
        manifest = {**run.manifest, "metrics": {"lines": len(run.history), "bytes": len(lines)}}
        _write(slot / MANIFEST, to_text(manifest))
    except OSError as error:
        shutil.rmtree(folder)
        raise ConfigError(f"{folder}: the run cannot be written there: {error.strerror}") from error
    return run._replace(manifest=manifest, slot=SLOTS[0])


def _lock(folder: Path) -> IO[bytes]:
    """An open file that no other process has locked; closing it, or the process's end, unlocks it."""
    import fcntl  # not in the page

    file = (folder / "lock").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise ConfigError(f"{folder}: the run goes on in another process; wait for its end, or stop it") from error
    return file


def _write(path: Path, data: bytes | bytearray) -> None:
    """All or nothing: other names see the whole file or the one before."""
    temporary = path.with_name(path.name + ".new")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
