"""Each kind of randomisation against MuJoCo itself: a model edited by hand with what the environment has drawn."""

import dataclasses

import mujoco
import numpy as np
import pytest
from random_robot import EVERYTHING, ROBOT, XML

import websim
from websim.randomization import Push, Randomize
from websim.spec import Command, Control, Noise, Observation, Placement, Signal
from websim.tasks import get_spec
from websim.variants import Flat, Obstacles, Rough, Slope, Stairs, variant_xml

B, STEPS = 4, 40


def body(model, name):
    return mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_BODY, name)


def edited(xml=XML, edit=None, drawn=None):
    """The model with `edit(model, drawn)`, and the masses of subtrees that follow from it."""
    model = mujoco.MjModel.from_xml_string(xml)
    if edit:
        edit(model, drawn)
    for i in range(model.nbody):
        model.body_subtreemass[i] = model.body_mass[i]
    for i in range(model.nbody - 1, 0, -1):
        model.body_subtreemass[model.body_parentid[i]] += model.body_subtreemass[i]
    return model


def simulate(model, qpos, qvel, controls, frame_skip=4):
    """Positions and velocities [T, nq + nv] after each control step."""
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:] = qpos, qvel
    mujoco.mj_forward(model, data)
    states = []
    for control in controls:
        data.ctrl[:] = control
        mujoco.mj_step(model, data, frame_skip)
        states.append(np.concatenate([data.qpos, data.qvel]))
    return np.array(states)


def opened(seed=5, num_envs=B, **parts):
    envs = websim.make_vec(dataclasses.replace(ROBOT, **parts), num_envs=num_envs, seed=seed)
    envs.reset()
    return envs


def run(envs, actions):
    """The same as `simulate` for all environments [T, B, nq + nv]."""
    states = []
    for action in actions:
        envs.step(action)
        states.append(np.hstack(envs.get_state()))
    return np.array(states)


def random_actions(seed=0, steps=STEPS, num_envs=B):
    return np.random.default_rng(seed).uniform(-1, 1, (steps, num_envs, 2)).astype(np.float32)


def scaled_gain(actuator):
    def edit(model, scale):
        model.actuator_gainprm[actuator, 0] *= scale
        model.actuator_biasprm[actuator, 1:3] *= scale

    return edit


def attribute(array, where, operation):
    """An edit of model.<array>[where], on draws that numpy spreads over it."""

    def edit(model, draw):
        numbers = getattr(model, array)
        draw = np.asarray(draw)
        if draw.ndim:
            draw = draw.reshape(numbers[where].shape)
        if operation == "scale":
            numbers[where] *= draw
        elif operation == "add":
            numbers[where] += draw
        else:
            numbers[where] = draw

    return edit


def gravity(where, operation):
    def edit(model, draw):
        numbers = model.opt.gravity
        numbers[where] = {"scale": numbers[where] * draw, "add": numbers[where] + draw, "set": draw}[operation]

    return edit


