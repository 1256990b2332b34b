"""The XLSX reader: the same records as from CSV, cells' types told, hostile workbooks refused."""

import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from pipelines.filing.csv_reader import read_csv
from pipelines.filing.xlsx_reader import read_xlsx
from tests.unit.filing.packages import CODES, record, records, table
from tests.unit.filing.sheets import (
    cells,
    codes,
    lines,
    raw_xlsx,
    reading,
    rows,
    sheet_xml,
    short_xlsx,
    xlsx,
)

read = reading(read_xlsx, "xlsx")
XM, ZJHM = CODES.index("XM"), CODES.index("ZJHM")


def with_cell(value, field="ZJHM"):
    """Three records, one of which has this value in one cell."""
    made = rows(3)
    made[2][CODES.index(field)] = value
    return xlsx(made)


def names(made):
    return made.frame["XM"].to_list()


@pytest.mark.parametrize("constant_memory", [False, True], ids=["shared", "inline"])
def test_same_records_as_from_csv(constant_memory):
    made = [
        record(1, XM="𠮷野·买买提", LWTM="第一行\n第二行", BZ='a,b;"c"'),
        record(2, XM=" 李 雷 ", XWZSBH="=1+1", CSRQ="00010203", BZ="<&>'_x0041_"),
        record(3, XM="", BZ="&amp;"),
    ]
    found = read(xlsx([list(CODES), *made], constant_memory=constant_memory))
    expected = read_csv(table(made).encode(), "utf-8", "2018", "M1", "f.csv")
    assert codes(found) == codes(expected) == []
    assert found.frame.equals(expected.frame)
    assert (found.columns, found.encoding) == (CODES, None)


@pytest.mark.parametrize(
    "form", ["{code}", "{label}({code})", "{label}", "*{label}（{code}）", "{code}*"]
)
def test_header_forms(form):
    from pipelines.standard import FIELDS

    header = [form.format(code=code, label=FIELDS[code].label_zh) for code in CODES]
    made = read(xlsx([header, *records(2)]))
    assert codes(made) == []
    assert made.columns == CODES


def test_columns_in_any_order_unknown_and_twice():
    header = ["自定义", *reversed(CODES), "XM"]
    made = read(xlsx([header, ["?", *reversed(record(1)), "韩梅梅"]]))
    assert codes(made) == ["F17", "F11"]
    assert names(made) == ["李雷"]


def test_missing_mandatory_column():
    kept = [code for code in CODES if code != "XWZSBH"]
    made = read(xlsx([kept, record(1)[1:]]))
    assert [(f.rule_code, f.field) for f in made.findings] == [("F11", "XWZSBH")]


def test_title_above_the_header_is_told():
    made = read(xlsx([["学位授予信息表"], [], *rows(2)]))
    assert codes(made) == ["F22"]
    assert "第 1 行" in made.findings[0].message
    assert lines(made) == [(4, None), (5, None)]


def test_header_over_two_rows_with_cells_merged_downwards():
    upper, lower = list(CODES), [""] * len(CODES)
    for code in ("LWTM", "LWGJC", "LWLXM"):
        upper[CODES.index(code)], lower[CODES.index(code)] = "论文", code
    made = read(xlsx([upper, lower, *records(2)]))
    assert codes(made) == ["F22"]
    assert lines(made) == [(3, None), (4, None)]
    assert made.columns == CODES


def test_instructions_and_samples_below_the_header_are_told_and_skipped():
    told = ["必填" if number % 2 else "选填，格式：文本" for number in range(len(CODES))]
    sample = record(1, XM="张三")
    sample[0] = "示例"
    made = read(xlsx([list(CODES), told, sample, *records(2)]))
    assert codes(made) == ["F22"]
    assert "2, 3" in made.findings[0].message
    assert lines(made) == [(4, None), (5, None)]


NO_NUMBERS = dict.fromkeys(("ZJHM", "XWZSBH", "XH"), "")


@pytest.mark.parametrize(
    "changes",
    [
        {"XM": "张三（示例）"},
        {"XM": "示例教", "ZJHM": "110101199001010001"},
        {"XM": "如意"},
        {"XM": "格日勒", "LWTM": "格式塔心理学", "BZ": "说明：证件遗失", **NO_NUMBERS},
        {"LWTM": "示例教学研究", "BZ": "必填"},
    ],
)  # fmt: skip
def test_what_could_be_a_person_is_a_record(changes):
    made = read(xlsx([list(CODES), record(1, **changes), record(2)]))
    assert codes(made) == []
    assert made.rows == 2


def test_the_first_sheet_with_a_header_is_read_and_others_with_content_are_told():
    made = read(xlsx([["说明"], ["请勿改动"]], rows(2), [], rows(3)))
    assert codes(made) == ["F23"]
    assert "1, 4" in made.findings[0].message
    assert made.rows == 2


