"""The overview of a semester for the office that runs it: what came in and what became of it.

Read from what lies in the data home, so that it is the same after the run and years later.
"""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.home import Home
from pipelines.quality.totals import Totals, quality_totals
from pipelines.register.decisions import handovers_of
from pipelines.standard.codes import code_table
from pipelines.standard.rules import rule
from pipelines.warehouse import connect, quote

TOP_REASONS = 5


@dataclass(frozen=True)
class Reason:
    """A rule with the number of lines (or filings, for door rules) that broke it."""

    rule_code: str
    severity: str
    count: int
    zh: str
    en: str


@dataclass
class ProvinceOverview:
    """A province's semester: filings, lines, findings by severity, records registered."""

    code: str
    name_zh: str
    name_en: str
    received: int = 0
    approved: int = 0
    returned: int = 0
    lines: int = 0
    accepted: int = 0
    held: int = 0
    lines_returned: int = 0
    errors: int = 0
    holds: int = 0
    warnings: int = 0
    registered: int = 0
    handed_over: int = 0
    reasons: list[Reason] = field(default_factory=list)


@dataclass(frozen=True)
class LevelTotal:
    """National degrees of a level by sex; persons apart, since they don't add up."""

    level: str
    name_zh: str
    name_en: str
    male: int
    female: int
    total: int


@dataclass
class Overview:
    """A semester in all provinces, and the nation. ``products`` are paths by what they are."""

    semester: str
    provinces: list[ProvinceOverview]
    national: list[LevelTotal]
    degrees: int | None
    certificates: int | None
    persons: int | None
    quality: list[Totals]
    products: dict[str, Path]


def overview(home: Home, semester: str) -> Overview:
    """The overview of a semester; provinces without a filing are left out."""
    names = {row["code"]: row for row in code_table("province").rows}
    provinces = []
    with connect(spill=home.scratch) as con:
        for code in sorted(names):
            if list(home.decided(code, semester).glob("b-*/filings.parquet")):
                item = ProvinceOverview(code, names[code]["name_zh"], names[code]["name_en"])
                _count_filings(con, home, semester, item)
                _count_findings(con, home, semester, item)
                provinces.append(item)
        totals = _nation(con, home, semester)
    for item in provinces:
        item.handed_over = sum(
            int(handover.manifest["rows"])
            for handover in handovers_of(home, item.code, semester)
            if handover.outcome != "return"
        )
    quality = quality_totals(home, semester)
    return Overview(semester, provinces, *totals, quality, products=_products(home, semester))


def _count_filings(
    con: duckdb.DuckDBPyConnection, home: Home, semester: str, item: ProvinceOverview
) -> None:
    files = quote(str(home.decided(item.code, semester) / "b-*" / "filings.parquet"))
    row = con.execute(
        "SELECT count(*), count(*) FILTER (outcome = 'approve'), "
        "count(*) FILTER (outcome = 'return'), sum(lines), sum(accepted), sum(held), "
        f"sum(returned), sum(errors), sum(holds), sum(warnings) FROM read_parquet({files})"
    ).fetchone()
    names = (
        "received approved returned lines accepted held lines_returned errors holds warnings"
    ).split()
    for name, value in zip(names, row or [0] * len(names), strict=True):
        setattr(item, name, int(value or 0))
    warehouse = home.province_warehouse(item.code)
    if warehouse.exists():
        with connect(warehouse, spill=home.scratch, read_only=True) as register:
            found = register.execute(
                "SELECT count(*) FROM core.degree_record WHERE filing_semester = ?", [semester]
            ).fetchone()
        item.registered = int((found or (0,))[0])


def _count_findings(
    con: duckdb.DuckDBPyConnection, home: Home, semester: str, item: ProvinceOverview
) -> None:
    files = quote(str(home.findings(item.code, semester) / "b-*" / "findings.parquet"))
    rows = con.execute(
        "SELECT rule_code, severity, count(*) AS n, any_value(message), any_value(message_en) "
        f"FROM read_parquet({files}) WHERE severity IN ('error', 'hold') "
        f"GROUP BY ALL ORDER BY n DESC, rule_code LIMIT {TOP_REASONS}"
    ).fetchall()
    item.reasons = [
        Reason(code, severity, n, *_title(code, zh, en)) for code, severity, n, zh, en in rows
    ]


def _title(code: str, zh: str, en: str) -> tuple[str, str]:
    """The rule's title where it is a rule over records, else the door's message."""
    try:
        found = rule(code)
    except KeyError:
        return zh, en
    return found.title_zh, found.title_en


def _nation(
    con: duckdb.DuckDBPyConnection, home: Home, semester: str
) -> tuple[list[LevelTotal], int | None, int | None, int | None]:
    path = home.national_warehouse
    if not path.exists():
        return [], None, None, None
    con.execute(f"ATTACH {quote(str(path))} AS nation (READ_ONLY)")
    try:
        cells = con.execute(
            "SELECT degree_level, sum(degrees) FILTER (sex_code = '1'), "
            "sum(degrees) FILTER (sex_code = '2'), sum(degrees) "
            "FROM nation.marts.degree_count WHERE filing_semester = ? GROUP BY ALL ORDER BY ALL",
            [semester],
        ).fetchall()
        whole = con.execute(
            "SELECT degrees, certificates, persons FROM nation.marts.semester_summary "
            "WHERE filing_semester = ? AND grouping_name = 'all'",
            [semester],
        ).fetchone()
    except duckdb.CatalogException:
        return [], None, None, None
    finally:
        con.execute("DETACH nation")
    names = {row["cert_digit"]: row for row in code_table("degree_level").rows}
    totals = [
        LevelTotal(
            level,
            names[level]["name_zh"],
            names[level]["name_en"],
            int(m or 0),
            int(f or 0),
            int(n),
        )
        for level, m, f, n in cells
    ]
    degrees, certificates, persons = whole or (None, None, None)
    return totals, degrees, certificates, persons


def _products(home: Home, semester: str) -> dict[str, Path]:
    products = {
        "各省登记库 provincial registers": home.province_warehouse("11").parent,
        "移交数据 handovers": home.handovers,
        "全国登记库 national register": home.national_warehouse,
        "学期汇总表 semester summaries": home.reports / semester,
        "质量页面 quality pages": home.quality / "index.html",
        "反馈 feedback": home.outbox,
        "审核决定 decisions": home.decisions,
        "存档 archive": home.archive,
    }
    return {name: path for name, path in products.items() if path.exists()}
