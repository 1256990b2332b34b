"""The first sheet of the feedback: what became of the filing, what to do by when, which rules."""

from typing import Any

import polars as pl

from pipelines.clock import OFFICE_OFFSET
from pipelines.examination.feedback_words import (
    SEVERITIES,
    SEVERITY_EN,
    SEVERITY_ZH,
    SHEETS,
    steps,
    verdict,
)
from pipelines.examination.feedback_xlsx import COLOURS, LINE_HEIGHT, Sheet, cell, row

WIDTHS = (18, 12, 46, 50, 12)
_LAST = "E"
_LISTED = 40
"""Findings about the package, and rules, that the summary lists; the other sheets have all."""


class _Page:
    """Rows of the summary with the cells that are merged."""

    def __init__(self) -> None:
        self.rows: list[str] = []
        self.merged: list[str] = []

    def add(self, cells: list[str], height: float | None = None, *merged: str) -> None:
        """Adds a row; ``merged`` are ranges of columns such as ``B:E``."""
        self.rows.append(row(cells, height))
        number = len(self.rows)
        for place in merged:
            first, last = place.split(":")
            self.merged.append(f"{first}{number}:{last}{number}")

    def wide(self, text: str, style: str, height: float) -> None:
        self.add([cell(text, style), *[cell(None, style)] * 4], height, f"A:{_LAST}")

    def fact(self, label: str, value: str) -> None:
        cells = [cell(label, "label"), cell(value, "wrap"), *[cell(None, "wrap")] * 3]
        self.add(cells, 18, f"B:{_LAST}")


def summary_sheet(filing: dict[str, Any], rules: pl.DataFrame, package: pl.DataFrame) -> str:
    """The sheet of one filing. ``rules`` is its rule table, ``package`` its findings as a whole."""
    page = _Page()
    page.wide("学位授予信息审核反馈", "title", 30)
    page.wide("Feedback on a filing of degree-granting information", "subtitle", 18)
    _facts(page, filing)
    colour, zh, en = verdict(filing)
    page.wide("", "plain", 8)
    page.wide(f"{zh}    {en}", f"{colour}_verdict", 32)
    page.wide("", "plain", 8)
    _what_to_do(page, filing)
    if package.height:
        _package(page, package)
    _rules(page, rules, package.height > 0)
    page.wide("", "plain", 8)
    page.wide(
        f"“{SHEETS[2]}”按行列出原值并标出有误的单元格；feedback.csv 与 feedback.json 有全部发现。",
        "subtitle",
        18,
    )
    page.wide(
        "'By line' shows each line as filed with the wrong cells coloured; feedback.csv and "
        "feedback.json hold all findings.",
        "subtitle",
        18,
    )
    sheet = Sheet(WIDTHS, COLOURS["good"][1], merged=page.merged, first=True)
    return sheet.xml("".join(page.rows))


def _facts(page: _Page, filing: dict[str, Any]) -> None:
    code, name = filing.get("institution_code") or "", filing.get("institution_name") or ""
    page.fact("报送编号 Filing", str(filing["filing_id"] or "—"))
    page.fact("单位 Institution", f"{code} {name}".strip() or "—")
    page.fact("学期 Semester", str(filing["semester"]))
    submitted = filing.get("submitted_at")
    if submitted:
        page.fact("报送时间 Submitted", f"{submitted + OFFICE_OFFSET:%Y-%m-%d %H:%M}")
    page.fact(
        "审核时间 Decided",
        f"{filing['decided_at'] + OFFICE_OFFSET:%Y-%m-%d %H:%M}   {filing['decision_id']}",
    )
    page.fact("行数 Lines", f"{filing['lines']:,}")


def _what_to_do(page: _Page, filing: dict[str, Any]) -> None:
    page.wide("怎么办  What to do", "section", 22)
    head = [cell(text, "head") for text in ("结果\nResult", "数量\nCount", "下一步", "Next step")]
    page.add([*head, cell(None, "head")], 32, f"D:{_LAST}")
    for step in steps(filing):
        if not step.told:
            texts = [cell(step.name, "wrap"), cell(0, "number"), cell("—", "english")]
            page.add([*texts, cell("—", "english"), cell(None, "english")], 18, f"D:{_LAST}")
            continue
        page.add(
            [
                cell(step.name, f"{step.kind}_bold"),
                cell(step.count, f"{step.kind}_number"),
                cell(step.zh, "wrap"),
                cell(step.en, "english"),
                cell(None, "english"),
            ],
            _height(step.zh, step.en, WIDTHS[3] + WIDTHS[4]),
            f"D:{_LAST}",
        )


def _height(zh: str, en: str, en_width: int = WIDTHS[3]) -> float:
    """Height of a row that holds a Chinese and an English text in their columns."""
    wide = sum(1 if char.isascii() else 2 for char in zh)
    lines = max(1, -(-wide // WIDTHS[2]), -(-len(en) // int(1.2 * en_width)))
    return LINE_HEIGHT * lines + 4


def _package(page: _Page, package: pl.DataFrame) -> None:
    page.wide("", "plain", 8)
    page.wide("整个报送包的问题  Findings about the package", "section", 22)
    head = ("文件\nFile", "规则\nRule", "问题与要求", "What is wrong", "级别\nSeverity")
    page.add([cell(text, "head") for text in head], 32)
    for found in package.head(_LISTED).iter_rows(named=True):
        name = SEVERITIES[found["rank"]]
        zh, en = found["message"] or "", found["message_en"] or ""
        page.add(
            [
                cell(found["file"] or "—", "wrap"),
                cell(found["rule_code"], "cell"),
                cell(zh, "wrap"),
                cell(en, "english"),
                cell(f"{SEVERITY_ZH[name][:2]} {SEVERITY_EN[name]}", name),
            ],
            _height(zh, en),
        )
    if package.height > _LISTED:
        more = package.height - _LISTED
        page.wide(
            f"另有 {more:,} 项，见 feedback.csv。 {more:,} more: feedback.csv.", "english", 18
        )


def _rules(page: _Page, rules: pl.DataFrame, has_package: bool) -> None:
    """Rules about lines; those about the package have a table of their own above."""
    page.wide("", "plain", 8)
    page.wide("各规则的发现  Findings by rule", "section", 22)
    rules = rules.filter(pl.col("lines") > 0)
    if not rules.height:
        told = (
            "各行没有发现问题  No line is faulty"
            if has_package
            else "没有发现问题  Nothing was found"
        )
        page.wide(told, "plain", 18)
        return
    head = ("级别\nSeverity", "规则\nRule", "内容", "What it is about", "行数\nLines")
    page.add([cell(text, "head") for text in head], 32)
    for found in rules.head(_LISTED).iter_rows(named=True):
        name = SEVERITIES[found["rank"]]
        excused = f"（{found['excused']}）" if found["excused"] else ""
        zh, en = found["title"] + excused, found["title_en"]
        page.add(
            [
                cell(f"{SEVERITY_ZH[name]}", name),
                cell(found["rule_code"], "cell"),
                cell(zh, "wrap"),
                cell(en, "english"),
                cell(found["lines"], "number"),
            ],
            _height(zh, en),
        )
    if rules.height > _LISTED:
        page.wide(f"其余见“{SHEETS[1]}”。 The others are in 'By rule'.", "english", 18)
