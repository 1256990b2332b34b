"""Findings about lines and cells of record files as rows of the findings table.

Made for many files together, since each frame costs, and by columns: a file may have a finding
for every one of its lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.filing.door_rules import DOOR_RULES
from pipelines.filing.read_file import ReadFile

FINDINGS: dict[str, Any] = {
    "filing_no": pl.Int32,
    "filing_id": pl.String,
    "file_no": pl.Int32,
    "file": pl.String,
    "row_id": pl.Int64,
    "line": pl.Int32,
    "rule_code": pl.String,
    "severity": pl.String,
    "field": pl.String,
    "message": pl.String,
    "message_en": pl.String,
}
_ABOUT = ("filing_no", "filing_id", "file_no", "file")


@dataclass(frozen=True)
class LandedFile:
    """A file whose lines have findings; ``first_row`` is the number of its first record."""

    filing_no: int
    filing_id: str | None
    file_no: int
    file: str
    first_row: int
    read: ReadFile


def has_line_findings(read: ReadFile) -> bool:
    """Whether anything is told about a line or a cell of the file."""
    return bool(read.faults.height or read.cells.height)


def repeat(values: Sequence[Any], times: Sequence[int], kind: Any) -> pl.Series:
    """Each value so many times."""
    places = np.repeat(np.arange(len(values)), times)
    return pl.Series(values, dtype=kind).gather(places)


def line_findings(files: Sequence[LandedFile]) -> pl.DataFrame:
    """One finding (``FINDINGS``) for each faulty line and each cell told of the files."""
    parts = [_told(one.read) for one in files]
    heights = [part.height for part in parts]
    about = {
        name: repeat([getattr(one, name) for one in files], heights, FINDINGS[name])
        for name in _ABOUT
    }
    first = repeat([one.first_row for one in files], heights, pl.Int64)
    told = pl.concat(parts).with_columns(**about, first_row=first)
    rules = {code: DOOR_RULES[code] for code in told["rule_code"].unique()}
    return told.with_columns(
        row_id=pl.col("position") + pl.col("first_row"),
        severity=_texts({code: rule.severity for code, rule in rules.items()}),
        message=_texts({code: rule.zh for code, rule in rules.items()}),
        message_en=_texts({code: rule.en for code, rule in rules.items()}),
    ).select(list(FINDINGS))


def _told(read: ReadFile) -> pl.DataFrame:
    """Position, line, rule, field and numbers of columns of what is told of a file."""
    frame, faults, cells = read.frame, read.faults, read.cells
    fault = pl.Series(dtype=pl.String)
    if faults.height:
        fault = frame["fault"].gather(faults["position"])
    lines = faults.with_columns(fault.alias("rule_code"), field=pl.lit(None, pl.String))
    none = pl.lit(0, pl.Int64)
    both = pl.concat([lines, cells.with_columns(found=none, expected=none)], how="diagonal").sort(
        "position", maintain_order=True
    )
    return both.with_columns(frame["line"].gather(both["position"]))


def _texts(by_code: dict[str, str]) -> pl.Expr:
    """The text of each rule with the numbers of columns filled in."""
    text = pl.col("rule_code").replace_strict(by_code, return_dtype=pl.String)
    for place in ("found", "expected"):
        text = text.str.replace(f"{{{place}}}", pl.col(place).cast(pl.String), literal=True)
    return text
