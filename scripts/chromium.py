"""The Chromium that tests, measurements and pictures use, and how it is started."""

import shutil

CHROMIUM_ARGS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    # Test machines have no GPU: WebGL is drawn in software.
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


def chromium_path() -> str | None:
    """The system's Chromium; None leaves the choice to Playwright."""
    return shutil.which("chromium") or shutil.which("google-chrome")
