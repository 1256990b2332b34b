"""Record files in other formats than CSV for the tests: written by libraries, or by hand to lie."""

import io
import struct
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import polars as pl
import xlsxwriter

from pipelines.filing.read_file import ReadFile
from tests.unit.filing.packages import CODES, records

Rows = Sequence[Sequence[Any]]
Reading = Callable[..., ReadFile]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def reading(reader: Reading, extension: str) -> Reading:
    """The reader as tests call it: bytes, encoding, category."""

    def read(raw: bytes, declared: str | None = None, category: str = "M1") -> ReadFile:
        return reader(raw, declared, "2018", category, f"f.{extension}")

    return read


def codes(made: ReadFile) -> list[str]:
    return [finding.rule_code for finding in made.findings]


def lines(made: ReadFile) -> list[tuple[int, str | None]]:
    fault = made.frame["fault"] if "fault" in made.frame else [None] * made.rows
    return list(zip(made.frame["line"], fault, strict=True))


def cells(made: ReadFile) -> list[tuple[int, str, str]]:
    """Line, field and rule of each cell that is told."""
    line = made.frame["line"].to_list()
    return [(line[row], field, rule) for row, field, rule in made.cells.rows()]


def xlsx(*sheets: Rows, formats: Mapping[str, str] | None = None, **options: Any) -> bytes:
    """A workbook of these sheets, whatever type each cell has; a tuple (value, number format)
    gives a formatted cell."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"strings_to_numbers": False, **options}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for place, value in enumerate(row):
                    _write(book, sheet, number, place, value)
    return data.getvalue()


def _write(book: Any, sheet: Any, row: int, place: int, value: Any) -> None:
    if isinstance(value, tuple):
        sheet.write(row, place, value[0], book.add_format({"num_format": value[1]}))
    elif isinstance(value, str):
        sheet.write_string(row, place, value)
    elif value is not None:
        sheet.write(row, place, value)


def rows(count: int = 3, header: Sequence[str] = CODES) -> list[list[Any]]:
    return [list(header), *records(count)]


def sheet_xml(body: str | bytes) -> bytes:
    text = body.encode() if isinstance(body, str) else body
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>'.encode()
        + text
        + b"</sheetData></worksheet>"
    )


def raw_xlsx(sheet: bytes, strings: bytes | None = None, **parts: bytes) -> bytes:
    """A workbook of one sheet from its XML; ``parts`` replaces or adds others by path."""
    links = '<Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
    if strings is not None:
        links += '<Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/>'
    made = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1"'
        ' Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>',
    }
    content = {name: text.encode() for name, text in made.items()}
    content["xl/worksheets/sheet1.xml"] = sheet
    if strings is not None:
        content["xl/sharedStrings.xml"] = strings
    return zipped(content | parts)


def short_xlsx(body: str, strings: bytes | None = None, **parts: bytes) -> bytes:
    """A workbook with a header ``XM,BZ`` in its first row and this XML below it."""
    head = '<row r="1"><c r="A1" t="str"><v>XM</v></c><c r="B1" t="str"><v>BZ</v></c></row>'
    return raw_xlsx(sheet_xml(head + body), strings, **parts)


def zipped(parts: Mapping[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return data.getvalue()


def dbf(
    table: Rows,
    header: Sequence[str] = CODES,
    *,
    widths: Sequence[int] | int = 40,
    types: Mapping[str, str] | None = None,
    encoding: str = "gb18030",
    page: int = 0x4D,
    deleted: Collection[int] = (),
    declared: int | None = None,
    start: int | None = None,
    length: int | None = None,
    padding: bytes = b" ",
    end: bytes = b"\x1a",
    backlink: bytes = b"",
) -> bytes:
    """A dBase III file; texts (or bytes) are cut at their width. ``declared``, ``start`` and
    ``length`` are lies of its header."""
    wide = [widths] * len(header) if isinstance(widths, int) else list(widths)
    size = 1 + sum(wide)
    begin = 33 + 32 * len(header) + len(backlink)
    head = struct.pack(
        "<BBBBLHH17xB2x",
        3,
        126,
        1,
        20,
        len(table) if declared is None else declared,
        begin if start is None else start,
        size if length is None else length,
        page,
    )
    kinds = types or {}
    for name, width in zip(header, wide, strict=True):
        kind = kinds.get(name, "C").encode()
        raw = name.encode("gb18030")[:10]
        head += struct.pack("<11sc4xBB14x", raw, kind, width & 0xFF, width >> 8)
    body = b"".join(
        (b"*" if number in deleted else b" ")
        + b"".join(
            (value if isinstance(value, bytes) else value.encode(encoding))[:width].ljust(
                width, padding
            )
            for value, width in zip(row, wide, strict=True)
        )
        for number, row in enumerate(table)
    )
    return head + b"\r" + backlink + body + end


def parquet(table: Rows | pl.DataFrame, header: Sequence[str] = CODES, **options: Any) -> bytes:
    frame = table
    if not isinstance(frame, pl.DataFrame):
        frame = pl.DataFrame(
            [list(row) for row in frame], dict.fromkeys(header, pl.String), orient="row"
        )
    data = io.BytesIO()
    frame.write_parquet(data, **options)
    return data.getvalue()
