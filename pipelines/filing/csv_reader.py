"""Delimited text as records: the good lines of a file in one call of Polars, the broken ones kept.

Separator: comma, semicolon, tab or vertical bar, whichever the header has or a first line
``sep=;`` says. Quoting as RFC 4180: quotes around a whole field, doubled inside. Rows without any
content are skipped but keep their line number.
"""

import re
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.errors import DisagreementError
from pipelines.filing.door_rules import find
from pipelines.filing.header import Header, read_header
from pipelines.filing.instructions import count_instructions
from pipelines.filing.read_file import (
    FAULTS,
    RAW_CHARACTERS,
    UNSPLIT,
    ReadFile,
    no_faults,
    unread,
)
from pipelines.filing.structure import MAX_LINE, Offsets, Records, scan
from pipelines.filing.text import Text, decode

FEW_RUNS = 4096
"""Up to so many runs of bytes are copied one by one, more of them by a mask over the file."""

_TOLD = re.compile(rb'"?sep=([,;\t|])"?\n', re.IGNORECASE)
"""The line before the header in which spreadsheets tell the delimiter."""

LONGEST_HEADER = 500
"""Physical lines that a header may take when its names hold line breaks."""


@dataclass(frozen=True)
class _Body:
    """The text below the header, which ends at ``offset`` in the file's ``data``."""

    data: bytes
    offset: int
    first_line: int


def read_csv(raw: bytes, declared: str | None, edition: str, category: str, file: str) -> ReadFile:
    """Reads a CSV file; see ``ReadFile``. Never raises for what the bytes hold."""
    text = decode(raw, declared)
    findings = []
    # a manifest that tells no encoding breaks its schema: told there
    if not text.agrees(declared) and (declared or text.data is None):
        shown = declared if declared else "-"
        findings.append(find("F10", file=file, declared=shown, found=text.found))
    if text.data is None:
        return unread(tuple(findings), text.found)
    line, delimiter, body = _split_header(text.data)
    if not line:
        return unread((*findings, find("F12", file=file)), text.found)
    header = read_header(line, edition, category, file, delimiter)
    findings.extend(header.findings)
    frame, faults = _read_body(body, header, text)
    if header.usable and (skipped := count_instructions(frame, header.columns)):
        rows = ", ".join(map(str, frame["line"].head(skipped)))
        findings.append(find("F22", file=file, rows=rows))
        # rows that are passed over have no fault: every faulty one comes after them
        frame = frame[skipped:]
        faults = faults.with_columns(pl.col("position") - skipped)
    if not frame.height:
        findings.append(find("F12", file=file))
    readable = header.usable and frame.height > 0
    return ReadFile(frame, faults, tuple(findings), text.found, header.columns, readable)


def _split_header(data: bytes) -> tuple[str, str | None, _Body]:
    """The header's text, '' when there is none, the delimiter if it is told, the body below."""
    start = len(data) - len(data.lstrip(b"\n"))
    told = _TOLD.match(data, start)
    delimiter = told[1].decode() if told else None
    first_line = start + 2
    if told:
        start = told.end()
        first_line += 1
    end = _line_end(data, start)
    limit = start + MAX_LINE
    for _ in range(LONGEST_HEADER):
        if data.count(b'"', start, end) % 2 == 0 or end >= min(limit, len(data)):
            break
        end = _line_end(data, end + 1)
    else:
        end = _line_end(data, start)
    if end > limit and data.count(b'"', start, end) % 2:
        end = _line_end(data, start)
    body = data[end + 1 :]
    if body and not body.endswith(b"\n"):
        body += b"\n"
    line = data[start:end].decode("utf-8", "replace")
    return line, delimiter, _Body(body, end + 1, first_line)


def _line_end(data: bytes, start: int) -> int:
    end = data.find(b"\n", start)
    return len(data) if end < 0 else end


def _read_body(body: _Body, header: Header, text: Text) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not body.data:
        return _frame(header, np.empty(0, np.int64)), no_faults()
    damaged = text.damaged[text.damaged >= body.offset] - body.offset
    records = scan(body.data, ord(header.delimiter), max(len(header.fields), 1), damaged)
    lines = records.ordinal + body.first_line
    if not header.usable:
        return _unsplit(body.data, records, lines), no_faults()
    if records.whole:
        values = _parse(body.data, header, records.quoted, len(lines))
        return _frame(header, lines, values), no_faults()
    return _read_broken(body.data, header, records, lines)


