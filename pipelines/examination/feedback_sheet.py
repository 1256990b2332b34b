"""The feedback's workbook: summary, by rule, by line, repaired. A chunk of filings at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from pipelines.examination.feedback_summary import summary_sheet
from pipelines.examination.feedback_words import (
    FROZEN_LINE_COLUMNS,
    LINE_HEADINGS,
    REPAIR_HEADINGS,
    RULE_HEADINGS,
    SEVERITIES,
    SEVERITY_EN,
    SEVERITY_ZH,
)
from pipelines.examination.feedback_xlsx import (
    COLOURS,
    Sheet,
    cell,
    joined_rows,
    marked_cells,
    number_cells,
    row,
    text_cells,
    text_lines,
    workbook,
)
from pipelines.standard.fields import FIELDS

LINES_SHOWN = 20_000
"""Lines a sheet lists, the worst first: with all columns a million cells, which a desktop opens.
Excel's own limit is 1,048,576 rows; the CSV has all."""

RULE_WIDTHS = (8, 14, 28, 30, 9, 42, 44, 22, 26)
LINE_WIDTHS = (16, 8, 14, 44, 44)
REPAIR_WIDTHS = (18, 8, 20, 44, 44, 8, 40, 44)


@dataclass(frozen=True)
class Tables:
    """The tables of a chunk of filings, each with ``filing_no``."""

    rules: pl.DataFrame
    lines: pl.DataFrame
    repairs: pl.DataFrame
    package: pl.DataFrame
    """Findings about a filing or a file as a whole."""


