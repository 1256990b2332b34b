"""The semester summary: degrees, certificates and persons apart, and the officer's sheet."""

import csv
import zipfile
from typing import Any

import duckdb
import pytest

from pipelines.errors import MissingInputError
from pipelines.home import Home
from pipelines.register import build
from pipelines.register.summary import read_summary, write_summary

from .samples import NOW, SEMESTER, Filing, land

ID = "110101200301310001"


@pytest.fixture
def filed(home: Home) -> Home:
    """Seven degrees; one person holds three of them in two institutions."""
    same = (("ZJHM", ID),)
    land(
        home,
        "11",
        "b-1",
        Filing(1, records=4, first=10),
        Filing(2, "M1", records=1, first=500, changes=same),
        Filing(3, "M3", records=1, first=600, institution="11902", changes=same),
        Filing(4, records=1, first=700, changes=(*same, ("XWLBM", "999"))),
    )
    build.register_province(home, "11")
    return home


def groups(home: Home, grouping: str) -> dict[str, tuple[int, int, int]]:
    summary = read_summary(home, SEMESTER, "11", now=NOW)
    return {
        line.code: (line.degrees, line.certificates, line.persons)
        for line in summary.section(grouping)
    }


def test_persons_are_counted_apart(filed: Home) -> None:
    assert groups(filed, "all") == {"-": (7, 7, 5)}
    assert groups(filed, "level") == {"3": (2, 2, 1), "4": (5, 5, 5)}
    assert groups(filed, "category") == {"B1": (5, 5, 5), "M1": (1, 1, 1), "M3": (1, 1, 1)}
    assert groups(filed, "institution") == {"11901": (6, 6, 5), "11902": (1, 1, 1)}
    assert groups(filed, "discipline_category") == {
        "07": (1, 1, 1),
        "08": (4, 4, 4),
        "12": (1, 1, 1),
        "unknown": (1, 1, 1),
    }


def test_it_equals_plain_distinct_counts(filed: Home) -> None:
    con = duckdb.connect(str(filed.province_warehouse("11")), read_only=True)
    plain: list[Any] = con.execute(
        "select sex_code, count(*), count(distinct certificate_number),"
        " count(distinct (id_type_code, id_number)) from core.degree_record group by 1"
    ).fetchall()
    con.close()
    assert groups(filed, "sex") == {row[0]: tuple(row[1:]) for row in plain}


def test_additive_cells_add_up(filed: Home) -> None:
    con = duckdb.connect(str(filed.province_warehouse("11")), read_only=True)
    cells = con.execute(
        "select major_kind, sum(degrees)::int from marts.degree_count group by 1 order by 1"
    ).fetchall()
    con.close()
    assert cells == [("academic", 5), ("professional", 1), ("unknown", 1)]


def test_the_sheet_is_written(filed: Home) -> None:
    sheets = write_summary(filed, SEMESTER, "11", now=NOW)
    assert sheets.degrees == 7
    assert sheets.xlsx.parent == filed.reports / SEMESTER / "11"
    with zipfile.ZipFile(sheets.xlsx) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    for text in ("学位授予信息总体情况汇总表", "北京市 Beijing", "2026-03-02", "硕士", "按性别"):
        assert text in texts, text
    assert 'state="frozen"' in sheet
    assert 'paperSize="9"' in sheet
    with sheets.csv.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[1] == ["all", "-", "合计", "Total", "7", "7", "5"]


def test_the_sheet_is_the_same_twice(filed: Home) -> None:
    first = write_summary(filed, SEMESTER, "11", now=NOW).xlsx.read_bytes()
    assert write_summary(filed, SEMESTER, "11", now=NOW).xlsx.read_bytes() == first


def test_a_semester_that_is_not_registered(filed: Home) -> None:
    with pytest.raises(MissingInputError, match="2030-2031-1"):
        write_summary(filed, "2030-2031-1", "11", now=NOW)
