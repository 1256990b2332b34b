"""The cells in a piece of a worksheet's XML, found with NumPy: no loop over cells.

The two forms that nearly all cells have (a number of a shared text; a text in line) are read from
the bytes. The others (numbers, dates, formulas, attributes in another order) are cut out and read
by regular expressions of Polars.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.filing.columns import slices
from pipelines.filing.table import TEXT, WRONG
from pipelines.filing.typed_cells import read_numbers, read_serial_dates
from pipelines.filing.xlsx_text import run_texts, unescape

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

PADDING = b"\0" * 64
_PRESERVE = len('<t xml:space="preserve">')
_DIGITS = 9
MOST_PLACES = 20_000
"""No spreadsheet has so many columns; cells beyond count as in the last."""
NO_TEXT = "#VALUE!"
"""Stands for a shared text that the file does not hold."""


@dataclass(frozen=True)
class Cells:
    """The cells with content of some rows. ``lines``: the number of each row, -1 if not told.

    ``row`` (of ``lines``), ``place`` (column from 0) and ``text`` have an element a cell:
    ``text`` is the number of a shared text, or -1 - k for element k of ``others``. ``kind`` tells
    for each of ``others`` what it was.
    """

    lines: Ints
    row: Ints
    place: Ints
    text: Ints
    others: pl.Series
    kind: Ints


def find_cells(data: bytes, date_styles: frozenset[int], since_1904: bool) -> Cells:
    """The cells in ``data``: whole ``row`` elements as plain XML in valid UTF-8."""
    tags = _Tags(data)
    simple, simple_text = tags.shared_texts()
    inline, start, stop = tags.inline_texts()
    rest = ~(simple | inline | tags.without_content())
    others, kind = [], []
    text = np.zeros(len(tags.cell), np.int64)
    text[simple] = simple_text
    text[inline] = -1 - np.arange(inline.sum())
    others.append(unescape(slices(data, start, stop)))
    kind.append(np.full(len(start), TEXT))
    place = tags.places()
    if rest.any():
        read = _read_rest(tags.snippets(rest), date_styles, since_1904)
        shared = read["shared"].to_numpy()
        number = -1 - len(start) - np.arange(read.height)
        text[rest] = np.where(shared >= 0, shared, number)
        others.append(read["text"])
        kind.append(read["kind"].to_numpy())
    filled = simple | inline
    filled[rest] = read["filled"].to_numpy() if rest.any() else False
    return Cells(
        tags.lines(), tags.row[filled], place[filled], text[filled], pl.concat(others),
        np.concatenate(kind),
    )  # fmt: skip


class _Tags:
    """Where tags begin: all of them, those of cells and those of rows."""

    def __init__(self, data: bytes) -> None:
        self.data, self.end = data, len(data)
        padded = data + PADDING
        self.octets = np.frombuffer(padded, np.uint8)
        # the eight bytes from each place on: one look-up instead of eight
        self.words = np.ndarray((len(padded) - 7,), "<u8", padded, strides=(1,))
        tag = np.flatnonzero(self.octets == ord("<"))
        word = self.words[tag]
        row = (word & 0xFFFFFFFF) == int.from_bytes(b"<row", "little")
        row &= _ends_name(word >> 32)
        cell = ((word & 0xFFFF) == int.from_bytes(b"<c", "little")) & _ends_name(word >> 16)
        # a cell outside of rows is in no spreadsheet; before the first row none is looked for
        index, self.row_tag = np.flatnonzero(cell), np.flatnonzero(row)
        if len(index):
            index = index[index > self.row_tag.min(initial=len(tag))]
        self.cell = tag[index]
        # where a piece ends, later tags are at its end
        self._tag = np.append(tag, [self.end] * 6)
        self._index = index
        self.row = np.searchsorted(self.row_tag, index) - 1

    def nth(self, number: int) -> Ints:
        """Where the ``number``-th tag after each cell's own begins."""
        return self._tag[self._index + number]

    def _has(self, at: Ints, text: bytes) -> Mask:
        """Where ``text`` stands at ``at``."""
        made = np.ones(len(at), np.bool_)
        for offset in range(0, len(text), 8):
            part = text[offset : offset + 8]
            mask = np.uint64((1 << 8 * len(part)) - 1)
            made &= (self.words[at + offset] & mask) == int.from_bytes(part, "little")
        return made

    def shared_texts(self) -> tuple[Mask, Ints]:
        """Which cells are ``<c … t="s"><v>12</v>``, and the number in each of those."""
        if b't="s"' not in self.data:
            return np.zeros(len(self.cell), np.bool_), np.empty(0, np.int64)
        value, end = self.nth(1), self.nth(2)
        which = self._has(value - 7, b' t="s"><v>') & (end - value - 3 <= _DIGITS)
        start, length = value[which] + 3, (end - value - 3)[which]
        number = np.zeros(len(start), np.int64)
        plain = length > 0
        for offset in range(int(length.max(initial=0))):
            digit = self.octets[start + offset].astype(np.int64) - ord("0")
            inside = offset < length
            number = np.where(inside, number * 10 + digit, number)
            plain &= ~inside | ((digit >= 0) & (digit <= 9))
        which[which] = plain
        return which, number[plain]

    def inline_texts(self) -> tuple[Mask, Ints, Ints]:
        """Which cells are ``<c … t="inlineStr"><is><t>text</t></is>``, and where the texts are."""
        if b'Str"><is><t' not in self.data:
            none = np.empty(0, np.int64)
            return np.zeros(len(self.cell), np.bool_), none, none
        element, text, end = self.nth(1), self.nth(2), self.nth(3)
        which = self._has(element - 5, b'Str"><is') & (text == element + 4)
        which &= self._has(end, b"</t></is") & self._has(text, b"<t")
        bare = self.octets[text + 2] == ord(">")
        kept = ~bare
        if kept.any():
            kept &= self._has(text, b'<t xml:space="preserve">')
        which &= bare | kept
        start = text + np.where(bare, 3, _PRESERVE)
        return which, start[which], end[which]

    def without_content(self) -> Mask:
        """Which cells are ``<c …/>`` or ``<c …></c>``."""
        following = self.nth(1)
        closed = (self.octets[following - 1] == ord(">")) & (self.octets[following - 2] == ord("/"))
        return closed | self._has(following, b"</c>")

    def snippets(self, which: Mask) -> pl.Series:
        """The XML of some cells, each up to the next cell or row."""
        marks = np.append(np.union1d(self.cell, self._tag[self.row_tag]), self.end)
        start = self.cell[which]
        return slices(self.data, start, marks[np.searchsorted(marks, start, "right")])

    def places(self) -> Ints:
        """Each cell's column from its reference; without one, the column after the cell before."""
        told = self._has(self.cell, b'<c r="')
        letters = self.cell + 6
        place = np.zeros(len(told), np.int64)
        inside = told
        for offset in range(3):
            letter = self.octets[letters + offset].astype(np.int64) - ord("A") + 1
            inside = inside & (letter >= 1) & (letter <= 26)
            place = np.where(inside, place * 26 + letter, place)
        odd = place == 0
        if odd.any():
            place[odd] = _places(self.snippets(odd))
            place = _filled_in(place, self.row)
        return np.minimum(place, MOST_PLACES) - 1

    def lines(self) -> Ints:
        """The number of each row, -1 where it is not told."""
        start, stop = self._tag[self.row_tag], self._tag[self.row_tag + 1]
        tags = slices(self.data, start, stop)
        number = tags.str.extract(r"""^<row[^>]*?\sr\s*=\s*["'](\d{1,8})["']""")
        return number.cast(pl.Int64).fill_null(-1).to_numpy()


