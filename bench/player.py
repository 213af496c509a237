"""An agent's link in the player alone: from the navigation to a robot in motion, and the bytes of a first visit."""

import subprocess
from statistics import median
from typing import Any

from lab import REPO, Lab
from serve import serving
from transfer import ENCODINGS, CountingServer

ROUNDS = 5
POLICY = REPO / "tests/data/half_cheetah.websim"

#: From the navigation's beginning, which is where the page's clock starts, to when a second pose has been drawn.
_MOVING = """async () => {
    while (!document.querySelector('websim-player[moving]')) await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() / 1000;
}"""


def measure(lab: Lab) -> dict[str, Any]:
    """Seconds of a first visit and of the next one, medians; bytes by encoding; characters of the link."""
    script = REPO / "tests/browser/write_link.mjs"
    fragment = subprocess.run(["node", script, POLICY, "{}"], check=True, capture_output=True, text=True).stdout
    rounds = [_visits(lab, fragment) for _ in range(ROUNDS)]
    return {
        "rounds": ROUNDS,
        "seconds": {name: median(r[name] for r in rounds) for name in rounds[0]},
        "bytes": {name: _bytes(lab, fragment, accepted) for name, accepted in ENCODINGS.items()},
        "link": len(f"https://websim.example/agent.html{fragment}"),
    }


def _visits(lab: Lab, fragment: str) -> dict[str, float]:
    with lab.browser() as browser:
        context = browser.new_context()
        seconds = {}
        for name in ("first", "again"):
            page = context.new_page()
            page.goto(f"{lab.site}/embed.html{fragment}", wait_until="commit")
            seconds[name] = page.evaluate(_MOVING)
            page.close()
    return seconds


def _bytes(lab: Lab, fragment: str, encodings: str) -> int:
    server = CountingServer(encodings)
    with serving(server) as address, lab.browser() as browser:
        page = browser.new_page()
        page.goto(f"{address}/embed.html{fragment}", wait_until="commit")
        page.evaluate(_MOVING)
    return sum(server.sent.values())
