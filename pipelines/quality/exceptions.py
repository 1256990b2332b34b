"""Exceptions that officers signed to expectations: read and verified each time.

Fail closed: a decision that was altered, is not signed by a reviewer of the scope's office in
office, was made on a result that is not kept as it was, or is not in the ledger, excuses nothing.
Why is logged and listed, without values.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from expectations.run import FAILED, Outcome
from pipelines.clock import clock, office_day
from pipelines.errors import DisagreementError, MissingInputError, XueweiError
from pipelines.examination.exceptions import (
    day_of,
    instant_of,
    read_decision,
    violations,
    why_unsigned,
)
from pipelines.filing.reference import Officer, load_officers
from pipelines.filing.signature import canonical_json
from pipelines.home import Home
from pipelines.ledger import entries
from pipelines.quality.coverage import (
    NUMBERS,
    outcome_seen,
    seen_of,
    why_uncovered,
    why_untouchable,
)
from pipelines.quality.results import NATIONAL, Result, read_result
from pipelines.register.files import sha256_of

VALID, EXPIRED, WITHDRAWN, VOID = "valid", "expired", "withdrawn", "void"
SIGNED_ACT, WITHDRAWN_ACT = "quality-exception", "quality-withdrawal"
LONGEST_DAYS = 366
_ID = re.compile(r"quality-[0-9a-f]{16}")
_BOUND = ("subject", "authority", "until", "reason", "decided_by")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class QualityException:
    """A decision about an expectation as it stands. ``state``: valid, expired, withdrawn, or void
    for ``reason``; of one that cannot be read, all else is None. ``seen`` is what the officer saw;
    ``allowed`` the excess that is accepted, None where the outcome is no number."""

    exception_id: str
    state: str
    reason: str | None = None
    scope: str | None = None
    semester: str | None = None
    suite: str | None = None
    expectation: str | None = None
    seen: Outcome | None = None
    allowed: float | None = None
    until: date | None = None
    decided_by: str | None = None
    decided_at: str | None = None

    @property
    def text(self) -> str:
        """What pages show beside the expectation."""
        zh = f"例外 {self.exception_id}：{self.decided_by} 同意，至 {self.until}"
        return f"{zh} / excused by {self.decided_by} until {self.until}"


def exception_id(decision: Mapping[str, Any]) -> str:
    """The id of a decision: equal for equal words of the same officer, whenever they sign."""
    bound = canonical_json({name: decision[name] for name in _BOUND})
    return f"quality-{hashlib.sha256(bound).hexdigest()[:16]}"


def authority_of(scope: str) -> str:
    return NATIONAL if scope == NATIONAL else f"province:{scope}"


def withdrawal_file(home: Home, decision_id: str) -> Path:
    return home.decision(f"{decision_id}-withdrawn")


def read_exceptions(home: Home, *, now: datetime | None = None) -> list[QualityException]:
    """All exceptions to expectations in the home, by id, each verified now."""
    paths = sorted(p for p in home.decisions.glob("quality-*.json") if _ID.fullmatch(p.stem))
    if not paths:
        return []
    reader = _Reader(home, office_day(now or clock()))
    return [reader.read(path) for path in paths]


def excused(
    home: Home, result: Result, *, now: datetime | None = None
) -> dict[str, QualityException]:
    """The exceptions that cover what failed in this result, by expectation."""
    found = {}
    for one in read_exceptions(home, now=now):
        here = (one.scope, one.semester, one.suite) == (result.scope, result.semester, result.suite)
        if one.state == VOID and (here or one.scope is None):
            _log.warning("%s excuses nothing: %s", one.exception_id, one.reason)
        if one.state != VALID or not here:
            continue
        for judged in result.judged:
            if judged.id != one.expectation or judged.outcome.state != FAILED:
                continue
            if one.seen and (why := why_uncovered(one.seen, one.allowed or 0.0, judged)):
                _log.warning("%s excuses nothing now: %s", one.exception_id, why)
            elif one.seen:
                found[judged.id] = one
    return found


def in_force(
    home: Home, suite: str, scope: str, semester: str, *, now: datetime | None = None
) -> tuple[str, ...]:
    """Ids of the valid exceptions to a suite's expectations in a scope and semester."""
    here = (suite, scope, semester)
    return tuple(
        one.exception_id
        for one in read_exceptions(home, now=now)
        if one.state == VALID and (one.suite, one.scope, one.semester) == here
    )


