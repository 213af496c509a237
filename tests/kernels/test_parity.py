"""The engine against Gymnasium's own environments, step by step from identical states."""

import inspect
from collections import defaultdict

import gymnasium as gym
import mujoco
import numpy as np
import pytest
from parity_options import OPTIONS

import websim
from websim.models.mjcf import gymnasium_model_path
from websim.tasks import TASKS

COMPARED = 1000
#: An option set's episodes are cut here, so that it starts from many states; without options they run to their end.
CUT = 60
#: Observations are float32, and so are the squares of actions in most of Gymnasium's rewards.
TOLERANCE = {"rtol": 1e-6, "atol": 1e-6}
GYMNASIUM_TASKS = [name for name in TASKS if name.endswith("-v5")]


def open_pair(name, options):
    """Gymnasium's environment with its time limit, and ours."""
    theirs = gym.make(name, disable_env_checker=True, **options)
    return theirs, websim.make_vec(name, num_envs=1, seed=0, **options)


@pytest.fixture(params=GYMNASIUM_TASKS)
def pair(request):
    theirs, ours = open_pair(request.param, {})
    yield theirs.unwrapped, ours
    ours.close()
    theirs.close()


def start_both(theirs, ours, rng):
    """The same random state near the start in both; the observations."""
    theirs.reset()
    env = theirs.unwrapped
    qpos = env.model.qpos0 + rng.uniform(-0.15, 0.15, env.model.nq)
    qvel = rng.normal(0, 0.5, env.model.nv)
    mujoco.mj_resetData(env.model, env.data)
    env.set_state(qpos, qvel)
    return env._get_obs(), ours.set_state(qpos[None], qvel[None])[0]


def compared_steps(theirs, ours, cut):
    """(theirs, ours) by name: what both environments tell in COMPARED steps [T, ...] and in the states before them."""
    rng = np.random.default_rng(0)
    low, high = ours.single_action_space.low, ours.single_action_space.high
    columns = defaultdict(lambda: ([], []))

    def note(name, their_value, our_value):
        columns[name][0].append(their_value)
        columns[name][1].append(our_value)

    steps, age, ended = 0, 0, True
    while steps < COMPARED:
        if ended or age == cut:
            note("start", *start_both(theirs, ours, rng))
            age = 0
        action = rng.uniform(1.2 * low, 1.2 * high).astype(np.float32)
        obs, reward, terminated, truncated, info = theirs.step(action)
        our_obs, our_reward, our_terminated, our_truncated, our_info = ours.step(action[None])
        ended = terminated or truncated
        assert bool(our_info.get("_final_obs", [False])[0]) == ended
        if ended:
            our_obs, our_info = our_info["final_obs"], our_info["final_info"]
        note("obs", obs, our_obs[0])
        note("reward", reward, our_reward[0])
        note("terminated", bool(terminated), bool(our_terminated[0]))
        note("truncated", bool(truncated), bool(our_truncated[0]))
        for key, value in info.items():
            note(f"info {key}", value, our_info[key][0])
            assert our_info[f"_{key}"][0]
        assert {key for key in our_info if not key.startswith(("_", "final"))} == set(info)
        steps += 1
        age += 1
    return {name: (np.array(a), np.array(b)) for name, (a, b) in columns.items()}


@pytest.mark.parametrize(("name", "options"), [pytest.param(*case, id=str(i)) for i, case in enumerate(OPTIONS)])
def test_every_step_equals_gymnasiums(name, options):
    theirs, ours = open_pair(name, options)
    compared = compared_steps(theirs, ours, CUT if options else None)
    for what, (their_values, our_values) in compared.items():
        assert our_values.shape == their_values.shape, what
        np.testing.assert_allclose(our_values, their_values, **TOLERANCE, err_msg=what)
    ended = compared["terminated"][0] | compared["truncated"][0]
    assert ended.any() or options, "an episode ends"
    if not options.get("terminate_when_unhealthy", True):
        assert not compared["terminated"][0].any()
        assert set(compared["info reward_survive"][0]) == {0.0, options["healthy_reward"]}
    ours.close()
    theirs.close()


def terminations_after_rest(theirs, ours):
    """Whether one step without action ends the episode, from the same random start."""
    start_both(theirs, ours, np.random.default_rng(1))
    rest = np.zeros(ours.single_action_space.shape, np.float32)
    return bool(theirs.step(rest)[2]), bool(ours.step(rest[None])[2][0])


@pytest.mark.parametrize(
    ("name", "number", "ends"),
    [("Ant-v5", 2, False), ("Humanoid-v5", 2, True), ("Hopper-v5", 1, True), ("Walker2d-v5", 1, True)],
)
def test_a_height_on_its_bound_is_judged_as_gymnasium_does(name, number, ends):
    theirs, ours = open_pair(name, {})
    terminations_after_rest(theirs, ours)
    height = float(theirs.unwrapped.data.qpos[number])
    for other_end in (-np.inf, np.inf):
        bounds = {"healthy_z_range": (min(height, other_end), max(height, other_end))}
        assert terminations_after_rest(*open_pair(name, bounds)) == (ends, ends)


