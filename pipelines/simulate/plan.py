"""What to simulate: the plan, checked, and the random streams that its seed gives."""

import hashlib
from dataclasses import dataclass
from datetime import date

import numpy as np

from pipelines.errors import UsageError
from pipelines.standard import Semester, code_table

Stream = np.random.Generator

FIRST_YEAR, LAST_YEAR = 2016, 2035
"""Semesters that can be simulated: since certificate numbers have 16 digits."""


def stream(seed: int, *path: object) -> Stream:
    """The random stream of that place: equal for equal places, independent of all others."""
    text = "/".join(str(part) for part in ("xuewei-simulate", seed, *path))
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest(text)[:16], "big")))


def digest(text: str) -> bytes:
    """32 bytes that depend on ``text`` only."""
    return hashlib.sha256(text.encode("utf-8")).digest()


FORMATS = ("csv", "xlsx", "dbf", "parquet")
MIXED = "mixed"
"""The format in which each institution takes one of ``FORMATS``."""


@dataclass(frozen=True)
class Encodings:
    """Shares of institutions by the encoding of their CSV files; they add up to 1."""

    gb18030: float = 0.5
    utf8: float = 0.3
    utf8_bom: float = 0.2


@dataclass(frozen=True)
class Plan:
    """A simulation. Equal plans give equal bytes.

    ``records`` is the exact total over ``provinces``. ``fault_rate`` is the share of lines with a
    fault, ``filing_fault_rate`` the share of filings with a fault of the whole filing.
    ``filings`` is the number of packages to spread the records over (None: one to four an
    institution). Shares are fractions: ``zipped`` of packages, ``gbk_names`` of zips,
    ``layout_2024`` of institutions that file bachelors in the layout of 2024, ``templates`` of
    institutions whose spreadsheets keep the template's title, instructions and sample rows.
    ``format`` changes how records are written, never which records, faults and truth there are,
    but for faults that only one format can have. ``enrolment_surplus`` is how many more people
    are enrolled without getting a degree, as a share of those who get one.
    UsageError when a value makes no sense.
    """

    seed: int
    provinces: tuple[str, ...]
    semester: str
    records: int
    fault_rate: float = 0.02
    filing_fault_rate: float = 0.02
    filings: int | None = None
    encodings: Encodings = Encodings()
    zipped: float = 0.2
    gbk_names: float = 0.3
    layout_2024: float = 0.5
    format: str = "csv"
    templates: float = 0.0
    photos: bool = False
    enrolment_surplus: float = 0.0

    def __post_init__(self) -> None:
        self._check_partitions()
        self._check_shares()
        if self.records < len(self.provinces):
            raise UsageError(
                f"{self.records} records for {len(self.provinces)} provinces",
                "at least one record a province",
                "raise --records",
            )
        if self.filings is not None and not len(self.provinces) <= self.filings <= self.records:
            raise UsageError(
                f"{self.filings} filings for {self.records} records",
                "at least one filing a province and at most one a record",
            )

    def _check_partitions(self) -> None:
        known = {row["code"] for row in code_table("province").rows if row["in_scope"] == "Y"}
        unknown = [code for code in self.provinces if code not in known]
        if unknown or not self.provinces or len(set(self.provinces)) != len(self.provinces):
            raise UsageError(
                f"provinces {', '.join(self.provinces) or '(none)'}",
                "two-digit codes of GB/T 2260 within the regulation's scope, each once",
            )
        try:
            semester = Semester.parse(self.semester)
        except ValueError as error:
            raise UsageError(str(error), "a semester such as 2025-2026-1") from None
        if not FIRST_YEAR <= semester.year <= LAST_YEAR:
            raise UsageError(
                f"semester {self.semester}",
                f"one from {FIRST_YEAR} to {LAST_YEAR}: certificate numbers of 16 digits",
            )

    def _check_shares(self) -> None:
        shares = {
            "fault_rate": self.fault_rate,
            "filing_fault_rate": self.filing_fault_rate,
            "zipped": self.zipped,
            "gbk_names": self.gbk_names,
            "layout_2024": self.layout_2024,
            "templates": self.templates,
            "encodings.gb18030": self.encodings.gb18030,
            "encodings.utf8": self.encodings.utf8,
            "encodings.utf8_bom": self.encodings.utf8_bom,
        }
        wrong = [name for name, share in shares.items() if not 0.0 <= share <= 1.0]
        if wrong:
            raise UsageError(f"{', '.join(wrong)} out of range", "a share between 0 and 1")
        if self.format not in (*FORMATS, MIXED):
            raise UsageError(f"format {self.format}", f"one of {', '.join(FORMATS)}, {MIXED}")
        if not 0.0 <= self.enrolment_surplus <= 10.0:
            raise UsageError("enrolment_surplus out of range", "between 0 and 10")
        if self.fault_rate > 0.5:
            raise UsageError("fault_rate above 0.5", "at most half of the lines with a fault")
        encodings = self.encodings
        if abs(encodings.gb18030 + encodings.utf8 + encodings.utf8_bom - 1.0) > 1e-6:
            raise UsageError("the encodings' shares do not add up", "shares that add up to 1")

    @property
    def when(self) -> Semester:
        """The semester, parsed."""
        return Semester.parse(self.semester)

    @property
    def thesis_fields_apply(self) -> bool:
        """Bachelors carry thesis fields from this conferral date on."""
        return self.when.last_day >= date(2024, 6, 1)
