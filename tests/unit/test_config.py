"""Settings: defaults, derived values, and one sentence for each wrong one."""

import pytest

from websim.algorithms import ALGORITHMS
from websim.algorithms.ppo import PPOConfig
from websim.config import TrainConfig, available_cores
from websim.configs import tuned
from websim.configs.half_cheetah import SETTINGS
from websim.errors import ConfigError
from websim.tasks import TASKS, get_spec


def test_numbers_from_json_become_the_fields_types():
    config = TrainConfig.from_mapping({"env": "Hopper-v5", "total_steps": 1e6, "learning_rate": 1})
    assert config.total_steps == 1_000_000
    assert isinstance(config.total_steps, int)
    assert isinstance(config.learning_rate, float)


def test_options_of_the_task_are_part_of_the_settings():
    config = TrainConfig.from_mapping({"env": "Hopper-v5", "env_options": {"frame_skip": 2}})
    assert get_spec(config.env, **config.env_options).frame_skip == 2


def test_derived_values():
    config = PPOConfig(env="Hopper-v5", num_envs=64, num_steps=10)
    assert config.batch_size == 640
    assert config.local_num_envs == 64


def test_what_is_not_given_is_as_the_task_was_tuned():
    tuned_for = SETTINGS["ppo"]
    config = TrainConfig.from_mapping({"env": "HalfCheetah-v5", "seed": 3})
    assert {name: getattr(config, name) for name in tuned_for} == tuned_for
    assert TrainConfig.from_mapping({"env": "HalfCheetah-v5", "num_envs": 8}).num_envs == 8


def test_every_tuned_setting_is_one_of_its_algorithm():
    for task in TASKS:
        for algorithm in ALGORITHMS:
            TrainConfig.from_mapping({"env": task, "algorithm": algorithm, **tuned(task, algorithm)})


@pytest.mark.skipif(available_cores() < 2, reason="needs two cores")
def test_as_many_environments_as_divide_over_the_ranks(monkeypatch):
    monkeypatch.setitem(SETTINGS["ppo"], "num_envs", 33)
    assert TrainConfig.from_mapping({"env": "HalfCheetah-v5", "ranks": 2}).num_envs == 34


def test_hidden_layers_are_a_list_in_json():
    assert TrainConfig.from_mapping({"env": "Hopper-v5", "hidden": [32, 16]}).hidden == (32, 16)
    assert TrainConfig.from_mapping({"env": "Hopper-v5", "hidden": []}).hidden == ()


def test_some_settings_may_change_while_a_run_goes_on():
    config = PPOConfig(env="Hopper-v5", seed=3)
    assert config.changed({"learning_rate": 1e-4}) == PPOConfig(env="Hopper-v5", seed=3, learning_rate=1e-4)
    with pytest.raises(ConfigError, match="seed cannot change while a run goes on: expected one of total_steps, "):
        config.changed({"seed": 4})
    with pytest.raises(ConfigError, match="learning_rate: expected a number from 1e-09 to 1, got -1"):
        config.changed({"learning_rate": -1})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "env is missing"),
        ({"env": "Nope-v5"}, "unknown task 'Nope-v5': expected one of InvertedPendulum-v5, "),
        ({"env": {}}, "unknown task {}"),
        ({"env_options": 3}, "env_options: expected values by option name, got 3"),
        ({"env_options": {"gravity": 1}}, "Hopper-v5: unknown option 'gravity': expected one of xml_file"),
        ({"env_options": {"healthy_z_range": 1}}, "Hopper-v5: the options {'healthy_z_range': 1} do not fit"),
        ({"env": 3}, "unknown task 3"),
        ({"algorithm": "dqn"}, "algorithm: expected ppo or ars or sac, got 'dqn'"),
        ({"activation": "gelu"}, "activation: expected tanh or relu or silu or elu, got 'gelu'"),
        ({"hidden": 64}, "hidden: expected a list of at most 8 layers' units, got 64"),
        ({"hidden": [64, 0]}, "hidden: expected a whole number from 1 to 2048, got 0"),
        ({"num_env": 8}, "unknown setting 'num_env': expected one of env, env_options, algorithm"),
        ({"num_envs": 0}, "num_envs: expected a whole number from 1 to 65536, got 0"),
        ({"num_envs": 1e9}, "num_envs: expected a whole number from 1 to 65536, got 1000000000.0"),
        ({"num_envs": "8"}, "num_envs: expected a whole number from 1 to 65536, got '8'"),
        ({"num_envs": True}, "num_envs: expected a whole number"),
        ({"num_envs": 8.5}, "num_envs: expected a whole number"),
        ({"learning_rate": float("nan")}, "learning_rate: expected a number from 1e-09 to 1, got nan"),
        ({"learning_rate": None}, "learning_rate: expected a number"),
        ({"gamma": float("inf")}, "gamma: expected a number from 0 to 1, got inf"),
        ({"seed": -1}, "seed: expected a whole number"),
        ({"anneal_lr": 1}, "anneal_lr: expected true or false, got 1"),
        ({"num_envs": 1, "num_steps": 2, "num_minibatches": 4}, "num_minibatches: expected at most num_envs"),
        ({"ranks": 10_000}, f"ranks: this machine has {available_cores()} cores, got 10000; use at most"),
    ],
)
def test_wrong_settings_are_told(settings, message):
    full = settings if not settings or "env" in settings else {"env": "Hopper-v5", **settings}
    with pytest.raises(ConfigError) as error:
        TrainConfig.from_mapping(full)
    assert str(error.value).startswith(message)


@pytest.mark.skipif(available_cores() < 2, reason="needs two cores")
def test_environments_must_divide_over_ranks():
    with pytest.raises(
        ConfigError, match="num_envs: 7 environments cannot be divided evenly over 2 ranks; use a multiple of 2"
    ):
        PPOConfig(env="Hopper-v5", num_envs=7, ranks=2)
