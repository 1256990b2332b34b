"""The rows of a chunk of filings before they get their values: who, where, what, when."""

import itertools
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from pipelines.simulate.columns import Bytes, Index, Mask, digits, weighted
from pipelines.simulate.filings import LARGEST_FILE, Filing, Segment
from pipelines.simulate.identity import days_since_epoch
from pipelines.simulate.institutions import Institution
from pipelines.simulate.plan import Stream
from pipelines.simulate.programmes import FEMALE, GROUPS, Programme, group_of, offers, programmes

ENTRY_AGES = {
    "B1": (17.6, 19.6),
    "B2": (21.0, 40.0),
    "B3": (18.0, 26.0),
    "M1": (21.5, 25.5),
    "M2": (27.0, 42.0),
    "M3": (21.5, 34.0),
    "M4": (25.0, 42.0),
    "D1": (23.5, 31.0),
    "D2": (31.0, 48.0),
    "D3": (26.0, 39.0),
}
"""Youngest and oldest age on admission; few are near the upper end."""

YEARS = {
    "B1": 0.0,
    "B2": 3.0,
    "B3": 4.0,
    "M1": 3.0,
    "M2": 3.0,
    "M3": 2.5,
    "M4": 4.0,
    "D1": 4.5,
    "D2": 4.0,
    "D3": 4.5,
}
"""Usual years of study; 0: the major's own."""


@dataclass(frozen=True)
class RecordFile:
    """A record file: rows ``first`` to ``last`` (excluded) of the chunk."""

    filing: int
    category: str
    path: str
    first: int
    last: int

    def line(self, filing: Filing) -> int:
        """The line (a spreadsheet's row) of the file's first record; the header's is 1."""
        return 2 + filing.habits.rows_before_records


@dataclass(frozen=True)
class Rows:
    """Arrays over the rows of a chunk; positions refer to the chunk's lists.

    ``programme`` is a position in ``all_programmes()``; months are year*12 + month-1.
    """

    filings: list[Filing]
    files: list[RecordFile]
    filing: Index
    file: Index
    segment: Index
    resolution: Index
    category: npt.NDArray[np.str_]
    institution: Index
    institutions: list[Institution]
    programme: Index
    conferral: npt.NDArray[np.int64]
    graduation: npt.NDArray[np.int64]
    enrolment: npt.NDArray[np.int64]
    birth: npt.NDArray[np.int64]
    female: Mask

    def __len__(self) -> int:
        return len(self.filing)

    def refiled(self, institutions: set[str], form: str) -> "Rows":
        """The same rows with these institutions' files in another format."""
        filings = [
            replace(one, habits=replace(one.habits, format=form, deleted_rows=0))
            if one.institution.code in institutions
            else one
            for one in self.filings
        ]
        files = [
            replace(one, path=f"{one.path.rpartition('.')[0]}.{filings[one.filing].habits.format}")
            for one in self.files
        ]
        return replace(self, filings=filings, files=files)


@cache
def all_programmes() -> tuple[tuple[Programme, ...], dict[str, int]]:
    """Programmes of all groups in one list, and where each group begins."""
    together: list[Programme] = []
    first = {}
    for group in GROUPS:
        first[group] = len(together)
        together += programmes(group)
    return tuple(together), first


def lay_out_rows(numbers: Stream, seed: int, filings: list[Filing]) -> Rows:
    """The rows of these filings in the order of their files."""
    segments = [(i, s) for i, filing in enumerate(filings) for s in filing.segments]
    sizes = np.array([segment.rows for _, segment in segments])
    of_segment = np.repeat(np.arange(len(segments)), sizes)
    filing = np.repeat([i for i, _ in segments], sizes)
    category = np.repeat(np.array([s.category for _, s in segments]), sizes)
    institutions = list(dict.fromkeys(one.institution for one in filings))
    place = {one.code: i for i, one in enumerate(institutions)}
    institution = np.array([place[one.institution.code] for one in filings])[filing]
    days = [filings[i].resolutions[s.resolution].day for i, s in segments]
    month = np.array([day.year * 12 + day.month - 1 for day in days])[of_segment]
    programme = _programmes(numbers, seed, filings, segments)
    resolution = np.repeat([s.resolution for _, s in segments], sizes)
    files, file = _files(category, filing, filings)
    graduation, enrolment = _study_months(numbers, category, month, programme)
    birth = _birth_days(numbers, category, enrolment)
    conferral = np.array([day.year * 10_000 + day.month * 100 + day.day for day in days])
    chosen, _ = all_programmes()
    women = np.array([FEMALE[one.category] for one in chosen])[programme]
    women = women - 0.07 * np.char.startswith(category, "D")
    return Rows(
        filings,
        files,
        filing,
        file,
        of_segment,
        resolution,
        category,
        institution,
        institutions,
        programme,
        conferral[of_segment],
        graduation,
        enrolment,
        birth,
        numbers.random(len(filing)) < women,
    )


