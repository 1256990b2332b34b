"""Faults of certificate numbers and institutions, and what stands twice (R07-R13, P05)."""

import polars as pl

from pipelines.simulate.faults.kind import (
    ANY,
    BACHELOR,
    COURSE_FIELDS,
    DEGREE_FIELDS,
    PERSON_FIELDS,
    FaultKind,
    kind,
    text,
)
from pipelines.simulate.mutations import (
    certificate_year,
)


def certificate_faults() -> list[FaultKind]:
    number = text("XWZSBH")
    level = number.str.slice(5, 1).replace_strict(
        ["2", "3", "4"], ["3", "2", "3"], return_dtype=pl.String
    )
    return [
        kind("certificate_point_zero", "R07", ANY, XWZSBH=number + ".0"),
        kind(
            "certificate_with_space",
            "R07",
            ANY,
            XWZSBH=number.str.slice(0, 10) + " " + number.str.slice(10),
        ),
        kind("certificate_letter_era", "R07", ANY, XWZSBH="L" + number),
        kind(
            "certificate_scientific",
            "R07",
            ANY,
            XWZSBH=pl.concat_str(
                [
                    number.str.slice(0, 1),
                    pl.lit("."),
                    number.str.slice(1, 4),
                    number.str.slice(10),
                    pl.lit("E+15"),
                ]
            ),
        ),
        kind(
            "graduation_number_pasted",
            "R07",
            BACHELOR,
            XWZSBH=pl.concat_str(
                [
                    number.str.slice(0, 5),
                    pl.lit("1"),
                    number.str.slice(6, 4),
                    pl.lit("05"),
                    number.str.slice(10),
                ]
            ),
        ),
        kind("certificate_of_other_institution", "R08", ANY, XWZSBH="2" + number.str.slice(1)),
        kind(
            "certificate_of_other_level",
            "R09",
            ANY,
            XWZSBH=pl.concat_str([number.str.slice(0, 5), level, number.str.slice(6)]),
        ),
        kind("certificate_of_last_year", "R10", ANY, XWZSBH=certificate_year(-1)),
        kind(
            "other_institution",
            "P05",
            text("other_code") != text("XWSYDWM"),
            XWSYDWM=text("other_code"),
            XWSYDW=text("other_name"),
            PYDWM=text("other_code"),
            PYDW=text("other_name"),
        ),
        FaultKind("certificate_twice", ("R11",), ANY, copies=("XWZSBH",)),
        FaultKind(
            "person_twice", ("R12",), ANY, copies=(*PERSON_FIELDS, *DEGREE_FIELDS, *COURSE_FIELDS)
        ),
    ]
