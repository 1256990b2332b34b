"""What the triage page tells of a province's semester: counts only, never a value of a record."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.clock import OFFICE_OFFSET
from pipelines.home import Home
from pipelines.standard.codes import code_table
from pipelines.standard.deadlines import REVIEW_DAYS


@dataclass(frozen=True)
class Triage:
    """Frames of the page; ``day`` is the office's day on which it was made.

    ``totals``: filings, lines, accepted, held, returned, errors, holds, warnings, repaired,
    returned_filings. ``rules``: rule_code, severity, lines, filings, share (of all lines).
    ``institutions``: institution_code, name, filings, lines, accepted, held, returned, share, rule.
    ``trend``: semester, lines, share (of lines with errors), held_share. ``whole``: filing_id,
    institution_code, name, lines, reason, codes. ``excused``: excused_by, rule_code, findings,
    lines, filings. ``late``: filing_id, institution_code, name, submitted_on, decided_on, days.
    """

    province: str
    province_zh: str
    province_en: str
    semester: str
    day: date
    totals: dict[str, int]
    rules: pl.DataFrame
    institutions: pl.DataFrame
    trend: pl.DataFrame
    whole: pl.DataFrame
    excused: pl.DataFrame
    late: pl.DataFrame


def read_triage(home: Home, province: str, semester: str, now: datetime) -> Triage | None:
    """The page's figures; None where nothing of the semester was examined."""
    examined = sorted(home.findings(province, semester).glob("b-*"))
    if not examined:
        return None
    filings = _filings(home, province, semester, examined)
    findings = _findings(examined)
    place = {row["code"]: row for row in code_table("province").rows}.get(province, {})
    day = (now.replace(tzinfo=None) - (now.utcoffset() or timedelta()) + OFFICE_OFFSET).date()
    lines = int(filings["lines"].sum())
    return Triage(
        province=province,
        province_zh=place.get("name_zh", province),
        province_en=place.get("name_en", province),
        semester=semester,
        day=day,
        totals=_totals(filings, findings),
        rules=_rules(findings, lines),
        institutions=_institutions(filings, findings),
        trend=_trend(home, province, semester),
        whole=_whole(filings),
        excused=_excused(findings),
        late=_late(filings, day),
    )


def _filings(home: Home, province: str, semester: str, examined: list[Path]) -> pl.DataFrame:
    """A row a filing: what was decided, or what the examination found where nothing is yet."""
    parts = [_batch(home, province, semester, folder) for folder in examined]
    names = _institution_names(home)
    return pl.concat(parts, how="vertical_relaxed").with_columns(
        name=pl.col("institution_code").replace_strict(names, default="", return_dtype=pl.String)
    )


_COUNTS = ("lines", "accepted", "held", "returned", "errors", "holds", "warnings")


def _batch(home: Home, province: str, semester: str, folder: Path) -> pl.DataFrame:
    landed = home.landing(province, semester) / folder.name / "filings.parquet"
    facts = pl.read_parquet(landed, columns=["filing_no", "institution_code", "submitted_at"])
    verdicts = pl.read_parquet(folder / "verdicts.parquet")
    table = verdicts.select("filing_no", "filing_id", "whole", *_COUNTS).join(
        facts, on="filing_no", how="left", maintain_order="left"
    )
    decided = home.decided(province, semester) / folder.name / "filings.parquet"
    acts: dict[str, Any] = {
        "outcome": pl.String,
        "reason": pl.String,
        "decided_at": pl.Datetime("us"),
    }
    if not decided.exists():
        nothing = [pl.lit(None, kind).alias(name) for name, kind in acts.items()]
        return table.with_columns(*nothing, batch=pl.lit(folder.name))
    final = ("accepted", "held", "returned")
    done = pl.read_parquet(decided, columns=["filing_no", *acts, *final])
    return (
        table.drop(final)
        .join(done, on="filing_no", how="left", maintain_order="left")
        .select(*table.columns, *acts, batch=pl.lit(folder.name))
    )


def _institution_names(home: Home) -> dict[str, str]:
    path = home.reference / "institutions.csv"
    if not path.is_file():
        return {}
    table = pl.read_csv(path, infer_schema=False, columns=["institution_code", "name_zh"])
    return dict(table.drop_nulls().iter_rows())


def _findings(examined: list[Path]) -> pl.DataFrame:
    """A row a batch, filing, line, rule and severity: no field, no message, no value."""
    wanted = ["filing_no", "row_id", "rule_code", "severity", "excused_by"]
    parts = []
    for folder in examined:
        part = pl.scan_parquet(folder / "findings.parquet")
        if "excused_by" not in part.collect_schema().names():
            part = part.with_columns(excused_by=pl.lit(None, pl.String))
        parts.append(part.select(wanted).with_columns(batch=pl.lit(folder.name)))
    return pl.concat(parts).unique().collect()


