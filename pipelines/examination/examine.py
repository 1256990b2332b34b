"""Examines a landed batch: every rule over every record, in one pass, findings written once."""

import json
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import DisagreementError
from pipelines.examination import facts
from pipelines.examination.compile import (
    compared_query,
    mask_columns,
    masks,
    plain_query,
    typed_query,
    unpack,
    value_groups,
)
from pipelines.examination.excuse import excuse
from pipelines.examination.sets import check_rows, judge_sets
from pipelines.home import Home
from pipelines.standard.fields import FIELDS
from pipelines.warehouse import connect, quote, rows_as_sql


@dataclass(frozen=True)
class Examined:
    """What the examination of a batch came to. Counts of lines and of findings; seconds."""

    batch: str
    filings: int
    lines: int
    accepted: int
    held: int
    returned: int
    errors: int
    holds: int
    warnings: int
    seconds: float
    fresh: bool
    """False where the batch had been examined before: findings are never written twice."""


def examine(home: Home, province: str, semester: str, batch: str) -> Examined:
    """Examines a batch and writes its findings; a batch already examined is only read.

    Raises DisagreementError when accepted, held and returned lines do not add up to the lines
    landed: then nothing is written.
    """
    started = time.monotonic()
    landing = home.landing(province, semester) / batch
    target = home.findings(province, semester) / batch
    fresh = not target.exists()
    with connect(spill=home.scratch) as con:
        if fresh:
            con.execute(
                "SET preserve_insertion_order = false; SET disabled_optimizers = 'in_clause'"
            )
            not_judged = _examine(con, home, province, semester, landing)
            _write(con, target, not_judged)
        return _summary(con, target, batch, fresh, time.monotonic() - started)


def _examine(
    con: duckdb.DuckDBPyConnection, home: Home, province: str, semester: str, landing: Path
) -> list[str]:
    """Judges everything into temporary tables; the rules for which a register was missing."""
    prepare(con, home, semester, landing)
    not_judged = judge_sets(con, home, province, semester)
    _mark(con)
    _collect_findings(con, landing)
    excuse(con, home, province, semester)
    _judge_lines(con, landing)
    return not_judged


def prepare(con: duckdb.DuckDBPyConnection, home: Home, semester: str, landing: Path) -> None:
    """Makes what rules read of a batch: facts, lookups, and its records as views."""
    records = f"read_parquet({quote(str(landing / 'records-*.parquet'))})"
    facts.create_lookups(con)
    facts.create_filing_facts(con, landing, semester)
    facts.create_training(con, home)
    con.execute(f"CREATE TEMP VIEW landed AS SELECT * FROM {records}")
    con.execute(
        "CREATE TEMP TABLE files AS SELECT file_no, path FROM "
        f"read_parquet({quote(str(landing / 'files.parquet'))})"
    )
    con.execute(f"CREATE TEMP VIEW plain AS {plain_query('landed')}")
    con.execute(f"CREATE TEMP VIEW typed AS {typed_query('landed')}")
    con.execute(f"CREATE TEMP VIEW compared AS {compared_query('landed')}")


def _mark(con: duckdb.DuckDBPyConnection) -> None:
    """Fills ``marked``, the records that break something, and ``broken``, a row a broken check.

    Two passes: over the few columns that typed checks read, then over all fields. Marked records
    keep their values for the feedback: fetching them would decode every column a second time.
    """
    _create_checks(con)
    bad_values = _judge_values(con)
    any_mask = " OR ".join(f"m{mask} <> 0" for mask in range(masks()))
    columns = ", ".join(f"m{mask}" for mask in range(masks()))
    con.execute(
        f"""CREATE TEMP TABLE typed_marks AS SELECT row_id, {columns}
        FROM (SELECT row_id, {mask_columns(bad_values, typed=True)} FROM typed) WHERE {any_mask}"""
    )
    kept = ", ".join(["row_id", "filing_no", "file_no", "category", "line", *FIELDS])
    con.execute(
        f"""CREATE TEMP TABLE marked AS
        SELECT {kept}, {columns}
        FROM (SELECT {kept}, {mask_columns(bad_values, typed=False)} FROM plain)
        WHERE {any_mask} OR row_id IN
          (SELECT row_id FROM in_sets UNION ALL SELECT row_id FROM typed_marks)"""
    )
    con.execute(
        f"CREATE TEMP TABLE broken AS {unpack('marked')} UNION ALL {unpack('typed_marks')} "
        "UNION ALL SELECT * FROM in_sets"
    )


def _create_checks(con: duckdb.DuckDBPyConnection) -> None:
    """Creates ``checks``: number, rule, severity, field and messages of every check."""
    names = ("check_number", "rule_code", "severity", "field", "message", "message_en")
    con.execute(f"CREATE TEMP TABLE checks AS {rows_as_sql(names, check_rows())}")


