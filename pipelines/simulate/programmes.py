"""Disciplines and majors, which an institution offers, and the degree category each leads to."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from pipelines.simulate.institutions import Institution
from pipelines.simulate.plan import stream
from pipelines.standard import code_table

BACHELOR_WEIGHTS = {
    "08": 33,
    "12": 17.5,
    "13": 9.5,
    "05": 9,
    "07": 6.5,
    "10": 7,
    "02": 5.8,
    "04": 4,
    "03": 3.5,
    "09": 1.7,
    "06": 0.45,
    "01": 0.06,
}
"""Regular bachelors by category around 2020, in per cent (likely)."""

FEMALE = {
    "01": 0.5,
    "02": 0.6,
    "03": 0.65,
    "04": 0.7,
    "05": 0.78,
    "06": 0.58,
    "07": 0.52,
    "08": 0.33,
    "09": 0.5,
    "10": 0.62,
    "12": 0.62,
    "13": 0.63,
    "14": 0.4,
}
"""Share of women by discipline category; seven points less among doctors."""

SECOND_LEVEL = (
    ("020204", "金融学"),
    ("030105", "民商法学"),
    ("050211", "外国语言学及应用语言学"),
    ("070101", "基础数学"),
    ("080203", "机械设计及理论"),
    ("081203", "计算机应用技术"),
    ("100201", "内科学"),
    ("120201", "会计学"),
    ("120202", "企业管理"),
    ("0812Z1", "智能计算系统"),
    ("0802Z1", "智能装备工程"),
    ("1201Z1", "应急决策工程"),
    ("0301Z2", "数据法务"),
)
"""Second-level codes of the catalogue of 1997, and self-set ones (目录外 XXXXZn)."""

ODD_MAJORS = frozenset({"101101", "040104", "082801"})
"""Left out: the table's name or award carries a remark."""

GROUPS = {
    "bachelor": ("B1", "B2", "B3"),
    "academic": ("D1", "D2", "M1", "M2"),
    "professional": ("D3", "M3", "M4"),
}


@dataclass(frozen=True)
class Programme:
    """A discipline or major: code as filed, name, category of discipline, categories awarded."""

    code: str
    name: str
    category: str
    awards: tuple[str, ...]
    years: float
    weight: float
    doctoral: bool = True

    @property
    def authorisation(self) -> str:
        """The class, first-level discipline or professional category that is authorised."""
        return self.code[:4]


@cache
def programmes(group: str) -> tuple[Programme, ...]:
    """All programmes of a group: bachelor, academic or professional."""
    return {"bachelor": _bachelor, "academic": _academic, "professional": _professional}[group]()


def _bachelor() -> tuple[Programme, ...]:
    rows = [
        row for row in code_table("bachelor_major_subset").rows if row["code"] not in ODD_MAJORS
    ]
    sizes = {c: sum(r["category"] == c for r in rows) for c in BACHELOR_WEIGHTS}
    return tuple(
        Programme(
            row["code"],
            row["name_zh"],
            row["category"],
            tuple((row["awards"] or row["category"]).split("|")),
            float(row["years"]),
            BACHELOR_WEIGHTS[row["category"]] / sizes[row["category"]],
        )
        for row in rows
    )


def _academic() -> tuple[Programme, ...]:
    weights = _graduate_weights()
    rows = [row for row in code_table("discipline_2022").rows if row["category"] != "11"]
    first_level = [
        Programme(
            row["code"] + "00",
            row["name_zh"],
            row["category"],
            tuple((row["awards"] or row["category"]).split("|")),
            3.0,
            weights[row["category"]],
        )
        for row in rows
        if row["code"] not in {"1402", "1407"}
    ]
    known = {one.code[:4]: one for one in first_level}
    second_level = [
        Programme(code, name, code[:2], (code[:2],), 3.0, known[code[:4]].weight * 0.4)
        for code, name in SECOND_LEVEL
    ]
    return tuple(first_level + second_level)


def _graduate_weights() -> dict[str, float]:
    """Weight of one first-level discipline by category; literature of 2008 included the arts."""
    persons = {row["category"]: float(row["master"]) for row in code_table("field_2008").rows}
    persons["13"], persons["05"] = persons["05"] * 0.4, persons["05"] * 0.6
    rows = code_table("discipline_2022").rows
    sizes = {category: sum(row["category"] == category for row in rows) for category in persons}
    return {c: persons[c] / sizes[c] for c in persons} | {"14": 300.0}


def _professional() -> tuple[Programme, ...]:
    weights = {
        "1251": 9.0,
        "1253": 5.0,
        "0854": 14.0,
        "0855": 6.0,
        "0451": 9.0,
        "1051": 7.0,
        "0351": 5.0,
        "0951": 4.0,
        "1252": 5.0,
        "0856": 4.0,
        "0251": 4.0,
        "1357": 4.0,
    }
    doctoral = {
        row["discipline"]
        for row in code_table("degree_category").rows
        if row["level"] == "2" and row["kind"] == "professional"
    }
    return tuple(
        Programme(
            row["code"] + "00",
            row["name_zh"],
            row["category"],
            (row["code"],),
            2.5,
            weights.get(row["code"], 1.0),
            row["code"] in doctoral,
        )
        for row in code_table("professional_2022").rows
        if row["category"] not in {"11", "14"}
    )


@cache
def degree_codes() -> dict[tuple[str, str], tuple[str, str]]:
    """(level, discipline) -> degree category code and name; a code of 2003 (three digits) wins."""
    rows = [row for row in code_table("degree_category").rows if row["discipline"]]
    rows.sort(key=lambda row: -len(row["code"]))
    return {(row["level"], row["discipline"]): (row["code"], row["name_zh"]) for row in rows}


@dataclass(frozen=True)
class Offer:
    """What an institution offers in a group: positions in ``programmes(group)`` and weights."""

    places: np.ndarray
    weights: np.ndarray


@cache
def offers(seed: int, institution: Institution) -> dict[str, Offer]:
    """An institution's programmes by group; what it offers it is authorised for."""
    numbers = stream(seed, "programmes", institution.code)
    most = {"bachelor": (14, 60), "academic": (4, 38), "professional": (3, 24)}
    out = {}
    for group, (few, many) in most.items():
        chosen = programmes(group)
        rank = 1.0 if "2" in institution.levels else 0.6 if "3" in institution.levels else 0.35
        if institution.kind == "institute":
            few, many, rank = 2, 5, 1.0
        size = min(len(chosen), int(few + (many - few) * rank * numbers.uniform(0.6, 1.0)))
        weights = np.array(
            [one.weight * (6.0 if one.category in institution.focus else 1.0) for one in chosen]
        )
        places = numbers.choice(len(chosen), size, replace=False, p=weights / weights.sum())
        if group == "professional" and not any(chosen[place].doctoral for place in places):
            places = np.append(places, next(i for i, one in enumerate(chosen) if one.doctoral))
        places = np.sort(places)
        out[group] = Offer(places, weights[places] * numbers.uniform(0.4, 1.6, len(places)))
    return out


def group_of(category: str) -> str:
    """The group of programmes that a record category takes from."""
    return next(group for group, categories in GROUPS.items() if category in categories)
