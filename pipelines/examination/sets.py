"""Rules over several records, over the registers, and over filings as a whole."""

from collections.abc import Sequence

import duckdb

from pipelines.examination.compile import compiled_checks
from pipelines.examination.enrolment import create_differences
from pipelines.examination.registers import (
    create_authorities,
    create_digests,
    create_earlier,
    create_repeated_people,
)
from pipelines.home import Home
from pipelines.standard.rules import FILING_RULES, SET_RULES, FilingRule, SetRule


def judge_sets(
    con: duckdb.DuckDBPyConnection, home: Home, province: str, semester: str
) -> list[str]:
    """Fills ``in_sets`` (row_id, check_number) and ``bad_filings`` (filing_no, check_number).

    Returns the codes of rules that could not be judged, since a register that they compare with is
    not in the home. The views ``landed`` and ``compared`` and ``filing_facts`` must exist.
    """
    create_earlier(con, home, province, semester)
    create_digests(con)
    create_repeated_people(con)
    there = create_authorities(con, home, province)
    if create_differences(con, home, province):
        there |= {"enrolment_differences"}
    con.execute("CREATE TEMP TABLE in_sets (row_id BIGINT, check_number INTEGER)")
    con.execute("CREATE TEMP TABLE bad_filings (filing_no INTEGER, check_number INTEGER)")
    missing = set()
    for number, rule in enumerate(SET_RULES, len(compiled_checks())):
        if there.issuperset(rule.needs):
            con.execute(
                f"INSERT INTO in_sets SELECT DISTINCT row_id, {number} FROM ({_in_force(rule)})"
            )
        else:
            missing.add(rule.code)
    for number, whole in enumerate(FILING_RULES, len(compiled_checks()) + len(SET_RULES)):
        con.execute(
            "INSERT INTO bad_filings "
            f"SELECT DISTINCT filing_no, {number} FROM ({whole.bad_filings})"
        )
    return sorted(missing)


def _in_force(rule: SetRule) -> str:
    """The rule's bad rows among the degrees that it holds for."""
    days = [f"HXWRQ >= '{rule.since:%Y%m%d}'"] if rule.since else []
    days += [f"HXWRQ <= '{rule.until:%Y%m%d}'"] if rule.until else []
    if not days:
        return rule.bad_rows
    held = f"SELECT row_id FROM compared WHERE length(HXWRQ) = 8 AND {' AND '.join(days)}"
    return f"SELECT row_id FROM ({rule.bad_rows}) SEMI JOIN ({held}) USING (row_id)"


def check_rows() -> Sequence[tuple[int, str, str, str, str, str]]:
    """Number, rule, severity, field and messages of every check, in the order of the numbers."""
    checks = compiled_checks()
    rows = [
        (c.number, c.rule.code, c.severity.value, c.check.field, c.check.zh, c.check.en)
        for c in checks
    ]
    others: list[SetRule | FilingRule] = [*SET_RULES, *FILING_RULES]
    return rows + [
        (number, rule.code, rule.severity.value, rule.field, rule.zh, rule.en)
        for number, rule in enumerate(others, len(checks))
    ]
