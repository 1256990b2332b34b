"""Serves the quality pages on the machine: the site's files and nothing else, to be read only.

Started by ``xuewei ui`` beside Dagster with a socket that it opened, so that nobody can take the
port in between; ends when that process ends.
"""

import argparse
import os
import socket
import threading
import time
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from expectations.pages.environment import POLICY

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
"""What is served. Kept results and summaries are not pages."""

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
POLL_SECONDS = 1.0


class SiteHandler(SimpleHTTPRequestHandler):
    """GET and HEAD of pages below ``server.folder``; a folder answers with its index."""

    server: "SiteServer"
    server_version = "xuewei"
    sys_version = ""
    error_message_format = (
        '<!DOCTYPE html><html lang="zh-CN"><meta charset="utf-8"><title>404</title>'
        "<p>没有此页，或尚未运行质量检查。 No such page, or nothing was judged yet.</p></html>"
    )

    def send_head(self) -> Any:
        path = self._page()
        if path is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        asked = urlsplit(self.path).path
        if path.name == "index.html" and not asked.endswith(("/", "/index.html")):
            return self._moved(path.parent)
        file = path.open("rb")
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", TYPES[path.suffix])
        self.send_header("Content-Length", str(os.fstat(file.fileno()).st_size))
        self.send_header("Cache-Control", "no-cache")
        self.end_headers()
        return file

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", f"{POLICY}; frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Reading pages is not worth a line each."""

    def _moved(self, folder: Path) -> None:
        """A folder's own links are relative: its address has to end with a slash."""
        place = folder.relative_to(self.server.folder).as_posix()
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", f"/{quote(place)}/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self) -> Path | None:
        """The file of a page, None for whatever else is asked for."""
        if not self.server.meant(self.headers.get("Host", "")):
            return None
        parts = [part for part in unquote(urlsplit(self.path).path).split("/") if part]
        if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
            return None
        if parts[:1] == ["results"]:
            return None
        path = self.server.folder.joinpath(*parts)
        try:
            path = path / "index.html" if path.is_dir() else path
            inside = path.resolve().is_relative_to(self.server.folder)
            return path if inside and path.suffix in TYPES and path.is_file() else None
        except OSError:  # a name that is too long
            return None


class SiteServer(ThreadingHTTPServer):
    """Serves ``folder`` on a socket that is listening already."""

    daemon_threads = True

    def __init__(self, folder: Path, listening: socket.socket) -> None:
        super().__init__(listening.getsockname()[:2], SiteHandler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.folder = folder.resolve()

    def meant(self, host: str) -> bool:
        """Whether a request is for this server: a page elsewhere may not read it under a name of
        its own that leads to this machine."""
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        at = str(self.server_address[0])
        return not (at.startswith("127.") or at == "::1") or name in LOOPBACK


def listen(host: str, port: int) -> socket.socket:
    """A socket listening on ``port``, or on any free one where that is taken; OSError where
    ``host`` is no address of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError:
        return socket.create_server((host, 0), family=family)


def stop_with(server: SiteServer, parent: int) -> None:
    """Shuts the server down once ``parent`` is no longer the parent of this process."""
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    server.shutdown()


def main(arguments: list[str] | None = None) -> None:
    """``python -m pipelines.quality.serve --folder F --socket FD --parent PID``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--socket", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    given = parser.parse_args(arguments)
    server = SiteServer(given.folder, socket.socket(fileno=given.socket))
    threading.Thread(target=stop_with, args=(server, given.parent), daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
