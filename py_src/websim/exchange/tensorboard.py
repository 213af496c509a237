"""A run's metrics as TensorBoard event files. Needs the extra `tensorboard`, natively only."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from types import TracebackType
from typing import Any, Self

from websim.errors import ConfigError


class TensorBoardWriter:
    """Writes event files into a folder; call it with each iteration's metrics. To be closed, or used in `with`."""

    def __init__(self, folder: str | PathLike[str]):
        """Raises ConfigError when tensorboardX is not installed."""
        try:
            from tensorboardX import SummaryWriter
        except ImportError as error:
            raise ConfigError("tensorboardX is not installed: run `pip install 'websim[tensorboard]'`") from error
        self._writer = SummaryWriter(str(folder))

    def __call__(self, metrics: Mapping[str, Any]) -> None:
        """All metrics that have a value, at `global_step`."""
        for name, value in metrics.items():
            if value is not None and name != "global_step":
                self._writer.add_scalar(name, value, metrics["global_step"])
        # A run may be looked at, or be ended, at any time.
        self._writer.flush()

    def close(self) -> None:
        """Finish the files."""
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
