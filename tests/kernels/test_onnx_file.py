"""What is exported as ONNX is a valid model, which ONNX Runtime runs to the policy's own actions."""

import dataclasses
import json

import numpy as np
import onnx
import onnxruntime
import pytest
from policies import random_observations, random_policy

from websim.errors import ConfigError
from websim.exchange.formats import export_policy
from websim.exchange.onnx_file import policy_to_onnx
from websim.network import ACTIVATIONS
from websim.spec import EnvSpec, Noise
from websim.tasks import register


def run(policy, obs):
    """The exported model's actions, after the checker has passed it."""
    data = policy_to_onnx(policy)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    assert [value.name for value in session.get_inputs()] == ["obs"]
    assert session.get_inputs()[0].shape == ["batch", policy.network.obs_dim]
    assert [value.name for value in session.get_outputs()] == ["actions"]
    return session.run(["actions"], {"obs": obs})[0]


def metadata(policy):
    return {entry.key: entry.value for entry in onnx.load_from_string(policy_to_onnx(policy)).metadata_props}


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(32, 16), (300,), ()], ids=str)
def test_actions_are_those_of_the_policy(activation, hidden):
    policy = random_policy(activation=activation, hidden=hidden)
    obs = random_observations(policy)
    expected, actions = policy.predict(obs), run(policy, obs)
    assert actions.dtype == np.float32
    np.testing.assert_allclose(actions, expected, rtol=0, atol=1e-5)
    inside = (policy.low < expected) & (expected < policy.high)
    assert 0.02 < inside.mean() < 1, "some actions are clipped, and some are not"


@pytest.mark.parametrize("task", ["InvertedPendulum-v5", "Pusher-v5", "CartPoleSwingup"])
def test_actions_are_in_the_units_of_the_task(task):
    policy = random_policy(task)
    obs = random_observations(policy)
    np.testing.assert_allclose(run(policy, obs), policy.predict(obs), rtol=0, atol=1e-5)


def test_squashed_actions_are_those_of_the_policy():
    policy = random_policy("Pusher-v5", squash=True)
    obs = random_observations(policy)
    expected, actions = policy.predict(obs), run(policy, obs)
    assert actions.shape == (1000, 7)
    np.testing.assert_allclose(actions, expected, rtol=0, atol=1e-5)


def test_unlimited_controls_and_observations_that_are_not_clipped():
    policy = random_policy("Hopper-v5")
    unlimited = np.full(3, np.inf, np.float32)
    policy = dataclasses.replace(policy, low=-unlimited, high=unlimited)
    policy.normalizer.clip = np.inf
    obs = random_observations(policy) * 100
    expected = policy.predict(obs)
    assert np.abs(expected).max() > 1
    np.testing.assert_allclose(run(policy, obs), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_discrete_actions_are_their_numbers(activation):
    policy = random_policy(choices=5, activation=activation)
    obs = random_observations(policy)
    expected, actions = policy.predict(obs), run(policy, obs)
    assert actions.dtype == np.int64
    np.testing.assert_array_equal(actions, expected)
    assert len(set(expected.tolist())) > 2


def test_the_metadata_has_what_a_controller_needs():
    """The cart's motor drives the slide, and no other joint."""
    policy = random_policy("CartPoleSwingup")
    data = metadata(policy)
    assert data["task"] == "CartPoleSwingup"
    assert len(data["joint_names"].split(",")) == len(data["action_scale"].split(",")) == 1
    sizes = [int(size) for size in data["observation_sizes"].split(",")]
    assert sum(sizes) == policy.network.obs_dim
    assert len(sizes) == len(data["observation_names"].split(","))
    assert "joint_stiffness" not in data, "a motor is no servo"


SERVOS = """<mujoco>
  <compiler angle="radian"/>
  <worldbody><body><freejoint name="root"/><geom size="0.1"/>
    <body><joint name="knee" ref="0.5"/><geom size="0.1"/></body>
    <body><joint name="hip"/><geom size="0.1"/></body>
  </body></worldbody>
  <actuator>
    <position name="a" joint="hip" kp="30" kv="2" ctrlrange="-1 1"/>
    <position name="b" joint="knee" kp="20" kv="1" ctrlrange="-2 2"/>
  </actuator>
</mujoco>"""


def test_joints_are_those_of_the_actions_in_their_order():
    register("Servos", lambda: EnvSpec(SERVOS, noise=(Noise("qpos", 0.1),)))
    data = metadata(random_policy("Servos"))
    assert data["actuator_names"] == "a,b"
    assert data["joint_names"] == "hip,knee"
    assert data["default_joint_pos"] == "0,0.5"
    assert data["joint_stiffness"] == "30,20"
    assert data["joint_damping"] == "2,1"
    assert data["observation_names"] == "qpos,qvel"
    assert data["observation_sizes"] == "9,8"
    assert data["ctrl_high"] == "1,2"


def test_an_action_that_drives_a_tendon_has_no_joint():
    tendon = SERVOS.replace('joint="hip" kp', 'tendon="t" kp').replace(
        "<actuator>", '<tendon><fixed name="t"><joint joint="hip" coef="1"/></fixed></tendon><actuator>'
    )
    register("Tendons", lambda: EnvSpec(tendon))
    data = metadata(random_policy("Tendons"))
    assert data["actuator_names"] == "a,b"
    assert "joint_names" not in data


def test_scales_and_offsets_of_a_task_with_a_control():
    """HalfCheetah's controls, as targets around a posture."""
    policy = random_policy("HalfCheetah-v5")
    control = {"scale": (0.5,) * 6, "offset": "range"}
    spec = EnvSpec.from_json(policy.spec.to_json().replace('"control": null', f'"control": {json.dumps(control)}'))
    data = metadata(dataclasses.replace(policy, spec=spec))
    assert data["action_scale"] == "0.5,0.5,0.5,0.5,0.5,0.5"
    assert data["action_offset"] == "0,0,0,0,0,0"
    assert data["control_period"] == "0.05"
    assert data["joint_names"] == "bthigh,bshin,bfoot,fthigh,fshin,ffoot"
    assert data["observation_names"] == "qpos[1:9],qvel"
    assert data["observation_sizes"] == "8,9"


def test_a_task_whose_model_is_not_there_is_exported_with_less_metadata():
    policy = random_policy()
    data = metadata(dataclasses.replace(policy, spec=dataclasses.replace(policy.spec, model="nowhere.xml")))
    assert data == {"task": "Hopper-v5", "frame_skip": "4", "command_names": ""}


def test_an_unknown_format_is_told():
    with pytest.raises(ConfigError, match="format: expected one of websim, onnx, safetensors, got 'pt'"):
        export_policy(random_policy(), "pt")
