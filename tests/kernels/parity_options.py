"""Options of Gymnasium's constructors that `test_parity.py` compares: every option of every task, in a few sets."""

from websim.models.mjcf import gymnasium_model_path

_BODIES = {
    "reset_noise_scale": 0.02,
    "ctrl_cost_weight": 0.3,
    "exclude_current_positions_from_observation": False,
}

#: (task, options)
OPTIONS = [
    ("InvertedPendulum-v5", {}),
    ("InvertedPendulum-v5", {"frame_skip": 4, "reset_noise_scale": 0.1, "xml_file": "inverted_pendulum.xml"}),
    ("InvertedDoublePendulum-v5", {}),
    (
        "InvertedDoublePendulum-v5",
        {
            "xml_file": str(gymnasium_model_path("inverted_double_pendulum.xml")),
            "frame_skip": 3,
            "healthy_reward": 4.0,
            "reset_noise_scale": 0.01,
        },
    ),
    ("Reacher-v5", {}),
    (
        "Reacher-v5",
        {"xml_file": "reacher.xml", "frame_skip": 3, "reward_dist_weight": 2.0, "reward_control_weight": 0.25},
    ),
    ("Pusher-v5", {}),
    (
        "Pusher-v5",
        {
            "xml_file": "pusher.xml",
            "frame_skip": 2,
            "reward_near_weight": 0.75,
            "reward_dist_weight": 3.0,
            "reward_control_weight": 0.5,
        },
    ),
    ("Swimmer-v5", {}),
    ("Swimmer-v5", {**_BODIES, "xml_file": "swimmer.xml", "frame_skip": 2, "forward_reward_weight": 2.0}),
    ("Hopper-v5", {}),
    (
        "Hopper-v5",
        {
            **_BODIES,
            "xml_file": "hopper.xml",
            "frame_skip": 3,
            "forward_reward_weight": 0.5,
            "healthy_reward": 3.0,
            "terminate_when_unhealthy": False,
        },
    ),
    (
        "Hopper-v5",
        {"healthy_state_range": (-1.5, 1.5), "healthy_z_range": (0.5, 1.6), "healthy_angle_range": (-0.5, 0.5)},
    ),
    ("HalfCheetah-v5", {}),
    ("HalfCheetah-v5", {**_BODIES, "xml_file": "half_cheetah.xml", "frame_skip": 3, "forward_reward_weight": 2.0}),
    ("Walker2d-v5", {}),
    (
        "Walker2d-v5",
        {
            **_BODIES,
            "xml_file": "walker2d.xml",
            "frame_skip": 2,
            "forward_reward_weight": 0.5,
            "healthy_reward": 3.0,
            "terminate_when_unhealthy": False,
        },
    ),
    ("Walker2d-v5", {"healthy_z_range": (0.9, 1.3), "healthy_angle_range": (-0.3, 0.3)}),
    ("Ant-v5", {}),
    (
        "Ant-v5",
        {
            **_BODIES,
            "xml_file": "ant.xml",
            "frame_skip": 3,
            "forward_reward_weight": 0.5,
            "contact_cost_weight": 0.1,
            "healthy_reward": 3.0,
            "main_body": 4,
            "terminate_when_unhealthy": False,
            "healthy_z_range": (0.6, 0.8),
            "contact_force_range": (-0.25, 3.0),
        },
    ),
    ("Ant-v5", {"main_body": "torso", "include_cfrc_ext_in_observation": False, "healthy_z_range": (0.5, 0.9)}),
    ("Humanoid-v5", {}),
    (
        "Humanoid-v5",
        {
            **_BODIES,
            "xml_file": "humanoid.xml",
            "frame_skip": 3,
            "forward_reward_weight": 0.5,
            "contact_cost_weight": 1e-3,
            "contact_cost_range": (0.5, 50.0),
            "healthy_reward": 3.0,
            "terminate_when_unhealthy": False,
            "healthy_z_range": (1.2, 1.45),
            "include_cinert_in_observation": False,
            "include_qfrc_actuator_in_observation": False,
        },
    ),
    (
        "Humanoid-v5",
        {"include_cvel_in_observation": False, "include_cfrc_ext_in_observation": False, "frame_skip": 2},
    ),
    ("HumanoidStandup-v5", {}),
    (
        "HumanoidStandup-v5",
        {
            **_BODIES,
            "xml_file": "humanoid.xml",
            "frame_skip": 3,
            "uph_cost_weight": 2.0,
            "impact_cost_weight": 1e-3,
            "impact_cost_range": (0.5, 50.0),
            "include_cinert_in_observation": False,
            "include_qfrc_actuator_in_observation": False,
        },
    ),
    (
        "HumanoidStandup-v5",
        {"include_cvel_in_observation": False, "include_cfrc_ext_in_observation": False, "frame_skip": 2},
    ),
]
