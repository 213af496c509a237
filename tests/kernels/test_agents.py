"""Several agents in one scene: who sees and drives what, how they learn, and that ranks do not matter."""

import dataclasses
import zipfile
from io import BytesIO

import numpy as np
import pytest

import websim
from websim.agent_view import AgentView
from websim.agents import policy_groups
from websim.batch_env import BatchEnv
from websim.cli import main
from websim.errors import ConfigError, ModelError
from websim.evaluate import evaluate
from websim.metrics import metrics_of
from websim.policy import Policy
from websim.policy_files import pack_policies
from websim.tasks import get_spec

SMALL = {"num_envs": 4, "num_steps": 8, "num_minibatches": 2, "update_epochs": 2, "target_kl": 0.0}
SMALL |= {"seed": 7, "eval_every": 0}


def train_small(task, iterations=2, **settings):
    settings = {**SMALL, **settings}
    return websim.train(task, total_steps=iterations * settings["num_envs"] * settings["num_steps"], **settings)


def test_a_swarm_learns_to_cover_its_goals():
    run = websim.train("Swarm", total_steps=40_000, num_envs=32, num_steps=32, seed=1)
    first = next(m["charts/episodic_return"] for m in run.history if m["charts/episodic_return"] is not None)
    assert first < -110
    returns, lengths = evaluate(run.policy, episodes=20)
    assert (lengths == 100).all()
    assert returns.mean() > -60


@pytest.mark.parametrize(
    ("task", "options"), [("Swarm", {}), ("AntSumo", {}), ("AntSumo", {"shared": True, "max_episode_steps": 6})]
)
def test_two_ranks_equal_one(task, options):
    one, two = (train_small(task, env_options=options, ranks=ranks) for ranks in (1, 2))
    start = train_small(task, iterations=1, env_options=options)
    assert list(one.policies) == list(two.policies)
    for name, policy in one.policies.items():
        assert np.abs(policy.network.params - start.policies[name].network.params).max() > 1e-4
        np.testing.assert_allclose(two.policies[name].network.params, policy.network.params, rtol=0, atol=2e-6)
        np.testing.assert_allclose(two.policies[name].normalizer.mean, policy.normalizer.mean, rtol=1e-6, atol=1e-7)
    for a, b in zip(one.history, two.history, strict=True):
        for name in a:
            if not name.startswith(("time/", "charts/SPS")) and a[name] is not None:
                assert np.isfinite(a[name]), name
                assert a[name] == pytest.approx(b[name], rel=1e-3, abs=1e-6), name


def test_the_same_seed_gives_the_same_bytes():
    first, again, other = (train_small("AntSumo", seed=seed) for seed in (7, 7, 8))
    packed = [pack_policies(run.policies) for run in (first, again, other)]
    assert packed[0] == packed[1] != packed[2]
    with zipfile.ZipFile(BytesIO(packed[0])) as archive:
        assert archive.namelist() == ["policy-red.websim", "policy-blue.websim"]
        assert Policy.from_bytes(archive.read("policy-blue.websim")).name == "blue"


def test_policies_of_their_own_start_and_explore_apart():
    policies = train_small("AntSumo", learning_rate=1e-9).policies
    red, blue = (policies[name].network.params for name in ("red", "blue"))
    assert np.corrcoef(red, blue)[0, 1] < 0.1
    env = BatchEnv(get_spec("AntSumo"), 2, seed=5)
    groups = policy_groups(env.spec, env.model, env.obs_dim)
    assert [AgentView(env, group, number).seed for number, group in enumerate(groups)] == [5, 5 + 2**53]


def test_metrics_are_those_of_the_first_policy_and_of_each():
    metrics = train_small("AntSumo", env_options={"max_episode_steps": 5}).history[-1]
    of_policy = [m.name for m in metrics_of("ppo") if m.of_policy]
    assert "charts/episodic_return" in of_policy
    expected = {m.name for m in metrics_of("ppo")} | {
        f"{name}/{policy}" for name in of_policy for policy in ("red", "blue")
    }
    assert set(metrics) == expected
    for name in of_policy:
        assert metrics[name] == metrics[f"{name}/red"] != metrics[f"{name}/blue"], name
    assert metrics["charts/episodes"] == 4 * 3, "episodes are counted by environment, three in 16 steps"
    shared = train_small("AntSumo", env_options={"shared": True}).history[-1]
    assert set(shared) == {m.name for m in metrics_of("ppo")}


def test_a_view_holds_an_agent_of_an_environment_in_each_row():
    env = BatchEnv(get_spec("Swarm", num_agents=3, max_episode_steps=2), 2, seed=1, first_env=10)
    (group,) = policy_groups(env.spec, env.model, env.obs_dim)
    view = AgentView(env, group, 0)
    assert (view.num_envs, view.first_env, view.obs_dim, view.action_dim) == (6, 30, 14, 2)
    np.testing.assert_array_equal(view.obs, env.obs.reshape(6, 14))
    controls = np.arange(12, dtype=np.float32).reshape(6, 2) / 12
    actions = np.zeros((2, 6), np.float32)
    view.send(controls, actions)
    np.testing.assert_array_equal(actions, controls.reshape(2, 6))
    env.step(actions)
    scene = env.step(actions)
    step = view.step_of(scene)
    np.testing.assert_array_equal(step.reward, scene.reward.reshape(6))
    np.testing.assert_array_equal(step.truncated, np.ones(6, bool))
    np.testing.assert_array_equal(view.final_obs, env.obs.reshape(6, 14))


