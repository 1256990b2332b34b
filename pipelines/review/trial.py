"""An institution's own check of a package: the office's steps in a home that is thrown away."""

import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from pipelines.errors import RefusedError
from pipelines.examination.examine import examine
from pipelines.examination.exceptions import exception_files
from pipelines.examination.feedback import write_feedback
from pipelines.filing.landing import land
from pipelines.filing.sorting import sort_inbox
from pipelines.home import Home
from pipelines.review.automatic import decide


@dataclass(frozen=True)
class Checked:
    """What the office would find. ``reasons`` are (rule, severity, lines, what is wrong)."""

    filing_id: str
    lines: int
    accepted: int
    held: int
    returned: int
    whole: list[str]
    reasons: list[tuple[str, str, int, str]]
    feedback: str | None

    @property
    def clean(self) -> bool:
        return not self.whole and self.accepted == self.lines


def check_package(
    package: Path, home: Home, scratch: Path, out: Path | None, *, now: datetime
) -> Checked:
    """Examines one package in ``scratch`` and copies the feedback to ``out``.

    RefusedError when the door would refuse the package before reading it.
    """
    trial = Home.at(scratch / "home").make()
    _lend_registers(home, trial)
    # a name of our own: the inbox leaves names such as ``x.part`` alone, and ``.`` is none
    target = trial.inbox / "package"
    if package.is_dir():
        shutil.copytree(package, target, symlinks=True)
    else:
        shutil.copy(package, target)
    partitions = list(sort_inbox(trial, now=now, patience=timedelta.min).partitions)
    if not partitions:
        raise RefusedError(
            f"{package.name} would be refused at the door: {_refusal(trial)}",
            "a manifest.json that tells province and semester, in a package that is safe to open",
            "make one with: xuewei filing pack",
        )
    province, semester = partitions[0]
    has_officers = (trial.reference / "officers.csv").exists()
    batch = land(trial, province, semester, now=now, verify_signature=has_officers).batch
    if batch is None:
        raise RefusedError(f"{package.name} could not be read", "a filing package")
    examine(trial, province, semester, batch)
    decide(trial, province, semester, batch, now=now)
    write_feedback(trial, province, semester, batch)
    return _checked(trial, province, semester, batch, out)


def _lend_registers(home: Home, trial: Home) -> None:
    """What the office compares with and has granted; by a link, since registers may be large."""
    if home.reference.is_dir():
        trial.reference.rmdir()
        try:
            trial.reference.symlink_to(home.reference, target_is_directory=True)
        except OSError:
            shutil.copytree(home.reference, trial.reference)
    for path in exception_files(home):
        trial.decisions.mkdir(exist_ok=True)
        shutil.copy(path, trial.decisions)


def _checked(home: Home, province: str, semester: str, batch: str, out: Path | None) -> Checked:
    found = home.findings(province, semester) / batch
    verdict = pl.read_parquet(found / "verdicts.parquet").row(0, named=True)
    findings = pl.read_parquet(found / "findings.parquet")
    about_filing = findings.filter(pl.col("row_id").is_null())
    counted = (
        findings.drop_nulls("row_id")
        .group_by("rule_code", "severity", "message_en")
        .agg(pl.col("row_id").n_unique().alias("lines"))
        .sort("lines", "rule_code", descending=[True, False])
    )
    source = next((home.outbox / province).glob("*/*/feedback.json")).parent
    if out:
        shutil.copytree(source, out, dirs_exist_ok=True)
    return Checked(
        filing_id=str(verdict["filing_id"]),
        lines=verdict["lines"],
        accepted=verdict["accepted"],
        held=verdict["held"],
        returned=verdict["returned"],
        whole=[
            f"{code} ({severity}) {text}"
            for code, severity, text in about_filing.select(
                "rule_code", "severity", "message_en"
            ).iter_rows()
            if severity == "error"
        ],
        reasons=list(counted.select("rule_code", "severity", "lines", "message_en").iter_rows()),
        feedback=str(out) if out else None,
    )


def _refusal(home: Home) -> str:
    reasons = [
        f"{reason['rule_code']} {reason['message_en']}"
        for note in sorted(home.unassigned.glob("*.json"))
        for reason in json.loads(note.read_text(encoding="utf-8"))["reasons"]
    ]
    return "; ".join(reasons) or "it is no package"
