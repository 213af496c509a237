"""The text that the page's editor starts with: it is the task's own reward, to the last bit."""

import dataclasses

import numpy as np
import pytest

from websim.batch_env import BatchEnv
from websim.errors import RewardError
from websim.live.reward_signals import signal_notes
from websim.live.reward_source import reward_source
from websim.live.reward_text import compile_reward
from websim.spec import EnvSpec
from websim.tasks import TASKS, get_spec
from websim.tasks.inverted_pendulum import inverted_pendulum

OPTIONS = [
    ("Ant-v5", {"ctrl_cost_weight": 0.1, "main_body": "torso"}),
    ("Humanoid-v5", {"contact_cost_range": [-1.0, 2.0]}),
    ("Swarm", {"num_agents": 3}),
    ("AntSumo", {"ring_radius": 2.5}),
    ("AnymalCJoystick", {"terrain": "rough", "randomize": True}),
]


@pytest.mark.parametrize(("task", "options"), [*((task, {}) for task in TASKS), *OPTIONS])
def test_the_text_gives_the_same_rewards(task, options):
    spec = get_spec(task, **options)
    written = compile_reward(reward_source(spec))
    compared = 0

    def both(signals, actions, unhealthy):
        nonlocal compared
        own, other = spec.reward(signals, actions, unhealthy), written(signals, actions, unhealthy)
        assert list(own) == list(other)
        for name in own:
            assert np.asarray(own[name]).tobytes() == np.asarray(other[name]).tobytes(), name
        compared += len(own)
        return own

    env = BatchEnv(dataclasses.replace(spec, reward=both), 4, seed=3)
    generator = np.random.default_rng(0)
    for _ in range(40):
        low, high = env.action_bounds
        step = env.step(generator.uniform(low, high, (4, env.action_dim)).astype(np.float32))
        if step.any_ended:
            env.reset_ended(step.ended)
    env.close()
    assert compared >= 40


def test_the_text_is_short_and_without_types():
    text = reward_source(get_spec("HalfCheetah-v5"))
    assert text.startswith("ctrl_cost_weight = 0.1\nforward_reward_weight = 1.0\n\n\ndef effort(actions):\n")
    assert "def reward(signals, actions, unhealthy):\n" in text
    assert "Signals" not in text


def test_infinite_options_are_written():
    assert "contact_cost_range = (-math.inf, 10.0)\n" in reward_source(get_spec("Humanoid-v5"))


@pytest.mark.parametrize(
    ("reward", "message"),
    [
        (None, "custom: expected a reward that is a Python function, got None"),
        (lambda signals, actions, unhealthy: {"a": np.zeros(len(actions))}, "expected a function with a name"),
    ],
)
def test_a_reward_without_text_is_refused(reward, message):
    with pytest.raises(RewardError, match=message):
        reward_source(EnvSpec(model="hopper.xml", reward=reward))


@pytest.mark.parametrize("task", TASKS)
def test_every_signal_is_described(task):
    env = BatchEnv(get_spec(task), 1)
    notes = signal_notes(env)
    env.close()
    assert [note["name"] for note in notes] == [signal.name for signal in env.spec.signals]
    assert all(note["shape"].startswith("[B") and note["meaning"] for note in notes)


@pytest.mark.parametrize(
    ("task", "name", "expected"),
    [
        ("HalfCheetah-v5", "x_velocity", ("[B]", "m/s", "Change per second of the position of rootx")),
        ("InvertedDoublePendulum-v5", "turning", ("[B, 2]", "rad/s", "Velocity of joints")),
        (
            "Reacher-v5",
            "distance",
            ("[B]", "m", "Length of the position in the world of fingertip, less that of target"),
        ),
        ("Ant-v5", "x_velocity", ("[B]", "m/s", "Change per second of the position in the world of torso, number 0")),
    ],
)
def test_descriptions_name_shape_unit_and_meaning(task, name, expected):
    env = BatchEnv(get_spec(task), 1)
    note = next(note for note in signal_notes(env) if note["name"] == name)
    env.close()
    assert (note["shape"], note["unit"], note["meaning"]) == expected


def test_the_tasks_own_function_is_not_changed():
    spec = inverted_pendulum()
    before = spec.reward
    reward_source(spec)
    assert spec.reward is before
