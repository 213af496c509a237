"""A site of somebody else, which embeds ours and sends no headers."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import FrameLocator, expect
from shared_agents import TRAINED
from website import Website

#: Milliseconds that a busy two-core machine may take to show a robot in motion.
MOVING_MS = 40_000


class OtherSite(ThreadingHTTPServer):
    """Answers with `body` as a page, and with the trained policy at /cheetah.websim."""

    body = ""

    def show(self, body: str) -> str:
        """Address of a page with that body."""
        self.body = body
        return f"http://127.0.0.1:{self.server_port}/lesson"


class Answer(BaseHTTPRequestHandler):
    server: OtherSite

    def do_GET(self) -> None:
        is_page = self.path.startswith("/lesson")
        page = f"<!doctype html><title>Lesson</title><body>{self.server.body}</body>".encode()
        body = page if is_page else TRAINED.read_bytes() if self.path == "/cheetah.websim" else b""
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8" if is_page else "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        if not is_page:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def other_site() -> Iterator[OtherSite]:
    server = OtherSite(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def framed(website: Website) -> FrameLocator:
    """The first frame of the page."""
    return website.page.frame_locator("iframe").first


def moves(website: Website) -> None:
    """Wait until the robot in the page's frame moves."""
    expect(framed(website).locator("websim-player[moving]")).to_be_visible(timeout=MOVING_MS)
