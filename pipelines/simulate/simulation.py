"""Runs a plan: province by province, chunk by chunk, so that memory stays bounded."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.home import Home
from pipelines.simulate.beside import listed
from pipelines.simulate.certificates import write_templates
from pipelines.simulate.columns import Mask, share_out
from pipelines.simulate.dbf import misfits
from pipelines.simulate.exams import exam_results, write_results
from pipelines.simulate.faults import FILING_FAULTS, NO_TEMPLATE, can_have
from pipelines.simulate.filings import Filing, plan_filings
from pipelines.simulate.heads import head_officers
from pipelines.simulate.hints import hints
from pipelines.simulate.identity import Numbers
from pipelines.simulate.injection import Injector, inject
from pipelines.simulate.institutions import Institution, active, build_institutions
from pipelines.simulate.officers import national_officers, officers_of
from pipelines.simulate.packages import Content, Papers, has_photos, list_entries, write_package
from pipelines.simulate.plan import Plan, Stream, stream
from pipelines.simulate.records import make_records
from pipelines.simulate.reference import EnrolmentFile, write_reference
from pipelines.simulate.registry import Registry, Supply
from pipelines.simulate.rows import Rows, lay_out_rows
from pipelines.simulate.truth import (
    broken_lines,
    filing_truth,
    line_truth,
    template_truth,
    write_truth,
)
from pipelines.simulate.volumes import (
    load_provinces,
    province_volumes,
    records_by_category,
    records_by_province,
)
from pipelines.standard import CATEGORIES

FEWEST_FOR_A_GAP = 3
"""With fewer institutions that are otherwise in order, none lacks a certificate template."""

CHUNK = 100_000
"""Rows made at a time: whole institutions, at least one."""


@dataclass
class Simulated:
    """What was made. ``faults`` counts faulty lines (or filings) by kind, ``seconds`` by phase."""

    records: int = 0
    filings: int = 0
    enrolments: int = 0
    by_province: Counter[str] = field(default_factory=Counter)
    by_level: Counter[str] = field(default_factory=Counter)
    by_category: Counter[str] = field(default_factory=Counter)
    faulty_lines: int = 0
    faulty_filings: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Adds the time inside to a phase."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - start


Progress = Callable[[int, int], None]


def simulate(home: Home, plan: Plan, progress: Progress | None = None) -> Simulated:
    """Writes packages, reference data, keys and truth of a plan into the home.

    ``progress`` is called with records done and records in all. UsageError when the plan asks
    for more than certificate numbers allow.
    """
    done = Simulated()
    home.make()
    home.truth.mkdir(mode=0o700, exist_ok=True)
    with done.phase("reference"):
        write_reference(home, plan.seed, [], national_officers(plan.seed))
    totals = records_by_province(plan.provinces, plan.when, plan.records)
    packages = _packages_by_province(plan, totals)
    truth = []
    for province, total, count in zip(plan.provinces, totals, packages, strict=True):
        work = _Province(home, plan, province, int(total), count, done)
        truth.append(work.run(progress))
    with done.phase("truth"):
        write_truth(home, plan, pl.concat(truth))
    return done


def _packages_by_province(plan: Plan, totals: np.ndarray) -> list[int | None]:
    if plan.filings is None:
        return [None] * len(plan.provinces)
    return [1 + int(n) for n in share_out(plan.filings - len(totals), totals.astype(float))]


class _Province:
    """One province's simulation."""

    def __init__(
        self, home: Home, plan: Plan, code: str, total: int, packages: int | None, done: Simulated
    ) -> None:
        self.home, self.plan, self.code, self.total, self.done = home, plan, code, total, done
        self.province = load_provinces()[code]
        with done.phase("reference"):
            self.institutions = build_institutions(plan.seed, self.province)
            officers = officers_of(plan.seed, code, self.institutions)
            officers += head_officers(plan.seed, self.institutions, plan.when.last_day)
            write_reference(home, plan.seed, self.institutions, officers)
        share = total / province_volumes(plan.when)[code].sum()
        filers = active(self.institutions, float(share), packages)
        by_category = records_by_category(code, plan.when, total)
        self.filings = plan_filings(plan, code, filers, by_category, packages)
        chosen = self._choose_filings()
        self.spoiled = {
            filing.filing_id: fault
            for filing, fault in chosen.items()
            if can_have(fault, filing.habits.format, plan.photos and has_photos(filing))
        }
        self.reserved = {filing.filing_id for filing in chosen}
        self.missing = self._miss_a_template()
        with done.phase("reference"):
            path = home.reference / "certificate_templates.csv"
            write_templates(path, self.institutions, self.missing, plan.when)

    def _choose_filings(self) -> dict[Filing, str]:
        """Filings and their faults of the whole filing, whether they can have it in their format
        or not; the kinds take turns."""
        numbers = stream(self.plan.seed, "filing-faults", self.code, self.plan.semester)
        wanted = round(self.plan.filing_fault_rate * len(self.filings))
        kinds = numbers.permutation(list(FILING_FAULTS))
        chosen = np.sort(numbers.choice(len(self.filings), wanted, replace=False))
        return {self.filings[place]: str(kinds[k % len(kinds)]) for k, place in enumerate(chosen)}

    def _miss_a_template(self) -> tuple[str, str]:
        """The institution and level without a certificate template: the smallest one that has no
        other fault of a whole filing; none in a clean simulation or a tiny one."""
        rows: Counter[str] = Counter()
        spoiled = {one.institution.code for one in self.filings if one.filing_id in self.reserved}
        for one in self.filings:
            rows[one.institution.code] += one.rows
        usable = [code for code in rows if code not in spoiled]
        if self.plan.filing_fault_rate <= 0 or len(usable) < FEWEST_FOR_A_GAP:
            return "", ""
        smallest = min(usable, key=lambda code: (rows[code], code))
        levels = [
            CATEGORIES[segment.category].level
            for one in self.filings
            if one.institution.code == smallest
            for segment in one.segments
        ]
        return smallest, max(levels)

    def run(self, progress: Progress | None) -> pl.DataFrame:
        """Makes and writes everything; the province's truth."""
        supply = Supply.of(self.plan, self.province, self.institutions)
        registry = Registry(Numbers(self.province, self.plan.when))
        seeds = (self.plan.seed, self.code, self.plan.semester)
        injector = Injector.of(stream(*seeds, "kinds"), self.plan.fault_rate, self.total)
        enrolments = EnrolmentFile(self.home, self.code)
        truth = []
        self.results: list[pl.DataFrame] = []
        for place, filings in enumerate(chunks(self.filings)):
            numbers = stream(*seeds, "chunk", place)
            with self.done.phase("records"):
                rows = lay_out_rows(numbers, self.plan.seed, filings)
                frame, enrolled = make_records(numbers, supply, registry, rows)
                rows = self._refiled(rows, frame)
            with self.done.phase("enrolments"):
                enrolments.add(enrolled)
                self.done.enrolments += len(enrolled)
            truth.append(self._write_chunk(numbers, injector, rows, frame))
            self._count(rows)
            if progress:
                progress(self.done.records, self.plan.records)
        with self.done.phase("enrolments"):
            enrolments.finish()
            write_results(self.home, self.code, self.results)
        return pl.concat(truth)

    def _refiled(self, rows: Rows, frame: pl.DataFrame) -> Rows:
        """Institutions with a value that a dBase field cannot hold file spreadsheets instead."""
        dbase = np.array([filing.habits.format == "dbf" for filing in rows.filings])[rows.filing]
        if not dbase.any():
            return rows
        wide = np.flatnonzero(dbase & misfits(frame).to_numpy())
        codes = {rows.institutions[place].code for place in np.unique(rows.institution[wide])}
        return rows.refiled(codes, "xlsx") if codes else rows

    def _write_chunk(
        self, numbers: Stream, injector: Injector, rows: Rows, frame: pl.DataFrame
    ) -> pl.DataFrame:
        with self.done.phase("faults"):
            before = frame.with_columns(hints(self.plan.seed, self.institutions, rows))
            assigned = injector.assign(numbers, before, self._free(rows), self.plan.photos)
            after = inject(before, assigned)
            truth = line_truth(self.code, rows, before, assigned)
            for one in assigned:
                self.done.faults[one.kind.name] += len(one.all_rows)
                self.done.faulty_lines += len(one.all_rows)
            missing = after["marks"] == "exam=missing"
            self.results.append(exam_results(numbers, before, missing))
        with self.done.phase("packages"):
            concerned = self._write_packages(rows, before, after, broken_lines(rows, assigned))
        self._count_filing_faults(rows)
        return pl.concat(
            [
                truth,
                filing_truth(self.code, rows, self.spoiled, concerned),
                template_truth(self.code, rows, self.missing),
            ]
        )

    def _free(self, rows: Rows) -> Mask:
        """Rows that may have a fault of their own: what is wrong with the whole is told once."""
        whole = [
            one.filing_id not in self.reserved and one.institution.code != self.missing[0]
            for one in rows.filings
        ]
        free: Mask = np.array(whole)[rows.filing]
        return free

    def _write_packages(
        self,
        rows: Rows,
        before: pl.DataFrame,
        after: pl.DataFrame,
        broken: dict[int, dict[int, str]],
    ) -> dict[str, str]:
        concerned = {}
        entries, people = list_entries(before), listed(before, after)
        photos = pl.DataFrame([before["ZP"], after["marks"]])
        for place, filing in enumerate(rows.filings):
            files = [(i, file) for i, file in enumerate(rows.files) if file.filing == place]
            contents = [
                Content(file.path, file.category, after[file.first : file.last], broken.get(i, {}))
                for i, file in files
            ]
            here = slice(files[0][1].first, files[-1][1].last)
            with_photos = self.plan.photos and has_photos(filing)
            papers = Papers(
                entries[here].to_list(), people[here], photos[here] if with_photos else None
            )
            fault = self.spoiled.get(filing.filing_id, "")
            concerned[filing.filing_id] = write_package(
                self.home.inbox, self.plan.seed, filing, contents, papers, fault
            )
        return concerned

    def _count_filing_faults(self, rows: Rows) -> None:
        told = [self.spoiled[f.filing_id] for f in rows.filings if f.filing_id in self.spoiled]
        if any(one.code == self.missing[0] for one in rows.institutions):
            told.append(NO_TEMPLATE)
        self.done.faults.update(told)
        self.done.faulty_filings += len(told)

    def _count(self, rows: Rows) -> None:
        codes, counts = np.unique(rows.category, return_counts=True)
        self.done.records += len(rows)
        self.done.filings += len(rows.filings)
        self.done.by_province[self.code] += len(rows)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            self.done.by_category[code] += count
            self.done.by_level[{"D": "2", "M": "3", "B": "4"}[code[0]]] += count


def chunks(filings: list[Filing]) -> Iterator[list[Filing]]:
    """Filings of whole institutions, about CHUNK rows at a time."""
    chunk: list[Filing] = []
    rows = 0
    for filing in filings:
        new = bool(chunk) and filing.institution.code != chunk[-1].institution.code
        if new and rows + _rows_of(filings, filing.institution) > CHUNK:
            yield chunk
            chunk, rows = [], 0
        chunk.append(filing)
        rows += filing.rows
    if chunk:
        yield chunk


def _rows_of(filings: list[Filing], institution: Institution) -> int:
    return sum(one.rows for one in filings if one.institution.code == institution.code)
