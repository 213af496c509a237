"""The editor of rewards: what is written is tried on real states beside training, and trained with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect
from website import Website, opened

#: Seconds for a Python of its own, and the trial.
TRIAL_MS = 60_000
SEVEN = "def reward(signals, actions, unhealthy):\n    return {'seven': np.full(len(actions), 7.0)}\n"


@pytest.fixture(scope="module")
def loaded(browser: Browser, site: str) -> Iterator[Website]:
    with opened(browser, site) as website:
        website.load("view=reward&env=Reacher-v5")
        yield website


@pytest.fixture
def website(loaded: Website) -> Iterator[Website]:
    """The reward of Reacher as it comes, and nothing running."""
    yield loaded
    loaded.stop()
    expect(loaded.button("Try")).to_be_enabled()
    if loaded.button("Back to the original").is_enabled():
        loaded.button("Back to the original").click()


def editor(website: Website) -> Locator:
    return website.page.get_by_role("textbox", name="Reward in Python")


def write(website: Website, text: str) -> None:
    """As if it were pasted: the editor indents what is typed."""
    editor(website).click()
    website.page.keyboard.press("Control+A")
    website.page.keyboard.insert_text(text)


def outcome(website: Website) -> Locator:
    return website.page.locator("websim-reward-view .outcome")


def test_the_tasks_own_reward_is_there_and_works(website: Website) -> None:
    expect(editor(website)).to_contain_text('"reward_dist": -reward_dist_weight * signals["distance"]')
    expect(website.page.locator("websim-reward-inputs")).to_contain_text('signals["distance"] [B] m')
    website.button("Try").click()
    expect(outcome(website)).to_have_text("It works.", timeout=TRIAL_MS)
    for term in ("Reward", "reward_dist", "reward_ctrl"):
        chart = website.page.get_by_role("img", name=f"{term} over environment steps")
        expect(chart.locator("canvas")).to_be_visible()
    assert website.complaints == []


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("x = 1\ndef reward(:", 2, "reward, line 2: invalid syntax"),
        (SEVEN.replace("np.full(len(actions), 7.0)", "signals['way']"), 2, "reward, line 2: there is no 'way'"),
        (
            SEVEN.replace("7.0", "np.nan"),
            2,
            "reward, line 2: term 'seven': expected finite numbers, got nan, at step 0",
        ),
    ],
)
def test_a_mistake_is_told_and_marked_at_its_line(website: Website, text: str, line: int, told: str) -> None:
    write(website, text)
    website.button("Try").click()
    expect(outcome(website)).to_contain_text(told, timeout=TRIAL_MS)
    expect(outcome(website)).to_have_attribute("role", "alert")
    expect(website.page.locator("websim-code-editor .cm-lintRange-error")).to_have_count(1)
    website.button(f"Go to line {line}").click()
    expect(website.page.locator(".cm-activeLineGutter").first).to_have_text(str(line))


def test_a_run_starts_with_what_is_written_and_takes_another_while_it_goes_on(website: Website) -> None:
    website.page.evaluate("document.querySelector('websim-app').store.choose({ num_envs: 16, ranks: 2 })")
    write(website, SEVEN)
    website.button("Start with this reward").click()
    expect(outcome(website)).to_have_text("Training has started with this reward.", timeout=TRIAL_MS)
    # Reacher's episodes have 50 steps.
    website.wait("websim.run.history.some((metrics) => metrics['charts/episodic_return'] !== null)", 30)
    returns = "websim.run.history.map((metrics) => metrics['charts/episodic_return']).filter(Number.isFinite)"
    assert website.page.evaluate(f"{returns}[0]") == pytest.approx(350)
    write(website, SEVEN.replace("7.0", "-2.0"))
    website.button("Apply to the run").click()
    expect(outcome(website)).to_contain_text("The run learns by this reward", timeout=TRIAL_MS)
    website.wait(f"{returns}.at(-1) < 0", 60)


def test_a_loop_that_never_ends_is_stopped_and_training_goes_on(website: Website) -> None:
    website.start(env="Reacher-v5", num_envs=16, ranks=2, total_steps=10**8)
    write(website, "def reward(signals, actions, unhealthy):\n    while True:\n        pass\n")
    website.button("Apply to the run").click()
    expect(website.button("Stop the trial")).to_be_visible(timeout=TRIAL_MS)
    done = len(website.page.evaluate("websim.run.history"))
    website.wait_iterations(done + 2)
    website.button("Stop the trial").click()
    expect(outcome(website)).to_contain_text("the trial was stopped", timeout=TRIAL_MS)
    assert website.state == "running"
    write(website, SEVEN)
    website.button("Try").click()
    expect(outcome(website)).to_have_text("It works.", timeout=TRIAL_MS)
    expect(website.page.locator("websim-reward-result")).to_contain_text("moved by the run's policy")


def test_signals_are_completed_and_the_keyboard_leaves(website: Website) -> None:
    editor(website).click()
    website.page.keyboard.press("Control+End")
    website.page.keyboard.type('signals["')
    expect(website.page.locator(".cm-tooltip-autocomplete")).to_contain_text("distance")
    website.page.keyboard.press("Escape")
    website.page.keyboard.press("Escape")
    website.page.keyboard.press("Tab")
    expect(editor(website)).not_to_be_focused()


def choose(website: Website, task: str) -> None:
    website.page.evaluate("(env) => document.querySelector('websim-app').store.choose({ env })", task)


def test_what_was_written_is_kept_for_its_task(browser: Browser, site: str) -> None:
    with opened(browser, site) as website:
        website.load("view=reward&env=Reacher-v5")
        write(website, SEVEN)
        choose(website, "Hopper-v5")
        expect(editor(website)).to_contain_text("reward_forward")
        website.load("view=reward&env=Reacher-v5")
        expect(editor(website)).to_contain_text("seven")
        website.button("Back to the original").click()
        expect(website.button("Back to the original")).to_be_disabled()
        choose(website, "Hopper-v5")
        expect(editor(website)).to_contain_text("reward_forward")
        choose(website, "Reacher-v5")
        expect(editor(website)).to_contain_text("reward_dist")
        assert website.complaints == []