def _judge_values(con: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """Judges each distinct value once; tables of bad values by the number of the check."""
    bad: dict[int, str] = {}
    for k, (columns, items) in enumerate(value_groups().items()):
        names = ", ".join(columns)
        filled = " AND ".join(f"{name} <> ''" for name in columns)
        con.execute(
            f"CREATE TEMP TABLE values_{k} AS SELECT DISTINCT {names} FROM landed "
            f"WHERE fault IS NULL AND {filled}"
        )
        for item in items:
            table = f"bad_values_{item.number}"
            created = con.execute(
                f"CREATE TEMP TABLE {table} AS SELECT {names} FROM values_{k} "
                f"WHERE ({item.check.good}) IS NOT TRUE"
            ).fetchone()
            if created and created[0]:
                bad[item.number] = table
    return bad


def _collect_findings(con: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """Joins what is broken with where it stands; the door's findings come first."""
    door = quote(str(landing / "findings.parquet"))
    con.execute(
        f"""CREATE TEMP TABLE findings AS
        SELECT filing_no, filing_id, file_no, file, row_id, line, rule_code, severity, field,
          message, message_en
        FROM read_parquet({door})
        UNION ALL
        SELECT r.filing_no, f.filing_id, r.file_no, p.path, r.row_id, r.line, c.rule_code,
          c.severity, c.field, c.message, c.message_en
        FROM broken b JOIN checks c USING (check_number)
        JOIN marked r USING (row_id)
        JOIN filing_facts f ON f.filing_no = r.filing_no
        JOIN files p ON p.file_no = r.file_no
        UNION ALL
        SELECT filing_no, f.filing_id, NULL, NULL, NULL, NULL, c.rule_code, c.severity, c.field,
          c.message, c.message_en
        FROM bad_filings JOIN checks c USING (check_number) JOIN filing_facts f USING (filing_no)"""
    )


def _judge_lines(con: duckdb.DuckDBPyConnection, landing: Path) -> None:
    """One verdict for each line that is not accepted, and the counts of each filing."""
    con.execute(
        """CREATE TEMP TABLE lines AS
        SELECT row_id, any_value(filing_no) AS filing_no, any_value(file_no) AS file_no,
          any_value(line) AS line,
          CASE WHEN bool_or(severity = 'error') THEN 'returned' ELSE 'held' END AS verdict
        FROM findings WHERE row_id IS NOT NULL AND severity IN ('error', 'hold')
        GROUP BY row_id"""
    )
    filings = quote(str(landing / "filings.parquet"))
    con.execute(
        f"""CREATE TEMP TABLE verdicts AS
        WITH landed_lines AS (SELECT filing_no, count(*) AS lines FROM landed GROUP BY ALL),
        judged AS (
          SELECT filing_no, count(*) FILTER (verdict = 'held') AS held,
            count(*) FILTER (verdict = 'returned') AS returned
          FROM lines GROUP BY ALL),
        counted AS (
          SELECT filing_no, count(*) FILTER (severity = 'error') AS errors,
            count(*) FILTER (severity = 'hold') AS holds,
            count(*) FILTER (severity = 'warning') AS warnings,
            count(*) FILTER (severity = 'repaired') AS repaired,
            list_sort(list_distinct(list(rule_code) FILTER (row_id IS NULL AND severity = 'error')))
              AS whole
          FROM findings GROUP BY ALL)
        SELECT f.filing_no, f.filing_id, coalesce(l.lines, 0) AS lines,
          coalesce(l.lines, 0) - coalesce(j.held, 0) - coalesce(j.returned, 0) AS accepted,
          coalesce(j.held, 0) AS held, coalesce(j.returned, 0) AS returned,
          coalesce(c.errors, 0) AS errors, coalesce(c.holds, 0) AS holds,
          coalesce(c.warnings, 0) AS warnings, coalesce(c.repaired, 0) AS repaired,
          coalesce(c.whole, []) AS whole
        FROM read_parquet({filings}) f LEFT JOIN landed_lines l USING (filing_no)
        LEFT JOIN judged j USING (filing_no) LEFT JOIN counted c USING (filing_no)
        ORDER BY filing_no"""
    )
    wrong = con.execute("SELECT count(*) FROM verdicts WHERE accepted < 0").fetchone()
    total = con.execute(
        "SELECT (SELECT count(*) FROM landed), (SELECT sum(lines)::BIGINT FROM verdicts)"
    ).fetchone()
    if (wrong and wrong[0]) or (total and total[0] != (total[1] or 0)):
        raise DisagreementError(
            f"lines landed and lines judged disagree in batch {landing.name}: {total}",
            "each line in exactly one of accepted, held, returned",
            "this is a defect of the examination; nothing was written",
        )


def _write(con: duckdb.DuckDBPyConnection, target: Path, not_judged: list[str]) -> None:
    """Writes all files under a temporary name and renames the folder into place."""
    half = target.parent / f".tmp-{target.name}"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    fields = ", ".join(FIELDS)
    broken_lines = ", ".join(f"NULL::VARCHAR AS {code}" for code in FIELDS)
    parts = {
        "findings": "SELECT * FROM findings ORDER BY filing_no, file_no, line, rule_code, field",
        "lines": "SELECT * FROM lines ORDER BY row_id",
        "verdicts": "SELECT * FROM verdicts",
        "faulty": f"SELECT row_id, category, NULL::VARCHAR AS raw, {fields} FROM marked UNION ALL "
        f"SELECT row_id, category, raw, {broken_lines} FROM landed WHERE fault IS NOT NULL",
    }
    for name, query in parts.items():
        path = quote(str(half / f"{name}.parquet"))
        con.execute(f"COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION zstd)")
        with (half / f"{name}.parquet").open("rb") as file:
            os.fsync(file.fileno())  # a folder that is there counts as examined
    note = {"format": "xuewei-examination/1", "rules_not_judged": not_judged}
    (half / "examination.json").write_text(json.dumps(note), encoding="utf-8")
    half.rename(target)


def _summary(
    con: duckdb.DuckDBPyConnection, target: Path, batch: str, fresh: bool, seconds: float
) -> Examined:
    row = con.execute(
        "SELECT count(*), sum(lines), sum(accepted), sum(held), sum(returned), sum(errors), "
        f"sum(holds), sum(warnings) FROM read_parquet({quote(str(target / 'verdicts.parquet'))})"
    ).fetchone()
    counts = [int(value or 0) for value in (row or [0] * 8)]
    names = ("filings", "lines", "accepted", "held", "returned", "errors", "holds", "warnings")
    return Examined(
        batch=batch, **dict(zip(names, counts, strict=True)), seconds=seconds, fresh=fresh
    )
