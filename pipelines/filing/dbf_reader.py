"""DBF files (dBase III and IV, FoxPro) as records: the format of uploads until about 2018.

A column of the file is decoded in one piece and cut with NumPy: 67,000 records of 40 columns a
second; ``dbfread``, which builds every value in Python, reads 23,000.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.filing.columns import slices
from pipelines.filing.dbf_header import DELETED, Column, DbfHeader, read_dbf_header
from pipelines.filing.door_rules import Finding, find
from pipelines.filing.header import MOST_COLUMNS, column_letter, make_header
from pipelines.filing.read_file import ReadFile, unread
from pipelines.filing.table import CUT, MARKED, Table, UnreadableError, make_records
from pipelines.filing.text import GB18030, UTF8, decode_marked, family, is_utf8

_TEXT_TYPES = "CNFDL"
_MEMO_TYPES = "MGPWQ"
_SEPARATORS = (0x0A, 0x1E, 0x1F, 0x1D, 0x1C, 0x01, 0x02, 0x03)
"""Bytes that are no part of a Han character; the first that a column does not hold ends a cell."""
_BROKEN_END = "(?:\ufffd[0-9]?)+$"
_SAMPLE_ROWS = 5_000


@dataclass(frozen=True)
class _Decoded:
    """A column as text; ``cut`` and ``broken``: rows whose last character is cut, or with bytes
    inside that cannot be decoded."""

    texts: pl.Series
    cut: NDArray[np.int64]
    broken: NDArray[np.int64]


def read_dbf(raw: bytes, declared: str | None, edition: str, category: str, file: str) -> ReadFile:
    """Reads a DBF file; see ``ReadFile``. Never raises for what the bytes hold."""
    try:
        return _read(raw, declared, edition, category, file)
    except UnreadableError as error:
        return unread((error.finding,), None)


def _read(raw: bytes, declared: str | None, edition: str, category: str, file: str) -> ReadFile:
    layout = read_dbf_header(raw, file)
    findings = list(layout.findings)
    octets = np.frombuffer(raw, np.uint8)[layout.start :][: layout.rows * layout.length]
    records = octets.reshape(layout.rows, layout.length)
    live = np.flatnonzero(records[:, 0] != DELETED)
    if len(live) < layout.rows:
        findings.append(find("F24", file=file, count=layout.rows - len(live)))
        records = records[live]
    codec = _encoding(records, layout, declared)
    if declared and family(declared) != codec:
        findings.append(find("F10", file=file, declared=declared[:40], found=codec))
    names = [_name(column) for column in layout.columns]
    header = make_header(names, edition, category, file)
    findings.extend(header.findings)
    findings.extend(_unread_columns(layout, file))
    decoded = _decode(records, layout.columns[:MOST_COLUMNS], codec)
    broken = np.zeros(len(live), np.bool_)
    for column in decoded:
        broken[column.broken] = True
    table = Table(
        pl.Series(live + 2),
        [column.texts for column in decoded],
        _marked(decoded),
        pl.Series(broken),
        _beyond(records, layout),
    )
    return make_records(table, header, findings, file, codec)


def _name(column: Column) -> str:
    return column.name.decode(GB18030, "replace").strip()


def _unread_columns(layout: DbfHeader, file: str) -> list[Finding]:
    found = []
    for number, column in enumerate(layout.columns, start=1):
        if column.type in _TEXT_TYPES:
            continue
        memo = column.type in _MEMO_TYPES
        zh = "备注（memo）字段存放在另一个文件内" if memo else f"类型 {column.type}"
        en = "a memo, which lies in another file" if memo else f"type {column.type}"
        letter = column_letter(number)
        found.append(
            find("F26", file=file, column=number, letter=letter, reason_zh=zh, reason_en=en)
        )
    return found


def _encoding(records: NDArray[np.uint8], layout: DbfHeader, declared: str | None) -> str:
    """GB18030, unless the text is valid UTF-8 and was declared so or is no GB18030.

    Cut characters are no evidence: only whole cells are asked, those that end with a blank.
    """
    wanted = UTF8 if family(declared) == UTF8 else GB18030
    sample = records[:_SAMPLE_ROWS]
    pieces = []
    for column in layout.columns:
        cells = sample[:, column.start : column.start + column.width]
        if column.type == "C" and column.width:
            whole = cells[(cells[:, -1] == 0x20) | (cells[:, -1] == 0)]
            pieces.append(whole.tobytes())
    text = b" ".join(pieces)
    if text.isascii():
        return wanted
    if not is_utf8(text):
        return GB18030
    if wanted == UTF8:
        return UTF8
    try:
        text.decode(GB18030)
    except UnicodeDecodeError:
        return UTF8
    return GB18030


def _decode(records: NDArray[np.uint8], columns: tuple[Column, ...], codec: str) -> list[_Decoded]:
    """All columns as text, padding gone, cut and broken characters found."""
    padded = [_padded(records, column, codec) for column in columns]
    # one query for all columns: each has its price, and most files are small
    frame = pl.DataFrame([one.texts.alias(str(place)) for place, one in enumerate(padded)])
    texts = frame.select(
        _stripped(str(place), column.type, one.separator)
        for place, (column, one) in enumerate(zip(columns, padded, strict=True))
    )
    return [
        _settle_broken(text, one.bad) for text, one in zip(texts.get_columns(), padded, strict=True)
    ]


def _stripped(name: str, kind: str, separator: str) -> pl.Expr:
    """Without the padding of its type; a truth value that is not set is a question mark."""
    text = pl.col(name).str.strip_chars_end(f" \0{separator}")
    if kind in "NF":
        return text.str.strip_chars_start(" ")
    return text.replace("?", "") if kind == "L" else text


@dataclass(frozen=True)
class _Padded:
    """A column as text with padding and a separator after each cell, which no cell holds; and
    the rows with bytes that cannot be decoded."""

    texts: pl.Series
    separator: str
    bad: NDArray[np.int64]


def _padded(records: NDArray[np.uint8], column: Column, codec: str) -> _Padded:
    height = len(records)
    if column.type not in _TEXT_TYPES or not column.width or not height:
        nothing = pl.repeat("", height, dtype=pl.String, eager=True)
        return _Padded(nothing, "\n", np.empty(0, np.int64))
    cells = records[:, column.start : column.start + column.width]
    separator = next((one for one in _SEPARATORS if not (cells == one).any()), None)
    if separator is None:
        nothing = pl.repeat("\ufffd.", height, dtype=pl.String, eager=True)
        return _Padded(nothing, "\n", np.arange(height))
    ended = np.full((height, column.width + 1), separator, np.uint8)
    ended[:, :-1] = cells
    data, bad = decode_marked(ended.tobytes(), codec)
    stop = np.flatnonzero(np.frombuffer(data, np.uint8) == separator)
    texts = slices(data, np.append(0, stop[:-1] + 1), stop + 1)
    return _Padded(texts, chr(separator), np.unique(np.searchsorted(stop, bad)))


def _settle_broken(texts: pl.Series, rows: NDArray[np.int64]) -> _Decoded:
    """A character that breaks off at the end of a cell is cut (K05), other bytes are broken."""
    if not len(rows):
        return _Decoded(texts, rows, rows)
    whole = texts.gather(rows).str.replace(_BROKEN_END, "")
    inside = whole.str.contains("\ufffd", literal=True).to_numpy()
    texts = texts.scatter(rows[~inside], whole.filter(~inside))
    return _Decoded(texts, rows[~inside], rows[inside])


def _beyond(records: NDArray[np.uint8], layout: DbfHeader) -> pl.Series:
    """Rows with content in a column that is not read."""
    made = np.zeros(len(records), np.bool_)
    for place, column in enumerate(layout.columns):
        if column.type not in _TEXT_TYPES or place >= MOST_COLUMNS:
            cells = records[:, column.start : column.start + column.width]
            made |= ((cells != 0x20) & (cells != 0)).any(axis=1)
    return pl.Series(made)


def _marked(decoded: list[_Decoded]) -> pl.DataFrame:
    parts = [
        pl.DataFrame({"position": one.cut, "place": place, "kind": CUT}).cast(MARKED)
        for place, one in enumerate(decoded)
        if len(one.cut)
    ]
    return pl.concat([pl.DataFrame(schema=MARKED), *parts])
