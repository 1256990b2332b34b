"""All columns of the records of a chunk: codes, texts, numbers and dates that break no rule."""

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.columns import (
    Index,
    constant,
    digits,
    fixed_text,
    only,
    pick,
    pool,
)
from pipelines.simulate.heads import ROLES, heads_of
from pipelines.simulate.particulars import (
    bachelor_columns,
    graduate_columns,
    other_columns,
    thesis_columns,
)
from pipelines.simulate.people import People, make_people
from pipelines.simulate.plan import Stream
from pipelines.simulate.programmes import degree_codes
from pipelines.simulate.registry import Registry, Supply
from pipelines.simulate.rows import Rows, all_programmes, day_of, letters, month_bytes
from pipelines.standard import FIELDS

STILL_STUDYING = 0.4
"""Enrolments of people who get no degree in this semester, in relation to those who do."""


def make_records(
    numbers: Stream, supply: Supply, registry: Registry, rows: Rows
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records (every field of the standard, as text, plus helper columns in small letters) and
    enrolments of one chunk."""
    count = len(rows)
    more = _still_studying(numbers, rows, STILL_STUDYING + supply.plan.enrolment_surplus)
    take = np.concatenate([np.arange(count), more])
    birth = rows.birth[take] + np.where(take == np.arange(len(take)), 0, 200)
    people = make_people(
        numbers, registry.numbers, supply.province, rows.category[take], birth, rows.female[take]
    )
    study = _study(numbers, supply, registry, rows, take)
    enrolments = _enrolments(supply, rows, take, people, study)
    columns = {name: column.head(count) for name, column in (people.columns | study).items()}
    mainland = ~people.foreign[:count]
    columns |= _conferral(supply, registry, rows)
    columns |= _degree(numbers, rows)
    columns |= bachelor_columns(numbers, rows, mainland, registry)
    columns |= graduate_columns(numbers, rows, people.area[:count])
    columns |= thesis_columns(numbers, supply, rows)
    columns |= other_columns(numbers, rows, columns)
    _blank_what_must_be(columns, rows)
    empty = pl.repeat("", count, dtype=pl.String, eager=True)
    frame = pl.DataFrame({code: columns.get(code, empty) for code in FIELDS})
    return frame.with_columns(_helpers(rows)), enrolments


def _still_studying(numbers: Stream, rows: Rows, share: float) -> Index:
    enrolled = np.flatnonzero(~np.isin(rows.category, ("D2", "M2")))
    if not len(enrolled):
        return enrolled
    picked = numbers.choice(enrolled, int(len(enrolled) * share), replace=True)
    return np.sort(picked)


def _helpers(rows: Rows) -> list[pl.Series]:
    standard = np.array([filing.standard for filing in rows.filings])[rows.filing]
    full = np.array([filing.habits.full_header for filing in rows.filings])[rows.filing]
    chosen, _ = all_programmes()
    born = rows.birth // 365.25 + 1930
    return [
        pl.Series("filing", rows.filing.astype(np.int32)),
        pl.Series("file", rows.file.astype(np.int32)),
        pl.Series("segment", rows.segment.astype(np.int32)),
        pl.Series("resolution", rows.resolution.astype(np.int32)),
        pl.Series("institution", rows.institution.astype(np.int32)),
        pick(pool(list("DMB")), letters(rows)).alias("letter"),
        pl.Series("category", rows.category.tolist(), dtype=pl.String),
        pl.Series("layout", standard.tolist(), dtype=pl.String),
        pl.Series("full_header", full),
        pl.repeat("", len(rows), dtype=pl.String, eager=True).alias("marks"),
        pick(pool([one.category for one in chosen]), rows.programme).alias("discipline"),
        pl.Series("age", (rows.conferral // 10_000 - born).astype(np.int16)),
    ]


def _study(
    numbers: Stream, supply: Supply, registry: Registry, rows: Rows, take: Index
) -> dict[str, pl.Series]:
    """Enrolment, training institution, student number, for degree holders and for the others."""
    semester = supply.plan.when
    institution = rows.institution[take]
    running = np.empty(len(take), dtype=np.int64)
    for place, one in enumerate(rows.institutions):
        here = np.flatnonzero(institution == place)
        running[here] = registry.take_students(one.code, len(here)) + np.arange(len(here))
    enrolment = rows.enrolment[take]
    number = fixed_text(
        digits(enrolment // 12, 4),
        constant(f"{semester.year % 10}{semester.half}", len(take)),
        digits(running, 6),
    )
    training, names = _training(numbers, supply, rows, take)
    chosen, _ = all_programmes()
    return {
        "XH": number,
        "RXNY": fixed_text(month_bytes(enrolment)),
        "BYNY": fixed_text(month_bytes(rows.graduation[take])),
        "PYDWM": training,
        "PYDW": names,
        "ZYDM": pick(pool([one.code for one in chosen]), rows.programme[take]),
        "ZYMC": pick(pool([one.name for one in chosen]), rows.programme[take]),
    }


def _training(
    numbers: Stream, supply: Supply, rows: Rows, take: Index
) -> tuple[pl.Series, pl.Series]:
    """One in eight regular bachelors of a parent university studied at its independent college."""
    options = list(rows.institutions)
    index = rows.institution[take].copy()
    draw = numbers.random(len(take))
    regular = rows.category[take] == "B1"
    for place, one in enumerate(rows.institutions):
        for college in supply.colleges.get(one.code, [])[:1]:
            index[(rows.institution[take] == place) & regular & (draw < 0.12)] = len(options)
            options.append(college)
    return (
        pick(pool([one.code for one in options]), index),
        pick(pool([one.name_zh for one in options]), index),
    )


def _enrolments(
    supply: Supply, rows: Rows, take: Index, people: People, study: dict[str, pl.Series]
) -> pl.DataFrame:
    count = len(rows)
    category = rows.category[take]
    graduated = np.arange(len(take)) < count
    graduated &= category != "M4"
    level = pick(pool(list("234")), letters(rows)[take])
    frame = pl.DataFrame(
        {
            "province_code": pl.repeat(
                supply.province.code, len(take), dtype=pl.String, eager=True
            ),
            "institution_code": study["PYDWM"],
            "student_number": study["XH"],
            "full_name": people.columns["XM"],
            "id_type_code": people.columns["ZJLXM"],
            "id_number": people.columns["ZJHM"],
            "birth_date": people.columns["CSRQ"],
            "sex_code": people.columns["XBM"],
            "enrolment_month": study["RXNY"],
            "graduation_month": only(study["BYNY"], graduated),
            "major_code": study["ZYDM"],
            "level": level,
        }
    )
    return frame.filter(pl.Series(~np.isin(category, ("D2", "M2"))))


def _conferral(supply: Supply, registry: Registry, rows: Rows) -> dict[str, pl.Series]:
    """Institution, heads, conferral date, certificate number and resolution."""
    semester = supply.plan.when
    year = rows.conferral // 10_000
    serial = np.empty(len(rows), dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, rows.segment[1:] != rows.segment[:-1]])
    for first, last in zip(starts, [*starts[1:], len(rows)], strict=True):
        code = rows.institutions[rows.institution[first]].code
        begin = registry.take_serials(code, int(year[first]), int(last - first), semester)
        serial[first:last] = np.arange(begin, begin + last - first)
    codes = np.array([one.code for one in rows.institutions], dtype="S5")
    code_bytes = codes.view(np.uint8).reshape(-1, 5)[rows.institution]
    level = digits(letters(rows) + 2, 1)
    resolutions, place = _resolutions(rows)
    of = rows.institution
    presidents, chairs = _heads(supply, rows, [int(first) for first in starts])
    return {
        "XWSYDWM": fixed_text(code_bytes),
        "XWSYDW": pick(pool([one.name_zh for one in rows.institutions]), of),
        "XZXM": pick(pool(presidents), rows.segment),
        "ZXXM": pick(pool(chairs), rows.segment),
        "HXWRQ": fixed_text(digits(rows.conferral, 8)),
        "XWZSBH": fixed_text(code_bytes, level, digits(year, 4), digits(serial, 6)),
        "JYBH": pick(resolutions, place),
    }


def _heads(supply: Supply, rows: Rows, starts: list[int]) -> tuple[list[str], list[str]]:
    """President and chair on the conferral day of each segment; ``starts`` are first rows."""
    names: tuple[list[str], list[str]] = ([], [])
    for first in starts:
        heads = heads_of(supply.plan.seed, rows.institutions[rows.institution[first]])
        day = day_of(int(rows.conferral[first]))
        for role, held in zip(ROLES, names, strict=True):
            held.append(heads.at(role, day).name)
    return names


def _resolutions(rows: Rows) -> tuple[pl.Series, Index]:
    """Resolution numbers of all filings in one pool, and each row's place in it."""
    counts = [len(filing.resolutions) for filing in rows.filings]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    texts = [one.number for filing in rows.filings for one in filing.resolutions]
    return pool(texts), first[rows.filing] + rows.resolution


def _degree(numbers: Stream, rows: Rows) -> dict[str, pl.Series]:
    """Degree category: the discipline's own, or one of those that it may be awarded in."""
    chosen, _ = all_programmes()
    codes = degree_codes()
    texts: list[tuple[str, str]] = [("", "")]
    own = np.zeros((3, len(chosen)), dtype=np.int64)
    other = np.zeros((3, len(chosen)), dtype=np.int64)
    for level in range(3):
        for place, one in enumerate(chosen):
            for award, table in ((one.awards[0], own), (one.awards[-1], other)):
                degree = codes.get((str(level + 2), award))
                if degree:
                    table[level, place] = len(texts)
                    texts.append(degree)
    letter = letters(rows)
    rare = numbers.random(len(rows)) < 0.12
    index = np.where(rare, other[letter, rows.programme], own[letter, rows.programme])
    return {
        "XWLBM": pick(pool([code for code, _ in texts]), index),
        "XWLB": pick(pool([name for _, name in texts]), index),
    }


def _blank_what_must_be(columns: dict[str, pl.Series], rows: Rows) -> None:
    """Empties fields that a category must not fill (they exist in full headers)."""
    categories = np.array(sorted(set(rows.category.tolist())))
    place = np.searchsorted(categories, rows.category)
    for code, column in columns.items():
        allowed = FIELDS[code].must | FIELDS[code].may
        if FIELDS[code].pos_2018 is None or set(categories.tolist()) <= allowed:
            continue
        where: npt.NDArray[np.bool_] = np.array([c in allowed for c in categories])[place]
        columns[code] = only(column, where)
