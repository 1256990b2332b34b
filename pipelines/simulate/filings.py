"""Who files what when: institutions, packages, resolutions, files and the rows in each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import numpy as np

from pipelines.errors import UsageError
from pipelines.simulate.columns import share_out, weighted
from pipelines.simulate.habits import Habits, habits_of
from pipelines.simulate.institutions import Institution
from pipelines.simulate.plan import Plan, stream
from pipelines.simulate.volumes import ORDER
from pipelines.standard import Semester

SHANGHAI = timezone(timedelta(hours=8))
LARGEST_FILE = 12_000
MOST_AN_INSTITUTION = {1: 150_000, 2: 250_000}
"""Records of an institution by half year: a certificate number has six free digits."""

YEARLY_CHANGE = 0.04
"""Standard deviation of an institution's volume from semester to semester, as a share."""


@dataclass(frozen=True)
class Resolution:
    """A conferral resolution of a package."""

    number: str
    day: date


@dataclass(frozen=True)
class Segment:
    """Rows of one category under one resolution: contiguous in their file."""

    category: str
    resolution: int
    rows: int


@dataclass(frozen=True)
class Filing:
    """A package to be written."""

    filing_id: str
    institution: Institution
    habits: Habits
    standard: str
    resolutions: tuple[Resolution, ...]
    segments: tuple[Segment, ...]
    submitted_at: datetime
    zipped: bool
    gbk_names: bool

    @property
    def rows(self) -> int:
        return sum(segment.rows for segment in self.segments)

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(segment.category for segment in self.segments))


def plan_filings(
    plan: Plan,
    province: str,
    institutions: list[Institution],
    by_category: np.ndarray,
    packages: int | None,
) -> list[Filing]:
    """All packages of a province, by institution; rows add up to ``by_category`` (order ORDER)."""
    rows = _rows_by_institution(plan, institutions, by_category)
    institutions, rows = _drop_idle(institutions, rows, packages)
    counts = _packages_each(plan, province, rows.sum(axis=1), packages)
    filings: list[Filing] = []
    for place, institution in enumerate(institutions):
        most = MOST_AN_INSTITUTION[plan.when.half]
        if rows[place].sum() > most:
            raise UsageError(
                f"{rows[place].sum()} records for one institution of province {province}",
                f"at most {most}: its certificate numbers must be unique",
                "fewer --records or more --province",
            )
        if rows[place].sum():
            filings += _filings_of(plan, institution, rows[place], int(counts[place]), place == 0)
    return filings


def _rows_by_institution(
    plan: Plan, institutions: list[Institution], by_category: np.ndarray
) -> np.ndarray:
    rows = np.zeros((len(institutions), len(ORDER)), dtype=np.int64)
    sizes = [one.weight * _year_factor(plan, one) for one in institutions]
    for column, category in enumerate(ORDER):
        level = {"D": "2", "M": "3", "B": "4"}[category[0]]
        weights = [
            size * _graduate_factor(one, level) if level in one.levels else 0.0
            for one, size in zip(institutions, sizes, strict=True)
        ]
        rows[:, column] = share_out(int(by_category[column]), weights)
    return rows


def _year_factor(plan: Plan, institution: Institution) -> float:
    """An institution has its size; from semester to semester it changes by some per cent."""
    numbers = stream(plan.seed, "volume", institution.code, plan.semester)
    return float(np.exp(numbers.normal(0.0, YEARLY_CHANGE)))


def _graduate_factor(institution: Institution, level: str) -> float:
    """Masters' degrees concentrate in institutions that also grant doctorates."""
    return 2.5 if level == "3" and "2" in institution.levels else 1.0


def _drop_idle(
    institutions: list[Institution], rows: np.ndarray, packages: int | None
) -> tuple[list[Institution], np.ndarray]:
    busy = [place for place in range(len(institutions)) if rows[place].sum()]
    if packages is not None and len(busy) > packages:
        order = sorted(busy, key=lambda place: -rows[place].sum())
        for place in order[packages:]:
            rows[order[0]] += rows[place]
        busy = sorted(order[:packages])
    return [institutions[place] for place in busy], rows[busy]


def _packages_each(plan: Plan, province: str, rows: np.ndarray, packages: int | None) -> np.ndarray:
    if packages is None:
        numbers = stream(plan.seed, "packages", province, plan.semester)
        wanted = 1 + weighted(numbers, (0.25, 0.35, 0.25, 0.15), len(rows))
        return np.asarray(np.minimum(wanted, np.maximum(rows, 1)))
    counts = 1 + share_out(packages - len(rows), np.sqrt(rows))
    while (over := counts > rows).any():
        spare = int((counts[over] - rows[over]).sum())
        counts[over] = rows[over]
        room = np.where(over, 0, rows - counts)
        counts += share_out(spare, room)
    return counts


