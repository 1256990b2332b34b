"""Spreadsheets: XlsxWriter makes the workbook, its rows are put together whole columns at a time.

XlsxWriter writes cell by cell, 3,400 records/s of 58 columns (constant_memory). The rows below the
header are many and plain: their XML is one expression a column, 22,000 records/s.
"""

import io
import zipfile
from datetime import date, datetime

import polars as pl

from pipelines.standard import FIELDS

SHEET = "xl/worksheets/sheet1.xml"
EPOCH = date(1899, 12, 30)
MOMENT = (2026, 1, 1, 0, 0, 0)
DATE_STYLE = 1
"""Position of the skeleton's only cell format that shows dates."""

SAMPLES = ("示例", "样例")
MOST_ROWS = 1_048_576


def write_xlsx(columns: list[tuple[str, pl.Expr]], frame: pl.DataFrame, title: str) -> bytes:
    """One sheet; with a ``title`` as the template has it: title, header, instructions, samples.

    Every cell is text, but for those that the column ``marks`` asks to be a number or a date.
    """
    first = 6 if title else 2
    if len(frame) + first > MOST_ROWS:
        raise ValueError(f"{len(frame)} rows do not fit into a sheet")
    skeleton = _skeleton([header for header, _ in columns], _codes(columns), title)
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(skeleton)) as made,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for name in made.namelist():
            data = made.read(name)
            if name == SHEET:
                head, end, tail = data.partition(b"</sheetData>")
                data = head + _rows(columns, frame, first) + end + tail
            archive.writestr(zipfile.ZipInfo(name, MOMENT), data, zipfile.ZIP_DEFLATED, 1)
    return target.getvalue()


def _codes(columns: list[tuple[str, pl.Expr]]) -> list[str]:
    return [column.meta.output_name() for _, column in columns]


def _skeleton(headers: list[str], codes: list[str], title: str) -> bytes:
    """The workbook with everything but the records."""
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(*MOMENT)})
        sheet = book.add_worksheet("学位授予信息")
        shown_as_date = book.add_format({"num_format": 14})
        for place, code in enumerate(codes):
            if code in FIELDS and FIELDS[code].type == "date":
                sheet.set_column(place, place, 12, shown_as_date)
        top = 0
        if title:
            sheet.merge_range(0, 0, 0, max(1, len(headers) - 1), title, book.add_format())
            top = 1
        sheet.write_row(top, 0, headers)
        if title:
            sheet.write_row(top + 1, 0, _instructions(codes))
            for number, word in enumerate(SAMPLES, start=2):
                sheet.write_row(top + number, 0, _sample(codes, word))
    return target.getvalue()


def _instructions(codes: list[str]) -> list[str]:
    texts = ["必填" if code in FIELDS and FIELDS[code].must else "选填" for code in codes]
    return [f"填写说明：{texts[0]}", *texts[1:]]


def _sample(codes: list[str], word: str) -> list[str]:
    values = {"XM": word, "CSRQ": "20030101", "XB": "男", "XBM": "1", "BZ": "提交前请删除本行"}
    return [word, *(values.get(code, "") for code in codes[1:])]


def _rows(columns: list[tuple[str, pl.Expr]], frame: pl.DataFrame, first: int) -> bytes:
    if not len(frame):
        return b""
    body = frame.select(
        pl.int_range(first, len(frame) + first).cast(pl.String).alias("row"),
        frame["marks"] if "marks" in frame.columns else pl.lit("").alias("marks"),
        *(column.alias(str(place)) for place, (_, column) in enumerate(columns)),
    )
    marked = bool((body["marks"] != "").any())
    cells = [
        _cell(place, code, body[str(place)], marked) for place, code in enumerate(_codes(columns))
    ]
    rows = pl.concat_str(
        [pl.lit('<row r="'), pl.col("row"), pl.lit('">'), *cells, pl.lit("</row>")]
    )
    return "".join(body.select(rows).to_series().to_list()).encode("utf-8")


def _cell(place: int, code: str, column: pl.Series, marked: bool) -> pl.Expr:
    """The XML of a column's cells; an empty cell is none."""
    value = pl.col(str(place))
    text = value
    if column.str.contains("[&<>]").any():
        for plain, escaped in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.str.replace_all(plain, escaped, literal=True)
    start = [pl.lit(f'<c r="{letters(place)}'), pl.col("row")]
    end = pl.lit("</t></is></c>")
    opened = pl.lit('" t="inlineStr"><is><t xml:space="preserve">')
    cell = (
        pl.when(value == "").then(pl.lit("")).otherwise(pl.concat_str([*start, opened, text, end]))
    )
    if not marked:
        return cell
    serial = (value.str.to_date("%Y%m%d", strict=False) - pl.lit(EPOCH)).dt.total_days()
    number = pl.concat_str([*start, pl.lit('"><v>'), value, pl.lit("</v></c>")])
    dated = pl.concat_str(
        [*start, pl.lit(f'" s="{DATE_STYLE}"><v>'), serial.cast(pl.String), pl.lit("</v></c>")]
    )
    failed = pl.concat_str([*start, pl.lit('" t="e"><v>'), value, pl.lit("</v></c>")])
    return (
        pl.when(pl.col("marks") == f"{code}=number")
        .then(number)
        .when(pl.col("marks") == f"{code}=date")
        .then(dated)
        .when(pl.col("marks") == f"{code}=error")
        .then(failed)
        .otherwise(cell)
    )


def letters(place: int) -> str:
    """The letters over a column; 0 is A, 26 is AA."""
    out, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        out = chr(65 + rest) + out
    return out
