"""The commands that train: `websim train`, `resume` and `pack`; what they show and write."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from websim.config import TrainConfig
from websim.errors import ConfigError


def add_run_commands(commands: Any, number: Any) -> None:
    """`resume` and `pack`, to the subparsers of `websim`; number: the type of an option that is one."""
    resuming = commands.add_parser("resume", help="go on with a run from its newest save")
    resuming.set_defaults(command=_resume)
    resuming.add_argument("run", metavar="RUN", help="folder of the run, or a .websim-run file")
    resuming.add_argument("--steps", dest="total_steps", type=number, help="environment steps of the whole run")
    resuming.add_argument("--ranks", type=number, help="parallel ranks (default: as it was saved)")
    resuming.add_argument("--out", help="new folder for a .websim-run file (default: its name)")
    resuming.add_argument(
        "--trust-reward", action="store_true", help="run the reward that a .websim-run file brings as Python text"
    )
    resuming.add_argument("--tensorboard", action="store_true", help="write TensorBoard event files too")

    packing = commands.add_parser("pack", help="write a run with its newest save into one file, for another machine")
    packing.set_defaults(command=_pack)
    packing.add_argument("run", metavar="RUN", help="folder of the run")
    packing.add_argument("target", metavar="OUT", nargs="?", help="file to write (default: RUN.websim-run)")


def train_in(folder: Path, config: TrainConfig, *, tensorboard: bool = False, start: Any = None) -> int:
    """Train in a run's folder and show it; Ctrl-C ends it with a save. start: the save that it goes on from."""
    from websim.api import run
    from websim.exchange.tensorboard import TensorBoardWriter
    from websim.policy_files import save_policies
    from websim.saving.run_folder import RunFolder

    stop = threading.Event()
    previous = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        with TensorBoardWriter(folder) if tensorboard else nullcontext() as show_on_board:

            def on_metrics(metrics: dict[str, Any]) -> None:
                if show_on_board:
                    show_on_board(metrics)
                _show_progress(config, metrics)

            saves = RunFolder(folder, config, start, tell=lambda sentence: print(f"\n{sentence}", file=sys.stderr))
            result = run(config, on_metrics=on_metrics, stop=stop, folder=saves, start=start)
    finally:
        signal.signal(signal.SIGINT, previous)
    paths = " ".join(map(str, save_policies(result.policies, folder)))
    if result.best:
        save_policies(result.best.policies, folder, "best")
    print(f"\n{'stopped' if result.stopped else 'finished'}: {paths}")
    print(f"next: websim resume {folder}" if result.stopped else f"next: websim evaluate {paths} --episodes 20")
    return 0


def _resume(options: argparse.Namespace) -> int:
    """`websim resume RUN`"""
    from websim.api import open_saved

    settings = {name: getattr(options, name) for name in ("total_steps", "ranks") if getattr(options, name) is not None}
    folder, config, start = open_saved(
        Path(options.run), Path(options.out) if options.out else None, settings, trust_reward=options.trust_reward
    )
    for note in start.notes:
        print(f"websim: {note}", file=sys.stderr)
    age = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(start.manifest["saved_at"]))
    print(f"going on with {config.env} at {start.manifest['global_step']:,} steps, saved {age}")
    return train_in(folder, config, tensorboard=options.tensorboard, start=start)


def _pack(options: argparse.Namespace) -> int:
    """`websim pack RUN`"""
    from websim.saving.saved_run import SUFFIX, read_run

    source = Path(options.run)
    target = Path(options.target or f"{source.resolve().name}{SUFFIX}")
    data = read_run(source).to_file()
    try:
        target.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"{target}: cannot be written: {error.strerror}") from error
    print(f"wrote {target} ({len(data) / 1e6:.1f} MB)\nnext: websim resume {target}, or open it in the page")
    return 0


def _show_progress(config: TrainConfig, metrics: dict[str, Any]) -> None:
    step = metrics["global_step"]
    left = (config.total_steps - step) / max(metrics["charts/SPS"], 1e-9)
    episodic_return = metrics["charts/episodic_return"]
    line = (
        f"{config.env}  {min(step, config.total_steps):,}/{config.total_steps:,} steps  "
        f"{metrics['charts/SPS']:,.0f} steps/s  "
        f"return {'-' if episodic_return is None else f'{episodic_return:,.1f}'}  {max(left, 0):.0f} s left"
    )
    if sys.stdout.isatty():
        print(f"\r{line:<100}", end="", flush=True)
    elif metrics["iteration"] % 10 == 1 or step >= config.total_steps:
        print(line, flush=True)
