"""At the door, whatever the format: the same records land the same, cells are told with rows."""

import hashlib

import polars as pl
import pytest

from pipelines.filing.instructions import count_instructions
from tests.unit.filing.packages import CODES, draft, make_home, record, records, table, take_in
from tests.unit.filing.sheets import dbf, parquet, rows, xlsx

WRITERS = {
    "csv": lambda made: table(made).encode("gb18030"),
    "xlsx": lambda made: xlsx([list(CODES), *made]),
    "dbf": lambda made: dbf(made),
    "parquet": lambda made: parquet(made),
}


def filing(kind, data, count, category="M1"):
    """A package with one file of this format."""
    made = draft(table(records(count)), rows=count, category=category)
    old = made.manifest["files"][0]
    name = f"records-{category}.{kind}"
    del made.files[old["path"]]
    made.files[name] = data
    file = old | {"path": name, "format": kind, "sha256": hashlib.sha256(data).hexdigest()}
    if kind == "csv":
        file["encoding"] = "gb18030"
    else:
        del file["encoding"]
    made.manifest["files"] = [file]
    return made


def land(tmp_path, *packages):
    home = make_home(tmp_path / "home")
    for number, package in enumerate(packages):
        package.folder(home.inbox, f"p{number}")
    return take_in(home)


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_records_land_the_same(tmp_path, kind):
    made = [record(1, XM="买买提·吐尔逊"), record(2, BZ="a;b"), record(3, XM="")]
    outcome = land(tmp_path, filing(kind, WRITERS[kind](made), 3))
    assert outcome.codes() == []
    assert outcome.records.select(CODES).rows() == [tuple(row) for row in made]
    assert outcome.records["line"].to_list() == [2, 3, 4]
    assert outcome.files["format"].to_list() == [kind]


def test_findings_about_cells_name_their_row(tmp_path):
    made = rows(3)
    made[2][CODES.index("ZJHM")] = 110101199001011234
    made[3][CODES.index("XH")] = 20260108
    made[3][CODES.index("BZ")] = "bad\x07line"
    made.append(record(4))
    made[4][CODES.index("XH")] = 5
    plain = filing("xlsx", xlsx(rows(2)), 2)
    other = filing("xlsx", xlsx(made), 4)
    other.manifest["filing_id"] = other.manifest["filing_id"].replace("-001", "-002")
    outcome = land(tmp_path, plain, other)
    told = outcome.findings.filter(pl.col("rule_code").str.contains("^[KL]"))
    assert told.select("line", "field", "rule_code", "severity").rows() == [
        (3, "ZJHM", "K01", "error"),
        (4, None, "L03", "error"),
        (5, "XH", "K02", "warning"),
    ]
    assert told["message"].null_count() == told["message_en"].null_count() == 0
    found = told.join(outcome.records, on="row_id", suffix="_landed")
    assert found["line_landed"].to_list() == [3, 4, 5]
    assert found["XH"].to_list()[2] == "5"


def test_a_column_of_numbers_is_told_cell_by_cell(tmp_path):
    many = [[*record(n)] for n in range(1, 2001)]
    for row in many:
        row[CODES.index("XBM")] = 1
    outcome = land(tmp_path, filing("xlsx", xlsx([list(CODES), *many]), 2000))
    assert outcome.codes() == ["K02"] * 2000
    assert outcome.findings["line"].to_list() == list(range(2, 2002))


def with_second_file(data, category):
    made = draft(rows=3)
    first = made.manifest["files"][0]
    name = f"more-{category}.csv"
    made.files[name] = data
    made.manifest["files"].append(
        first | {"path": name, "category": category, "sha256": hashlib.sha256(data).hexdigest()}
    )
    made.manifest["resolutions"][0]["headcount"] = 6
    return made


def test_two_files_of_a_category_are_both_read(tmp_path):
    data = table([record(n) for n in (7, 8, 9)]).encode()
    outcome = land(tmp_path, with_second_file(data, "M1"))
    assert outcome.codes() == ["F28"]
    assert outcome.landed.lines == 6
    assert outcome.findings["severity"].to_list() == ["warning"]
    assert outcome.findings["file"].to_list() == ["more-M1.csv"]


@pytest.mark.parametrize("category", ["M1", "M3"])
def test_the_same_file_twice(tmp_path, category):
    outcome = land(tmp_path, with_second_file(table(records(3)).encode(), category))
    assert [code for code in outcome.codes() if code != "F11"] == ["F29"]


def test_a_csv_must_tell_its_encoding_and_others_need_not(tmp_path):
    made = filing("csv", WRITERS["csv"](records(2)), 2)
    del made.manifest["files"][0]["encoding"]
    assert land(tmp_path, made).codes() == ["F02"]


def test_a_format_without_a_reader(tmp_path):
    made = filing("xls", b"x", 3)
    outcome = land(tmp_path, made)
    assert outcome.codes() == ["F02", "F18"]
    told = outcome.findings.filter(pl.col("rule_code") == "F18")["message"][0]
    assert "csv, xlsx, dbf, parquet" in told


COLUMNS = ["_0", "XM", "ZJHM", "LWTM", "BZ"]


def head(*rows):
    """Rows of the columns 序号 (no field), XM, ZJHM, LWTM and BZ."""
    return pl.DataFrame([list(row) for row in rows], COLUMNS, orient="row")


PERSON = ("1", "李雷", "110101199001010001", "题目", "")


@pytest.mark.parametrize(
    ("row", "skipped"),
    [
        (("说明", "必填", "必填", "选填", ""), True),
        (("", "必填，与证件一致", "", "", ""), True),
        (("", "*必填", "18位", "", ""), True),
        (("示例", "张三", "110101199001010001", "题目", "b"), True),
        (("样例1：", "张三", "110101199001010001", "题目", "b"), True),
        (("【示例】", "张三", "", "", ""), True),
        (("例：", "张三", "110101199001010001", "", ""), False),
        (("1", "必填", "110101199001010001", "必填", "必填"), False),
        (("1", "张三", "", "格式化研究", "说明：无"), False),
        (("1", "李示例", "", "", ""), False),
        (("", "", "", "", ""), False),
        ((None, None, None, None, None), False),
        (PERSON, False),
    ],
)
def test_which_rows_are_instructions(row, skipped):
    assert count_instructions(head(row, PERSON), COLUMNS) == int(skipped)


def test_only_rows_directly_below_the_header():
    told = ("说明", "必填", "必填", "选填", "")
    assert count_instructions(head(PERSON, told), COLUMNS) == 0
    assert count_instructions(head(*[told] * 9), COLUMNS) == 5
