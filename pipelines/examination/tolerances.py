"""Tolerances: how many lines of a filing or of a province's semester may break a rule.

``reference/tolerances.csv``, kept by the office. Within a tolerance a rule's findings become
warnings; above it all of them block. A semester's tolerance counts the batches examined before.
"""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

import duckdb

from pipelines.errors import BadInputError
from pipelines.examination.untouchable import PERSONAL, touchable_sql, why_untouchable
from pipelines.home import Home
from pipelines.standard.semesters import Semester
from pipelines.warehouse import quote

FILE = "tolerances.csv"
COLUMNS = (
    "tolerance_id", "rule_code", "province_code", "institution_code", "semester", "scope",
    "share", "lines", "valid_from", "valid_to", "basis",
)  # fmt: skip
SCOPES = ("filing", "semester")


@dataclass(frozen=True)
class Tolerance:
    """A row of ``tolerances.csv``; ``institution_code`` None is any. The larger of ``share`` (of
    the lines in the scope, 0 to 1) and ``lines`` holds."""

    tolerance_id: str
    rule_code: str
    institution_code: str | None
    scope: str
    share: Decimal
    lines: int
    valid_from: date | None
    valid_to: date | None


def load_tolerances(home: Home, province: str, semester: str) -> list[Tolerance]:
    """Those that this province and semester may use; BadInputError for a row that is off."""
    path = home.reference / FILE
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header, rows = set(reader.fieldnames or ()), list(reader)
    except (UnicodeDecodeError, csv.Error):
        raise BadInputError(f"{FILE} cannot be read", "CSV in UTF-8") from None
    if missing := set(COLUMNS) - header:
        raise BadInputError(f"{FILE} lacks the columns {', '.join(sorted(missing))}")
    made = [(row, _tolerance(row, number)) for number, row in enumerate(rows, 2)]
    ids = [one.tolerance_id for _, one in made]
    if len(set(ids)) < len(ids):
        raise BadInputError(f"{FILE} has a tolerance_id twice", "each id once")
    return [
        one
        for row, one in made
        if row["province_code"] in ("", province) and row["semester"] in ("", semester)
    ]


def _tolerance(row: dict[str, str], line: int) -> Tolerance:
    where = f"{FILE}, line {line}"
    if None in row.values() or not re.fullmatch(r"[0-9A-Za-z_-]{1,40}", row["tolerance_id"]):
        raise BadInputError(f"{where}: tolerance_id is off", "1 to 40 letters, digits, - and _")
    rule = row["rule_code"]
    if not re.fullmatch(r"[A-Z][0-9]{2}", rule):
        raise BadInputError(f"{where}: rule_code is off", "a rule such as R16")
    reason = why_untouchable(rule)
    if reason or rule in PERSONAL:
        told = reason or "关系到个人身份，只能逐案例外 / who a person is: by exception only"
        raise BadInputError(f"{where}: {rule} cannot be tolerated", told)
    if row["scope"] not in SCOPES:
        raise BadInputError(f"{where}: scope is off", " or ".join(SCOPES))
    for name, form, expected in _FORMS:
        if row[name] and not form(row[name]):
            raise BadInputError(f"{where}: {name} is off", f"{expected}, or nothing")
    return Tolerance(
        row["tolerance_id"],
        rule,
        row["institution_code"] or None,
        row["scope"],
        _share(row["share"] or "0", where),
        int(row["lines"] or 0),
        *(date.fromisoformat(row[name]) if row[name] else None for name in _DAYS),
    )


def _share(text: str, where: str) -> Decimal:
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(-1)
    if not share.is_finite() or not 0 <= share <= 1 or share != round(share, 6):
        raise BadInputError(f"{where}: share is off", "0 to 1, for example 0.005, or nothing")
    return share


def _is(parse: Callable[[str], object]) -> Callable[[str], bool]:
    """Whether ``parse`` takes a text."""

    def takes(text: str) -> bool:
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return takes


_DAYS = ("valid_from", "valid_to")
_FORMS: tuple[tuple[str, Callable[[str], object], str], ...] = (
    ("province_code", re.compile(r"[0-9]{2}").fullmatch, "two digits"),
    ("institution_code", re.compile(r"[0-9]{5}").fullmatch, "five digits"),
    ("semester", _is(Semester.parse), "a semester such as 2025-2026-1"),
    ("lines", re.compile(r"[0-9]{1,9}").fullmatch, "a whole number"),
    ("valid_from", _is(date.fromisoformat), "a day such as 2026-01-31"),
    ("valid_to", _is(date.fromisoformat), "a day such as 2026-01-31"),
)


