"""Running environments in hand: states, snapshots, held actions, drawn worlds and statistics, one by one."""

import dataclasses
import pickle

import numpy as np
import pytest

import websim
from websim.errors import SnapshotError
from websim.randomization import Push, Randomize
from websim.snapshot import Snapshot
from websim.spec import Command, Observation, Signal, Success
from websim.tasks import get_spec
from websim.variants import Flat, Obstacles, Slope

B = 4
HOPPER = get_spec("Hopper-v5")
#: Short episodes, so that a few steps meet resets; everything random is on.
RANDOM_HOPPER = dataclasses.replace(
    HOPPER,
    max_episode_steps=15,
    observation=(*HOPPER.observation, Observation("qvel", noise=0.1), Observation("command")),
    signals=(*HOPPER.signals, Signal("forward", "qpos", 0)),
    randomize=(
        Randomize("body_mass", 0.5, 2, of="torso"),
        Randomize("dof_damping", 0.5, 2, shared=False),
        Randomize("action_delay", 0, 3, operation="set"),
        Randomize("gravity", -1, 1, operation="add", component=0),
    ),
    pushes=(Push("torso", every=8, duration=3, low=10, high=50),),
    commands=(Command("speed", (-1.0,), (1.0,), every=5),),
    variants=(Flat(), Slope(4), Obstacles(5)),
    variant_per="episode",
    success=(Success("forward", low=0.003),),
)


@pytest.fixture
def envs():
    envs = websim.make_vec(RANDOM_HOPPER, num_envs=B, seed=3)
    envs.reset()
    yield envs
    envs.close()


def drive(envs, steps, seed=0):
    """Everything that `steps` random steps give, as one flat list of arrays."""
    rng = np.random.default_rng(seed)
    seen = []
    for _ in range(steps):
        obs, reward, terminated, truncated, info = envs.step(rng.uniform(-1, 1, (B, 3)))
        entries = [info[name] for name in sorted(info) if name not in ("final_obs", "final_info")]
        final = [row for row in info.get("final_obs", []) if row is not None]
        seen += [obs, reward, terminated, truncated, *entries, *final]
    return [*seen, *envs.get_state(), *envs.statistics()]


