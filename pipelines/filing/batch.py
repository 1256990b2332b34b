"""A landed batch on its way to Parquet: records in chunks, then filings, files and findings.

Types and names are the landing's contract: all fields of the standard as text, NULL where the
file has no such column or the line could not be split.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.filing.door_rules import DOOR_RULES, Finding
from pipelines.filing.read_file import UNSPLIT, ReadFile
from pipelines.filing.receiving import Received
from pipelines.standard import FIELDS

CHUNK_ROWS = 250_000
_ABOUT = ("filing_no", "filing_id", "file_no", "file")

_RESOLUTIONS = pl.List(
    pl.Struct(
        {
            "number": pl.String,
            "adopted_on": pl.Date,
            "effective_on": pl.Date,
            "headcount": pl.Int32,
        }
    )
)
_ENTRIES = pl.List(pl.Struct({"path": pl.String, "sha256": pl.String, "size": pl.Int64}))
FILINGS: dict[str, Any] = {
    "filing_no": pl.Int32,
    "filing_id": pl.String,
    "kind": pl.String,
    "standard": pl.String,
    "province_code": pl.String,
    "institution_code": pl.String,
    "semester": pl.String,
    "submitted_at": pl.Datetime("us"),
    "collected_by": pl.String,
    "verified_by": pl.String,
    "submitted_by": pl.String,
    "disclosed_from": pl.Date,
    "disclosed_to": pl.Date,
    "resolutions": _RESOLUTIONS,
    "package_sha256": pl.String,
    "entries": _ENTRIES,
    "rows_declared": pl.Int64,
    "rows_found": pl.Int64,
    "received_at": pl.Datetime("us"),
    "batch": pl.String,
    "manifest": pl.String,
}
FILES: dict[str, Any] = {
    "file_no": pl.Int32,
    "filing_no": pl.Int32,
    "path": pl.String,
    "category": pl.String,
    "layout": pl.String,
    "format": pl.String,
    "encoding": pl.String,
    "encoding_found": pl.String,
    "rows_declared": pl.Int64,
    "rows_found": pl.Int64,
    "sha256": pl.String,
    "columns_present": pl.List(pl.String),
}
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
RECORDS: dict[str, Any] = {
    "row_id": pl.Int64,
    "filing_no": pl.Int32,
    "file_no": pl.Int32,
    "category": pl.String,
    "line": pl.Int32,
    "fault": pl.String,
    "raw": pl.String,
    **dict.fromkeys(FIELDS, pl.String),
}


FILES_A_SHARE = 1_000_000
ROWS_A_SHARE = 1 << 32
"""Numbers of files and rows are unique in a batch: each share counts from its own start."""


@dataclass
class Written:
    """What a share came to: the rows of the small tables; its records are in Parquet already."""

    filings: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    findings: list[pl.DataFrame] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    duplicates: int = 0
    refused: int = 0


class BatchWriter:
    """Takes a share's packages in order and writes their records into ``folder``."""

    def __init__(
        self, folder: Path, received_at: datetime, share: int = 0, first_filing: int = 1
    ) -> None:
        self.folder, self.received_at, self.share = folder, received_at, share
        self.first_filing = first_filing
        self.done = Written()
        self._faults: list[dict[str, Any]] = []
        self._waiting: list[tuple[int, int, str, pl.DataFrame]] = []
        self._waiting_rows = 0
        self._chunks = 0

    @property
    def _next_row(self) -> int:
        return self.share * ROWS_A_SHARE + self.done.rows

    def add(self, received: Received) -> None:
        """Adds a filing with its files, findings and records; flushes full chunks."""
        filing_no = self.first_filing + len(self.done.filings)
        filing_id = received.manifest.filing_id if received.manifest else None
        numbers: dict[str | None, int] = {}
        for file in received.files:
            file_no = self.share * FILES_A_SHARE + len(self.done.files) + 1
            numbers[file.declared.path] = file_no
            self.done.files.append(_file_row(file_no, filing_no, received, file))
            if file.read and file.read.rows:
                self._add_records(filing_no, filing_id, file_no, file)
        self.done.filings.append(_filing_row(filing_no, received, self.received_at))
        if received.findings:
            self.done.findings.append(
                _finding_rows(received.findings, filing_no, filing_id, numbers)
            )
        self.done.hashes.append(received.sha256)
        self.done.bytes += received.size

    def _add_records(self, filing_no: int, filing_id: str | None, file_no: int, file: Any) -> None:
        read: ReadFile = file.read
        if read.faults.height:
            about = {"filing_no": filing_no, "filing_id": filing_id, "file_no": file_no}
            self._faults.append(
                {**about, "file": file.declared.path, "first_row": self._next_row, "read": read}
            )
        for part in read.frame.iter_slices(CHUNK_ROWS):
            self._waiting.append((filing_no, file_no, file.declared.category, part))
            self._waiting_rows += part.height
            self.done.rows += part.height
            if self._waiting_rows >= CHUNK_ROWS:
                self._flush()

    def _flush(self) -> None:
        heights = [part.height for *_, part in self._waiting]
        first = self._next_row - sum(heights)
        made = pl.concat([part for *_, part in self._waiting], how="diagonal")
        numbers = {
            "row_id": pl.Series(np.arange(first, self._next_row), dtype=pl.Int64),
            "filing_no": _repeat([one[0] for one in self._waiting], heights, pl.Int32),
            "file_no": _repeat([one[1] for one in self._waiting], heights, pl.Int32),
            "category": _repeat([one[2] for one in self._waiting], heights, pl.String),
        }
        made = made.with_columns(**numbers)
        missing = [
            pl.lit(None, kind).alias(name) for name, kind in RECORDS.items() if name not in made
        ]
        made = made.with_columns(missing).select(list(RECORDS))
        _write(made, self.folder / f"records-{self.share:04d}-{self._chunks:04d}.parquet")
        self._waiting, self._waiting_rows = [], 0
        self._chunks += 1
        self._settle_faults()

    def _settle_faults(self) -> None:
        if self._faults:
            self.done.findings.append(_fault_rows(self._faults))
            self._faults = []

    def finish(self, duplicates: int = 0, refused: int = 0) -> Written:
        """Writes what is left and tells what the share came to."""
        if self._waiting:
            self._flush()
        self._settle_faults()
        self.done.duplicates, self.done.refused = duplicates, refused
        return self.done