ALL = slice(None)
# Bodies: world, trunk, thigh, shin, target. Geoms: floor, box, leg, foot, target's. Degrees of freedom: 6, hip, knee.
FIELDS = [
    (Randomize("body_mass", 0.5, 2), attribute("body_mass", ALL, "scale")),
    (Randomize("body_mass", 0.5, 2, shared=False), attribute("body_mass", ALL, "scale")),
    (Randomize("body_mass", 1, 3, of="trunk", operation="add"), attribute("body_mass", 1, "add")),
    (Randomize("body_mass", 0.2, 0.8, of="shin", operation="set"), attribute("body_mass", 3, "set")),
    (Randomize("body_inertia", 0.5, 2, distribution="log_uniform"), attribute("body_inertia", ALL, "scale")),
    (Randomize("body_inertia", 0.5, 2, shared=False, of="trunk"), attribute("body_inertia", 1, "scale")),
    (Randomize("body_inertia", 0.01, 0.02, component=1, operation="add"), attribute("body_inertia", (ALL, 1), "add")),
    (Randomize("geom_friction", 0.2, 2), attribute("geom_friction", ALL, "scale")),
    (
        Randomize("geom_friction", component=0, operation="set", distribution="choice", choices=(0.1, 0.3, 1.5)),
        attribute("geom_friction", (ALL, 0), "set"),
    ),
    (Randomize("geom_friction", 0.1, 0.3, of="floor", operation="set"), attribute("geom_friction", 0, "set")),
    (Randomize("geom_friction", 0.1, 2, shared=False), attribute("geom_friction", ALL, "scale")),
    (Randomize("dof_damping", 0, 4), attribute("dof_damping", ALL, "scale")),
    (Randomize("dof_damping", 0.1, 1, of="root", operation="add"), attribute("dof_damping", slice(0, 6), "add")),
    (Randomize("dof_damping", 0, 1, operation="set", shared=False), attribute("dof_damping", ALL, "set")),
    (Randomize("dof_armature", 0.5, 3, of="knee"), attribute("dof_armature", 7, "scale")),
    (Randomize("dof_armature", 0.01, 0.05, operation="add"), attribute("dof_armature", ALL, "add")),
    (Randomize("actuator_gain", 0.5, 1.5), scaled_gain(ALL)),
    (Randomize("actuator_gain", 1, 0.2, distribution="normal", of="servo"), scaled_gain(0)),
    (Randomize("gravity", 0.3, 1.2), gravity(ALL, "scale")),
    (Randomize("gravity", -9, 1, distribution="normal", component=2, operation="set"), gravity(2, "set")),
    (Randomize("gravity", -2, 2, operation="add", shared=False), gravity(ALL, "add")),
]


@pytest.mark.parametrize(("entry", "edit"), FIELDS, ids=lambda part: getattr(part, "key", None))
def test_a_drawn_field_moves_the_robot_as_the_edited_model_does(entry, edit):
    envs, plain = opened(randomize=(entry,)), opened()
    actions = random_actions()
    qpos, qvel = envs.get_state()
    drawn = [envs.get_randomization(env)[entry.key] for env in range(B)]
    states, nominal = run(envs, actions), run(plain, actions)
    assert len({np.asarray(draw).tobytes() for draw in drawn}) > 1, "environments differ"
    for env in range(B):
        expected = simulate(edited(edit=edit, drawn=drawn[env]), qpos[env], qvel[env], actions[:, env])
        np.testing.assert_allclose(states[:, env], expected, rtol=0, atol=1e-9)
        if not np.array_equal(drawn[env], np.ones_like(drawn[env])):
            assert np.abs(states[:, env] - nominal[:, env]).max() > 1e-4, "the draw is felt"


def test_separate_gains_reach_their_own_actuators():
    envs = opened(randomize=(Randomize("actuator_gain", 0.5, 1.5, shared=False),))
    actions = random_actions()
    qpos, qvel = envs.get_state()
    states = run(envs, actions)
    for env in range(B):
        model, scale = edited(), envs.get_randomization(env)["actuator_gain"]
        for actuator in range(2):
            scaled_gain(actuator)(model, scale[actuator])
        expected = simulate(model, qpos[env], qvel[env], actions[:, env])
        np.testing.assert_allclose(states[:, env], expected, rtol=0, atol=1e-9)


def test_entries_of_the_same_number_follow_one_another():
    """Robots get heavier as a whole, and carry a load."""
    envs = opened(
        randomize=(
            Randomize("body_mass", 0.5, 2),
            Randomize("body_mass", 0.5, 1.5, operation="add", of="trunk"),
            Randomize("geom_friction", 0.3, 0.6, operation="set", component=0),
            Randomize("geom_friction", 0.5, 2, shared=False, of="foot"),
        )
    )
    actions = random_actions()
    qpos, qvel = envs.get_state()
    states = run(envs, actions)
    for env in range(B):
        drawn = envs.get_randomization(env)

        def edit(model, drawn):
            model.body_mass *= drawn["body_mass"]
            model.body_mass[1] += drawn["body_mass:trunk"]
            model.geom_friction[:, 0] = drawn["geom_friction"]
            model.geom_friction[3] *= drawn["geom_friction:foot"]

        expected = simulate(edited(edit=edit, drawn=drawn), qpos[env], qvel[env], actions[:, env])
        np.testing.assert_allclose(states[:, env], expected, rtol=0, atol=1e-9)


