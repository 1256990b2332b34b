"""The feedback's workbook as a file: a package made once by XlsxWriter, sheets written in columns.

XlsxWriter takes 14 ms of a filing of 60 lines and 50 columns, 4 s of three hundred such filings;
Polars writes the same cells in a tenth of that. So XlsxWriter makes what is the same in every
workbook (styles, names, relations), and the sheets' rows are text that Polars expressions build.
All cells are inline strings or numbers: nothing that an institution filed can become a formula.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import xlsxwriter

from pipelines.examination.feedback_words import FROZEN_LINE_COLUMNS, SHEETS

CELL_CHARACTERS = 16_000
"""Excel takes 32,767 UTF-16 units a cell; a rare character is two."""

LINE_HEIGHT, MOST_HEIGHT = 15, 405
"""Points of a line of text, and of Excel's tallest row."""

COLOURS = {
    "good": ("#E2EFDA", "#375623"),
    "error": ("#FFC7CE", "#9C0006"),
    "hold": ("#FFD9A8", "#833C0B"),
    "warning": ("#FFF2B3", "#7F6000"),
    "repaired": ("#DDEBF7", "#1F4E79"),
}
"""Fill and text, by severity; ``good`` for what passed."""

_FONT = "Microsoft YaHei"
_MADE = datetime(2000, 1, 1)  # a place-holder in the skeleton, replaced by the decision's time
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EXCEL_ESCAPE = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@dataclass(frozen=True)
class Skeleton:
    """The parts of a workbook without its sheets, and the number of each style."""

    parts: dict[str, bytes]
    styles: dict[str, int]


def _formats() -> dict[str, dict[str, Any]]:
    base: dict[str, Any] = {"font_name": _FONT, "font_size": 10, "valign": "top"}
    lined = base | {"border": 1, "border_color": "#D9D9D9"}
    text = lined | {"num_format": "@"}
    head = lined | {"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"}
    made = {
        "plain": base,
        "title": base | {"bold": True, "font_size": 18, "font_color": "#1F3864"},
        "subtitle": base | {"font_color": "#595959"},
        "section": base | {"bold": True, "font_size": 12, "font_color": "#1F3864"},
        "label": lined | {"bold": True, "bg_color": "#F2F2F2", "text_wrap": True},
        "cell": text,
        "wrap": text | {"text_wrap": True},
        "english": text | {"text_wrap": True, "font_color": "#595959"},
        "number": lined | {"num_format": "#,##0", "align": "right", "indent": 1},
        "head": head | {"text_wrap": True, "valign": "vcenter", "align": "center"},
    }
    for name, (fill, ink) in COLOURS.items():
        made[name] = text | {"bg_color": fill, "font_color": ink, "text_wrap": True}
        made[f"{name}_bold"] = made[name] | {"bold": True}
        made[f"{name}_verdict"] = made[name] | {"bold": True, "font_size": 14, "valign": "vcenter"}
        made[f"{name}_number"] = made[name] | {"num_format": "#,##0", "align": "right", "indent": 1}
    return made


@cache
def skeleton() -> Skeleton:
    """Styles, names and relations of every feedback workbook."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": "学位授予信息审核反馈", "author": "xuewei", "created": _MADE})
    book.set_size(28_000, 16_000)
    sheets = [book.add_worksheet(name) for name in SHEETS]
    for sheet in sheets[1:]:
        sheet.repeat_rows(0)
    sheets[2].repeat_columns(0, FROZEN_LINE_COLUMNS - 1)
    names = list(_formats())
    for row, name in enumerate(names):
        sheets[0].write_blank(row, 0, None, book.add_format(_formats()[name]))
    book.close()
    with zipfile.ZipFile(out) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    first = parts["xl/worksheets/sheet1.xml"].decode()
    found = {int(row): int(style) for row, style in re.findall(r'<c r="A(\d+)" s="(\d+)"', first)}
    kept = {name: part for name, part in parts.items() if "worksheets/sheet" not in name}
    return Skeleton(kept, {name: found[row] for row, name in enumerate(names, 1)})


def workbook(sheets: Sequence[str], made_at: datetime) -> bytes:
    """A workbook of the sheets' XML, in the order of ``SHEETS``. The same input, the same bytes."""
    out = io.BytesIO()
    stamp = f"{made_at:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        for name, part in skeleton().parts.items():
            if name == "docProps/core.xml":
                part = part.replace(b"2000-01-01T00:00:00Z", stamp)
            file.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED, 1)
        for number, sheet in enumerate(sheets, 1):
            name = f"xl/worksheets/sheet{number}.xml"
            file.writestr(zipfile.ZipInfo(name), sheet.encode(), zipfile.ZIP_DEFLATED, 1)
    return out.getvalue()


