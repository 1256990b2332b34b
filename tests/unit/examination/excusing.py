"""The tables that excusing reads, made by hand: a few filings, their lines and findings."""

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from pipelines.examination.excuse import excuse
from pipelines.home import Home

PROVINCE, SEMESTER = "11", "2025-2026-1"
SUBMITTED = date(2026, 1, 20)

Finding = tuple[int, int | None, str, str, str | None]
"""filing_no, row_id, rule_code, severity, field"""


def excused(
    home: Home,
    findings: Sequence[Finding],
    *,
    sizes: Sequence[int] = (100,),
    institutions: Sequence[str] = ("19001", "19002", "19003"),
    submitted: date | None = SUBMITTED,
) -> list[tuple[str, str | None]]:
    """(severity, excused_by) of each finding, in order, after excusing.

    Filings are numbered from 1; ``sizes`` are their lines.
    """
    with duckdb.connect() as con:
        numbers = list(range(1, len(sizes) + 1))
        facts = pl.DataFrame(
            {
                "filing_no": numbers,
                "filing_id": [f"f-{number}" for number in numbers],
                "institution": list(institutions[: len(sizes)]),
                "submitted_on": [submitted] * len(sizes),
            },
            schema_overrides={"submitted_on": pl.Date},
        )
        landed = facts.select(pl.col("filing_no").repeat_by(pl.Series(sizes)).explode())
        schema = {"filing_no": pl.Int32, "row_id": pl.Int64, "rule_code": pl.String}
        schema |= {"severity": pl.String, "field": pl.String}
        told = pl.DataFrame(findings, schema=schema, orient="row").with_row_index("place")
        for name, frame in {"filing_facts": facts, "landed": landed, "findings": told}.items():
            con.register("given", frame)
            con.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM given")
        excuse(con, home, PROVINCE, SEMESTER)
        return con.execute("SELECT severity, excused_by FROM findings ORDER BY place").fetchall()


def lines(count: int, rule: str = "R16", severity: str = "hold", filing: int = 1) -> list[Finding]:
    """Findings of a rule on the first ``count`` lines of a filing."""
    return [(filing, filing * 1000 + row, rule, severity, "BYNY") for row in range(count)]
