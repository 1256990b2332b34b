"""A scope's page: its suites over the semesters, and how each observed value moved."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from expectations.pages import texts
from expectations.pages.environment import render
from expectations.run import BROKEN, FAILED
from expectations.suite import Expected
from pipelines.home import Home
from pipelines.quality.charts import Chart, chart
from pipelines.quality.overview import Cell, Kept, cell, scope_name, suite_name
from pipelines.quality.results import latest
from pipelines.quality.summaries import FORMAT, Check, has_limits_of_its_own, part_id

MANY = 40
"""Charts that are shown at once; more are behind a line to click on."""

_WRONG = tuple(texts.sign(state) for state in (FAILED, BROKEN, texts.EXCUSED))


@dataclass(frozen=True)
class Line:
    """An expectation over the semesters. ``states`` are (semester, state), oldest first."""

    anchor: str
    expectation: Expected
    severity: tuple[str, str]
    state: tuple[str, str, str, str]
    observed: str
    limit: str
    counted: tuple[str, str] | None
    chart: Chart | None
    states: tuple[tuple[str, str], ...]
    href: str

    @property
    def ever_wrong(self) -> bool:
        return any(sign in _WRONG for _, sign in self.states)


@dataclass(frozen=True)
class Group:
    """Expectations under one heading; ``open``: shown at once."""

    title_zh: str
    title_en: str
    lines: tuple[Line, ...]
    open: bool


@dataclass(frozen=True)
class Part:
    """A suite's expectations: what was ever wrong, what moved, what stayed the same."""

    name: str
    title: str
    semesters: tuple[str, ...]
    groups: tuple[Group, ...]


def made_from(found: Sequence[Kept]) -> str:
    """Names the results and exceptions that a page is made from."""
    parts = [
        f"{one.summary.semester}/{one.summary.suite}/{one.summary.run_id}/{sorted(one.excused)}"
        for one in found
    ]
    return hashlib.sha256("\n".join([FORMAT, *parts]).encode()).hexdigest()


def scope_page(home: Home, scope: str, found: Sequence[Kept], state: str) -> str:
    """The page as HTML; ``state`` is what ``made_from`` said of ``found``."""
    semesters = sorted({one.summary.semester for one in found}, reverse=True)
    rows: list[tuple[str, Cell | None]] = [
        (term, cell([k for k in found if k.summary.semester == term], "", f"#s-{term}"))
        for term in semesters
    ]
    suites = list(dict.fromkeys(one.summary.suite for one in found))
    name = scope_name(scope)
    return render(
        "scope.j2",
        up="../",
        title=f"{name} · 质量 Quality",
        crumbs=[("总览 Overview", "../index.html"), (name, None)],
        made_from=state,
        name=name,
        rows=rows,
        parts=[_part(home, [k for k in found if k.summary.suite == suite]) for suite in suites],
    )


def _part(home: Home, found: Sequence[Kept]) -> Part:
    """Titles are those of the newest run: a suite's words may have changed."""
    ordered = sorted(found, key=lambda one: one.summary.semester)
    newest = ordered[-1].summary
    result = latest(home, newest.scope, newest.semester, newest.suite)
    told = [({c.id: c for c in (*one.summary.checks, *one.summary.parts)}, one) for one in ordered]
    lines = []
    for judged in result.judged if result else ():
        one = judged.expectation
        singles = one.singles() if has_limits_of_its_own(one) else ()
        excused = [one.id in kept.excused for _, kept in told]
        for each, name in ((one, one.id), *((each, part_id(one, each.id)) for each in singles)):
            checks = [(kept.summary.semester, by_id.get(name)) for by_id, kept in told]
            if any(check for _, check in checks):
                lines.append(_line(newest.suite, each, checks, excused, one.id))
    return Part(
        newest.suite,
        f"{suite_name(newest.suite)}：{newest.title_zh} {newest.title_en}",
        tuple(one.summary.semester for one in ordered),
        _groups(lines) if len(told) > 1 else (Group("逐项", "one by one", tuple(lines), False),),
    )


def _groups(lines: Sequence[Line]) -> tuple[Group, ...]:
    wrong = tuple(
        sorted(
            (line for line in lines if line.ever_wrong),
            key=lambda line: line.state[1] not in _WRONG,
        )
    )
    moved = tuple(line for line in lines if line.chart and not line.ever_wrong)
    same = tuple(line for line in lines if not line.chart and not line.ever_wrong)
    groups = (
        Group("曾有未满足", "not fulfilled in a semester", wrong, True),
        Group("在限度之内变动", "moved within limits", moved, len(moved) <= MANY),
        Group("各学期无变化", "the same in every semester", same, False),
    )
    return tuple(group for group in groups if group.lines)


def _state(check: Check, excused: bool) -> str:
    return texts.EXCUSED if excused and check.state in (FAILED, BROKEN) else check.state


def _line(
    suite: str,
    one: Expected,
    checks: Sequence[tuple[str, Check | None]],
    excused: Sequence[bool],
    row: str,
) -> Line:
    """``row`` is the id of its row on a run's page: of a part, the group's."""
    unit = texts.unit(one)
    states = [
        (term, _state(check, passed) if check else "")
        for (term, check), passed in zip(checks, excused, strict=True)
    ]
    state = next(state for _, state in reversed(states) if state)
    term, newest = next((t, c) for t, c in reversed(checks) if c)
    values = {c.observed for _, c in checks if c and c.observed is not None}
    observed, limit = texts.numbers(newest, unit)
    return Line(
        f"h-{suite}-{one.id}",
        one,
        texts.SEVERITIES[one.blocks],
        (state, *texts.STATES[state]),
        observed,
        limit,
        texts.counted(one) if newest.observed is not None else None,
        chart(checks, unit) if len(values) > 1 else None,
        tuple((term, texts.sign(state) if state else "") for term, state in states),
        f"{term}/{suite}.html#{row}",
    )
