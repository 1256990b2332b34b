"""A small table of people, and suites run on it."""

from pathlib import Path
from typing import Any

from expectations.run import Bounds, SuiteRun, run_suite
from expectations.suite import Expected, Suite

ROWS = 200
TABLE = f"""
create table person as select
  i::bigint as id,
  (i % 50)::integer as batch,
  case when i % 4 = 0 then null else '1234567' || (i % 10) end as number,
  case when i % 10 = 0 then null when i % 2 = 0 then '1' else '2' end as code,
  date '2026-01-01' + (i % 100)::integer as day,
  (i / 10)::decimal(3, 1) as years,
  i % 2 = 0 as even
from range({ROWS}) as t(i)
"""
COLUMNS = [
    ["id", "BIGINT"],
    ["batch", "INTEGER"],
    ["number", "VARCHAR"],
    ["code", "VARCHAR"],
    ["day", "DATE"],
    ["years", "DECIMAL(3,1)"],
    ["even", "BOOLEAN"],
]
NO_NUMBER = "select (number || 'x')::integer from {batch} where number is not null"
ONE_ROW = "select id from {batch} where id = 7"


def expected(id_: str, type_: str, **kwargs: Any) -> Expected:
    return Expected(id_, type_, kwargs, True, "标题", "title", "Art. 14")


def measure(id_: str, sql: str, **limits: Any) -> Expected:
    return expected(id_, "expect_measure_to_be_between", measure=sql, **limits)


def run(
    warehouse: Path, *expectations: Expected, bounds: Bounds | None = None, **given: Any
) -> SuiteRun:
    suite = Suite("try", "试", "try", "person", expectations)
    prepare = [
        f"attach '{warehouse}' as w (read_only)",
        "create view person as from w.person",
    ]
    spill = bounds or Bounds(1, "512MB", warehouse.parent / "spill")
    return run_suite(suite, prepare, spill, given)


def states(made: SuiteRun) -> dict[str, str]:
    return {one.id: one.state for one in made.outcomes}
