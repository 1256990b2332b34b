"""Faults of dates and ages (R15-R23)."""

import polars as pl

from pipelines.simulate.faults.kind import (
    BACHELOR,
    CLASSIC,
    ENROLLED,
    RESIDENT,
    STUDENT,
    FaultKind,
    kind,
    text,
)
from pipelines.simulate.mutations import (
    born_at_age,
    certificate_year,
    month_after,
    months_before_graduation,
    shifted_year,
)


def date_faults() -> list[FaultKind]:
    oldest = pl.when(BACHELOR).then(58).when(text("letter") == "M").then(63).otherwise(68)
    earlier = {code: shifted_year(code, -1) for code in ("HXWRQ", "RXNY", "BYNY")}
    return [
        kind(
            "graduated_after_conferral",
            "R15 R39",
            ENROLLED & (text("BYNY") != ""),
            BYNY=month_after("HXWRQ", 1),
        ),
        kind(
            "studied_too_long",
            "R16 R39",
            ENROLLED & (text("BYNY") != ""),
            RXNY=months_before_graduation(117, 93, 129),
        ),
        FaultKind(
            "too_young_for_level",
            ("R17",),
            RESIDENT,
            born_at_age(16, 19, 21),
            also=(("R39", STUDENT),),
        ),
        FaultKind(
            "a_child",
            ("R17", "R18"),
            RESIDENT,
            born_at_age(12, 12, 12),
            also=(("R39", STUDENT),),
        ),
        kind(
            "conferred_in_future",
            "R19 R20",
            (pl.col("age") < oldest) & pl.col("heads_stay"),
            HXWRQ=shifted_year("HXWRQ", 1),
            XWZSBH=certificate_year(1),
        ),
        kind(
            "conferred_a_year_before",
            "R20",
            pl.col("HXWRQ") != "",
            also=(("R39", ENROLLED),),
            **earlier,
            XWZSBH=certificate_year(-1),
            XZXM=text("president_before"),
            ZXXM=text("chair_before"),
        ),
        kind(
            "resolution_not_in_package",
            "R23",
            CLASSIC & (text("JYBH") != ""),
            JYBH="校学位〔1999〕900号",
        ),
    ]
