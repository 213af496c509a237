"""Takes the README's picture: trains HalfCheetah in the built page, then saves what is seen of what it has learned.

usage: python scripts/screenshot.py [--steps 1000000] [--output docs/images/page.png]
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from chromium import CHROMIUM_ARGS, chromium_path
from serve import SiteServer, serving

REPO = Path(__file__).resolve().parent.parent
#: The newest policy moves in real time, and nothing else takes time from drawing it.
TRAIN = """async (total_steps) => {
    const run = await websim.train({ env: 'HalfCheetah-v5', num_envs: 64, ranks: 2, seed: 1, total_steps });
    await run.done;
    await run.show('latest');
}"""
#: Until pictures are drawn as well as the machine can.
SETTLE_S = 10


def take(address: str, steps: int, output: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        page = browser.new_page(viewport={"width": 1440, "height": 960}, color_scheme="dark")
        page.goto(f"{address}/")
        page.evaluate(TRAIN, steps)
        page.wait_for_timeout(SETTLE_S * 1000)
        output.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=output)
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Take the README's picture of the page with a trained robot.")
    parser.add_argument("--steps", type=int, default=1_000_000, help="how long to train first")
    parser.add_argument("--output", type=Path, default=REPO / "docs/images/page.png")
    options = parser.parse_args()
    if not (REPO / "dist/index.html").exists():
        print("screenshot: dist/index.html is not there; run `make build` first", file=sys.stderr)
        return 2
    with serving(SiteServer(REPO / "dist")) as address:
        take(address, options.steps, options.output)
    print(f"wrote {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
