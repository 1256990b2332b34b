"""Identity numbers (GB 11643) and the calendar they need; each number is dealt out once."""

from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.columns import Bytes, Index, Mask, constant, digits, fixed_text
from pipelines.simulate.data import read_rows
from pipelines.simulate.volumes import Province
from pipelines.standard import Semester

WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int32)
CHECKS = np.frombuffer(b"10X98765432", np.uint8)

EPOCH = np.datetime64("1930-01-01", "D")
LAST_DAY = np.datetime64("2040-12-31", "D")

ABOLISHED = ("510202", "510212", "440524", "320121", "110103", "310103", "420105")
"""County codes that no longer exist and stay valid for life (GB/T 2260 changes)."""

PERMIT_AREAS = ("810000", "820000", "830000")
REGIONS = ("344", "446", "158")
"""Address codes of residence permits and the regions' codes: Hong Kong, Macau, Taiwan."""

LANES = 124
"""Sequence numbers are dealt out to province x half year x odd or even year, so that nobody appears
twice within the months that rules about one person's degrees compare."""


@cache
def calendar() -> tuple[Bytes, npt.NDArray[np.int64]]:
    """For each day since EPOCH: eight ASCII digits CCYYMMDD, and the same as a number."""
    days = np.arange(EPOCH, LAST_DAY + 1, dtype="datetime64[D]")
    months = days.astype("datetime64[M]")
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months).astype(np.int64) + 1
    number = year * 10_000 + month * 100 + day
    return digits(number, 8), number


def days_since_epoch(year: Index, month: Index) -> npt.NDArray[np.int64]:
    """Day numbers of the first day of these months."""
    months = (year.astype(np.int64) - 1970) * 12 + month - 1
    return (months.astype("datetime64[M]").astype("datetime64[D]") - EPOCH).astype(np.int64)


@cache
def _areas() -> tuple[Bytes, dict[str, tuple[int, int]]]:
    """Address codes as bytes (n, 6) and each province's slice; permits are the last three."""
    codes: list[str] = []
    slices = {}
    for row in read_rows("areas"):
        first = len(codes)
        codes += [row["province"] + rest for rest in row["areas"].split()]
        slices[row["province"]] = (first, len(codes))
    abolished = [code for code in ABOLISHED if code not in codes]
    slices["all"] = (0, len(codes) + len(abolished))
    codes += [*abolished, *PERMIT_AREAS]
    return np.array(codes, dtype="S6").view(np.uint8).reshape(-1, 6), slices


def check_characters(body: Bytes) -> Bytes:
    """The check characters (MOD 11-2) of bodies of 17 digits: shape (rows, 1)."""
    total = np.zeros(len(body), dtype=np.int32)
    for place, weight in enumerate(WEIGHTS):
        total += (body[:, place].astype(np.int32) - 48) * weight
    return CHECKS[total % 11][:, None]


def region_of(area: Index) -> Index:
    """0, 1, 2 for areas of Hong Kong, Macau and Taiwan, negative for others."""
    region: Index = area - (len(_areas()[0]) - len(PERMIT_AREAS))
    return region


class Numbers:
    """Deals out identity numbers of a province in a semester, each at most once."""

    def __init__(self, province: Province, semester: Semester) -> None:
        self.lane = (province.ordinal * 4 + semester.year % 2 * 2 + semester.half - 1) % LANES
        self.home = _areas()[1][province.code]
        self.taken: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.passports = (semester.year % 10) * 2 + semester.half - 1
        self.foreigners = 0
        self.ordinal = province.ordinal
        self.province = province.code

    def residents(
        self, stream: np.random.Generator, birth: Index, female: Mask, permit: Index
    ) -> tuple[pl.Series, Index]:
        """Numbers of 18 characters and the area's ordinal, to be read by ``region_of``.

        ``permit`` is -1 for the mainland, else 0, 1, 2 for Hong Kong, Macau, Taiwan; where such a
        day is full, the person gets a number of the mainland instead.
        """
        areas, slices = _areas()
        rows = len(birth)
        at_home = stream.random(rows) < 0.55
        area = np.where(
            at_home, stream.integers(*self.home, rows), stream.integers(*slices["all"], rows)
        )
        area = np.where(permit >= 0, len(areas) - 3 + permit, area)
        sequence = self._sequence(stream, female)
        key = (birth.astype(np.int64) * len(areas) + area) * 1000 + sequence
        again = self._repeated(key)
        while len(again):
            area[again] = stream.integers(*slices["all"], len(again))
            sequence[again] = self._sequence(stream, female[again])
            key[again] = (birth[again].astype(np.int64) * len(areas) + area[again]) * 1000
            key[again] += sequence[again]
            again = self._repeated(key)
        self.taken = np.sort(np.concatenate([self.taken, key]))
        body = np.concatenate([areas[area], calendar()[0][birth], digits(sequence, 3)], axis=1)
        return fixed_text(body, check_characters(body)), area

    def _sequence(self, stream: np.random.Generator, female: Mask) -> Index:
        """Odd for men, even for women; only those of this province and half year."""
        half = self.lane + LANES * stream.integers(0, 4, len(female))
        return 2 * half + 1 + female

    def _repeated(self, key: Index) -> Index:
        """Rows whose number was dealt out before, or earlier in this batch."""
        order = np.argsort(key, kind="stable")
        ordered = key[order]
        twice = np.zeros(len(key), dtype=bool)
        twice[1:] = ordered[1:] == ordered[:-1]
        if len(self.taken):
            place = np.minimum(np.searchsorted(self.taken, ordered), len(self.taken) - 1)
            twice |= self.taken[place] == ordered
        return order[twice]

    def passport_numbers(self, rows: int) -> pl.Series:
        """Passport numbers: two letters of the province and the semester, seven digits."""
        counter = np.arange(self.foreigners, self.foreigners + rows)
        self.foreigners += rows
        letters = bytes([65 + self.ordinal % 26, 65 + (self.ordinal // 26) * 10]).decode()
        number = (self.passports * 500_000 + counter) % 10_000_000
        return fixed_text(constant(letters, rows), digits(number, 7))
