"""Columns of text out of a spreadsheet, a DBF or a Parquet file, made the records of a file.

What the CSV reader finds in the bytes of a line is found here in its cells: control characters
(L03), lines that are too long (L05), rows without content (skipped, their numbers kept). Line
breaks inside a cell stand, as they do inside the quotes of a CSV file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipelines.filing.door_rules import Finding, find
from pipelines.filing.header import Header
from pipelines.filing.package import Limits
from pipelines.filing.read_file import RAW_CHARACTERS, UNSPLIT, ReadFile, no_cells, no_faults
from pipelines.filing.structure import MAX_LINE
from pipelines.standard import FIELDS

LIMITS = Limits()
TEXT, WHOLE, LOSSY, DATE, WRONG, CUT = range(6)
"""What a cell was before it was text: text, a number of few digits without a fraction, any other
number, a date or time, an error or truth value, a text whose last character was cut."""

MARKED = pl.Schema({"position": pl.Int64, "place": pl.Int64, "kind": pl.Int64})
CHUNK_ROWS = 50_000
_CONTROL = r"[\x00-\x08\x0b-\x1f\x7f]"
_RULES = {WHOLE: "K02", LOSSY: "K01", DATE: "K03", WRONG: "K04", CUT: "K05"}


class UnreadableError(ValueError):
    """Nothing of the file can be read; ``finding`` says why."""

    def __init__(self, code: str, file: str, zh: str, en: str, *, format: str = "") -> None:
        super().__init__(en)
        self.finding = find(code, file=file, reason_zh=zh, reason_en=en, format=format)


@dataclass(frozen=True)
class Table:
    """The rows below a header. ``lines``: their numbers (Int32, ascending). ``columns``: a String
    column without NULL for each of the header's columns, '' for an empty cell. ``marked``: the
    cells that were no plain text (``MARKED``: row, column, kind). ``undecodable``: rows with bytes
    that the encoding lacks. ``beyond``: rows with content that no column shows."""

    lines: pl.Series
    columns: Sequence[pl.Series]
    marked: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=MARKED))
    undecodable: pl.Series | None = None
    beyond: pl.Series | None = None


def make_records(
    table: Table, header: Header, findings: Sequence[Finding], file: str, encoding: str | None
) -> ReadFile:
    """The records of ``table``; UnreadableError when its text is larger than a package may be."""
    data = pl.DataFrame([col.alias(str(place)) for place, col in enumerate(table.columns)])
    size = _sizes(data, len(table.lines))
    if (total := int(size.sum() or 0)) > LIMITS.total_bytes:
        raise too_large(file, total)
    bad = _mask(table.undecodable, len(size))
    kept = ((size > 0) | bad | _mask(table.beyond, len(size))).arg_true()
    data, size, lines = data[kept], size.gather(kept), table.lines.gather(kept).cast(pl.Int32)
    told = list(findings) if len(kept) else [*findings, find("F12", file=file)]
    if not header.usable:
        frame = _unsplit(data, lines)
        return ReadFile(frame, no_faults(), tuple(told), encoding, header.columns, readable=False)
    data = _plain_breaks(data)
    fault = _faults(data, size, bad.gather(kept))
    frame = pl.DataFrame([lines.alias("line"), *_fields(data, header)])
    faults = no_faults()
    if fault.null_count() < len(fault):
        frame = _hide(frame, data, fault)
        faults = _fault_rows(fault, len(header.fields))
    cells = _cells(table.marked, kept, fault, header)
    readable = len(kept) > 0
    return ReadFile(frame, faults, tuple(told), encoding, header.columns, readable, cells)


def too_large(file: str, size: int) -> UnreadableError:
    """F21: more than ``LIMITS`` allows, once unpacked."""
    limit = LIMITS.total_bytes >> 20
    zh = f"展开后为 {size >> 20} MiB，最多 {limit} MiB"
    return UnreadableError("F21", file, zh, f"{size >> 20} MiB unpacked, at most {limit} MiB")


def _mask(rows: pl.Series | None, height: int) -> pl.Series:
    return pl.repeat(False, height, dtype=pl.Boolean, eager=True) if rows is None else rows


def _sizes(data: pl.DataFrame, height: int) -> pl.Series:
    """Bytes of each row (Int64), before anything is joined: a cell may be shared by all rows."""
    if not data.width:
        return pl.repeat(0, height, dtype=pl.Int64, eager=True)
    lengths = pl.all().str.len_bytes().cast(pl.Int64)
    return data.select(pl.sum_horizontal(lengths).alias("size")).to_series()


def _plain_breaks(data: pl.DataFrame) -> pl.DataFrame:
    """CR LF and CR as LF, as the CSV reader has them."""
    odd = data.select(pl.all().str.contains("\r", literal=True).any()).row(0)
    changed = [
        pl.col(name).str.replace_many({"\r\n": "\n", "\r": "\n"}, leftmost=True)
        for name, has in zip(data.columns, odd, strict=True)
        if has
    ]
    return data.with_columns(changed) if changed else data


def _faults(data: pl.DataFrame, size: pl.Series, bad: pl.Series) -> pl.Series:
    """The fault of each row or NULL; the one that explains most."""
    parts = [
        part.select(pl.concat_str(pl.all()).str.contains(_CONTROL)).to_series()
        for part in data.iter_slices(CHUNK_ROWS)
    ]
    control = pl.concat(parts) if parts else pl.Series(dtype=pl.Boolean)
    long = size + data.width - 1 > MAX_LINE
    made = pl.DataFrame({"bad": bad, "control": control, "long": long}).select(
        pl.when("bad").then(pl.lit("L02")).when("control").then(pl.lit("L03"))
        .when("long").then(pl.lit("L05")).otherwise(None).alias("fault")
    )  # fmt: skip
    return made.to_series()


def _fields(data: pl.DataFrame, header: Header) -> list[pl.Series]:
    return [data.to_series(place).alias(code) for place, code in enumerate(header.fields) if code]


def _hide(frame: pl.DataFrame, data: pl.DataFrame, fault: pl.Series) -> pl.DataFrame:
    """A faulty row has no fields, but its text as far as it goes."""
    good = fault.is_null()
    fields = [
        pl.when(good).then(pl.col(name)).otherwise(None).alias(name) for name in frame.columns[1:]
    ]
    rows = (~good).arg_true()
    raw = pl.repeat(None, len(fault), dtype=pl.String, eager=True)
    raw = raw.scatter(rows, _raw(data[rows])).alias("raw")
    return frame.with_columns(fields).with_columns(fault, raw)


def _raw(data: pl.DataFrame) -> pl.Series:
    if not data.width:
        return pl.Series("raw", [""] * data.height, dtype=pl.String)
    cut = pl.all().str.head(RAW_CHARACTERS)
    joined = data.select(pl.concat_str(cut, separator=",").str.head(RAW_CHARACTERS).alias("raw"))
    return joined.to_series()


def _unsplit(data: pl.DataFrame, lines: pl.Series) -> pl.DataFrame:
    fault = pl.repeat(UNSPLIT, len(lines), dtype=pl.String, eager=True)
    return pl.DataFrame({"line": lines, "fault": fault, "raw": _raw(data)})


def _fault_rows(fault: pl.Series, columns: int) -> pl.DataFrame:
    rows = fault.is_not_null().arg_true().cast(pl.Int64)
    wide = pl.repeat(columns, len(rows), dtype=pl.Int64, eager=True)
    return pl.DataFrame({"position": rows, "found": wide, "expected": wide})


def _cells(marked: pl.DataFrame, kept: pl.Series, fault: pl.Series, header: Header) -> pl.DataFrame:
    """Findings about marked cells of fields in rows that could be read.

    A number is what a field of numbers holds: nothing to tell.
    """
    if not marked.height:
        return no_cells()
    places = {place: code for place, code in enumerate(header.fields) if code}
    numbers = [code for code in places.values() if FIELDS[code].type == "number"]
    rows = pl.DataFrame(
        {
            "position": kept.cast(pl.Int64),
            "row": pl.int_range(len(kept), dtype=pl.Int64, eager=True),
            "fault": fault,
        }
    ).filter(pl.col("fault").is_null())
    told = marked.with_columns(
        pl.col("place").replace_strict(places, default=None, return_dtype=pl.String).alias("field"),
        pl.col("kind").replace_strict(_RULES, default=None, return_dtype=pl.String).alias("code"),
    ).filter(
        pl.col("field").is_not_null(),
        pl.col("code").is_not_null(),
        ~(pl.col("field").is_in(numbers) & pl.col("kind").is_in([WHOLE, LOSSY])),
    )
    return (
        told.join(rows, on="position", how="inner")
        .select(position="row", field="field", rule_code="code")
        .sort("position", maintain_order=True)
    )
