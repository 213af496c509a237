"""The player without Python against `websim.evaluate`: equal starts, equal steps, equal returns."""

import json
import subprocess
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from conftest import REPO
from websim.agents import policy_groups
from websim.batch_env import TERMINATED, UNHEALTHY, BatchEnv
from websim.evaluate import act, actors_of, evaluate
from websim.models.files import ModelFiles
from websim.models.mjcf import load_model
from websim.models.packed_model import pack_model
from websim.network import ActorCritic
from websim.normalizer import RunningMoments
from websim.policy import Policy, load_policy
from websim.spec import EnvSpec
from websim.task_file import archived_files, task_file
from websim.tasks import get_spec

TRAINED = REPO / "tests/data/half_cheetah.websim"


def assets_of(runtime: Path) -> dict[str, Path]:
    """The runtime's files by name."""
    assets = json.loads((runtime / "assets.json").read_text())["assets"]
    return {name: runtime / entry["file"] for name, entry in assets.items()}


def played_steps(
    runtime: Path, policy: Path, task: str | Path, episodes: int, seed: int, folder: Path, *options: str
) -> NDArray[np.void]:
    """What the player records of each step: actions [B, A], signals [B, S], flags [B]; task: the site's, or a file."""
    output = folder / "played"
    file = assets_of(runtime)[f"task-{task}.json"] if isinstance(task, str) else task
    script = Path(__file__).parent / "play_policy.mjs"
    subprocess.run(["node", script, file, policy, runtime, str(episodes), str(seed), output, *options], check=True)
    head, _, data = output.read_bytes().partition(b"\n")
    facts = json.loads(head)
    widths = [("actions", "<f4", facts["action_dim"]), ("signals", "<f8", facts["signal_dim"])]
    step = [(name, kind, (episodes, width)) for name, kind, width in widths]
    return np.frombuffer(data, np.dtype([*step, ("flags", "u1", (episodes,))]), facts["steps"])


def play(
    runtime: Path, policy: Path, task: str, episodes: int, seed: int, folder: Path, *options: str
) -> NDArray[np.float64]:
    """Returns and lengths [2, episodes] of the first episode that the player plays in each environment."""
    spec, env = get_spec(task), BatchEnv(get_spec(task), episodes)
    assert spec.reward is not None
    returns, lengths, running = np.zeros(episodes), np.zeros(episodes), np.ones(episodes, bool)
    for step in played_steps(runtime, policy, task, episodes, seed, folder, *options):
        env.engine.signals[:] = step["signals"]
        terms = spec.reward(env.signals, step["actions"], (step["flags"] & UNHEALTHY) != 0)
        reward = sum(terms.values(), np.zeros(())).reshape(episodes, -1).mean(axis=1)
        returns += np.where(running, reward, 0)
        lengths += running
        running &= (step["flags"] & TERMINATED) == 0
    return np.array([returns, lengths])


def test_a_trained_agent_has_the_return_that_python_measures(runtime: Path, tmp_path: Path) -> None:
    """Rounding makes other episodes of equal starts after some 20 steps; in one of 20 or so this agent falls over,
    which moves a mean and not the median."""
    returns, lengths = evaluate(load_policy(TRAINED), episodes=20, seed=4)
    played, played_lengths = play(runtime, TRAINED, "HalfCheetah-v5", 20, 4, tmp_path)
    assert np.median(returns) > 5000, "an agent that runs"
    assert np.median(played) == pytest.approx(np.median(returns), rel=0.01)
    assert (played_lengths == lengths).all()


def test_an_agent_loses_at_most_a_hundredth_of_its_return_in_a_link(runtime: Path, tmp_path: Path) -> None:
    exact, _ = play(runtime, TRAINED, "HalfCheetah-v5", 40, 4, tmp_path)
    linked, _ = play(runtime, TRAINED, "HalfCheetah-v5", 40, 4, tmp_path, "linked")
    assert np.median(linked) >= 0.99 * np.median(exact)
    assert (linked > 4000).sum() >= (exact > 4000).sum() - 2, "it falls no oftener"


def test_the_player_starts_and_steps_as_python_does(runtime: Path, tmp_path: Path) -> None:
    policy, B, seed = load_policy(TRAINED), 20, 2**40 + 4
    steps = played_steps(runtime, TRAINED, "HalfCheetah-v5", B, seed, tmp_path)
    env = BatchEnv(get_spec("HalfCheetah-v5"), B, seed=seed)
    env.reset()
    actors, actions = actors_of(env, (policy,)), np.zeros((B, env.action_dim), np.float32)
    for step in steps[:8]:
        act(env, actors, actions)
        np.testing.assert_allclose(step["actions"], actions, atol=1e-4)
        env.step(actions)
        np.testing.assert_allclose(step["signals"], env.engine.signals, atol=1e-3)


