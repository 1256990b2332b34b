"""An office's registers with reviewers and an institution's officer, their keys, and requests."""

import base64
import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipelines.filing.signature import public_bytes
from pipelines.home import Home
from pipelines.review.exceptions import (
    ExceptionDecided,
    Signer,
    decide_exception,
    make_request,
    write_request,
)

NOW = datetime(2026, 1, 25, 2, 0, tzinfo=UTC)
UNTIL = date(2026, 8, 31)
OFFICERS = {
    "p11-r1": ("province:11", "reviewer", "2020-01-01", ""),
    "p11-c1": ("province:11", "clerk", "2020-01-01", ""),
    "p11-old": ("province:11", "reviewer", "2015-01-01", "2025-12-31"),
    "p11-new": ("province:11", "reviewer", "2026-06-01", ""),
    "p12-r1": ("province:12", "reviewer", "2020-01-01", ""),
    "n-r1": ("national", "reviewer", "2020-01-01", ""),
    "19001-s1": ("19001", "submitter", "2020-01-01", ""),
    "19002-s1": ("19002", "submitter", "2020-01-01", ""),
}
"""Organisation, role, valid from, valid to; each one's key id is their own id."""


def private_key(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))


def write_registers(home: Home, **changed: tuple[str, str, str, str] | None) -> None:
    """Writes the registers; ``changed`` officers (``_`` for ``-``) differ, None are not there."""
    officers: dict[str, Any] = dict(OFFICERS)
    officers |= {name.replace("_", "-"): row for name, row in changed.items()}
    columns = "officer_id full_name organisation role key_id public_key valid_from valid_to"
    rows = [columns.split()]
    for name, row in officers.items():
        if row:
            key = base64.b64encode(public_bytes(private_key(name))).decode()
            rows.append([name, "", row[0], row[1], name, key, row[2], row[3]])
    _write(home.reference / "officers.csv", rows)
    columns = "institution_code name_zh province_code kind parent_code valid_from valid_to"
    institutions = [
        ["19001", "甲大学", "11", "", "", "1990-01-01", ""],
        ["19002", "乙大学", "12", "", "", "1990-01-01", ""],
    ]
    _write(home.reference / "institutions.csv", [columns.split(), *institutions])


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def key_file(home: Home, name: str) -> Path:
    """The key file of an officer, made where it is not there."""
    home.keys.mkdir(exist_ok=True)
    path = home.keys / f"{name}.pem"
    path.write_bytes(
        private_key(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


def asked(home: Home, name: str = "request.json", **options: Any) -> Path:
    """A request's file: rule R10 of institution 19001, not signed unless ``signer`` is given."""
    options = {"institution": "19001", "rule": "R10", "reason": "补办证书"} | options
    path = home.root / name
    write_request(make_request(now=NOW, **options), path)
    return path


def granted(home: Home, request: Path, officer: str = "p11-r1", **options: Any) -> ExceptionDecided:
    """The request granted by an officer with their own key, unless ``signer`` is given."""
    given: dict[str, Any] = {"until": UNTIL, "now": NOW, "signer": Signer(key_file(home, officer))}
    return decide_exception(home, request, officer=officer, **(given | options))


def edit(path: Path, *place: str, value: Any) -> None:
    """Changes one value of a JSON file."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    part = whole
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    path.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
