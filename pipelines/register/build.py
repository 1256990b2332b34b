"""Builds the registers with dbt: a province's from decided batches, the nation's from handovers."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.errors import DisagreementError, MissingInputError
from pipelines.home import Home
from pipelines.register import bookkeeping, dbt_runner
from pipelines.register.decisions import Handover, approved_handovers
from pipelines.register.files import folders, sha256_of
from pipelines.warehouse import connect

MARTS_PART = "marts/"
"""Before a part's name in the bookkeeping: the marts show it."""


@dataclass(frozen=True)
class Registered:
    """What a build did. ``parts`` are the batches or handovers that it took in.

    ``skipped`` says that nothing was waiting and dbt was not started; the two row counts are then
    0 and what the register holds. ``seconds`` is wall time.
    """

    rows_new: int
    rows_total: int
    seconds: float
    parts: tuple[str, ...] = ()
    models: tuple[dbt_runner.ModelResult, ...] = ()
    tests: list[dbt_runner.TestResult] = field(default_factory=list)
    skipped: bool = False


@dataclass(frozen=True, order=True)
class Batch:
    """A decided batch: its folders in landing and decided."""

    semester: str
    name: str
    landing: Path
    decided: Path


def decided_batches(home: Home, province: str) -> list[Batch]:
    """All decided batches of a province, by semester and name."""
    batches = []
    for semester in folders(home.decided(province, "-").parent):
        for folder in folders(semester):
            landing = home.landing(province, semester.name) / folder.name
            batches.append(Batch(semester.name, folder.name, landing, folder))
    return batches


def waiting_batches(home: Home, province: str) -> list[Batch]:
    """Decided batches that the province's register has not been built from."""
    done = bookkeeping.built(home, home.province_warehouse(province))
    return [b for b in decided_batches(home, province) if (b.semester, b.name) not in done]


def waiting_handovers(home: Home) -> list[Handover]:
    """Approved handovers that the national register has not been built from."""
    done = bookkeeping.built(home, home.national_warehouse)
    return [h for h in approved_handovers(home) if (h.semester, h.part) not in done]


def register_province(home: Home, province: str) -> Registered:
    """Registers all decided batches of a province that wait, in one dbt call.

    Raises MissingInputError when a decided batch is not in landing, DisagreementError when the
    build or a test of it fails: the next run then tries again.
    """
    start = time.monotonic()
    path = home.province_warehouse(province)
    batches = waiting_batches(home, province)
    if not batches:
        return _nothing(home, path, start)
    for batch in batches:
        if not batch.landing.is_dir():
            raise MissingInputError(
                f"batch {batch.name} of province {province} is decided but not in landing",
                "each decided batch lies whole in landing",
                "restore landing from the backup",
            )
    inputs: dict[str, list[Any]] = {
        "batches": [{"landing": str(b.landing), "decided": str(b.decided)} for b in batches],
        "semesters": sorted({b.semester for b in batches}),
    }
    parts = [(b.semester, b.name) for b in batches]
    return _build(home, "province", path, inputs, parts, start)


def register_nation(home: Home, *, marts: bool = True) -> Registered:
    """Registers all approved handovers that wait, in one dbt call.

    Without ``marts`` these are left to ``build_national_marts``: they wait until no province is
    missing. Raises DisagreementError when a handover is not what was approved, or the build fails.
    """
    start = time.monotonic()
    path = home.national_warehouse
    handovers = waiting_handovers(home)
    if not handovers:
        return _nothing(home, path, start)
    for handover in handovers:
        _assert_as_approved(handover)
    inputs: dict[str, list[Any]] = {
        "handovers": [str(h.folder) for h in handovers],
        "semesters": sorted({h.semester for h in handovers}),
    }
    parts = [(h.semester, h.part) for h in handovers]
    layers = dbt_runner.LAYERS if marts else dbt_runner.LAYERS[:-1]
    done = _build(home, "national", path, inputs, parts, start, layers)
    if marts:
        _note_marts(home, parts)
    return done


def waiting_marts(home: Home) -> dict[str, list[str]]:
    """Parts of the national register that its marts don't show yet, by semester."""
    done = bookkeeping.built(home, home.national_warehouse)
    waiting: dict[str, list[str]] = {}
    for semester, part in sorted(done):
        if not part.startswith(MARTS_PART) and (semester, MARTS_PART + part) not in done:
            waiting.setdefault(semester, []).append(part)
    return waiting


def build_national_marts(home: Home, semester: str) -> Registered:
    """Builds the national marts of a semester from the national register, where they are behind."""
    start = time.monotonic()
    path = home.national_warehouse
    parts = waiting_marts(home).get(semester, [])
    if not parts:
        return _nothing(home, path, start)
    inputs: dict[str, list[Any]] = {"handovers": [], "semesters": [semester]}
    built = dbt_runner.build(home, "national", path, inputs, dbt_runner.LAYERS[-1:])
    _note_marts(home, [(semester, part) for part in parts])
    return Registered(
        rows_new=0,
        rows_total=_rows(home, path),
        seconds=time.monotonic() - start,
        parts=tuple(parts),
        models=built.models,
        tests=list(built.tests),
    )


def _note_marts(home: Home, parts: list[tuple[str, str]]) -> None:
    con = connect(home.national_warehouse, spill=home.scratch)
    try:
        bookkeeping.record(con, [(semester, MARTS_PART + part) for semester, part in parts])
    finally:
        con.close()


def _build(
    home: Home,
    scope: str,
    path: Path,
    inputs: dict[str, list[Any]],
    parts: list[tuple[str, str]],
    start: float,
    layers: tuple[str, ...] = dbt_runner.LAYERS,
) -> Registered:
    before = _rows(home, path)
    built = dbt_runner.build(home, scope, path, inputs, layers)
    con = connect(path, spill=home.scratch)
    try:
        bookkeeping.record(con, parts)
    finally:
        con.close()
    total = _rows(home, path)
    return Registered(
        rows_new=total - before,
        rows_total=total,
        seconds=time.monotonic() - start,
        parts=tuple(part for _, part in parts),
        models=built.models,
        tests=list(built.tests),
    )


def _nothing(home: Home, path: Path, start: float) -> Registered:
    return Registered(0, _rows(home, path), time.monotonic() - start, skipped=True)


def _rows(home: Home, path: Path) -> int:
    return count(home, path, "core.degree_record")


def count(
    home: Home, path: Path, relation: str, where: str = "true", what: str = "count(*)"
) -> int:
    """An amount of a warehouse's relation; 0 when the file or the relation does not exist."""
    if not path.exists():
        return 0
    con = connect(path, spill=home.scratch, read_only=True)
    try:
        schema, _, table = relation.partition(".")
        query = "select count(*) from duckdb_tables() where schema_name = ? and table_name = ?"
        exists = con.execute(query, [schema, table]).fetchone()
        if not exists or not exists[0]:
            return 0
        found = con.execute(f"select {what} from {relation} where {where}").fetchone()
        return int((found or (0,))[0] or 0)
    finally:
        con.close()


def _assert_as_approved(handover: Handover) -> None:
    if handover.approved_sha256 != sha256_of(handover.records):
        raise DisagreementError(
            f"handover {handover.part} of {handover.semester} is not the one that was approved",
            "the records file has the hash that the national decision names",
            "restore the handover from the backup; look for who changed it",
        )
