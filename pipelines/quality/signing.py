"""An officer signs that a failed expectation is accepted until a day, or takes that back.

Each is a signed decision file, written once, and an entry in the scope's ledger; one without the
other excuses nothing. Signing again with the same words mends what a crash left between the two.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines.clock import office_day
from pipelines.errors import MissingInputError, NotAllowedError, UsageError
from pipelines.examination.exceptions import REVIEWER, read_decision, violations, why_unsigned
from pipelines.filing.archive import sync_folder
from pipelines.filing.reference import load_officers
from pipelines.home import Home, safe_name
from pipelines.ledger import Act, append
from pipelines.quality.coverage import seen_of, why_untouchable
from pipelines.quality.exceptions import (
    LONGEST_DAYS,
    SIGNED_ACT,
    WITHDRAWN_ACT,
    authority_of,
    exception_id,
    withdrawal_file,
)
from pipelines.quality.results import Judged, latest, runs
from pipelines.register.files import sha256_of
from pipelines.review.exceptions import DECISION, Signer, stamp, write_once


@dataclass(frozen=True)
class Signed:
    """A decision that was recorded. ``again``: its file was there before; only its entry in the
    ledger was looked after."""

    decision_id: str
    scope: str
    semester: str
    suite: str
    expectation: str
    allowed_excess: float | None
    until: str
    again: bool
    ledger_seq: int


def sign_exception(
    home: Home,
    *,
    suite: str,
    expectation: str,
    scope: str,
    semester: str,
    reason: str,
    until: date,
    officer: str,
    signer: Signer,
    now: datetime,
    allow: float | None = None,
) -> Signed:
    """Accepts the latest outcome of an expectation, and what is no worse, ``until`` a day.

    ``allow`` is a larger excess over the limit than the one seen. UsageError for what has not
    failed or a day that is off; NotAllowedError for what nobody may excuse, a check that could not
    be computed, and whoever is no reviewer in office of the scope's office with their own key.
    """
    if not 0 <= (until - office_day(now)).days <= LONGEST_DAYS:
        raise UsageError("--until is off", f"a day from {office_day(now)} on, within a year")
    judged, seen = _latest(home, scope, semester, suite, expectation)
    decision: dict[str, Any] = {
        "format": DECISION,
        "subject": {
            "kind": "quality-exception",
            "suite": suite,
            "expectation": expectation,
            "scope": scope,
            "semester": semester,
            "seen": seen,
            "allowed_excess": _allowed(judged, allow),
        },
        "authority": authority_of(scope),
        "outcome": "approve",
        "until": until.isoformat(),
        "reason": {"text": reason.strip()},
        "decided_by": {"officer": officer},
        "decided_at": stamp(now),
    }
    decision["decision_id"] = exception_id(decision)
    if withdrawal_file(home, decision["decision_id"]).exists():
        raise UsageError(
            f"{decision['decision_id']} was withdrawn", "another reason or day, or a new run"
        )
    path = home.decision(decision["decision_id"])
    again = _record(home, path, signer.sign(decision), "decision")
    seq = _enter(home, scope, SIGNED_ACT, path, now)
    allowed = decision["subject"]["allowed_excess"]
    return Signed(
        path.stem, scope, semester, suite, expectation, allowed, until.isoformat(), again, seq
    )


def withdraw(
    home: Home, decision_id: str, *, reason: str, officer: str, signer: Signer, now: datetime
) -> Signed:
    """Takes an exception back; any reviewer in office of its office may."""
    path = home.decision(safe_name(decision_id, "quality-none"))
    decision = read_decision(path)
    if violations(decision, "decision", "quality") or decision["decision_id"] != decision_id:
        raise MissingInputError(
            "there is no such exception to an expectation",
            "an id such as quality-0123456789abcdef",
            "xuewei quality exceptions",
        )
    file = withdrawal_file(home, decision_id)
    withdrawal = {
        "format": DECISION,
        "decision_id": file.stem,
        "subject": {
            "kind": "quality-withdrawal",
            "decision_id": decision_id,
            "sha256": sha256_of(path),
        },
        "authority": decision["authority"],
        "outcome": "withdraw",
        "reason": {"text": reason.strip()},
        "decided_by": {"officer": officer},
        "decided_at": stamp(now),
    }
    again = _record(home, file, signer.sign(withdrawal), "withdrawal")
    about = decision["subject"]
    seq = _enter(home, about["scope"], WITHDRAWN_ACT, file, now, subject=decision_id)
    return Signed(
        file.stem,
        about["scope"],
        about["semester"],
        about["suite"],
        about["expectation"],
        about["allowed_excess"],
        decision["until"],
        again,
        seq,
    )


def _latest(
    home: Home, scope: str, semester: str, suite: str, expectation: str
) -> tuple[Judged, dict[str, Any]]:
    """The newest outcome of an expectation and what of it is signed."""
    result = latest(home, scope, semester, suite)
    if result is None:
        raise MissingInputError(
            f"suite {suite} was not run for {scope} {semester}",
            "a result to look at before signing",
            f"xuewei quality run --semester {semester} …",
        )
    try:
        judged = result[expectation]
    except KeyError:
        failed = ", ".join(one.id for one in result.judged if not one.ok) or "nothing failed"
        raise UsageError(f"{suite} has no expectation {expectation}", failed) from None
    if judged.ok:
        raise UsageError(f"{expectation} is {judged.outcome.state}: there is nothing to excuse")
    if why := why_untouchable(judged):
        raise NotAllowedError(f"{expectation} cannot be excused: {why}")
    file = runs(home, scope, semester, suite)[-1]
    return judged, {"run_id": result.run_id, "sha256": sha256_of(file)} | seen_of(judged.outcome)


def _allowed(judged: Judged, allow: float | None) -> float | None:
    excess = judged.outcome.excess
    if allow is None:
        return excess
    if excess is None:
        raise UsageError(
            "--allow is off: this outcome is no number, its keys are signed as they are"
        )
    if not math.isfinite(allow) or allow < excess:
        raise UsageError(
            f"--allow {allow:g} is off", f"at least the excess that was seen: {excess:g}"
        )
    return allow


def _record(home: Home, path: Path, signed: dict[str, Any], kind: str) -> bool:
    """Writes a decision whose signer may make it; whether it was there before, as it should be."""
    if wrong := violations(signed, kind, "quality"):
        raise UsageError(f"the {kind}'s {wrong}")
    officers = load_officers(home)
    if why := why_unsigned(signed, officers):
        raise NotAllowedError(why, "a reviewer in office of the scope's office, with their own key")
    home.decisions.mkdir(parents=True, exist_ok=True)
    if write_once(path, signed):
        sync_folder(home.decisions)
        return False
    before = read_decision(path)
    wrong = violations(before, kind, "quality") or why_unsigned(before, officers)
    if wrong or before["decision_id"] != path.stem:
        raise NotAllowedError(
            f"{path.name} is there and is not what was signed", "the decision as it was signed"
        )
    return True


def _enter(
    home: Home, scope: str, act: str, path: Path, now: datetime, subject: str | None = None
) -> int:
    """The decision's number in the ledger, entered unless it is there."""
    decision = read_decision(path)
    done = Act(
        act,
        decision["decided_by"]["officer"],
        f"{decision['authority']}/{REVIEWER}",
        now,
        subject or path.stem,
        sha256_of(path),
    )
    return append(home, scope, done)[0].seq
