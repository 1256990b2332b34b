"""The semester summary as XLSX, laid out like the offices' form: A4, headings in two languages."""

import io
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from pipelines.register.summary import SECTIONS, Line, Summary

_COLUMNS = (
    ("序号", "No.", 6),
    ("代码", "Code", 9),
    ("类别", "Group", 34),
    ("类别（英文）", "Group in English", 48),
    ("学位数", "Degrees", 12),
    ("证书数", "Certificates", 12),
    ("人数", "Persons", 12),
)
_LAST = len(_COLUMNS) - 1
_NUMERALS = "一二三四五六七八九"
_HEAD_ROWS = 6
_ROW, _LINE = 18, 13
"""Heights in points: a row, and each further line of text in it."""
_NOTES = (
    "说明：1. 本表按报送学期统计，不按获学位日期统计。"
    "2. 学位数、证书数、人数分别计数：一人可获多个学位，各组人数不可相加。",
    "Notes: 1. Counted by the semester of filing, not by the conferral date. "
    "2. Degrees, certificates and persons are each counted apart: a person may hold several "
    "degrees, so persons of groups do not add up.",
)
_SIGNATURES = ("填表人 Prepared by：", "审核人 Checked by：", "负责人（盖章）Head (seal)：")


def workbook_bytes(summary: Summary, now: datetime) -> bytes:
    """The sheet as an XLSX file."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    created = now.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": "学位授予信息总体情况汇总表", "created": created})
    sheet = book.add_worksheet("汇总表")
    formats = _formats(book)
    _set_up_page(sheet)
    _write_head(sheet, formats, summary)
    row = _HEAD_ROWS
    present = [g for g in SECTIONS if summary.section(g)]
    for number, grouping in enumerate(present):
        row = _write_section(sheet, formats, row, number, grouping, summary.section(grouping))
    _write_foot(sheet, formats, row)
    book.close()
    return buffer.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    font = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
    box = {**font, "border": 1}
    return {
        "title": book.add_format({**font, "font_size": 18, "bold": True, "align": "center"}),
        "subtitle": book.add_format({**font, "font_size": 11, "align": "center"}),
        "plain": book.add_format(font),
        "right": book.add_format({**font, "align": "right"}),
        "wrap": book.add_format({**font, "font_size": 9, "text_wrap": True, "valign": "top"}),
        "head": book.add_format(
            {**box, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E7E6E6"}
        ),
        "section": book.add_format({**box, "bold": True, "bg_color": "#F5F5F5", "indent": 1}),
        "text": book.add_format({**box, "text_wrap": True, "indent": 1}),
        "code": book.add_format({**box, "align": "center"}),
        "number": book.add_format({**box, "num_format": "#,##0", "indent": 1, "align": "right"}),
        "total": book.add_format(
            {**box, "num_format": "#,##0", "indent": 1, "align": "right", "bold": True}
        ),
    }


def _set_up_page(sheet: Any) -> None:
    for index, (_, _, width) in enumerate(_COLUMNS):
        sheet.set_column(index, index, width)
    sheet.set_default_row(_ROW)
    sheet.freeze_panes(_HEAD_ROWS, 0)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.repeat_rows(_HEAD_ROWS - 1)
    sheet.set_footer("&C第 &P 页，共 &N 页  Page &P of &N")


def _write_head(sheet: Any, formats: dict[str, Any], summary: Summary) -> None:
    sheet.set_row(0, 30)
    sheet.merge_range(0, 0, 0, _LAST, "学位授予信息总体情况汇总表", formats["title"])
    title = "Summary of degree-granting information of a semester"
    sheet.merge_range(1, 0, 1, _LAST, title, formats["subtitle"])
    office = f"填报单位 Office：{summary.office_zh} {summary.office_en}"
    sheet.merge_range(2, 0, 2, 3, office, formats["plain"])
    sheet.merge_range(2, 4, 2, _LAST, f"数据日期 Data as of：{summary.day}", formats["right"])
    semester = f"报送学期 Filing semester：{_semester(summary.semester)}"
    sheet.merge_range(3, 0, 3, 3, semester, formats["plain"])
    unit = "单位：个、本、人  Units: degrees, certificates, persons"
    sheet.merge_range(3, 4, 3, _LAST, unit, formats["right"])
    sheet.set_row(4, 5)
    sheet.set_row(5, 32)
    for index, (zh, en, _) in enumerate(_COLUMNS):
        sheet.write(5, index, f"{zh}\n{en}", formats["head"])


def _write_section(
    sheet: Any, formats: dict[str, Any], row: int, number: int, grouping: str, lines: list[Line]
) -> int:
    """Writes a section from ``row`` on; the next free row."""
    zh, en = SECTIONS[grouping]
    sheet.merge_range(row, 0, row, _LAST, f"{_NUMERALS[number]}、{zh}  {en}", formats["section"])
    numbers = formats["total"] if grouping == "all" else formats["number"]
    for index, line in enumerate(lines, start=1):
        row += 1
        sheet.set_row(row, _ROW + _LINE * (_lines(line) - 1))
        sheet.write_number(row, 0, index, formats["code"])
        sheet.write_string(row, 1, "" if line.code == "-" else line.code, formats["code"])
        sheet.write_string(row, 2, line.name_zh, formats["text"])
        sheet.write_string(row, 3, line.name_en[:1].upper() + line.name_en[1:], formats["text"])
        for column, amount in enumerate((line.degrees, line.certificates, line.persons), start=4):
            sheet.write_number(row, column, amount, numbers)
    return row + 1


def _lines(line: Line) -> int:
    """Lines that the longer of the names takes in its column; a Han character is two wide."""
    widths = [width for _, _, width in _COLUMNS]
    zh = sum(1 if char.isascii() else 2 for char in line.name_zh)
    return max(1, -(-zh // (widths[2] - 2)), -(-len(line.name_en) // (widths[3] - 2)))


def _semester(name: str) -> str:
    """``2025-2026学年第一学期 (2025-2026-1)``."""
    year, half = name.rsplit("-", 1)
    return f"{year}学年第{'一' if half == '1' else '二'}学期 ({name})"


def _write_foot(sheet: Any, formats: dict[str, Any], row: int) -> None:
    for offset, note in enumerate(_NOTES, start=1):
        sheet.set_row(row + offset, 28)
        sheet.merge_range(row + offset, 0, row + offset, _LAST, note, formats["wrap"])
    below = row + len(_NOTES) + 2
    sheet.merge_range(below, 0, below, 2, _SIGNATURES[0], formats["plain"])
    sheet.write(below, 3, _SIGNATURES[1], formats["plain"])
    sheet.merge_range(below, 4, below, _LAST, _SIGNATURES[2], formats["plain"])
