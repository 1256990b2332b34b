"""``xuewei score``: what the examination found against what the simulation knows."""

import click

from pipelines.cli.options import checked_semester, home_option, json_option, print_json
from pipelines.home import Home


@click.command(name="score")
@home_option
@click.option("--semester", required=True, help="For example 2025-2026-1.")
@json_option
def command(home: Home, semester: str, as_json: bool) -> None:
    """评分：审核结果对照模拟的真值。 Findings against the truth of a simulation, rule by rule.

    Precision is the share of findings that are right, recall the share of injected faults that were
    found. The exit code is 1 when anything was missed or invented.

    \b
    Example:  xuewei score --home demo --semester 2025-2026-1
    """
    from pipelines.simulate.score import score_home

    scored = score_home(home, checked_semester(semester))
    if as_json:
        print_json(
            {
                "semester": scored.semester,
                "perfect": scored.perfect,
                "rules": scored.by_rule.to_dicts(),
                "severities": scored.by_severity.to_dicts(),
            }
        )
    else:
        click.echo(
            "规则 rule  级别 severity  注入 injected  检出 found  漏 missed  误 false  P      R"
        )
        for row in (*scored.by_rule.to_dicts(), *scored.by_severity.to_dicts()):
            click.echo(_line(row))
    if not scored.perfect:
        raise SystemExit(1)


def _line(row: dict[str, object]) -> str:
    return (
        f"{row.get('rule_code', ''):<10} {row['severity']:<14} {row['injected']:>12,} "
        f"{row['found']:>12,} {row['missed']:>10,} {row['false']:>9,}  "
        f"{row['precision']:.3f}  {row['recall']:.3f}"
    )
