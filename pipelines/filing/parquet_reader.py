"""Parquet files as records: columns of text, other types told cell by cell (Art. 12(1)).

Read by pyarrow, whose reader is fuzzed against hostile files: the metadata of a Parquet file makes
others reserve memory that is not there, which ends the process.
"""

from dataclasses import dataclass
from datetime import time
from typing import Any

import polars as pl

from pipelines.filing.door_rules import Finding, find
from pipelines.filing.header import column_letter, make_header
from pipelines.filing.read_file import ReadFile, unread
from pipelines.filing.table import (
    DATE,
    LIMITS,
    MARKED,
    WHOLE,
    WRONG,
    Table,
    UnreadableError,
    make_records,
    too_large,
)
from pipelines.filing.typed_cells import read_numbers

MAGIC, ENCRYPTED = b"PAR1", b"PARE"
SMALLEST_RECORD = 64
"""A record takes more bytes; a file that claims more rows than fit is a bomb."""
MOST_CELLS_A_ROW = 2_000
BATCH_ROWS = 65_536


@dataclass(frozen=True)
class _Columns:
    """``texts``: a String column without NULL for each column; ``marked``: cells that were no
    text (``MARKED``); ``beyond``: rows with content in a column that is not read."""

    texts: list[pl.Series]
    marked: pl.DataFrame
    beyond: pl.Series


def read_parquet(
    raw: bytes, declared: str | None, edition: str, category: str, file: str
) -> ReadFile:
    """Reads a Parquet file; see ``ReadFile``. Never raises for what the bytes hold.

    Its texts are UTF-8 by definition: ``declared`` is not looked at.
    """
    del declared
    try:
        return _read(raw, edition, category, file)
    except UnreadableError as error:
        return unread((error.finding,), None)


def _read(raw: bytes, edition: str, category: str, file: str) -> ReadFile:
    import pyarrow as pa

    _refuse_other_formats(raw, file)
    try:
        arrow = _open(raw, file)
        schema = arrow.schema_arrow
        header = make_header(schema.names, edition, category, file)
        read = [_is_readable(kind) for kind in schema.types]
        columns = _columns(arrow, read)
    except UnreadableError:
        raise
    except (pa.ArrowException, OSError, ValueError, LookupError, OverflowError, MemoryError):
        raise _damaged(file) from None
    except (pl.exceptions.PolarsError, NotImplementedError):
        raise _damaged(file) from None
    findings = list(header.findings)
    findings += [
        _odd_type(file, place, schema.types[place]) for place, ok in enumerate(read) if not ok
    ]
    height = len(columns.texts[0])
    lines = pl.int_range(2, height + 2, eager=True)
    table = Table(lines, columns.texts, columns.marked, beyond=columns.beyond)
    return make_records(table, header, findings, file, None)


def _refuse_other_formats(raw: bytes, file: str) -> None:
    if raw.startswith(ENCRYPTED):
        zh, en = "文件已加密", "it is encrypted"
        raise UnreadableError("F19", file, zh, en, format="parquet")
    if not raw.startswith(MAGIC):
        zh, en = "不是 Parquet 文件", "it is no Parquet file"
        raise UnreadableError("F19", file, zh, en, format="parquet")


