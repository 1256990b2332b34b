"""The catalogue of faults: what is changed, where, and exactly which rules the line then breaks.

Semantics that it relies on: a rule judges fields that are present and well formed only; a blank
or malformed field speaks through its own finding, and nothing is compared with an institution
code that is itself wrong (P05). A line with an L fault has no other finding.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.simulate.mutations import (
    Change,
    born_at_age,
    certificate_year,
    day_after_birth,
    month_after,
    months_before_graduation,
    other,
    setting,
    shifted_year,
    wrong_check,
)

FUTURE = 2038
"""A year that no simulation is run after."""

ANY = pl.lit(True)
CLASSIC = pl.col("layout") == "2018"
NEWER = pl.col("layout") == "2024"
BACHELOR = pl.col("letter") == "B"
GRADUATE = pl.col("letter") != "B"
EQUIVALENT = pl.col("category").is_in(["D2", "M2"])
ENROLLED = CLASSIC & ~EQUIVALENT
RESIDENT = pl.col("ZJLXM") == "01"
MAINLAND = pl.col("GBM") == "156"
MAINLAND_OR_UNSAID = pl.col("MZM") != ""
THESIS = pl.col("LWTM") != ""
FULL = pl.col("full_header") & CLASSIC
ONE_NAME = ~pl.col("XM").str.contains("·|[A-Z]")
DEGREE_FIELDS = ("XWLBM", "XWLB", "ZYDM", "ZYMC", "ZSZYMC")
PERSON_FIELDS = (
    "XM",
    "XMPY",
    "XBM",
    "XB",
    "GBM",
    "GB",
    "MZM",
    "MZ",
    "ZZMMM",
    "ZZMM",
    "CSRQ",
    "ZJLXM",
    "ZJLX",
    "ZJHM",
)


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault of a line.

    ``where`` says which rows can have it. One of: ``change`` (columns), ``copies`` (columns taken
    over from another line of the same file: both lines break the rules), ``breaks`` (the name of
    a change to the line's bytes). ``rules`` are broken by the line, exactly.
    """

    name: str
    rules: tuple[str, ...]
    where: pl.Expr
    change: Change | None = None
    copies: tuple[str, ...] = ()
    breaks: str = ""
    level: str = "line"


def _kind(name: str, rules: str, where: pl.Expr, **columns: pl.Expr | str) -> FaultKind:
    return FaultKind(name, tuple(rules.split()), where, setting(**columns))


def _text(code: str) -> pl.Expr:
    return pl.col(code)


def _general() -> list[FaultKind]:
    long_remark = "因材料补正延期登记，经学院、研究生院、教务处逐级核对后补录，" * 3
    long_title = "复杂条件下多因素耦合作用机理与长期演化规律及其工程应用" * 4
    return [
        _kind("pinyin_blank", "P01", CLASSIC, XMPY=""),
        _kind("photo_blank", "P01", CLASSIC, ZP=""),
        _kind("president_blank", "P01", ANY, XZXM=""),
        _kind("major_name_blank", "P01", ANY, ZYMC=""),
        _kind(
            "study_mode_blank",
            "P01",
            CLASSIC & _text("category").is_in(["M1", "M3", "D1"]),
            XXFSM="",
        ),
        _kind("candidate_number_of_graduate", "P02", FULL & GRADUATE, KSH="26110000000001"),
        _kind("study_form_of_graduate", "P02", FULL & GRADUATE, XXXSM="01"),
        _kind("remark_too_long", "P03", CLASSIC, BZ=long_remark),
        _kind("title_too_long", "P03", GRADUATE & THESIS, LWTM=long_title + _text("XWZSBH")),
        _kind("birth_date_impossible", "P04", ANY, CSRQ=_text("CSRQ").str.slice(0, 4) + "0231"),
        _kind("conferral_date_impossible", "P04", ANY, HXWRQ=_text("HXWRQ").str.slice(0, 6) + "32"),
        _kind(
            "graduation_month_13",
            "P04",
            ENROLLED & (_text("BYNY") != ""),
            BYNY=_text("BYNY").str.slice(0, 4) + "13",
        ),
        _kind(
            "prior_month_dotted",
            "P04",
            CLASSIC & GRADUATE,
            QZXWNY=_text("QZXWNY").str.slice(0, 4) + ".6",
        ),
        _kind("years_in_words", "P04", CLASSIC & BACHELOR, XZ="四年"),
    ]


