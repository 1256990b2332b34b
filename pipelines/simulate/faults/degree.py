"""Faults of degree, major and kind of record (R05, R25-R29)."""

import polars as pl

from pipelines.simulate.faults.kind import (
    CLASSIC,
    ENROLLED,
    EQUIVALENT,
    FULL,
    GRADUATE,
    NEWER,
    FaultKind,
    kind,
    text,
)


def degree_faults() -> list[FaultKind]:
    code, name_of_degree = text("XWLBM"), text("XWLB")
    discipline = (
        pl.when(text("discipline") == "14")
        .then(pl.lit("10"))
        .when(text("discipline") == "03")
        .then(pl.lit("06"))
        .otherwise(pl.lit("03"))
    )
    names = {"03": "法学", "06": "历史学", "10": "医学"}
    name = discipline.replace_strict(list(names), list(names.values()), return_dtype=pl.String)
    level = code.str.slice(0, 1)
    level_name = level.replace_strict(list("234"), ["博士", "硕士", "学士"], return_dtype=pl.String)
    academic = code.str.len_chars() == 3
    # codes of the catalogue of 1998 mean other majors: their degrees are not judged
    recent = text("RXNY") >= "201309"
    of_graduates = text("category").is_in(["D1", "M1"])
    number = text("XWZSBH")
    return [
        kind(
            "degree_of_other_discipline",
            "R25",
            academic & ~text("category").is_in(["D3", "M3", "M4"]) & (GRADUATE | NEWER | recent),
            XWLBM=level + discipline,
            XWLB=pl.concat_str([name, level_name, pl.lit("学位")]),
        ),
        kind(
            "degree_of_category_14",
            "R05 R26 R39",
            CLASSIC & of_graduates,
            also=(("R28", ~pl.col("offers_1401")),),
            XWLBM=level + "14",
            XWLB="",
            ZYDM="140100",
            ZYMC="集成电路科学与工程",
        ),
        kind(
            "master_among_bachelors",
            "R27",
            (text("category") == "B1") & (pl.col("age") >= 21) & (text("XZ") == "4"),
            XWLBM="3" + code.str.slice(1),
            XWLB=name_of_degree.str.replace("学士", "硕士", literal=True),
            XWZSBH=pl.concat_str([number.str.slice(0, 5), pl.lit("3"), number.str.slice(6)]),
        ),
        kind(
            "bachelor_major_of_graduate",
            "R27 R39",
            of_graduates & code.is_in(["208", "308"]) & (text("discipline") == "08"),
            also=(("R28", ~pl.col("offers_0807")),),
            ZYDM="080717T",
            ZYMC="人工智能",
        ),
        kind("student_number_blank", "R29", ENROLLED, XH=""),
        kind("enrolment_month_blank", "R29", ENROLLED, RXNY=""),
        kind("application_number_blank", "R29", CLASSIC & EQUIVALENT, SQXWBH=""),
        kind("enrolment_of_applicant", "R29", FULL & EQUIVALENT, RXNY="202109"),
    ]
