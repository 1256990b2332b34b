"""Institutions and officers as the offices know them; loaded once a run, never changed here."""

import base64
import binascii
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import BadInputError, MissingInputError
from pipelines.home import Home


@dataclass(frozen=True)
class Term:
    """When something is valid: from, to (both included); None is open."""

    first: date | None
    last: date | None

    def holds(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Institution:
    """A degree-granting institution: its code, its province and when it exists."""

    code: str
    province: str
    term: Term


@dataclass(frozen=True)
class Officer:
    """Who may sign for whom: ``organisation`` is an institution code, province:11 or national."""

    officer_id: str
    organisation: str
    role: str
    public_key: bytes
    term: Term


@dataclass(frozen=True)
class Reference:
    """What the door compares with. ``institutions`` None: not known here, so not compared.

    Officers stand by key id; a key that was renewed for a new term has several rows.
    """

    institutions: Mapping[str, tuple[Institution, ...]] | None
    officers: Mapping[str, tuple[Officer, ...]]

    @classmethod
    def unknown(cls) -> "Reference":
        """For an institution that examines its own package without the offices' registers."""
        return cls(None, {})


def load_reference(home: Home) -> Reference:
    """Institutions and officers of the home; MissingInputError when a register is not there."""
    institutions: dict[str, tuple[Institution, ...]] = {}
    for row in _rows(home.reference / "institutions.csv", {"institution_code", "province_code"}):
        known = Institution(row["institution_code"], row["province_code"], _term(row))
        institutions[known.code] = (*institutions.get(known.code, ()), known)
    return Reference(institutions, load_officers(home))


def load_officers(home: Home) -> dict[str, tuple[Officer, ...]]:
    """Officers of the home by key id. Who has no key (presidents, collectors) signs for nobody."""
    officers: dict[str, tuple[Officer, ...]] = {}
    columns = {"officer_id", "organisation", "role", "key_id", "public_key"}
    for row in _rows(home.reference / "officers.csv", columns):
        if not row["key_id"] or not row["public_key"]:
            continue
        officer = Officer(
            row["officer_id"], row["organisation"], row["role"], _key(row), _term(row)
        )
        officers[row["key_id"]] = (*officers.get(row["key_id"], ()), officer)
    return officers


def _rows(path: Path, columns: set[str]) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header, rows = set(reader.fieldnames or ()), list(reader)
    except FileNotFoundError:
        raise MissingInputError(
            f"the register {path.name} is not in the data home's reference folder",
            "institutions.csv and officers.csv",
            "copy the registers there, or make a synthetic home with: xuewei simulate",
        ) from None
    missing = (columns | {"valid_from", "valid_to"}) - header
    if missing:
        raise BadInputError(f"{path.name} lacks the columns {', '.join(sorted(missing))}")
    return rows


def _term(row: dict[str, str]) -> Term:
    try:
        first, last = (
            date.fromisoformat(row[name]) if row[name] else None
            for name in ("valid_from", "valid_to")
        )
    except ValueError:
        raise BadInputError(
            "a register in the reference folder has a valid_from or valid_to that is no date",
            "dates such as 2026-01-31, or nothing",
        ) from None
    return Term(first, last)


def _key(row: dict[str, str]) -> bytes:
    try:
        return base64.b64decode(row["public_key"], validate=True)
    except binascii.Error:
        raise BadInputError(
            f"officers.csv: the public key of {row['officer_id']} is not base64",
            "the 32 raw bytes of an Ed25519 public key in base64",
        ) from None
