"""Record files as bytes in the formats that institutions send: one function a format.

Every cell is text. What one format alone can express (a number cell, a cut character) is asked for
by the helper column ``marks``: ``XH=number``, ``CSRQ=date``, ``BZ=error``,
``BZ=cut``.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipelines.simulate.dbf import write_dbf
from pipelines.simulate.habits import Habits
from pipelines.simulate.xlsx import write_xlsx
from pipelines.standard import FIELDS

BOM = b"\xef\xbb\xbf"

Columns = list[tuple[str, pl.Expr]]
"""Headers, and expressions of the columns over a frame of records."""


@dataclass(frozen=True)
class Sheet:
    """What a record file holds: columns over the rows of ``frame``, on a day, for a title."""

    columns: Columns
    frame: pl.DataFrame
    day: date
    title: str


def render(sheet: Sheet, habits: Habits) -> bytes:
    """The file's bytes in the institution's format and way of writing. Equal input, equal bytes."""
    return _WRITERS[habits.format](sheet, habits)


def _csv(sheet: Sheet, habits: Habits) -> bytes:
    """Only keywords hold commas: they alone are quoted where not all are."""
    columns, plain = sheet.columns, sheet.frame
    headers = [f'"{header}"' if habits.quote_all else header for header, _ in columns]
    if not habits.quote_all:
        keywords = pl.col("LWGJC")
        quoted = pl.concat_str([pl.lit('"'), keywords, pl.lit('"')])
        has_comma = keywords.str.contains(",", literal=True)
        plain = plain.with_columns(
            pl.when(has_comma).then(quoted).otherwise(keywords).alias("LWGJC")
        )
    body = plain.select([column.alias(str(place)) for place, (_, column) in enumerate(columns)])
    head = ",".join(headers) + habits.line_end
    style: Any = "always" if habits.quote_all else "never"
    target = io.BytesIO()
    body.write_csv(target, include_header=False, line_terminator=habits.line_end, quote_style=style)
    content = head.encode("utf-8") + target.getvalue()
    if habits.encoding == "gb18030":
        return content.decode("utf-8").encode("gb18030")
    return BOM + content if habits.bom else content


def _parquet(sheet: Sheet, habits: Habits) -> bytes:  # noqa: ARG001 - one signature for all
    body = sheet.frame.select([column.alias(header) for header, column in sheet.columns])
    target = io.BytesIO()
    body.write_parquet(target, compression="zstd", compression_level=1)
    return target.getvalue()


def _xlsx(sheet: Sheet, habits: Habits) -> bytes:
    return write_xlsx(sheet.columns, sheet.frame, sheet.title if habits.template else "")


def _dbf(sheet: Sheet, habits: Habits) -> bytes:
    return write_dbf(
        [column for _, column in sheet.columns],
        [_dbf_name(header, column) for header, column in sheet.columns],
        sheet.frame,
        sheet.day,
        habits.code_page,
        habits.deleted_rows,
    )


def _dbf_name(header: str, column: pl.Expr) -> str:
    """A column's name has ten bytes: the field's code, whatever the institution's headers are."""
    code = column.meta.output_name()
    return code if code in FIELDS else header


_WRITERS: Mapping[str, Callable[[Sheet, Habits], bytes]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "dbf": _dbf,
    "parquet": _parquet,
}
