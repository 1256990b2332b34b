"""The ten record categories (manual of 2018) and how categories are written in the tables."""

from dataclasses import dataclass

from pipelines.standard.data import read_table

LEVEL_OF_LETTER = {"D": "2", "M": "3", "B": "4"}
"""Sixth digit of the certificate number by the category's letter: doctor, master, bachelor."""

EQUIVALENT = ("D2", "M2")
"""Equivalent-qualification applicants: an application instead of an enrolment (Art. 9(2)2)."""

PROFESSIONAL = ("D3", "M3", "M4")
"""Categories whose degree is a professional one by definition."""


@dataclass(frozen=True)
class Category:
    """A record category. ``level`` is 2 doctor, 3 master, 4 bachelor."""

    code: str
    level: str
    name_zh: str
    name_en: str
    certainty: str


def _load() -> dict[str, Category]:
    rows = read_table("codes/record_category")
    return {
        row["code"]: Category(
            row["code"], row["level"], row["name_zh"], row["name_en"], row["certainty"] or "sure"
        )
        for row in rows
    }


CATEGORIES: dict[str, Category] = _load()


def expand(text: str) -> frozenset[str]:
    """Categories meant by ``"*"``, ``"D* M*"`` or ``"B1 B2"``; nonsense raises ValueError."""
    meant: set[str] = set()
    for part in text.split():
        matching = {code for code in CATEGORIES if part == "*" or code.startswith(part.rstrip("*"))}
        if not matching or (len(part) == 1 and part != "*"):
            raise ValueError(f"{part!r} names no record category")
        meant |= matching
    return frozenset(meant)