def excuse_tolerated(
    con: duckdb.DuckDBPyConnection, found: Path, landed: Path, tolerances: Sequence[Tolerance]
) -> None:
    """Turns tolerated findings of the table ``findings`` into warnings.

    ``found`` and ``landed`` are the semester's folders of examined and of landed batches. Lines
    that an exception excused are counted no more.
    """
    _create(con, tolerances)
    con.execute(
        f"""CREATE TEMP TABLE tolerance_counts AS
        WITH sizes AS (SELECT filing_no, count(*) AS size FROM landed GROUP BY ALL),
        broken AS (
          SELECT filing_no, rule_code, count(DISTINCT row_id) AS lines FROM findings f
          WHERE {touchable_sql("f")} AND rule_code IN (SELECT rule_code FROM tolerances)
          GROUP BY ALL)
        SELECT t.*, k.filing_no, k.institution, coalesce(b.lines, 0) AS broken, s.size
        FROM tolerances t JOIN filing_facts k
          ON (t.institution_code IS NULL OR t.institution_code = k.institution)
          AND (t.valid_from IS NULL OR k.submitted_on >= t.valid_from)
          AND (t.valid_to IS NULL OR k.submitted_on <= t.valid_to)
        JOIN sizes s USING (filing_no)
        LEFT JOIN broken b ON b.filing_no = k.filing_no AND b.rule_code = t.rule_code"""
    )
    _count_earlier(con, found, landed, any(one.scope == "semester" for one in tolerances))
    con.execute(
        f"""UPDATE findings AS f SET severity = 'warning', excused_by = w.excused_by
        FROM (
          SELECT filing_no, rule_code, 'tolerance:' || min(tolerance_id) AS excused_by FROM (
            SELECT filing_no, rule_code, tolerance_id FROM tolerance_counts
            WHERE scope = 'filing' AND broken > 0
              AND broken <= greatest(lines, share * size // 1000000)
            UNION ALL
            SELECT unnest(list(filing_no)), rule_code, tolerance_id FROM (
              SELECT c.*, coalesce(e.broken, 0) AS broken_before, coalesce(e.size, 0) AS size_before
              FROM tolerance_counts c LEFT JOIN lines_before e USING (tolerance_id))
            WHERE scope = 'semester'
            GROUP BY tolerance_id, rule_code, lines, share, broken_before, size_before
            HAVING sum(broken) + broken_before
              <= greatest(lines, share * (sum(size) + size_before) // 1000000)
          ) GROUP BY ALL) w
        WHERE f.filing_no = w.filing_no AND f.rule_code = w.rule_code AND {touchable_sql("f")}"""
    )


def _create(con: duckdb.DuckDBPyConnection, tolerances: Sequence[Tolerance]) -> None:
    types = ("VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "BIGINT", "BIGINT", "DATE", "DATE")
    names = [item.name for item in fields(Tolerance)]
    parts = ", ".join(
        f"unnest(${k}::{kind}[]) AS {name}"
        for k, (name, kind) in enumerate(zip(names, types, strict=True), 1)
    )
    # shares in millionths: whole numbers make the limit exact
    whole = [replace(one, share=Decimal(int(one.share * 1_000_000))) for one in tolerances]
    columns = [list(column) for column in zip(*map(astuple, whole), strict=True)]
    con.execute(f"CREATE TEMP TABLE tolerances AS SELECT {parts}", columns)


def _count_earlier(con: duckdb.DuckDBPyConnection, found: Path, landed: Path, needed: bool) -> None:
    """Creates ``lines_before``: what each semester's tolerance counts in earlier batches."""
    con.execute("CREATE TEMP TABLE lines_before (tolerance_id VARCHAR, broken BIGINT, size BIGINT)")
    batches = sorted(path.name for path in found.glob("b-*")) if needed else []
    for batch in batches:
        findings, verdicts, filings = (
            f"read_parquet({quote(str(path))})"
            for path in (
                found / batch / "findings.parquet",
                found / batch / "verdicts.parquet",
                landed / batch / "filings.parquet",
            )
        )
        con.execute(
            f"""INSERT INTO lines_before
            WITH told AS (
              SELECT filing_no, rule_code, row_id FROM {findings}
              WHERE row_id IS NOT NULL AND (severity IN ('error', 'hold')
                OR coalesce(excused_by, '') LIKE 'tolerance:%')),
            of_filing AS (
              SELECT t.tolerance_id, f.filing_no, v.lines AS size,
                (SELECT count(DISTINCT row_id) FROM told
                 WHERE told.filing_no = f.filing_no AND told.rule_code = t.rule_code) AS broken
              FROM tolerances t JOIN {filings} f
                ON t.institution_code IS NULL OR t.institution_code = f.institution_code
              JOIN {verdicts} v ON v.filing_no = f.filing_no
              WHERE t.scope = 'semester')
            SELECT tolerance_id, sum(broken), sum(size) FROM of_filing GROUP BY ALL"""
        )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE lines_before AS SELECT tolerance_id, sum(broken) AS broken, "
        "sum(size) AS size FROM lines_before GROUP BY ALL"
    )
