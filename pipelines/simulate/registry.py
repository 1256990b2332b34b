"""What a province's simulation deals out: certificate serials, student numbers, shared pools."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.errors import UsageError
from pipelines.simulate.columns import Index, pool
from pipelines.simulate.identity import Numbers
from pipelines.simulate.institutions import Institution
from pipelines.simulate.names import han_names
from pipelines.simulate.plan import Plan, stream
from pipelines.simulate.volumes import Province
from pipelines.standard import Semester

ZONES = {"winter": (0, 120_000), "summer": (240_000, 260_000), "autumn": (760_000, 110_000)}
"""First serial and width of a part of the year; odd years use the zone after it. So semesters of
one calendar year never share a certificate number, nor do years that a fault moves a date to."""


@dataclass
class Registry:
    """What has been dealt out so far in a province: running numbers by institution."""

    numbers: Numbers
    serials: dict[tuple[str, int], int] = field(default_factory=dict)
    students: dict[str, int] = field(default_factory=dict)
    candidates: int = 0

    def take_serials(self, institution: str, year: int, rows: int, semester: Semester) -> int:
        """The first of ``rows`` certificate serials."""
        part = "summer" if semester.half == 2 else "autumn" if year == semester.year else "winter"
        first, width = ZONES[part]
        used = self.serials.get((institution, year), 0)
        if used + rows > width:
            raise UsageError(
                f"more than {width} certificates of one institution in a part of {year}",
                "six free digits a certificate number",
                "fewer records, or the other semester",
            )
        self.serials[institution, year] = used + rows
        return first + width * (year % 2) + used + 1

    def take_candidates(self, rows: int) -> Index:
        """Running numbers of candidates of the admission examination."""
        self.candidates += rows
        return np.arange(self.candidates - rows, self.candidates)

    def take_students(self, institution: str, rows: int) -> int:
        """The first of ``rows`` running numbers of students."""
        used = self.students.get(institution, 0)
        self.students[institution] = used + rows
        return used + 1


@dataclass(frozen=True)
class Supply:
    """Pools that a province's records share."""

    plan: Plan
    province: Province
    institutions: dict[str, Institution]
    colleges: dict[str, list[Institution]]
    supervisors: pl.Series

    @classmethod
    def of(cls, plan: Plan, province: Province, institutions: list[Institution]) -> "Supply":
        colleges: dict[str, list[Institution]] = {}
        for one in institutions:
            if one.parent:
                colleges.setdefault(one.parent, []).append(one)
        names = han_names(stream(plan.seed, "supervisors", province.code), 3000)
        return cls(plan, province, {one.code: one for one in institutions}, colleges, pool(names))
