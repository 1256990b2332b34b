"""Levels: what of a data home each suite is run on, as views over files opened read-only.

A level's views have the same names whatever the scope, so that a suite never knows a path.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.errors import BadInputError, MissingInputError, UsageError
from pipelines.home import Home
from pipelines.quality.results import NATIONAL
from pipelines.register import bookkeeping
from pipelines.register.agreement import accepted_rows
from pipelines.register.build import MARTS_PART
from pipelines.register.decisions import Handover, approved_handovers, handovers_of
from pipelines.register.files import folders, sha256_of
from pipelines.standard.semesters import Semester
from pipelines.warehouse import quote, rows_as_sql

_INSTITUTION = ("institution_code", "province_code", "valid_from", "valid_to")


class NothingToJudgeError(MissingInputError):
    """A level holds nothing of a semester: there is nothing that its gate could hold back.

    Apart from whatever else may be missing: that must never pass a gate.
    """


@dataclass(frozen=True)
class Subject:
    """What a level's suites are run on.

    ``state`` names it: equal states hold equal records, compared with the same. ``past`` names
    what the register holds of earlier semesters, which limits are learnt from. ``prepare`` makes
    the views on an in-memory connection, ``parameters`` are what suites ask for; what is not there
    is not judged.
    """

    scope: str
    semester: str
    state: str
    prepare: tuple[str, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    past: str = ""


Subjects = Callable[[Home, str, str], Subject]


@dataclass(frozen=True)
class Level:
    """A level: its suites, whether a province or the nation has it, and how to get its subject."""

    name: str
    suites: tuple[str, ...]
    national: bool
    subject: Subjects


def landing_subject(home: Home, scope: str, semester: str) -> Subject:
    """All landed batches of a province's semester, as text."""
    batches = [p for p in folders(home.landing(scope, semester)) if p.name.startswith("b-")]
    if not batches:
        raise _nothing(f"nothing of {semester} has landed in province {scope}")
    views = [
        _view(
            name, _parquet((batch / pattern for batch in batches), batch_of_file=name != "filing")
        )
        for name, pattern in (
            ("line", "records-*.parquet"),
            ("file", "files.parquet"),
            ("filing", "filings.parquet"),
        )
    ]
    rows = {"rows_claimed": _Query("(select coalesce(sum(rows_found), 0)::bigint from file)")}
    return Subject(scope, semester, _digest(p.name for p in batches), tuple(views), rows)


def province_register_subject(home: Home, scope: str, semester: str) -> Subject:
    """A semester's records in a province's register, with all that the register holds."""
    claimed = [(scope, accepted_rows(home, scope, semester))]
    return _register(home, scope, semester, home.province_warehouse(scope), claimed)


def national_register_subject(home: Home, scope: str, semester: str) -> Subject:
    """A semester's records in the national register; claimed is what the handovers said."""
    rows: dict[str, int] = {}
    for handover in approved_handovers(home, semester):
        known = rows.get(handover.province, 0)
        rows[handover.province] = known + int(handover.manifest["rows"])
    return _register(home, scope, semester, home.national_warehouse, sorted(rows.items()))


def marts_subject(home: Home, scope: str, semester: str) -> Subject:
    """A semester's marts beside the records that they count."""
    path = home.national_warehouse if scope == NATIONAL else home.province_warehouse(scope)
    state = _parts(home, path, semester, marts=scope == NATIONAL)
    if not state:
        raise _nothing(f"the marts of {scope} show nothing of {semester}")
    mine = f"where filing_semester = {quote(semester)}"
    views = [
        f"create view {name} as from w.{source} {mine}"
        for name, source in (
            ("degree_count", "marts.degree_count"),
            ("semester_summary", "marts.semester_summary"),
            ("record", "core.degree_record"),
        )
    ]
    rows = "(select count(*) from record where recorded_to is null and status = 'registered')"
    return Subject(
        scope, semester, _digest(state), (_attach(path), *views), {"rows_registered": _Query(rows)}
    )


def handover_subject(home: Home, scope: str, semester: str) -> Subject:
    """The newest sealed handover of a province's semester."""
    sealed = handovers_of(home, scope, semester)
    if not sealed:
        raise _nothing(f"province {scope} has handed over nothing for {semester}")
    return handover_in(home, sealed[-1])


def handover_in(home: Home, handover: Handover) -> Subject:
    """A handover's records and what its manifest says of them; sealed or about to be."""
    manifest = handover.manifest
    if lacking := {"rows", "by_category", "filing_ids"} - manifest.keys():
        raise BadInputError(
            f"the manifest of handover {handover.part} lacks {', '.join(sorted(lacking))}",
            "a manifest as hand_over writes it",
            "the province hands over again",
        )
    views = [
        _view("record", _parquet([handover.records])),
        _table(
            "claimed", ("record_category_code", "rows"), sorted(manifest["by_category"].items())
        ),
        _table("claimed_filing", ("filing_id",), [(one,) for one in manifest["filing_ids"]]),
        _institutions(home),
    ]
    parameters = {"rows_claimed": int(manifest["rows"]), "province": handover.province}
    path = home.province_warehouse(handover.province)
    if path.exists():
        views.append(_attach(path))
        parameters["rows_registered"] = _Query(
            "(select count(*) from w.core.degree_record where filing_id in (from claimed_filing) "
            f"and filing_semester = {quote(handover.semester)})"
        )
    said = repr([manifest["rows"], sorted(manifest["by_category"].items()), manifest["filing_ids"]])
    state = _digest([sha256_of(handover.records), said, _institutions_state(home)])
    return Subject(handover.province, handover.semester, state, tuple(views), parameters)


