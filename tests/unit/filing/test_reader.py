"""The CSV reader: every line of a file is a row, broken ones with their fault, none is lost."""

import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.filing.csv_reader import read_csv
from pipelines.filing.read_file import ReadFile
from tests.unit.filing.packages import CODES, record, records, table


def read(data: bytes | str, declared: str = "utf-8", category: str = "M1") -> ReadFile:
    raw = data.encode() if isinstance(data, str) else data
    return read_csv(raw, declared, "2018", category, "f.csv")


def codes(made: ReadFile) -> list[str]:
    return [finding.rule_code for finding in made.findings]


def lines(made: ReadFile) -> list[tuple[int, str | None]]:
    fault = made.frame["fault"] if "fault" in made.frame else [None] * made.rows
    return list(zip(made.frame["line"], fault, strict=True))


def names(made: ReadFile) -> list[str | None]:
    return made.frame["XM"].to_list()


def broken(text: str, *, at: int = 1) -> str:
    """Three good records with ``text`` as one more line after ``at`` of them."""
    rows = table(records(3)).splitlines(keepends=True)
    return "".join([*rows[: at + 1], text + "\n", *rows[at + 1 :]])


def line_of(row: list[str]) -> str:
    return table([row]).splitlines()[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_same_records_whatever_the_dialect(encoding, end, quoting, delimiter):
    rows = [record(1, XM="𠮷野·买买提"), record(2, XM='他说"好"', BZ="a,b;c"), record(3, XM="")]
    text = table(rows, delimiter=delimiter, quoting=quoting, lineterminator=end)
    made = read(text.encode(encoding), "gb18030" if encoding == "gb18030" else "utf-8")
    assert codes(made) == []
    assert made.encoding == encoding
    assert names(made) == ["𠮷野·买买提", '他说"好"', ""]
    assert made.frame["BZ"].to_list() == ["", "a,b;c", ""]
    assert lines(made) == [(2, None), (3, None), (4, None)]


def test_values_are_neither_trimmed_nor_understood():
    row = record(1, XM=" 李 雷 ", XWZSBH="1.00481E+15", BZ="=1+1", ZJHM="NULL", CSRQ="00010203")
    made = read(table([row]))
    assert made.frame.select(CODES).row(0) == tuple(row)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (line_of(record(9)) + ",x", "L01"),
        (line_of(record(9)).rsplit(",", 1)[0], "L01"),
        (line_of(record(9, XM="a\0b")), "L03"),
        (line_of(record(9, XM="a\x07b")), "L03"),
        (line_of(record(9, XM="a\x7fb")), "L03"),
        (line_of(record(9)).replace("李雷", 'a"b'), "L04"),
        (line_of(record(9)).replace("李雷", '"李雷'), "L04"),
        (line_of(record(9)).replace("李雷", '"李"雷'), "L04"),
        (line_of(record(9, BZ="x" * 70_000)), "L05"),
    ],
)
@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_broken_line_costs_itself_only(text, fault, at):
    made = read(broken(text, at=at))
    assert lines(made) == [(n, fault if n == at + 2 else None) for n in range(2, 6)]
    assert names(made)[at] is None
    assert [name for name in names(made) if name] == ["李雷"] * 3
    raw = made.frame["raw"].to_list()
    assert raw[at] == text[:4096]
    assert sum(piece is not None for piece in raw) == 1
    assert made.faults["position"].to_list() == [at]


def test_wrong_number_of_columns_is_told():
    made = read(broken(line_of(record(9)) + ",x"))
    assert made.faults.select("found", "expected").row(0) == (len(CODES) + 1, len(CODES))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_half_a_han_character_at_the_end_of_a_line(encoding):
    rows = table([record(n, BZ="备注", SJHM="汉字") for n in range(1, 30)]).encode(encoding)
    first, second = rows.split(b"\n")[1:3]
    raw = rows.replace(second, second[:-1], 1)
    made = read(raw, encoding)
    assert codes(made) == []
    assert [line for line, fault in lines(made) if fault] == [3]
    assert made.frame["fault"].drop_nulls().to_list() == ["L02"]
    assert made.frame["raw"][1].endswith("\ufffd")
    assert made.frame["SJHM"][0] == made.frame["SJHM"][2] == "汉字"
    assert first != second


def test_line_breaks_in_quoted_fields_are_one_record():
    rows = [
        record(1),
        record(2, LWTM="第一行\n第二行\n\n第四行", BZ="b\nb"),
        record(3),
        record(4, BZ="x\ny"),
    ]
    made = read(table(rows))
    assert lines(made) == [(2, None), (3, None), (4, None), (5, None)]
    assert made.frame["LWTM"][1] == "第一行\n第二行\n\n第四行"
    assert made.frame["BZ"].to_list() == ["", "b\nb", "", "x\ny"]


