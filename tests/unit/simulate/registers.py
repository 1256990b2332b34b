"""The registers of a simulated home, read by plain Python, and what they say of a record.

As the oracle: written from the rules' texts, a record at a time, and not from the simulation.
"""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass

import polars as pl

from pipelines.home import Home
from pipelines.standard import CATEGORIES, code_table

COMPARED = {
    "XM": "full_name",
    "ZJHM": "id_number",
    "XH": "student_number",
    "XBM": "sex_code",
    "CSRQ": "birth_date",
    "ZYDM": "major_code",
    "RXNY": "enrolment_month",
    "BYNY": "graduation_month",
}
FROM_SHADOW = "7"


def iso(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


@dataclass
class Registers:
    """Rows of the registers by what they are looked up with."""

    by_id: dict[tuple[str, str], dict]
    by_number: dict[tuple[str, str], dict]
    by_person: dict[tuple[str, str, str], dict]
    heads: dict[tuple[str, str], list[dict]]
    authorised: dict[tuple[str, str, str], list[dict]]
    templates: dict[tuple[str, str], list[dict]]
    exams: dict[str, list[dict]]

    @classmethod
    def of(cls, home: Home) -> "Registers":
        folder = home.reference
        enrolled = [
            row
            for path in sorted((folder / "enrolments").iterdir())
            for row in pl.read_parquet(path).iter_rows(named=True)
        ]
        exams: dict[str, list[dict]] = defaultdict(list)
        for path in sorted((folder / "exam_results").iterdir()):
            for row in pl.read_parquet(path).iter_rows(named=True):
                exams[row["application_number"]].append(row)
                exams[row["id_number"]].append(row)
        return cls(
            {(row["id_number"], row["level"]): row for row in enrolled},
            {(row["institution_code"], row["student_number"]): row for row in enrolled},
            {(r["institution_code"], r["full_name"], r["birth_date"]): r for r in enrolled},
            _grouped(folder / "officers.csv", "organisation", "role"),
            _grouped(folder / "authorisations.csv", "institution_code", "level", "discipline_code"),
            _grouped(folder / "certificate_templates.csv", "institution_code", "level"),
            exams,
        )

    def broken(self, record: dict[str, str], category: str, filing: dict) -> set[str]:
        """Rules that the record breaks in the light of the registers."""
        rules = set()
        institution, level = filing["institution"], CATEGORIES[category].level
        conferred = iso(record["HXWRQ"])
        real = _is_real(conferred)
        if category not in ("D2", "M2") and self._differs(record, level, institution):
            rules.add("R39")
        for field, role in (("XZXM", "president"), ("ZXXM", "chair")):
            holders = [row for row in self.heads[institution, role] if _holds(row, conferred)]
            if real and record[field] and record[field] not in {r["full_name"] for r in holders}:
                rules.add("R38")
        code = record["ZYDM"][:4]
        terms = self.authorised.get((institution, level, code), [])
        if real and code[2] != FROM_SHADOW and not any(_holds(row, conferred) for row in terms):
            rules.add("R19" if any(row["valid_from"] > conferred for row in terms) else "R28")
        if real and not any(
            _holds(row, conferred) and row["category"] in ("", category)
            for row in self.templates.get((institution, level), [])
        ):
            rules.add("C02")
        if category == "M2":
            known = self.exams.get(record["SQXWBH"], []) + self.exams.get(record["ZJHM"], [])
            passed = {r["exam"] for r in known if real and str(r["passed_on"]) <= conferred}
            if len(passed) < 2:
                rules.add("C01")
        return rules

    def _differs(self, record: dict[str, str], level: str, institution: str) -> bool:
        places = (institution, record["PYDWM"])
        found = self.by_id.get((record["ZJHM"], level))
        for place in places:
            found = found or self.by_number.get((place, record["XH"]))
        for place in places:
            found = found or self.by_person.get((place, record["XM"], record["CSRQ"]))
        if not found:
            return True
        sexes = {row["name_zh"]: row["code"] for row in code_table("sex").rows}
        ours = record | {"XBM": record.get("XBM") or sexes.get(record.get("XB", ""), "")}
        return any(
            ours.get(field) and ours[field] != found[column] for field, column in COMPARED.items()
        )


def _grouped(path, *names: str) -> dict:
    rows = defaultdict(list)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rows[tuple(row[name] for name in names)].append(row)
    return rows


def _holds(row: dict, day: str) -> bool:
    return row["valid_from"] <= day <= (row["valid_to"] or "9999-12-31")


def _is_real(day: str) -> bool:
    from datetime import date

    try:
        return bool(date.fromisoformat(day))
    except ValueError:
        return False


def beyond_lists(names: list[str], lists: list[list[str]]) -> list[bool]:
    """For each name of a filing whether it stands on no list (any more)."""
    left = Counter(name for one in lists for name in one)
    out = []
    for name in names:
        out.append(bool(name) and left[name] <= 0)
        left[name] -= bool(name)
    return out


def elsewhere_too(records: list[tuple[str, str, str]]) -> list[bool]:
    """For each (institution, level, identity number) whether another institution has it too."""
    places = defaultdict(set)
    for institution, level, number in records:
        places[level, number].add(institution)
    return [bool(n) and len(places[level, n]) > 1 for _, level, n in records]
