"""The examination of a batch: rules over several records, verdicts, counts, running again."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.errors import DisagreementError
from pipelines.examination.compile import compiled_checks, masks
from pipelines.examination.examine import examine
from pipelines.home import Home
from tests.unit.examination.batch import BATCH, PROVINCE, SEMESTER, clean_record, land


def run(home: Home, batch: str = BATCH) -> tuple[Any, pl.DataFrame, Path]:
    done = examine(home, PROVINCE, SEMESTER, batch)
    folder = home.findings(PROVINCE, SEMESTER) / batch
    return done, pl.read_parquet(folder / "findings.parquet"), folder


def broken(findings: pl.DataFrame) -> set[tuple[int, str]]:
    return set(findings.drop_nulls("row_id").select("row_id", "rule_code").iter_rows())


def test_a_certificate_number_twice_returns_both_lines(home: Home) -> None:
    records = [("2018", "B1", clean_record("B1", serial)) for serial in (1, 2, 3)]
    records[2][2]["XWZSBH"] = records[0][2]["XWZSBH"]
    land(home, records)
    done, findings, _ = run(home)
    assert broken(findings) == {(0, "R11"), (2, "R11")}
    assert (done.accepted, done.held, done.returned) == (1, 0, 2)


def test_a_record_accepted_in_a_batch_on_its_way_is_not_accepted_again(home: Home) -> None:
    record = clean_record("B1", 1)
    land(home, [("2018", "B1", record)])
    land(home, [("2018", "B1", record), ("2018", "B1", clean_record("B1", 2))], batch="b-second")
    assert broken(run(home)[1]) == set()
    assert broken(run(home, "b-second")[1]) == {(0, "R14")}


def test_the_same_person_twice_is_held_on_both_lines(home: Home) -> None:
    records = [("2018", "M1", clean_record("M1", serial)) for serial in (1, 2, 3)]
    records[1][2]["ZJHM"] = records[0][2]["ZJHM"]
    land(home, records)
    done, findings, _ = run(home)
    assert broken(findings) == {(0, "R12"), (1, "R12")}
    assert done.held == 2


def test_the_line_with_another_president_is_held_and_not_its_filing(home: Home) -> None:
    records = [("2018", "B1", clean_record("B1", serial)) for serial in range(1, 6)]
    records[3][2]["XZXM"] = "钱校长"
    land(home, records)
    _, findings, _ = run(home)
    assert broken(findings) == {(3, "R38")}


def test_a_title_twice_is_a_warning_and_both_are_accepted(home: Home) -> None:
    records = [("2018", "M1", clean_record("M1", serial)) for serial in (1, 2)]
    records[1][2]["LWTM"] = records[0][2]["LWTM"]
    land(home, records)
    done, findings, _ = run(home)
    assert broken(findings) == {(0, "R43"), (1, "R43")}
    assert done.accepted == 2


def test_a_filing_31_days_after_the_resolution_is_held_and_30_days_is_not(home: Home) -> None:
    # the resolution took effect on 8 January; the office counts days in its own time zone
    in_time, late = datetime(2026, 2, 7, 15, 59), datetime(2026, 2, 7, 16, 0)
    land(home, [("2018", "B1", clean_record("B1", 1))], submitted_at=in_time)
    land(home, [("2018", "B1", clean_record("B1", 2))], batch="b-late", submitted_at=late)
    assert broken(run(home)[1]) == set()
    assert broken(run(home, "b-late")[1]) == {(0, "R21")}


def test_a_broken_line_is_returned_and_gets_no_other_finding(home: Home) -> None:
    fault: dict[str, Any] = {
        "filing_no": 1,
        "filing_id": "x",
        "file_no": 1,
        "file": "records-B1.csv",
        "row_id": 1,
        "line": 3,
        "rule_code": "L01",
        "severity": "error",
        "field": None,
        "message": "列数不符",
        "message_en": "column count",
    }
    records = [
        ("2018", "B1", clean_record("B1", 1)),
        ("2018", "B1", clean_record("B1", 2) | {"XM": ""}),
    ]
    land(home, records, faults={1: "L01"}, door=[fault])
    done, findings, folder = run(home)
    assert broken(findings) == {(1, "L01")}
    assert (done.lines, done.accepted, done.returned) == (2, 1, 1)
    assert pl.read_parquet(folder / "faulty.parquet")["row_id"].to_list() == [1]


def test_a_finding_about_the_filing_is_told_in_its_verdict(home: Home) -> None:
    fault: dict[str, Any] = {"filing_no": 1, "rule_code": "F04", "severity": "error"}
    note: dict[str, Any] = {"filing_no": 1, "rule_code": "F17", "severity": "warning"}
    land(home, [("2018", "B1", clean_record("B1", 1))], door=[fault, note])
    _, _, folder = run(home)
    verdicts = pl.read_parquet(folder / "verdicts.parquet")
    assert verdicts["whole"].to_list() == [["F04"]]
    assert verdicts["accepted"].to_list() == [1], "the lines are judged all the same"


def test_an_error_beats_a_hold_and_a_line_counts_once(home: Home) -> None:
    record = clean_record("B1", 1) | {"XM": "张3", "XWZSBH": "1900142025000001", "PYDWM": "19009"}
    land(home, [("2018", "B1", record)])
    done, findings, folder = run(home)
    assert broken(findings) == {(0, "R01"), (0, "R10"), (0, "R36")}
    assert (done.lines, done.accepted, done.held, done.returned) == (1, 0, 0, 1)
    assert (done.errors, done.holds, done.warnings) == (1, 1, 1)
    assert pl.read_parquet(folder / "lines.parquet")["verdict"].to_list() == ["returned"]


def test_examining_again_changes_nothing(home: Home) -> None:
    land(home, [("2018", "B1", clean_record("B1", 1) | {"XM": "张3"})])
    first, _, folder = run(home)
    before = (folder / "findings.parquet").stat().st_mtime_ns
    second, _, _ = run(home)
    assert first.fresh
    assert not second.fresh
    assert (folder / "findings.parquet").stat().st_mtime_ns == before
    assert first.returned == second.returned == 1


def test_a_batch_without_any_line(home: Home) -> None:
    land(home, [])
    done, findings, _ = run(home)
    assert (done.filings, done.lines, findings.height) == (1, 0, 0)


def test_lines_that_do_not_add_up_write_nothing(home: Home) -> None:
    folder = land(home, [("2018", "B1", clean_record("B1", 1))])
    filings = pl.read_parquet(folder / "filings.parquet").with_columns(
        filing_no=pl.lit(7, dtype=pl.Int32)
    )
    filings.write_parquet(folder / "filings.parquet")
    with pytest.raises(DisagreementError):
        run(home)
    assert not home.findings(PROVINCE, SEMESTER).exists()


def test_every_check_has_its_own_bit() -> None:
    checks = compiled_checks()
    assert [item.number for item in checks] == list(range(len(checks)))
    assert masks() * 60 >= len(checks)