def test_masses_count_in_the_centre_of_mass():
    envs = opened(
        observation=(Observation("subtree_com", of="trunk"),), randomize=(Randomize("body_mass", 1, 9, of="shin"),)
    )
    for _ in range(3):
        obs, *_ = envs.step(np.zeros((B, 2)))
        qpos, _ = envs.get_state()
        for env in range(B):
            scale = envs.get_randomization(env)["body_mass:shin"]
            model = edited(edit=attribute("body_mass", 3, "scale"), drawn=scale)
            data = mujoco.MjData(model)
            data.qpos[:] = qpos[env]
            mujoco.mj_fwdPosition(model, data)
            # The observation is of the last physics step's beginning: a step of 5 ms before.
            np.testing.assert_allclose(obs[env], data.subtree_com[1], atol=0.01)
        com = obs[:, 2]
    assert np.ptp(com) > 0.01


@pytest.mark.parametrize("control", [None, Control(scale=0.5)])
def test_actions_arrive_as_late_as_drawn(control):
    delay = Randomize("action_delay", choices=(0, 1, 2, 5), distribution="choice", operation="set")
    envs = opened(num_envs=12, randomize=(delay,), control=control)
    actions = random_actions(num_envs=12)
    scale = 0.5 if control else 1
    for _ in range(2):
        qpos, qvel = envs.get_state()
        delays = [int(envs.get_randomization(env)["action_delay"]) for env in range(12)]
        assert set(delays) == {0, 1, 2, 5}
        states = run(envs, actions)
        for env in range(12):
            late = np.concatenate([np.zeros((delays[env], 2)), actions[: STEPS - delays[env], env]])
            expected = simulate(edited(), qpos[env], qvel[env], scale * late)
            np.testing.assert_allclose(states[:, env], expected, rtol=0, atol=1e-9)
        envs.reset()


def test_a_delay_between_two_steps_is_the_nearer_one():
    envs = opened(num_envs=40, randomize=(Randomize("action_delay", 0, 2, operation="set"),))
    actions = random_actions(steps=6, num_envs=40)
    qpos, qvel = envs.get_state()
    states = run(envs, actions)
    for env in range(40):
        delay = int(np.floor(envs.get_randomization(env)["action_delay"] + 0.5))
        late = np.concatenate([np.zeros((delay, 2)), actions[: 6 - delay, env]])
        np.testing.assert_allclose(
            states[:, env], simulate(edited(), qpos[env], qvel[env], late), rtol=0, atol=1e-9, err_msg=str(delay)
        )


BALL = """<mujoco><option gravity="0 0 0" timestep="0.01"/><worldbody>
<body name="ball"><freejoint/><geom size="0.1" mass="2" contype="0"/></body>
<body name="other" pos="0 3 0"><freejoint/><geom size="0.1" mass="2" contype="0"/></body></worldbody></mujoco>"""


def forces(pushes, steps, num_envs=B, **parts):
    """Forces on the ball [T, B, 3] in newtons, from its change of speed in free space; the other's too."""
    spec = dataclasses.replace(ROBOT, model=BALL, frame_skip=1, signals=(), reward=None, pushes=pushes, **parts)
    envs = websim.make_vec(spec, num_envs=num_envs, seed=1)
    envs.reset()
    speeds = [envs.get_state()[1]]
    for _ in range(steps):
        envs.step(np.zeros((num_envs, 0)))
        speeds.append(envs.get_state()[1])
    force = np.diff(np.array(speeds), axis=0) * 2 / 0.01
    assert np.abs(force[:, :, 3:6]).max() < 1e-9, "a push does not turn"
    return force[:, :, :3], force[:, :, 6:]


