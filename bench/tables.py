"""Markdown of the figures: a table a part."""

from collections.abc import Callable

from engine_tables import envs, physics, scale
from markdown_table import Figures, table

SHOWN_FILES = 6


TRAINERS = {
    "page_equal": "the page, 2 ranks, same settings",
    "websim_equal": "websim natively, 2 ranks, same settings",
    "sb3_equal": "Stable-Baselines3, same settings, torch's own number of threads",
    "sb3_equal_one_thread": "Stable-Baselines3, same settings, torch with one thread",
    "page_default": "the page, 2 ranks, websim's defaults",
    "websim_default": "websim natively, 2 ranks, websim's defaults",
    "sb3_default": "Stable-Baselines3 as it comes: 8 environments, batches of 64",
}


def training(figures: Figures) -> str:
    rows = [
        (name, f"{rates['rate']:,.0f}", f"{rates['rollout_share']:.0%}", f"{rates['iterations']}")
        for key, name in TRAINERS.items()
        for rates in [figures["trainers"][key]]
    ]
    equal, default = figures["page_to_sb3_equal"], figures["page_to_sb3_default"]
    return (
        table(("PPO, HalfCheetah-v5", "steps/s", "of it rollout", "iterations"), rows)
        + f"\n\nThe page trains {equal:.2f} times as fast as Stable-Baselines3 at the same settings (its faster row), "
        f"and {default:.2f} times as fast with both as they come."
    )


def threshold(figures: Figures) -> str:
    rows = [
        (
            name,
            f"{result['threshold']:,.0f}",
            f"{result['seconds']:.1f} s" if result["reached"] else "**not reached**",
            f"{result['steps']:,}",
            f"{result['return']:,.0f}",
            f"{result['num_envs']}",
        )
        for name, result in figures["tasks"].items()
    ]
    return table(
        ("in the page, 2 ranks, defaults", "mean return", "time from Start", "steps", "return then", "environments"),
        rows,
    )


def zoo(figures: Figures) -> str:
    rows = [
        (
            name,
            f"{result['threshold']:,.0f}",
            f"{result['seconds']:,.0f} s" if result["reached"] else f"**not reached** in {result['seconds']:,.0f} s",
            f"{result['steps']:,}",
            f"{result['return']:,.0f}",
            f"{result['threads']}",
        )
        for name, result in figures["tasks"].items()
    ]
    return table(
        ("Stable-Baselines3 natively, RL Zoo's settings", "mean return", "time", "steps", "return then", "threads"),
        rows,
    )


MOMENTS = {
    "open_to_ready": "opening the page until it can train, first visit",
    "open_to_ready_again": "the same, second visit",
    "start_to_first_update": "Start to the first update, page loaded",
    "open_to_first_update": "opening the page with `autostart=1` to the first update, first visit",
}


def startup(figures: Figures) -> str:
    rows = [(name, f"{figures['seconds'][key]:.2f} s") for key, name in MOMENTS.items()]
    return table((f"median of {figures['rounds']}", "time"), rows)


def responsiveness(figures: Figures) -> str:
    longest = f"{figures['longest_task']:.0f} ms" if figures["long_tasks"] else "none"
    rows = [
        (f"Stop until the ranks are free, median of {figures['stops']}", f"{figures['stop_median']:.0f} ms"),
        ("the longest of them", f"{figures['stop_longest']:.0f} ms"),
        (f"tasks over 50 ms in {figures['watched_seconds']} s from Start", f"{figures['long_tasks']}"),
        ("the longest of them", longest),
    ]
    return table(("while training with 2 ranks", ""), rows)


def transfer(figures: Figures) -> str:
    brotli, gzip = figures["brotli"], figures["gzip"]
    files = list(brotli["files"])
    rows = [
        (f"`{_stem(file)}`", *(f"{kind['files'][file] / 1e6:.2f} MB" for kind in (brotli, gzip)))
        for file in files[:SHOWN_FILES]
    ]
    rest = files[SHOWN_FILES:]
    rows.append(
        (
            f"{len(rest)} others",
            *(f"{sum(kind['files'][file] for file in rest) / 1e6:.2f} MB" for kind in (brotli, gzip)),
        )
    )
    rows.append(("**all**", *(f"**{kind['bytes'] / 1e6:.2f} MB**" for kind in (brotli, gzip))))
    return table(("first visit, bytes sent with headers", "brotli", "gzip"), rows)


def _stem(path: str) -> str:
    """`pyodide.asm.wasm` of `/runtime/pyodide.asm.<hash>.wasm`; wheels by their package."""
    name = path.rsplit("/", 1)[1]
    if name.endswith(".whl"):
        return name.split("-")[0].split(".")[0] + ".whl"
    parts = name.split(".")
    return ".".join([*parts[:-2], parts[-1]]) if path.startswith("/runtime/") else name.split("-")[0]


def memory(figures: Figures) -> str:
    few, many = figures["num_envs"]
    megabytes = {
        f"renderer process, 1 rank, {few} environments": figures["one_rank"],
        f"renderer process, 2 ranks, {few} environments": figures["two_ranks"],
        f"renderer process, 1 rank, {many:,} environments": figures["one_rank_many"],
        "a rank more": figures["per_rank"],
    }
    rows = [(name, f"{value / 1e6:.0f} MB") for name, value in megabytes.items()]
    rows.append(("an environment more, with its part of the rollout", f"{figures['per_env'] / 1e3:.1f} KB"))
    return table(("HalfCheetah-v5, while training", "PSS"), rows)


PARTS: dict[str, Callable[[Figures], str]] = {
    "physics": physics,
    "envs": envs,
    "scale": scale,
    "training": training,
    "threshold": threshold,
    "zoo": zoo,
    "startup": startup,
    "responsiveness": responsiveness,
    "transfer": transfer,
    "memory": memory,
}
