"""Markdown of the engine's figures: physics, whole environments, and thousands of them."""

from markdown_table import Figures, table


def physics(figures: Figures) -> str:
    parts = []
    for threads in (2, 1):
        measured = figures[f"threads_{threads}"]
        rows = [
            (
                name,
                *(f"{task[side]:,.0f}" for side in ("browser", "mujoco_rollout", "websim_native")),
                f"{task['ratio']:.2f}",
            )
            for name, task in measured["tasks"].items()
        ]
        rows.append(("geometric mean", "", "", "", f"**{measured['ratio']:.2f}**"))
        head = (
            f"{threads} thread{'s' * (threads > 1)}, MuJoCo steps/s",
            "browser",
            "`mujoco.rollout`",
            "websim, native",
        )
        parts.append(table((*head, "browser / rollout"), rows))
    return "\n\n".join(parts)


def envs(figures: Figures) -> str:
    sizes = {task: result["num_envs"] for task, result in figures["tasks"].items()}
    rows = [
        (
            task,
            *(f"{result[side]:,.0f}" for side in ("page", "websim_native", "envpool", "envpool_calls")),
            f"**{result['ratio']:.2f}**",
            f"{sizes[task]['page']:,} / {sizes[task]['websim_native']:,} / {sizes[task]['envpool']:,}",
        )
        for task, result in figures["tasks"].items()
    ]
    head = ("environment steps/s", "the page", "websim, native", "EnvPool", "with reset calls")
    return table((*head, "page / EnvPool", "environments of each"), rows)


WORK = {"bare": "environments alone", "training": "training with PPO"}


def scale(figures: Figures) -> str:
    rates = [
        (
            f"{task}, {what}",
            *(f"{n:,}: {result[side]:,.0f}" for side, n in zip(("few", "many"), sizes, strict=True)),
            f"{result['ratio']:.2f}",
        )
        for work, what in WORK.items()
        for task, sizes in figures["num_envs"].items()
        for result in [figures["rates"][work][task]]
    ]
    sizes = [
        (f"{task}, {what}", f"{result['per_env'] / 1e3:.1f} KB", f"{result['many']['process'] / 1e6:,.0f} MB")
        for work, what in WORK.items()
        for task in figures["num_envs"]
        for result in [figures["bytes"][work][task]]
    ]
    ranks = f"{figures['ranks']} ranks"
    return (
        table((f"environment steps/s, {ranks}", "with a few", "with many", "many / few"), rates)
        + "\n\n"
        + table((f"PSS, {ranks}", "an environment more", "renderer process with many"), sizes)
    )