def test_no_header_keeps_all_lines_unsplit_and_tells_no_value():
    made = read(xlsx(records(3)))
    assert codes(made) == ["F11"]
    assert not made.readable
    assert lines(made) == [(2, "L00"), (3, "L00")]
    assert all("李雷" not in f.message + f.message_en for f in made.findings)


def test_rows_without_content_keep_their_number():
    made = read(
        xlsx([list(CODES), record(1), [], [""] * 5, record(2), [None, (None, "@")], record(3)])
    )
    assert lines(made) == [(2, None), (5, None), (7, None)]


def test_a_million_formatted_but_empty_rows():
    empty = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(3, 1 << 20))
    last = '<row r="1048576"><c r="A1048576" t="str"><v>韩梅梅</v></c></row>'.encode()
    made = read(
        short_xlsx(
            b'<row r="2"><c r="A2" t="str"><v>a</v></c></row>'.decode() + (empty + last).decode()
        )
    )
    assert lines(made) == [(2, None), (1_048_576, None)]
    assert names(made) == ["a", "韩梅梅"]


@pytest.mark.parametrize(
    ("value", "landed", "rule"),
    [
        (110101199001011234, "1.101011990010112E+17", "K01"),
        (10486320260000010.0, "1.048632026000001E+16", "K01"),
        (0.5, "0.5", "K01"),
        (20260108, "20260108", "K02"),
        (-3, "-3", "K02"),
        (dt.datetime(2026, 1, 8), "2026-01-08", None),
        ((dt.datetime(2026, 1, 8), "yyyy-mm-dd"), "2026-01-08", "K03"),
        ((dt.datetime(2026, 1, 8, 9, 30), 'yyyy"年"m"月"d"日" h:mm'), "2026-01-08 09:30:00", "K03"),
        ((46030, '[$-804]yyyy"年"m"月"'), "2026-01-08", "K03"),
        ((3, '0.00"days"'), "3", "K02"),
        ((3, "[Red]0"), "3", "K02"),
        (True, "TRUE", "K04"),
        ("=1/0", "=1/0", None),
    ],
)  # fmt: skip
def test_cells_that_are_no_text(value, landed, rule):
    if isinstance(value, dt.datetime):
        value, rule = (value, "yyyy-mm-dd"), "K03"
    made = read(with_cell(value))
    assert codes(made) == []
    assert cells(made) == ([(3, "ZJHM", rule)] if rule else [])
    assert made.frame["ZJHM"][1] == landed


def test_error_values_and_formulas():
    body = (
        '<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row>'
        '<row r="3"><c r="A3" t="str"><f>"x"&amp;"y"</f><v>xy</v></c></row>'
        '<row r="4"><c r="A4" t="d"><v>2026-01-08</v></c></row>'
        '<row r="5"><c r="A5" t="s"><v>99</v></c></row>'
        '<row r="6"><c r="A6"><v>1E</v></c></row>'
    )
    made = read(short_xlsx(body, b"<sst><si><t>unused</t></si></sst>"))
    assert names(made) == ["#N/A", "xy", "2026-01-08", "#VALUE!", "1E"]
    assert [(line, rule) for line, _, rule in cells(made)] == [
        (2, "K04"), (4, "K03"), (5, "K04"), (6, "K04"),
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["4", "4.0", "4.0E0"])
def test_numbers_in_a_field_of_numbers_are_right(written):
    head = '<row r="1"><c r="A1" t="str"><v>XM</v></c><c r="B1" t="str"><v>XZ</v></c></row>'
    body = f'<row r="2"><c r="A2" t="str"><v>a</v></c><c r="B2"><v>{written}</v></c></row>'
    made = read(raw_xlsx(sheet_xml(head + body)), category="B1")
    assert made.frame["XZ"].to_list() == ["4"]
    assert cells(made) == []


def test_numbers_as_java_writes_them():
    made = read(
        short_xlsx('<row r="2"><c r="A2"><v>2.0260108E7</v></c><c r="B2"><v>1.0</v></c></row>')
    )
    assert made.frame.select("XM", "BZ").row(0) == ("20260108", "1")
    assert [rule for *_, rule in cells(made)] == ["K02", "K02"]


def test_dates_since_1904():
    stamp = dt.datetime(2026, 1, 8)
    made = read(xlsx([list(CODES), record(1, CSRQ=(stamp, "yyyy/m/d"))], date_1904=True))
    assert made.frame["CSRQ"].to_list() == ["2026-01-08"]


