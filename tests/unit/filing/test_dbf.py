"""The DBF reader: the same records as from CSV, cut characters told, lying headers seen through."""

import tempfile
from pathlib import Path

import dbfread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.filing.csv_reader import read_csv
from pipelines.filing.dbf_reader import read_dbf
from tests.unit.filing.packages import CODES, record, records, table
from tests.unit.filing.sheets import cells, codes, dbf, lines, reading

read = reading(read_dbf, "dbf")
FEW = ("XM", "BZ")


def names(made):
    return made.frame["XM"].to_list()


@pytest.mark.parametrize("page", [0x4D, 0x00, 0x7A])
@pytest.mark.parametrize("declared", [None, "gb18030", "GBK"])
def test_same_records_as_from_csv(page, declared):
    made = [record(1, XM="㐂野·买买提", BZ='a,b;"c"'), record(2, XM=" 李雷"), record(3, XM="")]
    found = read(dbf(made, page=page), declared)
    expected = read_csv(table(made).encode(), "utf-8", "2018", "M1", "f.csv")
    assert codes(found) == codes(expected) == []
    assert found.frame.equals(expected.frame)
    assert (found.columns, found.encoding) == (CODES, "gb18030")


def test_rare_characters_of_four_bytes():
    made = read(dbf([["𠮷䶮", "x"]], FEW))
    assert names(made) == ["𠮷䶮"]


def test_chinese_column_names_unknown_columns_and_columns_twice():
    header = ["姓名", "自定义", "XM", "BZ"]
    made = read(dbf([["李雷", "?", "韩梅梅", "b"]], header))
    told = [(f.rule_code, f.field) for f in made.findings if f.field in (None, "XM")]
    assert told == [("F17", None), ("F11", "XM")]
    assert made.frame.select("XM", "BZ").row(0) == ("李雷", "b")


def test_missing_mandatory_column_and_any_order():
    kept = [code for code in reversed(CODES) if code != "XWZSBH"]
    made = read(dbf([list(reversed(record(1)[1:]))], kept))
    assert [(f.rule_code, f.field) for f in made.findings] == [("F11", "XWZSBH")]


def test_deleted_rows_are_counted_and_keep_their_number():
    made = read(dbf(records(5), deleted=(1, 3)))
    assert codes(made) == ["F24"]
    assert "2 records" in made.findings[0].message_en
    assert lines(made) == [(2, None), (4, None), (6, None)]


def test_all_rows_deleted():
    made = read(dbf(records(2), deleted=(0, 1)))
    assert codes(made) == ["F24", "F12"]
    assert not made.readable


def test_blank_rows_keep_their_number():
    blank = [""] * len(CODES)
    made = read(dbf([record(1), blank, record(2), blank]))
    assert codes(made) == []
    assert lines(made) == [(2, None), (4, None)]


@pytest.mark.parametrize("padding", [b" ", b"\0"])
def test_padding_goes_and_blanks_before_stay(padding):
    made = read(dbf([[" 李 雷", "a"]], FEW, padding=padding))
    assert made.frame.select(FEW).row(0) == (" 李 雷", "a")
    assert lines(made) == [(2, None)]


def test_types_of_columns():
    header = ["XM", "XZ", "CSRQ", "SFDEXW", "BZ"]
    types = {"XZ": "N", "CSRQ": "D", "SFDEXW": "L", "BZ": "M"}
    rows = [["李雷", "   4", "20000102", "T", "0000000001"], ["", "", "", "?", "         2"]]
    made = read(dbf(rows, header, types=types, widths=[20, 4, 8, 1, 10]), category="B1")
    assert "F26" in codes(made)
    assert made.frame.select(header).row(0) == ("李雷", "4", "20000102", "T", "")
    # the second row has content in the memo only: not read, yet not lost
    assert made.rows == 2
    assert cells(made) == []


