"""Exceptions to expectations that excuse nothing: altered, forged, lost, withdrawn."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import MissingInputError, NotAllowedError, UsageError
from pipelines.filing.signature import sign
from pipelines.home import Home
from pipelines.ledger import Act, append, entries, verify
from pipelines.quality.exceptions import exception_id, excused, in_force, read_exceptions
from pipelines.quality.results import Result, in_turn, latest, write_result
from pipelines.quality.signing import withdraw
from pipelines.register.files import sha256_of
from pipelines.review.exceptions import Signer
from tests.unit.quality.judged import (
    SEMESTER,
    SHARE,
    SUITE,
    WARNING,
    judged,
    kept,
    result,
)
from tests.unit.quality.signatures import covered, only, path_of, signed, taken_back
from tests.unit.review.offices import NOW, edit, key_file, private_key, write_registers


@pytest.fixture
def office(home: Home) -> Home:
    write_registers(home)
    kept(home)
    return home


ALTERED: dict[str, tuple[tuple[str, ...], Any]] = {
    "until": (("until",), "2027-01-01"),
    "allowance": (("subject", "allowed_excess"), 0.5),
    "expectation": (("subject", "expectation"), "columns"),
    "scope": (("subject", "scope"), "12"),
    "semester": (("subject", "semester"), "2024-2025-1"),
    "suite": (("subject", "suite"), "handover"),
    "observed": (("subject", "seen", "observed"), 0.1),
    "run": (("subject", "seen", "run_id"), "20260125T010000000001Z"),
    "authority": (("authority",), "province:12"),
    "officer": (("decided_by", "officer"), "p11-r2"),
    "time": (("decided_at",), "2026-01-24T02:00:00Z"),
    "no zone": (("decided_at",), "2026-01-24T02:00:00 "),
    "reason": (("reason", "text"), "x"),
    "format": (("format",), "xuewei-decision/2"),
    "outcome": (("outcome",), "return"),
    "id": (("decision_id",), "quality-0123456789abcdef"),
    "signature": (("signature", "value"), "AAAA"),
    "key": (("signature", "key"), "p12-r1"),
    "something else": (("more",), 1),
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_decision_is_void(
    office: Home, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = signed(office)
    place, value = ALTERED[name]
    edit(path_of(office, made), *place, value=value)
    state, reason = only(office)
    assert (state, bool(reason)) == ("void", True)
    assert covered(office) == set()
    assert in_force(office, SUITE, "11", SEMESTER, now=NOW) == ()
    if name not in ("scope", "semester", "suite"):  # of another suite then, which logs it
        assert "excuses nothing" in caplog.text
    assert "0.4" not in caplog.text, "no values"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b" " * 70_000], ids=repr)
def test_a_file_that_is_no_decision_is_void(office: Home, data: bytes) -> None:
    path_of(office, signed(office)).write_bytes(data[:70_000])
    assert only(office)[0] == "void"
    assert covered(office) == set()


def test_a_decision_under_another_name_is_void(office: Home) -> None:
    made = signed(office)
    path_of(office, made).rename(office.decision("quality-0123456789abcdef"))
    assert only(office) == ("void", "its file has another name")


def test_a_decision_that_is_not_in_the_ledger_excuses_nothing_until_mended(office: Home) -> None:
    made = signed(office)
    for path in office.ledger.iterdir():
        path.unlink()
    assert only(office) == ("void", "it is not in the ledger")
    assert covered(office) == set()
    before = path_of(office, made).read_bytes()
    mended = signed(office, now=NOW + timedelta(hours=1))
    assert (mended.decision_id, mended.again) == (made.decision_id, True)
    assert path_of(office, made).read_bytes() == before
    assert covered(office) == {"women_share"}
    assert signed(office).again, "and once more changes nothing"
    assert verify(office, "11").entries == 1


def test_a_broken_ledger_excuses_nothing(office: Home) -> None:
    signed(office)
    append(office, "11", Act("review", "p11-r1", "province:11/reviewer", NOW, "x", "0" * 64))
    chain = office.ledger_chain("11")
    chain.write_bytes(chain.read_bytes().replace(b"review", b"revise", 1))
    state, reason = only(office)
    assert state == "void"
    assert "ledger" in (reason or "")


def test_an_officer_who_is_struck_off_voids_it(office: Home) -> None:
    signed(office)
    write_registers(office, p11_r1=None)
    assert only(office) == ("void", "the key is not in the register of officers")
    (office.reference / "officers.csv").unlink()
    assert only(office)[0] == "void"


def change_result(path: Path) -> None:
    path.chmod(0o600)
    edit(path, "rows", value=1)


@pytest.mark.parametrize(
    ("change", "why"), [(change_result, "was altered"), (Path.unlink, "is not kept")]
)
def test_the_result_that_was_signed_on_must_be_there(
    office: Home, change: Callable[[Path], None], why: str
) -> None:
    signed(office)
    (path,) = office.quality_results("11", SEMESTER, SUITE).iterdir()
    change(path)
    assert why in (only(office)[1] or "")
    assert covered(office) == set()


FORGED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "for years": (lambda d: d.update(until="2030-01-01"), "longer than a year"),
    "no day": (lambda d: d.update(until="2026-02-31"), "no day"),
    "what nobody may": (
        lambda d: d["subject"].update(
            expectation="key_unique",
            allowed_excess=2.0,
            seen=d["subject"]["seen"]
            | {"observed": 2.0, "low": None, "high": 0.0, "excess": 2.0, "keys": []},
        ),
        "nothing may excuse",
    ),
    "less than seen": (lambda d: d["subject"].update(allowed_excess=0.01), "allows less"),
    "other numbers": (lambda d: d["subject"]["seen"].update(observed=0.1), "says otherwise"),
    "nothing such": (lambda d: d["subject"].update(expectation="nothing"), "does not have"),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_an_officer_signs_with_another_tool_is_judged_too(office: Home, name: str) -> None:
    made = signed(office)
    change, why = FORGED[name]
    decision = json.loads(path_of(office, made).read_text(encoding="utf-8"))
    path_of(office, made).unlink()
    change(decision)
    decision["decision_id"] = exception_id(decision)
    forged = sign(decision, private_key("p11-r1"), "p11-r1")
    path = office.decision(forged["decision_id"])
    path.write_text(json.dumps(forged), encoding="utf-8")
    done = Act("quality-exception", "p11-r1", "x", NOW, path.stem, sha256_of(path))
    append(office, "11", done)
    state, reason = only(office)
    assert state == "void"
    assert why in (reason or "")
    assert covered(office) == set()


def test_it_can_be_withdrawn(office: Home) -> None:
    made = signed(office)
    back = taken_back(office, made)
    assert only(office) == ("withdrawn", None)
    assert covered(office) == set()
    acts = [one.act for one in entries(office, "11")]
    assert acts == ["quality-exception", "quality-withdrawal"]
    assert taken_back(office, made).again
    assert back.decision_id == f"{made.decision_id}-withdrawn"
    with pytest.raises(UsageError, match="was withdrawn"):
        signed(office)
    assert not signed(office, reason="另有原因").again


@pytest.mark.parametrize("left", ["file", "entry", "altered file"])
def test_a_withdrawal_stands_as_long_as_a_trace_of_it(office: Home, left: str) -> None:
    made = signed(office)
    file = office.decision(f"{made.decision_id}-withdrawn")
    if left == "altered file":
        file.write_text("{}")
    else:
        taken_back(office, made)
        if left == "entry":
            file.unlink()
        else:
            for path in office.ledger.iterdir():
                path.unlink()
            signed_again = Act("quality-exception", "p11-r1", "x", NOW, made.decision_id, "")
            digest = sha256_of(path_of(office, made))
            append(office, "11", signed_again._replace(sha256=digest))
    assert only(office)[0] == "withdrawn"
    assert covered(office) == set()


@pytest.mark.parametrize("officer", ["p12-r1", "p11-c1", "p11-old", "n-r1"])
def test_who_may_not_withdraw(office: Home, officer: str) -> None:
    made = signed(office)
    with pytest.raises(NotAllowedError):
        taken_back(office, made, officer)
    assert covered(office) == {"women_share"}


def test_what_cannot_be_withdrawn(office: Home) -> None:
    signer = Signer(key_file(office, "p11-r1"))
    for name in ("quality-0123456789abcdef", "../x", "x"):
        with pytest.raises(MissingInputError, match="no such exception"):
            withdraw(office, name, reason="x", officer="p11-r1", signer=signer, now=NOW)


def test_an_empty_home_has_none(home: Home) -> None:
    assert read_exceptions(home, now=NOW) == []
    assert excused(home, result(), now=NOW) == {}
    assert not home.ledger.exists()


def test_several_expectations_of_a_result(office: Home) -> None:
    for name in ("women_share", "volume", "columns"):
        signed(office, name)
    assert covered(office) == {"women_share", "volume", "columns"}
    assert covered(office, judged(WARNING, observed=131.0, excess=11.0)) == set()


def test_the_latest_result_is_signed(office: Home) -> None:
    now: Result = kept(office, judged(SHARE, observed=0.38, excess=0.07), minutes=5)
    made = signed(office)
    said = json.loads(path_of(office, made).read_text(encoding="utf-8"))
    assert said["subject"]["seen"]["run_id"] == now.run_id
    assert made.allowed_excess == 0.07


def test_a_run_under_a_clock_that_stands_or_goes_back_follows_the_last(office: Home) -> None:
    made = signed(office)
    for minutes in (0, -60):
        again = in_turn(office, result(minutes=minutes))
        write_result(office, again)
        now = latest(office, "11", SEMESTER, SUITE)
        assert now is not None
        assert now.run_id == again.run_id
    assert only(office) == ("valid", None), "what was signed on is as it was"
    assert len(list(office.quality_results("11", SEMESTER, SUITE).iterdir())) == 3
    assert in_force(office, SUITE, "11", SEMESTER, now=NOW) == (made.decision_id,)
