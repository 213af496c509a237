"""Physics that blows up is counted and shown, and training goes on."""

import re
from pathlib import Path

from altered_site import AlteredSite
from playwright.sync_api import Browser, expect
from website import opened

from conftest import serving
from serve import SiteServer


def with_long_steps(model: str) -> str:
    """The same robot, in time steps far too long for its springs."""
    return re.sub(r'timestep="[\d.]+"', 'timestep="0.2"', model)


def test_divergences_are_counted_and_shown(browser: Browser, dist: Path, tmp_path: Path) -> None:
    altered = AlteredSite(dist, tmp_path / "site")
    altered.patch_package({"websim/assets/half_cheetah.xml": with_long_steps})
    with serving(SiteServer(altered.folder)) as address, opened(browser, address) as website:
        website.load("ranks=1")
        outcome = website.train(env="HalfCheetah-v5", num_envs=32, ranks=1, total_steps=8000)
        times = outcome.history[-1]["physics/divergences"]
        assert outcome.reason == "finished"
        assert times > 0
        warning = website.page.locator("websim-run-status").get_by_text("Physics diverged")
        expect(warning).to_contain_text(f"Physics diverged {times:,} times; those environments were reset.")
