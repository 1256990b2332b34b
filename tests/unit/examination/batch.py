"""A landed batch made by hand: clean records by category, changed as a test wants them."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.home import Home
from pipelines.standard import FIELDS
from pipelines.standard.rules.example_records import (
    CLEAN,
    COLLEGE,
    INSTITUTION,
    RESOLUTION,
    clean_record,
    resident_number,
)

__all__ = [
    "BATCH",
    "CLEAN",
    "COLLEGE",
    "INSTITUTION",
    "PROVINCE",
    "RESOLUTION",
    "SEMESTER",
    "clean_record",
    "land",
    "resident_number",
]

PROVINCE, SEMESTER, BATCH = "11", "2025-2026-1", "b-0123456789abcdef"


def land(
    home: Home,
    records: list[tuple[str, str, dict[str, str | None]]],
    *,
    door: list[dict[str, Any]] | None = None,
    faults: dict[int, str] | None = None,
    batch: str = BATCH,
    submitted_at: datetime = datetime(2026, 1, 20, 1, 0),
) -> Path:
    """Writes a batch: one filing a layout edition, one file a category; returns its folder.

    ``records`` are (edition, category, values); row ids are their positions. ``faults`` gives rows
    a structural fault.
    """
    folder = home.landing(PROVINCE, SEMESTER) / batch
    folder.mkdir(parents=True)
    editions = sorted({edition for edition, _, _ in records} | {"2018"})
    files = sorted({(editions.index(edition) + 1, category) for edition, category, _ in records})
    numbers = {file: number for number, file in enumerate(files, 1)}
    next_line = dict.fromkeys(numbers, 1)
    rows = []
    for row_id, (edition, category, values) in enumerate(records):
        file = (editions.index(edition) + 1, category)
        next_line[file] += 1
        row: dict[str, Any] = {"row_id": row_id, "filing_no": file[0], "file_no": numbers[file]}
        row |= {"category": category, "line": next_line[file]}
        row |= {"fault": (faults or {}).get(row_id), "raw": None} | values
        rows.append(row)
    types: dict[str, Any] = {"row_id": pl.Int64, "filing_no": pl.Int32, "file_no": pl.Int32}
    types |= {"category": pl.String, "line": pl.Int32, "fault": pl.String, "raw": pl.String}
    types |= dict.fromkeys(FIELDS, pl.String)
    pl.DataFrame(rows, schema=types).write_parquet(folder / "records-0000.parquet")
    _write_filings(folder, editions, submitted_at)
    pl.DataFrame(
        [(numbers[file], file[0], f"records-{file[1]}.csv") for file in files],
        schema={"file_no": pl.Int32, "filing_no": pl.Int32, "path": pl.String},
        orient="row",
    ).write_parquet(folder / "files.parquet")
    finding_types: dict[str, Any] = {"filing_no": pl.Int32, "filing_id": pl.String}
    finding_types |= {"file_no": pl.Int32, "file": pl.String, "row_id": pl.Int64, "line": pl.Int32}
    finding_types |= dict.fromkeys(
        ("rule_code", "severity", "field", "message", "message_en"), pl.String
    )
    pl.DataFrame(door or [], schema=finding_types).write_parquet(folder / "findings.parquet")
    return folder


def _write_filings(folder: Path, editions: list[str], submitted_at: datetime) -> None:
    day = date(2026, 1, 8)
    resolution = {"number": RESOLUTION, "adopted_on": day, "effective_on": day, "headcount": 1}
    pl.DataFrame(
        [
            {
                "filing_no": number,
                "filing_id": f"11-{INSTITUTION}-{SEMESTER}-{number:03d}",
                "standard": edition,
                "province_code": PROVINCE,
                "institution_code": INSTITUTION,
                "semester": SEMESTER,
                "submitted_at": submitted_at,
                "resolutions": [resolution],
                "package_sha256": f"{number:064d}",
            }
            for number, edition in enumerate(editions, 1)
        ],
        schema_overrides={"filing_no": pl.Int32},
    ).write_parquet(folder / "filings.parquet")
