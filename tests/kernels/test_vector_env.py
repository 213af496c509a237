"""`make_vec` as a user of `gymnasium.vector` meets it."""

import dataclasses

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import (
    check_env,
    check_reset_options,
    check_reset_return_type,
    check_reset_seed_determinism,
    check_seed_deprecation,
    check_space_limit,
)
from gymnasium.vector import AutoresetMode, SyncVectorEnv
from gymnasium.wrappers.vector import ClipAction, NormalizeReward, RecordEpisodeStatistics

import websim
from robot_files import BUNDLED_TASKS
from websim.errors import ConfigError, ModelError
from websim.tasks import get_spec


@pytest.fixture(params=sorted(name for name in BUNDLED_TASKS if not get_spec(name).agents))
def envs(request):
    envs = websim.make_vec(request.param, num_envs=3, seed=0)
    yield envs
    envs.close()


class OneEnvironment(gym.Env):
    """The first environment of a vector environment, for checks that gymnasium has for single ones only."""

    def __init__(self, envs):
        self.envs = envs
        self.observation_space, self.action_space = envs.single_observation_space, envs.single_action_space

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        obs, _ = self.envs.reset(seed=seed)
        return obs[0], {}

    def step(self, action):
        obs, reward, terminated, truncated, _ = self.envs.step(action[None])
        return obs[0], float(reward[0]), bool(terminated[0]), bool(truncated[0]), {}


@pytest.mark.filterwarnings("ignore:.*(infinity|unbounded|symmetric and normalized)")
def test_gymnasiums_environment_checks_pass(envs):
    assert isinstance(envs, gym.vector.VectorEnv)
    assert envs.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP
    for check in (
        check_seed_deprecation,
        check_reset_return_type,
        check_reset_seed_determinism,
        check_reset_options,
    ):
        check(envs)
    check_space_limit(envs.single_observation_space, "observation")
    check_space_limit(envs.single_action_space, "action")


@pytest.mark.filterwarnings("ignore:.*(infinity|unbounded|spec|render)")
def test_gymnasiums_whole_check_passes_on_one_environment():
    envs = websim.make_vec("Hopper-v5", num_envs=1)
    check_env(OneEnvironment(envs), skip_render_check=True)
    envs.close()


def test_observations_and_rewards_fit_their_spaces(envs):
    obs, _ = envs.reset(seed=1)
    assert obs in envs.observation_space
    envs.action_space.seed(0)
    for _ in range(50):
        obs, reward, terminated, truncated, _ = envs.step(envs.action_space.sample())
        assert obs in envs.observation_space
        assert reward.dtype == np.float64
        assert terminated.dtype == truncated.dtype == np.bool_


def test_gymnasiums_vector_wrappers_work():
    envs = RecordEpisodeStatistics(NormalizeReward(ClipAction(websim.make_vec("InvertedPendulum-v5", num_envs=4))))
    envs.reset(seed=0)
    episodes = 0
    for _ in range(100):
        _, _, terminated, truncated, info = envs.step(np.full((4, 1), 3, np.float32))
        assert (info.get("_episode", np.zeros(4, bool)) == (terminated | truncated)).all()
        episodes += int((terminated | truncated).sum())
    assert episodes > 4
    envs.close()


def test_autoreset_and_info_have_the_form_of_gymnasiums_same_step_mode():
    names = ["Hopper-v5"] * 3
    theirs = SyncVectorEnv([lambda n=n: gym.make(n) for n in names], autoreset_mode=AutoresetMode.SAME_STEP)
    ours = websim.make_vec("Hopper-v5", num_envs=3)
    _, their_reset = theirs.reset(seed=0)
    _, our_reset = ours.reset(seed=0)
    assert set(our_reset) == set(their_reset)
    seen = 0
    for _ in range(200):
        action = np.ones((3, 3), np.float32)
        obs, _, terminated, _, info = ours.step(action)
        their_info = theirs.step(action)[4]
        if not terminated.any():
            continue
        seen += 1
        assert {"final_obs", "_final_obs", "final_info", "_final_info"} <= set(info)
        row = int(np.flatnonzero(terminated)[0])
        assert info["final_obs"][row].shape == (11,)
        # A fallen hopper is out of its healthy range; the returned observation is a fresh start.
        assert not -0.2 < info["final_obs"][row][1] < 0.2 or info["final_obs"][row][0] < 0.7
        assert abs(obs[row][1]) < 0.01
        assert info["final_info"]["reward_survive"][row] == 0
        assert not info["_reward_survive"][row]
        assert info["_x_position"][row]
        if "final_info" in their_info:
            assert set(info["final_info"]) == set(their_info["final_info"])
    assert seen > 3
    ours.close()
    theirs.close()


def test_truncation_after_max_episode_steps():
    envs = websim.make_vec("HalfCheetah-v5", num_envs=2)
    envs.reset(seed=0)
    for t in range(1000):
        _, _, terminated, truncated, info = envs.step(np.zeros((2, 6), np.float32))
        assert not terminated.any()
        assert truncated.all() == (t == 999)
    assert info["_final_obs"].all()
    envs.close()


