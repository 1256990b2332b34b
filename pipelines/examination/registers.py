"""The offices' registers as small tables beside a batch: what earlier records and authorities say.

Each table is made where its source is there; a rule that needs a table which is missing is not
judged. Of the province's register only the rows that may concern the batch are taken.
"""

from pathlib import Path

import duckdb

from pipelines.errors import BadInputError
from pipelines.home import Home
from pipelines.standard.fields import FIELDS
from pipelines.standard.rules.repeated import DIGESTS
from pipelines.standard.semesters import Semester
from pipelines.warehouse import quote

_OPEN_ENDED = "coalesce(strptime(nullif({0}, ''), '%Y-%m-%d')::DATE, {1})"

REGISTERED = {
    "XWZSBH": "certificate_number",
    "institution": "institution_code",
    "ZJHM": "id_number",
    "level": "degree_level",
    "XWLBM": FIELDS["XWLBM"].name,
    "HXWRQ": "strftime(conferral_date, '%Y%m%d')",
}
"""Columns of ``registered`` and what they are in the register."""


def create_authorities(con: duckdb.DuckDBPyConnection, home: Home, province: str) -> frozenset[str]:
    """Creates what the registers in ``reference/`` allow; the names of the tables that are there.

    ``authorised`` (institution, level, discipline), ``terms_of_office`` (institution, role, name),
    ``certificate_templates`` (institution, level, category), all with valid_from and valid_to;
    ``institutions_known``; ``national_exams`` (application_number, id_number, exam, passed_on).
    """
    made = set()
    sources = {
        "authorised": (
            home.reference / "authorisations.csv",
            "institution_code AS institution, level, discipline_code AS discipline",
        ),
        "certificate_templates": (
            home.reference / "certificate_templates.csv",
            "institution_code AS institution, level, nullif(category, '') AS category",
        ),
        "institutions_known": (
            home.reference / "institutions.csv",
            "institution_code AS institution",
        ),
    }
    for table, (path, columns) in sources.items():
        if path.exists():
            _create(con, table, _valid(path, columns), path)
            made.add(table)
    _create_terms(con, home.reference / "officers.csv")
    exams = home.reference / "exam_results" / f"{province}.parquet"
    if exams.exists():
        columns = "application_number, id_number, exam, passed_on"
        source = f"SELECT {columns} FROM read_parquet({quote(str(exams))})"
        _create(con, "national_exams", source, exams)
        made.add("national_exams")
    return frozenset(made)


def _create(con: duckdb.DuckDBPyConnection, table: str, source: str, path: Path) -> None:
    """A register that cannot be read stops the examination: silence would let records through."""
    try:
        con.execute(f"CREATE TEMP TABLE {table} AS {source}")
    except duckdb.Error:
        raise BadInputError(
            f"the register {path.name} in reference/ cannot be read",
            "its columns as the operator's guide lists them, dates such as 2026-01-31 or nothing",
        ) from None


def _valid(path: Path, columns: str) -> str:
    first = _OPEN_ENDED.format("valid_from", "DATE '1900-01-01'")
    last = _OPEN_ENDED.format("valid_to", "DATE '9999-12-31'")
    return (
        f"SELECT {columns}, {first} AS valid_from, {last} AS valid_to "
        f"FROM read_csv({quote(str(path))}, all_varchar = true, header = true)"
    )