class _Reader:
    """Reads decisions against one state of the officers' register and of the ledger."""

    def __init__(self, home: Home, today: date) -> None:
        self.home, self.today = home, today
        self.officers: Mapping[str, tuple[Officer, ...]] = {}
        with suppress(MissingInputError):  # no key is anybody's then: nothing is valid
            self.officers = load_officers(home)
        self._acts: dict[str, tuple[set[tuple[str, str, str]], str | None]] = {}

    def read(self, path: Path) -> QualityException:
        decision = read_decision(path)
        if broken := violations(decision, "decision", "quality"):
            return QualityException(path.stem, VOID, broken)
        subject = decision["subject"]
        reason = "its file has another name" if decision["decision_id"] != path.stem else None
        reason = reason or self._why_void(decision, path)
        until = day_of(decision["until"])
        state = VALID if until and until >= self.today else EXPIRED
        if reason:
            state = VOID
        elif self._is_withdrawn(decision):
            state = WITHDRAWN
        return QualityException(
            path.stem,
            state,
            reason,
            subject["scope"],
            subject["semester"],
            subject["suite"],
            subject["expectation"],
            outcome_seen(subject["seen"], subject["expectation"]),
            subject["allowed_excess"],
            until,
            decision["decided_by"]["officer"],
            decision["decided_at"],
        )

    def _why_void(self, decision: dict[str, Any], path: Path) -> str | None:
        subject = decision["subject"]
        if decision["decision_id"] != exception_id(decision):
            return "its id is not that of its content"
        if decision["authority"] != authority_of(subject["scope"]):
            return "another office decides for this scope"
        if why := why_unsigned(decision, self.officers) or why_no_term(decision):
            return why
        if why := _why_unseen(self.home, subject):
            return why
        acts, fault = self._entered(subject["scope"])
        if fault:
            return fault
        if (SIGNED_ACT, decision["decision_id"], sha256_of(path)) not in acts:
            return "it is not in the ledger"
        return None

    def _is_withdrawn(self, decision: dict[str, Any]) -> bool:
        """A withdrawal counts when either its file or its entry is there: to lose one, or to alter
        the file, brings nothing back."""
        name = decision["decision_id"]
        acts, _ = self._entered(decision["subject"]["scope"])
        entered = any((act, subject) == (WITHDRAWN_ACT, name) for act, subject, _ in acts)
        return entered or withdrawal_file(self.home, name).exists()

    def _entered(self, scope: str) -> tuple[set[tuple[str, str, str]], str | None]:
        """The scope's acts about exceptions, and what does not fit in its ledger."""
        if scope not in self._acts:
            acts, fault = set(), None
            try:
                for one in entries(self.home, scope):
                    if one.act in (SIGNED_ACT, WITHDRAWN_ACT):
                        acts.add((one.act, one.subject, one.sha256))
            except DisagreementError as error:
                fault = error.found
            self._acts[scope] = acts, fault
        return self._acts[scope]


def why_no_term(decision: Mapping[str, Any]) -> str | None:
    """Why a decision tells no day until when it may hold, or None."""
    when, until = instant_of(decision["decided_at"]), day_of(decision["until"])
    if when is None or until is None:
        return "it tells no day until when it holds"
    if not 0 <= (until - office_day(when)).days <= LONGEST_DAYS:
        return "it holds for longer than a year, or ended before it was signed"
    return None


def _why_unseen(home: Home, subject: Mapping[str, Any]) -> str | None:
    """Why the officer cannot have seen this outcome, or None."""
    told = subject["seen"]
    folder = home.quality_results(subject["scope"], subject["semester"], subject["suite"])
    path = folder / f"{told['run_id']}.json"
    if not path.is_file():
        return "the result that it was signed on is not kept"
    if sha256_of(path) != told["sha256"]:
        return "the result that it was signed on was altered"
    try:
        judged = read_result(path)[subject["expectation"]]
    except (XueweiError, KeyError):
        return "the result that it was signed on does not have this expectation"
    if seen_of(judged.outcome) != {name: told[name] for name in NUMBERS}:
        return "the result that it was signed on says otherwise"
    allowed, excess = subject["allowed_excess"], judged.outcome.excess
    if (allowed is None) != (excess is None) or (excess is not None and allowed < excess):
        return "it allows less than what was seen"
    return why_untouchable(judged)
