"""Exceptions asked for by institutions and decided by a provincial reviewer (Art. 13).

A request is a file that an institution makes; a decision is a signed file like any other, one a
request, never overwritten. What a decision means for findings is the examination's business.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines.clock import office_day
from pipelines.errors import BadInputError, MissingInputError, NotAllowedError, UsageError
from pipelines.examination.exceptions import (
    MOST_BYTES,
    exception_id,
    request_sha256,
    violations,
    why_unsigned,
)
from pipelines.examination.untouchable import why_untouchable
from pipelines.filing.archive import sync_folder
from pipelines.filing.manifest import NotAManifestError, parse_manifest
from pipelines.filing.reference import Reference, load_reference
from pipelines.filing.signature import load_private_key, sign, verify
from pipelines.home import Home
from pipelines.standard.fields import FIELDS
from pipelines.standard.semesters import Semester

REQUEST = "xuewei-exception-request/1"
DECISION = "xuewei-decision/1"
LONGEST_DAYS = 366 * 3
"""An exception that nobody looks at again for years is a rule of its own: it must be asked anew."""


@dataclass(frozen=True)
class Signer:
    """A key to sign with. ``key_id`` is its name in the officers' register; by default the key
    file's stem."""

    key_file: Path
    passphrase: str | None = None
    key_id: str | None = None

    def sign(self, content: dict[str, Any]) -> dict[str, Any]:
        key = load_private_key(self.key_file, self.passphrase)
        return sign(content, key, self.key_id or self.key_file.stem)


def make_request(
    *,
    institution: str,
    rule: str,
    reason: str,
    now: datetime,
    field: str | None = None,
    filing_id: str | None = None,
    semester: str | None = None,
    signer: Signer | None = None,
) -> dict[str, Any]:
    """A request for an exception; UsageError where it asks for what cannot be granted."""
    request: dict[str, Any] = {
        "format": REQUEST,
        "institution": institution,
        "rule": rule,
        "field": field,
        "filing_id": filing_id,
        "semester": semester,
        "reason": reason.strip(),
        "requested_at": stamp(now),
    }
    if wrong := violations(request, "request"):
        raise UsageError(f"the request's {wrong}", "see: xuewei exception request --help")
    if field and field not in FIELDS:
        raise UsageError(f"{field} is no field", "a field code: xuewei standard list")
    if semester:
        try:
            Semester.parse(semester)
        except ValueError as error:
            raise UsageError(str(error), "a semester, for example 2025-2026-1") from None
    if why := why_untouchable(rule, field):
        raise UsageError(f"{rule} cannot be excused: {why}")
    return signer.sign(request) if signer else request


def write_request(request: Mapping[str, Any], out: Path) -> None:
    """Writes a request to a file that is not there yet."""
    if not write_once(out, request):
        raise UsageError(f"{out.name} exists already", "a file that is not there yet")


def read_request(path: Path) -> dict[str, Any]:
    """The request in a file; BadInputError when it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        request = parse_manifest(data) if len(data) <= MOST_BYTES else {}
    except OSError:
        raise MissingInputError(f"{path.name} cannot be read", "a request's file") from None
    except NotAManifestError as error:
        raise BadInputError(f"{path.name}: {error.finding.message_en}", REQUEST) from None
    if wrong := violations(request, "request"):
        raise BadInputError(f"{path.name}: {wrong}", REQUEST, "xuewei exception request --help")
    return request


@dataclass(frozen=True)
class ExceptionDecided:
    """A decision that was recorded. ``signed``: the request bore the institution's signature."""

    decision_id: str
    outcome: str
    institution: str
    rule: str
    until: str | None
    signed: bool


def decide_exception(
    home: Home,
    path: Path,
    *,
    officer: str,
    signer: Signer,
    now: datetime,
    until: date | None,
    reason: str = "",
) -> ExceptionDecided:
    """Records the decision about the request at ``path``: granted ``until`` a day, or refused.

    NotAllowedError unless ``officer`` is a reviewer in office of the institution's province and
    the key is theirs; UsageError for a request that was decided before.
    """
    request = read_request(path)
    today = office_day(now)
    reference = load_reference(home)
    if why := why_untouchable(request["rule"], request["field"]):
        raise NotAllowedError(f"{request['rule']} cannot be excused: {why}")
    if until and not 0 <= (until - today).days <= LONGEST_DAYS:
        raise UsageError("--until is off", f"a day from {today} on, within three years")
    signed = _check_request_signature(request, reference, today)
    decision = signer.sign(
        {
            "format": DECISION,
            "decision_id": exception_id(request),
            "subject": {
                "kind": "exception",
                "request_sha256": request_sha256(request),
                "request": request,
            },
            "authority": f"province:{_province_of(request['institution'], reference, today)}",
            "outcome": "approve" if until else "return",
            "until": until.isoformat() if until else None,
            "reason": {"text": reason.strip()},
            "decided_by": {"officer": officer},
            "decided_at": stamp(now),
        }
    )
    if wrong := violations(decision, "decision"):
        raise UsageError(f"the decision's {wrong}")
    if why := why_unsigned(decision, reference.officers):
        raise NotAllowedError(
            why, "a reviewer in office of the institution's province, with their own key"
        )
    home.decisions.mkdir(parents=True, exist_ok=True)
    if not write_once(home.decision(decision["decision_id"]), decision):
        raise UsageError(
            f"{decision['decision_id']} was decided before",
            "a decision is made once",
            "the institution makes another request",
        )
    sync_folder(home.decisions)
    return ExceptionDecided(
        decision["decision_id"],
        decision["outcome"],
        request["institution"],
        request["rule"],
        decision["until"],
        signed,
    )


def _check_request_signature(request: dict[str, Any], reference: Reference, today: date) -> bool:
    """Whether the request is signed; NotAllowedError for a signature that is not its own."""
    if "signature" not in request:
        return False
    holders = reference.officers.get(request["signature"]["key"], ())
    serving = [
        one
        for one in holders
        if one.organisation == request["institution"] and one.term.holds(today)
    ]
    if not any(verify(request, one.public_key) for one in serving):
        raise NotAllowedError(
            "the request's signature is not one of an officer of the institution",
            "a request as the institution signed it, or an unsigned one",
        )
    return True


def _province_of(institution: str, reference: Reference, today: date) -> str:
    known = (reference.institutions or {}).get(institution, ())
    provinces = {one.province for one in known if one.term.holds(today)}
    if len(provinces) != 1:
        raise BadInputError(
            f"institution {institution} is not in institutions.csv", "an institution that exists"
        )
    return provinces.pop()


def write_once(path: Path, content: Mapping[str, Any]) -> bool:
    """Writes JSON whole under a name that is not taken; False when it is."""
    half = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    try:
        with half.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.link(half, path)  # unlike a rename, never takes the place of a file that is there
    except FileExistsError:
        return False
    except OSError:
        raise MissingInputError(f"{path.name} cannot be written", "a folder to write in") from None
    finally:
        half.unlink(missing_ok=True)
    return True


def stamp(now: datetime) -> str:
    """The instant as decisions tell it: UTC, in seconds."""
    return now.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
