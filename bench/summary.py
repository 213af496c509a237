"""Markdown of the results as a whole: the bars, where the figures come from, the README's section."""

from typing import Any

from bars import BARS
from markdown_table import table
from results import Results
from training_ratios import MAIN_WORK, best_other


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
        work = figures["works"][MAIN_WORK]
        trainers = work["trainers"]
        page, other = (trainers[name]["rate"] for name in ("page_2", best_other(trainers)))
        lines += [
            "",
            f"PPO on HalfCheetah at the same settings ({work['num_envs']} environments, batches of "
            f"{work['batch_size']}): {page:,.0f} steps/s in the page, {other:,.0f} in the faster of Stable-Baselines3 "
            f"and sbx natively on this machine, a ratio of {page / other:.2f}.",
        ]
    return "\n".join(lines)
