"""A small country whose records break no rule, and suites run on it with something changed."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import pytest

from expectations.codes import code_parameters
from expectations.run import Bounds, Outcome, SuiteRun, run_suite
from expectations.suite import Expected, Suite
from expectations.suites import generated
from pipelines.filing.batch import FILES, RECORDS
from pipelines.home import Home
from pipelines.quality.levels import LEVELS, resolve
from pipelines.quality.results import NATIONAL
from pipelines.register import build
from pipelines.register.formal import examine_handovers
from pipelines.register.handover import hand_over
from pipelines.standard.rules.example_records import INSTITUTION, clean_record
from pipelines.warehouse import connect
from tests.unit.register import samples
from tests.unit.register.samples import NOW, SEMESTER, Filing

PROVINCE = "11"
RECORDS_A_FILING = 40
CATEGORIES = ("B1", "B2", "B3", "M1", "M2", "M3", "D1", "D3")
ROWS = RECORDS_A_FILING * (len(CATEGORIES) + 1)
EDITION_OF_LAST = "2024"


def build_country(root: Path) -> Home:
    """A province with a filing a category, a further one in the layout of 2024, and the nation."""
    home = Home.at(root).make()
    filings = [
        Filing(n, category, RECORDS_A_FILING, INSTITUTION, first=1000 * n)
        for n, category in enumerate((*CATEGORIES, "B1"), start=1)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(samples, "record", _clean)
        samples.land(home, PROVINCE, "b-1", *filings)
    _write_files(home, filings)
    _write_institutions(home)
    build.register_province(home, PROVINCE)
    hand_over(home, PROVINCE, SEMESTER, now=NOW)
    examine_handovers(home, SEMESTER, now=NOW)
    build.register_nation(home)
    return home


def _clean(filing: Filing, ordinal: int) -> dict[str, str | None]:
    edition = EDITION_OF_LAST if filing.number > len(CATEGORIES) else "2018"
    return clean_record(filing.category, filing.first + ordinal, edition)


def _write_files(home: Home, filings: Sequence[Filing]) -> None:
    rows = [
        {"file_no": f.number, "filing_no": f.number, "rows_found": f.records, "path": "r.csv"}
        for f in filings
    ]
    folder = home.landing(PROVINCE, SEMESTER) / "b-1"
    pl.DataFrame(rows, schema_overrides=FILES).write_parquet(folder / "files.parquet")
    assert pl.read_parquet(next(folder.glob("records-*"))).columns == list(RECORDS)


def _write_institutions(home: Home) -> None:
    lines = [
        "institution_code,name_zh,province_code,valid_from,valid_to",
        f"{INSTITUTION},测试大学,{PROVINCE},1985-01-01,",
        "19999,他省大学,32,1985-01-01,",
    ]
    (home.reference / "institutions.csv").write_text("\n".join(lines), encoding="utf-8")


def run_level(
    home: Home,
    suite: str,
    changes: Sequence[str] = (),
    only: Sequence[str] = (),
    **parameters: object,
) -> SuiteRun:
    """The suite on the clean country; ``changes`` are statements over its views, now tables.

    ``{one}`` and ``{ten}`` in them are conditions that choose so many rows of the suite's relation.
    ``only``: ids of the expectations to run.
    """
    views, known = _views(home, suite)
    chosen = generated(suite)
    if only:
        chosen = _only(chosen, only)
    prepare = list(views)
    if changes:
        prepare += _as_tables(views)
    given = code_parameters() | known | parameters
    prepare += [change.format(one=_first(1, suite), ten=_first(10, suite)) for change in changes]
    return run_suite(chosen, prepare, Bounds(2, "1GB", home.scratch), given)


@cache
def _views(home: Home, suite: str) -> tuple[tuple[str, ...], dict[str, object]]:
    """(statements, parameters) of a suite's level."""
    scope = NATIONAL if "national" in suite else PROVINCE
    subject = LEVELS[suite].subject(home, scope, SEMESTER)
    with connect(spill=home.scratch) as con:
        for statement in subject.prepare:
            con.execute(statement)
        return subject.prepare, resolve(con, subject.parameters)


def _first(count: int, suite: str) -> str:
    """A condition; rowids of rows that their own transaction wrote do not begin at 0."""
    relation = generated(suite).relation
    return f"rowid in (select rowid from {relation} order by rowid limit {count})"


def _as_tables(prepare: Sequence[str]) -> list[str]:
    """Views become tables, so that a test may change them."""
    views = [text.split()[2] for text in prepare if text.startswith("create view ")]
    return [
        statement
        for name in views
        for statement in (
            f"create temp table changed_{name} as from {name}",
            f"drop view {name}",
            f"create table {name} as from changed_{name}",
        )
    ]


def _only(suite: Suite, ids: Sequence[str]) -> Suite:
    return replace(suite, expectations=tuple(single(suite, one) for one in ids))


def single(suite: Suite, expectation_id: str) -> Expected:
    """An expectation by its id, or the part of a group as an expectation of its own."""
    for one in suite.expectations:
        for found in (one, *one.singles()):
            if found.id == expectation_id:
                return found
    raise KeyError(expectation_id)


def outcome(run: SuiteRun, expectation_id: str) -> Outcome:
    (found,) = [one for one in run.outcomes if one.id == expectation_id]
    return found


def unfulfilled(run: SuiteRun) -> dict[str, Outcome]:
    return {one.id: one for one in run.outcomes if one.state != "passed"}
