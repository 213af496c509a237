"""Training any model: a task around it, its saves, and another model in a run that goes on."""

import base64
import json
import threading
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import websim
from websim.algorithms.ppo import PPOConfig
from websim.api import new_folder, run
from websim.cli import main
from websim.dist import Communicator
from websim.errors import ConfigError, ModelError, SaveError
from websim.live.reward_source import reward_source
from websim.live.reward_text import compile_reward
from websim.models.files import ModelFiles
from websim.models.mjcf import load_model
from websim.models.packed_model import pack_model, unpack_model
from websim.saving.run_folder import RunFolder
from websim.saving.saved_rank import SavedRank, resume
from websim.saving.saved_run import read_run
from websim.session import Session
from websim.tasks import get_spec
from websim.tasks.own_model import OWN_MODEL

MODELS = Path(__file__).parents[2] / "webapp" / "scene" / "models"
PENDULUM = (MODELS / "pendulum.xml").read_text()
LONGER = PENDULUM.replace("-0.7", "-1.4")
#: Another joint: one more position and one more velocity.
JOINTED = PENDULUM.replace('<joint name="hinge"', '<joint name="slide" type="slide" axis="1 0 0"/><joint name="hinge"')
TETRAHEDRON = b"v 0 0 0\nv 0.2 0 0\nv 0 0.2 0\nv 0 0 0.2\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"
MESH = """<mujoco><asset><mesh name="stone" file="stone.obj"/></asset>
<worldbody>
  <body name="rod" pos="0 0 1"><joint name="hinge" axis="0 1 0"/><geom type="mesh" mesh="stone"/></body>
</worldbody>
<actuator><motor joint="hinge" ctrlrange="-1 1"/></actuator></mujoco>"""
SMALL = {"num_envs": 8, "num_steps": 8, "num_minibatches": 4, "update_epochs": 2, "hidden": (8,), "eval_episodes": 2}
TEXT = "def reward(signals, actions, unhealthy):\n    return {'reward_speed': np.abs(signals['qvel'][:, 0])}\n"


def packed(xml=PENDULUM, **files):
    return pack_model(load_model(ModelFiles(xml, files)))


def config_of(model=None, iterations=6, **settings):
    options = {"model": model or packed(), "max_episode_steps": 30}
    return websim.TrainConfig.from_mapping(
        {"env": OWN_MODEL, "env_options": options, **SMALL, "total_steps": 64 * iterations, **settings}
    )


def trained(changes, **settings):
    return run(config_of(**settings), on_metrics=lambda metrics: changes.get(metrics["iteration"]))


def open_session(config):
    return Session(config, Communicator(), lambda: None)


def iterate(session, count):
    for _ in range(count):
        session.iterate()


def gone_on(session):
    """A new session where this one is, through a save's bytes."""
    saved = SavedRank.from_bytes(SavedRank.of(session).to_bytes())
    resumed = open_session(websim.TrainConfig.from_mapping(saved.config))
    resume(resumed, saved, session.state().logs)
    return resumed


def figures(result):
    """All but times."""
    names = [name for name in result.history[0] if not name.startswith(("time/", "charts/SPS"))]
    return [[metrics[name] for name in names] for metrics in result.history]


def stop_at(iteration, config, folder):
    """Train in a new folder, and stop."""
    config, stop = replace(config, autosave_seconds=1e-6), threading.Event()

    def on_metrics(metrics):
        if metrics["iteration"] == iteration:
            stop.set()

    return run(config, on_metrics=on_metrics, stop=stop, folder=RunFolder(new_folder(folder), config))


@pytest.mark.parametrize(
    ("name", "terms"),
    [
        ("pendulum", {"reward_height", "reward_ctrl"}),
        ("car", {"reward_forward", "reward_upright", "reward_ctrl"}),
        ("gripper", {"reward_height", "reward_ctrl"}),
    ],
)
def test_any_model_has_a_reward_that_its_text_repeats(name, terms):
    spec = get_spec(OWN_MODEL, model=packed((MODELS / f"{name}.xml").read_text()))
    envs = websim.make_vec(spec, num_envs=4, seed=0)
    envs.reset()
    actions = np.full(envs.action_space.shape, 0.5, np.float32)
    _, rewards, *_, infos = envs.step(actions)
    assert terms <= set(infos)
    again = websim.make_vec(replace(spec, reward=compile_reward(reward_source(spec))), num_envs=4, seed=0)
    again.reset()
    assert again.step(actions)[1].tobytes() == rewards.tobytes()