@pytest.mark.parametrize("width", [5, 7])
def test_han_characters_cut_at_a_byte(width):
    rows = [["李雷李雷", "b"], ["李", "b"], ["李雷李雷", "b"]]
    made = read(dbf(rows, FEW, widths=[width, 10]))
    assert names(made) == ["李雷李雷"[: width // 2], "李", "李雷李雷"[: width // 2]]
    assert cells(made) == [(2, "XM", "K05"), (4, "XM", "K05")]
    assert made.frame["BZ"].to_list() == ["b"] * 3


@pytest.mark.parametrize("width", [5, 6, 7])
def test_a_character_of_four_bytes_cut(width):
    made = read(dbf([["𠮷𠮷", "b"], ["李", "b"]], FEW, widths=[width, 10]))
    assert names(made) == ["𠮷", "李"]
    assert cells(made) == [(2, "XM", "K05")]


def test_utf8_cut_at_a_byte():
    rows = [["李雷李雷", "备注"], ["李雷", "备注"]]
    made = read(dbf(rows, FEW, widths=[10, 10], encoding="utf-8"), "utf-8")
    assert made.encoding == "utf-8"
    assert "F10" not in codes(made)
    assert names(made) == ["李雷李", "李雷"]
    assert cells(made) == [(2, "XM", "K05")]


def test_bytes_inside_that_cannot_be_decoded():
    bad = "李".encode("gb18030") + b"\xff" + "雷".encode("gb18030")
    made = read(dbf([["李雷", "b"], [bad, "b"], ["韩", "b"]], FEW))
    assert lines(made) == [(2, None), (3, "L02"), (4, None)]
    assert names(made) == ["李雷", None, "韩"]
    assert cells(made) == []


@pytest.mark.parametrize(
    ("real", "declared", "told"),
    [("gb18030", "utf-8", True), ("utf-8", "gb18030", True), ("utf-8", None, False)],
)
def test_encoding_other_than_declared(real, declared, told):
    rows = [["乙李雷", "备注备"], ["韩梅梅梅", "囧"]]
    made = read(dbf(rows, FEW, encoding=real), declared)
    assert ("F10" in codes(made)) == told
    assert names(made) == ["乙李雷", "韩梅梅梅"]
    assert made.encoding == real


def test_other_code_pages_are_told():
    made = read(dbf(records(2), page=0x57))
    assert codes(made) == ["F27"]
    assert made.rows == 2


def test_control_characters_and_line_breaks():
    made = read(dbf([["a\x07b", "x"], ["c", "x\ny\r\nz"], ["d\0e", "x"]], FEW))
    assert lines(made) == [(2, "L03"), (3, None), (4, "L03")]
    assert made.frame["BZ"][1] == "x\ny\nz"


END_OF_COLUMNS = 33 + 32 * len(CODES)
LIES = {
    "too few records": ({"declared": 2}, ["F25"], 5),
    "too many records": ({"declared": 9}, ["F25"], 5),
    "four billion records": ({"declared": 2**32 - 1}, ["F25"], 5),
    "no end mark": ({"end": b""}, [], 5),
    "junk after the end mark": ({"end": b"\x1a" + b"x" * 5000}, [], 5),
    "zeros after the end mark": ({"end": b"\x1a" + bytes(5000)}, [], 5),
    "header too short": ({"start": 65}, ["F25"], 5),
    "header too long": ({"start": 60_000}, ["F25"], 5),
    "header of zero": ({"start": 0}, ["F25"], 5),
    "record too short": ({"length": 7}, ["F25"], 5),
    "record too long": ({"length": 65_535}, ["F25"], 5),
    "record of zero": ({"length": 0}, ["F25"], 5),
    "foxpro": ({"backlink": bytes(263)}, [], 5),
    "foxpro, header does not say": ({"backlink": bytes(263), "start": END_OF_COLUMNS}, ["F25"], 5),
}


@pytest.mark.parametrize("lie", LIES)
def test_headers_that_lie(lie):
    options, told, rows = LIES[lie]
    made = read(dbf(records(5), **options))
    assert codes(made) == told
    assert names(made) == ["李雷"] * rows
    assert lines(made) == [(number, None) for number in range(2, 2 + rows)]


def test_declared_and_found_numbers_are_told():
    made = read(dbf(records(5), declared=9))
    assert "declared 9, found 5" in made.findings[0].message_en


def test_a_file_that_breaks_off():
    raw = dbf(records(5), end=b"")
    made = read(raw[:-100])
    assert codes(made) == ["F25", "F20"]
    assert made.rows == 4


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_header_that_breaks_off(cut):
    made = read(dbf(records(5))[:cut])
    assert made.rows == 0
    assert not made.readable
    assert codes(made)


@pytest.mark.parametrize(
    "raw", [b"", b"\x03", b"XM,XB\n1,2\n" * 9, b"PK\x03\x04" + bytes(100), bytes(1000)]
)
def test_what_is_no_dbf(raw):
    made = read(raw)
    assert codes(made) == ["F19"]
    assert (made.rows, made.readable) == (0, False)


def test_header_only():
    made = read(dbf([]))
    assert codes(made) == ["F12"]
    assert not made.readable


def test_no_column_is_a_field():
    made = read(dbf([["a", "b"], ["c", "d"]], ["X", "Y"]))
    assert codes(made) == ["F11"]
    assert lines(made) == [(2, "L00"), (3, "L00")]
    assert made.frame["raw"].to_list() == ["a,b", "c,d"]


def test_too_many_columns():
    made = read(dbf([["a"] * 500, ["b"] * 500], ["XM"] * 500, widths=3))
    assert codes(made) == ["F16"]
    assert lines(made) == [(2, "L00"), (3, "L00")]


def test_columns_wider_than_254_bytes():
    made = read(dbf([["李" * 300, "b"]], FEW, widths=[700, 5]))
    assert names(made) == ["李" * 300]


TEXTS = st.text(st.characters(codec="gbk", exclude_categories=["Cc"]), max_size=5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_agrees_with_dbfread(drawn):
    raw = dbf(drawn, FEW)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.dbf")
        path.write_bytes(raw)
        expected = [tuple(row.values()) for row in dbfread.DBF(path, encoding="gb18030")]
    made = read(raw)
    filled = [row for row in expected if any(row)]
    assert made.frame.select(FEW).rows() == filled
