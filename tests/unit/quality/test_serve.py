"""The server of the pages: pages only, to be read only, gone with its parent."""

import http.client
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.quality.serve import SiteServer, listen
from pipelines.quality.site import write_index, write_page
from tests.unit.quality.site_samples import SEMESTER, keep, sample

PAGE = f"/11/{SEMESTER}/province_register.html"


@pytest.fixture
def server(home: Home) -> Iterator[SiteServer]:
    run = sample()
    write_page(home, run, keep(home, run), {})
    write_index(home, {})
    made = SiteServer(home.quality, listen("127.0.0.1", 0))
    threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def ask(
    server: SiteServer, path: str, method: str = "GET", host: str | None = None
) -> tuple[int, bytes, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    connection.putrequest(method, path, skip_host=host is not None)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, answer.headers


@pytest.mark.parametrize(
    "path", ["/", "/index.html", "/11/", PAGE, "/static/pages.css", f"{PAGE}?x"]
)
def test_pages_are_served(server: SiteServer, path: str) -> None:
    status, body, headers = ask(server, path)
    assert status == 200
    assert len(body) == int(headers["Content-Length"])
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert ask(server, path, "HEAD")[:2] == (200, b"")


def test_a_folder_is_asked_with_a_slash(server: SiteServer) -> None:
    status, _, headers = ask(server, "/11")
    assert (status, headers["Location"]) == (301, "/11/")


@pytest.mark.parametrize(
    "path",
    [
        "/../../../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc/passwd",
        "//etc/passwd",
        "/results/",
        f"/results/11/{SEMESTER}/province_register/",
        f"/11/{SEMESTER}/",
        PAGE.replace(".html", ".json"),
        "/static/",
        "/static/VERSIONS",
        "/.index.lock",
        "/nul%00.html",
        "/" + "a" * 3000,
        "/link.html",
    ],
)
def test_nothing_else_is(server: SiteServer, path: str, home: Home) -> None:
    (home.root / "secret.html").write_text("secret")
    (home.quality / "link.html").symlink_to(home.root / "secret.html")
    assert ask(server, path)[0] == 404


def test_kept_results_are_not_pages(server: SiteServer, home: Home) -> None:
    kept = list((home.quality / "results").rglob("*.json"))
    assert kept
    assert all(ask(server, f"/{p.relative_to(home.quality)}")[0] == 404 for p in kept)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_to_be_read_only(server: SiteServer, method: str) -> None:
    assert ask(server, "/", method)[0] == 501


def test_a_name_of_another_site_is_not_answered(server: SiteServer) -> None:
    """A page elsewhere whose name leads to this machine may not read the site."""
    assert ask(server, "/", host="evil.example")[0] == 404
    assert ask(server, "/", host="localhost:3001")[0] == 200


def test_a_taken_port_gives_another() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with listen("127.0.0.1", port) as second:
            assert second.getsockname()[1] != port


PARENT = """
import os, subprocess, sys
from pathlib import Path
from pipelines.cli.ui import _serve_quality
from pipelines.home import Home
print(_serve_quality(Home(Path(sys.argv[1])), "127.0.0.1", 0), flush=True)
print(os.environ["XUEWEI_QUALITY_URL"], flush=True)
os.execv(sys.executable, [sys.executable, "-c", "import sys; sys.stdin.read()"])
"""


def test_it_outlives_an_exec_and_ends_with_its_parent(home: Home, project: Path) -> None:
    """As in ``xuewei ui``: Dagster takes the process's place, the server stays, then both end."""
    run = sample()
    write_page(home, run, keep(home, run), {})
    write_index(home, {})
    environment = {k: v for k, v in os.environ.items() if k != "XUEWEI_QUALITY_URL"}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=project,
        env=environment,
    )
    assert parent.stdout
    assert parent.stdin
    lines = [parent.stdout.readline().strip() for _ in range(3)]
    address = next(line for line in lines if line.startswith("http"))
    assert lines[-1] == address
    host = address.removeprefix("http://").strip("/")
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.request("GET", PAGE)
    assert connection.getresponse().status == 200
    connection.close()
    parent.stdin.close()
    assert parent.wait(timeout=10) == 0
    # the server has the parent's output open: its end is the end of the server
    assert parent.stdout.read() == ""
    with pytest.raises(OSError):
        http.client.HTTPConnection(host, timeout=5).connect()
