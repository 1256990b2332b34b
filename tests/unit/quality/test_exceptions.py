"""Exceptions to expectations: what they cover, and who may sign what."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from expectations.run import MOST_KEYS
from pipelines.errors import MissingInputError, NotAllowedError, UsageError
from pipelines.home import Home
from pipelines.ledger import entries, verify
from pipelines.quality.exceptions import excused, in_force, read_exceptions
from pipelines.quality.results import Judged
from pipelines.register.files import sha256_of
from pipelines.review.exceptions import Signer
from tests.unit.quality.judged import (
    CRASHED,
    FINE,
    FIXED,
    KEYS,
    SEMESTER,
    SHARE,
    SUITE,
    UNKNOWN,
    judged,
    kept,
    result,
)
from tests.unit.quality.signatures import UNTIL, covered, path_of, signed
from tests.unit.review.offices import NOW, key_file, write_registers


@pytest.fixture
def office(home: Home) -> Home:
    write_registers(home)
    kept(home)
    return home


def test_a_signed_exception_covers_what_the_officer_saw(office: Home) -> None:
    made = signed(office)
    said = json.loads(path_of(office, made).read_text(encoding="utf-8"))
    assert (said["format"], said["authority"], said["outcome"]) == (
        "xuewei-decision/1", "province:11", "approve"
    )  # fmt: skip
    seen = said["subject"]["seen"]
    assert (seen["observed"], seen["low"], seen["high"], seen["excess"]) == (0.4, 0.45, 0.55, 0.05)
    assert said["subject"]["allowed_excess"] == 0.05
    assert covered(office) == {"women_share"}
    assert in_force(office, SUITE, "11", SEMESTER, now=NOW) == (made.decision_id,)
    (one,) = read_exceptions(office, now=NOW)
    assert (one.state, one.until, one.decided_by) == ("valid", UNTIL, "p11-r1")
    assert "p11-r1" in one.text
    assert str(UNTIL) in one.text


def test_it_is_entered_in_the_ledger_without_its_reason(office: Home) -> None:
    made = signed(office)
    (entry,) = entries(office, "11")
    assert (entry.act, entry.actor, entry.role) == (
        "quality-exception", "p11-r1", "province:11/reviewer"
    )  # fmt: skip
    assert (entry.subject, entry.sha256) == (made.decision_id, sha256_of(path_of(office, made)))
    assert entry.seq == made.ledger_seq
    assert "师范" not in office.ledger_chain("11").read_text(encoding="utf-8")


def test_the_nation_has_its_own_reviewers(office: Home) -> None:
    kept(office, scope="national")
    signed(office, officer="n-r1", scope="national")
    assert covered(office, scope="national") == {"women_share"}
    assert covered(office) == set()
    with pytest.raises(NotAllowedError, match="national office"):
        signed(office, officer="p11-r1", scope="national")


@pytest.mark.parametrize(
    "options",
    [{"semester": "2024-2025-1"}, {"scope": "12"}, {"suite": "province_register"}],
    ids=str,
)
def test_it_holds_for_its_suite_scope_and_semester_only(
    office: Home, options: dict[str, Any]
) -> None:
    signed(office)
    assert covered(office, **options) == set()


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"observed": 0.42, "excess": 0.03}, True),
        ({"observed": 0.39, "excess": 0.06}, False),
        ({"observed": 0.40 - 1e-15, "excess": 0.05 + 1e-15}, True),
        ({"observed": 0.59, "excess": 0.04}, True),
        # the band has moved with the value: by the limits that the officer saw it is worse
        ({"observed": 0.30, "low": 0.35, "high": 0.45, "excess": 0.05}, False),
        ({"observed": 0.47, "low": 0.50, "high": 0.60, "excess": 0.03}, True),
        ({"observed": 0.47, "low": 0.60, "high": 0.70, "excess": 0.13}, False),
        ({"keys": ("19001",)}, True),
        ({"keys": ("19001", "19009")}, True),
        ({"excess": None, "observed": 3.0}, False),
        ({"state": "broken"}, False),
        ({"state": "passed", "excess": 0.0}, False),
    ],
    ids=str,
)
def test_what_is_no_worse_is_covered(office: Home, changed: dict[str, Any], holds: bool) -> None:
    signed(office)
    assert bool(covered(office, judged(SHARE, **changed))) is holds


def test_a_larger_allowance_is_signed_explicitly(office: Home) -> None:
    signed(office, allow=0.1)
    assert covered(office, judged(SHARE, observed=0.36, excess=0.09))
    assert not covered(office, judged(SHARE, observed=0.34, excess=0.11))


@pytest.mark.parametrize("allow", [0.04, float("nan"), float("inf"), -1.0])
def test_an_allowance_that_is_off(office: Home, allow: float) -> None:
    with pytest.raises(UsageError, match="--allow"):
        signed(office, allow=allow)
    with pytest.raises(UsageError, match="no number"):
        signed(office, "columns", allow=1.0)


@pytest.mark.parametrize(
    ("keys", "holds"),
    [(("level", "sex_code"), True), (("level",), False), (("level", "sex_code", "x"), False)],
)
def test_an_outcome_without_a_number_is_bound_to_its_keys(
    office: Home, keys: tuple[str, ...], holds: bool
) -> None:
    signed(office, "columns")
    assert bool(covered(office, judged(KEYS, keys=keys))) is holds


def test_an_expectation_that_has_become_unexcusable_is_not_covered(office: Home) -> None:
    signed(office)
    moved = Judged(replace(SHARE.expectation, excusable=False), SHARE.outcome)
    assert covered(office, moved) == set()


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (FIXED, "nothing may excuse"),
        (CRASHED, "broken"),
        (judged(KEYS, keys=()), "neither a number nor keys"),
        (judged(KEYS, keys=tuple(map(str, range(MOST_KEYS)))), "not all of what is wrong"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_what_nobody_may_excuse(office: Home, found: Judged, why: str) -> None:
    kept(office, found, minutes=5)
    with pytest.raises(NotAllowedError, match=why):
        signed(office, found.id)
    assert not list(office.decisions.glob("*"))
    assert verify(office, "11").entries == 0


@pytest.mark.parametrize("found", [FINE, UNKNOWN], ids=lambda one: one.id)
def test_what_has_not_failed_needs_no_exception(office: Home, found: Judged) -> None:
    with pytest.raises(UsageError, match="nothing to excuse"):
        signed(office, found.id)


def test_what_is_not_there(office: Home) -> None:
    with pytest.raises(UsageError, match="no expectation nothing"):
        signed(office, "nothing")
    with pytest.raises(MissingInputError, match="was not run"):
        signed(office, suite="handover")


@pytest.mark.parametrize("days", [-1, 367])
def test_a_day_that_is_past_or_far(office: Home, days: int) -> None:
    with pytest.raises(UsageError, match="--until"):
        signed(office, until=NOW.date() + timedelta(days))


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_a_reason_must_be_given(office: Home, reason: str) -> None:
    with pytest.raises(UsageError, match="reason"):
        signed(office, reason=reason)


@pytest.mark.parametrize(
    ("officer", "why"),
    [
        ("p11-c1", "no reviewer"),
        ("p11-old", "not in office"),
        ("p11-new", "not in office"),
        ("p12-r1", "not one of this province"),
        ("n-r1", "not one of this province"),
        ("19001-s1", "not one of this province"),
    ],
)
def test_who_may_not_sign(office: Home, officer: str, why: str) -> None:
    with pytest.raises(NotAllowedError, match=why):
        signed(office, officer=officer)
    assert not list(office.decisions.glob("*"))


def test_keys_of_others(office: Home) -> None:
    with pytest.raises(NotAllowedError, match="another officer"):
        signed(office, signer=Signer(key_file(office, "p12-r1")))
    with pytest.raises(NotAllowedError, match="does not fit"):
        signed(office, signer=Signer(key_file(office, "stranger"), key_id="p11-r1"))
    with pytest.raises(NotAllowedError, match="not in the register"):
        signed(office, signer=Signer(key_file(office, "stranger")))


def test_it_expires(office: Home) -> None:
    signed(office)
    last = NOW.replace(month=12, day=31)
    assert excused(office, result(), now=last)
    assert not excused(office, result(), now=last + timedelta(1))
    (one,) = read_exceptions(office, now=last + timedelta(1))
    assert one.state == "expired"
    assert in_force(office, SUITE, "11", SEMESTER, now=last + timedelta(1)) == ()
