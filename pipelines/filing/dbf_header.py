"""The header of a DBF file: its columns, and where its records really begin and how long they are.

Writers lie about both lengths and about the number of records: cut transfers, converters that
count the end mark, FoxPro's 263 more bytes. The first byte of a record is a blank or an asterisk:
that tells which lengths are true.
"""

import struct
from dataclasses import dataclass

import numpy as np

from pipelines.filing.door_rules import Finding, find
from pipelines.filing.table import UnreadableError

PREAMBLE, DESCRIPTOR, END_OF_FIELDS = 32, 32, 0x0D
FOXPRO_BACKLINK = 263
END_MARK = 0x1A
LIVE, DELETED = 0x20, 0x2A
_VERSIONS = frozenset(
    (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8E, 0xCB, 0xE5, 0xF5, 0xFB)
)
_PAGES = frozenset((0x00, 0x4D, 0x7A))
"""Not told; CP936 as Windows and as OS/2 number it."""
_SAMPLE = 200


@dataclass(frozen=True)
class Column:
    """A column: ``start`` counts from the record's deletion mark."""

    name: bytes
    type: str
    start: int
    width: int


@dataclass(frozen=True)
class DbfHeader:
    """``start``: where the first record begins; ``length``: bytes of a record; ``rows``: complete
    records in the file."""

    columns: tuple[Column, ...]
    start: int
    length: int
    rows: int
    findings: tuple[Finding, ...]


def read_dbf_header(raw: bytes, file: str) -> DbfHeader:
    """Understands a DBF header; UnreadableError where there is none, findings where it lies."""
    if len(raw) <= PREAMBLE or raw[0] not in _VERSIONS:
        zh, en = "不是 dBase 或 FoxPro 文件", "it is no dBase or FoxPro file"
        raise UnreadableError("F19", file, zh, en, format="dbf")
    findings = []
    if raw[29] not in _PAGES:
        findings.append(find("F27", file=file, page=f"{raw[29]:02X}"))
    declared, start, length = struct.unpack_from("<LHH", raw, 4)
    columns, end = _columns(raw, length)
    if not columns:
        zh, en = "没有字段描述", "it describes no columns"
        raise UnreadableError("F20", file, zh, en)
    made_start, made_length = _true_lengths(raw, start, length, columns, end)
    if made_start != start:
        zh, en = "文件头长度", "length of the header"
        findings.append(_lie(file, zh, en, start, made_start))
    if made_length != length:
        zh, en = "记录长度", "length of a record"
        findings.append(_lie(file, zh, en, length, made_length))
    rows, left_over = _count(raw, made_start, made_length, declared)
    if rows != declared:
        zh, en = "记录数", "number of records"
        findings.append(_lie(file, zh, en, declared, rows))
    if left_over:
        zh, en = "最后一条记录不完整", "the last record is not complete"
        findings.append(find("F20", file=file, reason_zh=zh, reason_en=en))
    return DbfHeader(columns, made_start, made_length, rows, tuple(findings))


def _columns(raw: bytes, length: int) -> tuple[tuple[Column, ...], int]:
    """The columns by their descriptors, and where these end (after the 0x0D).

    Clipper and FoxPro keep the upper byte of a character column's width where others keep the
    decimals of numbers: believed only where the widths then add up to the declared ``length``.
    """
    described: list[tuple[bytes, str, int, int]] = []
    at = PREAMBLE
    while at + DESCRIPTOR <= len(raw) and 0x20 <= raw[at + 11] < 0x7F and raw[at] != END_OF_FIELDS:
        name, kind = raw[at : at + 11].split(b"\0")[0], chr(raw[at + 11]).upper()
        described.append((name, kind, raw[at + 16], raw[at + 17] << 8 if kind == "C" else 0))
        at += DESCRIPTOR
    wide = 1 + sum(width + more for *_, width, more in described) == length
    columns, start = [], 1
    for name, kind, width, more in described:
        columns.append(Column(name, kind, start, width + more * wide))
        start += columns[-1].width
    return tuple(columns), at + 1


def _true_lengths(
    raw: bytes, start: int, length: int, columns: tuple[Column, ...], end: int
) -> tuple[int, int]:
    """Header and record lengths for which records begin as records do.

    Of lengths that fit equally, those that the columns add up to, then the declared ones.
    """
    widths = columns[-1].start + columns[-1].width
    usual = (end, end + FOXPRO_BACKLINK, end + 1)
    choices = [
        (begin, size)
        for size in (widths, length)
        for begin in (start, *usual) if begin >= end - 1 and size >= widths
    ]  # fmt: skip
    if start not in usual:
        choices.sort(key=lambda choice: choice[0] == start)
    return max(choices, key=lambda choice: _likeness(raw, end, *choice))


def _likeness(raw: bytes, end: int, start: int, length: int) -> float:
    """Share of the first records that begin with a blank or an asterisk."""
    marks = np.frombuffer(raw, np.uint8)[start : start + _SAMPLE * length : length]
    ended = np.flatnonzero(marks == END_MARK)
    marks = marks[: ended[0]] if len(ended) else marks
    if not len(marks):
        return float(len(raw) - end < length)
    return float(((marks == LIVE) | (marks == DELETED)).mean())


def _count(raw: bytes, start: int, length: int, declared: int) -> tuple[int, bool]:
    """Complete records, and whether a part of one is left over.

    Records beyond the declared number count as long as they begin as records do.
    """
    complete = max(len(raw) - start, 0) // length
    if complete > declared:
        marks = np.frombuffer(raw, np.uint8)[start : start + complete * length : length][declared:]
        other = np.flatnonzero((marks != LIVE) & (marks != DELETED))
        complete = declared + (int(other[0]) if len(other) else len(marks))
    tail = raw[start + complete * length :]
    return complete, not tail.startswith(b"\x1a") and bool(tail[:length].strip(b"\x1a\0 \r\n"))


def _lie(file: str, zh: str, en: str, declared: int, found: int) -> Finding:
    return find("F25", file=file, reason_zh=zh, reason_en=en, declared=declared, found=found)
