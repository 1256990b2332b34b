"""Notes on packages that were refused at the door: JSON for machines, CSV for a clerk's Excel."""

import csv
import io
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pipelines.filing.door_rules import DOOR_RULES, Finding


def write_refusal(
    folder: Path, package_sha256: str, findings: Sequence[Finding], now: datetime
) -> None:
    """Writes ``refusal-<package sha256>.json`` and ``.csv``; again gives the same files.

    The package is named by its hash, never by its file name, which may be a person's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reasons = [
        {
            "rule_code": finding.rule_code,
            "severity": finding.severity,
            "file": finding.file,
            "message": finding.message,
            "message_en": finding.message_en,
            "basis": DOOR_RULES[finding.rule_code].basis,
        }
        for finding in findings
    ]
    note = {
        "format": "xuewei-refusal/1",
        "package_sha256": package_sha256,
        "refused_at": now.isoformat(),
        "reasons": reasons,
        "what_to_do": "请按所列原因改正后重新报送。",
        "what_to_do_en": "Correct what the reasons name and file again.",
    }
    stem = folder / f"refusal-{package_sha256}"
    _replace(stem.with_suffix(".json"), json.dumps(note, ensure_ascii=False, indent=2) + "\n")
    sheet = io.StringIO()
    columns = {
        "rule_code": "规则 rule",
        "severity": "程度 severity",
        "file": "文件 file",
        "message": "原因",
        "message_en": "reason",
        "basis": "依据 basis",
    }
    writer = csv.DictWriter(sheet, list(columns))
    writer.writerow(columns)
    writer.writerows({name: _harmless(text) for name, text in row.items()} for row in reasons)
    _replace(stem.with_suffix(".csv"), "\ufeff" + sheet.getvalue())


def _harmless(text: str | None) -> str:
    """A file name in the package that Excel would take for a formula stays text."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" else text or ""


def _replace(path: Path, text: str) -> None:
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(text, encoding="utf-8", newline="")
    half.replace(path)
