"""Firefox, driven by WebDriver BiDi over one socket: what a test of the page needs of it."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

#: Seconds that a busy machine may take to start the browser, or to answer.
PATIENCE_S = 90
#: Nothing is asked of other hosts, and files may be kept without a question.
PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_beforeunload": True,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
    # Without a graphics card, drawn by Mesa in software.
    "webgl.force-enabled": True,
}
#: Firefox looks for a display to draw WebGL on, unless it is told to do without.
ENVIRONMENT = {"MOZ_WEBGL_FORCE_EGL": "1"}


class FirefoxPage:
    """One tab. `complaints`: its errors and warnings."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.last_id = 0
        self.complaints: list[str] = []
        self._ask("session.new", capabilities={"alwaysMatch": {"unhandledPromptBehavior": {"default": "accept"}}})
        self._ask("session.subscribe", events=["log.entryAdded"])
        self.context = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def goto(self, address: str) -> None:
        self._ask("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def reload(self) -> None:
        self._ask("browsingContext.reload", context=self.context, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, or what its promise resolves to, as JSON has it."""
        answer = self._ask(
            "script.evaluate",
            expression=f"Promise.resolve({expression}).then((value) => JSON.stringify(value) ?? 'null')",
            target={"context": self.context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']['text']}")
        return json.loads(answer["result"]["value"])

    def wait(self, expression: str, seconds: float = PATIENCE_S) -> None:
        """Until an expression is true."""
        deadline = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > deadline:
                pytest.fail(f"`{expression}` is not true after {seconds} s", pytrace=False)
            time.sleep(0.2)

    def _ask(self, method: str, **params: Any) -> Any:
        self.last_id += 1
        self.socket.send(json.dumps({"id": self.last_id, "method": method, "params": params}))
        while True:
            message = json.loads(self.socket.recv(timeout=PATIENCE_S))
            if message.get("method") == "log.entryAdded":
                entry = message["params"]
                if entry["level"] in ("warn", "error"):
                    self.complaints.append(f"{entry['level']}: {entry['text']}")
            if message.get("id") != self.last_id:
                continue
            if message["type"] == "error":
                raise RuntimeError(f"{method}: {message['message']}")
            return message["result"]


@contextmanager
def firefox_page() -> Iterator[FirefoxPage]:
    """A tab of a Firefox of its own, with a fresh profile."""
    path = shutil.which("firefox-esr") or shutil.which("firefox")
    if path is None:
        pytest.fail("Firefox is not there: run `scripts/setup dev`, or install firefox-esr", pytrace=False)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        Path(profile, "user.js").write_text("\n".join(lines))
        command = [path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, env=os.environ | ENVIRONMENT, **quiet)
        try:
            with connect(f"ws://127.0.0.1:{port_of(profile)}/session", max_size=None, compression=None) as socket:
                yield FirefoxPage(socket)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def port_of(profile: str) -> int:
    """The port that Firefox chose and wrote into its profile."""
    file = Path(profile, "WebDriverBiDiServer.json")
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if file.exists() and (text := file.read_text()):
            return int(json.loads(text)["ws_port"])
        time.sleep(0.1)
    pytest.fail(f"Firefox does not listen after {PATIENCE_S} s", pytrace=False)