def test_a_push_comes_once_in_each_period_and_lasts_as_long_as_it_says():
    force, other = forces((Push("ball", every=10, duration=3, low=5, high=20),), 600, num_envs=8)
    assert not other.any()
    assert not force[:, :, 2].any(), "pushes are horizontal"
    size = np.linalg.norm(force, axis=2).reshape(60, 10, 8)
    pushed = size > 1e-9
    assert (pushed.sum(1) == 3).all()
    begins = pushed.argmax(1)
    for period, env in np.ndindex(60, 8):
        moments = size[period, begins[period, env] : begins[period, env] + 3, env]
        np.testing.assert_allclose(moments, moments[0], rtol=1e-9)
        assert 5 <= moments[0] < 20
    assert set(begins.ravel().tolist()) == set(range(8)), "all moments at which it fits"
    assert np.abs(np.bincount(begins.ravel()) - 60).max() < 4 * np.sqrt(60)
    sizes = size.max(1).ravel()
    # 480 draws: the mean of a uniform on [5, 20) has a standard error of 15 / sqrt(12 * 480) = 0.2.
    assert sizes.mean() == pytest.approx(12.5, abs=0.8)
    assert len(np.unique(sizes.round(9))) == 480, "periods and environments differ"
    direction = (force.reshape(60, 10, 8, 3).sum(1) / size.sum(1)[..., None]).reshape(-1, 3)[:, :2]
    assert np.abs(direction.mean(0)).max() < 4 * np.sqrt(0.5 / 480)
    assert np.abs((direction**2).mean(0) - 0.5).max() < 4 * np.sqrt(0.125 / 480)


def test_pushes_on_the_same_body_add_up():
    one = Push("ball", every=4, duration=4, low=5, high=5)
    two = Push("ball", every=4, duration=4, low=7, high=7)
    # The number of a push in its task is part of its random numbers: a push of no newtons holds the place.
    nothing = dataclasses.replace(one, low=0, high=0)
    first, second = forces((one, nothing), 12)[0], forces((nothing, two), 12)[0]
    both = forces((one, two), 12)[0]
    assert np.linalg.norm(first, axis=2) == pytest.approx(5)
    assert np.linalg.norm(second, axis=2) == pytest.approx(7)
    np.testing.assert_allclose(both, first + second, atol=1e-9)


def test_a_push_is_felt_by_the_robot_as_mujocos_external_force():
    push = Push("thigh", every=5, duration=5, low=3, high=3)
    envs, plain = opened(pushes=(push,)), opened()
    qpos, qvel = envs.get_state()
    pushed, free = run(envs, np.zeros((1, B, 2))), run(plain, np.zeros((1, B, 2)))
    assert np.abs(pushed - free).max() > 1e-3
    for env in range(B):
        model = edited()
        data = mujoco.MjData(model)

        def after(angle, model=model, data=data, env=env):
            mujoco.mj_resetData(model, data)
            data.qpos[:], data.qvel[:] = qpos[env], qvel[env]
            mujoco.mj_forward(model, data)
            data.xfrc_applied[body(model, "thigh"), :2] = 3 * np.cos(angle), 3 * np.sin(angle)
            mujoco.mj_step(model, data, 4)
            return np.abs(np.concatenate([data.qpos, data.qvel]) - pushed[0, env]).max()

        # Its direction is not in the row: the nearest of all is found by halving, down to float32's precision.
        best, width = min(np.linspace(0, 2 * np.pi, 361), key=after), np.pi / 180
        while width > 1e-9:
            best = min((best - width, best, best + width), key=after)
            width /= 1.5
        assert after(best) < 1e-7


