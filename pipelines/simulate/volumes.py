"""How many records of which category a province files in a semester (facts: volumes, shares)."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulate.columns import Index, share_out
from pipelines.simulate.data import read_rows
from pipelines.standard import CATEGORIES, Semester, code_table

ORDER = tuple(CATEGORIES)
"""Categories in the order in which counts, weights and files stand: D1 .. B3."""

WITHIN_LEVEL = {
    "D1": 0.89,
    "D2": 0.008,
    "D3": 0.102,
    "M1": 0.425,
    "M2": 0.024,
    "M3": 0.54,
    "M4": 0.011,
}
"""Shares of the categories within doctors and masters."""

FIRST_SEMESTER = {"D": 0.35, "M": 0.15, "B1": 0.08, "B2": 0.45, "B3": 0.10}
"""Share of a year's degrees dated 1 September to end of February (likely: 12-20 % in all)."""

INTERNATIONAL_BACHELORS = 30_000
ADULT_BACHELORS = 600_000
"""Adult and network graduates who obtain the degree, a year (likely: 10-25 % of 1.8 million)."""


@dataclass(frozen=True)
class Province:
    """Weights of a province. ``degrees`` and ``doctors`` are graduate degrees of 2018."""

    code: str
    ordinal: int
    universities: int
    colleges: int
    institutes: int
    degrees: int
    doctors: int
    minority: float
    groups: dict[str, float]


def load_provinces() -> dict[str, Province]:
    """All 31 provinces by code, in the order of GB/T 2260."""
    provinces = {}
    for ordinal, row in enumerate(read_rows("provinces")):
        units = int(row["bachelor_units"])
        colleges = round(units * 0.13)
        groups = dict(part.split(":") for part in row["groups"].split())
        provinces[row["code"]] = Province(
            row["code"],
            ordinal,
            units - colleges,
            colleges,
            int(row["institutes"]),
            int(row["degrees"]),
            int(row["doctors"]),
            float(row["minority"]),
            {code: float(weight) for code, weight in groups.items()},
        )
    return provinces


def nation(semester: Semester) -> dict[str, float]:
    """Records of the whole country in this semester by category, from the newest full year."""
    year = [row for row in code_table("volumes").rows if row["doctor_grad"]][-1]
    doctors, masters = float(year["doctor_grad"]) * 1.05, float(year["master_grad"]) * 1.08
    a_year = {
        "B1": float(year["regular_bachelor_grad"]) * 0.975,
        "B2": float(ADULT_BACHELORS),
        "B3": float(INTERNATIONAL_BACHELORS),
    }
    for code, share in WITHIN_LEVEL.items():
        a_year[code] = share * (doctors if code.startswith("D") else masters)
    return {code: a_year[code] * _part(code, semester) for code in ORDER}


def _part(category: str, semester: Semester) -> float:
    first = FIRST_SEMESTER.get(category, FIRST_SEMESTER.get(category[0], 0.0))
    return first if semester.half == 1 else 1.0 - first


def province_volumes(semester: Semester) -> dict[str, np.ndarray]:
    """Expected records by province: an array over ``ORDER``."""
    provinces = load_provinces()
    total = nation(semester)
    sums = {
        "D": sum(p.doctors for p in provinces.values()),
        "M": sum(p.degrees - p.doctors for p in provinces.values()),
        "B": sum(p.universities + p.colleges for p in provinces.values()),
    }
    out = {}
    for province in provinces.values():
        own = {
            "D": province.doctors,
            "M": province.degrees - province.doctors,
            "B": province.universities + province.colleges,
        }
        out[province.code] = np.array(
            [total[code] * own[code[0]] / sums[code[0]] for code in ORDER], dtype=float
        )
    return out


def records_by_province(provinces: tuple[str, ...], semester: Semester, records: int) -> Index:
    """Records of each of the provinces; they add up to ``records``, at least one each."""
    volumes = province_volumes(semester)
    spare = share_out(records - len(provinces), [volumes[code].sum() for code in provinces])
    return spare + 1


def records_by_category(province: str, semester: Semester, records: int) -> Index:
    """A province's records by category, in the order of ``ORDER``; they add up to ``records``."""
    return share_out(records, province_volumes(semester)[province])
