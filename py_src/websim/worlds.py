"""The models of a task: its own, or one for each variant of its world."""

from __future__ import annotations

from collections.abc import Sequence

from websim.engine.model import ModelInfo
from websim.errors import ModelError
from websim.models.files import ModelFiles
from websim.models.mjcf import load_model
from websim.program import Program, compile_program
from websim.spec import EnvSpec
from websim.variants import variant_xml

#: Each variant is a model of its own, with its own working memory.
MAX_VARIANTS = 64


def world_files(spec: EnvSpec) -> list[ModelFiles]:
    """MJCF and assets of each world."""
    files = load_model(spec.model)
    if not spec.variants:
        return [files]
    if len(spec.variants) > MAX_VARIANTS:
        raise ModelError(f"{spec.name}: variants: expected at most {MAX_VARIANTS}, got {len(spec.variants)}")
    return [ModelFiles(variant_xml(files.xml, variant), files.assets) for variant in spec.variants]


def compile_worlds(spec: EnvSpec, models: Sequence[ModelInfo]) -> list[Program]:
    """A program for each world. Raises ModelError unless all have the same state and actions."""
    programs = [compile_program(spec, model) for model in models]
    first = models[0]
    for model, program, variant in zip(models[1:], programs[1:], spec.variants[1:], strict=True):
        ours = (model.nq, model.nv, model.nu, model.state_size, program.obs_dim, program.signal_dim)
        theirs = (first.nq, first.nv, first.nu, first.state_size, programs[0].obs_dim, programs[0].signal_dim)
        if ours != theirs:
            raise ModelError(
                f"{spec.name}: variant {variant}: expected the first one's state {theirs} "
                f"(nq, nv, nu, state, observations, signals), got {ours}"
            )
        for key, part in programs[0].draws.items():
            if program.draws[key] != part:
                raise ModelError(
                    f"{spec.name}: variant {variant}: randomize {key!r} draws a number for each object, of which "
                    "variants have different numbers; give it shared=True or `of`"
                )
    return programs
