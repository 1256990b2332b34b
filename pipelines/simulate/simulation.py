"""Runs a plan: province by province, chunk by chunk, so that memory stays bounded."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.home import Home
from pipelines.simulate.columns import share_out
from pipelines.simulate.faults import FILING_FAULTS, ON_EVERY_LINE
from pipelines.simulate.filings import Filing, plan_filings
from pipelines.simulate.identity import Numbers
from pipelines.simulate.injection import Injector, inject, truth_of
from pipelines.simulate.institutions import Institution, active, build_institutions
from pipelines.simulate.officers import ghost_code, national_officers, officers_of
from pipelines.simulate.packages import Content, list_entries, write_package
from pipelines.simulate.plan import Plan, Stream, stream
from pipelines.simulate.records import make_records
from pipelines.simulate.reference import EnrolmentFile, write_reference
from pipelines.simulate.registry import Registry, Supply
from pipelines.simulate.rows import RecordFile, Rows, lay_out_rows
from pipelines.simulate.volumes import (
    load_provinces,
    province_volumes,
    records_by_category,
    records_by_province,
)

CHUNK = 100_000
"""Rows made at a time: whole institutions, at least one."""

TRUTH = {
    "province_code": pl.String,
    "filing_id": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "fault": pl.String,
    "rule_code": pl.String,
}


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
        _write_truth(home, plan, pl.concat(truth))
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
            write_reference(home, plan.seed, self.institutions, officers)
        share = total / province_volumes(plan.when)[code].sum()
        filers = active(self.institutions, float(share), packages)
        by_category = records_by_category(code, plan.when, total)
        self.filings = plan_filings(plan, code, filers, by_category, packages)
        self.spoiled = self._spoil_filings()

    def _spoil_filings(self) -> dict[str, str]:
        """Faults of whole filings, by filing id; the kinds take turns."""
        numbers = stream(self.plan.seed, "filing-faults", self.code, self.plan.semester)
        wanted = round(self.plan.filing_fault_rate * len(self.filings))
        kinds = numbers.permutation(list(FILING_FAULTS))
        chosen = np.sort(numbers.choice(len(self.filings), wanted, replace=False))
        return {
            self.filings[place].filing_id: str(kinds[turn % len(kinds)])
            for turn, place in enumerate(chosen)
        }

    def run(self, progress: Progress | None) -> pl.DataFrame:
        """Makes and writes everything; the province's truth."""
        supply = Supply.of(self.plan, self.province, self.institutions)
        registry = Registry(Numbers(self.province, self.plan.when))
        seeds = (self.plan.seed, self.code, self.plan.semester)
        injector = Injector.of(stream(*seeds, "kinds"), self.plan.fault_rate, self.total)
        enrolments = EnrolmentFile(self.home, self.code)
        truth = []
        for place, filings in enumerate(chunks(self.filings)):
            numbers = stream(*seeds, "chunk", place)
            with self.done.phase("records"):
                rows = lay_out_rows(numbers, self.plan.seed, filings)
                frame, enrolled = make_records(numbers, supply, registry, rows)
            with self.done.phase("enrolments"):
                enrolments.add(enrolled)
                self.done.enrolments += len(enrolled)
            truth.append(self._write_chunk(numbers, injector, rows, frame))
            self._count(rows)
            if progress:
                progress(self.done.records, self.plan.records)
        with self.done.phase("enrolments"):
            enrolments.finish()
        return pl.concat(truth)

    def _write_chunk(
        self, numbers: Stream, injector: Injector, rows: Rows, frame: pl.DataFrame
    ) -> pl.DataFrame:
        with self.done.phase("faults"):
            frame = frame.with_columns(self._hints(rows))
            whole = np.array([f.filing_id not in self.spoiled for f in rows.filings])
            assigned = injector.assign(numbers, frame, whole[rows.filing])
            entries = list_entries(frame)
            frame = inject(frame, assigned)
            first = np.array([file.first for file in rows.files])
            lines = truth_of(frame, assigned, first)
            broken: dict[int, dict[int, str]] = {}
            for one in assigned:
                self.done.faults[one.kind.name] += len(one.all_rows)
                self.done.faulty_lines += len(one.all_rows)
                for row in one.all_rows if one.kind.breaks else ():
                    file = int(rows.file[row])
                    broken.setdefault(file, {})[int(row - first[file]) + 2] = one.kind.breaks
        with self.done.phase("packages"):
            concerned = self._write_packages(rows, frame, entries, broken)
        return pl.concat([self._line_truth(rows, lines), self._filing_truth(rows, concerned)])

    def _hints(self, rows: Rows) -> list[pl.Series]:
        """Columns that only the faults read: lines of the filing, some other institution."""
        sizes = np.bincount(rows.filing, minlength=len(rows.filings))[rows.filing]
        plain = [one for one in self.institutions if one.kind == "university"][-2:]
        own = [one.code for one in rows.institutions]
        others = [next((p for p in plain if p.code != code), plain[0]) for code in own]
        return [
            pl.Series("filing_rows", sizes),
            pl.Series("code", [one.code for one in others])
            .gather(rows.institution)
            .alias("other_code"),
            pl.Series("name", [one.name_zh for one in others])
            .gather(rows.institution)
            .alias("other_name"),
        ]

    def _write_packages(
        self,
        rows: Rows,
        frame: pl.DataFrame,
        entries: pl.Series,
        broken: dict[int, dict[int, str]],
    ) -> dict[str, str]:
        concerned = {}
        for place, filing in enumerate(rows.filings):
            files = [(i, file) for i, file in enumerate(rows.files) if file.filing == place]
            contents = [
                Content(file.path, file.category, frame[file.first : file.last], broken.get(i, {}))
                for i, file in files
            ]
            names = entries[files[0][1].first : files[-1][1].last].to_list()
            fault = self.spoiled.get(filing.filing_id, "")
            concerned[filing.filing_id] = write_package(
                self.home.inbox, self.plan.seed, filing, contents, names, fault
            )
        return concerned

    def _line_truth(self, rows: Rows, lines: pl.DataFrame) -> pl.DataFrame:
        ids = pl.Series([rows.filings[file.filing].filing_id for file in rows.files])
        paths = pl.Series([file.path for file in rows.files])
        return lines.select(
            pl.lit(self.code).alias("province_code"),
            ids.gather(lines["file"]).alias("filing_id"),
            paths.gather(lines["file"]).alias("file"),
            "line",
            "fault",
            "rule_code",
        ).cast(TRUTH)  # type: ignore[arg-type]

    def _filing_truth(self, rows: Rows, concerned: dict[str, str]) -> pl.DataFrame:
        parts = [pl.DataFrame(schema=TRUTH)]
        for place, filing in enumerate(rows.filings):
            fault = self.spoiled.get(filing.filing_id)
            if not fault:
                continue
            self.done.faults[fault] += 1
            self.done.faulty_filings += 1
            filing_id = self._filed_as(filing, fault)
            path = concerned[filing.filing_id] or None
            for rule in FILING_FAULTS[fault]:
                if rule in ON_EVERY_LINE:
                    files = [file for file in rows.files if file.filing == place]
                    parts += [self._each_line(filing_id, file, fault, rule) for file in files]
                else:
                    row = [[self.code, filing_id, path, None, fault, rule]]
                    parts.append(pl.DataFrame(row, schema=TRUTH, orient="row"))
        return pl.concat(parts)

    def _filed_as(self, filing: Filing, fault: str) -> str:
        if fault == "institution_unknown":
            return filing.filing_id.replace(filing.institution.code, ghost_code(self.code))
        if fault == "filing_id_of_other_semester":
            return f"{filing.filing_id[:9]}2010-2011-1{filing.filing_id[20:]}"
        return filing.filing_id

    def _each_line(self, filing_id: str, file: RecordFile, fault: str, rule: str) -> pl.DataFrame:
        return pl.select(
            pl.lit(self.code).alias("province_code"),
            pl.lit(filing_id).alias("filing_id"),
            pl.lit(file.path).alias("file"),
            pl.int_range(2, file.last - file.first + 2).alias("line"),
            pl.lit(fault).alias("fault"),
            pl.lit(rule).alias("rule_code"),
        ).cast(TRUTH)  # type: ignore[arg-type]

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


def _write_truth(home: Home, plan: Plan, truth: pl.DataFrame) -> None:
    path = home.truth / f"{plan.semester}.parquet"
    if path.exists():
        kept = pl.read_parquet(path).filter(~pl.col("province_code").is_in(list(plan.provinces)))
        truth = pl.concat([kept, truth])
    order = ["province_code", "filing_id", "file", "line", "rule_code"]
    truth.sort(order, nulls_last=False).write_parquet(path, compression="zstd")
