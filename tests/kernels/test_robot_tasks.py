"""Cart-pole swing-up and the tasks of Menagerie's robots: what they show, pay and end by, and that PPO learns them."""

import mujoco
import numpy as np
import pytest

import websim
from robot_files import needs_robots
from websim.batch_env import BatchEnv
from websim.models.mjcf import compile_native
from websim.tasks import get_spec
from websim.tasks.templates.terrain import TERRAINS
from websim.worlds import world_files

ROBOT_TASKS = ["PandaReach", "UR5eReach", "PandaPickCube", "AnymalCJoystick"]
ARMS = ["PandaReach", "UR5eReach"]


def opened(task, num_envs=8, seed=3, **options):
    return BatchEnv(get_spec(task, **options), num_envs, seed=seed)


def still(env):
    return np.zeros((env.num_envs, env.action_dim), np.float32)


def random_actions(env, steps, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, (steps, env.num_envs, env.action_dim)).astype(np.float32)


def play(env, actions):
    """Observations [T, B, O] and rewards [T, B] of actions [T, B, A]; ended episodes start again."""
    observations, rewards = [], []
    for action in actions:
        step = env.step(action)
        rewards.append(step.reward)
        observations.append(env.obs.copy())
        if step.any_ended:
            env.reset_ended(step.ended)
    return np.array(observations), np.array(rewards)


@needs_robots
@pytest.mark.parametrize("task", ROBOT_TASKS)
def test_random_actions_stay_finite_and_repeat(task):
    env, again = opened(task), opened(task)
    actions = random_actions(env, 120)
    observations, rewards = play(env, actions)
    assert np.isfinite(observations).all()
    assert np.isfinite(rewards).all()
    assert env.divergences == 0
    np.testing.assert_array_equal(play(again, actions)[0], observations)


@pytest.mark.parametrize(("start", "low", "high"), [("hanging", 0.0, 0.02), ("upright", 0.9, 1.0)])
def test_swing_up_pays_for_what_stands(start, low, high):
    env = opened("CartPoleSwingup", start=start, reset_noise_scale=0.0)
    reward = env.step(still(env)).reward
    assert np.all((low <= reward) & (reward <= high))


def test_swing_up_succeeds_upright_and_slow():
    for start, succeeds in (("hanging", False), ("upright", True)):
        env = opened("CartPoleSwingup", start=start)
        env.step(still(env))
        assert env.succeeded.all() == succeeds


@needs_robots
@pytest.mark.parametrize("task", ARMS)
def test_targets_are_drawn_where_the_arm_reaches(task):
    env = opened(task, num_envs=200)
    placement = env.spec.placements[0]
    targets = env.obs[:, -3:]
    assert np.all((np.array(placement.low) <= targets) & (targets <= np.array(placement.high)))
    away = np.linalg.norm(targets - np.array(placement.center), axis=1)
    assert placement.distance[0] < away.min()
    assert away.max() < placement.distance[1]
    assert np.all(targets.std(axis=0) > 0.1)
    # With angles within the actions' reach, the arm's end comes near each target.
    model = compile_native(world_files(env.spec)[0])
    data, rng = mujoco.MjData(model), np.random.default_rng(0)
    ends = []
    for _ in range(20_000):
        data.qpos[:] = model.key_qpos[0] + np.array(env.spec.control.scale) * rng.uniform(-1, 1, model.nq)
        mujoco.mj_kinematics(model, data)
        ends.append(data.site("attachment_site").xpos.copy())
    nearest = [np.linalg.norm(np.array(ends) - target, axis=1).min() for target in targets]
    assert max(nearest) < 0.1


@needs_robots
@pytest.mark.parametrize("task", ARMS)
def test_reaching_sees_and_pays_the_distance(task):
    env = opened(task)
    step = env.step(still(env))
    distance = np.linalg.norm(env.obs[:, -6:-3], axis=1)
    np.testing.assert_allclose(env.signals["distance"], distance, rtol=1e-5)
    np.testing.assert_allclose(step.terms["reward_distance"], -distance, rtol=1e-5)
    assert not env.succeeded.any()
    anywhere = opened(task, precision=2.0)
    anywhere.step(still(anywhere))
    assert anywhere.succeeded.all()


