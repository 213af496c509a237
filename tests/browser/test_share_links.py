"""Sharing an agent: from a run to a link, and from a link to a robot that moves."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, expect
from shared_agents import TRAINED, fragment, link
from website import Website, opened

#: Milliseconds that a busy two-core machine may take to show a robot in motion.
MOVING_MS = 40_000


LISTEN = """document.querySelector('websim-agent-page').renderRoot.querySelector('websim-player')
    .addEventListener('frame', ({ detail }) => (window.picture = detail))"""


def moves(page: Page) -> None:
    expect(page.locator("websim-player[moving]")).to_be_visible(timeout=MOVING_MS)


def test_a_link_plays_the_agent_without_python(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        asked: list[str] = []
        website.page.on("request", lambda request: asked.append(request.url))
        website.page.goto(f"{site}/{link('agent.html')}")
        moves(website.page)
        assert not [url for url in asked if "pyodide" in url or "numpy" in url]
        assert all(url.startswith((site, "blob:", "data:")) for url in asked)
        assert not [url for url in asked if len(url) > 300], "an agent is sent to no server"
        panel = website.page.get_by_role("region", name="The agent")
        expect(panel).to_contain_text("HalfCheetah-v5")
        expect(panel).to_contain_text("5,382 ± 31.0")
        expect(panel).to_contain_text("0.985")
        assert website.complaints == []


def test_a_robot_is_held_and_drawn_over_and_another_link_is_another_agent(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        page = website.page
        page.goto(f"{site}/{link('agent.html')}")
        moves(page)
        website.button("Pause").click()
        expect(website.button("Play")).to_be_visible()
        website.button("Play").click()
        page.evaluate(LISTEN)
        website.button("Overlays").click()
        page.get_by_role("menuitemcheckbox", name="Contact points").click()
        website.wait("window.picture?.contacts > 0", 20)
        page.keyboard.press("Escape")
        website.button("Restart").click()
        page.evaluate("(hash) => { location.hash = hash; }", fragment('{"seed": 12345}'))
        expect(page.get_by_role("region", name="The agent")).to_contain_text("12,345")
        moves(page)


def test_a_recipe_fills_the_form_and_starts_nothing(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        website.page.goto(f"{site}/{link('agent.html')}")
        website.page.get_by_role("link", name="Train it yourself").click()
        expect(website.page.get_by_label("Task")).to_have_value("HalfCheetah-v5")
        query = {name: value for name, (value,) in parse_qs(urlsplit(website.page.url).query).items()}
        assert query == {
            **{"env": "HalfCheetah-v5", "algorithm": "ppo"},
            **{"num_envs": "64", "total_steps": "1500000", "seed": "7"},
        }
        for name, value in {"Environments": "64", "Total steps": "1500000", "Seed": "7"}.items():
            field = website.page.get_by_role("spinbutton", name=re.compile(f"^{name}"))
            expect(field).to_have_value(value)
        website.page.evaluate("websim.ready")
        assert website.state is None
        offer = website.page.get_by_role("region", name="Recipe")
        offer.get_by_text("Settings", exact=True).click()
        expect(offer).to_contain_text("gamma0.985")
        website.button("Discard").click()
        expect(offer).to_have_count(0)
        assert urlsplit(website.page.url).fragment == ""
        assert website.complaints == []


REWARD = "def reward(signals, actions, unhealthy):\n    return {'reward_still': -(actions**2).sum(axis=1)}\n"


def test_a_recipe_repeats_a_run_with_its_own_reward_once_it_is_allowed(browser: Browser, site: str) -> None:
    request = {"env": "InvertedPendulum-v5", "num_envs": 8, "seed": 3, "total_steps": 10**9, "gamma": 0.9}
    with opened(browser, site, permissions=["clipboard-read", "clipboard-write"]) as website:
        website.load()
        website.page.evaluate("(settings) => websim.train(settings).then(() => {})", request)
        website.page.evaluate("(reward) => websim.run.change({ reward }).then(() => {})", REWARD)
        website.wait("websim.run.reward !== ''")
        website.button("Share").click()
        website.page.get_by_role("menuitem", name="Copy recipe").click()
        expect(website.page.locator("websim-share-menu [role=status]")).to_contain_text("copied")
        address = website.page.evaluate("navigator.clipboard.readText()")
        website.stop()
    with opened(browser, site) as website:
        website.page.goto(address)
        website.page.evaluate("websim.ready")
        offer = website.page.get_by_role("region", name="Recipe")
        offer.get_by_text("It brings a reward as Python text").click()
        expect(offer.locator("pre")).to_have_text(REWARD)
        assert website.state is None, "nothing is run before it is allowed"
        website.button("Train it").click()
        website.wait("websim.run?.reward && websim.run.history.length > 1", 30)
        config = website.page.evaluate("websim.run.config")
        assert {name: config[name] for name in request} == request
        assert website.page.evaluate("websim.run.reward") == REWARD
        website.wait("websim.run.history.at(-1)['charts/episodic_return'] < 0", 30)
        expect(offer).to_have_count(0)
        website.stop()
        assert website.complaints == []


def test_text_that_a_link_brings_is_shown_and_never_used(browser: Browser, site: str) -> None:
    reward = "import js\njs.document.title = 'taken over'\n<img src=x onerror=alert(1)>"
    facts = {"reward": reward, "settings": {"<b>bold</b>": "<i>x</i>"}}
    with opened(browser, site) as website:
        website.page.goto(f"{site}/{link('agent.html', **facts)}")
        moves(website.page)
        expect(website.page.locator("pre")).to_have_text(reward)
        expect(website.page.get_by_role("region", name="The agent")).to_contain_text("<b>bold</b>")
        expect(website.page).to_have_title("HalfCheetah-v5: MuJoCo WebSim")
        assert website.complaints == []


def test_what_is_wrong_with_a_link_is_said(browser: Browser, site: str) -> None:
    good = fragment()
    cases = {
        "agent.html": "has no agent",
        "agent.html#": "has no agent",
        "agent.html#AQ": "too short",
        f"agent.html{good[:-50]}": "checksum",
        "agent.html#<script>": "letters, digits",
        "agent.html?agent=nothing.agent": "answered HTTP 404",
        "agent.html?agent=runtime/assets.json": "version",
        "agent.html?agent=javascript:alert(1)": "begins with https:",
        f"embed.html{good[:99]}": "checksum",
        link("agent.html", task="AntSumo"): 'cannot play "AntSumo"',
        link("agent.html", task="../index"): "cannot play",
        link("embed.html", task="Hopper-v5"): "not one of Hopper-v5",
    }
    with opened(browser, site) as website:
        for address, words in cases.items():
            website.page.goto("about:blank")
            website.page.goto(f"{site}/{address}")
            expect(website.page.get_by_role("alert")).to_contain_text(words)
        assert [text for text in website.complaints if "404" not in text] == []


def test_a_policy_file_plays_from_where_it_lies(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        policy = TRAINED.read_bytes()
        website.page.route("**/cheetah.websim", lambda route: route.fulfill(body=policy))
        website.page.goto(f"{site}/agent.html?agent=cheetah.websim")
        moves(website.page)
        expect(website.page.get_by_role("region", name="The agent")).to_contain_text("without its result")


def test_a_run_is_shared_as_a_link_that_plays(browser: Browser, site: str) -> None:
    with opened(browser, site, permissions=["clipboard-read", "clipboard-write"]) as website:
        website.load()
        website.train(env="InvertedPendulum-v5", num_envs=8, ranks=1, seed=3, total_steps=2048)
        clipboard = []
        for item in ("Copy link", "Copy recipe", "Copy embed code"):
            website.button("Share").click()
            website.page.get_by_role("menuitem", name=item).click()
            expect(website.page.locator("websim-share-menu [role=status]")).to_contain_text("copied")
            clipboard.append(website.page.evaluate("navigator.clipboard.readText()"))
        address, recipe, code = clipboard
        assert address.startswith(f"{site}/agent.html#")
        assert f"{site}/?env=InvertedPendulum-v5&algorithm=ppo&num_envs=8&total_steps=2048&seed=3" == recipe
        assert f'<script src="{site}/websim-agent.js" async></script>' in code
        assert f'<websim-agent src="{address}" controls>' in code
        with website.page.expect_download() as download:
            website.button("Share").click()
            website.page.get_by_role("menuitem", name="Agent file").click()
        file = download.value.path().read_bytes()
        website.page.goto(address)
        moves(website.page)
        expect(website.page.get_by_role("region", name="The agent")).to_contain_text("InvertedPendulum-v5")
        assert website.complaints == []
    # Anew: a page's route does not see what the service worker of an earlier visit fetches.
    with opened(browser, site) as website:
        website.page.route("**/pendulum.agent", lambda route: route.fulfill(body=file))
        website.page.goto(f"{site}/agent.html?agent=pendulum.agent")
        moves(website.page)
        assert website.complaints == []


ROD = """<mujoco model="swung rod">
  <option timestep="0.01"/>
  <worldbody>
    <body name="rod" pos="0 0 1.5">
      <joint name="turn" axis="0 1 0"/>
      <geom name="rod" type="capsule" fromto="0 0 0 0.4 0 -0.3" size="0.03" mass="1"/>
    </body>
  </worldbody>
  <actuator><motor joint="turn" gear="5" ctrlrange="-1 1"/></actuator>
