"""Tasks that do not compile: each is told in one sentence."""

import dataclasses
import math

import pytest
from test_spec import MODEL, spec

from websim.errors import ModelError
from websim.program import compile_program
from websim.randomization import Push, Randomize
from websim.spec import Command, Control, Noise, Observation, Placement, Signal
from websim.variants import Flat, Obstacles
from websim.worlds import compile_worlds, world_files


def randomize(*arguments, **settings):
    return {"randomize": (Randomize(*arguments, **settings),)}


def delay(**settings):
    return randomize("action_delay", **{"operation": "set", **settings})


def placed(source="qpos", low=(0.0,), high=(1.0,), **settings):
    return {"placements": (Placement(source, low, high, **settings),)}


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"frame_skip": 0}, "frame_skip: expected a whole number of at least 1, got 0"),
        ({"frame_skip": 2.5}, "frame_skip: expected a whole number of at least 1, got 2.5"),
        ({"max_episode_steps": 0}, "max_episode_steps: expected a whole number of at least 1, got 0"),
        ({"variant_per": "step"}, "variant_per: expected one of episode, environment, got 'step'"),
        ({"keyframe": "hom"}, "keyframe: the model has no key named 'hom'; there is 'home'"),
        ({"observation": (Observation("qpos", function="tan"),)}, "observation: function: .* sin, cos, got 'tan'"),
        ({"observation": (Observation("qpos", noise=-1),)}, "observation: noise: expected a deviation .*, got -1"),
        ({"observation": (Observation("qpos", noise=math.nan),)}, "observation: noise: .*, got nan"),
        ({"observation": (Observation("xpos", minus="cart"),)}, "observation: minus needs `of`, the object"),
        ({"observation": (Observation("xpos", of="cart", minus="crt"),)}, "no body named 'crt'; there is 'cart'"),
        (
            {"observation": (Observation("sensordata", of="gyro", minus="clock"),)},
            "observation: minus: sensordata of 'clock' has 1 numbers, expected at least 2",
        ),
        ({"observation": (Observation("xpos", frame="cart"),)}, "observation: frame turns 3 numbers, got 9"),
        ({"observation": (Observation("time", of="cart"),)}, "observation: time belongs to no object, .* 'cart'"),
        ({"observation": (Observation("mocap_pos", of="cart"),)}, "mocap_pos of 'cart': that body is no mocap body"),
        ({"observation": (Observation("command", of="go"),)}, "observation: the task has no command named 'go'"),
        ({"signals": (Signal("s", "qpos", reduce="max"),)}, "signal 's': reduce: expected norm or sum_squares"),
        ({"signals": (Signal("s", "qpos", reduce="norm", rate=True),)}, "signal 's': reduce: .* not of a rate"),
        ({"noise": (Noise("ctrl", 0.1),)}, "noise: sets 'ctrl', expected one of qpos, qvel, act, mocap_pos"),
        (placed("xpos"), "placement: sets 'xpos', expected one of qpos"),
        (placed(low=(0.0,) * 4, high=(1.0,) * 4), "placement: expected one to three .*, got 4, 4 and 3"),
        (placed(low=(0.0, 0.0)), "placement: expected one to three numbers in low, as many .*, got 2, 1 and 3"),
        (placed(low=(0.0,) * 3, high=(1.0,) * 3, start=1), r"placement: reads qpos\[1:4\]"),
        (placed(high=(math.inf,)), "placement: expected finite numbers"),
        (placed(distance=(2.0, 3.0)), r"placement: expected a box that reaches into the distance \(2.0, 3.0\)"),
        (randomize("mass", 1, 2), "randomize 'mass': expected a field of body_mass, body_inertia"),
        (randomize("body_mass", 1, 2, distribution="cauchy"), "randomize 'body_mass': .* a distribution of uniform"),
        (randomize("body_mass", 1, 2, operation="times"), "randomize 'body_mass': .* an operation of scale, add, set"),
        (
            randomize("body_mass", 1, 2, per="step"),
            "'body_mass': per: expected one of episode, environment, got 'step'",
        ),
        (randomize("body_mass", 2, 1), "'body_mass': expected low <= high, got 2 and 1"),
        (randomize("body_mass", -1, 1), "'body_mass': expected numbers of at least 0.0, got -1"),
        (
            randomize("geom_friction", operation="set", distribution="choice", choices=(1.0, -0.5)),
            "'geom_friction': expected numbers of at least 0.0, got -0.5",
        ),
        (randomize("body_mass", 0, math.inf), r"'body_mass': expected finite numbers, got \(0, inf\)"),
        (randomize("body_mass", 1, -1, distribution="normal"), "'body_mass': high is normal's deviation: .*, got -1"),
        (randomize("body_mass", 0, 1, distribution="log_uniform"), "log_uniform needs 0 < low <= high, got 0 and 1"),
        (randomize("body_mass", distribution="choice"), "'body_mass': choice needs choices"),
        (randomize("body_mass", 1, 2, of="car"), "'body_mass:car': the model has no body named 'car'; there is 'cart'"),
        (randomize("dof_damping", 1, 2, of="motor"), "'dof_damping:motor': the model has no joint named 'motor'"),
        (randomize("body_inertia", 1, 2, component=3), "'body_inertia': component: expected 0 to 2, got 3"),
        (randomize("gravity", 1, 2, component=-1), "'gravity': component: expected 0 to 2, got -1"),
        (randomize("gravity", 1, 2, of="cart"), "'gravity:cart': gravity belongs to no object, .* 'cart'"),
        (randomize("actuator_gain", 1, 2, operation="add"), "gains of servos can be scaled, got operation 'add'"),
        ({"randomize": (Randomize("gravity", 1, 1),) * 2}, "randomize 'gravity': is there twice"),
        (delay(low=0, high=101), "'action_delay': expected 0 to 100 control steps, got 101"),
        (delay(low=0, high=2, operation="scale"), "'action_delay': is drawn in control steps: operation set"),
        (delay(low=2, high=1, distribution="normal"), "'action_delay': is drawn in control steps: .* uniform"),
        (delay(low=0, high=2, of="motor"), "'action_delay:motor': action_delay belongs to no object"),
        (delay(low=0, high=2, component=0), "'action_delay': component: there is one number for all actuators"),
        ({"pushes": (Push("cart", 3, 4, 0, 1),)}, "push 'cart': expected 1 <= duration <= every, .*, got 4 and 3"),
        ({"pushes": (Push("cart", 3, 1, 2, 1),)}, "push 'cart': expected 0 <= low <= high, in newtons, got 2 and 1"),
        ({"pushes": (Push("pole", 3, 1, 0, 1),)}, "push: the model has no body named 'pole'"),
        ({"commands": (Command("go", (0.0,), (1.0, 2.0)),)}, "command 'go': expected as many .*, got 1 and 2"),
        ({"commands": (Command("go", (), ()),)}, "command 'go': expected as many numbers in low as in high"),
        ({"commands": (Command("go", (0.0,), (math.nan,)),)}, "command 'go': expected finite numbers"),
        (
            {"commands": (Command("go", (0.0,), (1.0,), every=-1),)},
            "command 'go': every: expected at least 0 .*, got -1",
        ),
        ({"control": Control(offset="middle")}, "control: offset: expected one of range, keyframe, got 'middle'"),
        ({"control": Control(offset="keyframe")}, "control: offset is that of the keyframe, but the task has none"),
        ({"control": Control(scale=(1.0, 2.0))}, "control: scale: expected one number or 1, got 2"),
    ],
)
def test_a_task_that_does_not_fit_is_told(parts, message):
    with pytest.raises(ModelError, match=f"^T: .*{message}" if not message.startswith("T: ") else message):
        compile_program(spec(**parts), MODEL)