@needs_robots
def test_a_cube_can_be_reached_grasped_and_lifted():
    """A hand-written controller picks the cube in most environments, so that the task can be solved."""
    env = opened("PandaPickCube", num_envs=6)
    model = compile_native(world_files(env.spec)[0])
    data, hand = mujoco.MjData(model), model.body("hand").id
    ready = model.key("ready")
    scale = np.array(env.spec.control.scale)
    jacobian = np.zeros((6, model.nv))
    earned = {"reward_grasp": 0.0, "reward_lift": 0.0}
    cubes = env.engine.get_state()[0][:, 9:12]
    for t in range(100):
        qpos, _ = env.engine.get_state()
        actions = still(env)
        for b in range(env.num_envs):
            height = 0.1 if t < 15 else 0.0 if t < 50 else 0.005 * (t - 50)
            wanted = cubes[b] + np.array([0, 0, 0.1034 + height])
            # Joint angles that bring the hand there, fingers down: a few damped Newton steps.
            data.qpos[:] = qpos[b]
            for _ in range(10):
                mujoco.mj_kinematics(model, data)
                mujoco.mj_comPos(model, data)
                turn, quat = np.zeros(3), np.zeros(4)
                mujoco.mju_mat2Quat(quat, (np.diag([1.0, -1.0, -1.0]) @ data.xmat[hand].reshape(3, 3).T).ravel())
                mujoco.mju_quat2Vel(turn, quat, 1)
                mujoco.mj_jacBody(model, data, jacobian[:3], jacobian[3:], hand)
                arm = jacobian[:, :7]
                error = np.concatenate([wanted - data.xpos[hand], turn])
                data.qpos[:7] += 0.5 * arm.T @ np.linalg.solve(arm @ arm.T + 1e-4 * np.eye(6), error)
            actions[b, :7] = (data.qpos[:7] - ready.ctrl[:7]) / scale[:7]
            actions[b, 7] = 0 if t < 35 else -1
        step = env.step(actions)
        for name in earned:
            earned[name] += step.terms[name].mean()
    assert env.succeeded.mean() >= 0.8
    assert earned["reward_grasp"] > 15
    assert earned["reward_lift"] > 50


@needs_robots
def test_an_idle_gripper_lifts_nothing():
    env = opened("PandaPickCube")
    qpos, _ = env.engine.get_state()
    np.testing.assert_array_less(np.abs(qpos[:, 9:11] - [0.5, 0.0]), 0.08)
    assert np.all(qpos[:, 9:11].std(axis=0) > 0.01)
    for _ in range(20):
        step = env.step(still(env))
    assert np.all(step.terms["reward_grasp"] == 0)
    assert np.all(step.terms["reward_lift"] == 0)
    assert not env.succeeded.any()


@needs_robots
def test_a_robot_sees_its_motion_in_its_own_frame():
    env = opened("AnymalCJoystick", num_envs=2)
    qpos, qvel = env.engine.get_state()
    # Turned by a quarter to the left, moving along the world's y: forward.
    qpos[:, 3:7] = [np.sqrt(0.5), 0, 0, np.sqrt(0.5)]
    qvel[:] = 0
    qvel[:, 1] = 0.7
    observations = env.set_state(qpos, qvel)
    np.testing.assert_allclose(observations[:, :3], [[0.7, 0, 0]] * 2, atol=1e-6)
    np.testing.assert_allclose(observations[:, 6:9], [[0, 0, 1]] * 2, atol=1e-6)
    assert np.all(observations[:, -15:-3] == 0), "no action yet"
    actions = random_actions(env, 1)[0]
    env.step(actions)
    np.testing.assert_allclose(env.obs[:, -15:-3], actions)


@needs_robots
def test_commands_are_drawn_within_the_joysticks_range_and_followed_in_the_reward():
    env = opened("AnymalCJoystick", num_envs=100, command_every=10, max_speed=0.8, max_turn=0.5)
    before = env.obs[:, -3:].copy()
    assert np.all(np.abs(before[:, 1]) <= 0.4)
    assert np.all(np.abs(before[:, 2]) <= 0.5)
    assert -0.4 <= before[:, 0].min() < -0.2
    assert 0.6 < before[:, 0].max() <= 0.8
    for _ in range(9):
        step = env.step(still(env))
        np.testing.assert_array_equal(env.obs[:, -3:], before)
    speed = np.linalg.norm(before[:, :2], axis=1)
    paid = step.terms["reward_velocity"]
    assert np.corrcoef(speed, paid)[0, 1] < -0.9, "who stands earns less the more speed is asked for"
    env.step(still(env))
    assert np.all(env.obs[:, -3:] != before)


@needs_robots
def test_a_fallen_robot_ends_its_episode():
    env = opened("AnymalCJoystick", num_envs=3)
    qpos, qvel = env.engine.get_state()
    qpos[1, 3:7] = [0.5, np.sqrt(0.75), 0, 0]  # rolled by 120 degrees
    qpos[2, 2] = 0.05  # lying on its belly, legs folded
    qpos[2, 7:] = np.array([0, 1.4, -2.6] * 2 + [0, -1.4, 2.6] * 2)
    env.set_state(qpos, qvel)
    np.testing.assert_array_equal(env.step(still(env)).terminated, [False, True, True])


