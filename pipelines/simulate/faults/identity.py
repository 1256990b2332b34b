"""Faults of a person: name, birth, sex, identity number, ethnic group (R01-R06, R33-R35)."""

from typing import Any

import polars as pl

from pipelines.simulate.faults.kind import (
    ANY,
    BACHELOR,
    CLASSIC,
    GRADUATE,
    MAINLAND,
    MAINLAND_OR_UNSAID,
    NEWER,
    ONE_NAME,
    RESIDENT,
    FaultKind,
    kind,
    text,
)
from pipelines.simulate.mutations import (
    day_after_birth,
    other,
    wrong_check,
)


def identity_faults() -> list[FaultKind]:
    flipped: dict[str, Any] = {"XBM": other("XBM", "1", "2"), "XB": other("XB", "男", "女")}
    return [
        kind("name_blank", "R01", ANY, XM=""),
        kind("name_with_digit", "R01 R39*", ONE_NAME, XM=text("XM") + "1"),
        kind("name_with_note", "R01 R39*", ONE_NAME, XM=text("XM") + "(小)"),
        kind(
            "name_with_wide_space",
            "R01 R39*",
            ONE_NAME,
            XM=text("XM").str.slice(0, 1) + "　" + text("XM").str.slice(1),
        ),
        kind("name_lost_character", "R01 R39*", ONE_NAME, XM=text("XM").str.slice(0, 1) + "?"),
        kind(
            "name_dot_is_full_stop",
            "R01 R39*",
            text("XM").str.contains("·", literal=True),
            XM=text("XM").str.replace("·", "。", literal=True),
        ),
        kind("birth_date_differs", "R02 R39*", RESIDENT, CSRQ=day_after_birth()),
        kind("sex_differs", "R03 R39*", RESIDENT, **flipped),
        kind("id_check_wrong", "R04 R39*", RESIDENT, ZJHM=wrong_check()),
        kind(
            "id_15_digits",
            "R04 R39*",
            RESIDENT & (text("CSRQ") < "2000"),
            ZJHM=text("ZJHM").str.slice(0, 6) + text("ZJHM").str.slice(8, 9),
        ),
        kind("ethnic_code_unknown", "R05", CLASSIC & MAINLAND_OR_UNSAID, MZM="60", MZ=""),
        kind("political_code_unknown", "R05", CLASSIC & (text("ZZMMM") != ""), ZZMMM="20", ZZMM=""),
        kind("thesis_source_unknown", "R05", CLASSIC & GRADUATE, LWXTLYM="55"),
        kind("thesis_type_unknown", "R05", CLASSIC & GRADUATE, LWLXM="8"),
        kind("ethnic_text_unknown", "R05", NEWER & MAINLAND_OR_UNSAID, MZ="乌兹别克族"),
        kind(
            "ethnic_text_differs",
            "R06",
            CLASSIC & MAINLAND_OR_UNSAID,
            MZ=other("MZ", "回族", "壮族"),
        ),
        kind(
            "political_text_differs",
            "R06",
            CLASSIC & (text("ZZMMM") != ""),
            ZZMM=other("ZZMM", "群众", "九三学社社员"),
        ),
        kind(
            "degree_text_differs",
            "R06",
            ANY,
            XWLB=pl.when(BACHELOR)
            .then(other("XWLB", "哲学学士学位", "历史学学士学位"))
            .when(text("letter") == "M")
            .then(other("XWLB", "哲学硕士学位", "历史学硕士学位"))
            .otherwise(other("XWLB", "哲学博士学位", "历史学博士学位")),
        ),
        kind(
            "foreigner_with_ethnic",
            "R33",
            ~MAINLAND & (text("ZJLXM") == "05"),
            MZM="01",
            MZ="汉族",
        ),
        kind("ethnic_blank", "R34", MAINLAND & MAINLAND_OR_UNSAID, MZM="", MZ=""),
        kind(
            "compatriot_with_political",
            "R34",
            CLASSIC & text("GBM").is_in(["344", "446", "158"]),
            ZZMMM="13",
            ZZMM="群众",
        ),
        kind(
            "resident_card_from_elsewhere",
            "R35",
            CLASSIC & RESIDENT & MAINLAND,
            GBM="344",
            MZM="",
            MZ="",
            ZZMMM="",
            ZZMM="",
        ),
    ]
