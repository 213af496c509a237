"""docs/embedding.md: every example is put into a page of another site as it is written."""

import re
from collections.abc import Iterator

import pytest
from other_site import MOVING_MS, OtherSite, framed, moves, other_site
from playwright.sync_api import Browser, expect
from shared_agents import fragment
from website import Website, opened

from conftest import REPO

DOCS = (REPO / "docs/embedding.md").read_text()
SCRIPT = (REPO / "webapp/public/websim-agent.js").read_text()
#: By the line that begins the block: Jupyter Book's is HTML within Markdown.
EXAMPLES = re.findall(r"^```(?:html|\{raw\} html)\n(.*?)^```$", DOCS, re.M | re.S)


@pytest.fixture(scope="module")
def website(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        yield website


@pytest.fixture(scope="module")
def other() -> Iterator[OtherSite]:
    with other_site() as site:
        yield site


@pytest.mark.parametrize("example", [text for text in EXAMPLES if "websim-train" not in text])
def test_an_example_plays(website: Website, other: OtherSite, site: str, example: str) -> None:
    website.page.goto(other.show(example.replace("https://websim.example", site).replace("#AGENT", fragment())))
    moves(website)
    shows_controls = "controls" in example
    expect(framed(website).get_by_role("button")).to_have_count(3 if shows_controls else 0)


def test_the_training_example_fills_the_form(website: Website, other: OtherSite, site: str) -> None:
    (example,) = [text for text in EXAMPLES if "websim-train" in text]
    website.page.goto(other.show(example.replace("https://websim.example", site)))
    form = framed(website)
    expect(form.get_by_label("Task")).to_have_value("InvertedPendulum-v5")
    for name, value in {"Environments": "16", "Ranks": "1", "Total steps": "4096", "Seed": "5"}.items():
        expect(form.get_by_role("spinbutton", name=re.compile(f"^{name}"))).to_have_value(value)


@pytest.mark.parametrize("address", re.findall(r"^\| `((?:agent|embed|train)\.html.*?)`", DOCS, re.M))
def test_an_address_shows_what_the_table_says(website: Website, other: OtherSite, site: str, address: str) -> None:
    page = website.page
    policy = (REPO / "tests/data/half_cheetah.websim").read_bytes()
    page.route("**/cheetah.websim", lambda route: route.fulfill(body=policy))
    page.goto("about:blank")
    page.goto(f"{site}/{address}".replace("#AGENT", fragment()).replace("FILE", "cheetah.websim"))
    if address.startswith("train"):
        expect(page.get_by_label("Task")).to_have_value("Hopper-v5")
        return
    expect(page.locator("websim-player[moving]")).to_be_visible(timeout=MOVING_MS)
    expect(page.get_by_role("region", name="The agent")).to_have_count(1 if address.startswith("agent") else 0)


def test_every_attribute_is_explained_and_in_an_example() -> None:
    names = set(re.findall(r"'(\w+)'", "".join(re.findall(r"observedAttributes = \[(.*?)\]", SCRIPT, re.S))))
    assert len(names) == 9
    explained = set(re.findall(r"^\| `(\w+)` \|", DOCS, re.M))
    assert names <= explained
    examples = "".join(EXAMPLES)
    assert [name for name in names if not re.search(rf"<websim-\w+ [^<]*\b{name}\b", examples)] == []
