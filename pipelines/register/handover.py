"""Hands over to the nation what a province has registered for a semester (Art. 14).

A handover is a sealed folder: the records as Parquet in the register's columns, and a manifest
with amounts and the records file's hash. It is written under a temporary name and renamed.
"""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.home import Home
from pipelines.register import bookkeeping
from pipelines.register.agreement import agree_register, assert_agreed
from pipelines.register.columns import DEGREE_RECORD
from pipelines.register.decisions import MANIFEST, RECORDS, Handover, handovers_of
from pipelines.register.files import PRIVATE, seal, sha256_of, sync_folder, write_json
from pipelines.warehouse import connect, quote

FORMAT = "xuewei-handover/1"
_ORDER = "institution_code, certificate_number, version_no"
# Small dictionaries only: trying large ones for certificate and identity numbers costs a tenth.
_PARQUET = "format parquet, compression zstd, compression_level 1, dictionary_size_limit 2000"


@dataclass(frozen=True)
class HandedOver:
    """A new sealed handover. ``seconds`` is wall time."""

    folder: Path
    sequence: int
    rows: int
    filings: int
    sha256: str
    seconds: float


Inspect = Callable[[Handover], None]
"""Looks at a handover that is complete but for its name; raises when it may not be sealed."""


def hand_over(
    home: Home,
    province: str,
    semester: str,
    *,
    now: datetime,
    again: bool = False,
    inspect: Inspect | None = None,
) -> HandedOver | None:
    """Seals what the province has registered for the semester and has in no earlier handover.

    None when there is nothing new. With ``again``, filings of returned handovers count as new: for
    a province that has put right what was found fault with. DisagreementError, and nothing sealed,
    when the register holds another amount than was accepted; nothing is sealed either when
    ``inspect`` raises.
    """
    start = time.monotonic()
    folder = home.handover(province, semester)
    path = home.province_warehouse(province)
    done = {part for found, part in bookkeeping.built(home, path) if found == semester}
    if not done:
        return None
    assert_agreed(agree_register(home, province, semester))
    con = connect(path, spill=home.scratch, read_only=True)
    try:
        earlier = _handed_filings(home, province, semester, again=again)
        if not _choose_filings(con, semester, done, earlier):
            return None
        sequence = 1 + max(
            (int(h.sequence) for h in handovers_of(home, province, semester)), default=0
        )
        part = _empty_part(folder, sequence)
        _write_records(con, part / RECORDS)
        manifest = _manifest(con, part / RECORDS)
    finally:
        con.close()
    manifest |= {
        "format": FORMAT,
        "province": province,
        "semester": semester,
        "sequence": sequence,
        "sealed_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "ledger_head": None,
    }
    write_json(part / MANIFEST, manifest, mode=0o444)
    sealed = folder / f"{sequence:04d}"
    if inspect:
        _inspect(inspect, home, province, semester, part, sealed.name)
    part.rename(sealed)
    sync_folder(folder)
    seconds = time.monotonic() - start
    return HandedOver(
        sealed, sequence, manifest["rows"], manifest["filings"], manifest["sha256"], seconds
    )


def _inspect(
    inspect: Inspect, home: Home, province: str, semester: str, part: Path, sequence: str
) -> None:
    """Shows the handover where it was written; whatever is raised takes it away again."""
    decision = home.decision(f"national-{province}-{semester}-{sequence}")
    try:
        inspect(Handover(province, semester, sequence, part, decision))
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _handed_filings(home: Home, province: str, semester: str, *, again: bool) -> list[str]:
    filings: list[str] = []
    for handover in handovers_of(home, province, semester):
        if not (again and handover.outcome == "return"):
            filings += handover.manifest["filing_ids"]
    return filings


def _choose_filings(
    con: duckdb.DuckDBPyConnection, semester: str, batches: set[str], earlier: list[str]
) -> int:
    """Makes the temporary table ``chosen`` of filings to hand over; how many they are."""
    con.execute(
        "create temp table chosen as select distinct filing_id from core.degree_record"
        " where filing_semester = $semester and list_contains($batches, batch)"
        " and filing_id not in (select unnest($earlier::varchar[]))",
        {"semester": semester, "batches": sorted(batches), "earlier": earlier},
    )
    found = con.execute("select count(*) from chosen").fetchone()
    return int(found[0]) if found else 0


def _empty_part(folder: Path, sequence: int) -> Path:
    """A folder to write in; what runs that were cut off left behind goes."""
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    for left in folder.glob(".tmp-*"):
        shutil.rmtree(left, ignore_errors=True)
    part = folder / f".tmp-{sequence:04d}-{os.getpid()}"
    part.mkdir(mode=PRIVATE)
    return part


def _write_records(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    names = ", ".join(column.name for column in DEGREE_RECORD)
    con.execute(
        f"copy (select {names} from core.degree_record"
        f" where filing_id in (select filing_id from chosen) order by {_ORDER})"
        f" to {quote(str(path))} ({_PARQUET})"
    )
    seal(path)


def _manifest(con: duckdb.DuckDBPyConnection, path: Path) -> dict[str, Any]:
    """Amounts of the written file, not of the register: what was sealed is what is counted."""
    counted = con.execute(
        "select record_category_code, filing_id, batch, count(*)"
        f" from read_parquet({quote(str(path))}) group by all"
    ).fetchall()
    by_category: dict[str, int] = {}
    for category, _, _, rows in counted:
        by_category[category] = by_category.get(category, 0) + rows
    filings = sorted({row[1] for row in counted})
    return {
        "rows": sum(by_category.values()),
        "filings": len(filings),
        "filing_ids": filings,
        "batches": sorted({row[2] for row in counted}),
        "by_category": by_category,
        "columns": [[column.name, column.type] for column in DEGREE_RECORD],
        "sha256": sha256_of(path),
    }
