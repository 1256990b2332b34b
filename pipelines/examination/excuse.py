"""What excuses a finding: exceptions first, then tolerances over what they left."""

import duckdb

from pipelines.examination.exceptions import excuse_granted, granted
from pipelines.examination.tolerances import excuse_tolerated, load_tolerances
from pipelines.home import Home


def excuse(con: duckdb.DuckDBPyConnection, home: Home, province: str, semester: str) -> None:
    """Adds ``excused_by`` to the table ``findings``; what is excused becomes a warning.

    Reads ``findings``, ``filing_facts`` and ``landed``. ``excused_by`` is NULL,
    ``exception:<id>`` or ``tolerance:<id>``; findings about a filing are never excused.
    """
    con.execute("ALTER TABLE findings ADD COLUMN IF NOT EXISTS excused_by VARCHAR")
    if exceptions := granted(home, province, semester):
        excuse_granted(con, exceptions)
    if tolerances := load_tolerances(home, province, semester):
        found, landed = home.findings(province, semester), home.landing(province, semester)
        excuse_tolerated(con, found, landed, tolerances)
