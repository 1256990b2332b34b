"""The triage page: HTML that needs no network and no script. Everything from others is escaped."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import polars as pl

from pipelines.examination.feedback_words import SEVERITY_ZH, rule_texts
from pipelines.examination.triage_charts import COLOURS, Bar, Line, bars, shares, trend
from pipelines.examination.triage_data import Triage
from pipelines.standard.deadlines import REVIEW_DAYS

TOP_RULES, TOP_INSTITUTIONS, LISTED, ALL_RULES = 10, 20, 25, 200

REASONS = {
    "whole": ("整个报送包不符合要求", "the package does not comply"),
    "none": ("没有可通过的信息", "no line can be accepted"),
}
Row = dict[str, Any]


def page(triage: Triage) -> str:
    """The whole page."""
    zh = f"{triage.province_zh} {triage.semester} 学期审核概况"
    en = f"Triage of {triage.province_en}, semester {triage.semester}"
    parts = [
        f"<header><h1>{escape(zh)}</h1><p class=en>{escape(en)} · {triage.day}</p></header>",
        _totals(triage),
        '<div class="two"><section>',
        _title("主要问题", "Top rules by lines"),
        _top_rules(triage),
        "</section><section>",
        _title("逐学期变化", "Trend"),
        _trend(triage),
        "</section></div>",
        _title("退回和待核最多的单位", "Institutions with most returned and held lines"),
        _institutions(triage),
        _title("整体退回的报送", "Filings returned whole"),
        _whole(triage),
        _title(f"审核超过{REVIEW_DAYS}日的报送", f"Review longer than {REVIEW_DAYS} days (R22)"),
        _late(triage),
        _title("按容许或豁免放行的发现", "Findings excused by tolerances and exceptions"),
        _excused(triage),
        _title("全部规则", "All rules"),
        _rules(triage),
        "<footer><p>仅有数量、规则、单位与报送编号，不含任何个人信息。</p>"
        "<p class=en>Counts, rules, institutions and filing ids only: no personal value.</p>"
        "</footer>",
    ]
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{escape(zh)}</title><style>{_style()}</style></head><body>"
        f"{''.join(parts)}</body></html>\n"
    )


@cache
def _style() -> str:
    return files("pipelines.examination").joinpath("triage.css").read_text(encoding="utf-8")


def _title(zh: str, en: str) -> str:
    return f"<h2>{escape(zh)} <span>{escape(en)}</span></h2>"


def _totals(triage: Triage) -> str:
    told = triage.totals
    lines = told["lines"] or 1
    cards = [
        ("", "报送", "filings", told["filings"], f"整体退回 {told['returned_filings']:,}"),
        ("", "行", "lines", told["lines"], ""),
        ("good", "通过", "accepted", told["accepted"], f"{told['accepted'] / lines:.1%}"),
        ("hold", "待核", "held", told["held"], f"{told['held'] / lines:.1%}"),
        ("error", "退回", "returned", told["returned"], f"{told['returned'] / lines:.1%}"),
        ("repaired", "已修复", "repaired", told["repaired"], ""),
        ("error" if triage.late.height else "good", "超期", "overdue", triage.late.height, "报送"),
    ]
    shown = "".join(
        f'<div class="card {kind}">{zh} <span class=en>{en}</span><b>{count:,}</b>'
        f"<small>{note}&nbsp;</small></div>"
        for kind, zh, en, count, note in cards
    )
    parts = (
        ("通过 accepted", told["accepted"], "good"),
        ("待核 held", told["held"], "hold"),
        ("退回 returned", told["returned"], "error"),
    )
    return f'<div class="cards">{shown}</div>{shares(parts)}'


def _text(code: str) -> tuple[str, str]:
    known = rule_texts().get(code)
    return (known.zh, known.en) if known else ("", "")


def _tag(severity: str) -> str:
    colour = COLOURS.get(severity, "#777777")
    return f'<span class=tag style="background:{colour}">{SEVERITY_ZH.get(severity, "")[:2]}</span>'


def _top_rules(triage: Triage) -> str:
    blocking = triage.rules.filter(pl.col("lines") > 0).head(TOP_RULES)
    if not blocking.height:
        return _nothing()
    items = [
        Bar(
            row["rule_code"],
            _text(row["rule_code"])[0],
            row["lines"],
            f"{row['lines']:,}（{row['share']:.2%}）",
            row["severity"],
        )
        for row in blocking.iter_rows(named=True)
    ]
    legend = "".join(
        f'<i style="background:{COLOURS[name]}"></i>{zh}' for name, zh in SEVERITY_ZH.items()
    )
    return f'{bars(items, "主要问题 top rules")}<p class="legend en">{legend}</p>'


def _trend(triage: Triage) -> str:
    table = triage.trend
    if not table.height:
        return _nothing()
    lines = (
        Line("有错误的行 lines with errors", "error", table["share"].to_list()),
        Line("待核 held", "hold", table["held_share"].to_list()),
    )
    legend = "".join(
        f'<i style="background:{COLOURS[line.colour]}"></i>{line.name}' for line in lines
    )
    note = "" if table.height > 1 else "本数据目录内没有更早的学期。 No earlier semester here."
    drawn = trend(table["semester"].to_list(), lines, "逐学期变化 trend")
    return (
        f'<p class="legend en">占全部行的比例 share of lines {legend}</p>{drawn}'
        f"<p class=en>{note}</p>"
    )


Column = tuple[str, str, Callable[[Row], str]]
"""Heading (HTML), class of the cells, and what a row shows (HTML)."""


def _table(columns: Sequence[Column], table: pl.DataFrame, most: int) -> str:
    if not table.height:
        return _nothing()
    head = "".join(f'<th class="{kind}">{name}</th>' for name, kind, _ in columns)
    rows: Iterable[Row] = table.head(most).iter_rows(named=True)
    body = "".join(_row(columns, row) for row in rows)
    rest = table.height - most
    more = f"<p class=en>另有 {rest:,} 项 more</p>" if rest > 0 else ""
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>{more}'


def _row(columns: Sequence[Column], row: Row) -> str:
    cells = "".join(f'<td class="{kind}">{show(row)}</td>' for _, kind, show in columns)
    return f"<tr>{cells}</tr>"


def _nothing() -> str:
    return '<p class="none">无 none</p>'


def _institution(row: Row) -> str:
    code, name = str(row["institution_code"] or "—"), str(row["name"] or "")
    return f"{escape(code)} {escape(name)}"


def _number(name: str) -> Callable[[Row], str]:
    return lambda row: f"{row[name]:,}"


def _plain(name: str) -> Callable[[Row], str]:
    return lambda row: escape(str(row[name] if row[name] is not None else "—"))


def _rule(row: Row, name: str = "rule_code") -> str:
    code = row[name]
    if not code:
        return "—"
    zh, en = _text(code)
    return f"<b>{escape(code)}</b> {escape(zh)} <span class=en>{escape(en)}</span>"


def _institutions(triage: Triage) -> str:
    def bar(row: Row) -> str:
        parts = (("通过", row["accepted"], "good"), ("待核", row["held"], "hold"))
        return shares((*parts, ("退回", row["returned"], "error")))

    columns: list[Column] = [
        ("单位 institution", "i", _institution),
        ("报送 filings", "n", _number("filings")),
        ("行 lines", "n", _number("lines")),
        ("待核 held", "n", _number("held")),
        ("退回 returned", "n", _number("returned")),
        ("占比 share", "n", lambda row: f"{row['share']:.1%}"),
        ("构成 what became of the lines", "w", bar),
        ("最多的规则 most frequent rule", "t", lambda row: _rule(row, "rule")),
    ]
    return _table(columns, triage.institutions, TOP_INSTITUTIONS)


def _whole(triage: Triage) -> str:
    def why(row: Row) -> str:
        zh, en = REASONS.get(row["reason"], ("", ""))
        told = "<br>".join(_rule({"rule_code": code}) for code in (row["codes"] or "").split())
        return told or f"{zh} <span class=en>{en}</span>"

    columns: list[Column] = [
        ("报送编号 filing", "i", _plain("filing_id")),
        ("单位 institution", "i", _institution),
        ("行 lines", "n", _number("lines")),
        ("原因 why", "t", why),
    ]
    return _table(columns, triage.whole, LISTED)


def _late(triage: Triage) -> str:
    columns: list[Column] = [
        ("报送编号 filing", "i", _plain("filing_id")),
        ("单位 institution", "i", _institution),
        ("报送 submitted", "k", _plain("submitted_on")),
        ("决定 decided", "k", lambda row: str(row["decided_on"] or "未决定 open")),
        ("日 days", "n", _number("days")),
    ]
    if not triage.late.height:
        return _nothing()
    count = f"{triage.late.height:,}"
    told = (
        f"<p>共 {count} 份，最久的在前。 <span class=en>{count} filings, longest first.</span></p>"
    )
    return told + _table(columns, triage.late, LISTED)


def _excused(triage: Triage) -> str:
    columns: list[Column] = [
        ("依据 excused by", "", _plain("excused_by")),
        ("规则 rule", "t", _rule),
        ("行 lines", "n", _number("lines")),
        ("报送 filings", "n", _number("filings")),
    ]
    return _table(columns, triage.excused, LISTED)


def _rules(triage: Triage) -> str:
    columns: list[Column] = [
        ("级别 severity", "k", lambda row: _tag(row["severity"])),
        ("规则 rule", "t", _rule),
        ("行 lines", "n", _number("lines")),
        ("占比 share", "n", lambda row: f"{row['share']:.2%}"),
        ("报送 filings", "n", _number("filings")),
    ]
    return _table(columns, triage.rules, ALL_RULES)
