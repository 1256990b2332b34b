"""The Parquet reader: the same records as from CSV, other types told, hostile files refused."""

import datetime as dt
import decimal
import io

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.filing import parquet_reader
from pipelines.filing import table as table_module
from pipelines.filing.csv_reader import read_csv
from pipelines.filing.package import Limits
from pipelines.filing.parquet_reader import read_parquet
from tests.unit.filing.packages import CODES, record, records, table
from tests.unit.filing.sheets import cells, codes, lines, parquet, reading

read = reading(read_parquet, "parquet")


def names(made):
    return made.frame["XM"].to_list()


def few(**columns):
    """A file of a few columns; the mandatory ones that it lacks are told as F11."""
    return parquet(pl.DataFrame(columns))


def arrow(schema, **options):
    data = io.BytesIO()
    pq.write_table(schema, data, **options)
    return data.getvalue()


def others(made):
    return [f.rule_code for f in made.findings if f.field is None]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "uncompressed"},
        {"compression": "snappy"},
        {"row_group_size": 1},
        {"use_pyarrow": True},
    ],
)
def test_same_records_as_from_csv(options):
    made = [record(1, XM="𠮷野·买买提", BZ="a\r\nb"), record(2, XM=" 李雷 "), record(3, XM="")]
    found = read(parquet(made, **options))
    expected = read_csv(table(made).encode(), "utf-8", "2018", "M1", "f.csv")
    assert codes(found) == codes(expected) == []
    assert found.frame.equals(expected.frame)
    assert (found.columns, found.encoding) == (CODES, None)


@pytest.mark.parametrize(
    "kind",
    [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
)
def test_kinds_of_text(kind):
    made = read(arrow(pa.table({"XM": pa.array(["李雷", None, "韩"], pa.string()).cast(kind)})))
    assert lines(made) == [(2, None), (4, None)]
    assert names(made) == ["李雷", "韩"]


@pytest.mark.parametrize(
    ("values", "landed", "rule"),
    [
        ([20260108, None], "20260108", "K02"),
        ([110101199001011234, 1], "110101199001011234", "K02"),
        ([1.0, 2.0], "1", "K02"),
        ([0.5, None], "0.5", "K01"),
        ([1.1010119900101123e17, None], None, "K01"),
        ([float("nan"), None], "NaN", "K04"),
        ([True, None], "TRUE", "K04"),
        ([dt.date(2026, 1, 8), None], "2026-01-08", "K03"),
        ([dt.datetime(2026, 1, 8), None], "2026-01-08", "K03"),
        ([dt.datetime(2026, 1, 8, 9, 30), None], "2026-01-08 09:30:00", "K03"),
        ([dt.time(9, 30), None], "09:30:00", "K03"),
        ([decimal.Decimal("1.00"), None], "1", "K02"),
    ],
)
def test_columns_that_are_no_text(values, landed, rule):
    made = read(few(XM=["a", "b"], CSRQ=values))
    assert others(made) == []
    assert cells(made)[0] == (2, "CSRQ", rule)
    assert len(cells(made)) == sum(value is not None for value in values)
    if landed:
        assert made.frame["CSRQ"][0] == landed
    if values[1] is None:
        assert made.frame["CSRQ"][1] == ""


def test_numbers_in_a_field_of_numbers_are_right():
    made = read(few(XM=["a", "b"], XZ=[4.0, 2.5]), category="B1")
    assert made.frame["XZ"].to_list() == ["4", "2.5"]
    assert cells(made) == []


def test_a_column_of_nothing():
    made = read(arrow(pa.table({"XM": ["a"], "BZ": pa.nulls(1)})))
    assert made.frame["BZ"].to_list() == [""]


@pytest.mark.parametrize(
    "values",
    [
        pa.array([["a"], None]),
        pa.array([{"a": 1}, None]),
        pa.array([b"a", None]),
        pa.array([{"a": {"b": ["c"]}}, {"a": None}]),
        pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
    ],
)
def test_nested_and_binary_columns_are_told_and_no_row_is_lost(values):
    made = read(arrow(pa.table({"BZ": values, "XM": pa.array([None, "b"])})))
    assert others(made) == ["F26"]
    assert made.frame.select("XM", "BZ").rows() == [("", ""), ("b", "")]


def test_columns_in_any_order_unknown_and_twice():
    header = ["自定义", *reversed(CODES), "XM"]
    row = ["?", *reversed(record(1)), "韩梅梅"]
    made = read(arrow(pa.table([pa.array([value]) for value in row], names=header)))
    assert codes(made) == ["F17", "F11"]
    assert names(made) == ["李雷"]


def test_missing_mandatory_column():
    kept = [code for code in CODES if code != "XWZSBH"]
    made = read(parquet([record(1)[1:]], kept))
    assert [(f.rule_code, f.field) for f in made.findings] == [("F11", "XWZSBH")]


def test_no_column_is_a_field():
    made = read(few(a=["李雷"], b=["x"]))
    assert codes(made) == ["F11"]
    assert made.frame["raw"].to_list() == ["李雷,x"]
    assert "李雷" not in str(made.findings)


def test_too_many_columns():
    made = read(few(**{f"XM{n}": ["a"] for n in range(500)}))
    assert codes(made) == ["F16"]
    assert lines(made) == [(2, "L00")]


@pytest.mark.parametrize("empty", [0, 3])
def test_no_records(empty):
    made = read(parquet([[""] * len(CODES)] * empty))
    assert codes(made) == ["F12"]
    assert not made.readable


def test_control_characters_and_long_rows():
    rows = [record(1), record(2, BZ="a\0b"), record(3, BZ="x" * 70_000), record(4)]
    made = read(parquet(rows))
    assert lines(made) == [(2, None), (3, "L03"), (4, "L05"), (5, None)]
    assert len(made.frame["raw"][2]) == 4096


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "F19"),
        (b"XM,XB\n", "F19"),
        (b"PAR1", "F20"),
        (b"PAR1" + bytes(50) + b"PAR1", "F20"),
        (parquet(records(2))[:-10], "F20"),
        (parquet(records(2))[:200], "F20"),
    ],
)
def test_what_is_no_readable_parquet(raw, code):
    made = read(raw)
    assert codes(made) == [code]
    assert (made.rows, made.readable) == (0, False)


