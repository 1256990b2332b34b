"""Amounts agree at each level: landing, decisions, register, handover, nation, marts.

Each agreement counts its two sides from different files. A disagreement stops what comes next.
"""

from dataclasses import dataclass

import duckdb

from pipelines.errors import DisagreementError
from pipelines.home import Home
from pipelines.register.build import Batch, count, decided_batches
from pipelines.register.decisions import Handover, approved_handovers, handovers_of
from pipelines.warehouse import connect, quote

_REGISTER = "core.degree_record"
_IN_FORCE = "recorded_to is null and status = 'registered'"


@dataclass(frozen=True)
class Agreement:
    """Two amounts that have to be equal."""

    name: str
    name_zh: str
    expected: int
    found: int

    @property
    def ok(self) -> bool:
        return self.expected == self.found


def agree_province(home: Home, province: str, semester: str) -> list[Agreement]:
    """Landing = accepted + held + returned; accepted = registered = handed over; marts."""
    before = agree_register(home, province, semester)
    handed = sum(h.manifest["rows"] for h in _standing(handovers_of(home, province, semester)))
    return [
        *before,
        Agreement("registered = handed over", "登记 = 移交", before[-1].found, handed),
        *_marts(home, province, semester),
    ]


def agree_register(home: Home, province: str, semester: str) -> list[Agreement]:
    """Landing = accepted + held + returned; accepted = registered: what a handover relies on."""
    batches = [b for b in decided_batches(home, province) if b.semester == semester]
    landed, accepted, left_out = _lines(home, batches)
    path = home.province_warehouse(province)
    registered = count(home, path, _REGISTER, f"filing_semester = {quote(semester)}")
    return [
        Agreement(
            "lines landed = accepted + held + returned",
            "落地行数 = 通过 + 暂缓 + 退回",
            landed,
            accepted + left_out,
        ),
        Agreement("accepted = registered", "通过 = 登记", accepted, registered),
    ]


def accepted_rows(home: Home, province: str, semester: str) -> int:
    """Records of a semester that the decisions accepted: what the register has to hold."""
    return _lines(home, [b for b in decided_batches(home, province) if b.semester == semester])[1]


def agree_nation(home: Home, semester: str) -> list[Agreement]:
    """Approved handovers = national register, by province and in all; marts = register."""
    path = home.national_warehouse
    mine = f"filing_semester = {quote(semester)}"
    rows: dict[str, int] = {}
    for handover in approved_handovers(home, semester):
        known = rows.get(handover.province, 0)
        rows[handover.province] = known + int(handover.manifest["rows"])
    agreements = [
        Agreement(
            f"handed over by {province} = in the national register",
            f"{province} 移交 = 全国库",
            expected,
            count(home, path, _REGISTER, f"{mine} and province_code = {quote(province)}"),
        )
        for province, expected in sorted(rows.items())
    ]
    total = count(home, path, _REGISTER, mine)
    agreements.append(
        Agreement(
            "handed over by all provinces = in the national register",
            "各省移交合计 = 全国库",
            sum(rows.values()),
            total,
        )
    )
    return agreements + _marts(home, None, semester)


def assert_agreed(agreements: list[Agreement]) -> None:
    """Raises DisagreementError that names each pair of amounts that differ."""
    wrong = [a for a in agreements if not a.ok]
    if wrong:
        listed = "; ".join(f"{a.name}: {a.expected} <> {a.found}" for a in wrong)
        raise DisagreementError(
            f"amounts do not agree: {listed}",
            "the same amount on both sides",
            "run the step again; if it stays, compare the batches' amounts one by one",
        )


def _marts(home: Home, province: str | None, semester: str) -> list[Agreement]:
    path = home.province_warehouse(province) if province else home.national_warehouse
    mine = f"filing_semester = {quote(semester)}"
    in_force = count(home, path, _REGISTER, f"{mine} and {_IN_FORCE}")
    summary = count(
        home, path, "marts.semester_summary", f"{mine} and grouping_name = 'all'", "sum(degrees)"
    )
    cells = count(home, path, "marts.degree_count", mine, "sum(degrees)")
    return [
        Agreement("registered = semester summary", "登记 = 汇总表", in_force, summary),
        Agreement("registered = sum of degree counts", "登记 = 学位数合计", in_force, cells),
    ]


def _standing(handovers: list[Handover]) -> list[Handover]:
    """Without those that were returned and whose filings have been handed over again."""
    standing: list[Handover] = []
    later: set[str] = set()
    for handover in reversed(handovers):
        filings = set(handover.manifest["filing_ids"])
        if not (handover.outcome == "return" and filings <= later):
            standing.append(handover)
        later |= filings
    return standing


def _lines(home: Home, batches: list[Batch]) -> tuple[int, int, int]:
    """(lines landed, accepted, held or returned) of decided batches, all counted apart."""
    con = connect(spill=home.scratch)
    try:
        amounts = [_lines_of(con, batch) for batch in batches]
    finally:
        con.close()
    return (sum(a[0] for a in amounts), sum(a[1] for a in amounts), sum(a[2] for a in amounts))


def _lines_of(con: duckdb.DuckDBPyConnection, batch: Batch) -> tuple[int, int, int]:
    """Lines left out are counted in their own file: one too many or one unknown shows."""
    found = con.execute(
        f"""
        with record as (
            select row_id, filing_no
            from read_parquet({quote(str(batch.landing / "records-*.parquet"))})
        ),
        approved as (
            select filing_no from read_parquet({quote(str(batch.decided / "filings.parquet"))})
            where outcome = 'approve'
        ),
        line as (
            select row_id from read_parquet({quote(str(batch.decided / "lines.parquet"))})
        ),
        whole as (select row_id from record where filing_no not in (from approved))
        select
            (select count(*) from record),
            (select count(*) from record where filing_no in (from approved)
                and row_id not in (from line)),
            (select count(*) from whole)
                + (select count(*) from line where row_id not in (from whole))
        """
    ).fetchone()
    return found or (0, 0, 0)
