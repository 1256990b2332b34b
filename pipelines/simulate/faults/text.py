"""Faults of characters: what is repaired in the reading (T01-T06) and what cannot be (T08, T09)."""

from dataclasses import replace

import polars as pl

from pipelines.simulate.faults.kind import (
    ANY,
    BACHELOR,
    CLASSIC,
    EQUIVALENT,
    GRADUATE,
    HAN_NAME,
    MAINLAND_OR_UNSAID,
    NEWER,
    NOT_DBF,
    RESIDENT,
    THESIS,
    FaultKind,
    kind,
    text,
)
from pipelines.simulate.faults.kind import ENROLLED as HAS_STUDENT_NUMBER
from pipelines.simulate.mutations import in_full_width

MOVED = "\ue81e"
"""A private-use character that GB 18030-2022 gave a code of its own (FE59)."""

PRIVATE = "\ue000"
COMPATIBILITY = "\uf98e"
"""U+F98E, a compatibility ideograph of 年."""

MISREAD = "基于深度学习研究".encode().decode("gbk")
"""UTF-8 that was read as GBK."""

SHORT_TITLE = THESIS & (text("LWTM").str.len_chars() <= 80)
DOTTED = text("XM").str.contains("·", literal=True) & (text("XM").str.len_chars() <= 15)


def text_faults() -> list[FaultKind]:
    """Kinds whose repair leaves nothing else to find come first."""
    return [*_widths(), *_dots(), *_invisible(), *_variants(), *_lost()]


def _widths() -> list[FaultKind]:
    latin = text("XM").str.contains("^[A-Z]") & (text("XM").str.len_chars() <= 30)
    return [
        replace(
            kind("id_in_full_width", "T01", RESIDENT, ZJHM=in_full_width("ZJHM", 0)),
            formats=NOT_DBF,
        ),
        kind("certificate_in_full_width", "T01", ANY, XWZSBH=in_full_width("XWZSBH", -2)),
        kind("student_number_in_full_width", "T01", HAS_STUDENT_NUMBER, XH=in_full_width("XH", -4)),
        kind("pinyin_in_full_width", "T01", CLASSIC & HAN_NAME, XMPY=in_full_width("XMPY", -1)),
        kind("name_in_full_width", "T01", latin, XM=in_full_width("XM", -1)),
    ]


def _dots() -> list[FaultKind]:
    variants = {"bullet": "•", "hyphenation_point": "‧", "katakana_dot": "・", "full_stop": "．"}
    return [
        kind(f"name_with_{name}", "T02", DOTTED, XM=text("XM").str.replace_all("·", dot))
        for name, dot in variants.items()
    ]


def _invisible() -> list[FaultKind]:
    title, major = text("LWTM"), text("ZYMC")
    return [
        kind("title_with_joiner", "T03", SHORT_TITLE, LWTM=_inside(title, "\u200b")),
        kind("title_with_byte_order_mark", "T03", SHORT_TITLE, LWTM=_inside(title, "\ufeff")),
        kind("title_with_hard_blank", "T03", SHORT_TITLE, LWTM=_inside(title, "\u00a0")),
        kind("major_in_hard_blanks", "T03", ANY, ZYMC="\u00a0" + major + "\u00a0"),
        kind("major_after_blank", "T03", ANY, ZYMC=" " + major),
        replace(kind("major_before_blanks", "T03", ANY, ZYMC=major + "  "), formats=NOT_DBF),
    ]


def _inside(value: pl.Expr, character: str) -> pl.Expr:
    return pl.concat_str([value.str.slice(0, 3), pl.lit(character), value.str.slice(3)])


def _variants() -> list[FaultKind]:
    supervised = GRADUATE & (text("DSXM").str.len_chars() <= 20)
    return [
        kind("name_of_moved_character", "T04", EQUIVALENT & HAN_NAME, XM=text("XM") + MOVED),
        kind("supervisor_of_moved_character", "T04", supervised, DSXM=text("DSXM") + MOVED),
        kind("supervisor_compatibility", "T05", supervised, DSXM=text("DSXM") + COMPATIBILITY),
        kind("title_compatibility", "T05", SHORT_TITLE, LWTM=COMPATIBILITY + text("LWTM")),
        kind(
            "ethnic_text_traditional",
            "T06",
            MAINLAND_OR_UNSAID & (text("MZ") == "汉族"),
            MZ="漢族",
        ),
        kind(
            "source_text_brackets",
            "T06",
            NEWER & (text("LWXTLY") == "省(自治区、直辖市)项目"),
            LWXTLY="省（自治区、直辖市）项目",
        ),
        kind("major_half_brackets", "T06", BACHELOR, ZYMC=text("ZYMC") + "(创新实验班)"),
    ]


def _lost() -> list[FaultKind]:
    supervised = GRADUATE & (text("DSXM").str.len_chars() <= 20)
    return [
        kind("name_private_character", "T08 R39*", HAN_NAME, XM=text("XM") + PRIVATE),
        kind("title_private_character", "T08", SHORT_TITLE, LWTM=text("LWTM") + PRIVATE),
        kind("title_replaced", "T09", SHORT_TITLE, LWTM=text("LWTM") + "锟斤拷锟斤拷"),
        kind("title_uninitialised", "T09", SHORT_TITLE, LWTM="烫烫烫烫" + text("LWTM")),
        kind("title_misread", "T09", SHORT_TITLE, LWTM=MISREAD + text("XWZSBH")),
        kind(
            "supervisor_lost_characters",
            "T09",
            supervised,
            DSXM=text("DSXM").str.slice(0, 1) + "??",
        ),
    ]
