"""Small filing packages for the tests: a home with registers and keys, packages in its inbox."""

import base64
import csv
import hashlib
import io
import json
import shutil
import zipfile
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.filing.landing import Landed, land
from pipelines.filing.signature import public_bytes, sign
from pipelines.filing.sorting import Sorted, sort_inbox
from pipelines.home import Home
from pipelines.standard import layout

NOW = datetime(2026, 1, 21, 1, 0, tzinfo=UTC)
PROVINCE, INSTITUTION, SEMESTER = "11", "10901", "2025-2026-1"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CODES = tuple(field.code for field in layout("2018").fields("M1"))
NUMBER = "校学位〔2026〕1号"
RESOLUTION = b"%PDF-1.4 resolution"


def make_home(root: Path) -> Home:
    """A home with two institutions in two provinces and their officers."""
    home = Home(root).make()
    _register(
        home.reference / "institutions.csv",
        ("institution_code", "name_zh", "province_code", "valid_from", "valid_to"),
        [
            (INSTITUTION, "甲大学", "11", "1990-01-01", ""),
            ("10902", "乙大学", "12", "1990-01-01", ""),
            ("10903", "丙大学", "11", "1990-01-01", "2020-12-31"),
        ],
    )
    _register(
        home.reference / "officers.csv",
        (
            "officer_id", "full_name", "organisation", "role", "key_id", "public_key",
            "valid_from", "valid_to",
        ),
        [
            ("o-1", "", INSTITUTION, "submitter", "k-1", _public(KEY), "2020-01-01", ""),
            ("o-2", "", "10902", "submitter", "k-2", _public(OTHER_KEY), "2020-01-01", ""),
            ("o-3", "", INSTITUTION, "submitter", "k-3", _public(KEY), "2010-01-01", "2015-01-01"),
        ],
    )  # fmt: skip
    return home


def _public(key: Ed25519PrivateKey) -> str:
    return base64.b64encode(public_bytes(key)).decode()


def _register(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def record(number: int = 1, **values: str) -> list[str]:
    """A record in the order of CODES: plausible enough for the door, which judges no values."""
    row = {code: f"{code.lower()}{number}" for code in CODES}
    row |= {"XM": "李雷", "ZJHM": f"11010119900101{number:04d}", "BZ": ""}
    row |= {"JYBH": NUMBER} | values
    return [row[code] for code in CODES]


def table(rows: list[list[str]], header: list[str] | None = None, **dialect: Any) -> str:
    """A CSV text."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, **({"lineterminator": "\n"} | dialect))
    writer.writerow(CODES if header is None else header)
    writer.writerows(rows)
    return sheet.getvalue()


def records(count: int = 3) -> list[list[str]]:
    return [record(number) for number in range(1, count + 1)]


@dataclass
class Draft:
    """A package before it is written; change what the test is about."""

    manifest: dict[str, Any]
    files: dict[str, bytes]
    key: Ed25519PrivateKey | None = KEY
    key_id: str = "k-1"
    sign_it: bool = True

    def copy(self, sequence: str) -> "Draft":
        other = deepcopy(self.manifest)
        other["filing_id"] = other["filing_id"].rpartition("-")[0] + f"-{sequence}"
        return Draft(other, dict(self.files), self.key, self.key_id, self.sign_it)

    def all_files(self) -> dict[str, bytes]:
        manifest = self.manifest
        if self.sign_it and self.key:
            manifest = sign(manifest, self.key, self.key_id)
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        return {"manifest.json": text.encode(), **self.files}

    def folder(self, inbox: Path, name: str = "package") -> Path:
        root = inbox / name
        for path, data in self.all_files().items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        return root

    def zip(self, inbox: Path, name: str = "package.zip", prefix: str = "") -> Path:
        with zipfile.ZipFile(inbox / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in self.all_files().items():
                archive.writestr(f"{prefix}{path}", data)
        return inbox / name


def draft(
    data: bytes | str | None = None,
    *,
    rows: int = 3,
    encoding: str = "utf-8",
    sequence: str = "001",
    category: str = "M1",
) -> Draft:
    """A filing of one M1 file with three records; everything in it agrees."""
    if data is None:
        data = table(records(rows))
    raw = data.encode(encoding) if isinstance(data, str) else data
    path = f"records-{category}.csv"
    manifest = {
        "format": "xuewei-filing/1",
        "filing_id": f"{PROVINCE}-{INSTITUTION}-{SEMESTER}-{sequence}",
        "kind": "regular",
        "standard": "2018",
        "province": PROVINCE,
        "institution": INSTITUTION,
        "semester": SEMESTER,
        "resolutions": [
            {
                "number": NUMBER,
                "adopted_on": "2026-01-08",
                "effective_on": "2026-01-08",
                "headcount": rows,
                "file": "resolution.pdf",
                "sha256": hashlib.sha256(RESOLUTION).hexdigest(),
            }
        ],
        "files": [
            {
                "path": path,
                "category": category,
                "format": "csv",
                "encoding": encoding,
                "rows": rows,
                "sha256": hashlib.sha256(raw).hexdigest(),
            }
        ],
        "disclosed": {"from": "2026-01-09", "to": "2026-01-16"},
        "collected_by": "o-8",
        "verified_by": "o-9",
        "submitted_by": "o-1",
        "submitted_at": "2026-01-20T09:00:00+08:00",
    }
    return Draft(manifest, {path: raw, "resolution.pdf": RESOLUTION})


@dataclass
class Outcome:
    """What became of an inbox."""

    home: Home
    sorted: Sorted
    landed: Landed

    def _read(self, name: str) -> pl.DataFrame:
        assert self.landed.batch is not None
        folder = self.home.landing(PROVINCE, SEMESTER) / self.landed.batch
        return pl.read_parquet(folder / f"{name}.parquet")

    @property
    def filings(self) -> pl.DataFrame:
        return self._read("filings")

    @property
    def files(self) -> pl.DataFrame:
        return self._read("files")

    @property
    def records(self) -> pl.DataFrame:
        return self._read("records-*")

    @property
    def findings(self) -> pl.DataFrame:
        return self._read("findings")

    def codes(self, filing_id: str | None = None) -> list[str]:
        """Rule codes of one filing's findings (of all without ``filing_id``), sorted."""
        found = self.findings
        if filing_id:
            found = found.filter(pl.col("filing_id") == filing_id)
        return sorted(found["rule_code"])


def take_in(home: Home, **options: Any) -> Outcome:
    """Sorts and lands what is in the inbox."""
    done = sort_inbox(home, now=NOW)
    return Outcome(home, done, land(home, PROVINCE, SEMESTER, now=NOW, **options))


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
