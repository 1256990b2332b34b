"""The index of the quality pages: provinces by semesters, the state of each at a glance."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from expectations.pages import texts
from expectations.pages.environment import render
from expectations.run import NOT_JUDGED
from pipelines.errors import BadInputError
from pipelines.home import Home
from pipelines.quality.results import NATIONAL, kept
from pipelines.quality.summaries import (
    BLOCKED,
    EXCUSED,
    OK,
    UNJUDGED,
    WARNED,
    Standing,
    Summary,
    latest_summary,
    standing,
)
from pipelines.standard import code_table

_log = logging.getLogger(__name__)

SIGNS = {OK: "✓", WARNED: "▲", BLOCKED: "✕", EXCUSED: "◇", UNJUDGED: "–"}

LEGEND = (
    (OK, "通过", "all fulfilled"),
    (WARNED, "提示 n：可以继续", "n warnings, open"),
    (BLOCKED, "阻断 n：不可继续", "blocked by n"),
    (EXCUSED, "例外 n：已签署", "n excused by an officer"),
    (UNJUDGED, "未判断", "nothing to judge by yet"),
)


@dataclass(frozen=True)
class Kept:
    """The latest run of a suite, with the exceptions in force for it."""

    summary: Summary
    excused: Mapping[str, str]

    @cached_property
    def standing(self) -> Standing:
        return standing(self.summary, self.excused)


Excuses = Mapping[tuple[str, str, str], Mapping[str, str]]
"""By (scope, semester, suite): expectations that are excused in its latest run, with a text."""


def read_kept(home: Home, excused: Excuses) -> list[Kept]:
    """The latest run of everything that was ever run, in the suites' order.

    A result that cannot be read is left out and logged: it closes the gate of its own scope, and
    no other province's pages wait for it.
    """
    found = []
    for place in kept(home):
        try:
            summary = latest_summary(home, *place)
        except BadInputError as error:
            _log.warning("not on the quality pages: %s", error.found)
            continue
        if summary is not None:
            found.append(Kept(summary, excused.get(place, {})))
    return sorted(found, key=lambda one: suite_order(one.summary.suite))


def suite_order(suite: str) -> tuple[int, str]:
    """Suites in the order in which a semester meets them, others after by name."""
    known = list(texts.SUITES)
    return (known.index(suite) if suite in known else len(known), suite)


def suite_name(suite: str) -> str:
    zh, en = texts.SUITES.get(suite, (suite, ""))
    return f"{zh} {en}".strip()


def scope_name(scope: str) -> str:
    """``11 北京市 Beijing`` or ``全国 National``."""
    if scope == NATIONAL:
        return "全国 National"
    for row in code_table("province").rows:
        if row["code"] == scope:
            return f"{scope} {row['name_zh']} {row['name_en']}"
    return scope


def words(of: Standing) -> str:
    """``✓ 通过 ok``, ``✕ 阻断 2 blocked`` …"""
    sign = SIGNS[of.state]
    told = {
        OK: "通过 ok",
        WARNED: f"提示 {of.warns} warnings" if of.warns > 1 else "提示 1 warning",
        BLOCKED: f"阻断 {of.blocks} blocked",
        EXCUSED: f"例外 {of.excused} excused",
        UNJUDGED: "未判断 not judged",
    }
    # what an officer has let pass is told beside what warns or blocks still
    also = f", 例外 {of.excused} excused" if of.excused and of.state != EXCUSED else ""
    return f"{sign} {told[of.state]}{also}"


@dataclass(frozen=True)
class Link:
    """A suite's run in a cell."""

    href: str
    state: str
    text: str
    title: str


@dataclass(frozen=True)
class Cell:
    """A scope's semester: the sum of its suites."""

    href: str
    state: str
    text: str
    links: tuple[Link, ...]


def cell(found: Sequence[Kept], base: str, href: str) -> Cell | None:
    """None where nothing was run. ``base`` leads from the page to the scope's folder."""
    if not found:
        return None
    total = sum((one.standing for one in found), Standing())
    links = tuple(
        Link(
            f"{base}{one.summary.semester}/{one.summary.suite}.html",
            one.standing.state,
            f"{SIGNS[one.standing.state]} {short_name(one.summary.suite)}",
            _told(one),
        )
        for one in found
    )
    return Cell(href, total.state, words(total), links)


def _told(one: Kept) -> str:
    """What a reader is told when pointing at a suite."""
    unjudged = sum(check.state == NOT_JUDGED for check in one.summary.checks)
    tail = f", 未判断 {unjudged} not judged" if unjudged else ""
    return f"{one.summary.title_zh} {one.summary.title_en}: {words(one.standing)}{tail}"


def short_name(suite: str) -> str:
    return texts.SUITES.get(suite, (suite, ""))[0]


def index_page(found: Sequence[Kept]) -> str:
    """The index as HTML: the nation first, then provinces by code; the newest semester first."""
    semesters = sorted({one.summary.semester for one in found}, reverse=True)
    by_cell: dict[tuple[str, str], list[Kept]] = {}
    for one in found:
        by_cell.setdefault((one.summary.scope, one.summary.semester), []).append(one)
    rows = [
        (
            scope,
            scope_name(scope),
            [
                cell(by_cell.get((scope, term), []), f"{scope}/", f"{scope}/index.html#s-{term}")
                for term in semesters
            ],
        )
        for scope in sorted({scope for scope, _ in by_cell}, key=lambda s: (s != NATIONAL, s))
    ]
    return render(
        "index.j2",
        up="",
        title="学位 Xuewei · 质量 Quality",
        crumbs=[("总览 Overview", None)],
        semesters=semesters,
        rows=rows,
        legend=[(state, SIGNS[state], zh, en) for state, zh, en in LEGEND],
    )