def with_geoms(count):
    """The model as a variant with more geoms."""
    friction = (1.0, 0.005, 0.0001) * count
    names = {**MODEL.names, "geom": tuple(f"g{i}" for i in range(count))}
    nominal = {**MODEL.nominal, "geom_friction": friction}
    return dataclasses.replace(MODEL, ngeom=count, names=names, nominal=nominal)


def test_variants_that_would_draw_different_numbers_are_told():
    variants = (Flat(), Obstacles(3))
    task = spec(variants=variants, randomize=(Randomize("geom_friction", 1, 2),))
    programs = compile_worlds(task, [MODEL, with_geoms(4)])
    assert programs[0].layout == programs[1].layout
    separate = dataclasses.replace(task, randomize=(Randomize("geom_friction", 1, 2, shared=False),))
    with pytest.raises(
        ModelError, match=r"T: variant Obstacles\(count=3.*randomize 'geom_friction' draws a number for"
    ):
        compile_worlds(separate, [MODEL, with_geoms(4)])
    with pytest.raises(ModelError, match=r"T: variant Obstacles.*: expected the first one's state"):
        compile_worlds(task, [MODEL, dataclasses.replace(with_geoms(4), nq=4)])


def test_too_many_variants_are_told():
    with pytest.raises(ModelError, match="T: variants: expected at most 64, got 65"):
        world_files(spec(variants=(Flat(),) * 65))
