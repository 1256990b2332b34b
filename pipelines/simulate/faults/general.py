"""Faults that the field table's own rules find: blank, forbidden, long, malformed (P01-P04)."""

from dataclasses import replace

from pipelines.simulate.faults.kind import (
    ANY,
    BACHELOR,
    CLASSIC,
    ENROLLED,
    FULL,
    GRADUATE,
    NOT_DBF,
    THESIS,
    FaultKind,
    kind,
    text,
)


def general_faults() -> list[FaultKind]:
    long_remark = "因材料补正延期登记，经学院、研究生院、教务处逐级核对后补录，" * 3
    long_title = "复杂条件下多因素耦合作用机理与长期演化规律及其工程应用" * 4
    return [
        kind("pinyin_blank", "P01", CLASSIC, XMPY=""),
        kind("photo_blank", "P01", CLASSIC, ZP=""),
        kind("president_blank", "P01", ANY, XZXM=""),
        kind("major_name_blank", "P01", ANY, ZYMC=""),
        kind(
            "study_mode_blank",
            "P01",
            CLASSIC & text("category").is_in(["M1", "M3", "D1"]),
            XXFSM="",
        ),
        kind("candidate_number_of_graduate", "P02", FULL & GRADUATE, KSH="26110000000001"),
        kind("study_form_of_graduate", "P02", FULL & GRADUATE, XXXSM="01"),
        replace(kind("remark_too_long", "P03", CLASSIC, BZ=long_remark), formats=NOT_DBF),
        replace(
            kind("title_too_long", "P03", GRADUATE & THESIS, LWTM=long_title + text("XWZSBH")),
            formats=NOT_DBF,
        ),
        kind("birth_date_impossible", "P04 R39*", ANY, CSRQ=text("CSRQ").str.slice(0, 4) + "0231"),
        kind(
            "conferral_date_impossible",
            "P04",
            ANY,
            also=(("C01", text("category") == "M2"),),
            HXWRQ=text("HXWRQ").str.slice(0, 6) + "32",
        ),
        kind(
            "graduation_month_13",
            "P04 R39",
            ENROLLED & (text("BYNY") != ""),
            BYNY=text("BYNY").str.slice(0, 4) + "13",
        ),
        kind(
            "prior_month_dotted",
            "P04",
            CLASSIC & GRADUATE,
            QZXWNY=text("QZXWNY").str.slice(0, 4) + ".6",
        ),
        kind("years_in_words", "P04", CLASSIC & BACHELOR, XZ="四年"),
    ]
