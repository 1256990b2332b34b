"""The enrolment match of Articles 10 and 13: each record beside its enrolment record.

Most records agree in everything; they are found by one join over hashes and are done with. Only
the rest is looked up, by identity number, then by student number, then by name, birth date and
institution, and its differences are told field by field.
"""

import duckdb

from pipelines.errors import BadInputError
from pipelines.examination.registers import LEVEL
from pipelines.home import Home
from pipelines.warehouse import quote

COMPARED = {
    "XM": "full_name",
    "ZJHM": "id_number",
    "XH": "student_number",
    "XBM": "sex_code",
    "CSRQ": "birth_date",
    "ZYDM": "major_code",
    "RXNY": "enrolment_month",
    "BYNY": "graduation_month",
}
"""Fields of the record and what the enrolment register calls them."""

_ALWAYS = ("XM", "ZJHM", "XH", "ZYDM")
"""Fields that every layout has: their hash finds the enrolment record of a faultless record."""

_SEX = "coalesce(nullif(XBM, ''), CASE XB WHEN '男' THEN '1' WHEN '女' THEN '2' END)"


def create_differences(con: duckdb.DuckDBPyConnection, home: Home, province: str) -> bool:
    """Creates ``enrolment_differences`` (row_id, field, kind: differs | absent) of a batch.

    False, and no table, where the home has no enrolment register of the province. The view
    ``landed`` and ``filing_facts`` must exist. Applicants of equivalent qualification (D2, M2) have
    no enrolment.
    """
    path = home.reference / "enrolments" / f"{province}.parquet"
    if not path.exists():
        return False
    try:
        con.execute(f"CREATE TEMP VIEW enrolled AS SELECT * FROM read_parquet({quote(str(path))})")
        con.execute(f"CREATE TEMP VIEW studied AS {_studied()}")
        con.execute(f"CREATE TEMP TABLE unmatched AS {_unmatched()}")
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.BinderException):
        raise BadInputError(
            f"the enrolment register {path.name} in reference/ cannot be read",
            f"Parquet with the text columns {', '.join(COMPARED.values())}, level …",
        ) from None
    con.execute(
        "CREATE TEMP TABLE open_records AS SELECT * FROM studied SEMI JOIN unmatched USING (row_id)"
    )
    con.execute(f"CREATE TEMP TABLE found AS {_found()}")
    con.execute(f"CREATE TEMP TABLE enrolment_differences AS {_differences()}")
    return True


def _studied() -> str:
    plain = [code for code in COMPARED if code != "XBM"]
    fields = ", ".join(f"nullif({code}, '') AS {code}" for code in plain)
    return (
        f"SELECT row_id, f.institution, nullif(PYDWM, '') AS trained_at, {LEVEL} AS level, "
        f"{fields}, {_SEX} AS XBM "
        "FROM landed r JOIN filing_facts f USING (filing_no) "
        "WHERE fault IS NULL AND category NOT IN ('D2', 'M2')"
    )


def _unmatched() -> str:
    """Records without an enrolment record that agrees in everything."""
    others = [code for code in COMPARED if code not in _ALWAYS]
    agree = " AND ".join(
        f"coalesce(s.{code} = e.{COMPARED[code]}, s.{code} IS NULL)" for code in others
    )
    ours = f"hash({', '.join(_ALWAYS)}, level) AS digest, {', '.join(others)}"
    theirs = ", ".join(COMPARED[code] for code in _ALWAYS)
    theirs = f"hash({theirs}, level) AS digest, {', '.join(COMPARED[code] for code in others)}"
    return (
        f"SELECT DISTINCT s.row_id FROM (SELECT row_id, {ours} FROM studied) s "
        f"LEFT JOIN (SELECT {theirs} FROM enrolled) e ON e.digest = s.digest "
        f"WHERE (e.digest IS NOT NULL AND {agree}) IS NOT TRUE"
    )


_HERE = "e.institution_code IN (s.institution, s.trained_at)"
_KEYS = (
    "e.id_number = s.ZJHM AND e.level = s.level",
    f"e.student_number = s.XH AND {_HERE}",
    f"e.full_name = s.XM AND e.birth_date = s.CSRQ AND {_HERE}",
)


def _found() -> str:
    """The enrolment record of each open record: by the first key that finds any, the likest one."""
    score = " + ".join(f"coalesce(s.{a} = e.{b}, false)::INTEGER" for a, b in COMPARED.items())
    columns = ", ".join(f"e.{column}" for column in COMPARED.values())
    parts = [
        f"SELECT s.row_id, {place} AS place, {score} AS score, {columns} "
        f"FROM open_records s JOIN enrolled e ON {key}"
        for place, key in enumerate(_KEYS)
    ]
    return (
        f"SELECT * FROM ({' UNION ALL '.join(parts)}) QUALIFY row_number() OVER "
        "(PARTITION BY row_id ORDER BY place, score DESC, student_number) = 1"
    )


def _differences() -> str:
    """A blank field is not compared: it speaks through its own finding."""
    parts = [
        f"SELECT s.row_id, '{ours}' AS field, 'differs' AS kind FROM open_records s "
        f"JOIN found e USING (row_id) WHERE s.{ours} IS NOT NULL "
        f"AND e.{theirs} IS DISTINCT FROM s.{ours}"
        for ours, theirs in COMPARED.items()
    ]
    absent = (
        "SELECT row_id, CASE WHEN XH IS NULL THEN 'ZJHM' ELSE 'XH' END AS field, 'absent' AS kind "
        "FROM open_records ANTI JOIN found USING (row_id) WHERE coalesce(XH, ZJHM) IS NOT NULL"
    )
    return " UNION ALL ".join([*parts, absent])