LEVELS = {
    level.name: level
    for level in (
        Level("landing", ("landing",), False, landing_subject),
        Level(
            "province_register",
            ("province_register", "province_profile"),
            False,
            province_register_subject,
        ),
        Level("province_marts", ("province_marts",), False, marts_subject),
        Level("handover", ("handover",), False, handover_subject),
        Level(
            "national_register",
            ("national_register", "national_profile"),
            True,
            national_register_subject,
        ),
        Level("national_marts", ("national_marts",), True, marts_subject),
    )
}
"""In the order of a record's way."""


def level_of(suite: str) -> Level:
    """The level that a suite belongs to; UsageError when there is none."""
    for level in LEVELS.values():
        if suite in level.suites:
            return level
    known = ", ".join(name for level in LEVELS.values() for name in level.suites)
    raise UsageError(f"{suite!r} is no quality suite", f"one of {known}")


@dataclass(frozen=True)
class _Query:
    """A parameter that is read from the views once they are there."""

    sql: str


def resolve(con: Any, parameters: dict[str, Any]) -> dict[str, Any]:
    """``parameters`` with those asked for by a query answered by ``con``."""
    return {
        name: con.execute(f"select {value.sql}").fetchone()[0]
        if isinstance(value, _Query)
        else value
        for name, value in parameters.items()
    }


def _register(
    home: Home, scope: str, semester: str, path: Path, claimed: list[tuple[str, int]]
) -> Subject:
    state = _parts(home, path, semester)
    if not state:
        raise _nothing(f"the register of {scope} holds nothing of {semester}")
    term = Semester.parse(semester)
    views = (
        _attach(path),
        "create view register as from w.core.degree_record",
        f"create view record as from register where filing_semester = {quote(semester)}",
        _table("claimed", ("province_code", "rows"), claimed),
        _institutions(home),
    )
    parameters: dict[str, Any] = {
        "rows_claimed": sum(rows for _, rows in claimed),
        "semester_first_day": term.first_day.isoformat(),
        "semester_last_day": term.last_day.isoformat(),
    }
    if scope != NATIONAL:
        parameters["province"] = scope
    # what the records are compared with is put right too: a closed gate must then ask anew
    state += [repr(claimed), _institutions_state(home)]
    return Subject(
        scope, semester, _digest(state), views, parameters, _digest(_earlier(home, path, semester))
    )


def _earlier(home: Home, path: Path, semester: str) -> list[str]:
    """What a register has been built from of earlier semesters."""
    built = bookkeeping.built(home, path)
    return sorted(f"{found} {part}" for found, part in built if found < semester)


def _parts(home: Home, path: Path, semester: str, *, marts: bool = False) -> list[str]:
    """Parts of a semester that a warehouse (or its national marts) has been built from."""
    built = (part for found, part in bookkeeping.built(home, path) if found == semester)
    return sorted(part for part in built if part.startswith(MARTS_PART) == marts)


def _attach(path: Path) -> str:
    return f"attach {quote(str(path))} as w (read_only)"


def _view(name: str, query: str) -> str:
    return f"create view {name} as {query}"


def _parquet(paths: Iterable[Path], *, batch_of_file: bool = False) -> str:
    files = ", ".join(quote(str(path)) for path in paths)
    if not batch_of_file:
        return f"from read_parquet([{files}])"
    batch = "parse_path(filename)[-2]"
    return (
        f"select * exclude filename, {batch} as batch from read_parquet([{files}], filename=true)"
    )


def _table(name: str, columns: tuple[str, ...], rows: list[Any]) -> str:
    return f"create temp table {name} as {rows_as_sql(columns, rows)}"


def _institutions(home: Home) -> str:
    """The register of institutions, empty where an office has none: nothing is compared then."""
    path = home.reference / "institutions.csv"
    if not path.is_file():
        return _table("institution", _INSTITUTION, [])
    options = "header=true, all_varchar=true, delim=',', quote='\"', escape='\"'"
    return f"create temp table institution as from read_csv({quote(str(path))}, {options})"


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _institutions_state(home: Home) -> str:
    path = home.reference / "institutions.csv"
    return sha256_of(path) if path.is_file() else ""


def _nothing(found: str) -> NothingToJudgeError:
    return NothingToJudgeError(found, "something to judge", "xuewei run --semester …")
