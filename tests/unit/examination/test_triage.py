"""The officer's triage page: its figures, and that it shows no value and trusts no text."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from pipelines.cli.triage import command
from pipelines.errors import MissingInputError
from pipelines.examination.examine import examine
from pipelines.examination.triage import triage_path, write_triage
from pipelines.examination.triage_charts import Bar, Line, bars, shares, trend
from pipelines.examination.triage_data import Triage, read_triage
from pipelines.home import Home
from pipelines.review.automatic import decide
from tests.unit.examination.batch import BATCH, INSTITUTION, PROVINCE, SEMESTER, clean_record, land

NOW = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
EVIL = '"><script>alert(1)</script>&'
Record = tuple[str, str, dict[str, str | None]]
WRONG: dict[str, str | None] = {"XM": "张3"}
HELD: dict[str, str | None] = {"XWZSBH": "1900142025000009"}


def ran(
    home: Home,
    *changes: dict[str, str | None],
    door: list[dict[str, Any]] | None = None,
    now: datetime = NOW,
) -> None:
    records: list[Record] = [
        ("2018", "B1", clean_record("B1", serial) | change)
        for serial, change in enumerate(changes, 1)
    ]
    land(home, records, door=door)
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=now)


def figures(home: Home, now: datetime = NOW) -> Triage:
    found = read_triage(home, PROVINCE, SEMESTER, now)
    assert found is not None
    return found


def html(home: Home, now: datetime = NOW) -> str:
    path = write_triage(home, PROVINCE, SEMESTER, now=now)
    assert path == triage_path(home, PROVINCE, SEMESTER)
    return path.read_text(encoding="utf-8")


class Page(HTMLParser):
    """Tags that are open at the end, all tags, and addresses that the page would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "rect", "line", "circle", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line", "circle", "polyline"):
            assert self.open.pop() == tag


def test_totals_rules_and_institutions(home: Home) -> None:
    ran(home, {}, WRONG, WRONG, HELD)
    found = figures(home)
    counts = ("filings", "lines", "accepted", "held", "returned", "returned_filings")
    assert [found.totals[name] for name in counts] == [1, 4, 1, 1, 2, 0]
    assert found.rules.select("rule_code", "severity", "lines", "filings", "share").rows() == [
        ("R01", "error", 2, 1, 0.5),
        ("R10", "hold", 1, 1, 0.25),
    ]
    [row] = found.institutions.iter_rows(named=True)
    assert (row["institution_code"], row["held"], row["returned"]) == (INSTITUTION, 1, 2)
    assert (row["share"], row["rule"]) == (0.75, "R01")


def test_an_error_about_the_package_counts_for_all_its_lines(home: Home) -> None:
    fault: dict[str, Any] = {"filing_no": 1, "rule_code": "F07", "severity": "error"}
    ran(home, {}, WRONG, WRONG, {}, door=[fault])
    assert figures(home).institutions["rule"].to_list() == ["F07"]


def test_lines_of_two_batches_with_the_same_numbers_are_two_lines(home: Home) -> None:
    ran(home, WRONG)
    land(home, [("2018", "B1", clean_record("B1", 9) | WRONG)], batch="b-second")
    examine(home, PROVINCE, SEMESTER, "b-second")
    assert figures(home).rules["lines"].to_list() == [2]


def test_names_come_from_the_register_of_institutions(home: Home) -> None:
    ran(home, WRONG)
    path = home.reference / "institutions.csv"
    path.write_text(f"institution_code,name_zh\n{INSTITUTION},测试<大学>\n", encoding="utf-8")
    text = html(home)
    assert "测试&lt;大学&gt;" in text
    assert "测试<大学>" not in text


def test_the_trend_has_earlier_semesters_and_no_later_one(home: Home) -> None:
    ran(home, {}, WRONG, HELD, {})
    for semester, returned in (("2024-2025-1", 5), ("2024-2025-2", 2), ("2025-2026-2", 9)):
        folder = home.findings(PROVINCE, semester) / "b-x"
        folder.mkdir(parents=True)
        row = {"filing_no": 1, "lines": 10, "held": 1, "returned": returned}
        pl.DataFrame([row]).write_parquet(folder / "verdicts.parquet")
    found = figures(home).trend
    assert found["semester"].to_list() == ["2024-2025-1", "2024-2025-2", SEMESTER]
    assert found["share"].to_list() == [0.5, 0.2, 0.25]