def test_a_damaged_page():
    raw = bytearray(parquet(records(200), compression="zstd"))
    raw[60:120] = bytes(60)
    made = read(bytes(raw))
    assert codes(made) == ["F20"]


def test_an_encrypted_file():
    key = b"k" * 32
    data = io.BytesIO()
    secret = pl.ParquetEncryptionProperties(footer_key=key)
    pl.DataFrame({"XM": ["a"]}).write_parquet(data, encryption=secret)
    made = read(data.getvalue())
    assert codes(made) == ["F19"]
    assert made.rows == 0


def test_text_that_is_no_utf8():
    broken = pa.array([b"\xc0\xee"], pa.binary()).view(pa.string())
    made = read(arrow(pa.table({"XM": broken}), use_dictionary=False))
    assert codes(made) == ["F20"]


@pytest.fixture
def small_limits(monkeypatch):
    limits = Limits(total_bytes=200_000)
    for module in (table_module, parquet_reader):
        monkeypatch.setattr(module, "LIMITS", limits)


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize(
    "frame",
    [
        # a text that compresses well, many rows of nothing, one text in every row
        pl.DataFrame({"XM": ["x" * 1_000_000]}),
        pl.select(pl.repeat("a", 100_000).alias("XM")),
        pl.select(pl.repeat("x" * 30_000, 100).alias("XM")),
    ],
)
def test_small_files_that_hold_too_much(frame):
    raw = parquet(frame)
    assert len(raw) < 50_000
    made = read(raw)
    assert codes(made)[-1] == "F21"
    assert made.rows == 0
