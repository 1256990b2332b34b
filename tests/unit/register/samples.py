"""Landing and decided Parquet made by hand from the standard's fields: no other room is needed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines.home import Home
from pipelines.standard import FIELDS
from pipelines.standard.categories import LEVEL_OF_LETTER

SEMESTER = "2025-2026-1"
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NAMES = ("张伟", "王芳", "李娜", "阿依古丽·买买提")
DEGREE_CATEGORY = {"D1": "208", "M1": "307", "M3": "346", "B1": "408"}


@dataclass(frozen=True)
class Filing:
    """A filing to land: ``left_out`` maps line ordinals (from 0) to held or returned.

    ``changes`` are values by field code that all its records get.
    """

    number: int
    category: str = "B1"
    records: int = 3
    institution: str = "11901"
    outcome: str = "approve"
    first: int = 1
    left_out: tuple[tuple[int, str], ...] = ()
    changes: tuple[tuple[str, str | None], ...] = ()


def record(filing: Filing, ordinal: int) -> dict[str, str | None]:
    """A record's values by field code; fields that its category must leave empty are blank."""
    number = filing.first + ordinal
    level = LEVEL_OF_LETTER[filing.category[0]]
    values: dict[str, str | None] = dict.fromkeys(FIELDS)
    values |= {code: "" for code, f in FIELDS.items() if f.pos_2018 is not None}
    values |= {
        "XM": NAMES[number % 4],
        "XBM": str(1 + number % 2),
        "XB": "男" if number % 2 == 0 else "女",
        "GBM": "156",
        "MZM": "01",
        "CSRQ": "20030131",
        "ZJLXM": "01",
        "ZJHM": f"{filing.institution[:2]}010120030131{number:04d}",
        "XWSYDWM": filing.institution,
        "XWSYDW": "样例大学",
        "PYDWM": filing.institution,
        "XWLBM": DEGREE_CATEGORY[filing.category],
        "XWLB": "样例学位",
        "ZYDM": "080901",
        "ZYMC": "计算机科学与技术",
        "XZ": "4",
        "RXNY": "202109",
        "BYNY": "202601",
        "HXWRQ": "20260115",
        "SFDEXW": "0",
        "XWZSBH": f"{filing.institution}{level}2026{number:06d}",
        "ZP": f"{number}.jpg",
    }
    return values | dict(filing.changes)


def land(home: Home, province: str, batch: str, *filings: Filing, semester: str = SEMESTER) -> None:
    """Writes landing/ and decided/ of a batch."""
    landing = home.landing(province, semester) / batch
    decided = home.decided(province, semester) / batch
    landing.mkdir(parents=True)
    decided.mkdir(parents=True)
    _write_records(landing, filings)
    _filings(province, semester, batch, filings).write_parquet(landing / "filings.parquet")
    _decisions(province, semester, batch, filings).write_parquet(decided / "filings.parquet")
    _left_out(filings).write_parquet(decided / "lines.parquet")


def _write_records(landing: Path, filings: tuple[Filing, ...]) -> None:
    """One file a filing, so that more than one file of a batch is read."""
    row_id = 0
    for index, filing in enumerate(filings):
        rows = []
        for ordinal in range(filing.records):
            rows.append(
                {
                    "row_id": row_id,
                    "filing_no": filing.number,
                    "file_no": filing.number,
                    "category": filing.category,
                    "line": ordinal + 2,
                    "fault": None,
                    "raw": None,
                    **record(filing, ordinal),
                }
            )
            row_id += 1
        texts = dict.fromkeys(("category", "fault", "raw", *FIELDS), pl.String)
        schema = {"row_id": pl.Int64, "filing_no": pl.Int32, "file_no": pl.Int32}
        frame = pl.DataFrame(rows, schema_overrides=schema | {"line": pl.Int32} | texts)
        frame.write_parquet(landing / f"records-{index:04d}.parquet")


def filing_id(province: str, semester: str, batch: str, filing: Filing) -> str:
    return f"{province}-{filing.institution}-{semester}-{batch}-{filing.number:03d}"


def _filings(province: str, semester: str, batch: str, filings: tuple[Filing, ...]) -> pl.DataFrame:
    rows = [
        {
            "filing_no": f.number,
            "filing_id": filing_id(province, semester, batch, f),
            "province_code": province,
            "institution_code": f.institution,
            "semester": semester,
            "batch": batch,
        }
        for f in filings
    ]
    return pl.DataFrame(rows, schema_overrides={"filing_no": pl.Int32})


def _decisions(
    province: str, semester: str, batch: str, filings: tuple[Filing, ...]
) -> pl.DataFrame:
    rows = [
        {
            "filing_no": f.number,
            "filing_id": filing_id(province, semester, batch, f),
            "decision_id": f"decision-{batch}-{f.number}",
            "outcome": f.outcome,
            "accepted": f.records - len(f.left_out) if f.outcome == "approve" else 0,
            "decided_at": datetime(2026, 2, 20, 1, 30),
            "decided_by": "policy:automatic/1",
            "authority": f"province:{province}",
        }
        for f in filings
    ]
    return pl.DataFrame(rows, schema_overrides={"filing_no": pl.Int32})


def _left_out(filings: tuple[Filing, ...]) -> pl.DataFrame:
    rows: list[tuple[int, str]] = []
    first = 0
    for filing in filings:
        rows += [(first + ordinal, outcome) for ordinal, outcome in filing.left_out]
        first += filing.records
    return pl.DataFrame(rows, schema={"row_id": pl.Int64, "outcome": pl.String}, orient="row")