def test_observation_noise_is_normal_fresh_and_outside_of_the_physics():
    noisy = (
        Observation("qpos", start=7, noise=0.05),
        Observation("qpos", start=7, function="cos", noise=0.02),
        Observation("qvel", start=6, noise=0.5, low=-0.3, high=0.3),
        Observation("time"),
    )
    n, steps = 256, 40
    envs, plain = opened(num_envs=n, observation=noisy), opened(num_envs=n)
    errors = []
    for action in random_actions(steps=steps, num_envs=n):
        obs, *_ = envs.step(action)
        plain.step(action)
        qpos, qvel = envs.get_state()
        np.testing.assert_array_equal(np.hstack([qpos, qvel]), np.hstack(plain.get_state()))
        errors.append(np.hstack([(obs[:, :2] - qpos[:, 7:]) / 0.05, (obs[:, 2:4] - np.cos(qpos[:, 7:])) / 0.02]))
        assert np.abs(obs[:, 4:6]).max() <= np.float32(0.3), "clipped after the noise"
        np.testing.assert_allclose(obs[:, 6], 0.02 * len(errors), rtol=1e-6)
    z = np.array(errors)
    count = z.size
    assert abs(z.mean()) < 4 / np.sqrt(count)
    assert abs(z.std() - 1) < 4 / np.sqrt(2 * count)
    for quantile, expected in ((0.1587, -1), (0.5, 0), (0.8413, 1), (0.9772, 2)):
        assert np.quantile(z, quantile) == pytest.approx(expected, abs=0.04)
    assert np.abs(np.corrcoef(z.reshape(-1, 4).T) - np.eye(4)).max() < 4 / np.sqrt(n * steps), "columns"
    assert abs((z[1:] * z[:-1]).mean()) < 4 / np.sqrt(count), "steps"
    assert abs((z[:, 1:] * z[:, :-1]).mean()) < 4 / np.sqrt(count), "environments"


def test_commands_change_when_they_say():
    every = Command("go", (-1.0, 0.5), (1.0, 1.0), every=7)
    envs = opened(observation=(Observation("command"),), commands=(every, Command("stay", (2.0,), (3.0,))))
    obs, _ = envs.reset()
    seen = [obs]
    for t in range(1, 30):
        obs = envs.step(np.zeros((B, 2)))[0]
        for column in range(2):
            assert (obs[:, column] != seen[-1][:, column]).all() == (t % 7 == 0), (t, column)
        np.testing.assert_array_equal(obs[:, 2], seen[0][:, 2])
        seen.append(obs)
    assert not np.isin(envs.reset()[0], seen).any(), "each episode has its own"


def test_a_reward_sees_the_command_that_was_followed():
    envs = opened(
        observation=(Observation("command"),),
        signals=(Signal("followed", "command"),),
        reward=None,
        commands=(Command("go", (-1.0,), (1.0,), every=2),),
    )
    obs, _ = envs.reset()
    for _ in range(6):
        followed = obs[:, 0]
        obs, _, _, _, info = envs.step(np.zeros((B, 2)))
        np.testing.assert_array_equal(info["followed"].astype(np.float32), followed)


def test_commands_and_placements_are_spread_evenly():
    n = 4000
    envs = opened(
        num_envs=n,
        observation=(Observation("command"), Observation("mocap_pos", of="target"), Observation("qpos", count=2)),
        commands=(Command("go", (-1.0, 4.0), (3.0, 4.0)),),
        placements=(
            Placement("mocap_pos", (-1.0, -1.0), (1.0, 1.0), of="target", distance=(0.4, 0.9), center=(0.1, 0, 0)),
            Placement("qpos", (2.0, -3.0), (3.0, -1.0)),
        ),
    )
    obs, _ = envs.reset()
    obs = obs.astype(float)
    assert_uniform((obs[:, 0] + 1) / 4)
    assert (obs[:, 1] == 4).all()
    assert_uniform(obs[:, 5] - 2)
    assert_uniform((obs[:, 6] + 3) / 2)
    distance = np.hypot(obs[:, 2] - 0.1, obs[:, 3])
    assert ((distance > 0.4) & (distance < 0.9)).all()
    # Evenly over a ring: the square of the distance is uniform, and so is the direction.
    assert_uniform((distance**2 - 0.4**2) / (0.9**2 - 0.4**2))
    assert_uniform(np.arctan2(obs[:, 3], obs[:, 2] - 0.1) / (2 * np.pi) + 0.5)
    assert (obs[:, 4] == np.float32(0.1)).all(), "the third number stays the model's"
    np.testing.assert_array_equal(envs.get_state()[0][:, 2], np.full(n, 0.42))


