"""Serves the built site as a real host would: isolation headers, content types, caching, precompressed files.

usage: python scripts/serve.py [--port 8080] [--host 127.0.0.1] [--folder dist] [--no-isolation]
"""

import argparse
import sys
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO, ClassVar

from header_rules import Rule, headers_for, read_rules

REPO = Path(__file__).resolve().parent.parent
ISOLATION = ("Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy")
ENCODINGS = {"br": ".br", "gzip": ".gz"}


class Handler(SimpleHTTPRequestHandler):
    """GET and HEAD of files below `folder`."""

    protocol_version = "HTTP/1.1"
    folder: ClassVar[Path]
    rules: ClassVar[list[Rule]]
    isolated: ClassVar[bool]
    extensions_map: ClassVar[dict[str, str]] = {
        "": "application/octet-stream",
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".mjs": "text/javascript; charset=utf-8",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
        ".zip": "application/zip",
    }

    def send_head(self) -> BinaryIO | None:
        address = self.path.split("?")[0].split("#")[0]
        path = Path(self.translate_path(address))
        if path.is_dir():
            path /= "index.html"
        if not path.is_file() or path.suffix in ENCODINGS.values() or path.name == "_headers":
            self.send_error(HTTPStatus.NOT_FOUND)
            return None

        modified = int(path.stat().st_mtime)
        if self._client_has(modified):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self._send_site_headers(address)
            self.end_headers()
            return None

        encoding = self._encoding(path)
        body = path.with_name(path.name + ENCODINGS[encoding]) if encoding else path
        self.send_response(HTTPStatus.OK)
        self._send_site_headers(address)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(body.stat().st_size))
        self.send_header("Last-Modified", formatdate(modified, usegmt=True))
        self.send_header("Vary", "Accept-Encoding")
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        return body.open("rb")

    def _send_site_headers(self, address: str) -> None:
        for name, value in headers_for(self.rules, address).items():
            if self.isolated or name not in ISOLATION:
                self.send_header(name, value)

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


def make_server(folder: Path, *, host: str = "127.0.0.1", port: int = 0, isolated: bool = True) -> ThreadingHTTPServer:
    """A server of `folder`, not started; port 0 takes a free one."""

    class SiteHandler(Handler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]

    SiteHandler.folder, SiteHandler.rules, SiteHandler.isolated = folder, read_rules(folder / "_headers"), isolated
    return ThreadingHTTPServer((host, port), SiteHandler)


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
        server = make_server(
            options.folder, host=options.host, port=options.port, isolated=not options.no_isolation
        )
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
