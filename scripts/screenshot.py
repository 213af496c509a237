"""Takes the README's picture: trains HalfCheetah in the built page for a while, then saves what is seen.

usage: python scripts/screenshot.py [--seconds 40] [--output docs/images/page.png]
"""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from chromium import CHROMIUM_ARGS, chromium_path
from serve import SiteServer, serving

REPO = Path(__file__).resolve().parent.parent
RUN = "?env=HalfCheetah-v5&num_envs=64&ranks=2&seed=1&autostart=1"


def take(address: str, seconds: float, output: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
        page.goto(f"{address}/{RUN}")
        page.wait_for_timeout(seconds * 1000)
        output.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=output)
        browser.close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Take the README's picture of the page while it trains.")
    parser.add_argument("--seconds", type=float, default=40, help="how long to train first")
    parser.add_argument("--output", type=Path, default=REPO / "docs/images/page.png")
    options = parser.parse_args()
    if not (REPO / "dist/index.html").exists():
        print("screenshot: dist/index.html is not there; run `make build` first", file=sys.stderr)
        return 2
    with serving(SiteServer(REPO / "dist")) as address:
        take(address, options.seconds, options.output)
    print(f"wrote {options.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