@dataclass(frozen=True)
class Sheet:
    """How a sheet looks: columns' widths, rows and columns that stay, tab, merged cells.

    ``filter_rows`` is the number of rows of the table that the first row heads, with it.
    """

    widths: Sequence[float]
    tab: str
    frozen: tuple[int, int] = (0, 0)
    merged: Sequence[str] = ()
    filter_rows: int = 0
    first: bool = False
    fits_page: bool = True

    def xml(self, rows: str) -> str:
        """The sheet with its rows. Elements stand in the order that the format prescribes."""
        last = column_name(len(self.widths) - 1)
        widths = "".join(
            f'<col min="{k}" max="{k}" width="{width:g}" customWidth="1"/>'
            for k, width in enumerate(self.widths, 1)
        )
        merged = "".join(f'<mergeCell ref="{place}"/>' for place in self.merged)
        shown = ' tabSelected="1"' if self.first else ""
        fits, paper = (1, 9) if self.fits_page else (0, 8)
        turned = "portrait" if self.first else "landscape"
        area = f"A1:{last}{max(self.filter_rows, 1)}"
        return (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{_MAIN}">'
            f'<sheetPr><tabColor rgb="FF{self.tab[1:]}"/>'
            f'<pageSetUpPr fitToPage="{fits}"/></sheetPr>'
            f'<sheetViews><sheetView showGridLines="0"{shown} workbookViewId="0">{self._pane()}'
            "</sheetView></sheetViews>"
            f'<sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols>'
            f"<sheetData>{rows}</sheetData>"
            + (f'<autoFilter ref="{area}"/>' if self.filter_rows else "")
            + (f'<mergeCells count="{len(self.merged)}">{merged}</mergeCells>' if merged else "")
            + '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" '
            'footer="0.3"/>'
            f'<pageSetup paperSize="{paper}" orientation="{turned}"'
            ' fitToWidth="1" fitToHeight="0"/><ignoredErrors><ignoredError sqref="A1:XFD1048576" '
            'numberStoredAsText="1"/></ignoredErrors></worksheet>'
        )

    def _pane(self) -> str:
        rows, columns = self.frozen
        if not rows and not columns:
            return ""
        across = f' xSplit="{columns}"' if columns else ""
        down = f' ySplit="{rows}"' if rows else ""
        corner = f"{column_name(columns)}{rows + 1}"
        pane = {(True, True): "bottomRight", (True, False): "bottomLeft"}.get(
            (bool(rows), bool(columns)), "topRight"
        )
        return f'<pane{across}{down} topLeftCell="{corner}" activePane="{pane}" state="frozen"/>'


