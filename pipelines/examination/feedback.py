"""Feedback for the institution: one folder a filing; XLSX and CSV for people, JSON for systems.

Line, field, value, rule, what is wrong and what is expected, in Chinese and English. The values are
the institution's own records going back to it; the outbox is as confidential as the inbox.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.examination.feedback_sheet import LINES_SHOWN, Tables, workbooks
from pipelines.examination.feedback_tables import (
    faulty_records,
    line_table,
    repair_table,
    rule_table,
    told_findings,
    with_values,
)
from pipelines.examination.feedback_words import OUTCOME_ZH, SEVERITY_ZH
from pipelines.home import Home, safe_name

HEADINGS = {
    "file": "文件 file",
    "line": "行号 line",
    "field": "项目 field",
    "label": "项目名称 label",
    "value": "填报值 value",
    "rule_code": "规则 rule",
    "severity_zh": "级别 severity",
    "message": "问题与要求",
    "message_en": "what is wrong and what is expected",
    "before": "修复前 before",
    "after": "修复后 after",
    "excused_by": "容许或豁免 excused by",
}
_TOLD = (
    *("file", "line", "field", "label", "value", "rule_code", "severity"),
    *("message", "message_en", "before", "after", "excused_by"),
)


def write_feedback(home: Home, province: str, semester: str, batch: str) -> int:
    """Writes the feedback of every filing of a decided batch; returns how many were written.

    A filing whose feedback stands already is left alone.
    """
    found = home.findings(province, semester) / batch
    landed = home.landing(province, semester) / batch
    waiting = [
        (filing, folder)
        for filing in _decided_filings(home, province, semester, batch)
        if not ((folder := _folder(home, province, batch, filing)) / "feedback.json").exists()
    ]
    for chunk in _chunks(waiting):
        filings = [filing for filing, _ in chunk]
        numbers = pl.Series([filing["filing_no"] for filing in filings], dtype=pl.Int32)
        findings = told_findings(found, landed, numbers)
        records = faulty_records(found, landed, findings)
        _write_chunk(chunk, findings, records)
    return len(waiting)


def _decided_filings(home: Home, province: str, semester: str, batch: str) -> list[dict[str, Any]]:
    """A row a decided filing, with what the summary tells of it."""
    decided = pl.read_parquet(home.decided(province, semester) / batch / "filings.parquet")
    path = home.landing(province, semester) / batch / "filings.parquet"
    effective = pl.col("resolutions").list.eval(pl.element().struct.field("effective_on"))
    landed = pl.read_parquet(path, columns=["filing_no", "submitted_at", "resolutions"]).select(
        "filing_no", "submitted_at", effective_on=effective.list.min()
    )
    findings = pl.scan_parquet(home.findings(province, semester) / batch / "findings.parquet")
    repaired = (
        findings.filter(pl.col("severity") == "repaired")
        .group_by("filing_no")
        .agg(repaired=pl.len())
        .collect()
    )
    table = (
        decided.drop("repaired", strict=False)
        .join(landed, on="filing_no", how="left", maintain_order="left")
        .join(repaired, on="filing_no", how="left", maintain_order="left")
        .with_columns(pl.col("repaired").fill_null(0), semester=pl.lit(semester))
    )
    names = _institution_names(home)
    return [
        row | {"institution_name": names.get(row["institution_code"])}
        for row in table.iter_rows(named=True)
    ]


def _institution_names(home: Home) -> dict[str, str]:
    path = home.reference / "institutions.csv"
    if not path.is_file():
        return {}
    table = pl.read_csv(path, infer_schema=False, columns=["institution_code", "name_zh"])
    return dict(table.drop_nulls().iter_rows())


def _folder(home: Home, province: str, batch: str, filing: dict[str, Any]) -> Path:
    institution = safe_name(filing["institution_code"], "unknown")
    name = safe_name(filing["filing_id"], f"{batch}-{filing['filing_no']}")
    return home.feedback(province, institution, name)


Waiting = tuple[dict[str, Any], Path]


def _chunks(waiting: list[Waiting]) -> Iterator[list[Waiting]]:
    """Filings together as long as their findings fit comfortably into memory."""
    chunk: list[Waiting] = []
    size = 0
    for filing, folder in waiting:
        chunk.append((filing, folder))
        size += filing["errors"] + filing["holds"] + filing["warnings"] + filing["repaired"]
        if size >= LINES_SHOWN:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _write_chunk(chunk: list[Waiting], findings: pl.DataFrame, records: pl.DataFrame) -> None:
    table = with_values(findings, records).select("filing_no", *_TOLD)
    told, sheets = _by_filing(table), _by_filing(_sheet(table))
    empty = (_sheet(table.clear()).drop("filing_no"), table.clear().drop("filing_no"))
    tables = Tables(
        rules=rule_table(findings),
        lines=line_table(findings, records),
        repairs=repair_table(findings, records),
        package=findings.filter(pl.col("row_id").is_null()).sort("rank", maintain_order=True),
    )
    books = workbooks(tables, [filing for filing, _ in chunk])
    for (filing, folder), book in zip(chunk, books, strict=True):
        number = filing["filing_no"]
        sheet, part = sheets.get(number, empty[0]), told.get(number, empty[1])
        _write_folder(folder, filing, sheet, part, book)


def text_only(column: str) -> pl.Expr:
    """A value that a spreadsheet would run or round gets an apostrophe before it.

    Formulas, and what looks like a number but is a code: ``01`` would become 1, an identity number
    1.10107E+17, and the reader would believe that it had been filed so. Control characters are
    shown as U+2400.
    """
    shown = pl.col(column).str.replace_all(r"[\x00-\x08\x0B\x0C\x0E-\x1F]", "\u2400")
    risky = shown.str.contains(r"^[=+\-@\t\r]|^0\d|^\d{12,}|^[\d.]+[eE][+-]?\d+$")
    return pl.when(risky).then(pl.concat_str(pl.lit("'"), shown)).otherwise(shown).alias(column)


def _by_filing(table: pl.DataFrame) -> dict[int, pl.DataFrame]:
    parts = table.partition_by("filing_no", as_dict=True, include_key=False)
    return {int(number): part for (number,), part in parts.items()}


def _sheet(table: pl.DataFrame) -> pl.DataFrame:
    """The table as a spreadsheet shows it, for all filings at once."""
    severity = pl.col("severity").replace_strict(
        SEVERITY_ZH, default=pl.col("severity"), return_dtype=pl.String
    )
    risky = ("value", "file", "before", "after", "excused_by")
    safe = table.with_columns(*(text_only(name) for name in risky), severity_zh=severity)
    headed = [pl.col(name).alias(heading) for name, heading in HEADINGS.items()]
    return safe.select("filing_no", *headed)


def _write_folder(
    folder: Path, filing: dict[str, Any], sheet: pl.DataFrame, part: pl.DataFrame, book: bytes
) -> None:
    half = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    (half / "feedback.xlsx").write_bytes(book)
    sheet.write_csv(half / "feedback.csv", include_bom=True, line_terminator="\r\n")
    counts = ("lines", "accepted", "held", "returned", "errors", "holds", "warnings", "repaired")
    summary = {
        "format": "xuewei-feedback/1",
        "filing_id": filing["filing_id"],
        "semester": filing["semester"],
        "decision_id": filing["decision_id"],
        "outcome": filing["outcome"],
        "outcome_zh": OUTCOME_ZH[str(filing["outcome"])],
        **{name: filing[name] for name in counts},
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    findings = part.write_json() if part.height else "[]"
    body = f'{text[:-2]},\n "findings": {findings}\n}}\n'
    (half / "feedback.json").write_text(body, encoding="utf-8")
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)
