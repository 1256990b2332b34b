"""The automatic policy and the feedback that follows it."""

import csv
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import polars as pl
import pytest

from pipelines.examination.examine import examine
from pipelines.examination.feedback import write_feedback
from pipelines.home import Home
from pipelines.review.automatic import Decided, decide
from tests.unit.examination.batch import (
    BATCH,
    INSTITUTION,
    PROVINCE,
    SEMESTER,
    clean_record,
    land,
    resident_number,
)

NOW = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
FILING = f"11-{INSTITUTION}-{SEMESTER}-001"


def filed(
    home: Home, *changes: dict[str, str], door: list[dict[str, Any]] | None = None
) -> Decided:
    records = [
        ("2018", "B1", clean_record("B1", serial) | change)
        for serial, change in enumerate(changes, 1)
    ]
    land(home, records, door=door)
    examine(home, PROVINCE, SEMESTER, BATCH)
    decided = decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    write_feedback(home, PROVINCE, SEMESTER, BATCH)
    return decided


def decision(home: Home) -> dict[str, Any]:
    text = home.decision(f"{FILING}-d1").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


HELD = {"XWZSBH": "1900142025000009"}
WRONG = {"XM": "张3"}


def test_lines_are_approved_held_and_returned(home: Home) -> None:
    decided = filed(home, {}, WRONG, WRONG, HELD, {}, WRONG)
    assert (decided.lines_accepted, decided.lines_held, decided.lines_returned) == (2, 1, 3)
    said = decision(home)
    assert said["outcome"] == "approve"
    assert said["records"]["held"] == {"records-B1.csv": "5"}
    assert said["records"]["returned"] == {"records-B1.csv": "3-4,7"}


def test_the_decision_says_that_it_was_a_policy(home: Home) -> None:
    filed(home, {})
    said = decision(home)
    assert said["decided_by"] == {"policy": "automatic/1"}
    assert said["authority"] == "province:11"
    assert said["decided_at"] == "2026-02-01T08:30:00Z"
    assert said["signature"] is None


@pytest.mark.parametrize(
    ("decided_at", "days", "overdue"),
    [
        (datetime(2026, 1, 20, 2, tzinfo=UTC), 0, False),
        (datetime(2026, 1, 20, 16, tzinfo=UTC), 1, False),
        (datetime(2026, 2, 19, 15, 59, tzinfo=UTC), 30, False),
        (datetime(2026, 2, 19, 16, tzinfo=UTC), 31, True),
        (datetime(2026, 2, 20, 0, tzinfo=timezone(timedelta(hours=8))), 31, True),
    ],
)
def test_a_review_takes_days_of_the_office(
    home: Home, decided_at: datetime, days: int, overdue: bool
) -> None:
    land(home, [("2018", "B1", clean_record("B1", 1))])
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=decided_at)
    assert decision(home)["review"] == {"days": days, "limit": 30, "overdue": overdue}
    told = pl.read_parquet(home.decided(PROVINCE, SEMESTER) / BATCH / "filings.parquet")
    assert told["review_days"].to_list() == [days]
    assert told["review_days"].dtype == pl.Int32
    assert told["review_overdue"].to_list() == [overdue]


def test_a_review_of_a_filing_of_no_known_day(home: Home) -> None:
    path = land(home, [("2018", "B1", clean_record("B1", 1))]) / "filings.parquet"
    unknown = pl.lit(None, pl.Datetime("us"))
    pl.read_parquet(path).with_columns(submitted_at=unknown).write_parquet(path)
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    assert decision(home)["review"] == {"days": None, "limit": 30, "overdue": None}


def test_a_filing_that_fails_as_a_whole_is_returned_whole(home: Home) -> None:
    fault: dict[str, Any] = {"filing_no": 1, "rule_code": "F07", "severity": "error"}
    decided = filed(home, {}, HELD, door=[fault])
    assert (decided.approved, decided.returned) == (0, 1)
    assert (decided.lines_accepted, decided.lines_held, decided.lines_returned) == (0, 0, 2)
    assert decision(home)["records"]["returned"] == "all"
    assert decision(home)["filing_findings"] == ["F07"]


def test_a_filing_with_held_lines_only_is_not_returned(home: Home) -> None:
    decided = filed(home, HELD)
    assert (decided.approved, decided.lines_held) == (1, 1)


def test_a_decision_is_made_once(home: Home) -> None:
    filed(home, {}, WRONG)
    before = home.decision(f"{FILING}-d1").read_bytes()
    later = datetime(2027, 1, 1, tzinfo=UTC)
    again = decide(home, PROVINCE, SEMESTER, BATCH, now=later)
    assert not again.fresh
    assert home.decision(f"{FILING}-d1").read_bytes() == before


def test_feedback_tells_line_field_value_and_what_is_expected(home: Home) -> None:
    filed(home, {}, WRONG)
    folder = home.feedback(PROVINCE, INSTITUTION, FILING)
    raw = (folder / "feedback.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "a spreadsheet needs the mark to read UTF-8"
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert len(rows) == 2
    assert rows[1][:7] == ["records-B1.csv", "3", "XM", "姓名", "张3", "R01", "错误（退回）"]
    told = json.loads((folder / "feedback.json").read_text(encoding="utf-8"))
    assert (told["accepted"], told["returned"], told["outcome"]) == (1, 1, "approve")
    assert told["findings"][0]["value"] == "张3"
    assert told["findings"][0]["message_en"]


def test_a_formula_in_a_cell_is_text_in_the_feedback(home: Home) -> None:
    filed(home, {"XM": "=HYPERLINK(1)"}, {"XM": "@SUM(1)"}, {"XM": "-1"}, {"XM": "+1"})
    folder = home.feedback(PROVINCE, INSTITUTION, FILING)
    rows = list(csv.reader((folder / "feedback.csv").read_text("utf-8-sig").splitlines()))
    assert [row[4][:2] for row in rows[1:]] == ["'=", "'@", "'-", "'+"]


def test_a_code_that_looks_like_a_number_is_text_in_the_feedback(home: Home) -> None:
    number = resident_number("20030315", 2)
    filed(home, {"ZJHM": number}, {"XWZSBH": "1.90014E+15"}, {"RXNY": "0912"}, {"XM": "张\x003"})
    folder = home.feedback(PROVINCE, INSTITUTION, FILING)
    rows = list(csv.reader((folder / "feedback.csv").read_text("utf-8-sig").splitlines()))
    shown = {(row[1], row[2]): row[4] for row in rows[1:]}
    assert shown[("2", "XBM")] == "1"
    assert shown[("3", "XWZSBH")] == "'1.90014E+15"
    assert shown[("4", "RXNY")] == "'0912"
    assert shown[("5", "XM")] == "张\u24003"
    told = json.loads((folder / "feedback.json").read_text(encoding="utf-8"))
    assert "1.90014E+15" in {finding["value"] for finding in told["findings"]}


def test_a_filing_id_cannot_climb_out_of_the_outbox(home: Home) -> None:
    folder = land(home, [("2018", "B1", clean_record("B1", 1) | WRONG)])
    path = folder / "filings.parquet"
    evil = pl.read_parquet(path).with_columns(
        filing_id=pl.lit("../../../evil"), institution_code=pl.lit("../x")
    )
    evil.write_parquet(path)
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    write_feedback(home, PROVINCE, SEMESTER, BATCH)
    assert home.decision(f"{BATCH}-1-d1").exists()
    assert (home.feedback(PROVINCE, "unknown", f"{BATCH}-1") / "feedback.csv").exists()
    assert not list(home.root.parent.glob("**/evil*"))