</mujoco>"""


def test_an_agent_of_ones_own_model_is_shared_and_plays_when_it_is_allowed(browser: Browser, site: str) -> None:
    options = {"model": {"xml": ROD, "files": {}}, "max_episode_steps": 100}
    with opened(browser, site, permissions=["clipboard-read", "clipboard-write"]) as website:
        website.load()
        website.train(env="OwnModel", env_options=options, num_envs=8, ranks=1, seed=3, total_steps=4096)
        website.button("Share").click()
        website.page.get_by_role("menuitem", name="Copy link").click()
        expect(website.page.locator("websim-share-menu [role=status]")).to_contain_text("copied")
        address = website.page.evaluate("navigator.clipboard.readText()")
        assert website.complaints == []
    with opened(browser, site) as website:
        page, asked = website.page, list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        offer = page.get_by_role("region", name="What the agent brings")
        expect(offer).to_contain_text("swung rod, 1 body, 2 kB")
        expect(page.get_by_role("heading", level=1)).to_have_text("swung rod")
        expect(page.get_by_role("link", name="Train it yourself")).to_have_attribute("href", re.compile("#recipe="))
        assert not [url for url in asked if ".wasm" in url], "nothing is loaded before it is allowed"
        website.button("Play").click()
        moves(page)
        expect(offer).to_have_count(0)
        page.goto(address.replace("agent.html", "embed.html"))
        page.get_by_role("button", name="Play").click()
        moves(page)
        assert website.complaints == []


def test_a_link_tells_of_another_reward(browser: Browser, site: str) -> None:
    reward = "def reward(signals, actions, unhealthy):\n    return {'alive': np.ones(len(unhealthy))}\n"
    with opened(browser, site, permissions=["clipboard-read", "clipboard-write"]) as website:
        website.load()
        website.start(env="InvertedPendulum-v5", num_envs=8, ranks=1, seed=3, total_steps=10**8)
        website.page.evaluate("(text) => websim.setReward(text)", reward)
        website.wait_iterations(2)
        website.button("Share").click()
        website.page.get_by_role("menuitem", name="Copy link").click()
        expect(website.page.locator("websim-share-menu [role=status]")).to_contain_text("copied")
        address = website.page.evaluate("navigator.clipboard.readText()")
        website.stop()
        website.page.goto(address)
        expect(website.page.locator("pre")).to_have_text(reward)


def test_nothing_of_a_visitor_is_changed_by_a_link(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        website.load()
        website.train(env="InvertedPendulum-v5", num_envs=8, ranks=1, seed=3, total_steps=2048)
        before = kept(website)
        website.page.goto(f"{site}/{link('agent.html')}")
        moves(website.page)
        website.load()
        assert kept(website) == before


def kept(website: Website) -> object:
    """What the browser keeps: runs, whichever page has them open, and small things."""
    return website.page.evaluate(
        """async () => {
            const runs = (await websim.savedRuns()).map((run) => ({ ...run, inUse: null }));
            return JSON.stringify([runs, { ...localStorage }]);
        }"""
    )
