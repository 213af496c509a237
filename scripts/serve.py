"""Serves the built site as a real host would: isolation headers, content types, caching, precompressed files.

usage: python scripts/serve.py [--port 8080] [--host 127.0.0.1] [--folder dist] [--no-isolation]
"""

import argparse
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from header_rules import headers_for, read_rules

REPO = Path(__file__).resolve().parent.parent
ISOLATION = ("Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy")
ENCODINGS = {"br": ".br", "gzip": ".gz"}


class SiteServer(ThreadingHTTPServer):
    """Serves `folder`; port 0 takes a free one. `isolated` may change while it runs, as a host's settings do."""

    request_queue_size = 128

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0, isolated: bool = True) -> None:
        self.folder = folder
        self.rules = read_rules(folder / "_headers")
        self.isolated = isolated
        super().__init__((host, port), Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        Handler(request, client_address, self, directory=str(self.folder))

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A closed tab breaks its connections; that is no error of ours.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(SimpleHTTPRequestHandler):
    """GET and HEAD of the site's files."""

    server: SiteServer
    protocol_version = "HTTP/1.1"
    path = "/"  # until the request line is read
    extensions_map = {  # noqa: RUF012 (the base class declares it so)
        "": "application/octet-stream",
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".mjs": "text/javascript; charset=utf-8",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".wasm": "application/wasm",
        ".webmanifest": "application/manifest+json",
        ".woff2": "font/woff2",
        ".zip": "application/zip",
    }

    def send_head(self) -> BinaryIO | None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file() or path.suffix in ENCODINGS.values() or path.name == "_headers":
            self.send_error(HTTPStatus.NOT_FOUND)
            return None

        modified = int(path.stat().st_mtime)
        if self._client_has(modified):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return None

        encoding = self._encoding(path)
        body = path.with_name(path.name + ENCODINGS[encoding]) if encoding else path
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(body.stat().st_size))
        self.send_header("Last-Modified", formatdate(modified, usegmt=True))
        self.send_header("Vary", "Accept-Encoding")
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        return body.open("rb")

    def send_response(self, code: int, message: str | None = None) -> None:
        self._code = code
        super().send_response(code, message)

    def end_headers(self) -> None:
        """Every answer ends here, errors too: they isolate as well, but are not kept as long as the file would be."""
        for name, value in headers_for(self.server.rules, self.path.split("?")[0]).items():
            if name in ISOLATION and not self.server.isolated:
                continue
            if name == "Cache-Control" and self._code >= HTTPStatus.BAD_REQUEST:
                continue
            self.send_header(name, value)
        super().end_headers()

    def _client_has(self, modified: int) -> bool:
        since = self.headers.get("If-Modified-Since")
        try:
            return since is not None and modified <= parsedate_to_datetime(since).timestamp()
        except ValueError:
            return False

    def _encoding(self, path: Path) -> str | None:
        """The best encoding that the client takes and the build has made."""
        accepted = {part.split(";")[0].strip() for part in self.headers.get("Accept-Encoding", "").split(",")}
        for encoding, suffix in ENCODINGS.items():
            if encoding in accepted and path.with_name(path.name + suffix).exists():
                return encoding
        return None

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: a page load is forty requests, and browsers show them better."""


@contextmanager
def serving(server: SiteServer) -> Iterator[str]:
    """Run `server` in a thread; gives its address without a slash at the end."""
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> int:
    parser = argparse.ArgumentParser(description="Serve the built site.")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 serves other machines too")
    parser.add_argument("--folder", type=Path, default=REPO / "dist")
    parser.add_argument(
        "--no-isolation", action="store_true", help="leave COOP and COEP out, as hosts do that cannot set headers"
    )
    options = parser.parse_args()
    if not (options.folder / "index.html").exists():
        print(f"serve: no index.html in {options.folder}; run `make build` first", file=sys.stderr)
        return 2
    try:
        server = SiteServer(options.folder, host=options.host, port=options.port, isolated=not options.no_isolation)
    except OSError as error:
        print(
            f"serve: cannot listen on {options.host}:{options.port} ({error.strerror}); choose another --port",
            file=sys.stderr,
        )
        return 2
    print(f"MuJoCo WebSim is at http://localhost:{server.server_port} (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    finally:
        server.server_close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
