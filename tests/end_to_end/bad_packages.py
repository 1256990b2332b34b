"""Packages as they must not be: each case is a change to a good package, with what is to be said.

``codes`` are the rules that the filing breaks, all of them. ``lines`` tells what becomes of its
lines: ``some`` are returned with the bad ones, ``all`` are returned with the filing, ``none`` could
be read.
"""

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.filing.signature import load_private_key, sign
from pipelines.home import Home
from pipelines.standard import FIELDS

LONG_AGO = 1_700_000_000


@dataclass
class Package:
    """A good package of one or more record files in UTF-8, lines ended by LF or CRLF."""

    name: str
    manifest: dict[str, Any]
    files: dict[str, bytes]

    @classmethod
    def read(cls, folder: Path) -> "Package":
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        return cls(folder.name, json.loads(files.pop("manifest.json")), files)

    @property
    def records(self) -> str:
        """The largest record file's name."""
        return max((f["path"] for f in self.manifest["files"]), key=lambda p: len(self.files[p]))

    @property
    def data(self) -> bytes:
        return self.files[self.records]

    @data.setter
    def data(self, value: bytes) -> None:
        """Replaces the record file; the manifest tells the hash of what is there now."""
        name = self.records
        self.files[name] = value
        (entry,) = (f for f in self.manifest["files"] if f["path"] == name)
        entry["sha256"] = hashlib.sha256(value).hexdigest()

    def line(self, change: Callable[[bytes], bytes], number: int = 2) -> None:
        """Changes a line (1 is the header) without its line end."""
        lines = self.data.splitlines(keepends=True)
        body = lines[number - 1].rstrip(b"\r\n")
        lines[number - 1] = change(body) + lines[number - 1][len(body) :]
        self.data = b"".join(lines)

    def cell(self, code: str, value: str) -> None:
        """Puts a value into a column of the first record."""
        header = self.data.splitlines()[0].decode("utf-8-sig").replace('"', "").split(",")
        label = FIELDS[code].label_zh
        place = next(k for k, n in enumerate(header) if n in (code, label, f"{label}({code})"))

        def change(line: bytes) -> bytes:
            row = next(csv.reader([line.decode()]))
            row[place] = value
            out = io.StringIO()
            csv.writer(out, lineterminator="").writerow(row)
            return out.getvalue().encode()

        self.line(change)

    def content(self, home: Home) -> dict[str, bytes]:
        """All files, the manifest signed by the institution's submitter."""
        key_id = f"{self.manifest['institution']}-k1"
        signed = sign(self.manifest, load_private_key(home.keys / f"{key_id}.pem"), key_id)
        return {"manifest.json": json.dumps(signed, ensure_ascii=False).encode(), **self.files}

    def lines_sent(self) -> int:
        """Records in the record files that are there, counted by their line ends."""
        there = [self.files.get(f["path"], b"") for f in self.manifest["files"]]
        return sum(max(len(data.splitlines()) - 1, 0) for data in there)


def write_folder(folder: Path, content: dict[str, bytes]) -> None:
    """As an institution drops it, long enough ago to be no longer on its way."""
    folder.mkdir()
    for name, data in content.items():
        (folder / name).write_bytes(data)
        os.utime(folder / name, (LONG_AGO, LONG_AGO))
    os.utime(folder, (LONG_AGO, LONG_AGO))


def write_zip(path: Path, content: dict[str, bytes], extra: dict[str, bytes]) -> None:
    """As a zip, with more entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (content | extra).items():
            archive.writestr(name, data)
    os.utime(path, (LONG_AGO, LONG_AGO))


@dataclass(frozen=True)
class Case:
    """A case. ``content`` changes the signed content, ``zipped`` are entries of a zip besides."""

    name: str
    codes: frozenset[str]
    lines: str
    change: Callable[[Package], None] = lambda package: None
    content: Callable[[dict[str, bytes]], None] | None = None
    zipped: dict[str, bytes] | None = None


def _case(name: str, codes: str, lines: str, **how: Any) -> Case:
    return Case(name, frozenset(codes.split()), lines, **how)


def _set(change: Callable[[bytes], bytes]) -> Callable[[Package], None]:
    def apply(package: Package) -> None:
        package.data = change(package.data)

    return apply


def _line(change: Callable[[bytes], bytes]) -> Callable[[Package], None]:
    return lambda package: package.line(change)


def _other_hash(package: Package) -> None:
    package.manifest["files"][0]["sha256"] = hashlib.sha256(b"something else").hexdigest()


def _without_file(package: Package) -> None:
    del package.files[package.records]


def _not_json(content: dict[str, bytes]) -> None:
    content["manifest.json"] = content["manifest.json"][:-20]


def _wide(data: bytes) -> bytes:
    """100,000 columns: each line gets as many cells as the header lacks."""
    lines = data.splitlines(keepends=True)
    more = 100_000 - lines[0].count(b",") - 1
    names = b"".join(b",X%d" % number for number in range(more))
    ended = lines[0][len(lines[0].rstrip(b"\r\n")) :]
    wide = [lines[0].rstrip(b"\r\n") + names + ended]
    return b"".join([*wide, *(line.rstrip(b"\r\n") + b"," * more + ended for line in lines[1:])])


CASES = (
    _case("good", "", "accepted"),
    _case("manifest not JSON", "F01", "refused", content=_not_json),
    _case("file missing", "F03", "all", change=_without_file),
    _case("wrong hash", "F04", "all", change=_other_hash),
    _case("a column too many", "L01", "some", change=_line(lambda line: line + b",x")),
    _case("a column too few", "L01", "some", change=_line(lambda line: line[: line.rindex(b",")])),
    _case(
        "another encoding",
        "F10",
        "all",
        change=_set(lambda data: data.decode("utf-8").encode("gb18030")),
    ),
    _case(
        "half a Han character", "L02", "some", change=_line(lambda line: line + "学".encode()[:2])
    ),
    _case(
        "NUL bytes",
        "L03",
        "some",
        change=_line(lambda line: line.replace(b",", b"\0,", 1)),
    ),
    _case("empty file", "F12", "all", change=_set(lambda data: b"")),
    _case("100,000 columns", "F16", "all", change=_set(_wide)),
    _case("zip bomb", "F13", "none", zipped={"bomb.csv": bytes(64 << 20)}),
    _case("leaves its folder", "F13", "none", zipped={"../../evil.csv": b"x"}),
    _case(
        "certificate as a number",
        "R07",
        "some",
        change=lambda package: package.cell("XWZSBH", "1.00481E+15"),
    ),
    _case(
        "a formula in a cell",
        "R01 R39 R40",  # a name that is neither allowed, nor enrolled, nor on the list
        "some",
        change=lambda package: package.cell("XM", '=HYPERLINK("http://evil.example")'),
    ),
)
