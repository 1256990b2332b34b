"""Small tables that rules read beside the records: lookups, the filing's facts, the register."""

from datetime import timedelta
from pathlib import Path

import duckdb

from pipelines.home import Home
from pipelines.standard.rules.lookups import lookups
from pipelines.standard.semesters import Semester
from pipelines.warehouse import quote

OFFICE_OFFSET = timedelta(hours=8)
"""Asia/Shanghai: filings are stamped in UTC, deadlines count days of the office."""


def create_lookups(con: duckdb.DuckDBPyConnection) -> None:
    """Creates ``lookup_<name>`` for each lookup of the standard."""
    for name, (columns, rows) in lookups().items():
        parts = ", ".join(f"unnest(${k}::VARCHAR[]) AS {c}" for k, c in enumerate(columns, 1))
        by_column = [list(column) for column in zip(*rows, strict=True)]
        con.execute(f"CREATE TEMP TABLE lookup_{name} AS SELECT {parts}", by_column)


def create_filing_facts(con: duckdb.DuckDBPyConnection, landing: Path, semester: str) -> None:
    """Creates ``filing_facts``, ``resolution_facts`` and ``resolution_days`` of a batch."""
    term = Semester.parse(semester)
    filings = quote(str(landing / "filings.parquet"))
    hours = int(OFFICE_OFFSET.total_seconds() // 3600)
    con.execute(
        f"""CREATE TEMP TABLE resolution_facts AS
        SELECT filing_no, r.number AS number, any_value(r.adopted_on) AS adopted_on,
          any_value(r.effective_on) AS effective_on
        FROM (SELECT filing_no, unnest(resolutions) AS r FROM {filings}) GROUP BY ALL"""
    )
    con.execute(
        """CREATE TEMP TABLE resolution_days AS
        SELECT filing_no, strftime(adopted_on, '%Y%m%d') AS adopted_on,
          min(effective_on) AS effective_on
        FROM resolution_facts WHERE adopted_on IS NOT NULL GROUP BY ALL"""
    )
    con.execute(
        f"""CREATE TEMP TABLE filing_facts AS
        SELECT filing_no, filing_id, coalesce(standard, '2018') AS layout,
          institution_code AS institution,
          (submitted_at + INTERVAL {hours} HOUR)::DATE AS submitted_on,
          DATE '{term.first_day}' AS semester_first, DATE '{term.last_day}' AS semester_last,
          (SELECT min(effective_on) FROM resolution_facts k WHERE k.filing_no = f.filing_no)
            AS first_effective_on
        FROM {filings} f"""
    )


def create_training(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Creates ``training``: independent colleges and the university that confers their degrees."""
    path = home.reference / "institutions.csv"
    if path.exists():
        source = f"read_csv({quote(str(path))}, all_varchar = true, header = true)"
        con.execute(
            f"""CREATE TEMP TABLE training AS
            SELECT institution_code AS key, any_value(parent_code) AS training_parent
            FROM {source} WHERE kind = 'independent_college' GROUP BY ALL"""
        )
    else:
        con.execute("CREATE TEMP TABLE training (key VARCHAR, training_parent VARCHAR)")


def create_registered(con: duckdb.DuckDBPyConnection, home: Home, province: str) -> None:
    """Creates ``registered_certificates``: numbers in the province's register, or on their way.

    On their way are lines accepted in batches that were examined and not yet registered: after a
    crash two batches can wait at once.
    """
    con.execute("CREATE TEMP TABLE registered_certificates (certificate_number VARCHAR)")
    insert = "INSERT INTO registered_certificates "
    built: set[str] = set()
    warehouse = home.province_warehouse(province)
    if warehouse.exists():
        con.execute(f"ATTACH {quote(str(warehouse))} AS warehouse (READ_ONLY)")
        if _has_table(con, "core", "degree_record"):
            con.execute(insert + "SELECT certificate_number FROM warehouse.core.degree_record")
        if _has_table(con, "bookkeeping", "built_part"):
            parts = con.execute("SELECT part FROM warehouse.bookkeeping.built_part").fetchall()
            built = {str(part) for (part,) in parts}
        con.execute("DETACH warehouse")
    for lines in sorted(home.findings(province, "-").parent.glob("*/b-*/lines.parquet")):
        batch, semester = lines.parent.name, lines.parent.parent.name
        if batch not in built:
            records = home.landing(province, semester) / batch / "records-*.parquet"
            con.execute(
                f"{insert} SELECT XWZSBH FROM read_parquet({quote(str(records))}) r "
                f"WHERE XWZSBH <> '' AND fault IS NULL "
                f"AND row_id NOT IN (SELECT row_id FROM read_parquet({quote(str(lines))}))"
            )


def _has_table(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'warehouse' "
        "AND schema_name = ? AND table_name = ?",
        [schema, table],
    ).fetchone()
    return found is not None