def _create_terms(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    columns = "organisation AS institution, role, full_name AS name"
    if path.exists():
        source = f"SELECT * FROM ({_valid(path, columns)}) WHERE role IN ('president', 'chair')"
    else:
        source = (
            "SELECT NULL::VARCHAR AS institution, NULL::VARCHAR AS role, NULL::VARCHAR AS name, "
            "NULL::DATE AS valid_from, NULL::DATE AS valid_to WHERE false"
        )
    _create(con, "terms_of_office", source, path)


def create_earlier(
    con: duckdb.DuckDBPyConnection, home: Home, province: str, semester: str
) -> None:
    """Creates ``registered`` and ``earlier_volumes``; the view ``compared`` must exist.

    ``registered`` (columns of ``REGISTERED``): records of the province's register, or on their way
    to it, that share a certificate number or an identity number with the batch. On their way are
    lines accepted in batches that were examined and not yet registered: after a crash two batches
    can wait at once. ``earlier_volumes``: an institution's lines registered for this semester, and
    its lines and share of men of the last comparable one.
    """
    columns = ", ".join(f"{name} VARCHAR" for name in REGISTERED)
    con.execute(f"CREATE TEMP TABLE registered ({columns})")
    con.execute(
        "CREATE TEMP TABLE earlier_volumes (institution VARCHAR, lines_so_far BIGINT, "
        "lines_before BIGINT, men_before DOUBLE)"
    )
    built: set[str] = set()
    warehouse = home.province_warehouse(province)
    if warehouse.exists():
        con.execute(f"ATTACH {quote(str(warehouse))} AS warehouse (READ_ONLY)")
        if _has_table(con, "core", "degree_record"):
            _take_registered(con)
            _measure_volumes(con, semester)
        if _has_table(con, "bookkeeping", "built_part"):
            parts = con.execute("SELECT part FROM warehouse.bookkeeping.built_part").fetchall()
            built = {str(part) for (part,) in parts}
        con.execute("DETACH warehouse")
    for lines in sorted(home.findings(province, "-").parent.glob("*/b-*/lines.parquet")):
        batch, term = lines.parent.name, lines.parent.parent.name
        if batch not in built:
            _take_waiting(con, home.landing(province, term) / batch, lines)


_CONCERNED = (
    "(XWZSBH IN (SELECT XWZSBH FROM compared WHERE XWZSBH IS NOT NULL) "
    "OR ZJHM IN (SELECT ZJHM FROM compared WHERE ZJHM IS NOT NULL))"
)


def _take_registered(con: duckdb.DuckDBPyConnection) -> None:
    columns = ", ".join(f"{source} AS {name}" for name, source in REGISTERED.items())
    con.execute(
        f"INSERT INTO registered SELECT * FROM (SELECT {columns} "
        "FROM warehouse.core.degree_record WHERE recorded_to IS NULL) "
        f"WHERE {_CONCERNED}"
    )


def _take_waiting(con: duckdb.DuckDBPyConnection, landing: Path, lines: Path) -> None:
    records = quote(str(landing / "records-*.parquet"))
    filings = quote(str(landing / "filings.parquet"))
    con.execute(
        f"""INSERT INTO registered SELECT * FROM (
        SELECT nullif(XWZSBH, '') AS XWZSBH, f.institution_code AS institution,
          nullif(ZJHM, '') AS ZJHM, {LEVEL} AS level, nullif(XWLBM, '') AS XWLBM,
          nullif(HXWRQ, '') AS HXWRQ
        FROM read_parquet({records}) r JOIN read_parquet({filings}) f USING (filing_no)
        WHERE fault IS NULL
          AND row_id NOT IN (SELECT row_id FROM read_parquet({quote(str(lines))})))
        WHERE {_CONCERNED}"""
    )


LEVEL = "CASE left(category, 1) WHEN 'D' THEN '2' WHEN 'M' THEN '3' ELSE '4' END"


def _measure_volumes(con: duckdb.DuckDBPyConnection, semester: str) -> None:
    now = Semester.parse(semester)
    con.execute(
        """INSERT INTO earlier_volumes
        SELECT institution_code, count(*) FILTER (filing_semester = $1),
          count(*) FILTER (filing_semester = $2),
          avg((sex_code = '1')::INTEGER) FILTER (filing_semester = $2)
        FROM warehouse.core.degree_record
        WHERE filing_semester IN ($1, $2) AND recorded_to IS NULL GROUP BY ALL""",
        [str(now), str(now.comparable)],
    )


def create_digests(con: duckdb.DuckDBPyConnection) -> None:
    """Creates ``digests``: row_id and a hash of each group of columns that may stand twice."""
    hashes = ", ".join(
        f"CASE WHEN {columns[0]} IS NOT NULL THEN hash({', '.join(columns)}) END AS {name}"
        for name, columns in DIGESTS.items()
    )
    con.execute(f"CREATE TEMP TABLE digests AS SELECT row_id, {hashes} FROM compared")


def create_repeated_people(con: duckdb.DuckDBPyConnection) -> None:
    """Creates ``repeated_people``: records of people who have several of a level, here or there.

    ``row_id`` is NULL for a registered record. Made once for three rules: hashes are counted first,
    since a person with two degrees of a level is rare.
    """
    person = f"hash({', '.join(DIGESTS['person'])})"
    con.execute(
        f"""CREATE TEMP TABLE repeated_people AS
        WITH registered_people AS (
          SELECT *, {person} AS person FROM registered WHERE ZJHM IS NOT NULL),
        several AS (
          SELECT person FROM (SELECT person FROM digests WHERE person IS NOT NULL
            UNION ALL SELECT person FROM registered_people) GROUP BY ALL HAVING count(*) > 1)
        SELECT row_id, institution, ZJHM, level, XWLBM, HXWRQ, XWZSBH FROM compared
        SEMI JOIN (SELECT row_id FROM digests SEMI JOIN several USING (person)) USING (row_id)
        UNION ALL
        SELECT NULL, institution, ZJHM, level, XWLBM, HXWRQ, XWZSBH FROM registered_people
        SEMI JOIN several USING (person)"""
    )


def _has_table(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    found = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'warehouse' "
        "AND schema_name = ? AND table_name = ?",
        [schema, table],
    ).fetchone()
    return found is not None
