"""Settings: defaults, derived values, and one sentence for each wrong one."""

import pytest

from websim.config import TrainConfig, available_cores
from websim.errors import ConfigError
from websim.tasks import get_spec


def test_numbers_from_json_become_the_fields_types():
    config = TrainConfig.from_mapping({"env": "Hopper-v5", "total_steps": 1e6, "learning_rate": 1})
    assert config.total_steps == 1_000_000
    assert isinstance(config.total_steps, int)
    assert isinstance(config.learning_rate, float)


def test_options_of_the_task_are_part_of_the_settings():
    config = TrainConfig.from_mapping({"env": "Hopper-v5", "env_options": {"frame_skip": 2}})
    assert get_spec(config.env, **config.env_options).frame_skip == 2


def test_derived_values():
    config = TrainConfig(env="Hopper-v5", num_envs=64, num_steps=10)
    assert config.batch_size == 640
    assert config.local_num_envs == 64


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
        ({"algorithm": "dqn"}, "algorithm: expected ppo, got 'dqn'"),
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
        TrainConfig(env="Hopper-v5", num_envs=7, ranks=2)
