"""`SavedRun`: a run as it was saved, read from its folder or from one file."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from websim.config import TrainConfig
from websim.errors import ConfigError, SaveError
from websim.saving.log_segments import Segment, logs_of
from websim.saving.run_manifest import MANIFEST, METRICS, SLOTS, from_text, read_files, to_text
from websim.saving.saved_rank import SavedRank, joined, resume
from websim.session import Session

#: Of a whole run in one file, which is a zip archive without compression.
SUFFIX = ".websim-run"


class SavedRun(NamedTuple):
    """parts, segments: bytes of `SavedRank`s and of their logs. history: metrics of each iteration before the save.

    slot: where in the folder it is. notes: what was damaged, one sentence each.
    """

    manifest: Mapping[str, Any]
    parts: list[bytes]
    segments: list[bytes]
    history: list[dict[str, Any]]
    slot: str
    notes: tuple[str, ...]

    def config(self, **settings: Any) -> TrainConfig:
        """The run's, with other settings that may change while it goes on, and ranks. Raises ConfigError."""
        ranks = settings.pop("ranks", None)
        saved = dict(self.manifest["config"])
        if ranks is not None:
            saved["ranks"] = ranks
        if settings.get("num_envs", saved["num_envs"]) != saved["num_envs"]:
            raise ConfigError(
                f"num_envs: the run was saved with {saved['num_envs']} environments, got {settings['num_envs']}; "
                "go on with those, and change their number while it trains"
            )
        return TrainConfig.from_mapping(saved).changed(settings)

    @property
    def reward_text(self) -> str:
        """The reward that the run brings as Python text; empty: none."""
        return SavedRank.from_bytes(self.parts[0]).reward_text

    def resume(self, session: Session) -> None:
        """Put a session that was just opened where this run was. Raises SaveError when it does not fit."""
        rank, size = session.comm.rank, session.comm.world_size
        parts = self.parts if size != len(self.parts) else self.parts[rank : rank + 1]
        segments = (Segment.from_bytes(data) for data in self.segments)
        own = joined([SavedRank.from_bytes(data) for data in parts], rank, size)
        resume(session, own, logs_of(segments, rank))

    def to_file(self) -> bytes:
        """The whole run in one file."""
        lines = b"".join(json.dumps(metrics).encode() + b"\n" for metrics in self.history)
        metrics = {"lines": len(self.history), "bytes": len(lines)}
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(MANIFEST, to_text({**self.manifest, "metrics": metrics}))
            archive.writestr(METRICS, lines)
            entries = [*self.manifest["parts"], *self.manifest["logs"]]
            for entry, data in zip(entries, [*self.parts, *self.segments], strict=True):
                archive.writestr(entry["file"], data)
        return out.getvalue()


def read_run(path: Path) -> SavedRun:
    """The newest save that is whole, of a run's folder or of a file. Raises SaveError when there is none."""
    if path.is_dir():
        return _read_folder(path)
    try:
        return run_from_file(path.read_bytes())
    except OSError as error:
        raise SaveError(f"{path}: expected the folder of a run or a {SUFFIX} file: {error.strerror}") from error


def run_from_file(data: bytes) -> SavedRun:
    """Inverse of `SavedRun.to_file`. Raises SaveError when it is damaged or foreign."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # Only what `to_file` writes: then the files are no larger than the archive.
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                raise SaveError("save: expected an archive without compression, got a compressed one")
            return _read(archive.read(MANIFEST), archive.read, lambda: archive.read(METRICS), "", ())
    except (zipfile.BadZipFile, zlib.error, OSError, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
        raise SaveError(f"save: expected a {SUFFIX} file, but it is damaged or foreign: {error}") from error


def _read_folder(folder: Path) -> SavedRun:
    found: list[tuple[int, str, bytes]] = []
    problems: list[str] = []
    for slot in SLOTS:
        path = folder / "saves" / slot / MANIFEST
        if path.exists():
            data = path.read_bytes()
            try:
                found.append((from_text(data)["number"], slot, data))
            except SaveError as error:
                problems.append(str(error))
    for _, slot, data in sorted(found, reverse=True):
        try:
            return _read(data, _reader(folder, slot), (folder / METRICS).read_bytes, slot, tuple(problems))
        except SaveError as error:
            problems.append(str(error))
    if problems:
        raise SaveError(f"{folder}: no save of it can be used: {'; '.join(problems)}")
    raise SaveError(f"{folder}: expected the folder of a run with saves, found none; name another folder")


def _reader(folder: Path, slot: str) -> Callable[[str], bytes]:
    saves = folder / "saves"
    return lambda name: ((saves if name.startswith("logs/") else saves / slot) / name).read_bytes()


def _read(
    text: bytes, read: Callable[[str], bytes], read_metrics: Callable[[], bytes], slot: str, problems: tuple[str, ...]
) -> SavedRun:
    manifest = from_text(text)
    parts, segments = read_files(manifest, read)
    notes = [f"the newest save of the run cannot be used, so the one before it is: {text}" for text in problems]
    lines, expected = manifest["metrics"]["bytes"], manifest["metrics"]["lines"]
    try:
        history = _history(read_metrics()[:lines])
    except (OSError, KeyError):
        history = []
    if len(history) != expected:
        notes.append(f"{expected - len(history)} points of the run's curves are damaged and left out")
    return SavedRun(manifest, parts, segments, history, slot, tuple(notes))


def _history(data: bytes) -> list[dict[str, Any]]:
    """The lines that can be read."""
    history = []
    for line in data.splitlines():
        try:
            metrics = json.loads(line)
        except ValueError:
            continue
        if isinstance(metrics, dict) and isinstance(metrics.get("iteration"), int):
            history.append(metrics)
    return history