def _filings_of(
    plan: Plan, institution: Institution, rows: np.ndarray, packages: int, first: bool
) -> list[Filing]:
    habits = habits_of(plan, institution, first)
    numbers = stream(plan.seed, "filings", institution.code, plan.semester)
    bachelors = np.array([code.startswith("B") for code in ORDER])
    apart = (
        habits.layout_2024
        and plan.thesis_fields_apply
        and packages >= 2
        and bool(rows[bachelors].sum())
        and bool(rows[~bachelors].sum())
    )
    only_bachelors = habits.layout_2024 and plan.thesis_fields_apply and not rows[~bachelors].sum()
    if apart:
        split = share_out(packages - 2, [rows[bachelors].sum(), rows[~bachelors].sum()]) + 1
        blocks = [
            (np.where(bachelors, rows, 0), int(split[0]), "2024"),
            (np.where(bachelors, 0, rows), int(split[1]), "2018"),
        ]
    else:
        blocks = [(rows, packages, "2024" if only_bachelors else "2018")]
    shares = [
        (part, standard)
        for block, count, standard in blocks
        for part in _split(numbers, block, min(count, int(block.sum())))
    ]
    days = sitting_days(numbers, plan.when, len(shares))
    made: list[Filing] = []
    for part, (share, standard) in enumerate(shares):
        resolutions = _resolutions(numbers, days[part], made)
        made.append(
            _filing(plan, institution, habits, numbers, part + 1, share, standard, resolutions)
        )
    return made


def _split(numbers: np.random.Generator, rows: np.ndarray, packages: int) -> list[np.ndarray]:
    """Rows by category of each package: uneven parts, none empty."""
    parts = share_out(int(rows.sum()) - packages, numbers.dirichlet(np.full(packages, 3.0))) + 1
    bounds = np.concatenate([[0], np.cumsum(parts)])
    category = np.repeat(np.arange(len(rows)), rows)
    order = numbers.permutation(len(category))
    shuffled = category[order]
    return [
        np.bincount(shuffled[bounds[i] : bounds[i + 1]], minlength=len(rows))
        for i in range(packages)
    ]


def sitting_days(numbers: np.random.Generator, semester: Semester, count: int) -> list[date]:
    """Conferral days in order: December and January, or June and July, and a few others."""
    year = semester.year
    if semester.half == 1:
        months = [(year, 9, 0.05), (year, 10, 0.05), (year, 12, 0.45), (year + 1, 1, 0.45)]
    else:
        spring = ((3, 0.06), (4, 0.04), (6, 0.65), (7, 0.25))
        months = [(year + 1, month, share) for month, share in spring]
    drawn = weighted(numbers, [share for _, _, share in months], count)
    return sorted(
        date(months[i][0], months[i][1], int(day))
        for i, day in zip(drawn, numbers.integers(5, 26, count), strict=True)
    )


def _resolutions(
    numbers: np.random.Generator, day: date, before: list[Filing]
) -> tuple[Resolution, ...]:
    days = [day]
    if numbers.random() < 0.2:
        days.append(day + timedelta(days=int(numbers.integers(1, 5))))
    made: list[Resolution] = []
    for one in days:
        used = sum(r.day.year == one.year for filing in before for r in filing.resolutions)
        used += sum(r.day.year == one.year for r in made)
        start = {9: 40, 10: 40, 11: 40, 12: 40}.get(one.month, 0 if one.month <= 2 else 20)
        made.append(Resolution(f"校学位〔{one.year}〕{start * 10 + used + 1}号", one))
    return tuple(made)


def _filing(
    plan: Plan,
    institution: Institution,
    habits: Habits,
    numbers: np.random.Generator,
    ordinal: int,
    rows: np.ndarray,
    standard: str,
    resolutions: tuple[Resolution, ...],
) -> Filing:
    segments = []
    for column, category in enumerate(ORDER):
        parts = share_out(int(rows[column]), (0.7, 0.3)[: len(resolutions)])
        segments += [
            Segment(category, place, int(part)) for place, part in enumerate(parts) if part
        ]
    used = sorted({segment.resolution for segment in segments})
    segments = [Segment(s.category, used.index(s.resolution), s.rows) for s in segments]
    resolutions = tuple(resolutions[place] for place in used)
    after = resolutions[-1].day + timedelta(days=int(numbers.integers(10, 22)))
    submitted = datetime(
        after.year,
        after.month,
        after.day,
        int(numbers.integers(9, 18)),
        int(numbers.integers(0, 60)),
        tzinfo=SHANGHAI,
    )
    return Filing(
        f"{institution.province}-{institution.code}-{plan.semester}-{ordinal:03d}",
        institution,
        habits,
        standard,
        resolutions,
        tuple(segments),
        submitted,
        zipped=bool(numbers.random() < plan.zipped),
        gbk_names=bool(numbers.random() < plan.gbk_names),
    )