def test_random_numbers_follow_the_global_seed():
    first, again, other = (websim.make_vec("HalfCheetah-v5", num_envs=4, seed=s).reset()[0] for s in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert len({row.tobytes() for row in first}) == 4, "environments must start differently"


def test_reset_mask_resets_only_those():
    envs = websim.make_vec("HalfCheetah-v5", num_envs=3)
    before, _ = envs.reset(seed=0)
    after, _ = envs.reset(options={"reset_mask": np.array([False, True, False])})
    np.testing.assert_array_equal(before[[0, 2]], after[[0, 2]])
    assert not np.array_equal(before[1], after[1])


def test_rows_continue_exactly():
    envs = websim.make_vec("Hopper-v5", num_envs=2)
    envs.reset(seed=0)
    rng = np.random.default_rng(0)
    actions = rng.uniform(-1, 1, (20, 2, 3)).astype(np.float32)
    for action in actions[:10]:
        envs.step(action)
    rows = envs._env.engine.get_rows()
    first = [envs.step(action)[0] for action in actions[10:]]
    envs._env.engine.set_rows(rows)
    again = [envs.step(action)[0] for action in actions[10:]]
    np.testing.assert_array_equal(first, again)


def test_diverged_physics_is_reset_counted_and_finite():
    envs = websim.make_vec("HalfCheetah-v5", num_envs=3)
    envs.reset(seed=0)
    qpos, qvel = envs.get_state()
    qvel[1] = 1e9
    envs.set_state(qpos, qvel)
    obs, reward, terminated, _, info = envs.step(np.zeros((3, 6), np.float32))
    np.testing.assert_array_equal(terminated, [False, True, False])
    assert np.isfinite(obs).all()
    assert np.isfinite(reward).all()
    assert reward[1] == 0
    assert np.isfinite(info["final_obs"][1]).all()
    assert envs.divergences == 1
    assert np.abs(envs.get_state()[1][1]).max() < 1, "the row starts anew"
    for _ in range(20):
        assert not envs.step(np.zeros((3, 6), np.float32))[2].any()


def test_own_task_from_mjcf_text():
    xml = """<mujoco>
    <worldbody><body><joint name="slide" type="slide" axis="1 0 0"/><geom size="0.1"/></body></worldbody>
    <actuator><motor joint="slide" ctrlrange="-1 1" ctrllimited="true"/></actuator></mujoco>"""
    task = websim.EnvSpec(
        name="Slide",
        model=xml,
        frame_skip=1,
        max_episode_steps=10,
        observation=(websim.Observation("qpos"), websim.Observation("qvel")),
        signals=(websim.Signal("speed", "qvel"),),
        reward=lambda signals, actions, terminated: {"reward_speed": signals["speed"]},
    )
    envs = websim.make_vec(task, num_envs=2)
    envs.reset(seed=0)
    _, reward, _, _, _ = envs.step(np.array([[1], [0]], np.float32))
    assert reward[0] > 0
    assert reward[1] == 0


def test_a_reward_of_the_wrong_shape_is_told():
    task = dataclasses.replace(get_spec("Hopper-v5"), reward=lambda signals, actions, unhealthy: {"reward_x": actions})
    envs = websim.make_vec(task, num_envs=4)
    envs.reset(seed=0)
    with pytest.raises(ModelError, match=r"Hopper-v5: reward term 'reward_x': expected shape \(4,\), got \(4, 3\)"):
        envs.step(np.zeros((4, 3)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: websim.make_vec("Nope-v5"), "unknown task 'Nope-v5': expected one of InvertedPendulum-v5"),
        (lambda: websim.make_vec("Hopper-v5", num_envs=0), "num_envs: expected a whole number from 1 to 65536, got 0"),
        (lambda: websim.make_vec("Hopper-v5", num_envs=10**9), "num_envs: expected a whole number from 1 to 65536"),
        (lambda: websim.make_vec("Hopper-v5", num_envs=2.5), "num_envs: expected a whole number"),
        (lambda: websim.make_vec("Hopper-v5", seed=-1), "seed: expected a whole number"),
    ],
)
def test_wrong_arguments_are_told(call, message):
    with pytest.raises(ConfigError, match="^" + message.replace("(", r"\(")):
        call()


def test_wrong_actions_and_states_are_told():
    envs = websim.make_vec("Hopper-v5", num_envs=2)
    with pytest.raises(RuntimeError, match=r"step: call reset\(\) or set_state\(\) first"):
        envs.step(np.zeros((2, 3)))
    envs.reset(seed=0)
    with pytest.raises(ValueError, match=r"step: expected actions of shape \(2, 3\), got \(2, 2\)"):
        envs.step(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="step: the action of environment 1 holds NaN or infinity"):
        envs.step(np.array([[0, 0, 0], [0, np.nan, 0]]))
    with pytest.raises(ValueError, match=r"set_state: expected qpos of shape \(2, 6\), got \(2, 5\)"):
        envs.set_state(np.zeros((2, 5)), np.zeros((2, 6)))
    with pytest.raises(ValueError, match="set_state: qvel holds NaN or infinity"):
        envs.set_state(np.zeros((2, 6)), np.full((2, 6), np.inf))


def test_mujocos_message_is_passed_on():
    task = websim.EnvSpec("<mujoco><nonsense/></mujoco>", name="Broken")
    with pytest.raises(ModelError, match=r"(?s)Broken: MuJoCo cannot load the model: XML Error: .*nonsense"):
        websim.make_vec(task)