def test_a_model_is_packed_with_its_files_and_comes_back():
    model = packed(MESH, **{"stone.obj": TETRAHEDRON, "other.obj": b"not named"})
    assert unpack_model(json.loads(json.dumps(model))) == ModelFiles(MESH, {"stone.obj": TETRAHEDRON})
    result = run(config_of(model, iterations=1))
    options = result.policy.spec.options
    assert (options["model"]["xml"], options["model"]["files"]) == (MESH, {})
    assert len(result.policy.to_bytes()) < 10_000


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("<mujoco/>", "model: expected its MJCF text as 'xml'"),
        ({"xml": PENDULUM, "files": {"a.obj": 3}}, "model: expected 'files' by name"),
        ({"xml": PENDULUM, "files": {"a.obj": "?"}}, "model: file 'a.obj' is damaged"),
        ({"xml": PENDULUM, "files": {"a": base64.b64encode(zlib.compress(b"abc")[:-3]).decode()}}, "'a' is cut off"),
        (
            {"xml": PENDULUM, "files": {"a": base64.b64encode(zlib.compress(bytes(65_000_000))).decode()}},
            r"file 'a': expected at most 64\.0 MB unpacked, got more",
        ),
        ({"xml": "<mujoco><worldbody/></mujoco>"}, "the model has no joint, so that there is nothing to learn"),
        ({"xml": PENDULUM.replace("motor", "nothing")}, "OwnModel: the model: MuJoCo cannot load the model: "),
    ],
)
def test_a_model_that_cannot_be_trained_is_told(model, message):
    with pytest.raises((ConfigError, ModelError), match=message):
        websim.TrainConfig.from_mapping({"env": OWN_MODEL, "env_options": {"model": model}})


def test_a_run_of_an_own_model_goes_on_bit_for_bit(tmp_path):
    model = packed(MESH, **{"stone.obj": TETRAHEDRON})
    whole = run(config_of(model))
    stop_at(3, config_of(model), tmp_path / "a")
    assert main(["pack", str(tmp_path / "a"), str(tmp_path / "there.websim-run")]) == 0
    resumed = websim.resume(tmp_path / "there.websim-run", folder=tmp_path / "b")
    assert resumed.policy.network.params.tobytes() == whole.policy.network.params.tobytes()
    assert figures(resumed) == figures(whole)


def test_a_run_of_another_model_is_refused(tmp_path):
    stop_at(2, config_of(), tmp_path / "a")
    start = read_run(tmp_path / "a")
    session = open_session(config_of(packed(LONGER)))
    with pytest.raises(SaveError, match=r"save: OwnModel: expected a run of this task and model \(fingerprint"):
        start.resume(session)
    session.close()


def test_the_terminal_trains_a_file(tmp_path, capsys):
    (tmp_path / "stone.obj").write_bytes(TETRAHEDRON)
    (tmp_path / "model.xml").write_text(MESH)
    out = tmp_path / "a"
    arguments = ["train", "--model", str(tmp_path / "model.xml"), "--steps", "1e3", "--num-envs", "8"]
    assert main([*arguments, "--out", str(out)]) == 0
    assert "OwnModel  1,000/1,000 steps" in capsys.readouterr().out
    assert set(json.loads((out / "config.json").read_text())["env_options"]["model"]["files"]) == {"stone.obj"}
    assert main(["train", "Hopper-v5", "--model", str(MODELS / "pendulum.xml"), "--out", str(tmp_path / "b")]) == 2
    assert main(["train", "--out", str(tmp_path / "b")]) == 2
    assert "env is missing: name a task" in capsys.readouterr().err


def test_another_model_takes_its_place_and_what_was_learned_goes_on():
    session = open_session(config_of(eval_every=64))
    for _ in range(2):
        session.iterate()
    learned, episodes = session.learner.network.params.copy(), session.env.episodes.copy()
    count = session.learner.obs_normalizer.count
    config = session.request({"model": LONGER})
    assert config.env_options["model"]["xml"] == LONGER
    session._apply(session._requests.take()[0])
    assert session.config == config
    assert session.learner.network.params.tobytes() == learned.tobytes()
    assert session.learner.obs_normalizer.count == count
    assert (session.env.episodes == episodes + 1).all()
    assert (session.env.episode_length == 0).all()
    assert session.evaluation.best.episodic_return is None
    session.iterate()
    assert session.evaluation.last.global_step == 192
    assert "model" in session.changes[-1]
    assert session.notices == []
    session.close()