def write_tables(folder: Path, batch: str, shares: Sequence[Written]) -> None:
    """Writes filings, files and findings; a batch without records has an empty chunk."""
    if not any(share.rows for share in shares):
        _write(pl.DataFrame(schema=RECORDS), folder / "records-0000-0000.parquet")
    filings = [{**row, "batch": batch} for share in shares for row in share.filings]
    files = [row for share in shares for row in share.files]
    findings = [frame for share in shares for frame in share.findings]
    _write(pl.DataFrame(filings, schema=FILINGS), folder / "filings.parquet")
    _write(pl.DataFrame(files, schema=FILES), folder / "files.parquet")
    _write(
        pl.concat([pl.DataFrame(schema=FINDINGS), *findings]).sort(
            "filing_no", "file_no", "row_id", nulls_last=False, maintain_order=True
        ),
        folder / "findings.parquet",
    )


def _write(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, compression="zstd", compression_level=1)


def _repeat(values: Sequence[Any], times: Sequence[int], kind: Any) -> pl.Series:
    places = np.repeat(np.arange(len(values)), times)
    return pl.Series(values, dtype=kind).gather(places)


def _filing_row(filing_no: int, received: Received, received_at: datetime) -> dict[str, Any]:
    manifest = received.manifest
    declared = [file.declared.rows for file in received.files]
    row: dict[str, Any] = {
        "filing_no": filing_no,
        "package_sha256": received.sha256,
        "entries": [vars(entry) for entry in received.entries],
        "rows_declared": sum(count or 0 for count in declared),
        "rows_found": received.rows,
        "received_at": received_at,
    }
    if manifest is None:
        return row
    same = ("filing_id", "kind", "standard", "semester", "submitted_at", "collected_by")
    more = ("verified_by", "submitted_by", "disclosed_from", "disclosed_to")
    return {
        **row,
        **{name: getattr(manifest, name) for name in (*same, *more)},
        "province_code": manifest.province,
        "institution_code": manifest.institution,
        "resolutions": [vars(resolution) for resolution in manifest.resolutions],
        "manifest": manifest.text,
    }


def _file_row(file_no: int, filing_no: int, received: Received, file: Any) -> dict[str, Any]:
    declared, read = file.declared, file.read
    return {
        "file_no": file_no,
        "filing_no": filing_no,
        "path": declared.path,
        "category": declared.category,
        "layout": received.manifest.standard if received.manifest else None,
        "format": declared.format,
        "encoding": declared.encoding,
        "encoding_found": read.encoding if read else None,
        "rows_declared": declared.rows,
        "rows_found": read.rows if read else 0,
        "sha256": file.sha256,
        "columns_present": list(read.columns) if read else [],
    }


def _finding_rows(
    findings: Sequence[Finding],
    filing_no: int,
    filing_id: str | None,
    numbers: dict[str | None, int],
) -> pl.DataFrame:
    rows = [
        {
            **vars(finding),
            "filing_no": filing_no,
            "filing_id": filing_id,
            "file_no": numbers.get(finding.file),
        }
        for finding in findings
    ]
    return pl.DataFrame(rows, schema=FINDINGS)


def _fault_rows(waiting: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """One finding a faulty line of the files that wait: made together, since each frame costs."""
    heights = [one["read"].faults.height for one in waiting]

    def repeated(name: str, kind: Any) -> pl.Series:
        return _repeat([one[name] for one in waiting], heights, kind)

    def gathered(name: str) -> pl.Series:
        parts = [one["read"].frame[name].gather(one["read"].faults["position"]) for one in waiting]
        return pl.concat(parts)

    faults = pl.concat([one["read"].faults for one in waiting]).with_columns(
        gathered("line").alias("line"),
        gathered("fault").alias("rule_code"),
        repeated("first_row", pl.Int64).alias("first_row"),
        **{name: repeated(name, FINDINGS[name]) for name in _ABOUT},
    )
    texts = {code: rule for code, rule in DOOR_RULES.items() if code[0] == "L" and code != UNSPLIT}
    return faults.select(
        *_ABOUT,
        "line",
        "rule_code",
        row_id=pl.col("position") + pl.col("first_row"),
        severity=_texts({code: rule.severity for code, rule in texts.items()}),
        message=_texts({code: rule.zh for code, rule in texts.items()}),
        message_en=_texts({code: rule.en for code, rule in texts.items()}),
        field=pl.lit(None, pl.String),
    ).select(list(FINDINGS))


def _texts(by_code: dict[str, str]) -> pl.Expr:
    """The text of each line's rule with the numbers of columns filled in."""
    text = pl.col("rule_code").replace_strict(by_code, return_dtype=pl.String)
    for place in ("found", "expected"):
        text = text.str.replace(f"{{{place}}}", pl.col(place).cast(pl.String), literal=True)
    return text
