"""Stands in for `_multiprocessing`, which the page's Python does not have.

gymnasium.vector imports it, and calls it only for environments in processes of their own.
"""

from __future__ import annotations

from typing import Any


class SemLock:
    SEM_VALUE_MAX = 1

    def __init__(self, *arguments: Any) -> None:
        sem_unlink()


def sem_unlink(*arguments: Any) -> None:
    raise OSError("the page's Python cannot start processes: use websim.make_vec or gymnasium.vector.SyncVectorEnv")
