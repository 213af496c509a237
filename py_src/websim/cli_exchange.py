"""The commands `websim export`, `websim import` and `websim record` (docs/exchange.md)."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from websim.errors import ConfigError, PolicyFileError


def add_exchange_commands(commands: Any) -> None:
    """To the subparsers of `websim`."""
    export = commands.add_parser("export", help="write a policy or a run's metrics in another tool's format")
    export.set_defaults(command=_export)
    export.add_argument("source", metavar="FILE", help="a policy, or a run's metrics.jsonl")
    export.add_argument(
        "target", metavar="OUT", help="file to write; its ending says how: .onnx, .safetensors, .websim, .csv or .json"
    )

    import_ = commands.add_parser("import", help="make a .websim policy of another library's")
    import_.set_defaults(command=_import)
    import_.add_argument(
        "source", metavar="FILE", help="a Stable-Baselines3 .zip, a .cleanrl_model, a .safetensors of websim"
    )
    import_.add_argument("target", metavar="OUT", help="file to write, .websim")
    import_.add_argument("--task", help="task that the policy was trained on")
    import_.add_argument(
        "--task-options", type=_options, default={}, metavar="JSON", help="options of the task, by name"
    )
    import_.add_argument(
        "--normalizer", metavar="FILE", help="its observation statistics: of VecNormalize.save, or .npz of mean and var"
    )

    record = commands.add_parser("record", help="record episodes of a policy")
    record.set_defaults(command=_record)
    record.add_argument("source", metavar="FILE", help="a policy of websim")
    record.add_argument("target", metavar="OUT", nargs="?", help="file to write, .npz")
    record.add_argument("--episodes", type=int, default=10, help="episodes to record (default: 10)")
    record.add_argument("--seed", type=int, default=0, help="seed of start states and samples (default: 0)")
    record.add_argument("--sampled", action="store_true", help="draw actions from the policy instead of its means")
    record.add_argument("--minari", metavar="ID", help="write a Minari dataset of this id, such as hopper/websim-v0")
    record.add_argument("--author", help="author of the Minari dataset")
    record.add_argument("--description", help="description of the Minari dataset")


def _export(options: argparse.Namespace) -> int:
    from websim.exchange.formats import export_policy, open_policy
    from websim.exchange.metric_files import export_metrics, read_history

    format = Path(options.target).suffix.removeprefix(".")
    data = _read(options.source)
    if options.source.endswith(".jsonl"):
        content = export_metrics(read_history(data.decode(errors="replace"), name=options.source), format).encode()
    else:
        content = export_policy(open_policy(data, options.source), format)
    _write(options.target, content)
    return 0


def _import(options: argparse.Namespace) -> int:
    from websim.exchange.formats import open_policy

    policy = open_policy(
        _read(options.source),
        options.source,
        task=options.task,
        task_options=options.task_options,
        normalizer=_read(options.normalizer) if options.normalizer else None,
    )
    _write(options.target, policy.to_bytes())
    print(f"next: websim evaluate {options.target} --episodes 20")
    return 0


def _record(options: argparse.Namespace) -> int:
    from websim.exchange.formats import open_policy
    from websim.exchange.trajectories import record

    if not options.target and not options.minari:
        raise ConfigError("record: expected a file to write, or --minari with the id of a dataset")
    policy = open_policy(_read(options.source), options.source)
    trajectories = record(policy, episodes=options.episodes, seed=options.seed, deterministic=not options.sampled)
    if options.target:
        _write(options.target, trajectories.to_npz())
    if options.minari:
        from websim.exchange.minari_dataset import write_minari

        folder = write_minari(trajectories, options.minari, author=options.author, description=options.description)
        print(f"wrote {folder}")
    return 0


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise PolicyFileError(f"{path}: cannot read the file: {error.strerror}") from error


def _write(path: str, content: bytes) -> None:
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise ConfigError(f"{path}: cannot write the file: {error.strerror}") from error
    print(f"wrote {path}")


def _options(text: str) -> dict[str, Any]:
    try:
        options = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected JSON: {error}") from None
    if not isinstance(options, dict):
        raise argparse.ArgumentTypeError(f"expected options by name, got {text!r}")
    return options
