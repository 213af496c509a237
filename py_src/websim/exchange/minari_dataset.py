"""Episodes as a Minari dataset. Needs the extra `minari`, natively only.

Source: https://minari.farama.org/content/dataset_standards
"""

from __future__ import annotations

import warnings
from copy import deepcopy
from pathlib import Path

import numpy as np

from websim.errors import ConfigError
from websim.exchange.trajectories import Trajectories


def write_minari(
    trajectories: Trajectories,
    dataset_id: str,
    *,
    author: str | None = None,
    description: str | None = None,
    algorithm: str = "websim",
) -> Path:
    """Write the dataset where Minari looks for it (MINARI_DATASETS_PATH); its folder.

    Of a task of Gymnasium, `MinariDataset.recover_environment` makes Gymnasium's own environment. Raises ConfigError
    when Minari is missing, refuses the id, or has a dataset of this id.
    """
    try:
        import gymnasium
        import minari
        from minari.data_collector import EpisodeBuffer
    except ImportError as error:
        raise ConfigError(f"Minari is not installed ({error}): run `pip install 'websim[minari]'`") from error
    spec = trajectories.spec
    width = trajectories.episodes[0].observations.shape[1]
    observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (width,), np.float32)
    actions: gymnasium.Space = gymnasium.spaces.Box(trajectories.low, trajectories.high, dtype=np.float32)
    if spec.discrete is not None:
        actions = gymnasium.spaces.Discrete(len(spec.discrete.actions))
    env = None
    if spec.name in gymnasium.registry:
        env = deepcopy(gymnasium.spec(spec.name))
        env.kwargs |= spec.options
    buffers = [
        EpisodeBuffer(
            id=i,
            seed=trajectories.seed,
            observations=list(episode.observations),
            actions=list(episode.actions),
            rewards=list(episode.rewards),
            terminations=list(episode.terminations),
            truncations=list(episode.truncations),
            infos={},
        )
        for i, episode in enumerate(trajectories.episodes)
    ]
    try:
        # Minari advises to fill in what is optional.
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            dataset = minari.create_dataset_from_buffers(
                dataset_id,
                buffers,
                env=env,
                algorithm_name=algorithm,
                author=author,
                description=description or _description(trajectories),
                action_space=actions,
                observation_space=observation_space,
                requirements=["mujoco"],
            )
    except (ValueError, ImportError, gymnasium.error.Error) as error:
        raise ConfigError(f"Minari cannot write {dataset_id!r}: {error}") from error
    return Path(str(dataset.storage.data_path)).parent


def _description(trajectories: Trajectories) -> str:
    how = "deterministic" if trajectories.deterministic else "sampled"
    return f"{len(trajectories.episodes)} episodes of a {how} policy on {trajectories.spec.name} in MuJoCo WebSim"
