"""Provinces that a semester expects a handover from and that have none approved."""

import csv
from dataclasses import dataclass

from pipelines.errors import MissingInputError
from pipelines.home import Home
from pipelines.register.decisions import approved_handovers
from pipelines.standard import Semester, code_table


@dataclass(frozen=True)
class Province:
    """A province by code, with its names."""

    code: str
    name_zh: str
    name_en: str


def expected_provinces(home: Home, semester: str) -> list[Province]:
    """Provinces that have an institution valid in the semester, by code."""
    path = home.reference / "institutions.csv"
    if not path.is_file():
        raise MissingInputError(
            "reference/institutions.csv is missing",
            "the register of institutions, which tells the provinces that have to file",
            "put it into the data home's reference folder",
        )
    term = Semester.parse(semester)
    first, last = term.first_day.isoformat(), term.last_day.isoformat()
    with path.open(encoding="utf-8-sig", newline="") as file:
        codes = {
            row["province_code"]
            for row in csv.DictReader(file)
            if row["valid_from"] <= last and (row["valid_to"] or last) >= first
        }
    names = {row["code"]: row for row in code_table("province").rows}
    unknown = {"name_zh": "", "name_en": ""}
    return [
        Province(code, names.get(code, unknown)["name_zh"], names.get(code, unknown)["name_en"])
        for code in sorted(codes)
    ]


def missing_provinces(home: Home, semester: str) -> list[Province]:
    """Expected provinces without an approved handover for the semester."""
    there = {handover.province for handover in approved_handovers(home, semester)}
    return [p for p in expected_provinces(home, semester) if p.code not in there]
