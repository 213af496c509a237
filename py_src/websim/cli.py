"""The command `websim`: train and evaluate in a terminal."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field
from pathlib import Path
from typing import Any

from websim.algorithms import ALGORITHMS
from websim.algorithms import settings as all_settings
from websim.cli_exchange import add_exchange_commands
from websim.cli_runs import add_run_commands, train_in
from websim.config import TrainConfig
from websim.errors import WebsimError
from websim.models.mjcf import load_model
from websim.models.packed_model import pack_model
from websim.tasks import MODEL_OPTION
from websim.tasks.own_model import OWN_MODEL

#: Fields whose option has a shorter name.
_OPTION_NAMES = {"total_steps": "--steps"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; 1 when a run fails; 2, with one sentence on stderr, when a setting or file is wrong."""
    options = _parser().parse_args(arguments)
    try:
        return options.command(options)
    except WebsimError as error:
        print(f"websim: {error}", file=sys.stderr)
        return 2 if isinstance(error, ValueError) else 1


def train(options: argparse.Namespace) -> int:
    """`websim train TASK`: writes config.json, metrics.jsonl, saves, policy.websim and best.websim into --out."""
    from websim.api import new_folder

    settings = {name: getattr(options, name) for name in all_settings() if getattr(options, name) is not None}
    if options.model:
        packed = pack_model(load_model(Path(options.model)))
        settings = {"env": OWN_MODEL, **settings}
        settings["env_options"] = {**settings.get("env_options", {}), MODEL_OPTION: packed}
    config = TrainConfig.from_mapping(settings)
    folder = new_folder(options.out or f"runs/{config.env}-{time.strftime('%Y%m%d-%H%M%S')}")
    return train_in(folder, config, tensorboard=options.tensorboard)


def evaluate(options: argparse.Namespace) -> int:
    """`websim evaluate POLICY`: mean return and its standard error over deterministic episodes."""
    import numpy as np

    from websim.evaluate import evaluate as evaluate_policy
    from websim.policy import load_policy

    policies = [load_policy(path) for path in options.policies]
    policy = policies[0]
    returns, lengths = evaluate_policy(*policies, episodes=options.episodes, seed=options.seed)
    error = returns.std(ddof=1) / np.sqrt(len(returns)) if len(returns) > 1 else 0.0
    print(
        f"{policy.spec.name}: return {returns.mean():.1f} +- {error:.1f} (standard error, "
        f"{len(returns)} episodes), mean length {lengths.mean():.0f}"
    )
    print(f"next: websim train {policy.spec.name} --help")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="websim", description="Train MuJoCo robots.")
    commands = parser.add_subparsers(required=True, metavar="command")

    training = commands.add_parser("train", help="train a policy; what is not said is as the task was tuned for")
    training.set_defaults(command=train)
    for name, by_algorithm in all_settings().items():
        f = next(iter(by_algorithm.values()))
        text = f"{f.metadata['help']} {_default_text(by_algorithm)}".replace("%", "%%")
        option = _OPTION_NAMES.get(name, "--" + name.replace("_", "-"))
        if f.default is MISSING and f.default_factory is MISSING:
            training.add_argument(name, metavar=name.upper(), nargs="?", help=f.metadata["help"])
        elif f.type == "bool":
            training.add_argument(option, dest=name, default=None, action=argparse.BooleanOptionalAction, help=text)
        else:
            metavar, kind = _KINDS[str(f.type)]
            training.add_argument(option, dest=name, default=None, type=kind, metavar=metavar, help=text)
    training.add_argument("--model", metavar="FILE", help="train this .xml or .zip; with a TASK, in place of its model")
    training.add_argument("--out", help="new folder for the results (default: runs/TASK-TIME)")
    training.add_argument("--tensorboard", action="store_true", help="write TensorBoard event files into --out too")

    evaluation = commands.add_parser("evaluate", help="measure a saved policy")
    evaluation.set_defaults(command=evaluate)
    evaluation.add_argument(
        "policies", nargs="+", metavar="policy", help="a .websim file; of each policy, where the task has several"
    )
    evaluation.add_argument("--episodes", type=int, default=20, help="episodes to run (default: 20)")
    evaluation.add_argument("--seed", type=int, default=0, help="seed of the start states (default: 0)")
    add_run_commands(commands, _number)
    add_exchange_commands(commands)
    return parser


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, got {text!r}") from None


def _widths(text: str) -> list[float]:
    return [_number(width) for width in text.split(",") if width]


def _default_text(by_algorithm: Mapping[str, Field[Any]]) -> str:
    """For instance "(default: 64; sac 1)" or, of a setting that not all have, "(sac: 256)"."""
    defaults = {name: f.default for name, f in by_algorithm.items() if f.default is not MISSING}
    if not defaults or set(defaults.values()) == {""}:
        return ""
    if len(defaults) == len(ALGORITHMS) and len(set(defaults.values())) == 1:
        return f"(default: {next(iter(defaults.values()))})"
    return f"({'; '.join(f'{name}: {default}' for name, default in defaults.items())})"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'expected JSON such as \'{{"terrain": "rough"}}\': {error}') from None


#: How an option of each type is shown and read.
_KINDS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "int": ("INT", _number),
    "float": ("FLOAT", _number),
    "str": ("TEXT", str),
    "tuple[int, ...]": ("INT,INT", _widths),
    "dict[str, Any]": ("JSON", _json),
}


if __name__ == "__main__":
    sys.exit(main())
