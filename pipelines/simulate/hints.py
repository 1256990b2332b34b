"""Helper columns that only faults read: what else the line might wrongly have said."""

from datetime import date

import numpy as np
import polars as pl

from pipelines.simulate.authorised import offered, spare_disciplines
from pipelines.simulate.columns import pick, pool
from pipelines.simulate.heads import ROLES, heads_of
from pipelines.simulate.institutions import Institution
from pipelines.simulate.programmes import FEMALE
from pipelines.simulate.rows import Rows, all_programmes, day_of

DISCIPLINES = tuple(FEMALE)
"""Discipline categories that programmes have."""


def hints(seed: int, institutions: list[Institution], rows: Rows) -> list[pl.Series]:
    """One column each over the chunk's rows; ``institutions`` are all those of the province."""
    sizes = np.bincount(rows.filing, minlength=len(rows.filings))[rows.filing]
    formats = pool([filing.habits.format for filing in rows.filings])
    return [
        pl.Series("filing_rows", sizes),
        pick(formats, rows.filing).alias("format"),
        *_other_institution(institutions, rows),
        *_heads(seed, rows),
        *_disciplines(seed, rows),
    ]


def _other_institution(institutions: list[Institution], rows: Rows) -> list[pl.Series]:
    plain = [one for one in institutions if one.kind == "university"][-2:]
    others = [next((p for p in plain if p.code != o.code), plain[0]) for o in rows.institutions]
    return [
        pick(pool([one.code for one in others]), rows.institution).alias("other_code"),
        pick(pool([one.name_zh for one in others]), rows.institution).alias("other_name"),
    ]


def _heads(seed: int, rows: Rows) -> list[pl.Series]:
    """Heads of the term before, heads a year before, and whether they hold office a year later."""
    starts = np.flatnonzero(np.r_[True, rows.segment[1:] != rows.segment[:-1]])
    names: dict[str, list[str]] = {
        f"{role}_{when}": [] for role in ROLES for when in ("earlier", "before")
    }
    stay = []
    for first in starts:
        heads = heads_of(seed, rows.institutions[rows.institution[first]])
        day = day_of(int(rows.conferral[first]))
        for role in ROLES:
            names[f"{role}_earlier"].append(heads.before(role, day).name)
            names[f"{role}_before"].append(heads.at(role, _years_later(day, -1)).name)
        stay.append(all(_years_later(day, 1) <= heads.at(role, day).last for role in ROLES))
    columns = [pick(pool(words), rows.segment).alias(name) for name, words in names.items()]
    return [*columns, pl.Series("heads_stay", np.array(stay)[rows.segment])]


def _years_later(day: date, years: int) -> date:
    return date(day.year + years, day.month, min(day.day, 28))


def _disciplines(seed: int, rows: Rows) -> list[pl.Series]:
    """Academic disciplines of the record's category that its institution may not confer, or may
    only later."""
    words: dict[str, list[str]] = {
        f"{kind}_{part}": [] for kind in ("unauthorised", "pending") for part in ("code", "name")
    }
    for institution in rows.institutions:
        spare = spare_disciplines(seed, institution)
        for discipline in DISCIPLINES:
            for kind, (code, name) in zip(
                ("unauthorised", "pending"), spare.get(discipline, (("", ""),) * 2), strict=True
            ):
                words[f"{kind}_code"].append(code and code + "00")
                words[f"{kind}_name"].append(name)
    own = np.array([DISCIPLINES.index(one.category) for one in all_programmes()[0]])
    place = rows.institution * len(DISCIPLINES) + own[rows.programme]
    columns = [pick(pool(texts), place).alias(name) for name, texts in words.items()]
    offers = [offered(seed, one) for one in rows.institutions]
    for code in ("1401", "0807"):
        mask = np.array([code in codes for codes in offers])[rows.institution]
        columns.append(pl.Series(f"offers_{code}", mask))
    return columns
