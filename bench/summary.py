"""Markdown of the results as a whole: the bars, where the figures come from, the README's section."""

from typing import Any

from bars import BARS
from markdown_table import table
from results import Results


def bars(results: Results) -> str:
    verdicts = {True: "met", False: "**missed**", None: ""}
    rows = [(bar.what, bar.measured(results), bar.asked, verdicts[bar.met(results)]) for bar in BARS]
    return table(("figure", "measured", "asked", ""), rows)


def source(part: dict[str, Any]) -> str:
    return f"`{part['command']}`, {part['date']}, commit {part['commit']}, load before {part['load']:.1f}"


def conditions(results: Results) -> str:
    """Machine and versions, once for all parts that share them."""
    lines = []
    for part in results.values():
        versions = ", ".join(f"{name} {number}" for name, number in part["versions"].items())
        line = f"{part['machine']}; {versions}."
        if line not in lines:
            lines.append(line)
    return "\n\n".join(lines)


def readme_section(results: Results) -> str:
    """The README's section."""
    machine = next(iter(results.values()))["machine"] if results else "this machine"
    lines = [f"On {machine}, in Chromium, as `make bench` measured it:", "", bars(results)]
    if "training" in results:
        figures = results["training"]["figures"]
        page, sb3 = (figures["trainers"][name]["rate"] for name in ("page_equal", figures["best_sb3_equal"]))
        lines += [
            "",
            f"PPO on HalfCheetah at the same settings (16 environments, batches of 512): {page:,.0f} steps/s in the "
            f"page, {sb3:,.0f} in Stable-Baselines3 on this machine, a ratio of {figures['page_to_sb3_equal']:.2f}.",
        ]
    return "\n".join(lines)
