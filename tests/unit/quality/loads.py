"""What a browser would load or follow from pages, styles and scripts, and from which host."""

import re
from html.parser import HTMLParser
from pathlib import Path

ATTRIBUTES = ("src", "href", "action", "formaction", "data", "poster", "srcset", "xlink:href")
URL = re.compile(r"url\(\s*(\"[^\"]*\"|'[^']*'|[^)]*)\s*\)", re.IGNORECASE)
COMMENT = re.compile(r"/\*.*?\*/|(?m:^\s*//.*$)", re.DOTALL)
HOST = re.compile(r"\b(?:https?|wss?|ftp):|//[a-z0-9]", re.IGNORECASE)
FETCHES = re.compile(
    r"\b(fetch|import|importScripts|XMLHttpRequest|WebSocket|EventSource|sendBeacon)\b"
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.styles: list[str] = []
        self.scripts: list[str] = []
        self.policy: str | None = None
        self.ids: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        given = {name: value or "" for name, value in attrs}
        self.addresses += [value for name, value in given.items() if name in ATTRIBUTES]
        self.styles += [given[name] for name in ("style",) if name in given]
        self.scripts += [value for name, value in given.items() if name.startswith("on")]
        self.ids += [given["id"]] if "id" in given else []
        if given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given["content"]
        if given.get("http-equiv", "").lower() == "refresh":
            self.addresses.append(given["content"])

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.styles.append(data)
        if self._inside == "script":
            self.scripts.append(data)


def read(page: Path) -> _Reader:
    reader = _Reader()
    reader.feed(page.read_text("utf-8"))
    return reader


def style_loads(css: str) -> tuple[list[str], list[str]]:
    """(addresses, what no style of ours may hold); an image inside of the file is none."""
    bare = COMMENT.sub("", css)
    addresses = [match[1].strip(" \"'") for match in URL.finditer(bare)]
    rest = URL.sub("", bare)
    outside = [one for one in addresses if not one.startswith("data:image/svg+xml,")]
    return outside, re.findall(r"@import[^;]*", rest) + HOST.findall(rest)


def foreign(site: Path) -> list[tuple[str, str]]:
    """(file, what was found) of all that is not a file of the site itself."""
    found = []
    for path in sorted(p for p in site.rglob("*") if p.suffix in (".html", ".css", ".js")):
        addresses, never = _loads(path)
        found += [(path.name, address) for address in addresses if not _own(site, path, address)]
        found += [(path.name, text) for text in never]
    return found


def _own(site: Path, page: Path, address: str) -> bool:
    if address == "data:,":
        return True
    file = (page.parent / address.split("#")[0].split("?")[0]).resolve()
    leaves = ":" in address or address.startswith(("/", "\\"))
    return not leaves and file.is_relative_to(site.resolve())


def _loads(path: Path) -> tuple[list[str], list[str]]:
    text = path.read_text("utf-8")
    if path.suffix == ".css":
        return style_loads(text)
    if path.suffix == ".js":
        bare = COMMENT.sub("", text)
        return [], HOST.findall(bare) + FETCHES.findall(bare)
    page = read(path)
    addresses, never = list(page.addresses), [code for code in page.scripts if code.strip()]
    for css in page.styles:
        of_style, never_in_style = style_loads(css)
        addresses += of_style
        never += never_in_style
    return addresses, never
