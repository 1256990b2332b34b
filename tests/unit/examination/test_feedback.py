"""The feedback of a filing: what the workbook, the CSV and the JSON tell, whatever was filed."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest

from pipelines.examination import feedback_sheet
from pipelines.examination.examine import examine
from pipelines.examination.feedback import write_feedback
from pipelines.examination.feedback_words import SHEETS
from pipelines.examination.feedback_xlsx import COLOURS, column_name, skeleton
from pipelines.home import Home
from pipelines.review.automatic import decide
from tests.unit.examination.batch import BATCH, INSTITUTION, PROVINCE, SEMESTER, clean_record, land

NOW = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
FILING = f"11-{INSTITUTION}-{SEMESTER}-001"
NAMESPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
ABOUT = {"filing_no": 1, "filing_id": FILING, "file_no": 1, "file": "records-B1.csv"}
SUMMARY, BY_RULE, BY_LINE, REPAIRED = SHEETS


def filed(
    home: Home,
    *changes: dict[str, str | None],
    door: list[dict[str, Any]] | None = None,
    repairs: list[dict[str, Any]] | None = None,
    faults: dict[int, str] | None = None,
) -> Path:
    """Lands records with ``changes``, examines, decides, writes; the feedback's folder."""
    records: list[tuple[str, str, dict[str, str | None]]] = [
        ("2018", "B1", clean_record("B1", serial) | change)
        for serial, change in enumerate(changes, 1)
    ]
    folder = land(home, records, door=door, faults=faults)
    if repairs:
        pl.DataFrame(repairs).cast({"filing_no": pl.Int32}).write_parquet(
            folder / "repairs.parquet"
        )
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    assert write_feedback(home, PROVINCE, SEMESTER, BATCH) == 1
    return home.feedback(PROVINCE, INSTITUTION, FILING)


def book(folder: Path) -> dict[str, list[list[tuple[str | float, int]]]]:
    """Sheets of the workbook: rows of (value, style). Numbers are floats, texts strings."""
    sheets = {}
    with zipfile.ZipFile(folder / "feedback.xlsx") as file:
        assert file.testzip() is None
        for number, name in enumerate(SHEETS, 1):
            root = ElementTree.fromstring(file.read(f"xl/worksheets/sheet{number}.xml"))
            assert not root.findall(".//m:f", NAMESPACE), "no cell is a formula"
            sheets[name] = [
                [_cell(cell) for cell in row] for row in root.findall(".//m:row", NAMESPACE)
            ]
    return sheets


def _cell(cell: ElementTree.Element) -> tuple[str | float, int]:
    style = int(cell.get("s", "0"))
    if cell.get("t") == "inlineStr":
        return cell.findtext("m:is/m:t", "", NAMESPACE), style
    text = cell.findtext("m:v", None, NAMESPACE)
    return (float(text) if text is not None else ""), style


def table(folder: Path, name: str) -> list[dict[str, tuple[str | float, int]]]:
    """A sheet whose first row heads it, as a dictionary a row."""
    head, *rows = book(folder)[name]
    names = [str(value) for value, _ in head]
    return [dict(zip(names, row, strict=False)) for row in rows]


def texts(folder: Path, name: str) -> str:
    return "\n".join(str(value) for row in book(folder)[name] for value, _ in row)


def style(name: str) -> int:
    return skeleton().styles[name]


WRONG: dict[str, str | None] = {"XM": "张3"}
HELD: dict[str, str | None] = {"XWZSBH": "1900142025000009"}


def test_the_summary_tells_counts_outcome_and_what_to_do_by_when(home: Home) -> None:
    said = texts(filed(home, {}, WRONG, HELD), SUMMARY)
    assert "通过 1 条，退回 1 条，待核 1 条" in said
    assert FILING in said
    assert "2026-02-07" in said, "30 days after the resolution of 8 January"
    assert "2026-02-19" in said, "the review ends 30 days after the filing of 20 January"
    assert "重新报送" in said
    assert "R01" in said
    assert "R10" in said


