"""What a granted exception covers, and that one which was tampered with grants nothing."""

import json
import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.examination.examine import examine
from pipelines.examination.exceptions import read_exceptions
from pipelines.filing.signature import sign
from pipelines.home import Home
from tests.unit.examination import batch
from tests.unit.examination.excusing import SEMESTER, Finding, excused, lines
from tests.unit.review.offices import asked, edit, granted, private_key, write_registers

BLOCKED = ("hold", None)


@pytest.fixture
def office(home: Home) -> Home:
    write_registers(home)
    return home


def grant(home: Home, **options: Any) -> str:
    """The id of a granted exception, by default for R16 of institution 19001."""
    until = options.pop("until", date(2026, 8, 31))
    request = asked(home, f"r{len(list(home.root.glob('r*.json')))}.json", rule="R16", **options)
    return granted(home, request, until=until).decision_id


def one(rule: str = "R16", field: str = "BYNY", filing: int = 1) -> list[Finding]:
    return [(filing, filing * 1000, rule, "hold", field)]


@pytest.mark.parametrize(
    ("options", "covered"),
    [
        ({}, True),
        ({"field": "BYNY"}, True),
        ({"field": "RXNY"}, False),
        ({"filing_id": "f-1"}, True),
        ({"filing_id": "f-2"}, False),
        ({"semester": SEMESTER}, True),
        ({"semester": "2024-2025-2"}, False),
        ({"until": date(2026, 1, 25)}, True),
    ],
    ids=str,
)
def test_what_an_exception_covers(office: Home, options: dict[str, Any], covered: bool) -> None:
    name = grant(office, **options)
    expected = ("warning", f"exception:{name}") if covered else BLOCKED
    assert excused(office, lines(2), sizes=[100, 100]) == [expected] * 2


def test_a_filing_submitted_after_the_last_day(office: Home) -> None:
    name = grant(office, until=date(2026, 2, 1))
    last = excused(office, one(), submitted=date(2026, 2, 1))
    assert last == [("warning", f"exception:{name}")]
    assert excused(office, one(), submitted=date(2026, 2, 2)) == [BLOCKED]
    assert excused(office, one(), submitted=None) == [BLOCKED]


def test_other_rules_institutions_and_findings_about_the_filing_stay(office: Home) -> None:
    grant(office)
    told: list[Finding] = [
        (1, 1, "R15", "error", "BYNY"),
        (2, 2, "R16", "hold", "BYNY"),
        (1, None, "R16", "error", None),
        (1, 3, "R16", "warning", "BYNY"),
    ]
    stay = [(severity, None) for _, _, _, severity, _ in told]
    assert excused(office, told, sizes=[9, 9]) == stay


def test_a_finding_without_a_field(office: Home) -> None:
    name = grant(office)
    told: list[Finding] = [(1, 1, "R16", "error", None)]
    assert excused(office, told) == [("warning", f"exception:{name}")]


def test_what_an_exception_excused_does_not_use_up_a_tolerance(office: Home) -> None:
    grant(office, filing_id="f-1")
    header = (
        "tolerance_id,rule_code,province_code,institution_code,semester,scope,share,lines,"
        "valid_from,valid_to,basis\n"
    )
    text = header + "t1,R16,,,,semester,,1,,,\n"
    (office.reference / "tolerances.csv").write_text(text, encoding="utf-8")
    told = lines(3) + one(filing=2)
    states = excused(office, told, sizes=[9, 9])
    assert [by and by[:9] for _, by in states] == ["exception"] * 3 + ["tolerance"]


def decision(home: Home) -> Path:
    (path,) = home.decisions.glob("exception-*.json")
    return path


def forge(home: Home, change: Callable[[dict[str, Any]], None], signer: str) -> None:
    """Changes the decision and signs it anew with an officer's key under the reviewer's name."""
    path = decision(home)
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    key_id = content["signature"]["key"]
    path.write_text(json.dumps(sign(content, private_key(signer), key_id)), encoding="utf-8")


def _make_a_folder(home: Home) -> None:
    decision(home).unlink()
    (home.decisions / "exception-1.json").mkdir()


