"""``xuewei summary``: what became of a semester, by province and in the nation."""

import click
from rich.console import Console
from rich.table import Table

from pipelines.cli.options import checked_semester, home_option, json_option, print_json
from pipelines.errors import MissingInputError
from pipelines.home import Home
from pipelines.quality.results import NATIONAL
from pipelines.statistics.overview import Overview, ProvinceOverview, overview

SEVERITIES = {
    "error": "退回 error",
    "hold": "待核 hold",
    "warning": "提示 warning",
}


@click.command(name="summary")
@home_option
@click.option("--semester", required=True)
@json_option
def command(home: Home, semester: str, as_json: bool) -> None:
    """学期概况。 The overview of a semester.

    \b
    Example:  xuewei summary --home demo --semester 2025-2026-1
    """
    semester = checked_semester(semester)
    if not home.root.is_dir():
        raise MissingInputError(
            f"there is no data home {home.root}", "a folder in which a semester was run"
        )
    found = overview(home, semester)
    if as_json:
        print_json(found)
    else:
        show(found)


def show(found: Overview) -> None:
    """Prints an overview for people."""
    # a fixed width where nobody looks: tables are not cut in a log
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=118)
    console.print(f"\n[bold]学期 semester {found.semester}[/bold]")
    console.print(_filings(found))
    console.print(_lines(found))
    for item in found.provinces:
        if item.reasons:
            console.print(_reasons(item))
    if found.national:
        console.print(_nation(found))
        console.print(
            f"学位 degrees {found.degrees:,} · 证书 certificates {found.certificates:,} · "
            f"人 persons {found.persons:,}"
        )
    if found.quality:
        console.print(_quality(found))
    console.print("\n[bold]产品 products[/bold]")
    for name, path in found.products.items():
        console.print(f"  {name}: {path}", soft_wrap=True)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", no_wrap=number == 0)
    return table


def _name(item: ProvinceOverview) -> str:
    return f"{item.code} {item.name_zh} {item.name_en}"


def _filings(found: Overview) -> Table:
    columns = ("省份 province", "收到 received", "通过 approved", "整体退回 returned")
    table = _table("报送 filings", *columns)
    for item in found.provinces:
        table.add_row(
            _name(item), *(f"{n:,}" for n in (item.received, item.approved, item.returned))
        )
    return table


def _lines(found: Overview) -> Table:
    table = _table(
        "信息 records",
        "省份\nprovince",
        "行\nlines",
        "通过\naccepted",
        "待核\nheld",
        "退回\nreturned",
        "错误\nerrors",
        "存疑\nholds",
        "提示\nwarnings",
        "登记\nregistered",
        "移交\nhanded over",
    )
    for item in found.provinces:
        amounts = (
            item.lines,
            item.accepted,
            item.held,
            item.lines_returned,
            item.errors,
            item.holds,
            item.warnings,
            item.registered,
            item.handed_over,
        )
        table.add_row(f"{item.code} {item.name_en}", *(f"{n:,}" for n in amounts))
    return table


def _reasons(item: ProvinceOverview) -> Table:
    table = Table(title=f"{_name(item)}: 主要问题 top reasons", title_justify="left")
    table.add_column("规则")
    table.add_column("级别")
    table.add_column("次数", justify="right")
    table.add_column("问题 reason")
    for reason in item.reasons:
        severity = SEVERITIES[reason.severity]
        table.add_row(reason.rule_code, severity, f"{reason.count:,}", f"{reason.zh} {reason.en}")
    return table


def _quality(found: Overview) -> Table:
    table = _table(
        "质量期望 quality expectations",
        "范围 scope",
        "满足 passed",
        "提示 warned",
        "阻断 blocked",
        "例外 excused",
        "未评 not judged",
    )
    for one in found.quality:
        amounts = (one.passed, one.warned, one.blocked, one.excused, one.not_judged)
        scope = "全国 nation" if one.scope == NATIONAL else one.scope
        table.add_row(scope, *(f"{n:,}" for n in amounts))
    return table


def _nation(found: Overview) -> Table:
    columns = ("层次 level", "男 male", "女 female", "合计 total")
    table = _table("全国登记 national register", *columns)
    for level in found.national:
        amounts = (level.male, level.female, level.total)
        table.add_row(f"{level.name_zh} {level.name_en}", *(f"{n:,}" for n in amounts))
    sums = [
        sum(getattr(level, name) for level in found.national)
        for name in ("male", "female", "total")
    ]
    table.add_row("总计 total", *(f"{n:,}" for n in sums), style="bold")
    return table
