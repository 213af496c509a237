"""The page as its users meet it: in a browser context of its own, driven by hand or through `window.websim`."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect

from conftest import wait_until

#: Seconds that a busy two-core machine may take to load the runtime and start two ranks.
LOAD_S = 60
#: Milliseconds that such a machine may take to answer a click.
ANSWER_MS = 20_000

FORGET_ALL = """async () => {
    for (const { id } of await websim.savedRuns()) await websim.discardRun(id);
    const { store } = document.querySelector('websim-app');
    store.dismissNotices();
    store.dismissProblem();
}"""

expect.set_options(timeout=ANSWER_MS)


@dataclass(frozen=True)
class Outcome:
    """What `run.done` resolved to."""

    reason: str
    history: list[dict[str, Any]]
    policy: bytes


class Website:
    """One open page. `complaints`: its warnings, errors and uncaught errors; `notes`: what else its console got."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.notes: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"uncaught: {error}"))

    def open(self, query: str = "") -> None:
        self.page.goto(f"{self.address}/?{query}")

    def load(self, query: str = "") -> None:
        """Open the page and wait until it can train."""
        self.open(query)
        self.page.evaluate("websim.ready")

    def start(self, **request: Any) -> None:
        """Start a run through the automation interface."""
        self.page.evaluate("(request) => websim.train(request).then(() => {})", request)

    def outcome(self) -> Outcome:
        """Wait for the end of the run."""
        result = self.page.evaluate(
            """async () => {
                const { reason, history, policy } = await websim.run.done;
                const letters = Array.from(policy, (byte) => String.fromCharCode(byte));
                return { reason, history, policy: btoa(letters.join('')) };
            }"""
        )
        return Outcome(result["reason"], result["history"], base64.b64decode(result["policy"]))

    def train(self, **request: Any) -> Outcome:
        self.start(**request)
        return self.outcome()

    def stop(self) -> None:
        """End the run, if one goes on or was."""
        self.page.evaluate("websim.run?.stop()")

    def clear(self) -> None:
        """End the run, remove the saved ones, and dismiss what was said."""
        self.stop()
        self.wait("websim.savedRuns().then((runs) => runs.every((run) => !run.inUse))", 20)
        self.page.evaluate(FORGET_ALL)
        self.complaints.clear()

    def wait(self, expression: str, seconds: float = 10) -> None:
        wait_until(self.page, expression, seconds)

    def drawn(self) -> None:
        """Wait until the page shows what it knows: it draws changes in the next frame, and nobody types faster."""
        self.page.evaluate("new Promise((drawn) => requestAnimationFrame(() => drawn()))")

    def wait_iterations(self, count: int, seconds: float = 30) -> None:
        """Wait until the run has finished `count` iterations."""
        self.wait(f"websim.run?.history.length >= {count}", seconds)

    @property
    def step(self) -> int:
        """Environment steps that the run has reported."""
        return self.page.evaluate("websim.run.history.at(-1)?.global_step ?? 0")

    @property
    def state(self) -> str | None:
        return self.page.evaluate("websim.run?.state ?? null")

    @property
    def alert(self) -> Locator:
        """The sentence of the error that the page shows."""
        return self.page.get_by_role("alert").locator("p")

    @property
    def title(self) -> Locator:
        """The state of the run in a word."""
        return self.page.locator("websim-run-status h2")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def figure(self, name: str) -> Locator:
        """A number beside the run, by its caption."""
        return self.page.locator("websim-run-status dl > div").filter(has_text=name).locator("dd")

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):
            self.complaints.append(f"{message.type}: {message.text}")
        else:
            self.notes.append(message.text)


@contextmanager
def opened(browser: Browser, address: str, **context: Any) -> Iterator[Website]:
    """A fresh browser context with one blank page; `context` as `Browser.new_context` takes it."""
    browsing = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})
    browsing.set_default_timeout(ANSWER_MS)
    try:
        yield Website(browsing.new_page(), address)
    finally:
        browsing.close()
