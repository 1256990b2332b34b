"""Small tables that rules read beside the records: lookups and the filing's facts."""

from pathlib import Path

import duckdb

from pipelines.clock import OFFICE_OFFSET
from pipelines.home import Home
from pipelines.standard.rules.lookups import lookups
from pipelines.standard.semesters import Semester
from pipelines.warehouse import quote, rows_as_sql


def create_lookups(con: duckdb.DuckDBPyConnection) -> None:
    """Creates ``lookup_<name>`` for each lookup of the standard."""
    for name, (columns, rows) in lookups().items():
        con.execute(f"CREATE TEMP TABLE lookup_{name} AS {rows_as_sql(columns, rows)}")


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
