"""Columns that some categories fill: bachelors, graduates, theses, contact data."""

import numpy as np
import polars as pl

from pipelines.simulate.columns import (
    Index,
    Mask,
    choose,
    constant,
    digits,
    fixed_text,
    join,
    only,
    pick,
    pool,
    weighted,
)
from pipelines.simulate.plan import Stream
from pipelines.simulate.registry import Registry, Supply
from pipelines.simulate.rows import Rows, all_programmes, letters, month_bytes
from pipelines.simulate.theses import make_theses, sources
from pipelines.standard import code_table


def bachelor_columns(
    numbers: Stream, rows: Rows, mainland: Mask, registry: Registry
) -> dict[str, pl.Series]:
    count = len(rows)
    candidate = registry.take_candidates(count)
    province = constant(registry.numbers.province, count)
    category = rows.category
    years = np.array([one.years for one in all_programmes()[0]])[rows.programme]
    lengths = pool(["4", "5", "2.5", "3"])
    adult = np.where(numbers.random(count) < 0.5, 2, 3)
    form = np.where(category == "B2", 1 + weighted(numbers, (3, 38, 34, 12, 9, 4), count), 0)
    forms = code_table("study_form").rows
    flags = np.array([filing.habits.flags for filing in rows.filings])[rows.filing] == "YN"
    second = np.where(numbers.random(count) < 0.006, 0, 1)
    yes_no = pool(["1", "0", "Y", "N"])
    regular = fixed_text(
        digits(rows.enrolment // 12 % 100, 2),
        province,
        digits(candidate, 10),
    )
    adult_number = fixed_text(province, digits(rows.enrolment // 12, 4), digits(candidate, 9))
    passed = (category == "B2") & (numbers.random(count) < 0.7)
    return {
        "XZ": pick(lengths, np.where(category == "B2", adult, np.where(years == 5, 1, 0))),
        "XXXSM": pick(pool([row["code"] for row in forms]), form),
        "XXXS": pick(pool([row["name_zh"] for row in forms]), form),
        "WYKSNY": only(fixed_text(month_bytes(rows.graduation - 8)), passed),
        "SFDEXW": pick(yes_no, second + 2 * flags),
        "SFFXXW": pick(yes_no, 1 + 2 * flags),
        "KSH": only(choose(category == "B2", adult_number, regular), mainland),
    }


def graduate_columns(numbers: Stream, rows: Rows, area: Index) -> dict[str, pl.Series]:
    count = len(rows)
    category = rows.category
    doctor = np.char.startswith(category, "D")
    equivalent = np.isin(category, ("D2", "M2"))
    applied = rows.enrolment - 3
    prior_month = np.where(equivalent, rows.enrolment - 44, rows.enrolment - 2)
    prior_month = prior_month - prior_month % 12 + 5
    codes = np.array([one.code for one in rows.institutions], dtype="S5")
    institution = codes.view(np.uint8).reshape(-1, 5)[rows.institution]
    prior = pool([str(code) for code in (*range(401, 411), 412, 413, *range(301, 311), 312, 313)])
    degree = numbers.integers(0, 12, count) + 12 * doctor
    provinces = pool(
        [row["code"] + "0000" for row in code_table("province").rows if row["in_scope"] == "Y"]
    )
    ordinary = category == "M3"
    return {
        "XXFSM": pick(pool(["1", "2"]), (ordinary & (numbers.random(count) < 0.35)).astype(int)),
        "KSFSM": pick(pool(["11", "12", "21"]), numbers.integers(0, 3, count)),
        "GDLXM": pick(pool(["11", "12"]), (numbers.random(count) < 0.06).astype(int)),
        "SFYJXK": pick(pool(["1", "0"]), (numbers.random(count) < 0.2).astype(int)),
        "HKSSM": pick(provinces, area % len(provinces)),
        "QZXLM": pick(pool(["21", "11"]), doctor.astype(int)),
        "QZXWM": pick(prior, degree),
        "QZXWSYDWM": fixed_text(institution),
        "QZXWNY": fixed_text(month_bytes(prior_month)),
        "SQXWBH": fixed_text(
            institution, digits(applied // 12, 4), digits(np.arange(count) + 1, 6)
        ),
        "SQXWNY": fixed_text(month_bytes(applied)),
    }


def thesis_columns(numbers: Stream, supply: Supply, rows: Rows) -> dict[str, pl.Series]:
    count = len(rows)
    bachelor = letters(rows) == 2
    disciplines = np.array([one.category for one in all_programmes()[0]])
    counter = np.arange(count) + int(numbers.integers(0, 1 << 20))
    of_discipline = disciplines[rows.programme]
    graduate_text = make_theses(numbers, of_discipline, counter, chinese=False)
    bachelor_text = make_theses(numbers, of_discipline, counter, chinese=True)
    columns = {
        name: choose(bachelor, bachelor_text[name], graduate_text[name]) for name in bachelor_text
    }
    codes, texts, weights = sources()
    source = weighted(numbers, weights, count)
    languages = pool(["中文", "英文"])
    columns["LWXTLYM"], columns["LWXTLY"] = pick(codes, source), pick(texts, source)
    columns["LWZXYZ"] = pick(languages, (numbers.random(count) < 0.02).astype(int))
    columns["LWLXM"] = pick(pool(["1", "2", "3", "4"]), weighted(numbers, (30, 55, 10, 5), count))
    kinds = weighted(numbers, (70, 25, 3, 0.6, 1.4), count)
    columns["LWLX"] = pick(pool(["毕业论文", "毕业设计", "其他", "涉密论文", "无"]), kinds)
    columns["DSXM"] = _supervisors(numbers, supply, count)
    without = _in_2024(rows) & (kinds >= 3)
    if not supply.plan.thesis_fields_apply:
        without |= bachelor
    for name in ("DSXM", "LWTM", "LWGJC", "LWYJFX", "LWZXYZ"):
        columns[name] = only(columns[name], ~without)
    return columns


def _in_2024(rows: Rows) -> Mask:
    mask: Mask = np.array([f.standard == "2024" for f in rows.filings])[rows.filing]
    return mask


def _supervisors(numbers: Stream, supply: Supply, count: int) -> pl.Series:
    one = pick(supply.supervisors, numbers.integers(0, len(supply.supervisors), count))
    other = pick(supply.supervisors, numbers.integers(0, len(supply.supervisors), count))
    return join(one, only(join("；", other), numbers.random(count) < 0.06))


def other_columns(
    numbers: Stream, rows: Rows, columns: dict[str, pl.Series]
) -> dict[str, pl.Series]:
    """Photograph, remarks and the optional extensions (filled by few)."""
    count = len(rows)
    by_student = np.array([f.habits.photo_by_student_number for f in rows.filings])[rows.filing]
    by_student = by_student & ~np.isin(rows.category, ("D2", "M2"))
    draw = numbers.random(count)
    phone = fixed_text(
        constant("1", count),
        digits(numbers.integers(30, 100, count), 2),
        digits(numbers.integers(0, 10**8, count), 8),
    )
    remarks = pool(["", "学籍有过变动", "结业后换发", "曾休学一年"])
    return {
        "ZP": join(choose(by_student, columns["XH"], columns["ZJHM"]), ".jpg"),
        "BZ": pick(remarks, np.where(draw < 0.01, numbers.integers(1, 4, count), 0)),
        "SJHM": only(phone, draw > 0.7),
        "QQHM": only(fixed_text(digits(numbers.integers(10**8, 10**9, count), 9)), draw > 0.9),
        "DZYX": only(join(columns["XH"], "@example.edu.cn"), draw > 0.8),
        "YXDM": fixed_text(digits(numbers.integers(1, 40, count), 3)),
    }
