"""Bytes of a first visit, counted where they leave the server: answers with their headers, of workers too."""

from collections import Counter
from io import BufferedIOBase
from typing import Any, cast

from lab import REPO, Lab
from serve import Handler, SiteServer, serving
from startup import first_update_of_autostart

#: What a browser accepts is cut to these, because a host may have made only one kind of compressed files.
ENCODINGS = {"brotli": "br, gzip", "gzip": "gzip"}


class CountingServer(SiteServer):
    """`sent`: bytes by path."""

    def __init__(self, encodings: str):
        super().__init__(REPO / "dist")
        self.encodings = encodings
        self.sent: Counter[str] = Counter()

    def finish_request(self, request: Any, client_address: Any) -> None:
        CountingHandler(request, client_address, self, directory=str(self.folder))


class CountingHandler(Handler):
    server: CountingServer

    def setup(self) -> None:
        super().setup()
        self.wfile = cast(BufferedIOBase, CountingWriter(self.wfile, self))

    def parse_request(self) -> bool:
        parsed = super().parse_request()
        if parsed and self.headers["Accept-Encoding"]:
            self.headers.replace_header("Accept-Encoding", self.server.encodings)
        return parsed


class CountingWriter:
    """A handler's way out, which counts."""

    def __init__(self, out: Any, handler: CountingHandler):
        self._out, self._handler = out, handler

    def write(self, data: bytes) -> int:
        self._handler.server.sent[self._handler.path.split("?")[0]] += len(data)
        return self._out.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)


def measure(lab: Lab) -> dict[str, Any]:
    """Bytes until a run that starts by itself has made its first update; the files, largest first."""
    return {name: _first_visit(lab, accepted) for name, accepted in ENCODINGS.items()}


def _first_visit(lab: Lab, encodings: str) -> dict[str, Any]:
    server = CountingServer(encodings)
    with serving(server) as address, lab.browser() as browser:
        first_update_of_autostart(browser.new_page(), address)
        sent = dict(server.sent.most_common())
    return {"bytes": sum(sent.values()), "requests": len(sent), "files": sent}
