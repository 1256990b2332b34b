"""The compiled checks over columns of numbers: one query a column, whatever its length."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import polars as pl

from pipelines.examination.compile import compiled_checks, condition, typed_query
from pipelines.examination.facts import create_lookups
from pipelines.standard.rules.example_records import INSTITUTION, clean_record

_TABLES = f"""
CREATE TABLE filing_facts AS SELECT 1 AS filing_no, '2018' AS layout,
  '{INSTITUTION}' AS institution, DATE '2026-01-20' AS submitted_on,
  DATE '2025-09-01' AS semester_first, DATE '2026-02-28' AS semester_last,
  NULL::DATE AS first_effective_on;
CREATE TABLE resolution_facts (filing_no INTEGER, number VARCHAR, adopted_on DATE,
  effective_on DATE);
CREATE TABLE resolution_days (filing_no INTEGER, adopted_on VARCHAR, effective_on DATE);
CREATE TABLE training (key VARCHAR, training_parent VARCHAR);
"""


class Judge:
    """Judges columns of values by the rules as they are compiled for the examination."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        create_lookups(con)
        con.execute(_TABLES)

    def broken(self, wanted: Sequence[str], **columns: Sequence[str]) -> list[set[str]]:
        """The rules among ``wanted`` that each row breaks: a clean bachelor with these values.

        A rule written ``P04:CSRQ`` stands for its checks on that field only.
        """
        clean = clean_record("B1", 1)
        rows = len(next(iter(columns.values())))
        frame = pl.DataFrame(
            {code: pl.Series(values, dtype=pl.String) for code, values in columns.items()}
        )
        frame = frame.with_columns(
            *(
                pl.lit(value, pl.String).alias(code)
                for code, value in clean.items()
                if code not in columns
            ),
            pl.lit(1).alias("filing_no"),
            pl.lit(1).alias("file_no"),
            pl.lit("B1").alias("category"),
            pl.lit(None, pl.String).alias("fault"),
            pl.int_range(2, rows + 2).alias("line"),
            pl.int_range(rows).alias("row_id"),
        )
        told: list[set[str]] = [set() for _ in range(rows)]
        self.con.register("landed", frame.to_arrow())
        checks = [
            (name, condition(item))
            for name in wanted
            for item in compiled_checks()
            if name in (item.rule.code, f"{item.rule.code}:{item.check.field}")
        ]
        assert {name for name, _ in checks} == set(wanted), "a rule that there is not"
        conditions = ", ".join(f"({text})" for _, text in checks)
        query = f"SELECT row_id, {conditions} FROM ({typed_query('landed')})"
        for row_id, *verdicts in self.con.execute(query).fetchall():
            told[row_id] = {
                name for (name, _), is_broken in zip(checks, verdicts, strict=True) if is_broken
            }
        self.con.unregister("landed")
        return told


@contextmanager
def judging() -> Iterator[Judge]:
    """A judge with a connection of its own."""
    with duckdb.connect(config={"threads": "1"}) as con:
        yield Judge(con)
