"""A worksheet as rows and columns of text, read piece by piece.

Only rows with content take memory: a sheet of a million formatted but empty rows costs the time of
unpacking it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.filing.table import LIMITS, MARKED, TEXT, WRONG, UnreadableError
from pipelines.filing.xlsx_cells import NO_TEXT, Cells, Ints, find_cells
from pipelines.filing.xlsx_parts import Parts, Workbook
from pipelines.filing.xlsx_text import mended, plain_xml, prefix_of, shared_strings

MOST_ROWS = 1 << 20
LONGEST_ROW = 32 << 20
"""Bytes of XML that one row may take: 64 KiB of text and 400 columns take a tenth of it."""
MOST_STRINGS = 20_000_000
_HEAD = 4096


@dataclass
class Sheet:
    """The rows with content. ``lines``: their numbers. ``row``, ``place`` and ``text``: a cell an
    element, in numbers as small as they can be; ``text`` counts in ``texts``. ``marked``: cells
    that were no text (``MARKED``)."""

    lines: Ints
    row: NDArray[np.int32]
    place: NDArray[np.uint16]
    text: NDArray[np.int32]
    texts: pl.Series
    marked: pl.DataFrame
    whole: bool = True

    @property
    def width(self) -> int:
        """The number of the last column with content."""
        return int(self.place.max(initial=0)) + 1

    def columns(self, first: int, width: int) -> list[pl.Series]:
        """The first ``width`` columns of the rows from ``first`` on, '' for an empty cell."""
        taken = (self.row >= first) & (self.place < width)
        row, place, text = self.row[taken] - first, self.place[taken], self.text[taken]
        order = np.argsort(place, kind="stable")
        edges = np.searchsorted(place[order], np.arange(width + 1))
        texts = pl.concat([self.texts, pl.Series([""])], rechunk=True)
        made = {}
        for number, (start, stop) in enumerate(pairwise(edges.tolist())):
            chosen = order[start:stop]
            index = np.full(len(self.lines) - first, len(texts) - 1, np.uint32)
            index[row[chosen]] = text[chosen]
            made[str(number)] = index
        # one query for all columns: each has its price, and most files are small
        taken_texts = [pl.lit(texts).gather(pl.col(name)).alias(name) for name in made]
        return pl.DataFrame(made).select(taken_texts).get_columns()

    def rows_beyond(self, width: int) -> NDArray[np.bool_]:
        """Which rows have content beyond the first ``width`` columns."""
        made = np.zeros(len(self.lines), np.bool_)
        made[self.row[self.place >= width]] = True
        return made

    def row_texts(self, row: int) -> list[str]:
        """The texts of one row up to its last cell."""
        chosen = np.flatnonzero(self.row == row)
        cells = dict(zip(self.place[chosen].tolist(), self.text[chosen].tolist(), strict=True))
        return [self.texts[cells[k]] if k in cells else "" for k in range(max(cells) + 1)]


@dataclass
class _Collected:
    """What the pieces of a sheet hold, joined at the end."""

    lines: list[Ints] = field(default_factory=list)
    row: list[NDArray[np.int32]] = field(default_factory=list)
    place: list[NDArray[np.uint16]] = field(default_factory=list)
    text: list[NDArray[np.int32]] = field(default_factory=list)
    others: list[pl.Series] = field(default_factory=list)
    kind: list[Ints] = field(default_factory=list)
    rows = 0
    ordinals = 0
    known = 0

    def add(self, cells: Cells) -> None:
        """Takes the cells of the next piece; rows without content are left out but counted."""
        filled = cells.row[np.flatnonzero(np.diff(cells.row, prepend=-1))]
        ordinal = self.ordinals + np.arange(len(cells.lines)) + 1
        self.lines.append(np.where(cells.lines > 0, cells.lines, -ordinal)[filled])
        row = np.cumsum(np.diff(cells.row, prepend=cells.row[:1]) != 0) + self.rows
        self.row.append(row.astype(np.int32))
        self.place.append(cells.place.astype(np.uint16))
        # others are counted on below zero over all pieces
        text = np.where(cells.text < 0, cells.text - self.known, cells.text)
        self.text.append(text.astype(np.int32))
        self.others.append(cells.others)
        self.kind.append(cells.kind)
        self.rows += len(filled)
        self.ordinals += len(cells.lines)
        self.known += len(cells.others)


def read_strings(parts: Parts, workbook: Workbook, file: str) -> tuple[pl.Series, bool]:
    """The shared texts, and whether their part was valid UTF-8."""
    if workbook.strings is None:
        return pl.Series(dtype=pl.String), True
    data = parts.read(workbook.strings, LIMITS.file_bytes)
    data = plain_xml(data, prefix_of(data[:_HEAD]), file)
    if data.count(b"<si") > MOST_STRINGS:
        limit = f"{MOST_STRINGS:,}"
        raise UnreadableError("F21", file, f"文本超过 {limit} 个", f"more than {limit} texts")
    data, valid = mended(data)
    return shared_strings(data), valid


def read_sheet(
    parts: Parts, name: str, workbook: Workbook, strings: pl.Series, file: str, *, rows: int = 0
) -> Sheet:
    """The sheet in part ``name``; only its beginning when ``rows`` (with content) are enough."""
    collected, whole, limit = _Collected(), True, MOST_ROWS
    for piece in _pieces(parts, name, file):
        data, valid = mended(piece.data)
        whole &= valid and piece.whole
        if b"<v" in data or b"<is" in data:
            collected.add(find_cells(data, workbook.date_styles, workbook.since_1904))
        else:
            collected.ordinals += data.count(b"<row")
        if collected.rows > limit:
            zh, en = f"超过 {limit} 行", f"more than {limit} rows"
            raise UnreadableError("F21", file, zh, en)
        if rows and collected.rows >= rows:
            break
    return _join(collected, strings, whole)


@dataclass(frozen=True)
class _Piece:
    """Whole ``row`` elements; ``whole`` is false where the sheet ends before its end."""

    data: bytes
    whole: bool


def _pieces(parts: Parts, name: str, file: str) -> Iterator[_Piece]:
    """The sheet's rows as plain XML, some megabytes at a time."""
    rest, prefix, started, ended = b"", b"", False, False
    for block in parts.stream(name):
        if ended:
            continue  # read on: the zip tells at the end whether the part is damaged
        if not started and not rest:
            prefix = prefix_of(block[:_HEAD])
        data = plain_xml(rest + block, prefix, file)
        if not started:
            at = data.find(b"<sheetData")
            started = at >= 0
            data = data[at:] if started else data
        stop = data.find(b"</sheetData") if started else -1
        ended = stop >= 0 or data.startswith(b"<sheetData/>")
        cut = stop if stop >= 0 else data.rfind(b"<row") if started else 0
        rest = data[max(cut, 0) :]
        if len(rest) > LONGEST_ROW and not ended:
            zh, en = "一行过长", "a row is too long"
            raise UnreadableError("F21", file, zh, en)
        if cut > 0:
            yield _Piece(data[:cut], True)
    if started and not ended:
        yield _Piece(rest, False)