def assert_same(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_one_state_is_read_and_set_and_the_others_stay(envs):
    drive(envs, 5)
    qpos, qvel = envs.get_state()
    np.testing.assert_array_equal(envs.get_env_state(2)[0], qpos[2])
    np.testing.assert_array_equal(envs.get_env_state(2)[1], qvel[2])
    obs = envs.set_env_state(2, qpos[2] + 0.01, qvel[2] * 0.5)
    assert obs.shape == (18,)
    np.testing.assert_allclose(obs[:5], qpos[2, 1:] + 0.01, rtol=1e-6)
    np.testing.assert_array_equal(envs.get_env_state(2)[0], qpos[2] + 0.01)
    qpos[2] += 0.01
    qvel[2] *= 0.5
    assert_same(envs.get_state(), (qpos, qvel))
    assert envs.statistics().episode_length.tolist() == [5, 5, 0, 5]


def test_a_state_continues_as_a_whole_batch_that_is_set_does():
    one, all_ = (websim.make_vec("Hopper-v5", num_envs=B, seed=3) for _ in range(2))
    for envs in (one, all_):
        envs.reset()
        drive(envs, 3)
    qpos, qvel = all_.get_state()
    all_.set_state(qpos, qvel)
    for env in range(B):
        one.set_env_state(env, qpos[env], qvel[env])
    assert_same(drive(one, 5), drive(all_, 5))


@pytest.mark.parametrize("as_bytes", [False, True])
def test_what_follows_a_snapshot_is_repeated_bit_for_bit(envs, as_bytes):
    drive(envs, 20)
    envs.set_action(1, [0.5, -0.5, 0])
    envs.set_variant(2, 2)
    envs.set_randomization(0, {"body_mass:torso": 1.5})
    snapshot = envs.snapshot()
    if as_bytes:
        snapshot = Snapshot.from_bytes(snapshot.to_bytes())
    first = drive(envs, 40, seed=1)
    assert envs.statistics().resets.min() >= 3, "the steps meet resets"
    envs.set_action(1, None)
    envs.set_variant(2, 0)
    envs.set_randomization(0, {"body_mass:torso": None})
    envs.reset(seed=9)
    envs.restore(snapshot)
    assert_same(drive(envs, 40, seed=1), first)


def test_a_snapshot_moves_to_environments_made_anew(envs):
    drive(envs, 20)
    data = envs.snapshot().to_bytes()
    first = drive(envs, 20, seed=1)
    other = websim.make_vec(RANDOM_HOPPER, num_envs=B, seed=77)
    obs = other.restore(Snapshot.from_bytes(data))
    assert obs.dtype == np.float32
    assert_same(drive(other, 20, seed=1), first)
    other.close()


def test_a_snapshot_does_not_change_with_what_follows(envs):
    drive(envs, 20)
    snapshot = envs.snapshot()
    before = snapshot.to_bytes()
    drive(envs, 20)
    assert snapshot.to_bytes() == before


def test_damaged_and_foreign_snapshots_are_told(envs):
    drive(envs, 7)
    snapshot = envs.snapshot()
    data = snapshot.to_bytes()
    told = "^snapshot: expected the bytes of Snapshot.to_bytes, but they are damaged or foreign"
    for damaged in (b"", b"PK", b"nonsense" * 40, data[:-30], data[: len(data) // 2], pickle.dumps({"header": 1})):
        with pytest.raises(SnapshotError, match=told):
            Snapshot.from_bytes(damaged)
    rng = np.random.default_rng(0)
    refused = 0
    for at in rng.integers(0, len(data), 300):
        flipped = bytearray(data)
        flipped[at] ^= 1 << rng.integers(8)
        try:
            again = Snapshot.from_bytes(bytes(flipped))
            assert again.to_bytes() == data, "a byte that is not read, such as a time of day"
        except SnapshotError:
            refused += 1
    assert refused > 200
    empty = dataclasses.replace(snapshot, arrays={})
    assert Snapshot.from_bytes(empty.to_bytes()).arrays == {}
    with pytest.raises(SnapshotError, match=r"restore: array 'obs': expected float32 .* got none"):
        envs.restore(empty)


def test_a_snapshot_of_objects_is_not_read(envs, tmp_path):
    np.savez(tmp_path / "objects.npz", header=np.array([print], object))
    np.savez_compressed(tmp_path / "compressed.npz", header=np.zeros(10**6))
    for name, reason in (("objects", "allow_pickle"), ("compressed", "it is compressed")):
        with pytest.raises(SnapshotError, match=f"^snapshot: .*{reason}"):
            Snapshot.from_bytes((tmp_path / f"{name}.npz").read_bytes())


def test_a_snapshot_of_other_environments_is_told(envs):
    snapshot = envs.snapshot()
    before = [array.copy() for array in envs.get_state()]
    others = {
        "task: expected 'InvertedPendulum-v5', got 'Hopper-v5'": websim.make_vec("InvertedPendulum-v5", num_envs=B),
        "fingerprint": websim.make_vec("Hopper-v5", num_envs=B),
        "array 'obs': expected float32 .*": websim.make_vec(RANDOM_HOPPER, num_envs=B + 1),
    }
    for message, other in others.items():
        with pytest.raises(SnapshotError, match=f"^restore: {message}"):
            other.restore(snapshot)
    rows = snapshot.arrays["rows"]
    layout = envs._env.engine.program.layout
    for column, value in ((0, np.nan), (layout.identity.start + 5, 3), (layout.identity.start + 6, -1)):
        bad = rows.copy()
        bad[1, column] = value
        with pytest.raises(SnapshotError, match="restore: array 'rows': expected finite numbers and variants below 3"):
            envs.restore(dataclasses.replace(snapshot, arrays={**snapshot.arrays, "rows": bad}))
    assert_same(envs.get_state(), before)


def test_a_held_action_takes_the_callers_place_until_it_is_released(envs):
    start = envs.snapshot()
    given = np.random.default_rng(0).uniform(-1, 1, (20, B, 3)).astype(np.float32)
    held = np.array([0.25, -0.5, 1], np.float32)
    wanted = given.copy()
    wanted[5:12, 1] = held
    seen = [envs.step(action)[:2] for action in wanted]
    envs.restore(start)
    untouched = given.copy()
    for t, action in enumerate(given):
        if t == 5:
            envs.set_action(1, held)
        if t == 12:
            envs.set_action(1, None)
        obs, reward = envs.step(action)[:2]
        np.testing.assert_array_equal(obs, seen[t][0])
        np.testing.assert_array_equal(reward, seen[t][1])
    np.testing.assert_array_equal(given, untouched)


def test_a_drawn_number_that_is_set_stays_over_resets_until_it_is_released(envs):
    before = [envs.get_randomization(env) for env in range(B)]
    assert set(before[0]) == {"body_mass:torso", "dof_damping", "action_delay", "gravity"}
    damping = np.linspace(0.6, 1.8, 6)
    envs.set_randomization(1, {"body_mass:torso": 1.25, "dof_damping": damping, "action_delay": 2})
    now = envs.get_randomization(1)
    assert (now["body_mass:torso"], now["action_delay"], now["gravity"]) == (1.25, 2, before[1]["gravity"])
    np.testing.assert_array_equal(now["dof_damping"], damping)
    for env in (0, 2, 3):
        assert_same(envs.get_randomization(env).values(), before[env].values())
    envs.reset()
    after = envs.get_randomization(1)
    assert (after["body_mass:torso"], after["action_delay"]) == (1.25, 2)
    np.testing.assert_array_equal(after["dof_damping"], damping)
    assert after["gravity"] != now["gravity"]
    envs.set_randomization(1, {"body_mass:torso": None, "dof_damping": 1.0})
    assert envs.get_randomization(1)["body_mass:torso"] == 1.25, "until the next reset"
    envs.reset()
    assert envs.get_randomization(1)["body_mass:torso"] != 1.25
    np.testing.assert_array_equal(envs.get_randomization(1)["dof_damping"], np.ones(6))
    assert envs.get_randomization(0)["body_mass:torso"] != before[0]["body_mass:torso"]


def test_a_drawn_number_that_is_set_moves_the_environment_from_the_next_step_on():
    spec = dataclasses.replace(HOPPER, randomize=(Randomize("gravity", 1, 1),), noise=(), bounds=())
    envs = websim.make_vec(spec, num_envs=2)
    envs.reset()
    envs.set_env_state(0, [0, 3, 0, 0, 0, 0], np.zeros(6))
    envs.set_env_state(1, [0, 3, 0, 0, 0, 0], np.zeros(6))
    envs.set_randomization(1, {"gravity": -1})
    envs.step(np.zeros((2, 3)))
    _, qvel = envs.get_state()
    # 4 physics steps of 2 ms in free fall; the hopper's feet are a metre above the ground.
    np.testing.assert_allclose(qvel[:, 1], [-9.81 * 0.008, 9.81 * 0.008], rtol=1e-3)


def test_a_variant_is_changed_while_the_episode_goes_on(envs):
    drive(envs, 5)
    state = envs.get_state()
    envs.set_variant(0, 1)
    envs.set_variant(1, 2)
    assert envs.variants[:2].tolist() == [1, 2]
    assert_same(envs.get_state(), state)
    assert envs.statistics().episode_length.tolist() == [5] * B
    seen = set()
    for _ in range(20):
        envs.reset()
        assert envs.variants[:2].tolist() == [1, 2], "it stays over resets"
        seen |= set(envs.variants[2:].tolist())
    assert seen == {0, 1, 2}
    envs.set_variant(0, None)
    assert envs.variants[0] == 1, "until the next reset"
    assert len({int(envs.reset() and envs.variants[0]) for _ in range(30)}) == 3


def test_the_ground_under_a_moved_environment_is_its_variants():
    spec = dataclasses.replace(HOPPER, variants=(Flat(), Slope(30)), noise=(), bounds=())
    envs = websim.make_vec(spec, num_envs=2)
    envs.reset()
    envs.set_variant(0, 0)
    envs.set_variant(1, 1)
    for env in range(2):
        # One metre ahead, where the slope is 0.58 m high.
        envs.set_env_state(env, [1, 1.9, 0, 0, 0, 0], np.zeros(6))
    for _ in range(40):
        envs.step(np.zeros((2, 3)))
    height = envs.get_state()[0][:, 1]
    assert height[1] > height[0] + 0.3


def test_statistics_follow_each_environments_episodes():
    envs = websim.make_vec(dataclasses.replace(RANDOM_HOPPER, variants=()), num_envs=B, seed=5)
    envs.reset()
    fresh = envs.statistics()
    assert np.isnan(fresh.last_return).all()
    assert np.isnan(fresh.success_rate).all()
    assert fresh.resets.tolist() == [1] * B
    rng = np.random.default_rng(0)
    returns, lengths, finished, successes = (np.zeros(B) for _ in range(4))
    last_return, last_length, succeeded = np.zeros(B), np.zeros(B), np.zeros(B, bool)
    for _ in range(60):
        _, reward, terminated, truncated, info = envs.step(rng.uniform(-1, 1, (B, 3)))
        ended = terminated | truncated
        forward = info["forward"]
        if ended.any():
            forward = np.where(ended, info["final_info"]["forward"], forward)
        returns += reward
        lengths += 1
        succeeded |= forward >= 0.003
        finished += ended
        successes += ended & succeeded
        last_return[ended], last_length[ended] = returns[ended], lengths[ended]
        returns[ended], lengths[ended], succeeded[ended] = 0, 0, False
    now = envs.statistics()
    for name, expected in {
        "episode_return": returns,
        "episode_length": lengths,
        "last_return": last_return,
        "last_length": last_length,
        "finished": finished,
        "resets": finished + 1,
        "successes": successes,
        "success_rate": successes / finished,
        "divergences": np.zeros(B),
    }.items():
        np.testing.assert_allclose(getattr(now, name), expected, err_msg=name)
    assert 0 < now.successes.sum() < now.finished.sum()
    envs.reset()
    np.testing.assert_array_equal(envs.statistics().finished, finished, "an episode that is cut off has not finished")
    assert envs.statistics().resets.tolist() == (finished + 2).tolist()
    envs.close()


def test_a_divergence_is_counted_for_its_environment(envs):
    qpos, qvel = envs.get_env_state(2)
    envs.set_env_state(2, qpos, qvel + 1e9)
    envs.step(np.zeros((B, 3)))
    assert envs.statistics().divergences.tolist() == [0, 0, 1, 0]
    assert envs.divergences == 1


def test_an_environment_that_diverged_shows_where_it_was_before():
    envs = websim.make_vec("Hopper-v5", num_envs=2)
    envs.reset()
    qpos, qvel = envs.get_env_state(1)
    before = envs.set_env_state(1, qpos + 0.1, qvel + 1e9)
    info = envs.step(np.ones((2, 3)))[4]
    np.testing.assert_array_equal(info["final_obs"][1], before)
    assert info["final_info"]["x_velocity"][1] == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda e: e.get_env_state(4),
            r"get_env_state: env: expected a whole number from 0 to 3 \(there are 4 env.* 4$",
        ),
        (lambda e: e.get_env_state(-1), "get_env_state: env: expected a whole number from 0 to 3"),
        (lambda e: e.get_env_state(True), "get_env_state: env: expected a whole number .*, got True"),
        (lambda e: e.get_env_state(1.0), "get_env_state: env: expected a whole number .*, got 1.0"),
        (
            lambda e: e.set_env_state(0, np.zeros(5), np.zeros(6)),
            r"set_env_state: qpos: expected shape \(6,\), got \(5,",
        ),
        (lambda e: e.set_env_state(0, np.zeros(6), [0, 0, 0, 0, 0, np.inf]), "set_env_state: qvel holds NaN or inf"),
        (lambda e: e.set_env_state(0, "high", np.zeros(6)), "set_env_state: qpos: expected numbers, got 'high'"),
        (lambda e: e.set_action(0, [1, 2]), r"set_action: action: expected shape \(3,\), got \(2,\)"),
        (lambda e: e.set_action(0, [1, 2, 1e300]), "set_action: action holds NaN or infinity"),
        (lambda e: e.set_action(9, None), "set_action: env: expected a whole number from 0 to 3"),
        (lambda e: e.get_randomization(4), "get_randomization: env: expected a whole number from 0 to 3"),
        (
            lambda e: e.set_randomization(0, {"mass": 1}),
            "set_randomization: 'mass': the task Hopper-v5 draws 'body_mass:",
        ),
        (lambda e: e.set_randomization(0, {"dof_damping": [1, 2]}), r"dof_damping: expected shape \(6,\), got \(2,\)"),
        (lambda e: e.set_randomization(0, {"gravity": np.nan}), "set_randomization: gravity holds NaN or infinity"),
        (lambda e: e.set_randomization(0, {"action_delay": 4}), "action_delay: expected 0 to 3 control steps, got 4"),
        (lambda e: e.set_randomization(0, {"body_mass:torso": -1}), "body_mass:torso: expected at least 0.0, got -1"),
        (
            lambda e: e.set_variant(0, 3),
            r"set_variant: variant: expected a whole number from 0 to 2 \(.* has 3\), got 3",
        ),
        (lambda e: e.set_variant(0, "Flat"), "set_variant: variant: expected a whole number from 0 to 2 .* got 'Flat'"),
    ],
)
def test_wrong_arguments_are_told_and_change_nothing(envs, call, message):
    before = envs.snapshot()
    with pytest.raises(ValueError, match=message):
        call(envs)
    after = envs.snapshot()
    for name, array in before.arrays.items():
        np.testing.assert_array_equal(after.arrays[name], array, err_msg=name)


def test_a_task_that_draws_nothing_says_so():
    envs = websim.make_vec("Hopper-v5", num_envs=1)
    with pytest.raises(RuntimeError, match=r"^snapshot: call reset"):
        envs.snapshot()
    envs.reset()
    assert envs.get_randomization(0) == {}
    with pytest.raises(ValueError, match="'gravity': the task Hopper-v5 draws nothing: its spec has no `randomize`"):
        envs.set_randomization(0, {"gravity": 1})
    assert envs.variants.tolist() == [0]