def test_a_pole_on_its_bound_is_judged_as_gymnasium_does(tmp_path):
    text = gymnasium_model_path("inverted_pendulum.xml").read_text()
    assert 'gravity="0 0 -9.81"' in text
    (tmp_path / "weightless.xml").write_text(text.replace('gravity="0 0 -9.81"', 'gravity="0 0 0"'))
    theirs, ours = open_pair("InvertedPendulum-v5", {"xml_file": str(tmp_path / "weightless.xml")})
    theirs.reset()
    for angle, ends in ((0.2, False), (-0.2, False), (np.nextafter(0.2, 1), True)):
        qpos, qvel = np.array([0, angle]), np.zeros(2)
        theirs.unwrapped.set_state(qpos, qvel)
        ours.set_state(qpos[None], qvel[None])
        rest = np.zeros(1, np.float32)
        assert (theirs.step(rest)[2], bool(ours.step(rest[None])[2][0])) == (ends, ends)
        assert theirs.unwrapped.data.qpos[1] == angle, "it stays where it is"


@pytest.mark.parametrize("name", GYMNASIUM_TASKS)
def test_options_are_gymnasiums(name):
    constructor = inspect.signature(gym.make(name, disable_env_checker=True).unwrapped.__class__.__init__).parameters
    expected = {
        option: parameter.default
        for option, parameter in constructor.items()
        if option not in ("self", "default_camera_config", "kwargs")
    }
    assert {
        option: parameter.default for option, parameter in inspect.signature(TASKS[name]).parameters.items()
    } == expected
    tried = {option for case, options in OPTIONS if case == name for option in options}
    assert tried == set(expected), "every option is compared"


def test_spaces_and_time_limit_equal_gymnasiums(pair):
    theirs, ours = pair
    assert ours.single_observation_space.shape == theirs.observation_space.shape
    np.testing.assert_array_equal(ours.single_action_space.low, theirs.action_space.low)
    np.testing.assert_array_equal(ours.single_action_space.high, theirs.action_space.high)
    assert ours.task.max_episode_steps == gym.spec(ours.task.name).max_episode_steps


def test_info_at_reset_equals_gymnasiums(pair):
    theirs, ours = pair
    _, our_info = ours.reset(seed=3)
    qpos, qvel = ours.get_state()
    theirs.set_state(qpos[0], qvel[0])
    their_info = theirs._get_reset_info()
    assert {key for key in our_info if not key.startswith("_")} == set(their_info)
    for key, value in their_info.items():
        np.testing.assert_allclose(our_info[key][0], value, **TOLERANCE, err_msg=key)
        assert our_info[f"_{key}"][0]


def with_radii(states):
    """[n, 2 d - 1]: the numbers, and the distance from 0 of each two that follow each other: discs are no squares."""
    return np.hstack([states, np.hypot(states[:, 1:], states[:, :-1])])


def kolmogorov_smirnov(a, b):
    """Largest distance between the empirical distribution functions of two samples."""
    at = np.concatenate([a, b])
    below = [np.searchsorted(np.sort(sample), at, side="right") / len(sample) for sample in (a, b)]
    return np.abs(below[0] - below[1]).max()


def test_start_states_have_gymnasiums_distribution(pair):
    theirs, ours = pair
    name = ours.task.name
    envs = websim.make_vec(name, num_envs=4000, seed=5)
    envs.reset()
    states = np.hstack(envs.get_state())
    reference = []
    for seed in range(400):
        theirs.reset(seed=seed)
        reference.append(np.concatenate([theirs.data.qpos, theirs.data.qvel]))
    reference = np.array(reference)
    scale = reference.std(0)
    # What Gymnasium does not vary is the same.
    fixed = scale == 0
    np.testing.assert_array_equal(states[:, fixed], np.broadcast_to(reference[0, fixed], states[:, fixed].shape))
    states, reference, scale = states[:, ~fixed], reference[:, ~fixed], scale[~fixed]
    # Standard errors: of the mean 1/20 of the deviation, of the deviation about 1/28 of it, of a correlation 1/20.
    np.testing.assert_array_less(np.abs(states.mean(0) - reference.mean(0)), 0.25 * scale)
    np.testing.assert_allclose(states.std(0), scale, rtol=0.2)
    np.testing.assert_allclose(np.corrcoef(states.T), np.corrcoef(reference.T), atol=0.25)
    # Of equal distributions one in 50,000 pairs of samples is as far apart.
    assert max(map(kolmogorov_smirnov, with_radii(states).T, with_radii(reference).T)) < 0.13
    envs.close()