def test_after_the_deadline_a_late_filing_is_what_to_do(home: Home) -> None:
    land(home, [("2018", "B1", clean_record("B1", 1) | WRONG)])
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=datetime(2026, 2, 7, 16, 0, tzinfo=UTC))
    write_feedback(home, PROVINCE, SEMESTER, BATCH)
    said = texts(home.feedback(PROVINCE, INSTITUTION, FILING), SUMMARY)
    assert "已于 2026-02-07 届满" in said
    assert "书面补报申请" in said


def test_a_rule_is_told_with_its_lines_basis_and_what_is_expected(home: Home) -> None:
    [rule] = table(filed(home, {}, WRONG, WRONG), BY_RULE)
    told = {name.split("\n")[0]: value for name, (value, _) in rule.items()}
    assert (told["规则"], told["行数"]) == ("R01", 2.0)
    assert told["最先的行"] == "records-B1.csv: 3, 4"
    assert "第九条" in str(told["依据"])
    assert "间隔号" in str(told["问题与要求"])


def test_a_line_shows_its_values_as_filed_and_the_wrong_cells_coloured(home: Home) -> None:
    lines = table(filed(home, {}, WRONG | {"PYDWM": "19009"}, HELD), BY_LINE)
    assert [line["行号\nLine"][0] for line in lines] == [3.0, 4.0]
    assert lines[0]["姓名\n(XM)"] == ("张3", style("error"))
    assert lines[0]["培养单位码\n(PYDWM)"] == ("19009", style("warning"))
    assert lines[0]["出生日期\n(CSRQ)"] == ("20030315", style("cell"))
    assert lines[1]["学位证书编号\n(XWZSBH)"][1] == style("hold")
    assert "[R01]" in str(lines[0]["问题与要求"][0])
    assert list(lines[0])[:5][-1] == "What is wrong and what is expected"
    assert list(lines[0])[5] == "姓名\n(XM)"
    assert all("(KSFSM)" not in name for name in lines[0]), "a column without use is left out"


def test_an_empty_mandatory_cell_is_coloured_too(home: Home) -> None:
    [line] = table(filed(home, {}, {"XZXM": ""}), BY_LINE)
    assert [value for name, value in line.items() if "(XZXM)" in name] == [("", style("error"))]


@pytest.mark.parametrize(
    ("filed_as", "shown"),
    [
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("+1", "+1"),
        ("-1", "-1"),
        ("@SUM(1)", "@SUM(1)"),
        ("张\x00\x1b3", "张\u2400\u24003"),
        ("<b>&张</b>", "<b>&张</b>"),
        ("]]>张3", "]]>张3"),
        ("_x0041_", "_x005F_x0041_"),
        (" 张3 ", " 张3 "),
        ("张\ufffe3", "张\u24003"),
        ("𠮷3", "𠮷3"),
    ],
)
def test_any_value_is_a_text_and_shown_as_it_is(home: Home, filed_as: str, shown: str) -> None:
    folder = filed(home, {}, {"XM": filed_as})
    [line] = table(folder, BY_LINE)
    assert line["姓名\n(XM)"] == (shown, style("error"))


def test_codes_keep_their_zeros_and_digits(home: Home) -> None:
    [line] = table(filed(home, {}, WRONG), BY_LINE)
    assert line["民族码\n(MZM)"][0] == "01"
    identity = next(value for name, (value, _) in line.items() if "(ZJHM)" in name)
    assert re.fullmatch(r"\d{17}[\dX]", str(identity))


def test_a_value_too_long_for_a_cell_is_cut_and_the_csv_has_it_all(home: Home) -> None:
    folder = filed(home, {}, {"BZ": "备" * 40_000})
    [line] = table(folder, BY_LINE)
    [shown] = [value for name, (value, _) in line.items() if "(BZ)" in name]
    assert len(str(shown)) < 32_767
    assert str(shown).endswith("…")
    assert "备" * 40_000 in (folder / "feedback.csv").read_text("utf-8-sig")


