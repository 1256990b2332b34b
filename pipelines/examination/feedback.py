"""Feedback for the institution: one folder a filing, CSV for people and JSON for their systems.

Line, field, value, rule, what is wrong and what is expected, in Chinese and English. The values are
the institution's own records going back to it; the outbox is as confidential as the inbox.
"""

import json
import shutil
from pathlib import Path

import polars as pl

from pipelines.home import Home, safe_name
from pipelines.standard.fields import FIELDS

SEVERITY_ZH = {"error": "错误（退回）", "hold": "存疑（待核）", "warning": "提示"}
OUTCOME_ZH = {"approve": "通过（部分或全部）", "return": "整体退回"}

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
}


def write_feedback(home: Home, province: str, semester: str, batch: str) -> int:
    """Writes the feedback of every filing of a decided batch; returns how many were written.

    A filing whose feedback stands already is left alone.
    """
    found = home.findings(province, semester) / batch
    filings = pl.read_parquet(home.decided(province, semester) / batch / "filings.parquet")
    table = feedback_table(found)
    told = _by_filing(table)
    sheets = _by_filing(_sheet(table))
    empty = (_sheet(table.clear()).drop("filing_no"), table.clear().drop("filing_no"))
    written = 0
    for row in filings.iter_rows(named=True):
        institution = safe_name(row["institution_code"], "unknown")
        name = safe_name(row["filing_id"], f"{batch}-{row['filing_no']}")
        folder = home.feedback(province, institution, name)
        if not (folder / "feedback.json").exists():
            number = row["filing_no"]
            sheet, part = sheets.get(number, empty[0]), told.get(number, empty[1])
            _write_folder(folder, row, semester, sheet, part)
            written += 1
    return written


def feedback_table(found: Path) -> pl.DataFrame:
    """All findings of an examined batch with the values found, a row a finding."""
    findings = pl.read_parquet(found / "findings.parquet")
    faulty = pl.read_parquet(found / "faulty.parquet")
    value = pl.lit(None, dtype=pl.String)
    joined = findings.join(
        faulty.select("row_id", "raw", *FIELDS), on="row_id", how="left", maintain_order="left"
    )
    for code in sorted(set(findings["field"].drop_nulls()) & set(FIELDS)):
        value = pl.when(pl.col("field") == code).then(pl.col(code)).otherwise(value)
    labels = {code: field.label_zh for code, field in FIELDS.items()}
    raw = pl.when(pl.col("field").is_null()).then(pl.col("raw").str.slice(0, 200)).otherwise(value)
    return joined.select(
        "filing_no",
        "file",
        "line",
        "field",
        pl.col("field").replace_strict(labels, default=None, return_dtype=pl.String).alias("label"),
        raw.alias("value"),
        "rule_code",
        "severity",
        "message",
        "message_en",
    )


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
    safe = table.with_columns(text_only("value"), text_only("file"), severity_zh=severity)
    headed = [pl.col(name).alias(heading) for name, heading in HEADINGS.items()]
    return safe.select("filing_no", *headed)


def _write_folder(
    folder: Path, row: dict[str, object], semester: str, sheet: pl.DataFrame, part: pl.DataFrame
) -> None:
    half = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    sheet.write_csv(half / "feedback.csv", include_bom=True, line_terminator="\r\n")
    summary = {
        "format": "xuewei-feedback/1",
        "filing_id": row["filing_id"],
        "semester": semester,
        "decision_id": row["decision_id"],
        "outcome": row["outcome"],
        "outcome_zh": OUTCOME_ZH[str(row["outcome"])],
        **{name: row[name] for name in ("lines", "accepted", "held", "returned")},
        **{name: row[name] for name in ("errors", "holds", "warnings")},
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    findings = part.write_json() if part.height else "[]"
    body = f'{text[:-2]},\n "findings": {findings}\n}}\n'
    (half / "feedback.json").write_text(body, encoding="utf-8")
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    half.rename(folder)
