"""The formal examination (形式审查) of handovers by the national office (Art. 14).

Looks at form only: papers, hashes, columns, amounts, certificate numbers unique in the nation.
Leaves a decision file for each handover; a returned one leaves its reasons in the province's
outbox. Whether records are true is the province's to examine.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import BadInputError
from pipelines.home import Home
from pipelines.register import formal_checks, formal_people
from pipelines.register.decisions import Handover, all_handovers
from pipelines.register.files import sha256_of, write_json, write_whole
from pipelines.register.formal_checks import Reason
from pipelines.warehouse import connect, quote

POLICY = "formal/1"
_KEY_REASONS = {"H09", "H10", "H11"}


@dataclass(frozen=True)
class Examined:
    """A handover that was decided on: ``outcome`` is approve or return."""

    province: str
    semester: str
    sequence: str
    outcome: str
    rows: int
    reasons: tuple[Reason, ...]
    remarks: int
    """Records of people with a degree of the level from another institution within a year."""
    seconds: float


def examine_handovers(home: Home, semester: str, *, now: datetime) -> list[Examined]:
    """Examines each handover of the semester that has no national decision yet.

    In the order of sealing: of two handovers that hold the same certificate number, the one that
    was sealed later is returned.
    """
    waiting = [h for h in all_handovers(home, semester) if h.outcome is None]
    if not waiting:
        return []
    con = connect(spill=home.scratch)
    try:
        _attach_register(home, con)
        formal_checks.prepare(con)
        formal_people.prepare(con)
        return [_examine(home, con, h, now) for h in sorted(waiting, key=_sealing)]
    finally:
        con.close()


def _sealing(handover: Handover) -> tuple[str, str, str]:
    try:
        sealed = str(handover.manifest.get("sealed_at", ""))
    except BadInputError:
        sealed = ""
    return sealed, handover.province, handover.sequence


def _attach_register(home: Home, con: duckdb.DuckDBPyConnection) -> None:
    path = home.national_warehouse
    if path.exists():
        con.execute(f"attach {quote(str(path))} as national (read_only)")


def _examine(
    home: Home, con: duckdb.DuckDBPyConnection, handover: Handover, now: datetime
) -> Examined:
    start = time.monotonic()
    reasons = formal_checks.check_papers(handover)
    if not reasons:
        reasons = formal_checks.check_records(con, handover)
    outcome = "return" if reasons else "approve"
    remarks = 0
    if reasons:
        _leave_reasons(home, con, handover, reasons)
    else:
        remarks = _remark_people(home, con, handover)
        formal_checks.remember(con)
    decision = _decision(handover, outcome, reasons, now) | {"remarks": {"R13": remarks}}
    write_json(handover.decision_file, decision, mode=0o444)
    return Examined(
        handover.province,
        handover.semester,
        handover.sequence,
        outcome,
        decision["subject"]["rows"],
        tuple(reasons),
        remarks,
        time.monotonic() - start,
    )


def _remark_people(home: Home, con: duckdb.DuckDBPyConnection, handover: Handover) -> int:
    """Leaves the province a list of records to look into; their number."""
    source = f"read_parquet({quote(str(handover.records))})"
    registered = formal_checks.has_register(con)
    remarks = formal_people.find_elsewhere(con, source, registered)
    formal_people.remember(con, source)
    if remarks:
        rows = con.execute("select * from elsewhere order by all").fetchall()
        text = _as_csv("certificate_number,filing_id,institution_code", rows)
        write_whole(_notes(home, handover) / "remarks-R13.csv", text.encode("utf-8-sig"))
    return remarks


def _notes(home: Home, handover: Handover) -> Path:
    """Where a province finds what the national office says of its handover."""
    name = f"{handover.semester}-{handover.sequence}"
    return home.outbox / handover.province / "handover" / name


def _decision(
    handover: Handover, outcome: str, reasons: list[Reason], now: datetime
) -> dict[str, Any]:
    """``sha256`` is that of the file as examined, which a returned manifest may not name."""
    try:
        rows = int(handover.manifest.get("rows", 0))
    except (BadInputError, TypeError, ValueError):
        rows = 0
    return {
        "decision_id": handover.decision_file.stem,
        "subject": {
            "kind": "handover",
            "province": handover.province,
            "semester": handover.semester,
            "sequence": int(handover.sequence),
            "rows": rows,
            "sha256": sha256_of(handover.records) if handover.records.is_file() else None,
        },
        "authority": "national",
        "outcome": outcome,
        "reasons": [reason.as_json() for reason in reasons],
        "decided_by": {"policy": POLICY},
        "decided_at": now.astimezone(UTC).isoformat(timespec="seconds"),
    }


def _leave_reasons(
    home: Home, con: duckdb.DuckDBPyConnection, handover: Handover, reasons: list[Reason]
) -> None:
    """Reasons for the province; where numbers collide, the province's own records by key."""
    folder = _notes(home, handover)
    content = {
        "handover": f"{handover.province}/{handover.semester}/{handover.sequence}",
        "outcome": "return",
        "reasons": [reason.as_json() for reason in reasons],
    }
    write_json(folder / "reasons.json", content)
    if any(reason.code in _KEY_REASONS for reason in reasons):
        write_whole(folder / "records.csv", _colliding(con, handover).encode("utf-8-sig"))


def _colliding(con: duckdb.DuckDBPyConnection, handover: Handover) -> str:
    rows = con.execute(
        "select filing_id, institution_code, certificate_number"
        f" from read_parquet({quote(str(handover.records))})"
        " where certificate_number is null"
        " or hash(certificate_number, version_no) in (select key from seen) or"
        " hash(certificate_number, version_no) in"
        " (select key from candidate group by key having count(*) > 1) order by all"
    ).fetchall()
    return _as_csv("filing_id,institution_code,certificate_number", rows)


def _as_csv(header: str, rows: list[tuple[Any, ...]]) -> str:
    lines = [header, *(",".join(str(value or "") for value in row) for row in rows)]
    return "\r\n".join(lines) + "\r\n"
