"""Prints where an environment step's time goes in the page, for two ranks at once.

usage: python bench/profile_env.py [task ...]
"""

import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO / "scripts"))

from env_sides import RANKS  # noqa: E402
from lab import open_lab  # noqa: E402
from physics import PHYSICS_TASKS  # noqa: E402

SIZES, SECONDS = (16, 128, 512), 1.5
PARTS = ("kernel", "copies", "reward", "rest")


def main() -> int:
    print(f"{'us an environment step of a rank':32}  envs" + "".join(f"{part:>9}" for part in PARTS))
    with open_lab() as lab, lab.measuring_page() as page:
        for task in sys.argv[1:] or PHYSICS_TASKS:
            for size in SIZES:
                arguments = [[task, size, SECONDS, rank] for rank in range(RANKS)]
                ranks = page.evaluate("(args) => python.call('profile_loop', 'profile_loop', args)", arguments)
                means = (sum(rank[part] for rank in ranks) / RANKS for part in PARTS)
                print(f"{task:32}{size:6}" + "".join(f"{value:9.2f}" for value in means), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