def test_unclosed_quote_beside_a_record_over_two_lines():
    bad = line_of(record(9)).replace("李雷", '"李雷')
    text = (
        table([record(1)]) + bad + "\n" + table([record(2, BZ="x\ny"), record(3)]).split("\n", 1)[1]
    )
    made = read(text)
    assert lines(made) == [(2, None), (3, "L04"), (4, None), (5, None)]
    assert made.frame["BZ"].to_list() == ["", None, "x\ny", ""]


def test_two_stray_quotes_do_not_swallow_what_stands_between():
    rows = table(records(6)).splitlines()
    rows[2] = rows[2].replace("李雷", '"李雷')
    rows[5] = rows[5].replace("李雷", '李雷"')
    made = read("\n".join(rows))
    assert [fault for _, fault in lines(made)] == [None, "L04", None, None, "L04", None]


def test_rows_without_content_keep_their_number():
    rows = table(records(3)).splitlines()
    empty = "," * (len(CODES) - 1)
    made = read("\n".join([rows[0], rows[1], "", empty, rows[2], rows[3], empty, "", "\x1a"]))
    assert lines(made) == [(2, None), (5, None), (6, None)]
    assert codes(made) == []


def test_header_forms():
    forms = {
        "XM": "姓名(XM)",
        "XB": " 性别 ",
        "ZJHM": "身份证件号码（ZJHM）",
        "CSRQ": "csrq",
        "BZ": "*备注",
    }
    header = [forms.get(code, code) for code in CODES]
    made = read(table(records(2), header=header))
    assert codes(made) == []
    assert made.columns == CODES


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_header_with_line_breaks_in_its_names(encoding):
    header = [f"{code}\n" for code in CODES]
    made = read(table(records(2), header=header).encode(encoding), encoding)
    assert codes(made) == []
    assert [line for line, _ in lines(made)] == [2, 3]


def test_columns_in_any_order_unknown_and_twice():
    header = ["自定义", *reversed(CODES), "XM"]
    rows = [["?", *reversed(record(1)), "韩梅梅"]]
    made = read(table(rows, header=header))
    assert codes(made) == ["F17", "F11"]
    assert names(made) == ["李雷"]
    assert "自定义" not in made.findings[0].message
    assert made.findings[1].field == "XM"


def test_missing_mandatory_column():
    kept = [code for code in CODES if code != "XWZSBH"]
    made = read(table([record(1)[1:]], header=kept))
    assert codes(made) == ["F11"]
    assert made.findings[0].field == "XWZSBH"
    assert "XWZSBH" not in made.frame


def test_no_header_keeps_all_lines_unsplit_and_tells_no_value():
    text = table(records(3)).split("\n", 1)[1]
    made = read(text)
    assert codes(made) == ["F11"]
    assert not made.readable
    assert lines(made) == [(2, "L00"), (3, "L00")]
    assert all("李雷" not in f.message + f.message_en for f in made.findings)


def test_100_000_columns():
    made = read(",".join(["XM"] * 100_000) + "\n" + "," * 99_999 + "x\n")
    assert codes(made) == ["F16"]
    assert lines(made) == [(2, "L00")]
    assert len(made.frame["raw"][0]) == 4096


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\x1a", b"\r\n"])
def test_empty_file(data):
    made = read(data)
    assert codes(made) == ["F12"]
    assert made.rows == 0


def test_header_only():
    made = read(table([]))
    assert codes(made) == ["F12"]
    assert (made.rows, made.readable) == (0, False)


@pytest.mark.parametrize(
    ("real", "declared", "found"),
    [
        ("gb18030", "utf-8", "gb18030"),
        ("utf-8", "gb18030", "utf-8"),
        ("utf-8-sig", "gbk", "utf-8-sig"),
    ],
)
def test_other_encoding_than_declared_is_read_in_the_real_one(real, declared, found):
    made = read(table(records(20)).encode(real), declared)
    assert codes(made) == ["F10"]
    assert made.encoding == found
    assert names(made) == ["李雷"] * 20


def test_unknown_declared_encoding():
    made = read(table(records(2)), "latin-1")
    assert codes(made) == ["F10"]
    assert made.rows == 2