def column_name(number: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def clean(text: str) -> str:
    """A text as XML takes it and Excel shows it: control characters as U+2400, none taken away."""
    text = text if len(text) <= CELL_CHARACTERS else f"{text[:CELL_CHARACTERS]}…"
    shown = _CONTROLS.sub("\u2400", text)
    return escape(_EXCEL_ESCAPE.sub(r"_x005F_\1", shown))


def cell(value: str | int | None, style: str) -> str:
    """One cell: a number, or a string that stays a string."""
    number = skeleton().styles[style]
    if value is None or value == "":
        return f'<c s="{number}"/>'
    if isinstance(value, int):
        return f'<c s="{number}"><v>{value}</v></c>'
    return f"{_opening(number)}{clean(value)}{CLOSING}"


def row(cells: Sequence[str], height: float | None = None) -> str:
    """A row of cells from the first column on; without ``height`` it fits what it holds."""
    size = f' ht="{height:g}" customHeight="1"' if height else ""
    return f"<row{size}>{''.join(cells)}</row>"


def _opening(style: int) -> str:
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">'


CLOSING = "</t></is></c>"


def cleaned(column: str) -> pl.Expr:
    """``clean`` in columns."""
    long = pl.col(column).str.len_bytes() > CELL_CHARACTERS
    cut = pl.concat_str(pl.col(column).str.slice(0, CELL_CHARACTERS), pl.lit("…"))
    text = pl.when(long & (pl.col(column).str.len_chars() > CELL_CHARACTERS)).then(cut)
    shown = text.otherwise(pl.col(column)).str.replace_all(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\u2400"
    )
    kept = shown.str.replace_all(r"_(x[0-9A-Fa-f]{4}_)", "_x005F_${1}")
    return kept.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])


def text_cells(column: str, style: str = "cell") -> pl.Expr:
    """The cells of a column in one style; empty cells keep the style."""
    number = skeleton().styles[style]
    filled = pl.concat_str(pl.lit(_opening(number)), cleaned(column), pl.lit(CLOSING))
    empty = pl.col(column).is_null() | (pl.col(column) == "")
    return pl.when(empty).then(pl.lit(f'<c s="{number}"/>')).otherwise(filled).alias(column)


def marked_cells(column: str, mark: str, styles: Sequence[str]) -> pl.Expr:
    """The cells of a column in the style that ``mark`` (place in ``styles``; NULL plain) says."""
    numbers = skeleton().styles
    openings = {k: _opening(numbers[style]) for k, style in enumerate(styles)}
    blanks = {k: f'<c s="{numbers[style]}"/>' for k, style in enumerate(styles)}
    plain, number = _opening(numbers["cell"]), f'<c s="{numbers["cell"]}"/>'
    opening = pl.col(mark).replace_strict(openings, default=plain, return_dtype=pl.String)
    blank = pl.col(mark).replace_strict(blanks, default=number, return_dtype=pl.String)
    filled = pl.concat_str(opening, cleaned(column), pl.lit(CLOSING))
    empty = pl.col(column).is_null() | (pl.col(column) == "")
    return pl.when(empty).then(blank).otherwise(filled).alias(column)


def number_cells(column: str, style: str = "number") -> pl.Expr:
    """The cells of a column of whole numbers."""
    start = pl.lit(f'<c s="{skeleton().styles[style]}"><v>')
    return pl.concat_str(start, pl.col(column).cast(pl.String), pl.lit("</v></c>")).alias(column)


def text_lines(column: str, width: float) -> pl.Expr:
    """Lines that a wrapped text takes at most in a column of that width.

    Neither Excel nor LibreOffice fits rows that come without a height.
    """
    text = pl.col(column).fill_null("")
    breaks = text.str.count_matches("\n", literal=True)
    # between UTF-8 bytes and characters lies the width: 2 for a Han character, 1 for ASCII
    wide = (text.str.len_bytes() + text.str.len_chars()) // 2
    return 1 + breaks + (wide // int(1.07 * width)).cast(pl.UInt32)


def joined_rows(cells: Sequence[str]) -> pl.Expr:
    """All rows as one text, from columns of finished cells and the column ``text_lines``."""
    height = pl.min_horizontal(pl.col("text_lines") * LINE_HEIGHT + 3, pl.lit(MOST_HEIGHT))
    return pl.concat_str(
        pl.lit('<row ht="'),
        height.cast(pl.String),
        pl.lit('" customHeight="1">'),
        *cells,
        pl.lit("</row>"),
    ).str.join("")
