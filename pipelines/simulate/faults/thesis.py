"""Faults of theses, placeholders, training institution and heads (R30-R32, R36, R38, R43, R45)."""

import polars as pl

from pipelines.simulate.faults.kind import (
    BACHELOR,
    CLASSIC,
    ENROLLED,
    GRADUATE,
    NEWER,
    THESIS,
    FaultKind,
    kind,
    text,
)


def thesis_faults() -> list[FaultKind]:
    bachelor_thesis = BACHELOR & THESIS & (text("LWYJFX") != "") & (text("HXWRQ") >= "20240601")
    secret = NEWER & (text("LWLX") == "涉密论文")
    short_major = text("ZYMC").str.len_chars() <= 15
    return [
        kind("title_blank", "R30", GRADUATE, LWTM=""),
        kind("two_keywords", "R30", GRADUATE, LWGJC="数据驱动,优化方法" + text("XWZSBH")),
        kind("source_blank", "R30", CLASSIC & GRADUATE, LWXTLYM=""),
        kind("secret_with_title", "R31", secret, LWTM="某型装备关键部件可靠性研究" + text("XH")),
        kind("secret_with_supervisor", "R31", secret, DSXM="王建国"),
        kind("direction_blank", "R32", bachelor_thesis, LWYJFX=""),
        kind("three_directions", "R32", bachelor_thesis, LWYJFX="数据治理；基层治理；治理绩效"),
        kind("direction_is_major", "R32", bachelor_thesis & short_major, LWYJFX=text("ZYMC")),
        kind(
            "direction_too_long",
            "R32",
            bachelor_thesis,
            LWYJFX="复杂环境下多源异构数据融合与智能决策方法",
        ),
        FaultKind("title_twice", ("R43",), THESIS, copies=("LWTM",)),
        kind("supervisor_placeholder", "R45", GRADUATE, DSXM="不详"),
        kind("student_number_placeholder", "R39 R45", ENROLLED, XH="123456"),
        kind(
            "training_institution_differs",
            "R36",
            CLASSIC
            & (text("category") != "B2")
            & (text("PYDWM") == text("XWSYDWM"))
            & (text("other_code") != text("XWSYDWM")),
            PYDWM=text("other_code"),
            PYDW=text("other_name"),
        ),
        kind("president_differs", "R38", pl.col("filing_rows") >= 8, XZXM="欧阳建国"),
    ]
