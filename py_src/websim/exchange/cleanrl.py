"""Policies of CleanRL: the `.cleanrl_model` of `ppo_continuous_action.py` and `ppo.py`, a state dict.

CleanRL normalises observations in a wrapper that it does not save: give their statistics where you have them.
Source: https://github.com/vwxyzjn/cleanrl
"""

from __future__ import annotations

import numpy as np

from websim.errors import PolicyFileError
from websim.exchange.imported import ForeignPolicy
from websim.exchange.torch_file import load_tensors
from websim.exchange.torch_layers import sequential


def read_cleanrl(data: bytes, *, name: str) -> ForeignPolicy:
    """Its networks, with tanh. Raises PolicyFileError, one sentence, for anything else."""
    tensors = load_tensors(data, name=name)
    roots = {key.split(".")[0] for key in tensors}
    continuous = roots == {"actor_mean", "actor_logstd", "critic"}
    if not continuous and roots != {"actor", "critic"}:
        raise PolicyFileError(
            f"{name}: expected the networks actor_mean, actor_logstd and critic of CleanRL's ppo_continuous_action.py, "
            f"or actor and critic of its ppo.py, got {', '.join(sorted(roots)) or 'nothing'}"
        )
    return ForeignPolicy(
        actor=sequential(tensors, "actor_mean" if continuous else "actor", name=name),
        critic=sequential(tensors, "critic", name=name),
        log_std=tensors["actor_logstd"].ravel() if continuous else np.zeros(0),
        activation="tanh",
        discrete=not continuous,
    )