def _programmes(
    numbers: Stream, seed: int, filings: list[Filing], segments: list[tuple[int, Segment]]
) -> Index:
    chosen, first = all_programmes()
    doctoral = np.array([one.doctoral for one in chosen])
    parts = []
    for filing, segment in segments:
        category, rows = segment.category, segment.rows
        group = group_of(category)
        offer = offers(seed, filings[filing].institution)[group]
        weights = offer.weights
        if category == "D3":
            weights = weights * doctoral[first[group] + offer.places]
        parts.append(first[group] + offer.places[weighted(numbers, list(weights), rows)])
    return np.concatenate(parts)


def _files(
    category: npt.NDArray[np.str_], filing: Index, filings: list[Filing]
) -> tuple[list[RecordFile], Index]:
    """Files by filing and category; a large category goes in two."""
    change = np.flatnonzero((filing[1:] != filing[:-1]) | (category[1:] != category[:-1])) + 1
    bounds = [0, *change.tolist(), len(filing)]
    files: list[RecordFile] = []
    for first, last in itertools.pairwise(bounds):
        code = str(category[first])
        form = filings[filing[first]].habits.format
        pieces = 2 if last - first > LARGEST_FILE else 1
        edges = [first + (last - first) * k // pieces for k in range(pieces + 1)]
        for k in range(pieces):
            suffix = f"-{k + 1}" if k else ""
            files.append(
                RecordFile(
                    int(filing[first]),
                    code,
                    f"records-{code}{suffix}.{form}",
                    edges[k],
                    edges[k + 1],
                )
            )
    sizes = [file.last - file.first for file in files]
    return files, np.repeat(np.arange(len(files)), sizes)


def _study_months(
    numbers: Stream, category: npt.NDArray[np.str_], conferral: Index, programme: Index
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Months of graduation (never after conferral) and of enrolment (September or March).

    Enough months lie between for every level's bounds: 24-108, 12-84, 24-120.
    """
    rows = len(category)
    graduation = conferral - weighted(numbers, (0.82, 0.14, 0.04), rows)
    own = np.array([one.years for one in all_programmes()[0]])[programme]
    usual = np.array([YEARS[code] for code in YEARS])
    codes = np.array(list(YEARS))
    order = np.argsort(codes)
    years = usual[order][np.searchsorted(codes[order], category)]
    years = np.where(years == 0, own, years)
    later = weighted(numbers, (0.86, 0.11, 0.03), rows)
    start = graduation - np.round(years * 12).astype(np.int64) - 12 * later
    spring = (category == "B2") | (category == "M4")
    month = start % 12
    autumn = start - month + np.where(month < 2, -4, 8)
    return graduation, np.where(spring, start - month + 2 - 12 * (month < 2), autumn)


def _birth_days(
    numbers: Stream, category: npt.NDArray[np.str_], enrolment: Index
) -> npt.NDArray[np.int64]:
    codes = np.array(sorted(ENTRY_AGES))
    place = np.searchsorted(codes, category)
    young = np.array([ENTRY_AGES[code][0] for code in codes])[place]
    old = np.array([ENTRY_AGES[code][1] for code in codes])[place]
    draw = numbers.random(len(category))
    age = young + (old - young) * np.where(category == "B1", draw, draw**1.8)
    days: npt.NDArray[np.int64] = (age * 365.25).astype(np.int64)
    return days_since_epoch(enrolment // 12, enrolment % 12 + 1) - days


def letters(rows: Rows) -> Index:
    """0 for doctors, 1 for masters, 2 for bachelors."""
    return np.where(
        np.char.startswith(rows.category, "D"),
        0,
        np.where(np.char.startswith(rows.category, "M"), 1, 2),
    )


def month_bytes(months: Index) -> Bytes:
    """CCYYMM of months counted as year*12 + month-1."""
    return digits(months // 12 * 100 + months % 12 + 1, 6)


def day_of(number: int) -> date:
    """The date of a number CCYYMMDD."""
    return date(number // 10_000, number // 100 % 100, number % 100)