def _ends_name(word: NDArray[Any]) -> Mask:
    octet = word.astype(np.uint8)
    return (octet == ord(" ")) | (octet == ord(">")) | (octet == ord("/")) | (octet <= 13)


def _places(snippets: pl.Series) -> Ints:
    """Columns from 1 by a cell's reference, 0 without one."""
    letters = snippets.str.extract(r"""^<c[^>]*?\sr\s*=\s*["']([A-Z]{1,3})\d*["']""")
    known = letters.unique().drop_nulls().to_list()
    numbers = {one: _column(one) for one in known}
    return letters.replace_strict(numbers, default=0, return_dtype=pl.Int64).fill_null(0).to_numpy()


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _filled_in(place: Ints, row: Ints) -> Ints:
    """Cells without a column come after the one before, the first of a row in column 1."""
    count = np.arange(len(place))
    starts_row = np.append(True, row[1:] != row[:-1])
    anchor = np.where((place > 0) | starts_row, count, 0)
    last = np.maximum.accumulate(anchor)
    base = np.where(place[last] > 0, place[last], 1)
    return base + count - last


def _read_rest(xml: pl.Series, date_styles: frozenset[int], since_1904: bool) -> pl.DataFrame:
    """Cells of any form: ``text``, ``kind``, ``shared`` (a shared text or -1), ``filled``."""
    tag, whole = pl.col("xml").str.extract("^<c([^>]*)>"), pl.col("xml")
    style = tag.str.extract(r"""\ss\s*=\s*["'](\d{1,7})["']""").cast(pl.Int64, strict=False)
    cells = pl.DataFrame({"xml": xml}).select(
        kind=tag.str.extract(r"""\st\s*=\s*["'](\w+)["']""").fill_null("n"),
        dated=style.is_in(list(date_styles)).fill_null(False),
        value=whole.str.extract(r"<v(?:\s[^>]*)?>([^<]*)").fill_null(""),
        inline=whole.str.contains("<is[ >]"),
    )
    inline = cells["inline"].arg_true()
    if len(inline):
        value = cells["value"].scatter(inline, run_texts(xml.gather(inline)))
        cells = cells.with_columns(value)
    cells = cells.with_columns(unescape(cells["value"]))
    return cells.select(**_judged(since_1904))


def _judged(since_1904: bool) -> dict[str, pl.Expr]:
    kind, value = pl.col("kind"), pl.col("value")
    index = value.str.strip_chars().cast(pl.Int64, strict=False)
    number, number_kind = read_numbers(value)
    day, day_kind = read_serial_dates(value, since_1904)
    is_text = kind.is_in(["str", "inlineStr"])
    is_number, is_day = kind == "n", (kind == "n") & pl.col("dated")
    shared = (kind == "s") & index.is_not_null() & (index >= 0)
    truth = value.replace_strict({"1": "TRUE", "0": "FALSE"}, default=value)
    return {
        "text": pl.when(is_day).then(day).when(is_number).then(number)
        .when(kind == "b").then(truth).when(kind == "s").then(pl.lit(NO_TEXT)).otherwise(value),
        "kind": pl.when(is_text).then(TEXT).when(is_day).then(day_kind)
        .when(is_number).then(number_kind).when(kind == "d").then(day_kind)
        .otherwise(WRONG).cast(pl.Int64),
        "shared": pl.when(shared).then(index).otherwise(-1),
        "filled": value != "",
    }  # fmt: skip
