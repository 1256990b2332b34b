"""A landed batch on its way to Parquet: records in chunks, then filings, files and findings.

Texts are repaired here, a chunk at a time; the archive keeps what was sent. Types and names are
the landing's contract: all fields of the standard as text, NULL where the file has no such column
or the line could not be split.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from pipelines.filing.door_rules import Finding
from pipelines.filing.line_findings import (
    FINDINGS,
    LandedFile,
    has_line_findings,
    line_findings,
    repeat,
)
from pipelines.filing.read_file import ReadFile
from pipelines.filing.receiving import Received
from pipelines.filing.repair import repair
from pipelines.filing.text_rules import TEXT_RULES
from pipelines.standard import FIELDS

CHUNK_ROWS = 250_000

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
REPAIRS: dict[str, Any] = {
    "row_id": pl.Int64,
    "filing_no": pl.Int32,
    "file_no": pl.Int32,
    "line": pl.Int32,
    "field": pl.String,
    "rule_code": pl.String,
    "before": pl.String,
    "after": pl.String,
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
    repairs: list[pl.DataFrame] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    duplicates: int = 0
    refused: int = 0


class Part(NamedTuple):
    """Records of one file that wait to be written."""

    filing_no: int
    filing_id: str | None
    file_no: int
    path: str
    category: str
    frame: pl.DataFrame


class BatchWriter:
    """Takes a share's packages in order and writes their records into ``folder``."""

    def __init__(
        self, folder: Path, received_at: datetime, share: int = 0, first_filing: int = 1
    ) -> None:
        self.folder, self.received_at, self.share = folder, received_at, share
        self.first_filing = first_filing
        self.done = Written()
        self._told: list[LandedFile] = []
        self._waiting: list[Part] = []
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
        path, category = file.declared.path, file.declared.category
        if has_line_findings(read):
            self._told.append(LandedFile(filing_no, filing_id, file_no, path, self._next_row, read))
        for part in read.frame.iter_slices(CHUNK_ROWS):
            self._waiting.append(Part(filing_no, filing_id, file_no, path, category, part))
            self._waiting_rows += part.height
            self.done.rows += part.height
            if self._waiting_rows >= CHUNK_ROWS:
                self._flush()

    def _flush(self) -> None:
        heights = [part.frame.height for part in self._waiting]
        first = self._next_row - sum(heights)
        made = pl.concat([part.frame for part in self._waiting], how="diagonal")
        numbers = {
            "row_id": pl.Series(np.arange(first, self._next_row), dtype=pl.Int64),
            "filing_no": repeat([part.filing_no for part in self._waiting], heights, pl.Int32),
            "file_no": repeat([part.file_no for part in self._waiting], heights, pl.Int32),
            "category": repeat([part.category for part in self._waiting], heights, pl.String),
        }
        made, cells = repair(made)
        made = made.with_columns(**numbers)
        missing = [
            pl.lit(None, kind).alias(name) for name, kind in RECORDS.items() if name not in made
        ]
        made = made.with_columns(missing).select(list(RECORDS))
        if cells.height:
            self._tell_texts(made, cells)
        _write(made, self.folder / f"records-{self.share:04d}-{self._chunks:04d}.parquet")
        self._waiting, self._waiting_rows = [], 0
        self._chunks += 1
        self._settle_lines()

    def _tell_texts(self, made: pl.DataFrame, cells: pl.DataFrame) -> None:
        """What text rules say of the chunk, as findings, and its repairs with before and after."""
        where = ["row_id", "filing_no", "file_no", "line"]
        told = pl.concat([made.select(where)[cells["row"]], cells.drop("row")], how="horizontal")
        files = pl.DataFrame(
            list({(part.file_no, part.filing_id, part.path) for part in self._waiting}),
            schema={"file_no": pl.Int32, "filing_id": pl.String, "file": pl.String},
            orient="row",
        )
        texts = {row[0]: row[1:] for row in TEXT_RULES}
        words = {
            name: pl.col("rule_code").replace_strict(
                {code: row[place] for code, row in texts.items()}, return_dtype=pl.String
            )
            for place, name in enumerate(("severity", "message", "message_en"))
        }
        named = told.join(files, on="file_no", how="left", maintain_order="left")
        self.done.findings.append(named.with_columns(**words).select(list(FINDINGS)))
        self.done.repairs.append(told.select(list(REPAIRS)).drop_nulls("after"))

    def _settle_lines(self) -> None:
        if self._told:
            self.done.findings.append(line_findings(self._told))
            self._told = []

    def finish(self, duplicates: int = 0, refused: int = 0) -> Written:
        """Writes what is left and tells what the share came to."""
        if self._waiting:
            self._flush()
        self._settle_lines()
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
    repairs = [frame for share in shares for frame in share.repairs]
    _write(pl.concat([pl.DataFrame(schema=REPAIRS), *repairs]), folder / "repairs.parquet")


def _write(frame: pl.DataFrame, path: Path) -> None:
    # lz4: half as large again as zstd and a quarter faster, to write and to read twice; the archive
    # beside it is five times larger. No statistics: every row group is read
    frame.write_parquet(path, compression="lz4", statistics=False)


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
