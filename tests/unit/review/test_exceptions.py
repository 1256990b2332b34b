"""Exceptions: who may ask, who may decide, and that a decision is one and stays as it was."""

import json
from datetime import timedelta
from typing import Any

import pytest

from pipelines.errors import BadInputError, MissingInputError, NotAllowedError, UsageError
from pipelines.examination.exceptions import read_exceptions
from pipelines.home import Home
from pipelines.review.exceptions import Signer, make_request, read_request
from tests.unit.review.offices import (
    NOW,
    UNTIL,
    asked,
    edit,
    granted,
    key_file,
    write_registers,
)


@pytest.fixture
def office(home: Home) -> Home:
    write_registers(home)
    return home


def test_a_granted_exception_is_recorded_as_a_signed_decision(office: Home) -> None:
    made = granted(office, asked(office, field="XWZSBH", semester="2025-2026-1"), reason="属实")
    said = json.loads(office.decision(made.decision_id).read_text(encoding="utf-8"))
    assert (said["format"], said["subject"]["kind"]) == ("xuewei-decision/1", "exception")
    assert (said["authority"], said["outcome"]) == ("province:11", "approve")
    assert (said["until"], said["reason"]) == ("2026-08-31", {"text": "属实"})
    assert said["decided_by"] == {"officer": "p11-r1"}
    assert said["decided_at"] == "2026-01-25T02:00:00Z"
    assert said["subject"]["request"]["reason"] == "补办证书"
    (found,) = read_exceptions(office)
    assert (found.state, found.rule, found.field, found.until) == ("valid", "R10", "XWZSBH", UNTIL)
    assert not made.signed


def test_a_refused_exception_grants_nothing(office: Home) -> None:
    made = granted(office, asked(office), until=None, reason="证明材料不足")
    said = json.loads(office.decision(made.decision_id).read_text(encoding="utf-8"))
    assert (said["outcome"], said["until"]) == ("return", None)
    assert [one.state for one in read_exceptions(office)] == ["refused"]


def test_a_request_is_decided_once(office: Home) -> None:
    path = asked(office)
    made = granted(office, path, until=None)
    before = office.decision(made.decision_id).read_bytes()
    with pytest.raises(UsageError, match="decided before"):
        granted(office, path)
    assert office.decision(made.decision_id).read_bytes() == before
    assert sorted(path.name for path in office.decisions.iterdir()) == [f"{made.decision_id}.json"]


def test_a_request_that_the_institution_signed(office: Home) -> None:
    signer = Signer(key_file(office, "19001-s1"))
    assert granted(office, asked(office, signer=signer)).signed


@pytest.mark.parametrize("name", ["19002-s1", "p11-r1"])
def test_a_request_signed_by_another(office: Home, name: str) -> None:
    path = asked(office, signer=Signer(key_file(office, name)))
    with pytest.raises(NotAllowedError, match="request's signature"):
        granted(office, path)


def test_a_signed_request_that_was_altered(office: Home) -> None:
    path = asked(office, signer=Signer(key_file(office, "19001-s1")))
    edit(path, "rule", value="R16")
    with pytest.raises(NotAllowedError, match="request's signature"):
        granted(office, path)
    assert not office.decisions.exists() or not list(office.decisions.iterdir())


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
def test_who_may_not_decide(office: Home, officer: str, why: str) -> None:
    path = asked(office)
    with pytest.raises(NotAllowedError, match=why):
        granted(office, path, officer)
    assert list(office.decisions.glob("*")) == []


def test_another_officers_key(office: Home) -> None:
    with pytest.raises(NotAllowedError, match="another officer"):
        granted(office, asked(office), signer=Signer(key_file(office, "p12-r1")))


def test_a_strangers_key_under_the_right_name(office: Home) -> None:
    signer = Signer(key_file(office, "stranger"), key_id="p11-r1")
    with pytest.raises(NotAllowedError, match="does not fit"):
        granted(office, asked(office), signer=signer)


def test_a_key_that_nobody_registered(office: Home) -> None:
    with pytest.raises(NotAllowedError, match="not in the register"):
        granted(office, asked(office), signer=Signer(key_file(office, "stranger")))


def test_an_institution_that_is_not_known(office: Home) -> None:
    with pytest.raises(BadInputError, match="19009"):
        granted(office, asked(office, institution="19009"))


@pytest.mark.parametrize("days", [-1, 5000])
def test_a_day_that_is_past_or_far(office: Home, days: int) -> None:
    with pytest.raises(UsageError, match="--until"):
        granted(office, asked(office), until=NOW.date() + timedelta(days))


@pytest.mark.parametrize("days", [0, 1096])
def test_today_and_three_years_are_allowed(office: Home, days: int) -> None:
    assert granted(office, asked(office), until=NOW.date() + timedelta(days)).until


@pytest.mark.parametrize(
    "options",
    [
        {"institution": "1"},
        {"institution": "19001; x"},
        {"rule": "16"},
        {"rule": "R11"},
        {"rule": "R14"},
        {"rule": "F07"},
        {"rule": "L01"},
        {"rule": "P01", "field": "XWZSBH"},
        {"field": "NOSUCH"},
        {"field": "xm"},
        {"semester": "2026"},
        {"semester": "2025-2027-1"},
        {"filing_id": "../../x"},
        {"reason": " "},
        {"reason": "x" * 2001},
    ],
    ids=str,
)
def test_what_cannot_be_asked_for(options: dict[str, Any]) -> None:
    given = {"institution": "19001", "rule": "R10", "reason": "x"} | options
    with pytest.raises(UsageError):
        make_request(now=NOW, **given)


def test_a_request_made_by_hand_for_what_nothing_may_excuse(office: Home) -> None:
    path = asked(office)
    edit(path, "rule", value="R11")
    with pytest.raises(NotAllowedError, match="R11 cannot be excused"):
        granted(office, path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": "xuewei-exception-request/1"}',
        b'{"a": 1, "a": 2}',
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * 100_000,
    ],
    ids=["empty", "list", "object", "format only", "twice", "no text", "deep", "large"],
)
def test_a_file_that_is_no_request(office: Home, data: bytes) -> None:
    path = office.root / "request.json"
    path.write_bytes(data)
    with pytest.raises(BadInputError):
        read_request(path)


def test_a_request_with_something_else_in_it(office: Home) -> None:
    path = asked(office)
    edit(path, "until", value="2099-12-31")
    with pytest.raises(BadInputError):
        granted(office, path)


def test_a_request_is_written_once(office: Home) -> None:
    path = asked(office)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="exists already"):
        asked(office, rule="R16")
    assert path.read_bytes() == before


def test_a_request_into_no_folder(office: Home) -> None:
    with pytest.raises(MissingInputError):
        asked(office, "nowhere/request.json")
