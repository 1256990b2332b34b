"""Readers of every format on files that nobody wrote: never an exception, never a lost line."""

import io
import zipfile
from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.filing.door_rules import DOOR_RULES
from pipelines.filing.read_file import ReadFile
from pipelines.filing.reader import READERS
from tests.unit.filing.packages import records, table
from tests.unit.filing.sheets import dbf, parquet, raw_xlsx, rows, sheet_xml, xlsx, zipped

FEW = ("XM", "LWTM", "BZ")
MAGIC = {
    "csv": [b"", b"\xff\xfe", b"\xef\xbb\xbf", b"sep=;\n", b"XM,BZ\n"],
    "xlsx": [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"],
    "dbf": [b"", b"\x03", b"\x30\x01\x01\x01", dbf([])],
    "parquet": [b"", b"PAR1", b"PARE"],
}
SEEDS: Mapping[str, list[bytes]] = {
    "csv": [table(records(4)).encode(code) for code in ("utf-8", "gb18030", "utf-16")],
    "xlsx": [
        xlsx(rows(4)),
        xlsx(rows(4), constant_memory=True),
        xlsx([["XM", "BZ"], ["a", 1.5], [True, 20260108]]),
    ],
    "dbf": [dbf(records(4)), dbf(records(3), deleted=(1,)), dbf([["a", "b"]] * 9, FEW[:2])],
    "parquet": [
        parquet(records(4)),
        parquet(records(4), compression="uncompressed"),
        parquet(pl.DataFrame({"XM": ["a", None], "XBM": [1, 2], "BZ": [[1], None]})),
    ],
}
FORMATS = sorted(READERS)


def read(kind: str, raw: bytes, declared: str | None = "utf-8") -> ReadFile:
    made = READERS[kind](raw, declared, "2018", "M1", f"f.{kind}")
    check(made)
    return made


def check(made: ReadFile) -> None:
    """What holds of whatever a reader makes."""
    frame = made.frame
    assert frame.schema["line"] == pl.Int32
    assert frame["line"].is_sorted()
    assert frame["line"].is_unique().all()
    assert frame.height == 0 or frame["line"].min() >= 2
    assert made.readable or made.findings
    faulty = pl.repeat(False, made.rows, dtype=pl.Boolean, eager=True)
    if "fault" in frame:
        faulty = frame["fault"].is_not_null()
    if made.readable:
        fields = frame.select(made.columns)
        assert fields.filter(~faulty).null_count().sum_horizontal().sum() == 0
        assert fields.filter(faulty).null_count().sum_horizontal().sum() == (
            len(made.columns) * faulty.sum()
        )
        assert made.faults["position"].to_list() == faulty.arg_true().to_list()
    good = set((~faulty).arg_true().to_list())
    assert set(made.cells["position"]) <= good
    assert set(made.cells["field"]) <= set(made.columns)
    assert set(made.cells["rule_code"]) <= set(DOOR_RULES)
    assert not made.cells.is_duplicated().any()


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_bytes(kind, data):
    head = data.draw(st.sampled_from(MAGIC[kind]))
    read(
        kind, head + data.draw(st.binary(max_size=300)), data.draw(st.sampled_from(["utf-8", None]))
    )


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["set", "cut", "insert", "copy", "truncate"]),
        st.floats(0, 1, exclude_max=True),
        st.one_of(
            st.binary(min_size=1, max_size=8),
            st.sampled_from(
                [
                    b"\xff\xff\xff\xff",
                    bytes(4),
                    b"<row",
                    b"<c r",
                    b"]]>",
                    b"<!--",
                    b'"',
                    b"\n",
                    b"&",
                ]
            ),
        ),
    ),
    min_size=1,
    max_size=6,
)


def edited(raw: bytes, edits: list[tuple[str, float, bytes]]) -> bytes:
    made = bytearray(raw)
    for act, place, what in edits:
        at = int(place * len(made))
        if act == "set":
            made[at : at + len(what)] = what
        elif act == "cut":
            del made[at : at + 16 * len(what)]
        elif act == "insert":
            made[at:at] = what
        elif act == "copy":
            made[at:at] = made[: 50 * len(what)]
        else:
            del made[at:]
    return bytes(made)


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=150, deadline=None)
@given(st.data(), EDITS)
def test_damaged_files(kind, data, edits):
    read(kind, edited(data.draw(st.sampled_from(SEEDS[kind])), edits))


@settings(max_examples=150, deadline=None)
@given(st.data(), EDITS)
def test_damaged_parts_of_workbooks(data, edits):
    with zipfile.ZipFile(io.BytesIO(data.draw(st.sampled_from(SEEDS["xlsx"])))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    inner = [name for name in parts if name.startswith("xl/") and "theme" not in name]
    name = data.draw(st.sampled_from(inner))
    read("xlsx", zipped(parts | {name: edited(parts[name], edits)}))


CELL = st.text(
    st.one_of(
        st.sampled_from("李雷·𠮷㐂,;\t\"'<>&=|_x0041_ \u200b\ue000Ａ"),
        st.sampled_from("\0\x07\x7f\r\n"),
        st.characters(codec="gb18030", exclude_categories=["Cs"]),
    ),
    max_size=5,
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), max_size=6)


def write(kind: str, cells: list[tuple[str, ...]]) -> bytes:
    if kind == "csv":
        return table([list(row) for row in cells], list(FEW)).encode("gb18030")
    if kind == "xlsx":
        return xlsx([list(FEW), *cells])
    if kind == "dbf":
        return dbf(cells, FEW, widths=60)
    return parquet(cells, FEW)


def plain(text: str, kind: str) -> str:
    """What a format itself does to a text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.rstrip(" \0") if kind == "dbf" else text


def is_control(text: str) -> bool:
    return any((ord(char) < 32 and char not in "\t\n") or char == "\x7f" for char in text)


@pytest.mark.parametrize("kind", ["dbf", "parquet", "xlsx"])
@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_no_line_is_lost_whatever_the_cells(kind, drawn):
    made = read(kind, write(kind, drawn), "gb18030" if kind == "dbf" else None)
    wanted = [tuple(plain(text, kind) for text in row) for row in drawn]
    expected = {line: row for line, row in enumerate(wanted, start=2) if any(row)}
    assert made.frame["line"].to_list() == list(expected)
    fault = made.frame["fault"] if "fault" in made.frame else [None] * made.rows
    for line, told in zip(made.frame["line"], fault, strict=True):
        assert told == ("L03" if any(map(is_control, expected[line])) else None)
    good = made.frame.filter(pl.Series([told is None for told in fault], dtype=pl.Boolean))
    kept = [row for row in expected.values() if not any(map(is_control, row))]
    assert good.select(set(FEW) & set(good.columns)).height == len(kept)
    if made.readable:
        assert good.select(FEW).rows() == kept


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(["a", "", "1", "示例", "必填", "说明：x"]), min_size=1, max_size=9))
def test_rows_in_are_rows_out_and_rows_told(drawn):
    body = "".join(
        f'<row r="{line}"><c r="A{line}" t="str"><v>{text}</v></c></row>'
        for line, text in enumerate(["XM", *drawn], start=1)
    )
    made = read("xlsx", raw_xlsx(sheet_xml(body)), None)
    told = [f.message for f in made.findings if f.rule_code == "F22"]
    skipped = told[0].split("第 ")[1].split(" 行")[0].split(", ") if told else []
    filled = [line for line, text in enumerate(drawn, start=2) if text]
    assert sorted([*map(int, skipped), *made.frame["line"].to_list()]) == filled