def test_a_filing_returned_whole_is_named_with_its_reason(home: Home) -> None:
    fault: dict[str, Any] = {"filing_no": 1, "rule_code": "F07", "severity": "error"}
    ran(home, {}, door=[fault])
    [row] = figures(home).whole.iter_rows(named=True)
    assert (row["filing_id"], row["codes"]) == (f"11-{INSTITUTION}-{SEMESTER}-001", "F07")
    assert "电子签名不能确认" in html(home)


def test_a_review_of_30_days_is_in_time_and_of_31_days_is_not(home: Home) -> None:
    # submitted on 20 January; the office counts days in its own time zone
    ran(home, {}, now=datetime(2026, 2, 19, 15, 59, tzinfo=UTC))
    assert figures(home).late.height == 0
    other = Home.at(home.root.parent / "other").make()
    ran(other, {}, now=datetime(2026, 2, 19, 16, 0, tzinfo=UTC))
    assert figures(other).late["days"].to_list() == [31]


def test_a_filing_that_waits_for_its_decision_is_overdue_too(home: Home) -> None:
    land(home, [("2018", "B1", clean_record("B1", 1))])
    examine(home, PROVINCE, SEMESTER, BATCH)
    assert figures(home).late.height == 0
    later = datetime(2026, 3, 1, tzinfo=UTC)
    assert figures(home, later).late["decided_on"].to_list() == [None]
    assert "未决定" in html(home, later)


def test_excused_findings_are_counted_by_what_excused_them(home: Home) -> None:
    ran(home, HELD)
    path = home.findings(PROVINCE, SEMESTER) / BATCH / "findings.parquet"
    pl.read_parquet(path).with_columns(
        severity=pl.lit("warning"), excused_by=pl.lit(f"exception:{EVIL}")
    ).write_parquet(path)
    assert figures(home).excused["lines"].to_list() == [1]
    assert "exception:&quot;&gt;&lt;script&gt;" in html(home)


def test_texts_of_others_are_escaped_and_nothing_is_fetched(home: Home) -> None:
    fault: dict[str, Any] = {"filing_no": 1, "rule_code": EVIL, "severity": "error"}
    land(home, [("2018", "B1", clean_record("B1", 1))], door=[fault | {"message": EVIL}])
    path = home.landing(PROVINCE, SEMESTER) / BATCH / "filings.parquet"
    evil = pl.read_parquet(path).with_columns(filing_id=pl.lit(EVIL), institution_code=pl.lit(EVIL))
    evil.write_parquet(path)
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    text = html(home)
    page = Page(text)
    assert "script" not in page.tags
    assert page.open == []
    assert page.fetched == []
    assert "url(" not in text
    assert "default-src 'none'" in text


def test_no_value_of_a_record_is_on_the_page(home: Home) -> None:
    record = clean_record("B1", 1) | {"XM": "秘密3", "ZJHM": "999999", "LWTM": "机密题目\ufffd"}
    land(home, [("2018", "B1", record)])
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    text = html(home)
    shown = [value for value in record.values() if value and len(value) > 5 and value in text]
    assert shown == []
    assert "秘密3" not in text


def test_the_page_is_the_same_when_written_again(home: Home) -> None:
    ran(home, {}, WRONG, HELD)
    assert html(home) == html(home)
    path = triage_path(home, PROVINCE, SEMESTER)
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_semester_without_lines_or_findings_has_a_page(home: Home) -> None:
    ran(home)
    assert Page(html(home)).open == []
    assert figures(home).trend.height == 0


def test_a_semester_that_was_not_examined_has_none(home: Home) -> None:
    assert write_triage(home, PROVINCE, SEMESTER, now=NOW) is None
    assert not home.reports.exists()


def test_the_command_writes_the_page_or_says_what_to_do(home: Home) -> None:
    words = ["--home", str(home.root), "--province", PROVINCE, "--semester", SEMESTER]
    missing = CliRunner().invoke(command, words)
    assert isinstance(missing.exception, MissingInputError)
    assert "xuewei run" in str(missing.exception)
    ran(home, {}, WRONG)
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 0
    assert done.output.strip() == str(triage_path(home, PROVINCE, SEMESTER))


@pytest.mark.parametrize("values", [[], [0.0], [0.0, 0.0], [1.0, 0.5, 0.25]])
def test_charts_of_nothing_of_zeros_and_of_all(values: list[float]) -> None:
    places = [f"2025-2026-{k}" for k in range(len(values))]
    Page(trend(places, [Line("a", "error", values), Line("b", "hold", values)], "t"))
    Page(bars([Bar("R01", "x" * 90, value, "1", "error") for value in values], "t"))
    assert 'aria-label="a 0; b 0"' in shares([("a", 0, "good"), ("b", 0, "hold")])
