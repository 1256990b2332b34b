"""Certificate templates that institutions register with their validity (Art. 12(7))."""

import csv
from datetime import date, timedelta
from pathlib import Path

from pipelines.simulate.institutions import Institution
from pipelines.simulate.reference import merge_rows
from pipelines.standard import CATEGORIES, Semester

HEADER = ("template_id", "institution_code", "level", "category", "valid_from", "valid_to")
FIRST, CHANGED = date(2010, 1, 1), date(2018, 9, 1)

Row = tuple[str, ...]


def write_templates(
    path: Path, institutions: list[Institution], missing: tuple[str, str], semester: Semester
) -> None:
    """Adds the institutions' templates; ``missing`` (institution, level) has none in the semester.

    What the register holds already stays: another semester's simulation may have left a gap.
    """
    known: set[str] = set()
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            known = {row["institution_code"] for row in csv.DictReader(file)}
    made = [row for one in institutions if one.code not in known for row in _templates(one)]
    merge_rows(path, HEADER, 1, made)
    if any(missing):
        _leave_gap(path, missing, semester)


def _templates(institution: Institution) -> list[Row]:
    """One template a level, or one a record category; some institutions changed theirs in 2018."""
    by_category, changed = int(institution.code) % 3 == 0, int(institution.code) % 2 == 0
    terms: list[tuple[date, date | None]] = [(FIRST, None)]
    if changed:
        terms = [(FIRST, CHANGED - timedelta(days=1)), (CHANGED, None)]
    rows: list[Row] = []
    for level in institution.levels:
        categories = [c.code for c in CATEGORIES.values() if c.level == level]
        for category in categories if by_category else [""]:
            for number, (first, last) in enumerate(terms, start=1):
                name = f"{institution.code}-{category or level}-{number}"
                end = last.isoformat() if last else ""
                rows.append((name, institution.code, level, category, first.isoformat(), end))
    return rows


def _leave_gap(path: Path, missing: tuple[str, str], semester: Semester) -> None:
    """Takes the semester out of the validity of these templates."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file)][1:]
    before = (semester.first_day - timedelta(days=1)).isoformat()
    after = (semester.last_day + timedelta(days=1)).isoformat()
    kept: list[Row] = []
    for row in rows:
        name, institution, level, category, first, last = row
        inside = first <= semester.last_day.isoformat() and (last or "9999") > before
        if (institution, level) != missing or not inside:
            kept.append(row)
            continue
        if first <= before:
            kept.append((name, institution, level, category, first, before))
        if (last or "9999") >= after:
            kept.append((f"{name}-{after[:7]}", institution, level, category, after, last))
    path.unlink()
    merge_rows(path, HEADER, 1, kept)