def _totals(filings: pl.DataFrame, findings: pl.DataFrame) -> dict[str, int]:
    totals = {name: int(filings[name].sum()) for name in _COUNTS}
    repaired = findings.filter(pl.col("severity") == "repaired")
    totals["repaired"] = repaired.select(_lines()).item()
    totals["filings"] = filings.height
    totals["returned_filings"] = filings.filter(pl.col("outcome") == "return").height
    return totals


def _lines() -> pl.Expr:
    """Lines among findings: row ids are numbered in each batch anew."""
    line = pl.struct("batch", "row_id").filter(pl.col("row_id").is_not_null())
    return line.n_unique().alias("lines")


def _rules(findings: pl.DataFrame, lines: int) -> pl.DataFrame:
    return (
        findings.group_by("rule_code", "severity")
        .agg(_lines(), pl.struct("batch", "filing_no").n_unique().alias("filings"))
        .with_columns(share=pl.col("lines") / max(lines, 1))
        .sort("lines", "filings", "rule_code", descending=[True, True, False])
    )


def _institutions(filings: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """Institutions with returned or held lines, most first, and the rule that stops most."""
    known = filings.select("batch", "filing_no", "institution_code", filed="lines")
    blocking = findings.filter(pl.col("severity").is_in(["error", "hold"])).join(
        known, on=["batch", "filing_no"]
    )
    # an error about the package returns all its lines
    stopped = pl.when(pl.col("row_id").is_null()).then("filed").otherwise(1)
    most = (
        blocking.group_by("institution_code", "rule_code")
        .agg(lines=stopped.sum())
        .sort("lines", "rule_code", descending=[True, False])
        .group_by("institution_code", maintain_order=True)
        .agg(rule=pl.col("rule_code").first())
    )
    counts = ("lines", "accepted", "held", "returned")
    return (
        filings.group_by("institution_code", "name")
        .agg(pl.col(counts).sum(), filings=pl.len())
        .with_columns(stopped=pl.col("held") + pl.col("returned"))
        .filter(pl.col("stopped") > 0)
        .with_columns(share=pl.col("stopped") / pl.col("lines"))
        .join(most, on="institution_code", how="left", nulls_equal=True)
        .sort("stopped", "institution_code", descending=[True, False])
    )


def _trend(home: Home, province: str, semester: str) -> pl.DataFrame:
    """Share of lines with errors and of held lines, by semester up to this one."""
    root = home.findings(province, semester).parent
    rows: list[dict[str, Any]] = []
    for folder in sorted(root.glob("????-????-?")):
        paths = sorted(folder.glob("b-*/verdicts.parquet"))
        if folder.name > semester or not paths:
            continue
        columns = ["lines", "held", "returned"]
        sums = pl.concat([pl.read_parquet(path, columns=columns) for path in paths]).sum()
        lines, held, returned = (int(sums[name].item() or 0) for name in columns)
        if lines:
            rows.append(
                {
                    "semester": folder.name,
                    "lines": lines,
                    "share": returned / lines,
                    "held_share": held / lines,
                }
            )
    types = {"semester": pl.String, "lines": pl.Int64, "share": pl.Float64}
    return pl.DataFrame(rows, schema=types | {"held_share": pl.Float64})


def _whole(filings: pl.DataFrame) -> pl.DataFrame:
    return (
        filings.filter(pl.col("outcome") == "return")
        .select(
            *("filing_id", "institution_code", "name", "lines", "reason"),
            codes=pl.col("whole").list.join(" "),
        )
        .sort("institution_code", "filing_id")
    )


def _excused(findings: pl.DataFrame) -> pl.DataFrame:
    return (
        findings.filter(pl.col("excused_by").is_not_null())
        .group_by("excused_by", "rule_code")
        .agg(_lines(), pl.struct("batch", "filing_no").n_unique().alias("filings"))
        .sort("lines", "excused_by", "rule_code", descending=[True, False, False])
    )


def _late(filings: pl.DataFrame, day: date) -> pl.DataFrame:
    """Filings decided, or still waiting, more than REVIEW_DAYS days after they were submitted."""
    submitted = (pl.col("submitted_at") + OFFICE_OFFSET).dt.date()
    decided = (pl.col("decided_at") + OFFICE_OFFSET).dt.date()
    until = decided.fill_null(pl.lit(day))
    return (
        filings.with_columns(
            submitted_on=submitted,
            decided_on=decided,
            days=(until - submitted).dt.total_days(),
        )
        .filter(pl.col("days") > REVIEW_DAYS)
        .select("filing_id", "institution_code", "name", "submitted_on", "decided_on", "days")
        .sort("days", "filing_id", descending=[True, False])
    )