def test_gbk_that_is_valid_utf8_by_chance_stays_gbk():
    made = read(table([record(1, XM="联通")]).replace("李雷", "").encode("gb18030"), "gb18030")
    assert codes(made) == []
    assert names(made) == ["联通"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32"])
def test_utf16_without_a_mark_is_not_readable(codec):
    made = read(table(records(3)).encode(codec))
    assert codes(made) == ["F10"]
    assert (made.rows, made.readable) == (0, False)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("declared", "told"), [("utf-16", []), ("utf-8", ["F10"])])
def test_unicode_text_of_spreadsheets(codec, declared, told):
    rows = [record(1, XM="𠮷野·买买提"), record(2, BZ="x\ny")]
    text = table(rows, delimiter="\t", lineterminator="\r\n")
    made = read(f"\ufeff{text}".encode(codec), declared)
    assert codes(made) == told
    assert made.encoding == "utf-16"
    assert made.frame.select(CODES).rows() == [tuple(row) for row in rows]


def test_half_a_character_of_utf16():
    raw = table(records(3)).encode("utf-16")
    made = read(raw[:-1], "utf-16")
    assert lines(made)[:2] == [(2, None), (3, None)]
    assert "L02" in dict(lines(made)).values()
    lone = table([record(1, XM="a?b"), record(2)]).encode("utf-16-le").replace(b"?\0", b"\x00\xd8")
    assert lines(read(b"\xff\xfe" + lone, "utf-16")) == [(2, "L02"), (3, None)]


@pytest.mark.parametrize("told", ["sep=;", "SEP=;", '"sep=;"'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_line_that_tells_the_delimiter(told, end):
    header = [f"{code},{code}" if code == "BZ" else code for code in CODES]
    text = table(records(2), header=header, delimiter=";", lineterminator=end)
    made = read(f"\ufeff{told}{end}{text}", "utf-8-sig")
    assert codes(made) == ["F17"]
    assert lines(made) == [(3, None), (4, None)]
    assert names(made) == ["李雷"] * 2


def test_instructions_below_the_header_are_told_and_faults_keep_their_line():
    rows = table([["必填"] * len(CODES), *records(2)]) + "broken\n"
    made = read(rows)
    assert codes(made) == ["F22"]
    assert lines(made) == [(3, None), (4, None), (5, "L01")]
    assert made.faults["position"].to_list() == [2]


def test_a_spreadsheet_named_csv():
    made = read(b"PK\x03\x04" + bytes(range(256)) * 20)
    assert codes(made) == ["F10"]


def test_agrees_with_the_csv_module():
    rows = [record(n, LWTM=text) for n, text in enumerate(['"', "a,b", "\n", '""', " x ", "\t"], 1)]
    text = table(rows)
    expected = list(csv.reader(io.StringIO(text, newline="")))[1:]
    made = read(text)
    assert made.frame.select(CODES).rows() == [tuple(row) for row in expected]


PIECES = st.sampled_from(
    [
        b",",
        b'"',
        b"\n",
        b"\r\n",
        b"\r",
        b"\x00",
        b"\x1a",
        b";",
        b"\t",
        b"a",
        b"1",
        b"=",
        b"\xef\xbb\xbf",
        "李".encode(),
        "李".encode("gb18030"),
        b"\xd0",
        b"\xff",
        b"\xed\xa0\x80",
        b"\x810\x810",
    ]
)
HEADER = table([]).encode()


@settings(max_examples=300, deadline=None)
@given(
    st.lists(PIECES, max_size=60).map(b"".join),
    st.sampled_from([HEADER, HEADER[:5], b"XM,XB\n", b""]),
    st.sampled_from(["utf-8", "gb18030", "x"]),
)
def test_any_bytes_are_read_without_raising_and_lines_add_up(body, header, declared):
    made = read(header + body, declared)
    assert made.frame.height == made.rows
    assert made.frame["line"].is_sorted()
    assert made.frame["line"].is_unique().all()
    assert made.encoding is not None
    if "fault" in made.frame:
        faulty = made.frame.filter(pl.col("fault").is_not_null())
        assert faulty["raw"].null_count() == 0
        assert made.faults.height in (0, faulty.height)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(*[st.text(st.sampled_from('a李,"\n;= '), max_size=5)] * 3).filter(any), max_size=8
    ),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_csv_module_writes_is_read_back(rows, quoting):
    full = [record(n, XM=a, LWTM=b, BZ=c) for n, (a, b, c) in enumerate(rows, 1)]
    made = read(table(full, quoting=quoting))
    assert [line for line, fault in lines(made) if fault] == []
    assert made.frame.select(CODES).rows() == [tuple(row) for row in full]
