"""Named exceptions. A `WebsimError` is a user's mistake or a run's failure, told in one sentence."""

from __future__ import annotations


class WebsimError(Exception):
    """Base of all errors whose message is written for the user."""


class ConfigError(WebsimError, ValueError):
    """A setting is unknown, of the wrong type or out of range."""


class ModelError(WebsimError, ValueError):
    """MuJoCo refused a model, or a task does not fit its model."""


class RewardError(WebsimError, ValueError):
    """A new reward function does not compile, fails, or does not return terms of the right shape."""


class PolicyFileError(WebsimError, ValueError):
    """A policy file is broken, foreign or of an unknown version."""


class SnapshotError(WebsimError, ValueError):
    """A snapshot is damaged, or of other environments than those it is restored to."""


class SaveError(WebsimError, ValueError):
    """A saved run is damaged, of another version, or does not fit what is to go on from it."""


class PackageError(WebsimError):
    """A Python package cannot be had in the page."""


class TrainingDivergedError(WebsimError):
    """The networks' gradient is no longer a number."""


class CollectiveMismatchError(WebsimError):
    """Ranks met in different collectives; raised on every rank."""


class CollectiveAbortedError(WebsimError):
    """Another rank failed while this one waited for it."""


class StopRequested(Exception):  # noqa: N818 - a request, not an error
    """The user asked the run to stop; raised at the next control step or minibatch."""