@pytest.mark.parametrize("algorithm", ["ppo", "sac", "ars"])
def test_with_another_model_every_algorithm_goes_on_and_a_save_has_it(algorithm):
    settings = {"learning_starts": 64, "batch_size": 32} if algorithm == "sac" else {}
    known = {
        "num_envs": 8,
        "hidden": (8,),
        "eval_episodes": 2,
        "algorithm": algorithm,
        "total_steps": 2_000,
        **settings,
    }
    config = websim.TrainConfig.from_mapping(
        {"env": OWN_MODEL, "env_options": {"model": packed(), "max_episode_steps": 30}, **known}
    )
    session = open_session(config)
    iterate(session, 2)
    session.request({"model": LONGER})
    iterate(session, 2)
    resumed = gone_on(session)
    for other in (session, resumed):
        iterate(other, 2)
    assert resumed.learner.policies["policy"].spec.model.xml == LONGER
    assert session.learner.network.params.tobytes() == resumed.learner.network.params.tobytes()
    assert resumed.changes == session.changes
    assert session.notices == []
    for other in (session, resumed):
        other.close()


def test_the_memory_of_sac_does_not_take_a_new_start_for_a_step():
    known = {"num_envs": 2, "algorithm": "sac", "total_steps": 2_000, "learning_starts": 1_000, "eval_every": 0}
    session = open_session(
        websim.TrainConfig.from_mapping({"env": OWN_MODEL, "env_options": {"model": packed()}, **known})
    )
    session.iterate()
    last, seen = session.learner.replay.stop - 1, session.env.obs.copy()
    session.request({"model": LONGER})
    session.iterate()
    finals = session.learner.replay._finals
    assert [finals[last, env].tolist() for env in range(2)] == seen.tolist()
    session.close()


def test_two_ranks_swap_as_one_does():
    changes = {2: {"model": LONGER}, 4: {"reward": TEXT}, 5: {"model": PENDULUM}}
    one, two = (trained(changes, ranks=ranks, iterations=12) for ranks in (1, 2))
    assert two.changes == one.changes
    np.testing.assert_allclose(two.policy.network.params, one.policy.network.params, rtol=0, atol=2e-6)
    assert [m["charts/episodes"] for m in two.history] == [m["charts/episodes"] for m in one.history]
    assert one.history[-1]["charts/episodic_return"] == pytest.approx(two.history[-1]["charts/episodic_return"], 1e-3)


def test_a_built_in_task_goes_on_with_its_edited_model():
    xml = load_model("hopper.xml").xml
    heavier = xml.replace('name="torso_geom"', 'name="torso_geom" mass="9"')
    assert heavier != xml
    session = open_session(PPOConfig(env="Hopper-v5", **SMALL))
    session.request({"model": heavier})
    iterate(session, 2)
    resumed = gone_on(session)
    assert resumed.config.env_options["model"]["xml"] == heavier
    assert resumed.env.spec.model.xml == heavier
    assert [set(change) for change in resumed.changes] == [{"global_step", "settings", "model"}]
    for other in (session, resumed):
        iterate(other, 1)
        other.close()
    assert session.learner.network.params.tobytes() == resumed.learner.network.params.tobytes()


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (JOINTED, "model: the run's policy has 4 observations, with this model it would be 6; start another run"),
        (
            PENDULUM.replace("</actuator>", '<motor joint="hinge" ctrlrange="-1 1"/></actuator>'),
            "model: the run's policy has 1 actions, with this model it would be 2",
        ),
        (PENDULUM.replace("capsule", "capsul"), "MuJoCo cannot load the model: .*capsul"),
        (3, "model: expected MJCF text, a path or ModelFiles, got int"),
    ],
)
def test_a_model_that_does_not_fit_is_refused_and_changes_nothing(model, message):
    changed, unchanged = (open_session(config_of(eval_every=0)) for _ in range(2))
    with pytest.raises((ConfigError, ModelError), match=message):
        changed.request({"model": model})
    for session in (changed, unchanged):
        session.iterate()
    assert changed.config == unchanged.config
    assert changed.learner.network.params.tobytes() == unchanged.learner.network.params.tobytes()
    for session in (changed, unchanged):
        session.close()


def test_a_model_that_fails_in_a_rank_leaves_the_run_as_it_was(monkeypatch):
    changed, unchanged = (open_session(config_of(eval_every=0)) for _ in range(2))
    changed.request({"model": LONGER})

    def full(spec):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(changed, "_open", full)
        changed.iterate()
    unchanged.iterate()
    assert changed.notices == ["The model stays as it was: there is no memory for it"]
    assert changed.config == unchanged.config
    assert "model" not in changed.changes[-1]
    assert changed.learner.network.params.tobytes() == unchanged.learner.network.params.tobytes()
    for session in (changed, unchanged):
        session.close()
