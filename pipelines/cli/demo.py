"""``xuewei demo``: everything on three synthetic provinces, and where to look."""

import shutil
from pathlib import Path

import click

from pipelines.cli.options import home_option
from pipelines.cli.progress import bar
from pipelines.cli.run import run_and_show
from pipelines.errors import UsageError
from pipelines.home import Home

SEMESTER = "2025-2026-1"
PROVINCES = ("11", "32", "65")
MARK = ".xuewei-demo"
"""Lies in a home that the demo made: nothing else is ever removed."""


@click.command(name="demo")
@home_option
@click.option("--records", default=60_000, show_default=True, help="Degree records in all.")
@click.option("--seed", default=20200629, show_default=True)
def command(home: Home, records: int, seed: int) -> None:
    """演示：三个省的一个学期。 A semester of three synthetic provinces, with a summary.

    The demo's data home is made anew each time; a data home that the demo did not make is never
    touched.

    \b
    Example:  xuewei demo --home demo
    """
    from pipelines.simulate.plan import Plan
    from pipelines.simulate.simulation import simulate

    _start_afresh(home.root)
    click.echo(
        f"模拟 simulating {records:,} records in provinces {', '.join(PROVINCES)} …", err=True
    )
    with bar("simulate") as advance:
        plan = Plan(seed, PROVINCES, SEMESTER, records, photos=True, format="mixed", templates=0.3)
        made = simulate(home, plan, advance)
    click.echo(
        f"模拟 simulated: {made.records:,} 条信息 records, {made.filings:,} 个报送包 packages, "
        f"{made.faulty_lines:,} 条有错 faulty, {made.faulty_filings:,} 个包有错 faulty packages"
    )
    ok = run_and_show(home, SEMESTER, None, "automatic", as_json=False)
    click.echo(
        f"\n再看 look further:  xuewei ui --home {home.root}   (Dagster)"
        f"\n再运行 run again:   xuewei run --home {home.root} --semester {SEMESTER}"
    )
    if not ok:
        raise SystemExit(70)


def _start_afresh(root: Path) -> None:
    if root.exists() and not (root.is_dir() and not any(root.iterdir())):
        if not (root / MARK).is_file():
            raise UsageError(
                f"{root} holds something that the demo did not make",
                "an empty folder or the home of an earlier demo",
                "name another folder: xuewei demo --home DIR",
            )
        _make_writable(root)
        shutil.rmtree(root)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    (root / MARK).write_text("made by xuewei demo; removed by the next demo\n", encoding="utf-8")


def _make_writable(root: Path) -> None:
    for path in (root / "archive").glob("*"):
        path.chmod(0o700)
