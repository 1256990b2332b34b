"""Exceptions that a province granted: read, verified each time, applied to an examination.

Fail closed: a decision that was altered, is not signed by a reviewer of the province in office, or
names what nothing may excuse, grants nothing. Why is logged and listed, without values.
"""

import hashlib
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import jsonschema_rs

from pipelines.clock import office_day
from pipelines.errors import MissingInputError
from pipelines.examination.untouchable import touchable_sql, why_untouchable
from pipelines.filing.manifest import NotAManifestError, parse_manifest
from pipelines.filing.reference import Officer, load_officers
from pipelines.filing.signature import canonical_json, verify
from pipelines.home import Home

REVIEWER = "reviewer"
MOST_BYTES = 64 << 10
VALID, REFUSED, VOID = "valid", "refused", "void"
_ID = re.compile(r"exception-[0-9a-f]{16}")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExceptionDecision:
    """A decision about an exception as it stands. ``state``: valid, refused, or void for
    ``reason``; of a void one that cannot be read, all else is None."""

    exception_id: str
    state: str
    reason: str | None = None
    institution: str | None = None
    rule: str | None = None
    field: str | None = None
    filing_id: str | None = None
    semester: str | None = None
    until: date | None = None
    authority: str | None = None
    decided_by: str | None = None
    decided_at: str | None = None


def exception_id(request: Mapping[str, Any]) -> str:
    """The id of the one decision about this very request."""
    return f"exception-{request_sha256(request)[:16]}"


def request_sha256(request: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(request)).hexdigest()


def exception_files(home: Home) -> list[Path]:
    """The home's decisions about exceptions; a filing's may begin so too, but ends with -d1."""
    paths = sorted(home.decisions.glob("exception-*.json"))
    return [path for path in paths if not path.stem.endswith("-d1")]


def read_exceptions(home: Home) -> list[ExceptionDecision]:
    """All decisions about exceptions in the home, each verified now."""
    paths = exception_files(home)
    if not paths:
        return []
    try:
        officers = load_officers(home)
    except MissingInputError:
        officers = {}
    return [_read(path, officers) for path in paths]


def _read(path: Path, officers: Mapping[str, tuple[Officer, ...]]) -> ExceptionDecision:
    name = path.stem if _ID.fullmatch(path.stem) else "exception-?"
    decision = read_decision(path)
    if broken := violations(decision, "decision"):
        return ExceptionDecision(name, VOID, broken)
    request = decision["subject"]["request"]
    reason = "its file has another name" if name != decision["decision_id"] else None
    reason = reason or why_void(decision, officers)
    refused = decision["outcome"] == "return"
    return ExceptionDecision(
        name,
        VOID if reason else REFUSED if refused else VALID,
        reason,
        request["institution"],
        request["rule"],
        request["field"],
        request["filing_id"],
        request["semester"],
        day_of(decision["until"]),
        decision["authority"],
        decision["decided_by"]["officer"],
        decision["decided_at"],
    )


