"""What ``xuewei quality`` prints: results, what is not fulfilled, histories, exceptions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from expectations.pages import texts
from expectations.suite import Expected
from pipelines.cli.plot import DOT, EDGE, INSIDE, plot
from pipelines.clock import OFFICE_OFFSET
from pipelines.quality.exceptions import QualityException
from pipelines.quality.lookup import History, Look
from pipelines.quality.results import NATIONAL, Judged

LEGEND = f"{DOT} 通过 passed  ✕ 未通过 failed  ◇ 例外 excused  {EDGE}{INSIDE}{EDGE} 限度 limits"
EXCEPTION_STATES = {
    "valid": "有效 valid",
    "expired": "过期 expired",
    "withdrawn": "撤回 withdrawn",
    "void": "无效 void",
}


def console() -> Console:
    """A fixed width where nobody looks: tables are not cut in a log."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=118)


def scope_text(scope: str) -> str:
    return "全国 nation" if scope == NATIONAL else scope


def show_results(looks: Sequence[Look], *, everything: bool) -> None:
    """Totals by suite, then what is not fulfilled, or everything."""
    screen = console()
    screen.print(_totals(looks))
    for one in looks:
        rows = [j for j in one.result.judged if everything or not j.ok]
        if rows:
            screen.print(_outcomes(one, rows))


def _totals(looks: Sequence[Look]) -> Table:
    table = _table(
        f"质量 quality {' '.join(sorted({one.result.semester for one in looks}))}",
        "范围\nscope",
        "套件\nsuite",
        *("行\nrows", "要求\nexpected", "通过\npassed", "阻断\nblock", "提示\nwarn"),
        *("例外\nexcused", "未判断\nnot judged", "运行\nrun at"),
    )
    for one in looks:
        counts = one.counts
        amounts = (one.result.rows, len(one.result.judged), counts["passed"])
        others = (counts["blocks"], counts["warns"], counts["excused"], counts["not_judged"])
        table.add_row(
            scope_text(one.result.scope),
            one.result.suite,
            *(f"{amount:,}" for amount in (*amounts, *others)),
            _when(one.result.run_at),
            style="bold" if one.closing else None,
        )
    return table


def _outcomes(look: Look, rows: Iterable[Judged]) -> Table:
    result = look.result
    table = _table(
        f"{scope_text(result.scope)} {result.semester} {result.suite}: "
        f"{result.title_zh} {result.title_en}",
        *("要求 expectation", "观测 observed", "限度 limit", "级别 severity", "结果 outcome"),
        lines=True,
    )
    for one in rows:
        observed, limit = texts.numbers(one.outcome, texts.unit(one.expectation))
        title = f"{one.id}\n{one.expectation.title_zh} {one.expectation.title_en}"
        state = look.state(one)
        sign, zh, en = texts.STATES[state]
        outcome = f"{sign} {zh} {en}"
        if state == texts.EXCUSED:
            by = look.excused[one.id]
            outcome += f"\n{by.exception_id}\n至 until {by.until}"
        for line in texts.parts(one.expectation, one.outcome, wrong=True):
            title += f"\n  {line}"
        if keys := [key for key in one.outcome.keys if key not in one.outcome.wrong_parts]:
            title += f"\n  {'; '.join(keys)}"
        if one.outcome.note:
            title += f"\n  {one.outcome.note}"
        severity = " ".join(texts.SEVERITIES[one.expectation.blocks])
        table.add_row(_plain(title), observed, limit, severity, outcome)
    return table


def show_history(found: History) -> None:
    """A table of the runs, then a chart."""
    screen, one = console(), found.expectation
    unit = found.unit
    table = _table(
        f"{scope_text(found.scope)} {found.suite}/{found.id}: {one.title_zh} {one.title_en}",
        *("学期 semester", "观测 observed", "限度 limit", "结果 outcome", "运行 run at"),
        "例外 exception",
    )
    for move in found.moves:
        observed, limit = texts.numbers(move, unit)
        sign, zh, en = texts.STATES[move.state]
        table.add_row(
            move.semester,
            observed,
            limit,
            f"{sign} {zh} {en}",
            _when(move.run_at),
            move.exception or "",
        )
    screen.print(table)
    drawn = plot(found.moves, unit, screen.width)
    for line in [*drawn, LEGEND] if drawn else []:
        screen.print(line, markup=False, soft_wrap=True)
    screen.print()


def show_known(found: Mapping[str, Sequence[Expected]]) -> None:
    """Ids of expectations by suite."""
    for suite, expectations in found.items():
        table = _table(suite, "要求 expectation", "级别 severity")
        for one in expectations:
            table.add_row(
                _plain(f"{one.id}\n  {one.title_zh} {one.title_en}"),
                " ".join(texts.SEVERITIES[one.blocks]),
            )
        console().print(table)


def show_exceptions(found: Iterable[QualityException]) -> None:
    """A line each; of a void one, why it excuses nothing."""
    for one in found:
        about = " ".join(
            str(part)
            for part in (one.scope, one.semester, one.suite, one.expectation, one.decided_by)
            if part
        )
        until = f"  至 until {one.until}" if one.until else ""
        why = f"  ({one.reason})" if one.reason else ""
        click.echo(f"{one.exception_id}  {EXCEPTION_STATES[one.state]}  {about}{until}{why}")


def results_as_json(looks: Sequence[Look], *, everything: bool) -> list[dict[str, Any]]:
    """The same for machines."""
    return [
        {
            "scope": one.result.scope,
            "semester": one.result.semester,
            "suite": one.result.suite,
            "run_id": one.result.run_id,
            "run_at": one.result.run_at.isoformat(),
            "rows": one.result.rows,
            "seconds": one.result.seconds,
            "counts": one.counts,
            "open": not one.closing,
            "judged": [
                _judged_as_json(one, judged)
                for judged in one.result.judged
                if everything or not judged.ok
            ],
        }
        for one in looks
    ]


def _judged_as_json(look: Look, one: Judged) -> dict[str, Any]:
    expectation, told = one.expectation, one.outcome
    by = look.excused.get(one.id)
    return {
        "id": one.id,
        "title_zh": expectation.title_zh,
        "title_en": expectation.title_en,
        "basis": expectation.basis,
        "severity": one.severity,
        "state": look.state(one),
        "observed": told.observed,
        "low": told.low,
        "high": told.high,
        "excess": told.excess,
        "keys": list(told.keys),
        "parts": [part._asdict() for part in told.parts],
        "note": told.note,
        "exception": by.exception_id if by else None,
    }


def history_as_json(found: Sequence[History]) -> list[dict[str, Any]]:
    return [
        {
            "scope": one.scope,
            "suite": one.suite,
            "id": one.id,
            "title_zh": one.expectation.title_zh,
            "title_en": one.expectation.title_en,
            "unit": one.unit,
            "moves": [move.__dict__ | {"run_at": move.run_at.isoformat()} for move in one.moves],
        }
        for one in found
    ]


def _table(title: str, *columns: str, lines: bool = False) -> Table:
    table = Table(title=_plain(title), title_justify="left", title_style="bold", show_lines=lines)
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number < 2 and "\n" in column)
    return table


def _plain(text: str) -> str:
    """Nothing in it is Rich's markup, nor a terminal's command."""
    shown = "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
    return escape(shown)


def _when(at: datetime) -> str:
    """The office's time."""
    return f"{at.astimezone(UTC) + OFFICE_OFFSET:%Y-%m-%d %H:%M}"
