"""The XLSX reader on bad input: empty, damaged, encrypted, hostile workbooks; no line is lost."""

import pytest

from pipelines.filing import table as table_module
from pipelines.filing import xlsx_parts, xlsx_sheet
from pipelines.filing.package import Limits
from pipelines.filing.xlsx_reader import read_xlsx
from tests.unit.filing.sheets import (
    codes,
    lines,
    raw_xlsx,
    reading,
    rows,
    sheet_xml,
    short_xlsx,
    xlsx,
    zipped,
)

read = reading(read_xlsx, "xlsx")
TEXTS = b"<sst><si><t>a</t></si></sst>"


def names(made):
    return made.frame["XM"].to_list()


@pytest.mark.parametrize("sheets", [[[]], [[[""]]], [[], []]])
def test_empty_workbook(sheets):
    made = read(xlsx(*sheets))
    assert codes(made) == ["F12"]
    assert (made.rows, made.readable) == (0, False)


def test_header_only():
    made = read(xlsx(rows(0)))
    assert codes(made) == ["F12"]
    assert not made.readable


def test_too_many_columns_keep_every_line():
    made = read(xlsx([["XM", "BZ"], ["a"], [None] * 500 + ["x"]]))
    assert codes(made) == ["F16"]
    assert lines(made) == [(2, "L00"), (3, "L00")]


def test_cells_in_opposite_corners_of_the_sheet():
    body = '<row r="1048576"><c r="XFD1048576" t="str"><v>x</v></c></row>'
    made = read(short_xlsx(body))
    assert codes(made) == ["F16"]
    assert lines(made) == [(1_048_576, "L00")]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("raw", "code", "word"),
    [
        (b"", "F19", "zip"),
        (b"XM,XB\n1,2\n", "F19", "zip"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "F19", "password"),
        (OLE + "Workbook".encode("utf-16-le"), "F19", "old xls"),
        (b"PK\x03\x04" + bytes(100), "F20", "inside"),
        (zipped({"a.txt": b"x"}), "F19", "no workbook"),
        (zipped({"xl/workbook.xml": b"<a"}), "F20", "inside"),
        (xlsx(rows(2))[:-200], "F20", "inside"),
    ],
)
def test_what_is_no_readable_workbook(raw, code, word):
    made = read(raw)
    assert codes(made) == [code]
    assert word in made.findings[0].message_en
    assert (made.rows, made.readable) == (0, False)


def test_a_damaged_part():
    raw = bytearray(xlsx(rows(50)))
    at = raw.find(b"xl/worksheets/sheet1.xml") + 200
    raw[at : at + 20] = bytes(20)
    made = read(bytes(raw))
    assert codes(made) == ["F20"]


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "xxxx"><!ENTITY c "&b;&b;&b;&b;">]>'
    b"<worksheet><sheetData><row><c><v>&c;</v></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"]
)
def test_xml_bombs_are_not_parsed(part):
    made = read(short_xlsx("", TEXTS, **{part: BOMB}))
    assert codes(made) == ["F21"]


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_xml_in_utf16(part):
    made = read(short_xlsx("", **{part: BOMB.decode().encode("utf-16")}))
    assert not made.readable
    assert set(codes(made)) <= {"F12", "F20"}


def test_a_sheet_that_breaks_off_keeps_its_whole_rows():
    sheet = sheet_xml(
        "".join(
            f'<row r="{n}"><c r="A{n}" t="str"><v>{"XM" if n == 1 else n}</v></c></row>'
            for n in range(1, 6)
        )
    )
    made = read(raw_xlsx(sheet[: sheet.index(b'<row r="5"') + 20]))
    assert "F20" in codes(made)
    assert names(made) == ["2", "3", "4"]


def test_bytes_that_are_no_utf8_are_told():
    sheet = sheet_xml(
        '<row r="1"><c r="A1" t="str"><v>XM</v></c></row>'
        '<row r="2"><c r="A2" t="str"><v>?</v></c></row>'
    )
    made = read(raw_xlsx(sheet.replace(b"?</v>", b"\xc0\xee</v>")))
    assert "F20" in codes(made)
    assert made.rows == 1


@pytest.fixture
def small_limits(monkeypatch):
    limits = Limits(total_bytes=200_000, file_bytes=100_000)
    for module in (table_module, xlsx_parts, xlsx_sheet):
        monkeypatch.setattr(module, "LIMITS", limits)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    "raw",
    [
        lambda: short_xlsx('<row r="2"><c r="A2" t="str"><v>' + "x" * 1_000_000 + "</v></c></row>"),
        lambda: short_xlsx("", b"<sst><si><t>" + b"x" * 150_000 + b"</t></si></sst>"),
        lambda: short_xlsx("<row/>" * 50_000),
        # one shared text that a hundred rows refer to
        lambda: short_xlsx(
            "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 102)),
            b"<sst><si><t>" + b"x" * 30_000 + b"</t></si></sst>",
        ),
    ],
)  # fmt: skip
def test_workbooks_that_unpack_to_too_much(raw):
    made = read(raw())
    assert codes(made) == ["F21"]
    assert made.rows == 0


def test_a_row_that_does_not_end(monkeypatch):
    monkeypatch.setattr(xlsx_sheet, "LONGEST_ROW", 10_000)
    sheet = sheet_xml('<row r="1"><c r="A1" t="str"><v>' + "x" * 100_000)
    made = read(raw_xlsx(sheet.removesuffix(b"</sheetData></worksheet>")))
    assert codes(made) == ["F21"]


def test_too_many_entries():
    made = read(zipped({f"{n}": b"" for n in range(20_001)}))
    assert codes(made) == ["F21"]
