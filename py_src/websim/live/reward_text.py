"""New rewards for a run that goes on: as Python text, or as functions, tried before they are taken."""

from __future__ import annotations

import ast
import math
import traceback
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from websim.batch_env import BatchEnv
from websim.errors import RewardError
from websim.spec import Actions, Flags, Reward, Signals, Terms

MAX_TEXT = 100_000
#: File name of a text in tracebacks.
TEXT_FILE = "<reward>"


def text_of(changes: Iterable[Mapping[str, Any]]) -> str:
    """The reward that the changes of a run gave it as Python text; empty: none."""
    rewards = [change["reward"] for change in changes if "reward" in change]
    return rewards[-1].get("text", "") if rewards else ""


class TextReward:
    """The function `reward(signals, actions, unhealthy)` that a text defines; `np` and `math` are there.

    Raises RewardError, with the line, when it does not compile or defines none, and when a call fails.
    """

    def __init__(self, text: str):
        if len(text) > MAX_TEXT:
            raise RewardError(f"reward: expected at most {MAX_TEXT} characters, got {len(text)}")
        namespace: dict[str, Any] = {"np": np, "math": math}
        try:
            self._tree = ast.parse(text, TEXT_FILE)
            exec(compile(self._tree, TEXT_FILE, "exec"), namespace)
        except SyntaxError as error:
            raise RewardError(f"reward, line {error.lineno}: {error.msg}") from error
        except Exception as error:
            raise RewardError(_told(error, TEXT_FILE)) from error
        function = namespace.get("reward")
        if not callable(function):
            raise RewardError("reward: the text defines no function `reward(signals, actions, unhealthy)`")
        self._function: Reward = function

    def __call__(self, signals: Signals, actions: Actions, unhealthy: Flags) -> Terms:
        try:
            return self._function(signals, actions, unhealthy)
        except Exception as error:
            raise RewardError(_told(error, TEXT_FILE)) from error

    def line_of(self, term: str) -> int | None:
        """Where the text names a term last; None where it makes the name."""
        named = (node for node in ast.walk(self._tree) if isinstance(node, ast.Constant) and node.value == term)
        return max((node.lineno for node in named), default=None)


def compile_reward(text: str) -> Reward:
    """The reward that a text defines: see `TextReward`."""
    return TextReward(text)


def try_reward(reward: Reward, env: BatchEnv) -> None:
    """Call it with the environments' current signals and actions of zero.

    Raises RewardError, with the line, when it fails or does not return finite terms of the environments' shape.
    """
    signals = {name: values.copy() for name, values in env.signals.items()}
    actions, unhealthy = np.zeros((env.num_envs, env.action_dim), np.float32), np.zeros(env.num_envs, bool)
    checked_terms(reward, (signals, actions, unhealthy), env.episode_return.shape)


def checked_terms(reward: Reward, arguments: tuple[Signals, Actions, Flags], expected: tuple[int, ...]) -> Terms:
    """What a reward returns. Raises RewardError, with the line, unless it is finite terms of the expected shape."""
    try:
        terms = reward(*arguments)
    except RewardError:
        raise
    except Exception as error:
        raise RewardError(_told(error, getattr(getattr(reward, "__code__", None), "co_filename", ""))) from error
    if not isinstance(terms, dict):
        raise RewardError(f"reward: expected a dict of terms by name, got {type(terms).__name__}")
    if not terms:
        raise RewardError("reward: expected at least one term, got none")
    for name, term in terms.items():
        line = reward.line_of(name) if isinstance(reward, TextReward) else None
        where = f"reward{f', line {line}' if line else ''}: term {name!r}"
        if np.shape(term) != expected:
            raise RewardError(f"{where}: expected shape {expected}, got {np.shape(term)}")
        if np.asarray(term).dtype.kind not in "fiub":
            raise RewardError(f"{where}: expected finite numbers, got {np.asarray(term).flat[0]}")
        finite = np.isfinite(term)
        if not finite.all():
            raise RewardError(f"{where}: expected finite numbers, got {np.asarray(term)[~finite].flat[0]}")
    return terms


def _told(error: Exception, file: str) -> str:
    """One sentence with the innermost line of `file` that the error went through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    where = f"reward, line {lines[-1]}" if lines else "reward"
    if isinstance(error, KeyError):
        return f"{where}: there is no {error.args[0]!r}"
    return f"{where}: {type(error).__name__}: {error}"
