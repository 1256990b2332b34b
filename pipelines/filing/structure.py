"""Where the records of a delimited text begin and end, and which of them cannot be split.

One pass of NumPy over the bytes of a file; no loop over lines. A text without quotation marks
and with the same number of delimiters in each line (nearly every file) is settled by comparing
two arrays. Else delimiters and quotes are judged line by line:

- a line whose quotes pair is a record of its own;
- two lines with an odd number of quotes each, and what stands between them, are one record with
  line breaks in a quoted field, if together they have the header's columns and proper quoting and
  at most one of the lines would be a whole record by itself;
- any other line with an odd number of quotes is broken alone (L04), the lines after it are not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int64]
Mask = NDArray[np.bool_]

MAX_LINE = 64 << 10
LF, QUOTE = 0x0A, 0x22
TAB, DEL = 0x09, 0x7F


@dataclass(frozen=True)
class Records:
    """Records of a body, one an element, in order; blank ones are left out but counted.

    ``start`` and ``end`` are byte offsets (the line break excluded), ``ordinal`` counts rows of
    the body from 0 as a spreadsheet would, ``fault`` is the number of the L code or 0, ``columns``
    the number of columns found. ``whole`` is true when every line is a good record: the body can
    be parsed as it stands. ``quoted`` tells whether the text has quotation marks.
    """

    start: Offsets
    end: Offsets
    ordinal: Offsets
    fault: NDArray[np.uint8]
    columns: Offsets
    whole: bool
    quoted: bool


def scan(body: bytes, delimiter: int, columns: int, damaged: Offsets) -> Records:
    """The records of ``body`` (UTF-8, LF, ends with LF; at least one byte).

    ``damaged`` holds offsets of bytes that could not be decoded. A line with several faults has
    the one that explains most: L02, else L03, L05, L04, L01.
    """
    octets = np.frombuffer(body, np.uint8)
    quoted = b'"' in body
    is_break = octets == LF
    plain = None if quoted else _plain(octets, is_break, delimiter, columns)
    if plain is not None:
        start, end = plain
        counts = np.full(len(start), columns - 1, np.int64)
        fault = np.zeros(len(start), np.uint8)
    else:
        breaks = np.flatnonzero(is_break)
        lines = _Lines(octets, np.append(0, breaks[:-1] + 1), breaks, delimiter, quoted)
        start, end, counts, fault = lines.records(columns)
    fault[end - start > MAX_LINE] = 5
    if np.count_nonzero(octets < 32) > np.count_nonzero(is_break) or bytes([DEL]) in body:
        controls = np.flatnonzero(((octets < 32) & ~is_break & (octets != TAB)) | (octets == DEL))
        fault[np.searchsorted(start, controls, "right") - 1] = 3
    if len(damaged):
        fault[np.searchsorted(start, damaged, "right") - 1] = 2
    blank = end - start == counts
    kept = np.flatnonzero(~blank)
    whole = len(kept) == len(start) and not fault.any()
    if len(kept) == len(start):
        return Records(start, end, np.arange(len(start)), fault, counts + 1, whole, quoted)
    return Records(start[kept], end[kept], kept, fault[kept], counts[kept] + 1, False, quoted)


def _plain(
    octets: NDArray[np.uint8], is_break: Mask, delimiter: int, columns: int
) -> tuple[Offsets, Offsets] | None:
    """Lines when each has exactly the delimiters that it should; None otherwise."""
    marks = np.flatnonzero((octets == delimiter) | is_break)
    if len(marks) % columns:
        return None
    end = marks[columns - 1 :: columns]
    if not is_break[end].all() or np.count_nonzero(is_break) != len(end):
        return None
    return np.append(0, end[:-1] + 1), end


class _Lines:
    """Physical lines of a text whose records have to be found."""

    def __init__(
        self,
        octets: NDArray[np.uint8],
        start: Offsets,
        end: Offsets,
        delimiter: int,
        quoted: bool,
    ) -> None:
        self.octets, self.start, self.end, self.delimiter = octets, start, end, delimiter
        self.quoted = quoted
        marks = np.flatnonzero(octets == delimiter)
        self.naive = self._count(marks)
        if quoted:
            self._judge_quotes(marks)

    def _count(self, marks: Offsets) -> Offsets:
        return np.searchsorted(marks, self.end) - np.searchsorted(marks, self.start)

    def _judge_quotes(self, marks: Offsets) -> None:
        """Counts by line, read as beginning outside quotes and as beginning inside them."""
        is_quote = self.octets == QUOTE
        quotes = np.flatnonzero(is_quote)
        in_line = self._count(quotes)
        self.odd = in_line % 2 == 1
        parity = np.bitwise_xor.accumulate(is_quote.view(np.uint8))
        base = parity[np.maximum(self.start - 1, 0)]
        base[0] = 0
        inside = (parity[marks] ^ np.repeat(base, self.naive)) == 1
        self.outer = self._count(marks[~inside])
        opens = (parity[quotes] ^ np.repeat(base, in_line)) == 1
        previous = self.octets[np.maximum(quotes - 1, 0)]
        following = self.octets[quotes + 1]
        may_open = (previous == self.delimiter) | (previous == QUOTE)
        may_close = (following == self.delimiter) | (following == LF) | (following == QUOTE)
        begins_line = quotes == np.repeat(self.start, in_line)
        self.bad_outside = self._count(quotes[~np.where(opens, may_open | begins_line, may_close)])
        self.bad_inside = self._count(quotes[~np.where(opens, may_close, may_open)])

    def records(self, columns: int) -> tuple[Offsets, Offsets, Offsets, NDArray[np.uint8]]:
        """Start, end, delimiters found and fault number (0, 1 or 4) of each record."""
        fault = np.zeros(len(self.start), np.uint8)
        if not self.quoted:
            fault[self.naive != columns - 1] = 1
            return self.start, self.end, self.naive, fault
        outer = self.outer.copy()
        fault[outer != columns - 1] = 1
        fault[self.odd | (self.bad_outside > 0)] = 4
        first, last = self._joined(columns)
        fault[first], outer[first] = 0, columns - 1
        swallowed = np.zeros(len(self.start) + 1, np.int64)
        np.add.at(swallowed, first + 1, 1)
        np.add.at(swallowed, last + 1, -1)
        heads = np.flatnonzero(np.cumsum(swallowed[:-1]) == 0)
        end = self.end.copy()
        end[first] = self.end[last]
        return self.start[heads], end[heads], outer[heads], fault[heads]

    def _joined(self, columns: int) -> tuple[Offsets, Offsets]:
        """First and last lines of the records that go over several lines."""
        odd = np.flatnonzero(self.odd)
        first, last = odd[:-1], odd[1:]
        outer, inner = _Sums(self.outer), _Sums(self.naive - self.outer)
        bad = _Sums(self.bad_inside)
        whole = _Sums(self.naive >= columns - 1)
        delimiters = outer.of(first, first) + inner.of(first + 1, last)
        proper = (
            (delimiters == columns - 1)
            & (self.bad_outside[first] + bad.of(first + 1, last) == 0)
            & (self.end[last] - self.start[first] <= MAX_LINE)
            & ((whole.of(first, last) <= 1) | (columns == 1))
        )
        chosen = np.flatnonzero(_every_second(proper))
        return first[chosen], last[chosen]


class _Sums:
    """Sums over ranges of lines, both ends included, by differences of running totals."""

    def __init__(self, values: NDArray[np.int64] | Mask) -> None:
        self.totals = np.append(0, np.cumsum(values, dtype=np.int64))

    def of(self, first: Offsets, last: Offsets) -> Offsets:
        return self.totals[last + 1] - self.totals[first]


def _every_second(proper: Mask) -> Mask:
    """Of neighbouring proper pairs, which share a line, the 1st, 3rd, 5th ... of each run."""
    place = np.arange(len(proper))
    gap = np.maximum.accumulate(np.where(proper, -1, place)) if len(proper) else place
    return proper & ((place - gap) % 2 == 1)
