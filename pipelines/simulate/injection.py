"""Which lines get which fault: every kind that fits at least once, the rest by the stated rate."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from pipelines.simulate.columns import Index, Mask
from pipelines.simulate.faults import FaultKind, line_faults
from pipelines.simulate.faults.kind import EVERY_FORMAT
from pipelines.simulate.plan import Stream

EVERY_KIND_FROM = 2000
"""A province with so many records gets every kind that its records allow, whatever the rate."""


@dataclass
class Injector:
    """Spreads faults over the chunks of a province; remembers which kinds are still missing."""

    rate: float
    province_rows: int
    waiting: list[FaultKind] = field(default_factory=list)

    @classmethod
    def of(cls, numbers: Stream, rate: float, province_rows: int) -> "Injector":
        kinds = line_faults()
        order = numbers.permutation(len(kinds))
        return cls(rate, province_rows, [kinds[place] for place in order] if rate > 0 else [])

    def assign(
        self, numbers: Stream, frame: pl.DataFrame, free: Mask, photos: bool
    ) -> list["Assigned"]:
        """Kinds with their rows, disjoint; only rows where ``free`` may be taken.

        Rows are drawn whatever the format and the photos are, and then left alone where their
        file cannot have the fault: so the same plan in another format has the same faults.
        """
        if self.rate <= 0:
            return []
        kinds = {kind.name: kind for kind in line_faults()}
        fits = frame.select(
            [kind.where.fill_null(False).alias(name) for name, kind in kinds.items()]
        )
        rows: dict[str, Index] = {
            name: np.flatnonzero(fits[name].to_numpy() & free) for name in kinds
        }
        free = free.copy()
        assigned = self._once_each(numbers, frame, rows, free)
        budget = round(self.rate * len(frame)) - sum(len(one.all_rows) for one in assigned)
        usable = [kind for kind in kinds.values() if len(rows[kind.name])]
        if budget > 0 and usable:
            share = np.bincount(numbers.integers(0, len(usable), budget), minlength=len(usable))
            for kind, wanted in zip(usable, share, strict=True):
                lines = wanted // 2 if kind.copies else wanted
                assigned += _take(numbers, frame, kind, rows[kind.name], free, int(lines))
        possible = [one.possible(frame["format"], photos) for one in assigned]
        return [one for one in possible if len(one.rows)]

    def _once_each(
        self, numbers: Stream, frame: pl.DataFrame, rows: dict[str, Index], free: Mask
    ) -> list["Assigned"]:
        most = len(frame) if self.province_rows >= EVERY_KIND_FROM else self.rate * len(frame)
        assigned: list[Assigned] = []
        left: list[FaultKind] = []
        for kind in self.waiting:
            taken: list[Assigned] = []
            if sum(len(one.all_rows) for one in assigned) < most:
                taken = _take(numbers, frame, kind, rows[kind.name], free, 1)
            assigned += taken
            left += [] if taken else [kind]
        self.waiting = left
        return assigned


@dataclass(frozen=True)
class Assigned:
    """Rows that get a fault; ``partners`` are the lines that copied values come from."""

    kind: FaultKind
    rows: Index
    partners: Index

    @property
    def all_rows(self) -> Index:
        return np.concatenate([self.rows, self.partners])

    def possible(self, formats: pl.Series, photos: bool) -> "Assigned":
        """Only the rows whose files can have the fault."""
        if self.kind.photos and not photos:
            return replace(self, rows=self.rows[:0], partners=self.partners[:0])
        if self.kind.formats == EVERY_FORMAT:
            return self
        able = formats.gather(self.rows.astype(np.uint32)).is_in(list(self.kind.formats))
        return replace(self, rows=self.rows[able.to_numpy()])

    def broken(self, frame: pl.DataFrame) -> list[tuple[str, Index]]:
        """Each rule that lines break, with the lines; ``frame`` is as it was before."""
        told = [(rule, self.all_rows) for rule in self.kind.rules]
        for rule, where in self.kind.also:
            holds = frame[self.rows].select(where.fill_null(False).alias("holds"))["holds"]
            mask = np.broadcast_to(holds.to_numpy(), self.rows.shape)
            told.append((rule, self.rows[mask]))
        return told


def _take(
    numbers: Stream, frame: pl.DataFrame, kind: FaultKind, rows: Index, free: Mask, wanted: int
) -> list[Assigned]:
    """Up to ``wanted`` of the rows that are still free, at random; marks them as taken."""
    rows = rows[free[rows]]
    none = np.empty(0, dtype=np.int64)
    if not wanted or not len(rows):
        return []
    if not kind.copies:
        chosen = np.sort(numbers.choice(rows, min(wanted, len(rows)), replace=False))
        free[chosen] = False
        return [Assigned(kind, chosen, none)]
    pairs = _pairs_across(numbers, frame, rows) if kind.across else _neighbours(frame, rows)
    if not len(pairs):
        return []
    chosen = np.sort(numbers.choice(len(pairs), min(wanted, len(pairs)), replace=False))
    free[pairs[chosen].ravel()] = False
    return [Assigned(kind, pairs[chosen, 0], pairs[chosen, 1])]


def _neighbours(frame: pl.DataFrame, rows: Index) -> Index:
    """Pairs of rows of the same segment: shape (pairs, 2)."""
    segment = frame["segment"].to_numpy()[rows]
    even = np.flatnonzero(segment[:-1] == segment[1:])
    even = even[even % 2 == 0]
    return np.stack([rows[even], rows[even + 1]], axis=1)


def _pairs_across(numbers: Stream, frame: pl.DataFrame, rows: Index) -> Index:
    """Pairs of rows of one category in different institutions: shape (pairs, 2)."""
    rows = numbers.permutation(rows)
    category = frame["category"].cast(pl.Categorical).to_physical().to_numpy()[rows]
    order = np.argsort(category, kind="stable")
    rows, category = rows[order], category[order]
    institution = frame["institution"].to_numpy()[rows]
    fit = (category[:-1] == category[1:]) & (institution[:-1] != institution[1:])
    even = np.flatnonzero(fit)
    even = even[even % 2 == 0]
    return np.stack([rows[even], rows[even + 1]], axis=1)


def inject(frame: pl.DataFrame, assigned: list[Assigned]) -> pl.DataFrame:
    """The frame with the columns of the assigned rows changed (line breaks come when written)."""
    changed, places = [], []
    for one in assigned:
        if one.kind.change is not None:
            changed.append(one.kind.change(frame[one.rows]))
        elif one.kind.copies:
            source = frame[one.partners].select(one.kind.copies)
            changed.append(frame[one.rows].with_columns(source))
        else:
            continue
        places.append(one.rows)
    if not changed:
        return frame
    order = np.arange(len(frame), dtype=np.uint32)
    rows = np.concatenate(places)
    order[rows] = len(frame) + np.arange(len(rows))
    whole = pl.concat([frame, *(part.select(frame.columns) for part in changed)], rechunk=True)
    return whole[order]


TRUTH = {
    "file": pl.Int64,
    "line": pl.Int64,
    "fault": pl.String,
    "rule_code": pl.String,
}


def truth_of(frame: pl.DataFrame, assigned: list[Assigned], shift: Index) -> pl.DataFrame:
    """One row a broken rule: position of the row's file, line, fault, rule.

    ``frame`` is as it was before the faults; ``shift`` makes a row of each file its line.
    """
    parts = [pl.DataFrame(schema=TRUTH)]
    file = frame["file"].to_numpy()
    for one in assigned:
        for rule, rows in one.broken(frame):
            columns = {"file": file[rows], "line": rows + shift[file[rows]]}
            lines = pl.DataFrame(columns).with_columns(
                pl.lit(one.kind.name).alias("fault"), pl.lit(rule).alias("rule_code")
            )
            parts.append(lines.cast(TRUTH))  # type: ignore[arg-type]
    return pl.concat(parts)