TAMPERINGS: dict[str, Callable[[Home], object]] = {
    "longer": lambda home: edit(decision(home), "until", value="2099-12-31"),
    "other rule": lambda home: edit(decision(home), "subject", "request", "rule", value="R15"),
    "other institution": lambda home: edit(
        decision(home), "subject", "request", "institution", value="19003"
    ),
    "refusal turned": lambda home: edit(decision(home), "outcome", value="return"),
    "other reason": lambda home: edit(decision(home), "reason", "text", value="x"),
    "unsigned": lambda home: edit(decision(home), "signature", value=None),
    "empty signature": lambda home: edit(decision(home), "signature", "value", value="AAAA"),
    "not base64": lambda home: edit(decision(home), "signature", "value", value="§"),
    "empty key": lambda home: edit(decision(home), "signature", "key", value=""),
    "other key": lambda home: edit(decision(home), "signature", "key", value="p12-r1"),
    "other officer": lambda home: edit(decision(home), "decided_by", "officer", value="p11-c1"),
    "a policy": lambda home: edit(decision(home), "decided_by", value={"policy": "automatic/1"}),
    "other province": lambda home: edit(decision(home), "authority", value="province:12"),
    "other time": lambda home: edit(decision(home), "decided_at", value="2026-01-24T00:00:00Z"),
    "no time": lambda home: edit(decision(home), "decided_at", value="2026-01-24T00:00:00"),
    "end of time": lambda home: edit(decision(home), "decided_at", value="9999-12-31T23:59:59Z"),
    "begin of time": lambda home: edit(
        decision(home), "decided_at", value="0001-01-01T00:00:00+14:00"
    ),
    "more in it": lambda home: edit(decision(home), "note", value="x"),
    "cut": lambda home: decision(home).write_bytes(decision(home).read_bytes()[:-20]),
    "empty": lambda home: decision(home).write_bytes(b""),
    "a list": lambda home: decision(home).write_bytes(b"[]"),
    "huge": lambda home: decision(home).write_bytes(b" " * (1 << 20)),
    "a folder": _make_a_folder,
    "renamed": lambda home: decision(home).rename(home.decisions / f"exception-{'0' * 16}.json"),
    "signed by another": lambda home: forge(home, lambda content: None, "p12-r1"),
    "untouchable": lambda home: forge(
        home, lambda content: content["subject"]["request"].update(rule="R11"), "p11-r1"
    ),
    "officer dismissed": lambda home: write_registers(home, p11_r1=None),
    "officer demoted": lambda home: write_registers(
        home, p11_r1=("province:11", "clerk", "2020-01-01", "")
    ),
    "officer moved": lambda home: write_registers(
        home, p11_r1=("province:12", "reviewer", "2020-01-01", "")
    ),
    "term ended before": lambda home: write_registers(
        home, p11_r1=("province:11", "reviewer", "2020-01-01", "2026-01-24")
    ),
    "no register": lambda home: (home.reference / "officers.csv").unlink(),
}


@pytest.mark.parametrize("kind", TAMPERINGS)
def test_a_decision_that_was_tampered_with_grants_nothing(
    office: Home, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    grant(office)
    TAMPERINGS[kind](office)
    with caplog.at_level(logging.WARNING):
        assert excused(office, one()) == [BLOCKED]
    assert [found.state for found in read_exceptions(office)] == ["void"]
    assert "grants nothing" in caplog.text
    assert "补办证书" not in caplog.text


def test_a_term_that_ended_after_the_decision_does_not_matter(office: Home) -> None:
    grant(office)
    write_registers(office, p11_r1=("province:11", "reviewer", "2020-01-01", "2026-01-25"))
    assert excused(office, one())[0][0] == "warning"


def test_an_exception_of_another_province_says_nothing(office: Home) -> None:
    request = asked(office, institution="19002", rule="R16")
    granted(office, request, "p12-r1")
    assert excused(office, one(), institutions=["19002"]) == [BLOCKED]


def test_a_filings_decision_that_looks_like_an_exception_is_none(office: Home) -> None:
    office.decisions.mkdir()
    office.decision("exception-0123456789abcdef-d1").write_text("{}")
    assert read_exceptions(office) == []


def test_an_examined_batch_with_an_exception(office: Home) -> None:
    request = asked(office, rule="R10")
    name = granted(office, request).decision_id
    held = batch.clean_record("B1", 2) | {"XWZSBH": "1900142025000009"}
    batch.land(office, [("2018", "B1", batch.clean_record("B1", 1)), ("2018", "B1", held)])
    done = examine(office, batch.PROVINCE, batch.SEMESTER, batch.BATCH)
    assert done.held == 0
    folder = office.findings(batch.PROVINCE, batch.SEMESTER) / batch.BATCH
    found = pl.read_parquet(folder / "findings.parquet").filter(pl.col("rule_code") == "R10")
    assert found["excused_by"].to_list() == [f"exception:{name}"]
    assert found["severity"].to_list() == ["warning"]
