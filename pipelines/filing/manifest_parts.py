"""What a manifest tells, taken apart: parts that are absent or wrong are None."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pipelines.filing.door_rules import Finding


@dataclass(frozen=True)
class Named:
    """A file that the manifest names beside the records: a resolution's scan or evidence."""

    path: str
    sha256: str | None


@dataclass(frozen=True)
class RecordFile:
    """A record file as the manifest declares it; ``rows`` and ``sha256`` are None if not stated."""

    path: str
    category: str
    format: str
    encoding: str | None
    rows: int | None
    sha256: str | None


@dataclass(frozen=True)
class Resolution:
    """A conferral resolution: number, dates and the number of people that it names."""

    number: str | None
    adopted_on: date | None
    effective_on: date | None
    headcount: int | None


@dataclass(frozen=True)
class Changes:
    """What an amendment or a deletion changes (field codes), and who approved it (approval ids)."""

    fields: tuple[str, ...]
    province: str | None
    national: str | None


@dataclass(frozen=True)
class Manifest:
    """A manifest taken apart. ``raw`` is the parsed JSON, ``text`` the JSON as received.

    ``names`` are the lists of names of the ``resolutions``, place by place; ``others`` all files
    beside the records, lists and photos too.
    """

    raw: dict[str, Any]
    text: str
    filing_id: str | None = None
    kind: str | None = None
    standard: str | None = None
    province: str | None = None
    institution: str | None = None
    semester: str | None = None
    submitted_at: datetime | None = None
    collected_by: str | None = None
    verified_by: str | None = None
    submitted_by: str | None = None
    disclosed_from: date | None = None
    disclosed_to: date | None = None
    resolutions: tuple[Resolution, ...] = ()
    names: tuple[Named | None, ...] = ()
    photos: Named | None = None
    changes: Changes | None = None
    files: tuple[RecordFile, ...] = ()
    others: tuple[Named, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