def read_decision(path: Path) -> dict[str, Any]:
    """The JSON object of a decision's file, not checked; an empty one when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        return parse_manifest(data) if len(data) <= MOST_BYTES else {}
    except (OSError, NotAManifestError):
        return {}


def why_void(
    decision: Mapping[str, Any], officers: Mapping[str, tuple[Officer, ...]]
) -> str | None:
    """Why a decision of the right form grants nothing, or None."""
    request = decision["subject"]["request"]
    digest = request_sha256(request)
    if decision["subject"]["request_sha256"] != digest:
        return "the request was altered"
    if decision["decision_id"] != exception_id(request):
        return "its id is not the request's"
    if why_untouchable(request["rule"], request["field"]):
        return "nothing may excuse this rule"
    if decision["outcome"] == "approve" and day_of(decision["until"]) is None:
        return "it tells no day until when it holds"
    return why_unsigned(dict(decision), officers)


def why_unsigned(
    decision: dict[str, Any], officers: Mapping[str, tuple[Officer, ...]]
) -> str | None:
    """Why the signature is not one of a reviewer in office for the decision's authority."""
    when = instant_of(decision["decided_at"])
    if when is None:
        return "the time of the decision is no instant with a zone"
    day = office_day(when)
    holders = officers.get(decision["signature"]["key"], ())
    if not holders:
        return "the key is not in the register of officers"
    mine = [one for one in holders if one.officer_id == decision["decided_by"]["officer"]]
    if not mine:
        return "the key belongs to another officer"
    of_office = [one for one in mine if one.organisation == decision["authority"]]
    if not of_office:
        office = "this province" if decision["authority"] != "national" else "the national office"
        return f"the officer is not one of {office}"
    reviewers = [one for one in of_office if one.role == REVIEWER]
    if not reviewers:
        return "the officer is no reviewer"
    serving = [one for one in reviewers if one.term.holds(day)]
    if not serving:
        return "the officer was not in office"
    if not any(verify(decision, one.public_key) for one in serving):
        return "the signature does not fit the content"
    return None


def violations(value: Mapping[str, Any], kind: str, room: str = "examination") -> str | None:
    """Where a ``request`` or a ``decision`` breaks its room's schema: a place, never a value."""
    for error in _validator(room, kind).iter_errors(value):
        place = "/".join(str(part) for part in error.instance_path) or "."
        return f"{place} is not as the format asks"
    return None


@cache
def _validator(room: str, kind: str) -> jsonschema_rs.Validator:
    text = resources.files(f"pipelines.{room}").joinpath("exception.schema.json")
    schema = json.loads(text.read_text("utf-8"))
    return jsonschema_rs.validator_for({**schema, "$ref": f"#/$defs/{kind}"})


def granted(home: Home, province: str, semester: str) -> list[ExceptionDecision]:
    """The exceptions that may excuse findings of this province and semester; void ones are
    logged."""
    found = read_exceptions(home)
    for one in found:
        if one.state == VOID:
            _log.warning("%s grants nothing: %s", one.exception_id, one.reason)
    return [
        one
        for one in found
        if one.state == VALID
        and one.authority == f"province:{province}"
        and one.semester in (None, semester)
    ]


def excuse_granted(con: duckdb.DuckDBPyConnection, exceptions: Sequence[ExceptionDecision]) -> None:
    """Turns findings of the table ``findings`` that an exception covers into warnings."""
    names = ("exception_id", "institution", "rule", "field", "filing_id", "until")
    columns = [[getattr(one, name) for one in exceptions] for name in names]
    parts = ", ".join(
        f"unnest(${k}::{'DATE' if name == 'until' else 'VARCHAR'}[]) AS {name}"
        for k, name in enumerate(names, 1)
    )
    con.execute(f"CREATE TEMP TABLE granted_exceptions AS SELECT {parts}", columns)
    con.execute(
        f"""UPDATE findings AS f SET severity = 'warning', excused_by = w.excused_by
        FROM (
          SELECT k.filing_no, d.rule_code, d.field,
            'exception:' || min(g.exception_id) AS excused_by
          FROM (SELECT DISTINCT filing_no, rule_code, field FROM findings) d
          JOIN filing_facts k ON k.filing_no = d.filing_no
          JOIN granted_exceptions g ON g.rule = d.rule_code AND g.institution = k.institution
            AND (g.field IS NULL OR g.field = d.field)
            AND (g.filing_id IS NULL OR g.filing_id = k.filing_id)
            AND g.until >= k.submitted_on
          GROUP BY ALL) w
        WHERE f.filing_no = w.filing_no AND f.rule_code = w.rule_code
          AND f.field IS NOT DISTINCT FROM w.field AND {touchable_sql("f")}"""
    )


def day_of(text: str | None) -> date | None:
    """The day that a decision tells, None when it is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def instant_of(text: str) -> datetime | None:
    """The instant, None without a zone."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when if when.tzinfo else None
