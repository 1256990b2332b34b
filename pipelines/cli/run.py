"""``xuewei run``: a semester from the inbox to the national register, headless."""

from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from pipelines.cli.options import (
    checked_province,
    checked_semester,
    home_option,
    json_option,
    print_json,
)
from pipelines.cli.summary import show
from pipelines.home import Home

if TYPE_CHECKING:
    from pipelines.orchestration.headless import SemesterRun

ASSETS = {
    "province/landing/filing": "接收 landing",
    "province/examination/finding": "审核 examination",
    "province/review/decision": "决定与反馈 review",
    "province/core/degree_record": "省级登记 provincial register",
    "province/handover/degree_record": "移交 handover",
    "national/examination/handover": "形式审查 formal examination",
    "national/core/degree_record": "全国登记 national register",
    "national/marts/semester_summary": "全国汇总 national marts",
}


@click.command(name="run")
@home_option
@click.option("--semester", required=True, help="For example 2025-2026-1.")
@click.option("--province", help="Only this province, and not the nation.")
@click.option(
    "--review",
    type=click.Choice(["automatic"]),
    default="automatic",
    show_default=True,
    help="Who decides: the policy 'automatic' approves what has no finding, and says so.",
)
@json_option
def command(home: Home, semester: str, province: str | None, review: str, as_json: bool) -> None:
    """一个学期：接收、审核、登记、移交、汇总。 Take in, examine, register, hand over, summarise.

    The same Dagster assets as in `xuewei ui`, run in this process. Run again, it does what is new.
    Exit code 70 when a check or a province failed.

    \b
    Example:  xuewei run --home demo --semester 2025-2026-1
              xuewei run --semester 2025-2026-1 --province 11
    """
    if not run_and_show(
        home,
        checked_semester(semester),
        checked_province(province) if province else None,
        review,
        as_json=as_json,
    ):
        raise SystemExit(70)


def run_and_show(
    home: Home, semester: str, province: str | None, review: str, *, as_json: bool
) -> bool:
    """Runs a semester and prints what happened; true when nothing failed."""
    from pipelines.orchestration.headless import run_semester

    console = Console(stderr=True)
    with console.status("…") as status:
        done = run_semester(
            home, semester, province, lambda text: status.update(f"… {text}"), review
        )
    if as_json:
        print_json(done)
        return done.ok
    if done.nothing_new:
        click.echo(f"{semester}: 没有新的报送，无事可做。 Nothing new: nothing was done.")
        _show_pending(home, done)
        return True
    _show_steps(done)
    from pipelines.statistics.overview import overview

    show(overview(home, semester))
    if done.refused:
        click.echo(f"\n收件箱中被拒收的报送包 packages refused at the door: {done.refused}")
        click.echo(f"  {home.unassigned}")
    _show_pending(home, done)
    for name, text in done.failures.items():
        click.echo(f"\n失败 failed: {name}\n  {text}", err=True)
    return done.ok


def _show_pending(home: Home, done: "SemesterRun") -> None:
    if done.pending:
        click.echo(
            f"\n收件箱中尚未到齐的报送包 packages that may still be arriving: {done.pending}"
            "  (10 分钟后再运行 run again in 10 minutes)"
        )
        click.echo(f"  {home.inbox}")


def _show_steps(done: "SemesterRun") -> None:
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=118)
    table = Table(title="用时（秒）seconds", title_justify="left", title_style="bold")
    table.add_column("步骤 step")
    for name in done.steps:
        table.add_column(name, justify="right")
    for asset, label in ASSETS.items():
        times = [
            next((f"{step.seconds:.1f}" for step in steps if step.asset == asset), "")
            for steps in done.steps.values()
        ]
        if any(times):
            table.add_row(label, *times)
    console.print(table)
    console.print(f"合计 in all {done.seconds:.1f} s")