def _join(collected: _Collected, strings: pl.Series, whole: bool) -> Sheet:
    if not collected.rows:
        none = np.empty(0, np.int64)
        marked = pl.DataFrame(schema=MARKED)
        small, place = none.astype(np.int32), none.astype(np.uint16)
        return Sheet(none, small, place, small, pl.Series(dtype=pl.String), marked, whole)
    row = np.concatenate(collected.row)
    place = np.concatenate(collected.place)
    text = np.concatenate(collected.text)
    others = pl.concat([*collected.others, pl.Series([NO_TEXT])])
    kinds = np.append(np.concatenate(collected.kind), WRONG)
    text[text >= len(strings)] = -len(others)
    text = np.where(text < 0, len(strings) - 1 - text, text)
    texts = pl.concat([strings, others], rechunk=True)
    lines = _numbered(np.concatenate(collected.lines))
    if (nothing := (texts == "").to_numpy()).any():
        filled = ~nothing[text]
        row, place, text = row[filled], place[filled], text[filled]
        used = np.unique(row)
        lines, row = lines[used], np.searchsorted(used, row).astype(np.int32)
    kind = np.append(np.full(len(strings), TEXT), kinds)[text]
    odd = np.flatnonzero(kind != TEXT)
    marked = pl.DataFrame({"position": row[odd], "place": place[odd], "kind": kind[odd]})
    return Sheet(lines, row, place, text, texts, marked.cast(MARKED), whole)


def _numbered(lines: Ints) -> Ints:
    """Row numbers as told; as counted where they are not told or cannot be true."""
    if (lines > 0).all() and (np.diff(lines) > 0).all() and lines[-1] <= MOST_ROWS:
        return lines
    counted = np.arange(len(lines)) + 1
    if (lines < 0).all():
        return -lines
    return counted
