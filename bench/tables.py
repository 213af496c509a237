"""Markdown of the figures: a table a part."""

from collections.abc import Callable
from statistics import mean, median

from engine_tables import envs, physics, scale
from markdown_table import Figures, table
from training_ratios import apart, best_other, scaling, to_best_other, to_default

SHOWN_FILES = 6


TRAINERS = {
    "page_2": "the page, 2 ranks",
    "page_1": "the page, 1 rank",
    "undrawn_2": "the page without a robot drawn, 2 ranks",
    "undrawn_1": "the page without a robot drawn, 1 rank",
    "websim_2": "websim natively, 2 ranks",
    "websim_1": "websim natively, 1 rank",
    "websim_apart": "websim natively, two runs of 1 rank at once",
    "sb3_own": "Stable-Baselines3, torch's own number of threads",
    "sb3_one": "Stable-Baselines3, torch with one thread",
    "sbx_own": "sbx, JAX's own number of threads",
    "sbx_one": "sbx, JAX with one thread",
}
DEFAULT_TRAINERS = {
    "page_2": "the page, 2 ranks",
    "websim_2": "websim natively, 2 ranks",
    "sb3_one": "Stable-Baselines3, 8 environments, batches of 64",
}


def training(figures: Figures) -> str:
    parts = []
    for work in figures["works"].values():
        trainers = work["trainers"]
        title = f"{work['num_envs']} environments, batches of {work['batch_size']:,}, steps/s"
        best = TRAINERS[best_other(trainers)]
        parts.append(
            f"{_rates(title, TRAINERS, trainers)}\n\n"
            f"The fastest other trainer is {best}. The page is {to_best_other(trainers, 'page_2'):.2f} times as fast, "
            f"websim natively {to_best_other(trainers, 'websim_2'):.2f} times. Two ranks are "
            f"{scaling(trainers, 'page'):.2f} times as fast as one in the page, {scaling(trainers, 'undrawn'):.2f} "
            f"times without a robot drawn, {scaling(trainers, 'websim'):.2f} times natively, where two runs at once "
            f"that know nothing of each other are {apart(trainers):.2f} times as fast."
        )
    default = _rates("everyone as it comes, steps/s", DEFAULT_TRAINERS, figures["default"])
    parts.append(f"{default}\n\nThe page is {to_default(figures):.2f} times as fast as Stable-Baselines3 as it comes.")
    return "\n\n".join(parts)


def _rates(title: str, names: dict[str, str], trainers: Figures) -> str:
    rows = [
        (name, f"{rates['rate']:,.0f}", f"{rates['rollout_share']:.0%}", f"{rates['iterations']}")
        for key, name in names.items()
        for rates in [trainers[key]]
    ]
    return table((title, "", "of it rollout", "iterations"), rows)


def threshold(figures: Figures) -> str:
    rows = [
        (
            task,
            f"{level['threshold']:,.0f}",
            f"{level['median_seconds']:.1f} s" if level["median_seconds"] is not None else "**not reached**",
            " / ".join(f"{seed['seconds']:.1f}" if seed["reached"] else "no" for seed in level["seeds"]),
            " / ".join(f"{seed['steps']:,}" if seed["reached"] else "no" for seed in level["seeds"]),
        )
        for task, levels in figures["tasks"].items()
        for level in levels
    ]
    head = ("in the page, 2 ranks", "mean return", "median time from Start", "of each seed, s", "steps")
    return table(head, rows)


def returns(figures: Figures) -> str:
    rows = [
        (
            name,
            f"{result['total_steps']:,}",
            _spread(result["training"]),
            _spread(result["evaluation"]),
            ", ".join(f"{who} {_number(value)}" for who, value in result["published"].items()) or "none",
            f"{result['processor_seconds'] / 60:.1f} min",
        )
        for name, result in figures["tasks"].items()
    ]
    head = ("task", "steps", "last 100 training episodes", "deterministic", "published", "processor time of a seed")
    return table(head, rows)


def _spread(values: list[float]) -> str:
    """Mean over the seeds, and the least and the greatest."""
    return f"{_number(mean(values))} ({_number(min(values))} to {_number(max(values))})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"


def zoo(figures: Figures) -> str:
    rows = [
        (
            name,
            f"{result['threshold']:,.0f}",
            f"{result['seconds']:,.0f} s" if result["reached"] else f"**not reached** in {result['seconds']:,.0f} s",
            f"{result['processor_seconds']:,.0f} s",
            f"{result['steps']:,}",
            f"{result['return']:,.0f}",
            f"{result['threads']}",
        )
        for name, result in figures["tasks"].items()
    ]
    return table(
        (
            "Stable-Baselines3 natively, RL Zoo's settings",
            "mean return",
            "time",
            "of processors",
            "steps",
            "return then",
            "threads",
        ),
        rows,
    )


MOMENTS = {
    "open_to_motion": "opening the page until a robot moves in it, first visit",
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


def crowd(figures: Figures) -> str:
    rows = [
        (
            f"{task['num_envs']:,} {name}",
            f"{task['script']:.1f} ms",
            f"{task['longest_script']:.1f} ms",
            f"{task['whole']:.0f} ms",
            f"{median(task['rates']['one']):,.0f}",
            f"{median(task['rates']['all']):,.0f}",
            f"{task['ratio']:.2f}",
        )
        for name, task in figures["tasks"].items()
    ]
    head = ("robots", "JavaScript", "longest", "until drawn", "steps/s, one robot shown", "all shown", "median ratio")
    return table(head, rows)


def durability(figures: Figures) -> str:
    lost, since_save = figures["lost"], figures["since_save"]
    more = max(a - b for a, b in zip(lost, since_save, strict=True))
    same = "yes" if figures["same_policy"] and figures["same_curve"] else "**no**"
    rows = [
        (f"policy and return curve after {figures['reloads']} reloads, equal bit for bit to no reload", same),
        (f"training lost by a reload, median, saving every {figures['autosave_seconds']} s", f"{median(lost):.2f} s"),
        ("the most", f"{max(lost):.2f} s"),
        ("the most beyond the time since the last save", f"{max(0, more):.2f} s"),
        ("training waits for a save, median of the ranks", f"{figures['save_milliseconds']:.2f} ms"),
        ("a save", f"{figures['save_bytes'] / 1e3:.0f} KB"),
        (f"speed, saving every 5 s / not saving, median of {figures['rounds']} pairs", f"{figures['speed_ratio']:.3f}"),
        (f"tasks over 50 ms of the main thread in {figures['saves']} saves", f"{figures['long_tasks']}"),
    ]
    return table(("HalfCheetah-v5, 2 ranks in the page", ""), rows)


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


def player(figures: Figures) -> str:
    rows = [
        ("opening the link until the robot is drawn in motion, first visit", f"{figures['seconds']['first']:.2f} s"),
        ("the same, second visit", f"{figures['seconds']['again']:.2f} s"),
        *((f"first visit, bytes sent, {name}", f"{size / 1e6:.2f} MB") for name, size in figures["bytes"].items()),
        ("the link", f"{figures['link']:,} characters"),
    ]
    return table((f"a trained HalfCheetah, median of {figures['rounds']}", ""), rows)


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
    "returns": returns,
    "startup": startup,
    "responsiveness": responsiveness,
    "crowd": crowd,
    "durability": durability,
    "transfer": transfer,
    "player": player,
    "memory": memory,
}