def test_winning_and_pushing_are_zero_sum():
    env = BatchEnv(get_spec("AntSumo"), 8, seed=0)
    rng = np.random.default_rng(0)
    wins = 0
    for _ in range(200):
        step = env.step(rng.uniform(-1, 1, (8, 16)).astype(np.float32))
        for term in ("reward_win", "reward_push"):
            np.testing.assert_array_equal(step.terms[term].sum(axis=1), 0)
        assert np.abs(step.terms["reward_push"]).max() > 0
        wins += np.count_nonzero(step.terms["reward_win"][:, 0])
        if step.any_ended:
            env.reset_ended(step.ended)
    assert wins > 3, "some have fallen"


@pytest.mark.parametrize("loser", [0, 1])
def test_who_is_out_of_the_ring_has_lost(loser):
    env = BatchEnv(get_spec("AntSumo"), 1, seed=0)
    qpos, qvel = env.engine.get_state()
    qpos[0, 15 * loser] = 3.5
    env.set_state(qpos, 0 * qvel)
    step = env.step(np.zeros((1, 16), np.float32))
    assert step.terminated[0]
    assert step.terms["reward_win"][0].tolist() == [[-10, 10], [10, -10]][loser]


def test_a_single_policy_and_all_of_several_are_evaluated():
    swarm = train_small("Swarm", env_options={"num_agents": 4, "max_episode_steps": 10})
    returns, lengths = evaluate(Policy.from_bytes(swarm.policy.to_bytes()), episodes=3)
    assert lengths.tolist() == [10] * 3
    assert (returns < 0).all()
    run = train_small("AntSumo", env_options={"max_episode_steps": 10})
    red, blue = run.policies.values()
    of_red, of_blue = (evaluate(*order, episodes=3)[0] for order in ((red, blue), (blue, red)))
    assert (of_red != of_blue).all()
    with pytest.raises(ConfigError, match="AntSumo: expected a policy of each of red, blue, got red"):
        evaluate(red)
    with pytest.raises(ConfigError, match="AntSumo: has policies red, blue: take one of `policies`"):
        _ = run.policy


def test_the_command_saves_and_evaluates_each_policy(tmp_path, capsys):
    out = tmp_path / "run"
    settings = ["--steps", "64", "--num-envs", "4", "--num-steps", "8", "--env-options", '{"max_episode_steps": 10}']
    assert main(["train", "AntSumo", *settings, "--out", str(out)]) == 0
    command = capsys.readouterr().out.splitlines()[-1].removeprefix("next: websim ").split()
    assert command[1:3] == [str(out / "policy-red.websim"), str(out / "policy-blue.websim")]
    assert main(command) == 0
    assert "AntSumo: return" in capsys.readouterr().out


def changed(**first_agent):
    """The swarm of two, whose first agent is changed."""
    task = get_spec("Swarm", num_agents=2)
    return dataclasses.replace(task, agents=(dataclasses.replace(task.agents[0], **first_agent), task.agents[1]))


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (changed(name="puck_1"), "Swarm: agent 'puck_1': is there twice; give each agent a name of its own"),
        (
            changed(actuators=("puck_9_x",)),
            "Swarm: agent 'puck_0': the model has no actuator named 'puck_9_x'; there is",
        ),
        (
            changed(actuators=("puck_1_x", "puck_1_y")),
            "agent 'puck_1': actuator 'puck_1_x' is driven by agent 'puck_0'",
        ),
        (changed(actuators=()), "agent 'puck_0': expected at least one observation and one actuator"),
        (changed(actuators=("puck_0_x",)), "agent 'puck_1': actuators: expected 1 as of 'puck_0', got 2; they share"),
        (changed(observation=(websim.Observation("qpos"),)), "agent 'puck_1': observations: expected 4 as of 'puck_0'"),
        (changed(policy="a/b"), "agent 'puck_0': policy: expected a name of letters, digits, - and _, got 'a/b'"),
    ],
)
def test_agents_that_do_not_fit_are_told(task, message):
    env = BatchEnv(task, 1)
    with pytest.raises(ModelError, match=message):
        policy_groups(task, env.model, env.obs_dim)


def test_actuators_that_share_a_policy_have_equal_ranges():
    task = get_spec("Swarm", num_agents=2)
    wider = task.model.replace('<motor name="puck_1_y"', '<motor name="puck_1_y" ctrlrange="-2 2"')
    task = dataclasses.replace(task, model=wider)
    env = BatchEnv(task, 1)
    with pytest.raises(ModelError, match=r"agent 'puck_1': ranges of its actuators: expected .* got .*-2\.0, 2\.0"):
        policy_groups(task, env.model, env.obs_dim)
    scaled = dataclasses.replace(task, control=websim.Control())
    env = BatchEnv(scaled, 1)
    assert len(policy_groups(scaled, env.model, env.obs_dim)) == 1