def test_more_lines_than_a_sheet_shows_are_cut_the_worst_kept(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback_sheet, "LINES_SHOWN", 2)
    folder = filed(home, HELD, HELD | {"XWZSBH": "1900142025000008"}, WRONG)
    rows = book(folder)[BY_LINE]
    assert [row[1][0] for row in rows[1:3]] == [2.0, 4.0], "the error stays, one of the holds goes"
    assert "另有 1 行" in str(rows[3][0][0])
    with (folder / "feedback.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row[1] for row in list(csv.reader(file))[1:]} == {"2", "3", "4"}


REPAIR = ABOUT | {"row_id": 0, "line": 2, "rule_code": "T01", "severity": "repaired", "field": "XH"}
REPAIR |= {"message": "全角字符已改为半角", "message_en": "full-width characters made half-width"}
BEFORE = {"row_id": 0, "filing_no": 1, "file_no": 1, "line": 2, "field": "XH", "rule_code": "T01"}
BEFORE |= {"before": "２０２1", "after": "2021"}


def test_a_repair_is_shown_with_before_and_after_and_blocks_nothing(home: Home) -> None:
    folder = filed(home, {"XH": "2021"}, door=[REPAIR], repairs=[BEFORE])
    [row] = table(folder, REPAIRED)
    shown = [value for value, _ in row.values()]
    assert shown[:6] == ["records-B1.csv", 2.0, "学号(XH)", "２０２1", "2021", "T01"]
    assert "没有需要说明的行" in texts(folder, BY_LINE)
    assert "全部通过" in texts(folder, SUMMARY)
    told = json.loads((folder / "feedback.json").read_text("utf-8"))
    [finding] = told["findings"]
    assert (finding["before"], finding["after"]) == ("２０２1", "2021")
    assert (told["repaired"], told["accepted"]) == (1, 1)


def test_a_wrong_line_shows_what_was_filed_before_the_repair(home: Home) -> None:
    folder = filed(home, {"XH": "2021", "XM": "张3"}, door=[REPAIR], repairs=[BEFORE])
    [line] = table(folder, BY_LINE)
    assert line["学号\n(XH)"] == ("２０２1", style("repaired"))
    assert line["姓名\n(XM)"] == ("张3", style("error"))


def test_a_line_that_only_the_door_speaks_of_is_shown_with_its_values(home: Home) -> None:
    at_door = REPAIR | {"rule_code": "K02", "severity": "warning", "message": "单元格为数字"}
    [line] = table(filed(home, {"XH": "2021"}, {}, door=[at_door]), BY_LINE)
    assert line["学号\n(XH)"] == ("2021", style("warning"))
    assert line["姓名\n(XM)"][0] == "张三"


def test_a_line_that_cannot_be_split_stands_with_its_raw_text(home: Home) -> None:
    fault = ABOUT | {"row_id": 1, "line": 3, "rule_code": "L01", "severity": "error", "field": None}
    fault |= {"message": "本行有 3 列，表头有 4 列", "message_en": "3 columns"}
    folder = home.landing(PROVINCE, SEMESTER) / BATCH
    records: list[tuple[str, str, dict[str, str | None]]] = [
        ("2018", "B1", clean_record("B1", 1)),
        ("2018", "B1", dict.fromkeys(clean_record("B1", 2))),
    ]
    land(home, records, faults={1: "L01"}, door=[fault])
    path = folder / "records-0000.parquet"
    raw = pl.when(pl.col("row_id") == 1).then(pl.lit('=张三,"1,2'))
    pl.read_parquet(path).with_columns(raw=raw).write_parquet(path)
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    write_feedback(home, PROVINCE, SEMESTER, BATCH)
    out = home.feedback(PROVINCE, INSTITUTION, FILING)
    [row] = table(out, REPAIRED)
    assert [value for value, _ in row.values()][3] == '=张三,"1,2'
    assert len(table(out, BY_LINE)) == 1
    with (out / "feedback.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][4] == "'=张三,\"1,2"


def test_a_filing_returned_whole_is_told_why(home: Home) -> None:
    whole = ABOUT | {"file_no": None, "file": None, "rule_code": "F07", "severity": "error"}
    whole |= {"message": "电子签名不能确认", "message_en": "the signature cannot be confirmed"}
    said = texts(filed(home, {}, door=[whole]), SUMMARY)
    assert "整体退回" in said
    assert "电子签名不能确认" in said
    assert "用新的报送编号重新报送" in said


def test_a_filing_without_any_line_or_known_institution_has_its_workbook(home: Home) -> None:
    whole = {"filing_no": 1, "rule_code": "F11", "severity": "error", "message": "<表头有误>"}
    folder = land(home, [], door=[whole])
    path = folder / "filings.parquet"
    nothing = {"filing_id": None, "institution_code": None, "submitted_at": None}
    blank = [pl.lit(value).alias(name) for name, value in nothing.items()]
    bare = (
        pl.read_parquet(path)
        .with_columns(blank)
        .with_columns(
            pl.col("filing_id", "institution_code").cast(pl.String),
            pl.col("submitted_at").cast(pl.Datetime("us")),
            pl.col("resolutions").list.head(0),
        )
    )
    bare.write_parquet(path)
    examine(home, PROVINCE, SEMESTER, BATCH)
    decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    assert write_feedback(home, PROVINCE, SEMESTER, BATCH) == 1
    said = texts(home.feedback(PROVINCE, "unknown", f"{BATCH}-1"), SUMMARY)
    assert "<表头有误>" in said
    assert "决议生效起30日内" in said


def test_a_finding_excused_by_an_exception_says_so(home: Home) -> None:
    land(home, [("2018", "B1", clean_record("B1", 1) | HELD)])
    examine(home, PROVINCE, SEMESTER, BATCH)
    path = home.findings(PROVINCE, SEMESTER) / BATCH / "findings.parquet"
    pl.read_parquet(path).with_columns(
        severity=pl.lit("warning"), excused_by=pl.lit("exception:x-1")
    ).write_parquet(path)
    decide(home, PROVINCE, SEMESTER, BATCH, now=NOW)
    write_feedback(home, PROVINCE, SEMESTER, BATCH)
    out = home.feedback(PROVINCE, INSTITUTION, FILING)
    assert "exception:x-1" in texts(out, SUMMARY)
    told = json.loads((out / "feedback.json").read_text("utf-8"))
    assert told["findings"][0]["excused_by"] == "exception:x-1"


def test_a_clean_filing_has_a_workbook_that_says_so(home: Home) -> None:
    folder = filed(home, {}, {})
    assert "全部通过" in texts(folder, SUMMARY)
    assert "没有发现问题" in texts(folder, BY_RULE)
    assert json.loads((folder / "feedback.json").read_text("utf-8"))["findings"] == []


def test_the_same_decision_gives_the_same_bytes(home: Home) -> None:
    folder = filed(home, {}, WRONG, HELD)
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(first) == {"feedback.xlsx", "feedback.csv", "feedback.json"}
    assert write_feedback(home, PROVINCE, SEMESTER, BATCH) == 0
    (folder / "feedback.json").unlink()
    assert write_feedback(home, PROVINCE, SEMESTER, BATCH) == 1
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_sheets_have_frozen_headers_filters_and_severity_colours(home: Home) -> None:
    folder = filed(home, {}, WRONG)
    with zipfile.ZipFile(folder / "feedback.xlsx") as file:
        parts = {name: file.read(name).decode() for name in file.namelist() if "xml" in name}
    for number in (2, 3, 4):
        assert 'state="frozen"' in parts[f"xl/worksheets/sheet{number}.xml"]
    assert '<autoFilter ref="A1:' in parts["xl/worksheets/sheet3.xml"]
    for fill, _ in COLOURS.values():
        assert fill[1:] in parts["xl/styles.xml"]
    for name, text in parts.items():
        ElementTree.parse(io.StringIO(text)), name


def test_columns_are_named_as_a_spreadsheet_does() -> None:
    assert [column_name(k) for k in (0, 25, 26, 51, 52, 701, 702)] == [
        *("A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"),
    ]  # fmt: skip