def assert_uniform(numbers):
    """Kolmogorov and Smirnov: one in ten thousand samples of a uniform on [0, 1) is further from it."""
    n = len(numbers)
    ordered = np.sort(numbers)
    distance = max((np.arange(1, n + 1) / n - ordered).max(), (ordered - np.arange(n) / n).max())
    assert distance < 2.23 / np.sqrt(n)


VARIANTS = (
    Flat(),
    Slope(8),
    Rough(0.06, radius=4, resolution=0.4),
    Stairs(radius=4),
    Obstacles(8, clearance=0.3, radius=1),
)


def test_each_environment_stands_in_its_own_variant():
    start = (Noise("qvel", 1.0),)
    envs = opened(num_envs=10, variants=VARIANTS, noise=start, randomize=(Randomize("geom_friction", 0.3, 1),))
    assert envs.variants.tolist() == [0, 1, 2, 3, 4] * 2
    actions = random_actions(num_envs=10)
    qpos, qvel = envs.get_state()
    states = run(envs, actions)
    for env in range(10):
        xml = variant_xml(XML, VARIANTS[env % 5])
        scale = envs.get_randomization(env)["geom_friction"]
        model = edited(xml, attribute("geom_friction", ALL, "scale"), scale)
        expected = simulate(model, qpos[env], qvel[env], actions[:, env])
        np.testing.assert_allclose(states[:, env], expected, rtol=0, atol=1e-9)
    envs.reset()
    assert envs.variants.tolist() == [0, 1, 2, 3, 4] * 2


def test_variants_are_drawn_in_each_episode():
    n = 2000
    envs = opened(num_envs=n, variants=VARIANTS[:4], variant_per="episode")
    first = envs.variants
    envs.reset()
    second = envs.variants
    for counts in (np.bincount(first), np.bincount(second)):
        assert np.abs(counts - n / 4).max() < 4 * np.sqrt(n * 3 / 16)
    assert (first == second).mean() == pytest.approx(0.25, abs=4 * np.sqrt(3 / 16 / n)), "episodes are independent"


@pytest.mark.parametrize("name", ["Hopper-v5", "HalfCheetah-v5", "InvertedPendulum-v5"])
def test_randomisation_that_changes_nothing_leaves_gymnasiums_task_bit_for_bit(name):
    """Without any it is Gymnasium's (test_parity.py)."""
    task = get_spec(name)
    neutral = (
        *(Randomize(field, 1, 1) for field in ("body_mass", "body_inertia", "geom_friction", "dof_damping")),
        *(Randomize(field, 1, 1) for field in ("dof_armature", "actuator_gain", "gravity")),
        Randomize("action_delay", choices=(0,), distribution="choice", operation="set"),
    )
    torso = websim.make_vec(task, num_envs=1)._env.model.names["body"][-1]
    pushes = (Push(torso, every=3, duration=2, low=0, high=0),)
    plain, randomised = (
        websim.make_vec(spec, num_envs=B, seed=2)
        for spec in (task, dataclasses.replace(task, randomize=neutral, pushes=pushes))
    )
    np.testing.assert_array_equal(plain.reset()[0], randomised.reset()[0])
    rng = np.random.default_rng(0)
    for _ in range(200):
        action = rng.uniform(-1, 1, plain.action_space.shape)
        for a, b in zip(plain.step(action)[:4], randomised.step(action)[:4], strict=True):
            np.testing.assert_array_equal(a, b)


def test_everything_at_once_stays_finite_and_ends_episodes():
    envs = websim.make_vec(EVERYTHING, num_envs=16, seed=0)
    envs.reset()
    for action in random_actions(steps=200, num_envs=16):
        obs, reward, *_ = envs.step(action)
        assert np.isfinite(obs).all()
        assert np.isfinite(reward).all()
    statistics = envs.statistics()
    assert statistics.divergences.sum() == 0
    assert statistics.finished.min() >= 200 // 25
