"""The semester summary (学位授予信息总体情况汇总表) as an officer's sheet: its data, CSV and XLSX.

Reads marts.semester_summary: by filing semester; degrees, certificates and persons counted apart.
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pipelines.errors import MissingInputError
from pipelines.home import Home
from pipelines.register.build import count
from pipelines.register.files import write_whole
from pipelines.standard import CATEGORIES, code_table
from pipelines.warehouse import connect, quote

CHINA = timezone(timedelta(hours=8))
_NAME = "semester-summary"
_ANY_TIME = datetime.min.replace(tzinfo=CHINA)  # the CSV bears no date
_UNKNOWN = ("未分类", "Not classified")

SECTIONS: dict[str, tuple[str, str]] = {
    "all": ("合计", "All"),
    "level": ("按学位层次", "By degree level"),
    "category": ("按授予信息类别", "By record category"),
    "discipline_category": ("按学科门类", "By discipline category"),
    "sex": ("按性别", "By sex"),
    "province": ("按省份", "By province"),
    "institution": ("按学位授予单位", "By institution"),
}
"""Groupings in the sheet's order, with their headings."""


@dataclass(frozen=True)
class Line:
    """A line of the sheet: a group and its three counts."""

    grouping: str
    code: str
    name_zh: str
    name_en: str
    degrees: int
    certificates: int
    persons: int


@dataclass(frozen=True)
class Summary:
    """A summary: whose, which semester, as of which day, and its lines in order."""

    office_zh: str
    office_en: str
    semester: str
    day: str
    lines: tuple[Line, ...]

    def section(self, grouping: str) -> list[Line]:
        return [line for line in self.lines if line.grouping == grouping]


@dataclass(frozen=True)
class Sheets:
    """The files written, and the degrees that they sum up."""

    xlsx: Path
    csv: Path
    degrees: int


def write_summary(home: Home, semester: str, province: str | None, *, now: datetime) -> Sheets:
    """Writes the sheet of a province, or of the nation when ``province`` is None.

    Raises MissingInputError when the register holds nothing of that semester.
    """
    from pipelines.register.summary_sheet import workbook_bytes

    summary = read_summary(home, semester, province, now=now)
    degrees = sum(line.degrees for line in summary.section("all"))
    sheets = Sheets(*_places(home, semester, province), degrees)
    write_whole(sheets.xlsx, workbook_bytes(summary, now))
    write_whole(sheets.csv, csv_text(summary).encode("utf-8-sig"))
    return sheets


def sheet_is_behind(home: Home, semester: str, province: str | None) -> bool:
    """Whether the mart holds something of the semester that the sheet does not show.

    The CSV is written last: where it is current, both files are.
    """
    path = home.province_warehouse(province) if province else home.national_warehouse
    if not count(home, path, "marts.semester_summary", f"filing_semester = {quote(semester)}"):
        return False
    _, sheet = _places(home, semester, province)
    if not sheet.is_file():
        return True
    rows = read_summary(home, semester, province, now=_ANY_TIME)
    return sheet.read_bytes() != csv_text(rows).encode("utf-8-sig")


def _places(home: Home, semester: str, province: str | None) -> tuple[Path, Path]:
    folder = home.reports / semester / (province or "national")
    return folder / f"{_NAME}.xlsx", folder / f"{_NAME}.csv"


def read_summary(home: Home, semester: str, province: str | None, *, now: datetime) -> Summary:
    """The summary from the warehouse's mart, groups with their names."""
    path = home.province_warehouse(province) if province else home.national_warehouse
    rows = _rows(home, path, semester)
    if not rows:
        raise MissingInputError(
            f"the register of {province or 'the nation'} holds nothing of {semester}",
            "a semester that has been registered",
            f"xuewei run --semester {semester}",
        )
    names = _names(home)
    lines = []
    for grouping in SECTIONS:
        for code, *counts in sorted(row[1:] for row in rows if row[0] == grouping):
            zh, en = names[grouping].get(code, _UNKNOWN if code == "unknown" else ("", ""))
            lines.append(Line(grouping, code, zh, en, *counts))
    zh, en = names["province"].get(province, ("", "")) if province else ("全国", "The nation")
    day = now.astimezone(CHINA).date().isoformat()
    return Summary(zh, en, semester, day, tuple(lines))


def csv_text(summary: Summary) -> str:
    """The lines as CSV with Chinese and English headings."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        [
            "分组 grouping",
            "代码 code",
            "类别",
            "group",
            "学位数 degrees",
            "证书数 certificates",
            "人数 persons",
        ]
    )
    for line in summary.lines:
        writer.writerow(
            [
                line.grouping,
                line.code,
                line.name_zh,
                line.name_en,
                line.degrees,
                line.certificates,
                line.persons,
            ]
        )
    return out.getvalue()


def _rows(home: Home, path: Path, semester: str) -> list[tuple[str, str, int, int, int]]:
    if not path.exists():
        return []
    con = connect(path, spill=home.scratch, read_only=True)
    try:
        return con.execute(
            "select grouping_name, group_code, degrees, certificates, persons"
            " from marts.semester_summary where filing_semester = ?",
            [semester],
        ).fetchall()
    finally:
        con.close()


def _names(home: Home) -> dict[str, dict[str, tuple[str, str]]]:
    """Grouping -> code -> names in Chinese and English."""

    def of(table: str, key: str = "code") -> dict[str, tuple[str, str]]:
        return {row[key]: (row["name_zh"], row["name_en"]) for row in code_table(table).rows}

    return {
        "all": {"-": ("合计", "Total")},
        "level": of("degree_level", "cert_digit"),
        "category": {c.code: (c.name_zh, c.name_en) for c in CATEGORIES.values()},
        "discipline_category": of("discipline_category"),
        "sex": of("sex"),
        "province": of("province"),
        "institution": _institution_names(home),
    }


def _institution_names(home: Home) -> dict[str, tuple[str, str]]:
    path = home.reference / "institutions.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["institution_code"]: (row["name_zh"], row.get("name_en") or "")
            for row in csv.DictReader(file)
        }