@needs_robots
@pytest.mark.parametrize("terrain", TERRAINS)
def test_a_robot_stands_on_each_terrain_and_never_falls_through(terrain):
    env = opened("AnymalCJoystick", terrain=terrain, reset_noise_scale=0.0)
    for _ in range(100):
        assert not env.step(still(env)).terminated.any()
    model = compile_native(world_files(env.spec)[0])
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    geom = np.zeros(1, np.int32)
    for action in random_actions(env, 150):
        step = env.step(action)
        qpos, _ = env.engine.get_state()
        for x, y, z in qpos[:, :3]:
            # Down from above, past the robot: the ground is in group 0.
            depth = mujoco.mj_ray(model, data, [x, y, 5.0], [0, 0, -1.0], [1, 0, 0, 0, 0, 0], 1, -1, geom)
            assert z > 5.0 - depth + 0.05, f"at {x:.2f}, {y:.2f}"
        if step.any_ended:
            env.reset_ended(step.ended)
    assert env.divergences == 0


@needs_robots
def test_environments_spread_over_the_terrains():
    env = opened("AnymalCJoystick", num_envs=5, terrain=["flat", "slope", "stairs"])
    assert env.engine.num_worlds == 3
    for _ in range(60):
        env.step(still(env))
    tilt = np.degrees(np.arccos(env.obs[:, 8]))
    assert np.all(tilt[[0, 2, 3]] < 2)
    assert np.all(np.abs(tilt[[1, 4]] - 8) < 3), "on the slope, the base leans as the slope does"


@needs_robots
def test_a_randomised_robot_differs_from_others_and_is_pushed():
    plain, randomised = (opened("AnymalCJoystick", num_envs=40, randomize=randomize) for randomize in (False, True))
    for env in (plain, randomised):
        for _ in range(150):
            env.step(still(env))
    heights = [env.engine.get_state()[0][:, 2] for env in (plain, randomised)]
    assert heights[0].std() < 0.005
    assert heights[1].std() > 0.005
    assert set(randomised.engine.program.draws) == {
        "geom_friction:floor",
        "body_mass:base",
        "actuator_gain",
        "action_delay",
    }
    speeds = [np.abs(env.engine.get_state()[1][:, :2]).max() for env in (plain, randomised)]
    assert speeds[0] < 0.05
    assert randomised.obs[:, 0].std() > 0.05, "observations are noisy"


def untrained(task):
    """A policy as it is before the first update: noise about nearly zero."""
    return websim.train(task, total_steps=64, num_envs=32, num_steps=2, learning_rate=1e-9, eval_every=0).policy


def final_signal(task, policy, name, num_envs=64):
    """Mean of a signal after the last step of deterministic episodes."""
    env = opened(task, num_envs=num_envs, seed=99)
    for _ in range(env.spec.max_episode_steps):
        env.step(policy.predict(env.obs))
    return float(env.signals[name].mean())


def test_ppo_swings_the_pole_up_and_keeps_it():
    run = websim.train("CartPoleSwingup", ranks=2, seed=1, eval_every=0)
    env = opened("CartPoleSwingup", num_envs=20, seed=99)
    rewards = [env.step(run.policy.predict(env.obs)).reward for _ in range(500)]
    assert np.mean(rewards[250:]) > 0.8
    assert env.succeeded.all()


@needs_robots
@pytest.mark.parametrize("task", ARMS)
def test_ppo_halves_the_arms_distance_to_its_target(task):
    run = websim.train(task, total_steps=80_000, ranks=2, seed=1, eval_every=0)
    before, after = (final_signal(task, policy, "distance") for policy in (untrained(task), run.policy))
    assert after < before / 2


@needs_robots
def test_ppo_brings_the_gripper_to_the_cube():
    history = websim.train("PandaPickCube", total_steps=40_000, num_steps=32, ranks=2, seed=1, eval_every=0).history
    returns = [metrics["charts/episodic_return"] for metrics in history if metrics["charts/episodic_return"]]
    assert returns[-1] > 1.25 * returns[0]


def survival(task, policy, num_envs=32, steps=500):
    """Mean steps of first episodes with sampled actions; without noise, a policy that has learned nothing stands."""
    env, rng = opened(task, num_envs=num_envs, seed=99), np.random.default_rng(0)
    lengths, running = np.zeros(num_envs), np.ones(num_envs, bool)
    for _ in range(steps):
        lengths += running
        step = env.step(policy.predict(env.obs, deterministic=False, rng=rng))
        running &= ~step.ended
        if step.any_ended:
            env.reset_ended(step.ended)
    return float(lengths.mean())


@needs_robots
def test_ppo_keeps_the_robot_on_its_feet():
    run = websim.train("AnymalCJoystick", total_steps=100_000, ranks=2, seed=1, eval_every=0)
    before, after = (survival("AnymalCJoystick", policy) for policy in (untrained("AnymalCJoystick"), run.policy))
    assert after > 1.5 * before
