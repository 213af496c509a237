"""New rewards for a run that goes on: as Python text, or as functions, tried before they are taken."""

from __future__ import annotations

import math
import traceback
from typing import Any

import numpy as np

from websim.batch_env import BatchEnv
from websim.errors import RewardError
from websim.spec import Actions, Flags, Reward, Signals, Terms

MAX_TEXT = 100_000
#: File name of a text in tracebacks.
_FILE = "<reward>"


def compile_reward(text: str) -> Reward:
    """The function `reward(signals, actions, unhealthy)` that a text defines; `np` and `math` are there.

    Raises RewardError, with the line, when it does not compile or defines none. So does the function when it fails.
    """
    if len(text) > MAX_TEXT:
        raise RewardError(f"reward: expected at most {MAX_TEXT} characters, got {len(text)}")
    namespace: dict[str, Any] = {"np": np, "math": math}
    try:
        exec(compile(text, _FILE, "exec"), namespace)
    except SyntaxError as error:
        raise RewardError(f"reward, line {error.lineno}: {error.msg}") from error
    except Exception as error:
        raise RewardError(_told(error, _FILE)) from error
    function = namespace.get("reward")
    if not callable(function):
        raise RewardError("reward: the text defines no function `reward(signals, actions, unhealthy)`")

    def reward(signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        try:
            return function(signals, actions, unhealthy)
        except Exception as error:
            raise RewardError(_told(error, _FILE)) from error

    return reward


def try_reward(reward: Reward, env: BatchEnv) -> None:
    """Call it with the environments' current signals and actions of zero.

    Raises RewardError, with the line, when it fails or does not return finite terms of the environments' shape.
    """
    signals = {name: values.copy() for name, values in env.signals.items()}
    actions, unhealthy = np.zeros((env.num_envs, env.action_dim), np.float32), np.zeros(env.num_envs, bool)
    try:
        terms = reward(signals, actions, unhealthy)
    except RewardError:
        raise
    except Exception as error:
        raise RewardError(_told(error, getattr(getattr(reward, "__code__", None), "co_filename", ""))) from error
    if not isinstance(terms, dict):
        raise RewardError(f"reward: expected a dict of terms by name, got {type(terms).__name__}")
    if not terms:
        raise RewardError("reward: expected at least one term, got none")
    expected = env.episode_return.shape
    for name, term in terms.items():
        if np.shape(term) != expected:
            raise RewardError(f"reward: term {name!r}: expected shape {expected}, got {np.shape(term)}")
        if np.asarray(term).dtype.kind not in "fiub" or not np.isfinite(term).all():
            raise RewardError(f"reward: term {name!r}: expected finite numbers, got {np.asarray(term).flat[0]}")


def _told(error: Exception, file: str) -> str:
    """One sentence with the innermost line of `file` that the error went through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    where = f"reward, line {lines[-1]}" if lines else "reward"
    if isinstance(error, KeyError):
        return f"{where}: there is no {error.args[0]!r}"
    return f"{where}: {type(error).__name__}: {error}"
