"""Where a task's named numbers lie in a loaded model."""

from __future__ import annotations

from difflib import get_close_matches
from typing import NamedTuple, Protocol

from websim.engine.model import JOINT_SIZES, ModelInfo
from websim.errors import ModelError
from websim.sources import SOURCES
from websim.spec import EnvSpec


class Part(Protocol):
    """The fields by which a slice says what it reads."""

    @property
    def source(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def of(self) -> str | None: ...


class Region(NamedTuple):
    """`size` numbers of a source from `start` on."""

    start: int
    size: int


class Resolver:
    """Turns names into numbers. Raises ModelError, saying what of the task reads what."""

    def __init__(self, spec: EnvSpec, model: ModelInfo):
        self.spec, self.model = spec, model
        self._sizes = {
            "qpos": model.nq,
            "qvel": model.nv,
            "act": model.na,
            "qacc": model.nv,
            "qfrc_actuator": model.nv,
            "qfrc_constraint": model.nv,
            "sensordata": model.nsensordata,
            "time": 1,
            "timestep": 1,
            "command": sum(len(command.low) for command in spec.commands),
        }
        counts = {
            "body": model.nbody,
            "site": model.nsite,
            "geom": model.ngeom,
            "tendon": model.ntendon,
            "actuator": model.nu,
            "mocap": model.nmocap,
        }
        for source, kind in SOURCES.items():
            if source not in self._sizes:
                self._sizes[source] = counts[kind.object] * kind.width

    def size(self, source: str) -> int:
        """Numbers of the source in this model."""
        return self._sizes[source]

    def slice(self, what: str, part: Part, count: int | None) -> Region:
        """The numbers that `part` reads; count None: to the end of the object, or of the source."""
        if part.source not in SOURCES:
            raise self._error(what, f"reads {part.source!r}, expected one of {', '.join(SOURCES)}")
        region = self.region(what, part.source, part.of)
        count = region.size - part.start if count is None else count
        if part.start < 0 or count < 1 or part.start + count > region.size:
            of = "" if part.of is None else f" of {part.of!r}"
            raise self._error(
                what,
                f"reads {part.source}[{part.start}:{part.start + count}]{of}, "
                f"but the model has {part.source}[0:{region.size}]{of}",
            )
        return Region(region.start + part.start, count)

    def region(self, what: str, source: str, of: str | None) -> Region:
        """All numbers of the object named `of`, or of the whole source."""
        if of is None:
            return Region(0, self._sizes[source])
        kind, width = SOURCES[source].object, SOURCES[source].width
        if kind == "":
            raise self._error(what, f"{source} belongs to no object, so that it has none named {of!r}")
        if kind == "command":
            return self._command(what, of)
        model = self.model
        i = self.object(what, "body" if kind == "mocap" else kind, of)
        if kind == "joint":
            size = JOINT_SIZES[model.jnt_type[i]][0 if source == "qpos" else 1]
            return Region(model.jnt_qposadr[i] if source == "qpos" else model.jnt_dofadr[i], size)
        if kind == "sensor":
            return Region(model.sensor_adr[i], model.sensor_dim[i])
        if kind == "mocap":
            i = model.body_mocapid[i]
            if i < 0:
                raise self._error(what, f"{source} of {of!r}: that body is no mocap body")
        return Region(i * width, width)

    def object(self, what: str, kind: str, name: str) -> int:
        """Id of an object by its name."""
        names = self.model.names[kind]
        if name in names:
            return names.index(name)
        known = [known for known in names if known]
        near = get_close_matches(name, known, 3) or known[:8]
        hint = f"; there is {', '.join(map(repr, near))}" if near else ""
        raise self._error(what, f"the model has no {kind} named {name!r}{hint}")

    def _command(self, what: str, name: str) -> Region:
        start = 0
        for command in self.spec.commands:
            if command.name == name:
                return Region(start, len(command.low))
            start += len(command.low)
        raise self._error(what, f"the task has no command named {name!r}")

    def _error(self, what: str, message: str) -> ModelError:
        return ModelError(f"{self.spec.name}: {what}: {message}")