@pytest.mark.parametrize(
    ("task", "squash", "activation"),
    [
        ("Hopper-v5", False, "tanh"),
        ("Walker2d-v5", False, "elu"),
        ("Humanoid-v5", True, "relu"),
        ("PandaReach", True, "silu"),
    ],
)
def test_untrained_agents_fall_at_the_same_step(
    runtime: Path, tmp_path: Path, task: str, squash: bool, activation: str
) -> None:
    path = tmp_path / "policy.websim"
    random_policy(task, activation, squash).save(path)
    returns, lengths = evaluate(load_policy(path), episodes=5, seed=2**40 + 1)
    played, played_lengths = play(runtime, path, task, 5, 2**40 + 1, tmp_path)
    assert (played_lengths == lengths).all()
    np.testing.assert_allclose(played, returns, rtol=1e-3)


def test_all_agents_of_a_scene_act(runtime: Path, tmp_path: Path) -> None:
    path = tmp_path / "policy.websim"
    random_policy("Swarm", "tanh", False).save(path)
    returns, lengths = evaluate(load_policy(path), episodes=2, seed=1)
    played, played_lengths = play(runtime, path, "Swarm", 2, 1, tmp_path)
    assert (played_lengths == lengths).all()
    np.testing.assert_allclose(played, returns, rtol=1e-2)


ROD = """<mujoco model="rod">
  <option timestep="0.01"/>
  <asset><mesh name="stone" file="stone.obj"/></asset>
  <worldbody>
    <body name="rod" pos="0 0 1">
      <joint name="hinge" axis="0 1 0" damping="0.1"/>
      <geom type="mesh" mesh="stone"/>
    </body>
  </worldbody>
  <actuator><motor joint="hinge" ctrlrange="-1 1"/></actuator>
  <keyframe><key name="home" qpos="0.5"/></keyframe>
</mujoco>"""
STONE = b"v 0 0 0\nv 0.2 0 0\nv 0 0.2 0\nv 0 0 0.2\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"


def check_steps(runtime: Path, spec: EnvSpec, archives: dict[str, bytes], folder: Path) -> None:
    """An agent that brings its task steps as Python does."""
    spec = replace(spec, max_episode_steps=8)
    task, path, B, seed = folder / "task.json", folder / "policy.websim", 6, 3
    task.write_text(task_file(spec, archived_files(archives)))
    random_policy(spec, "tanh", False).save(path)
    steps = played_steps(runtime, path, task, B, seed, folder, "brought")
    env = BatchEnv(spec, B, seed=seed)
    env.reset()
    actors, actions = actors_of(env, (load_policy(path),)), np.zeros((B, env.action_dim), np.float32)
    for step in steps:
        act(env, actors, actions)
        # The weights travel in 8 bits.
        np.testing.assert_allclose(step["actions"], actions, atol=0.1)
        env.step(step["actions"])
        np.testing.assert_allclose(step["signals"], env.engine.signals, atol=1e-3)
    assert np.ptp(steps["signals"]) > 0.01, "it moves"


def test_an_agent_brings_a_model_of_its_own(runtime: Path, tmp_path: Path) -> None:
    packed = pack_model(load_model(ModelFiles(ROD, {"stone.obj": STONE})))
    spec = get_spec("OwnModel", model=packed, frame_skip=3)
    check_steps(runtime, spec, {}, tmp_path)


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("Hopper-v5", {"exclude_current_positions_from_observation": False, "healthy_z_range": [-9.0, 9.0]}),
        ("AnymalCJoystick", {"terrain": ["slope", "rough", "stairs"], "randomize": True}),
    ],
)
def test_an_agent_brings_a_task_with_options(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str, options: dict[str, Any]
) -> None:
    archives = {name: path.read_bytes() for name, path in assets_of(runtime).items() if name.endswith(".zip")}
    for name, data in archives.items():
        zipfile.ZipFile(BytesIO(data)).extractall(tmp_path / "robots" / Path(name).stem)
    monkeypatch.setenv("MENAGERIE_ROOT", str(tmp_path / "robots"))
    check_steps(runtime, get_spec(task, **options), archives, tmp_path)


def random_policy(task: str | EnvSpec, activation: str, squash: bool) -> Policy:
    """Random weights, and an observation normaliser that clips."""
    spec = get_spec(task)
    env = BatchEnv(spec, 1)
    (group,) = policy_groups(spec, env.model, env.obs_dim)
    low, high = (side[group.actions[0]] for side in env.action_bounds)
    rng = np.random.default_rng(5)
    O, A = group.observations.shape[1], len(low) * (2 if squash else 1)
    network = ActorCritic(O, A, (16, 8), activation=activation, discrete=squash, features=O, capacity=64)
    network.initialize(rng)
    network.params *= 1.5
    normalizer = RunningMoments(O)
    normalizer.load(100.0, rng.normal(0, 0.1, O), rng.uniform(0.1, 2, O))
    normalizer.clip = 1.5
    return Policy(spec, network, normalizer, low, high, (16, 8), group.policy, squash)
