"""Faults that other data tell: enrolments, authorisations, terms, examinations, lists, photos."""

from dataclasses import replace

import polars as pl

from pipelines.simulate.faults.kind import (
    ANY,
    CLASSIC,
    ENROLLED,
    HAN_NAME,
    MAINLAND,
    PERSON_FIELDS,
    RESIDENT,
    STUDENT,
    FaultKind,
    kind,
    text,
)
from pipelines.simulate.mutations import in_sequence, month_after, moved_area, setting

OTHER_SURNAME = "欧阳" + text("XM").str.slice(1)
ACADEMIC = text("category").is_in(["D1", "D2", "M1", "M2"]) & (
    text("XWLBM").str.slice(1) == text("discipline")
)


def compared_faults() -> list[FaultKind]:
    """Kinds that a record by itself does not show."""
    return [*_enrolments(), *_registers(), *_beside()]


def _enrolments() -> list[FaultKind]:
    resident = RESIDENT & MAINLAND & STUDENT
    unknown = setting(XH="T" + text("XH"))
    name = setting(XM=OTHER_SURNAME)
    return [
        kind("enrolled_by_other_name", "R39", STUDENT & HAN_NAME, XM=OTHER_SURNAME),
        kind("enrolled_with_other_graduation", "R39", _graduated(), BYNY=month_after("BYNY", -1)),
        kind(
            "enrolled_in_other_major",
            "R39",
            text("category").is_in(["D1", "M1"]) & text("ZYDM").str.ends_with("00"),
            ZYDM=text("ZYDM").str.slice(0, 4) + "Z9",
        ),
        FaultKind("enrolled_with_other_id", ("R39",), resident, moved_area),
        FaultKind(
            "enrolled_with_other_numbers", ("R39",), resident, in_sequence(moved_area, unknown)
        ),
        FaultKind(
            "not_enrolled", ("R39",), resident & HAN_NAME, in_sequence(moved_area, unknown, name)
        ),
        FaultKind(
            "same_person_elsewhere",
            ("R13",),
            STUDENT,
            copies=PERSON_FIELDS,
            also=(("R39", ANY),),
            across=True,
        ),
    ]


def _graduated() -> pl.Expr:
    return ENROLLED & (text("BYNY") != "")


def _registers() -> list[FaultKind]:
    return [
        kind(
            "major_not_authorised",
            "R28 R39*",
            ACADEMIC & (text("unauthorised_code") != ""),
            ZYDM=text("unauthorised_code"),
            ZYMC=text("unauthorised_name"),
        ),
        kind(
            "authorised_later",
            "R19 R39*",
            ACADEMIC & (text("pending_code") != ""),
            ZYDM=text("pending_code"),
            ZYMC=text("pending_name"),
        ),
        kind("president_of_earlier_term", "R38", ANY, XZXM=text("president_earlier")),
        kind("chair_of_earlier_term", "R38", ANY, ZXXM=text("chair_earlier")),
        kind("examination_missing", "C01", text("category") == "M2", marks="exam=missing"),
    ]


def _beside() -> list[FaultKind]:
    photos = CLASSIC & (text("ZP") != "")
    return [
        replace(
            kind("name_not_on_list", "R40", HAN_NAME, marks="list=other"), filing_rules=("R40",)
        ),
        replace(
            kind("photo_missing", "R37", photos, marks="photo=missing"),
            filing_rules=("R40",),
            photos=True,
        ),
        replace(kind("photo_no_jpeg", "R37", photos, marks="photo=broken"), photos=True),
    ]
