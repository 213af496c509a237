"""Prints where the time of PPO goes in the page's ranks, without the page: nothing is drawn.

usage: python bench/profile_training.py [task ...]
"""

import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "scripts"))

from lab import open_lab  # noqa: E402
from native_training import TASK  # noqa: E402
from training import RANKS, WORKS  # noqa: E402

#: Of the ring of poses, which a rank writes and nobody reads here; more than any robot has.
GEOMS = 128


def main() -> int:
    with open_lab() as lab:
        for task in sys.argv[1:] or [TASK]:
            for work in WORKS.values():
                for ranks in (1, RANKS):
                    # Fresh, so that ranks begin with the first collective.
                    with lab.measuring_page() as page:
                        settings = {"env": task, "ranks": ranks, **work.of_websim}
                        page.evaluate("([ranks, geoms]) => python.link(ranks, geoms)", [ranks, GEOMS])
                        arguments = [[settings, rank] for rank in range(ranks)]
                        call = "(args) => python.call('profile_rank', 'profile_training', args)"
                        first, *_ = page.evaluate(call, arguments)
                    print(f"{task}, {work.num_envs} environments, ranks: {ranks}")
                    for part, (middle, least) in sorted(first.items()):
                        print(f"  {part:46}{middle:9,.0f} us, least {least:7,.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