def _read_broken(
    body: bytes, header: Header, records: Records, lines: Offsets
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Good lines cut out and parsed together, broken ones beside them, in the file's order."""
    good = records.fault == 0
    bad = np.flatnonzero(~good)
    kept = _cut(body, records.start[good], records.end[good] + 1)
    values = _parse(kept, header, records.quoted, int(good.sum()))
    unsplit = pl.DataFrame(
        {
            "line": pl.Series(lines[bad], dtype=pl.Int32),
            "fault": pl.Series(FAULTS).gather(records.fault[bad]),
            "raw": _raw(body, records.start[bad], records.end[bad]),
        }
    )
    frame = pl.concat([_frame(header, lines[good], values), unsplit], how="diagonal")
    if frame.height != len(lines):
        raise _disagreement(frame.height, len(lines))
    faults = pl.DataFrame(
        {
            "position": pl.Series(bad, dtype=pl.Int64),
            "found": pl.Series(records.columns[bad], dtype=pl.Int64),
            "expected": pl.repeat(len(header.fields), len(bad), dtype=pl.Int64, eager=True),
        }
    )
    return frame.sort("line"), faults


def _parse(body: bytes, header: Header, quoted: bool, expected: int) -> pl.DataFrame:
    """The wanted columns of a body whose every line is good."""
    names = [code or f"_{place}" for place, code in enumerate(header.fields)]
    if not expected:
        return pl.DataFrame(schema=dict.fromkeys(header.columns, pl.String))
    values = pl.read_csv(
        body,
        has_header=False,
        schema=dict.fromkeys(names, pl.String),
        columns=[place for place, code in enumerate(header.fields) if code],
        separator=header.delimiter,
        quote_char='"' if quoted else None,
        empty_string_is_null=False,
    )
    if values.height != expected:
        raise _disagreement(values.height, expected)
    return values


def _frame(header: Header, lines: Offsets, values: pl.DataFrame | None = None) -> pl.DataFrame:
    numbers = pl.Series("line", lines, dtype=pl.Int32)
    if values is None:
        return pl.DataFrame(
            {"line": numbers, **dict.fromkeys(header.columns, pl.Series([], dtype=pl.String))}
        )
    # in place: the reader made the columns in the header's order, for this frame alone
    return values.insert_column(0, numbers)


def _unsplit(body: bytes, records: Records, lines: Offsets) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "line": pl.Series(lines, dtype=pl.Int32),
            "fault": pl.repeat(UNSPLIT, len(lines), dtype=pl.String, eager=True),
            "raw": _raw(body, records.start, records.end),
        }
    )


def _raw(body: bytes, start: Offsets, end: Offsets) -> pl.Series:
    """Lines as text, cut at ``RAW_CHARACTERS``; a line break in a quoted field stands as it is."""
    import pyarrow as pa  # only files with broken lines need it

    octets = np.frombuffer(body, np.uint8)
    stop = np.minimum(end, start + 4 * RAW_CHARACTERS)
    for _ in range(3):
        stop -= (octets[stop] & 0xC0) == 0x80
    offsets = np.append(0, np.cumsum(stop - start))
    pieces = pa.LargeStringArray.from_buffers(
        len(start), pa.py_buffer(offsets), pa.py_buffer(_cut(body, start, stop))
    )
    return pl.Series("raw", pieces).str.head(RAW_CHARACTERS)


def _cut(body: bytes, start: Offsets, stop: Offsets) -> bytes:
    """The bytes from each ``start`` up to its ``stop``, joined."""
    if not len(start):
        return b""
    # a few broken lines leave a few long runs of good ones: those are copied as they lie
    gaps = np.flatnonzero(start[1:] != stop[:-1])
    if len(gaps) < FEW_RUNS:
        first = start[np.append(0, gaps + 1)].tolist()
        last = stop[np.append(gaps, len(stop) - 1)].tolist()
        return b"".join(body[i:j] for i, j in zip(first, last, strict=True))
    edges = np.zeros(len(body) + 1, np.int8)
    edges[start] += 1
    edges[stop] -= 1
    inside = np.cumsum(edges[:-1], dtype=np.int8).view(np.bool_)
    return np.frombuffer(body, np.uint8)[inside].tobytes()


def _disagreement(found: int, expected: int) -> DisagreementError:
    return DisagreementError(
        f"the reader made {found} records of {expected} lines",
        "each line of a file in exactly one record",
        "this is a defect of the reader; nothing was landed",
    )
