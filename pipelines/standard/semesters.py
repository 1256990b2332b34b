"""Filing semesters: ``2025-2026-1`` (conferred 1 Sep - end Feb), ``-2`` (1 Mar - 31 Aug)."""

import re
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, order=True)
class Semester:
    """A filing semester; orders by time. ``year`` is the first year of the school year."""

    year: int
    half: int

    @classmethod
    def parse(cls, text: str) -> "Semester":
        """From ``2025-2026-1``; ValueError tells what was expected."""
        match = re.fullmatch(r"(\d{4})-(\d{4})-([12])", text)
        if not match or int(match[2]) != int(match[1]) + 1:
            raise ValueError(f"{text!r} is not a semester such as 2025-2026-1 or 2025-2026-2")
        return cls(int(match[1]), int(match[3]))

    @classmethod
    def of(cls, day: date) -> "Semester":
        """The semester that a conferral date belongs to."""
        if day.month >= 9:
            return cls(day.year, 1)
        return cls(day.year - 1, 1 if day.month <= 2 else 2)

    @property
    def first_day(self) -> date:
        return date(self.year, 9, 1) if self.half == 1 else date(self.year + 1, 3, 1)

    @property
    def last_day(self) -> date:
        """End of February (28 or 29) or 31 August."""
        if self.half == 2:
            return date(self.year + 1, 8, 31)
        return date(self.year + 1, 3, 1) - timedelta(days=1)

    @property
    def next(self) -> "Semester":
        return Semester(self.year, 2) if self.half == 1 else Semester(self.year + 1, 1)

    @property
    def previous(self) -> "Semester":
        return Semester(self.year - 1, 2) if self.half == 1 else Semester(self.year, 1)

    @property
    def comparable(self) -> "Semester":
        """The same half a year before: first and second semesters are never compared."""
        return Semester(self.year - 1, self.half)

    def may_be_filed(self, today: date) -> bool:
        """Whether records of this semester are filed here: from FIRST to the one after today's."""
        return FIRST <= self <= Semester.of(today).next

    def __str__(self) -> str:
        return f"{self.year}-{self.year + 1}-{self.half}"


FIRST = Semester(2008, 1)
"""Degrees since 2008-09-01 are in the national database."""
