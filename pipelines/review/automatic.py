"""The policy ``automatic``: decides what the examination found, and says that it was a policy.

A filing that fails as a whole (signature, hash, headcount ...) is returned whole. Otherwise lines
without an error or a hold are approved, lines with an error returned, held lines wait.
"""

import json
import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.errors import DisagreementError
from pipelines.filing.archive import sync
from pipelines.home import Home, safe_name
from pipelines.review.deadlines import with_review_days
from pipelines.review.lines import line_ranges
from pipelines.standard.deadlines import REVIEW_DAYS

POLICY = "automatic/1"

REASONS = {
    "whole": (
        "该次报送整体不符合要求，全部退回",
        "The filing as a whole does not comply and is returned",
    ),
    "none": ("没有可备案的信息，全部退回", "No line can be registered; all are returned"),
    "all": ("全部信息审核通过", "All lines are approved"),
    "part": (
        "无错误的信息审核通过，有错误的退回，存疑的待核",
        "Lines without findings are approved, lines with an error returned, held lines wait",
    ),
}


@dataclass(frozen=True)
class Decided:
    """What was decided over a batch: filings by outcome, lines by what becomes of them."""

    batch: str
    approved: int
    returned: int
    lines_accepted: int
    lines_held: int
    lines_returned: int
    seconds: float
    fresh: bool


def decide(home: Home, province: str, semester: str, batch: str, *, now: datetime) -> Decided:
    """Writes a decision file for each filing of an examined batch, and what they mean as Parquet.

    A batch already decided is only read: a decision is never made twice. ``now`` is the time of
    the decision, an aware datetime.
    """
    started = time.monotonic()
    target = home.decided(province, semester) / batch
    fresh = not target.exists()
    if fresh:
        found = home.findings(province, semester) / batch
        filings = _outcomes(home, province, semester, batch, now)
        lines = pl.read_parquet(found / "lines.parquet").join(
            filings.filter(pl.col("outcome") == "approve").select("filing_no"), on="filing_no"
        )
        _check_amounts(filings, batch)
        _write_decisions(home, province, semester, batch, filings, lines)
        _write_tables(target, filings, lines)
    return _summary(target, batch, fresh, time.monotonic() - started)


def _outcomes(home: Home, province: str, semester: str, batch: str, now: datetime) -> pl.DataFrame:
    landed = pl.read_parquet(
        home.landing(province, semester) / batch / "filings.parquet",
        columns=["filing_no", "package_sha256", "institution_code", "submitted_at"],
    )
    verdicts = pl.read_parquet(home.findings(province, semester) / batch / "verdicts.parquet")
    none_left = (pl.col("accepted") == 0) & (pl.col("held") == 0)
    whole = pl.col("whole").list.len() > 0
    ids = [
        f"{safe_name(filing_id, f'{batch}-{filing_no}')}-d1"
        for filing_no, filing_id in verdicts.select("filing_no", "filing_id").iter_rows()
    ]
    decided = verdicts.join(landed, on="filing_no", how="left").with_columns(
        pl.Series("decision_id", ids, dtype=pl.String),
        reason=pl.when(whole)
        .then(pl.lit("whole"))
        .when(none_left)
        .then(pl.lit("none"))
        .when(pl.col("accepted") == pl.col("lines"))
        .then(pl.lit("all"))
        .otherwise(pl.lit("part")),
    )
    decided = with_review_days(decided, now)
    returned = pl.col("reason").is_in(["whole", "none"])
    return decided.with_columns(
        outcome=pl.when(returned).then(pl.lit("return")).otherwise(pl.lit("approve")),
        accepted=pl.when(returned).then(0).otherwise(pl.col("accepted")),
        held=pl.when(returned).then(0).otherwise(pl.col("held")),
        returned=pl.when(returned).then(pl.col("lines")).otherwise(pl.col("returned")),
        decided_at=pl.lit(now.astimezone(UTC).replace(tzinfo=None, microsecond=0)),
        decided_by=pl.lit(f"policy:{POLICY}"),
        authority=pl.lit(f"province:{province}"),
    )


def _check_amounts(filings: pl.DataFrame, batch: str) -> None:
    wrong = filings.filter(
        pl.col("accepted") + pl.col("held") + pl.col("returned") != pl.col("lines")
    )
    if wrong.height:
        raise DisagreementError(
            f"{wrong.height} filings of batch {batch} do not add up",
            "accepted + held + returned = lines",
            "this is a defect of the review; nothing was decided",
        )


def _write_decisions(
    home: Home,
    province: str,
    semester: str,
    batch: str,
    filings: pl.DataFrame,
    lines: pl.DataFrame,
) -> None:
    home.decisions.mkdir(parents=True, exist_ok=True)
    exceptions = line_ranges(lines, home.landing(province, semester) / batch / "files.parquet")
    for row in filings.iter_rows(named=True):
        decision = _decision(row, batch, exceptions.get(row["filing_no"], {}))
        path = home.decision(row["decision_id"])
        half = path.with_name(f".{path.name}.part")
        half.write_text(json.dumps(decision, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(half, path)


def _decision(row: dict[str, Any], batch: str, exceptions: dict[str, Any]) -> dict[str, Any]:
    zh, en = REASONS[row["reason"]]
    return {
        "format": "xuewei-decision/1",
        "decision_id": row["decision_id"],
        "subject": {
            "kind": "filing",
            "filing_id": row["filing_id"],
            "batch": batch,
            "package_sha256": row["package_sha256"],
        },
        "authority": row["authority"],
        "outcome": row["outcome"],
        "records": {
            "lines": row["lines"],
            "accepted": row["accepted"],
            "held": exceptions.get("held", {}),
            "returned": "all" if row["outcome"] == "return" else exceptions.get("returned", {}),
        },
        "filing_findings": row["whole"],
        "reason": {"zh": zh, "en": en},
        "decided_by": {"policy": POLICY},
        "decided_at": row["decided_at"].isoformat() + "Z",
        "review": {
            "days": row["review_days"],
            "limit": REVIEW_DAYS,
            "overdue": row["review_overdue"],
        },
        "signature": None,
    }


def _write_tables(target: Path, filings: pl.DataFrame, lines: pl.DataFrame) -> None:
    half = target.parent / f".tmp-{target.name}"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    columns = [
        "filing_no",
        "filing_id",
        "institution_code",
        "decision_id",
        "outcome",
        "decided_at",
        "decided_by",
        "authority",
        "reason",
        "lines",
        "accepted",
        "held",
        "returned",
        "errors",
        "holds",
        "warnings",
        "review_days",
        "review_overdue",
    ]
    filings.select(columns).write_parquet(half / "filings.parquet")
    lines.select("row_id", pl.col("verdict").alias("outcome")).write_parquet(half / "lines.parquet")
    sync()  # the decision files too: a decision that is acted on must not be lost
    half.rename(target)


def _summary(target: Path, batch: str, fresh: bool, seconds: float) -> Decided:
    filings = pl.read_parquet(target / "filings.parquet")
    approved = filings.filter(pl.col("outcome") == "approve").height
    return Decided(
        batch=batch,
        approved=approved,
        returned=filings.height - approved,
        lines_accepted=int(filings["accepted"].sum()),
        lines_held=int(filings["held"].sum()),
        lines_returned=int(filings["returned"].sum()),
        seconds=seconds,
        fresh=fresh,
    )
