"""What a host sends with the site: nginx with our nginx.conf, and scripts/serve.py, are held to one suite."""

import gzip
import http.client
import json
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import REPO
from header_rules import headers_for, read_rules
from serve import SiteServer, serving

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
CHECKED = [
    *ISOLATION,
    "Document-Isolation-Policy",
    "Content-Security-Policy",
    "Cache-Control",
    "Referrer-Policy",
    "X-Content-Type-Options",
]
CONTENT_TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "mjs": "text/javascript",
    "json": "application/json",
    "wasm": "application/wasm",
    "zip": "application/zip",
    "so": "application/octet-stream",
    "whl": "application/octet-stream",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "png": "image/png",
    "webmanifest": "application/manifest+json",
}


class Host:
    """A running server of the site."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body as sent; `accept_encoding="gzip"` is a header."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module", params=["nginx", "serve.py"])
def host(request: pytest.FixtureRequest, dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    if request.param == "serve.py":
        with serving(SiteServer(dist)) as address:
            yield Host(int(address.rsplit(":", 1)[1]))
    else:
        yield from run_nginx(dist, tmp_path_factory.mktemp("nginx"))


def replace_once(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"nginx.conf: expected {old!r} once, got {text.count(old)} times"
    return text.replace(old, new)


def run_nginx(dist: Path, folder: Path) -> Iterator[Host]:
    """The real nginx.conf with another port and root, inside a minimal main configuration."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.fail("nginx is not there: run `make test`, or install it", pytrace=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = replace_once((REPO / "nginx.conf").read_text(), "listen 8080;", f"listen 127.0.0.1:{port};")
    site = replace_once(site, "root /usr/share/nginx/html;", f"root {dist};")
    (folder / "site.conf").write_text(site)
    user = f"user {pwd.getpwuid(os.getuid()).pw_name};" if os.getuid() == 0 else ""
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi"))
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}}"
        f" http {{ access_log off; {temporary} uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;"
        f" include {folder}/site.conf; }}"
    )
    process = subprocess.Popen([nginx, "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.PIPE, text=True)
    try:
        wait_for_port(port, process)
        yield Host(port)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def wait_for_port(port: int, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if process.poll() is not None:
            _, reason = process.communicate()
            pytest.fail(f"nginx ended with {process.returncode}: {reason}", pytrace=False)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nginx does not listen on port {port} after 10 s", pytrace=False)


def site_paths(dist: Path) -> list[str]:
    files = [path for path in dist.rglob("*") if path.is_file()]
    public = [path for path in files if path.suffix not in {".br", ".gz"} and path.name != "_headers"]
    return ["/", *(f"/{path.relative_to(dist)}" for path in public)]


def runtime_file(dist: Path, name: str) -> str:
    manifest = json.loads((dist / "runtime/assets.json").read_text())
    return f"/runtime/{manifest['assets'][name]['file']}"


def test_every_file_has_the_headers_of_the_headers_file(host: Host, dist: Path) -> None:
    rules = read_rules(REPO / "webapp/public/_headers")
    for path in site_paths(dist):
        status, headers, _ = host.get(path)
        assert status == 200, path
        expected = headers_for(rules, path)
        assert {name: headers.get(name) for name in CHECKED} == {name: expected.get(name) for name in CHECKED}, path


def test_every_file_has_its_content_type(host: Host, dist: Path) -> None:
    for path in site_paths(dist):
        suffix = "html" if path == "/" else path.rsplit(".", 1)[1]
        content_type = host.get(path)[1]["Content-Type"].split(";")[0]
        assert content_type == CONTENT_TYPES[suffix], path


@pytest.mark.parametrize("path", ["/", "/runtime/assets.json", "/no-such-file", "/runtime/no.wasm"])
def test_all_answers_isolate(host: Host, path: str) -> None:
    _, headers, _ = host.get(path)
    assert {name: headers.get(name) for name in ISOLATION} == ISOLATION


def test_only_workers_that_run_mujoco_may_evaluate_strings(host: Host, dist: Path) -> None:
    documents = [path for path in site_paths(dist) if path == "/" or ".worker-" in path or path.endswith(".html")]
    policies = {path: host.get(path)[1]["Content-Security-Policy"] for path in documents}
    # MuJoCo's bindings make functions from strings.
    evaluating = [path for path, policy in policies.items() if "'unsafe-eval'" in policy]
    engines = [f"/assets/{name}.worker" for name in ("lab", "player", "rank", "scene_lab")]
    assert sorted(path.split("-")[0] for path in evaluating) == engines
    assert [path for path, policy in policies.items() if "'unsafe-inline'" in policy] == []


def test_no_policy_names_another_host(host: Host, dist: Path) -> None:
    for path in site_paths(dist):
        assert "http" not in host.get(path)[1].get("Content-Security-Policy", "")


def test_only_the_page_for_frames_may_ask_other_sites(host: Host, dist: Path) -> None:
    asking = [path for path in site_paths(dist) if "*" in host.get(path)[1].get("Content-Security-Policy", "")]
    assert asking == ["/embed.html"]


def test_hashed_files_are_kept_and_entry_points_are_not(host: Host, dist: Path) -> None:
    assert "immutable" in host.get(runtime_file(dist, "mujoco.wasm"))[1]["Cache-Control"]
    assert "immutable" in host.get(runtime_file(dist, "pyodide-lock.json"))[1]["Cache-Control"]
    assert "immutable" in host.get(runtime_file(dist, "task-Hopper-v5.json"))[1]["Cache-Control"]
    for path in ("/", "/index.html", "/runtime/assets.json", "/service-worker.js", "/websim-agent.js"):
        assert host.get(path)[1]["Cache-Control"] == "no-cache"


def test_entry_points_are_revalidated_cheaply(host: Host) -> None:
    _, headers, _ = host.get("/runtime/assets.json")
    status, again, body = host.get("/runtime/assets.json", if_modified_since=headers["Last-Modified"])
    assert (status, body) == (304, b"")
    assert again["Cache-Control"] == "no-cache"


def test_wasm_is_sent_compressed_to_those_who_take_it(host: Host, dist: Path) -> None:
    path = runtime_file(dist, "mujoco.wasm")
    original = (dist / path[1:]).read_bytes()
    _, headers, body = host.get(path, accept_encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept-Encoding"
    assert len(body) < 0.35 * len(original)
    assert gzip.decompress(body) == original

    _, headers, body = host.get(path)
    assert "Content-Encoding" not in headers
    assert body == original


@pytest.mark.parametrize(
    "path",
    ["/no-such-file", "/runtime/", "/_headers", "/index.html.gz", "/../pyproject.toml", "/%2e%2e/pyproject.toml"],
)
def test_what_is_no_page_is_not_found(host: Host, path: str) -> None:
    status, headers, _ = host.get(path)
    # nginx refuses a path that leaves its root before it looks for a file.
    assert status in ({400, 404} if "pyproject" in path else {404})
    assert "immutable" not in headers.get("Cache-Control", "")
