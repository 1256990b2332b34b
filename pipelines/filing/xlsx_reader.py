"""XLSX files as records, with the type of each cell (Art. 12(1)).

The XML is read by NumPy and Polars, piece by piece, 41,000 records of 40 columns a second (27,000
where the texts stand in line), not by calamine: with its binding fastexcel (51,000 and 42,000) the
type of a cell is gone, with python-calamine (30,000 and 23,000) error values are, and both lay out
the rectangle from the first to the last cell in memory, so that two cells in opposite corners of a
sheet end the process.
"""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from pipelines.filing.door_rules import Finding, find
from pipelines.filing.header import MOST_COLUMNS, Header, field_of, make_header
from pipelines.filing.instructions import MOST_ROWS as MOST_INSTRUCTIONS
from pipelines.filing.instructions import count_instructions
from pipelines.filing.read_file import ReadFile, unread
from pipelines.filing.table import Table, UnreadableError, make_records
from pipelines.filing.xlsx_parts import Parts, Workbook
from pipelines.filing.xlsx_sheet import Sheet, read_sheet, read_strings

HEADER_ROWS = 5
"""The header is one of the first so many rows with content."""


@dataclass(frozen=True)
class _Names:
    """The header's names, found in the rows up to ``last``."""

    names: tuple[str, ...]
    last: int


def read_xlsx(raw: bytes, declared: str | None, edition: str, category: str, file: str) -> ReadFile:
    """Reads an XLSX file; see ``ReadFile``. Never raises for what the bytes hold.

    An XLSX has no encoding to declare: ``declared`` is not looked at.
    """
    del declared
    try:
        return _read(raw, edition, category, file)
    except UnreadableError as error:
        return unread((error.finding,), None)


def _read(raw: bytes, edition: str, category: str, file: str) -> ReadFile:
    parts = Parts(raw, file)
    workbook = parts.workbook()
    strings, valid = read_strings(parts, workbook, file)
    chosen, others = _choose(parts, workbook, strings, file)
    findings = []
    if others:
        findings.append(find("F23", file=file, sheets=", ".join(map(str, others))))
    if chosen is None:
        return unread((*findings, find("F12", file=file)), None)
    sheet = read_sheet(parts, chosen, workbook, strings, file)
    if not (valid and sheet.whole):
        zh, en = "工作表内容不完整或编码有误", "the sheet breaks off or is not in UTF-8"
        findings.append(find("F20", file=file, reason_zh=zh, reason_en=en))
    return _records(sheet, findings, edition, category, file)


def _choose(
    parts: Parts, workbook: Workbook, strings: pl.Series, file: str
) -> tuple[str | None, list[int]]:
    """The first sheet with a header, else the first with content; numbers of the others' with."""
    filled: dict[int, bool] = {}
    for number, name in enumerate(workbook.sheets, start=1):
        head = read_sheet(parts, name, workbook, strings, file, rows=HEADER_ROWS)
        if len(head.lines):
            filled[number] = _find_header(head) is not None
    if not filled:
        return None, []
    chosen = next((number for number, usable in filled.items() if usable), min(filled))
    return workbook.sheets[chosen - 1], [number for number in filled if number != chosen]


def _find_header(sheet: Sheet) -> _Names | None:
    """The row among the first that holds most field names; None when none holds any.

    Where cells are merged downwards, names stand in two rows: what stands below then holds names
    only, and completes the row above.
    """
    rows = [sheet.row_texts(row) for row in range(min(HEADER_ROWS, len(sheet.lines)))]
    found = [_Names(tuple(names), row) for row, names in enumerate(rows)]
    for row, (upper, lower) in enumerate(pairwise(rows)):
        below = [name for name in lower if name.strip()]
        if below and all(map(field_of, below)):
            wide = max(len(upper), len(lower))
            pair = zip(_padded(lower, wide), _padded(upper, wide), strict=True)
            found.append(_Names(tuple(low or high for low, high in pair), row + 1))
    best = max(found, key=lambda one: _fields(one.names), default=None)
    return best if best and _fields(best.names) else None


def _padded(names: list[str], width: int) -> list[str]:
    return names + [""] * (width - len(names))


def _fields(names: tuple[str, ...]) -> int:
    return len({code for name in names if (code := field_of(name))})


def _records(
    sheet: Sheet, findings: list[Finding], edition: str, category: str, file: str
) -> ReadFile:
    found = _find_header(sheet)
    names = found.names if found else tuple(sheet.row_texts(0))
    width = max(len(names), sheet.width)
    header = make_header(_padded(list(names), width), edition, category, file)
    findings.extend(header.findings)
    first = found.last + 1 if found else 1
    columns = sheet.columns(first, min(width, MOST_COLUMNS))
    skipped = _instructions(columns, header) if header.usable else 0
    passed = [*range(found.last if found else 0), *range(first, first + skipped)]
    if passed:
        lines = sheet.lines[passed].tolist()
        findings.append(find("F22", file=file, rows=", ".join(map(str, lines))))
    first += skipped
    table = Table(
        pl.Series(sheet.lines[first:]),
        [column[skipped:] for column in columns],
        sheet.marked.with_columns(pl.col("position") - first).filter(pl.col("position") >= 0),
        beyond=pl.Series(sheet.rows_beyond(MOST_COLUMNS)[first:]) if width > MOST_COLUMNS else None,
    )
    return make_records(table, header, findings, file, None)


def _instructions(columns: list[pl.Series], header: Header) -> int:
    head = pl.DataFrame(
        [
            column.head(MOST_INSTRUCTIONS).alias(code or f"_{place}")
            for place, (column, code) in enumerate(zip(columns, header.fields, strict=True))
        ]
    )
    return count_instructions(head, head.columns)