def workbooks(tables: Tables, filings: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """The workbook of each filing. ``filings`` are decided filings with names and dates."""
    rules = _by_filing(tables.rules)
    rule_rows = _rule_rows(tables.rules)
    lines = _line_sheets(tables.lines)
    repairs = _repair_sheets(tables.repairs)
    package = _by_filing(tables.package)
    for filing in filings:
        number = filing["filing_no"]
        made_at: datetime = filing["decided_at"]
        own = rules.get(number, tables.rules.clear())
        yield workbook(
            (
                summary_sheet(filing, own, package.get(number, tables.package.clear())),
                _rule_sheet(rule_rows.get(number, ""), own.height),
                lines.get(number) or _empty("没有需要说明的行", "No line is faulty", LINE_HEADINGS),
                repairs.get(number) or _empty("没有修复", "Nothing was repaired", REPAIR_HEADINGS),
            ),
            made_at,
        )


def _by_filing(table: pl.DataFrame) -> dict[int, pl.DataFrame]:
    parts = table.partition_by("filing_no", as_dict=True, include_key=False)
    return {int(str(number)): part for (number,), part in parts.items()}


def _severity(rank: str = "rank") -> pl.Expr:
    names = {k: f"{SEVERITY_ZH[name]}\n{SEVERITY_EN[name]}" for k, name in enumerate(SEVERITIES)}
    return pl.col(rank).replace_strict(names, default="", return_dtype=pl.String)


def _tallest(*columns: str, widths: Sequence[float]) -> pl.Expr:
    """``text_lines`` of a row: of its tallest text, and two for the severity in two languages."""
    each = [text_lines(column, width) for column, width in zip(columns, widths, strict=True)]
    return pl.max_horizontal(*each, pl.lit(2)).alias("text_lines")


def _heading(names: Sequence[str]) -> str:
    return row([cell(name, "head") for name in names], 34)


def _empty(zh: str, en: str, headings: Sequence[str]) -> str:
    told = row([cell(f"{zh}  {en}", "plain")])
    widths = LINE_WIDTHS if headings is LINE_HEADINGS else REPAIR_WIDTHS
    return Sheet(widths, COLOURS["good"][1], frozen=(1, 0)).xml(_heading(headings) + told)


def _rule_rows(rules: pl.DataFrame) -> dict[int, str]:
    """The rows of the sheet by rule, a text a filing."""
    named = rules.with_columns(severity=_severity(), mark=pl.col("rank"))
    cells = named.select(
        "filing_no",
        _tallest(
            "title",
            "title_en",
            "zh",
            "en",
            "where",
            widths=RULE_WIDTHS[2:4] + RULE_WIDTHS[5:7] + RULE_WIDTHS[8:],
        ),
        text_cells("rule_code"),
        marked_cells("severity", "mark", SEVERITIES),
        text_cells("title", "wrap"),
        text_cells("title_en", "english"),
        number_cells("lines"),
        text_cells("zh", "wrap"),
        text_cells("en", "english"),
        text_cells("basis", "english"),
        text_cells("where", "wrap"),
    )
    names = [name for name in cells.columns if name not in ("filing_no", "text_lines")]
    joined = cells.group_by("filing_no", maintain_order=True).agg(text=joined_rows(names))
    return dict(zip(joined["filing_no"].to_list(), joined["text"].to_list(), strict=True))


def _rule_sheet(rows: str, count: int) -> str:
    if not count:
        rows = row([cell("没有发现问题  Nothing was found", "plain")])
    sheet = Sheet(RULE_WIDTHS, COLOURS["hold"][1], frozen=(1, 1), filter_rows=count + 1)
    return sheet.xml(_heading(RULE_HEADINGS) + rows)


def _line_sheets(lines: pl.DataFrame) -> dict[int, str]:
    """The sheet by line of each filing that has faulty lines."""
    shown, cut = _cut(lines)
    marks = [code for code in FIELDS if f"mark_{code}" in shown.columns]
    codes = [code for code in FIELDS if code in shown.columns]
    cells = shown.with_columns(severity=_severity(), mark=pl.col("rank")).select(
        "filing_no",
        _tallest("zh", "en", widths=LINE_WIDTHS[3:]),
        text_cells("file"),
        number_cells("line"),
        marked_cells("severity", "mark", SEVERITIES),
        text_cells("zh", "wrap").alias("problems"),
        text_cells("en", "english").alias("problems_en"),
        *(
            marked_cells(code, f"mark_{code}", SEVERITIES) if code in marks else text_cells(code)
            for code in codes
        ),
    )
    sizes = _sizes(shown, codes, marks)
    return {
        number: _line_sheet(part, sizes[number], cut.get(number, 0))
        for number, part in _by_filing(cells).items()
    }


def _cut(lines: pl.DataFrame) -> tuple[pl.DataFrame, dict[int, int]]:
    """At most LINES_SHOWN lines a filing, the worst first; how many were left out by filing."""
    places = pl.struct("rank", "row_id").rank("ordinal").over("filing_no")
    shown = lines.filter(places <= LINES_SHOWN) if lines.height > LINES_SHOWN else lines
    total = lines.group_by("filing_no").len().filter(pl.col("len") > LINES_SHOWN)
    return shown, {number: count - LINES_SHOWN for number, count in total.iter_rows()}


def _sizes(
    shown: pl.DataFrame, codes: Sequence[str], marks: Sequence[str]
) -> dict[int, list[tuple[str, float]]]:
    """The columns of each filing's sheet with their widths: name, wrong ones, all others in use."""
    # between UTF-8 bytes and characters lies the width of a text: 2 for a Han character, 1 else
    widest = [
        ((pl.col(code).str.len_bytes() + pl.col(code).str.len_chars()).max() / 2).alias(code)
        for code in codes
    ]
    wrong = [(pl.col(f"mark_{code}").count() > 0).alias(f"wrong_{code}") for code in marks]
    sizes: dict[int, list[tuple[str, float]]] = {}
    for used in shown.group_by("filing_no").agg(*widest, *wrong).iter_rows(named=True):
        present = [code for code in codes if used[code] or used.get(f"wrong_{code}")]
        present.sort(key=lambda code: (code != "XM", not used.get(f"wrong_{code}")))
        sizes[used["filing_no"]] = [
            (code, min(40.0, max(len(FIELDS[code].label_zh) * 2, used[code] or 0, 8) + 2))
            for code in present
        ]
    return sizes


def _line_sheet(cells: pl.DataFrame, columns: list[tuple[str, float]], cut: int) -> str:
    names = ["file", "line", "severity", "problems", "problems_en"]
    names += [code for code, _ in columns]
    body = cells.select(joined_rows(names)).item()
    headings = [*LINE_HEADINGS, *(f"{FIELDS[code].label_zh}\n({code})" for code, _ in columns)]
    if cut:
        left_out = f"另有 {cut:,} 行，见 feedback.csv。 {cut:,} more lines are in feedback.csv."
        body += row([cell(left_out, "section")])
    sheet = Sheet(
        (*LINE_WIDTHS, *(width for _, width in columns)),
        COLOURS["error"][1],
        frozen=(1, FROZEN_LINE_COLUMNS),
        filter_rows=cells.height + 1,
        fits_page=False,
    )
    return sheet.xml(_heading(headings) + body)


def _repair_sheets(repairs: pl.DataFrame) -> dict[int, str]:
    """The sheet of repairs and unsplit lines of each filing that has any."""
    places = pl.int_range(pl.len()).over("filing_no")
    shown = repairs.filter(places < LINES_SHOWN)
    label = pl.when(pl.col("label").is_null()).then(pl.lit("整行 whole line"))
    cells = shown.with_columns(
        label=label.otherwise(pl.concat_str("label", pl.lit("("), "field", pl.lit(")"))),
        mark=pl.col("rank"),
    ).select(
        "filing_no",
        _tallest(
            "before",
            "after",
            "message",
            "message_en",
            widths=REPAIR_WIDTHS[3:5] + REPAIR_WIDTHS[6:],
        ),
        text_cells("file"),
        number_cells("line"),
        text_cells("label", "wrap"),
        marked_cells("before", "mark", SEVERITIES),
        text_cells("after", "wrap"),
        text_cells("rule_code"),
        text_cells("message", "wrap"),
        text_cells("message_en", "english"),
    )
    names = [name for name in cells.columns if name not in ("filing_no", "text_lines")]
    joined = cells.group_by("filing_no", maintain_order=True).agg(
        text=joined_rows(names), rows=pl.len()
    )
    left_out = dict(repairs.group_by("filing_no").len().iter_rows())
    return {
        number: _repair_sheet(text, rows, left_out[number] - rows)
        for number, text, rows in joined.iter_rows()
    }


def _repair_sheet(rows: str, count: int, cut: int) -> str:
    if cut:
        rows += row([cell(f"另有 {cut:,} 处，见 feedback.csv。 {cut:,} more: CSV.", "section")])
    sheet = Sheet(REPAIR_WIDTHS, COLOURS["repaired"][1], frozen=(1, 2), filter_rows=count + 1)
    return sheet.xml(_heading(REPAIR_HEADINGS) + rows)