FORMS = {
    "attributes in another order": '<c t="str" r="A2"><v>李雷</v></c>',
    "single quotes": "<c r='A2' t='str'><v>李雷</v></c>",
    "blanks between": '\n <c r="A2" t="str">\n  <v>李雷</v>\n </c>\n',
    "no reference": '<c t="str"><v>李雷</v></c>',
    "preserved": '<c r="A2" t="inlineStr"><is><t xml:space="preserve">李雷</t></is></c>',
    "rich": '<c r="A2" t="inlineStr"><is><r><rPr><b/></rPr><t>李</t></r><r><t>雷</t></r></is></c>',
    "phonetic": '<c r="A2" t="inlineStr"><is><t>李雷</t><rPh sb="0" eb="1"><t>x</t></rPh></is></c>',
    "references": '<c r="A2" t="str"><v>&#26446;&#x96F7;</v></c>',
    "own escapes": '<c r="A2" t="inlineStr"><is><t>_x674E__x96F7_</t></is></c>',
    "comment": '<!-- <c r="A2"/> --><c r="A2" t="str"><v>李雷</v></c>',
    "cdata": '<c r="A2" t="str"><v><![CDATA[李雷]]></v></c>',
    "shared": '<c r="A2" t="s"><v>0</v></c>',
    "shared rich": '<c r="A2" t="s"><v>1</v></c>',
    "shared spaced": '<c r="A2" t="s"><v> 0 </v></c>',
}
STRINGS = "<sst><si><t>李雷</t></si><si><r><t>李</t></r><r><t>雷</t></r></si></sst>".encode()


@pytest.mark.parametrize("prefix", ["", "x"])
@pytest.mark.parametrize("form", FORMS)
def test_forms_of_a_cell(form, prefix):
    body = f'<row r="2">{FORMS[form]}<c r="B2" t="str"><v>&amp;lt;</v></c></row>'
    raw = short_xlsx(body, STRINGS)
    if prefix:
        sheet = (
            sheet_xml("")
            .replace(b"<sheetData></sheetData></worksheet>", b"")
            .replace(b"<worksheet", b"<x:worksheet")
        )
        head = '<row r="1"><c r="A1" t="str"><v>XM</v></c><c r="B1" t="str"><v>BZ</v></c></row>'
        inner = f"<sheetData>{head}{body}</sheetData></worksheet>"
        for name in ("sheetData", "worksheet", "row", "c", "v", "is", "t", "r", "rPh", "rPr"):
            for left in ("<", "</"):
                for right in (" ", ">"):
                    inner = inner.replace(f"{left}{name}{right}", f"{left}x:{name}{right}")
        raw = raw_xlsx(sheet + inner.encode(), STRINGS)
    made = read(raw)
    assert names(made) == ["李雷"]
    assert made.frame["BZ"].to_list() == ["&lt;"]
    assert lines(made) == [(2, None)]


@pytest.mark.parametrize("numbers", [(None, None), (3, 3), (5, 2), (99_999_999, 4)])
def test_row_numbers_that_cannot_be_true_are_counted(numbers):
    tags = [f'<row r="{number}">' if number else "<row>" for number in numbers]
    body = "".join(f'{tag}<c t="str"><v>a</v></c></row>' for tag in tags)
    made = read(short_xlsx(body))
    assert lines(made) == [(2, None), (3, None)]


def test_line_breaks_tabs_and_control_characters():
    made = read(
        xlsx([list(CODES), record(1, BZ="a\tb\nc\r\nd"), record(2, XM="a\x07b"), record(3)])
    )
    assert lines(made) == [(2, None), (3, "L03"), (4, None)]
    assert made.frame["BZ"][0] == "a\tb\nc\nd"
    assert "a\x07b" in made.frame["raw"][1]
    assert names(made)[1] is None


def test_a_row_longer_than_a_line_may_be():
    made = read(
        xlsx([list(CODES), record(1, BZ="x" * 30_000, LWTM="y" * 30_000, XZXM="z" * 30_000)])
    )
    assert lines(made) == [(2, "L05")]
    assert len(made.frame["raw"][0]) == 4096


def test_a_faulty_row_has_no_cell_findings():
    bad = record(1, BZ="\x07")
    bad[ZJHM] = 5
    made = read(xlsx([list(CODES), bad, record(2)]))
    assert lines(made) == [(2, "L03"), (3, None)]
    assert cells(made) == []


CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8),
    st.integers(-(10**14), 10**14),
    st.booleans(),
    st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)).map(lambda day: (day, "yyyy-mm-dd")),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6), st.booleans())
def test_agrees_with_calamine(drawn, constant_memory):
    header = ["XM", "BZ", "LWTM"]
    raw = xlsx([header, *drawn], constant_memory=constant_memory)
    made = read(raw)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(raw)).get_sheet_by_index(0)
    expected = [[_shown(cell) for cell in row] for row in sheet.to_python()[1:]]
    assert [list(row) for row in made.frame.select(header).rows()] == expected


def _shown(cell):
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