def _open(raw: bytes, file: str) -> Any:
    """The file, after its metadata was compared with what a package may hold."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pq.ParquetFile(pa.BufferReader(raw), memory_map=False, pre_buffer=False)
    about = arrow.metadata
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    size = sum(group.total_byte_size for group in groups)
    rows = max(about.num_rows, sum(group.num_rows for group in groups))
    if size > LIMITS.total_bytes or rows * SMALLEST_RECORD > LIMITS.total_bytes:
        raise too_large(file, max(size, rows * SMALLEST_RECORD))
    if about.num_columns > MOST_CELLS_A_ROW:
        zh, en = f"超过 {MOST_CELLS_A_ROW} 列", f"more than {MOST_CELLS_A_ROW} columns"
        raise UnreadableError("F21", file, zh, en)
    if not len(arrow.schema_arrow.names):
        raise _damaged(file)
    # texts as dictionaries: one that is repeated a million times then takes its room once
    leaves = [about.schema.column(place) for place in range(about.num_columns)]
    texts = [leaf.path for leaf in leaves if leaf.converted_type in ("UTF8", "ENUM", "JSON")]
    return pq.ParquetFile(
        pa.BufferReader(raw), memory_map=False, pre_buffer=False, read_dictionary=texts
    )


def _is_readable(kind: Any) -> bool:
    """Whether a column of this type holds one text, number, date or truth value a row."""
    from pyarrow import types

    if types.is_dictionary(kind):
        return _is_text(kind.value_type)
    other = (
        types.is_null, types.is_boolean, types.is_integer, types.is_floating, types.is_decimal,
        types.is_temporal,
    )  # fmt: skip
    return _is_text(kind) or any(test(kind) for test in other)


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _columns(arrow: Any, read: list[bool]) -> _Columns:
    """The columns as text, those that are not read empty."""
    texts, marked, beyond, height = [], [pl.DataFrame(schema=MARKED)], [], 0
    for batch in arrow.iter_batches(BATCH_ROWS, use_threads=False):
        # texts that are no UTF-8 and indices that lead nowhere end here, not in other libraries
        batch.validate(full=True)
        filled = pl.repeat(False, batch.num_rows, dtype=pl.Boolean, eager=True)
        values = []
        for place, is_read in enumerate(read):
            column = batch.column(place)
            if is_read:
                values.append(_series(column))
            else:
                filled = filled | pl.Series(column.is_valid())
                values.append(pl.repeat(None, batch.num_rows, dtype=pl.String, eager=True))
            if values[-1].dtype not in (pl.String, pl.Null):
                values[-1], told = _as_text(values[-1], place, height)
                marked.append(told)
        names = [value.alias(str(place)) for place, value in enumerate(values)]
        texts.append(pl.DataFrame(names).select(pl.all().cast(pl.String).fill_null("")))
        beyond.append(filled)
        height += batch.num_rows
    if not texts:
        none = [pl.Series(dtype=pl.String) for _ in read]
        return _Columns(none, marked[0], pl.Series(dtype=pl.Boolean))
    return _Columns(pl.concat(texts).get_columns(), pl.concat(marked), pl.concat(beyond))


def _series(values: Any) -> pl.Series:
    from pyarrow import types

    if not types.is_dictionary(values.type):
        return pl.Series(values)
    texts = pl.Series(values.dictionary, dtype=pl.String)
    return texts.gather(pl.Series(values.indices, dtype=pl.Int64))


def _as_text(values: pl.Series, place: int, first: int) -> tuple[pl.Series, pl.DataFrame]:
    """Values of a flat type as text, and the cells among them (``MARKED``); rows from ``first``."""
    value, dtype = pl.col("v"), values.dtype
    text, kind = value.cast(pl.String), pl.lit(WHOLE)
    if dtype == pl.Boolean:
        text, kind = text.str.to_uppercase(), pl.lit(WRONG)
    elif dtype == pl.Datetime:
        midnight = value.dt.time() == time()
        text = value.dt.strftime("%Y-%m-%d %H:%M:%S")
        text = pl.when(midnight).then(text.str.head(10)).otherwise(text)
        kind = pl.lit(DATE)
    elif dtype.is_temporal():
        kind = pl.lit(DATE)
    elif not dtype.is_integer():
        text, kind = read_numbers(text)
    made = pl.DataFrame({"v": values}).select(
        position=pl.int_range(first, first + pl.len()), place=pl.lit(place), kind=kind, text=text
    )
    told = made.filter(values.is_not_null()).select(*MARKED).cast(MARKED)
    return made["text"], told


def _odd_type(file: str, place: int, kind: Any) -> Finding:
    from pyarrow import types

    nested = types.is_nested(kind)
    return find(
        "F26",
        file=file,
        column=place + 1,
        letter=column_letter(place + 1),
        reason_zh="嵌套类型" if nested else "二进制类型，应为字符串",
        reason_en="nested" if nested else "binary where text is expected",
    )


def _damaged(file: str) -> UnreadableError:
    zh, en = "Parquet 内部结构不可读", "the inside of the Parquet file cannot be read"
    return UnreadableError("F20", file, zh, en)