def _identity() -> list[FaultKind]:
    flipped = {"XBM": other("XBM", "1", "2"), "XB": other("XB", "男", "女")}
    return [
        _kind("name_blank", "R01", ANY, XM=""),
        _kind("name_with_digit", "R01", ONE_NAME, XM=_text("XM") + "1"),
        _kind("name_with_note", "R01", ONE_NAME, XM=_text("XM") + "(小)"),
        _kind(
            "name_with_wide_space",
            "R01",
            ONE_NAME,
            XM=_text("XM").str.slice(0, 1) + "　" + _text("XM").str.slice(1),
        ),
        _kind("name_lost_character", "R01", ONE_NAME, XM=_text("XM").str.slice(0, 1) + "?"),
        _kind(
            "name_dot_is_full_stop",
            "R01",
            _text("XM").str.contains("·", literal=True),
            XM=_text("XM").str.replace("·", "。", literal=True),
        ),
        _kind("birth_date_differs", "R02", RESIDENT, CSRQ=day_after_birth()),
        _kind("sex_differs", "R03", RESIDENT, **flipped),
        _kind("id_check_wrong", "R04", RESIDENT, ZJHM=wrong_check()),
        _kind(
            "id_15_digits",
            "R04",
            RESIDENT & (_text("CSRQ") < "2000"),
            ZJHM=_text("ZJHM").str.slice(0, 6) + _text("ZJHM").str.slice(8, 9),
        ),
        _kind("ethnic_code_unknown", "R05", CLASSIC & MAINLAND_OR_UNSAID, MZM="60", MZ=""),
        _kind(
            "political_code_unknown", "R05", CLASSIC & (_text("ZZMMM") != ""), ZZMMM="20", ZZMM=""
        ),
        _kind("thesis_source_unknown", "R05", CLASSIC & GRADUATE, LWXTLYM="55"),
        _kind("thesis_type_unknown", "R05", CLASSIC & GRADUATE, LWLXM="8"),
        _kind("ethnic_text_unknown", "R05", NEWER & MAINLAND_OR_UNSAID, MZ="乌兹别克族"),
        _kind(
            "ethnic_text_differs",
            "R06",
            CLASSIC & MAINLAND_OR_UNSAID,
            MZ=other("MZ", "回族", "壮族"),
        ),
        _kind(
            "political_text_differs",
            "R06",
            CLASSIC & (_text("ZZMMM") != ""),
            ZZMM=other("ZZMM", "群众", "九三学社社员"),
        ),
        _kind(
            "degree_text_differs",
            "R06",
            ANY,
            XWLB=pl.when(BACHELOR)
            .then(other("XWLB", "哲学学士学位", "历史学学士学位"))
            .when(_text("letter") == "M")
            .then(other("XWLB", "哲学硕士学位", "历史学硕士学位"))
            .otherwise(other("XWLB", "哲学博士学位", "历史学博士学位")),
        ),
        _kind(
            "foreigner_with_ethnic",
            "R33",
            ~MAINLAND & (_text("ZJLXM") == "05"),
            MZM="01",
            MZ="汉族",
        ),
        _kind("ethnic_blank", "R34", MAINLAND & MAINLAND_OR_UNSAID, MZM="", MZ=""),
        _kind(
            "compatriot_with_political",
            "R34",
            CLASSIC & _text("GBM").is_in(["344", "446", "158"]),
            ZZMMM="13",
            ZZMM="群众",
        ),
        _kind(
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


def _certificate() -> list[FaultKind]:
    number = _text("XWZSBH")
    level = number.str.slice(5, 1).replace_strict(
        ["2", "3", "4"], ["3", "2", "3"], return_dtype=pl.String
    )
    return [
        _kind("certificate_point_zero", "R07", ANY, XWZSBH=number + ".0"),
        _kind(
            "certificate_with_space",
            "R07",
            ANY,
            XWZSBH=number.str.slice(0, 10) + " " + number.str.slice(10),
        ),
        _kind("certificate_letter_era", "R07", ANY, XWZSBH="L" + number),
        _kind(
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
        _kind(
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
        _kind("certificate_of_other_institution", "R08", ANY, XWZSBH="2" + number.str.slice(1)),
        _kind(
            "certificate_of_other_level",
            "R09",
            ANY,
            XWZSBH=pl.concat_str([number.str.slice(0, 5), level, number.str.slice(6)]),
        ),
        _kind("certificate_of_last_year", "R10", ANY, XWZSBH=certificate_year(-1)),
        _kind(
            "other_institution",
            "P05",
            _text("other_code") != _text("XWSYDWM"),
            XWSYDWM=_text("other_code"),
            XWSYDW=_text("other_name"),
            PYDWM=_text("other_code"),
            PYDW=_text("other_name"),
        ),
        FaultKind("certificate_twice", ("R11",), ANY, copies=("XWZSBH",)),
        FaultKind("person_twice", ("R12",), ANY, copies=(*PERSON_FIELDS, *DEGREE_FIELDS)),
    ]


def _dates() -> list[FaultKind]:
    years = FUTURE - _text("HXWRQ").str.slice(0, 4).cast(pl.Int32)
    oldest = pl.when(BACHELOR).then(58).when(_text("letter") == "M").then(63).otherwise(68)
    young = (pl.col("age") + years < oldest) & (GRADUATE | THESIS | NEWER)
    future = pl.lit(str(FUTURE))
    earlier = {code: shifted_year(code, -1) for code in ("HXWRQ", "RXNY", "BYNY")}
    return [
        _kind(
            "graduated_after_conferral",
            "R15",
            ENROLLED & (_text("BYNY") != ""),
            BYNY=month_after("HXWRQ", 1),
        ),
        _kind(
            "studied_too_long",
            "R16",
            ENROLLED & (_text("BYNY") != ""),
            RXNY=months_before_graduation(117, 93, 129),
        ),
        FaultKind("too_young_for_level", ("R17",), RESIDENT, born_at_age(16, 19, 21)),
        FaultKind("a_child", ("R17", "R18"), RESIDENT, born_at_age(12, 12, 12)),
        _kind(
            "conferred_in_future",
            "R19 R20",
            young,
            HXWRQ=future + _text("HXWRQ").str.slice(4),
            XWZSBH=pl.concat_str(
                [_text("XWZSBH").str.slice(0, 6), future, _text("XWZSBH").str.slice(10)]
            ),
        ),
        _kind(
            "conferred_a_year_before",
            "R20",
            pl.col("HXWRQ") != "",
            **earlier,
            XWZSBH=certificate_year(-1),
        ),
        _kind(
            "resolution_not_in_package",
            "R23",
            CLASSIC & (_text("JYBH") != ""),
            JYBH="校学位〔1999〕900号",
        ),
    ]


def _degree() -> list[FaultKind]:
    code, text = _text("XWLBM"), _text("XWLB")
    discipline = (
        pl.when(_text("discipline") == "14")
        .then(pl.lit("10"))
        .when(_text("discipline") == "03")
        .then(pl.lit("06"))
        .otherwise(pl.lit("03"))
    )
    names = {"03": "法学", "06": "历史学", "10": "医学"}
    name = discipline.replace_strict(list(names), list(names.values()), return_dtype=pl.String)
    level = code.str.slice(0, 1)
    level_name = level.replace_strict(list("234"), ["博士", "硕士", "学士"], return_dtype=pl.String)
    academic = code.str.len_chars() == 3
    of_graduates = _text("category").is_in(["D1", "M1"])
    number = _text("XWZSBH")
    return [
        _kind(
            "degree_of_other_discipline",
            "R25",
            academic & ~_text("category").is_in(["D3", "M3", "M4"]),
            XWLBM=level + discipline,
            XWLB=pl.concat_str([name, level_name, pl.lit("学位")]),
        ),
        _kind(
            "degree_of_category_14",
            "R05 R26",
            CLASSIC & of_graduates,
            XWLBM=level + "14",
            XWLB="",
            ZYDM="140100",
            ZYMC="集成电路科学与工程",
        ),
        _kind(
            "master_among_bachelors",
            "R27",
            (_text("category") == "B1") & (pl.col("age") >= 21) & (_text("XZ") == "4"),
            XWLBM="3" + code.str.slice(1),
            XWLB=text.str.replace("学士", "硕士", literal=True),
            XWZSBH=pl.concat_str([number.str.slice(0, 5), pl.lit("3"), number.str.slice(6)]),
        ),
        _kind(
            "bachelor_major_of_graduate",
            "R27",
            of_graduates & code.is_in(["208", "308"]) & (_text("discipline") == "08"),
            ZYDM="080717T",
            ZYMC="人工智能",
        ),
        _kind("student_number_blank", "R29", ENROLLED, XH=""),
        _kind("enrolment_month_blank", "R29", ENROLLED, RXNY=""),
        _kind("application_number_blank", "R29", CLASSIC & EQUIVALENT, SQXWBH=""),
        _kind("enrolment_of_applicant", "R29", FULL & EQUIVALENT, RXNY="202109"),
    ]


def _thesis() -> list[FaultKind]:
    bachelor_thesis = BACHELOR & THESIS & (_text("LWYJFX") != "") & (_text("HXWRQ") >= "20240601")
    secret = NEWER & (_text("LWLX") == "涉密论文")
    short_major = _text("ZYMC").str.len_chars() <= 15
    return [
        _kind("title_blank", "R30", GRADUATE, LWTM=""),
        _kind("two_keywords", "R30", GRADUATE, LWGJC="数据驱动,优化方法"),
        _kind("source_blank", "R30", CLASSIC & GRADUATE, LWXTLYM=""),
        _kind("secret_with_title", "R31", secret, LWTM="某型装备关键部件可靠性研究" + _text("XH")),
        _kind("secret_with_supervisor", "R31", secret, DSXM="王建国"),
        _kind("direction_blank", "R32", bachelor_thesis, LWYJFX=""),
        _kind("three_directions", "R32", bachelor_thesis, LWYJFX="数据治理；基层治理；治理绩效"),
        _kind("direction_is_major", "R32", bachelor_thesis & short_major, LWYJFX=_text("ZYMC")),
        _kind(
            "direction_too_long",
            "R32",
            bachelor_thesis,
            LWYJFX="复杂环境下多源异构数据融合与智能决策方法",
        ),
        FaultKind("title_twice", ("R43",), THESIS, copies=("LWTM",)),
        _kind("supervisor_placeholder", "R45", GRADUATE, DSXM="不详"),
        _kind("student_number_placeholder", "R45", ENROLLED, XH="123456"),
        _kind(
            "training_institution_differs",
            "R36",
            CLASSIC
            & (_text("category") != "B2")
            & (_text("PYDWM") == _text("XWSYDWM"))
            & (_text("other_code") != _text("XWSYDWM")),
            PYDWM=_text("other_code"),
            PYDW=_text("other_name"),
        ),
        _kind("president_differs", "R38", pl.col("filing_rows") >= 8, XZXM="欧阳建国"),
    ]


def _broken() -> list[FaultKind]:
    names = {
        "column_extra": "L01",
        "column_missing": "L01",
        "half_character": "L02",
        "invalid_byte": "L02",
        "nul_byte": "L03",
        "quote_unclosed": "L04",
        "line_70_kib": "L05",
    }
    return [FaultKind(name, (rule,), ANY, breaks=name) for name, rule in names.items()]


def line_faults() -> tuple[FaultKind, ...]:
    """Every kind of fault of a line, in a fixed order."""
    return tuple(
        _general() + _identity() + _certificate() + _dates() + _degree() + _thesis() + _broken()
    )


FILING_FAULTS: dict[str, tuple[str, ...]] = {
    "resolution_missing": ("F03",),
    "hash_differs": ("F04",),
    "institution_unknown": ("F05", "P05"),
    "filing_id_of_other_semester": ("F06",),
    "signature_over_other_content": ("F07",),
    "signed_by_stranger": ("F07",),
    "row_count_differs": ("F08",),
    "file_not_in_manifest": ("F09",),
    "encoding_differs": ("F10",),
    "column_twice": ("F11",),
    "mandatory_column_missing": ("F11",),
    "file_without_records": ("F12",),
    "too_many_columns": ("F16",),
    "unknown_column": ("F17",),
    "collector_is_verifier": ("R24",),
    "headcount_differs": ("R23",),
    "submitted_late": ("R21",),
}
"""Faults of a whole filing and the rules that it breaks."""

ON_EVERY_LINE = frozenset({"R21", "P05"})
"""Rules that a fault of the whole filing breaks on each of its lines, not once for the filing."""
