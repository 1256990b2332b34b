"""R13 across provinces: people with a second degree of a level elsewhere within a year (Art. 14).

A remark to the province, never a reason to return a handover: whether the records are true is the
province's to examine. Identity numbers are compared by hash first; only what collides is read.
"""

import duckdb

DAYS = 365

_PERSON = "hash(id_number, degree_level) as person, conferral_date, institution_code"


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Makes ``people``: degrees of handovers approved in this run."""
    con.execute(
        "create temp table people as select null::ubigint as person, null::date as conferral_date,"
        " null::varchar as institution_code limit 0"
    )


def remember(con: duckdb.DuckDBPyConnection, source: str) -> None:
    """Adds an approved handover's degrees."""
    con.execute(f"insert into people select {_PERSON} from {source} where id_number is not null")


def find_elsewhere(con: duckdb.DuckDBPyConnection, source: str, registered: bool) -> int:
    """Makes ``elsewhere`` (certificate_number, filing_id, institution_code); how many it holds.

    ``registered`` tells that the national register is attached and has records: of those only the
    years around the handover's conferral dates are read.
    """
    others = "select * from people"
    if registered:
        others += (
            f" union all select {_PERSON} from national.core.degree_record where recorded_to is"
            f" null and id_number is not null and conferral_date >="
            f" (select min(conferral_date) - {DAYS} from {source}) and conferral_date <="
            f" (select max(conferral_date) + {DAYS} from {source})"
        )
    con.execute(
        f"""create or replace temp table elsewhere as
        select distinct h.certificate_number, h.filing_id, h.institution_code
        from (select hash(id_number, degree_level) as person, * from {source}
              where id_number is not null) h
        join ({others}) o on o.person = h.person and o.institution_code <> h.institution_code
          and abs(date_diff('day', o.conferral_date, h.conferral_date)) <= {DAYS}"""
    )
    found = con.execute("select count(*) from elsewhere").fetchone()
    return int(found[0]) if found else 0
