"""The metrics of an iteration, named as CleanRL names them: `docs/metrics.md` and the page's types come from here."""

from __future__ import annotations

from typing import NamedTuple


class Metric(NamedTuple):
    """name, formula in words, unit; optional: null until there is something to report.

    algorithms: those that report it; none said: all.

    of_policy: a run with several policies reports it of each as `name/policy` too; the plain name is the first one's.
    """

    name: str
    formula: str
    unit: str
    optional: bool = False
    of_policy: bool = False
    algorithms: tuple[str, ...] = ()


_PPO = ("ppo",)
_SAC = ("sac",)
_ARS = ("ars",)

METRICS = (
    Metric("iteration", "rollouts and updates done", "count"),
    Metric("global_step", "environment steps of all ranks together", "steps"),
    Metric(
        "charts/episodic_return",
        "mean undiscounted return of the last 100 finished episodes, the mean over a policy's agents",
        "reward",
        optional=True,
        of_policy=True,
    ),
    Metric("charts/episodic_length", "mean length of the last 100 finished episodes", "steps", optional=True),
    Metric("charts/episodes", "finished episodes since the start", "count"),
    Metric("charts/SPS", "steps of this iteration / its wall-clock time, learning included, evaluation not", "steps/s"),
    Metric("charts/learning_rate", "the optimiser's step size in this iteration", "1"),
    Metric(
        "losses/policy_loss", "-mean of the clipped surrogate over the last epoch", "1", of_policy=True, algorithms=_PPO
    ),
    Metric(
        "losses/value_loss",
        "mean of (value - return)^2 / 2 over the last epoch, rewards scaled",
        "1",
        of_policy=True,
        algorithms=_PPO,
    ),
    Metric(
        "losses/entropy",
        "entropy of the action distribution, mean over the last epoch or the updates; of SAC with actions in [-1, 1]",
        "nat",
        optional=True,
        of_policy=True,
        algorithms=_PPO + _SAC,
    ),
    Metric(
        "losses/approx_kl",
        "mean of (r - 1) - ln r over the last epoch, r the probability ratio",
        "nat",
        of_policy=True,
        algorithms=_PPO,
    ),
    Metric(
        "losses/clipfrac",
        "share of samples whose ratio is outside the clipping range",
        "1",
        of_policy=True,
        algorithms=_PPO,
    ),
    Metric(
        "losses/explained_variance",
        "1 - Var(return - value) / Var(return) of the rollout",
        "1",
        of_policy=True,
        algorithms=_PPO,
    ),
    Metric(
        "losses/qf1_values", "mean value of the first critic over the updates", "reward", optional=True, algorithms=_SAC
    ),
    Metric(
        "losses/qf2_values",
        "mean value of the second critic over the updates",
        "reward",
        optional=True,
        algorithms=_SAC,
    ),
    Metric(
        "losses/qf1_loss",
        "mean of (first critic - target)^2 over the updates",
        "reward^2",
        optional=True,
        algorithms=_SAC,
    ),
    Metric(
        "losses/qf2_loss",
        "mean of (second critic - target)^2 over the updates",
        "reward^2",
        optional=True,
        algorithms=_SAC,
    ),
    Metric(
        "losses/actor_loss",
        "mean of alpha ln pi - the smaller critic's value over the updates",
        "reward",
        optional=True,
        algorithms=_SAC,
    ),
    Metric("losses/alpha", "weight of the entropy", "reward/nat", algorithms=_SAC),
    Metric(
        "losses/alpha_loss",
        "-alpha (mean of ln pi + target entropy) over the updates",
        "reward",
        optional=True,
        algorithms=_SAC,
    ),
    Metric(
        "losses/grad_norm",
        "L2 norm of the last minibatch's gradient before clipping; of SAC the critics', null before the first",
        "1",
        optional=True,
        of_policy=True,
        algorithms=(*_PPO, *_SAC),
    ),
    Metric("charts/updates", "minibatches learned from since the start", "count", algorithms=_SAC),
    Metric("losses/return_deviation", "standard deviation of the returns that count", "reward", algorithms=_ARS),
    Metric("losses/update_norm", "L2 norm of the parameters' change", "1", algorithms=_ARS),
    Metric(
        "eval/episodic_return",
        "mean undiscounted return of the deterministic policy in the last evaluation; stays until the next",
        "reward",
        optional=True,
    ),
    Metric("eval/interval", "half the 95 % confidence interval of that mean (Student's t)", "reward", optional=True),
    Metric("eval/episodic_length", "mean length of that evaluation's episodes", "steps", optional=True),
    Metric("physics/divergences", "environments reset because their physics diverged, since the start", "count"),
    Metric("time/elapsed", "since the session was opened, pauses included", "s"),
    Metric("time/rollout", "stepping the environments in this iteration", "s"),
    Metric("time/update", "learning from them", "s"),
    Metric("time/evaluation", "evaluating the policy after this iteration; 0 when it was not", "s"),
)


def metrics_of(algorithm: str) -> tuple[Metric, ...]:
    """Those that a run of `algorithm` reports."""
    return tuple(metric for metric in METRICS if not metric.algorithms or algorithm in metric.algorithms)
