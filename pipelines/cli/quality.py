"""``xuewei quality``: suites are run and looked at, exceptions to expectations signed."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import (
    checked_semester,
    home_option,
    json_option,
    print_json,
)
from pipelines.cli.quality_sign import chosen_scope, exceptions, scope_options, sign, take_back
from pipelines.clock import clock
from pipelines.errors import GateClosedError, MissingInputError, UsageError
from pipelines.home import Home

if TYPE_CHECKING:
    from pipelines.quality.lookup import Look


@click.group(name="quality")
def command() -> None:
    """质量：运行、查看、变化、例外。 Quality suites: run, show, history, exceptions."""


@command.command()
@home_option
@click.option("--semester", required=True, help="For example 2025-2026-1.")
@scope_options
@click.option("--level", help="Only this level, for example province_register.")
@click.option("--anew", is_flag=True, help="Also what was judged before and has not changed.")
@json_option
def run(
    home: Home,
    semester: str,
    province: str | None,
    national: bool,
    level: str | None,
    anew: bool,
    as_json: bool,
) -> None:
    """Run the suites on what the levels hold now; nothing else is changed.

    Exit code 68 when something that blocks is not fulfilled and no exception covers it.

    \b
    Example:  xuewei quality run --home demo --semester 2025-2026-1 --province 11
              xuewei quality run --semester 2025-2026-1 --national --level national_register
    """
    looks = _judged(home, checked_semester(semester), chosen_scope(province, national), level, anew)
    _show(looks, as_json, everything=False)
    if any(one.closing for one in looks):
        raise SystemExit(GateClosedError.exit_code)


def _judged(
    home: Home, semester: str, scope: str | None, level: str | None, anew: bool
) -> list["Look"]:
    """Levels that hold nothing of the semester are left out, unless nothing at all is there."""
    from pipelines.quality.exceptions import excused
    from pipelines.quality.levels import LEVELS
    from pipelines.quality.lookup import Look, scopes_with
    from pipelines.quality.results import NATIONAL
    from pipelines.quality.run import judge

    if level and level not in LEVELS:
        raise UsageError(f"{level!r} is no level", f"one of {', '.join(LEVELS)}")
    looks, missing = [], None
    for where in [scope] if scope else scopes_with(home, semester):
        for one in LEVELS.values():
            if one.national != (where == NATIONAL) or level not in (None, one.name):
                continue
            try:
                results = judge(home, one.name, where, semester, now=clock(), anew=anew)
            except MissingInputError as error:
                missing = missing or error
                continue
            looks += [Look(result, excused(home, result)) for result in results]
    if not looks:
        raise missing or MissingInputError(
            f"{home.root} holds nothing of {semester}",
            "a semester that was run",
            f"xuewei run --semester {semester}",
        )
    return looks


@command.command()
@home_option
@click.option("--semester", help="Default: the newest that was judged.")
@scope_options
@click.option("--suite", help="Only this suite, for example province_profile.")
@click.option("--all", "everything", is_flag=True, help="Also what is fulfilled.")
@json_option
def show(
    home: Home,
    semester: str | None,
    province: str | None,
    national: bool,
    suite: str | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Show the latest results: totals by suite, then what is not fulfilled.

    \b
    Example:  xuewei quality show --home demo --province 11
              xuewei quality show --semester 2025-2026-1 --suite handover --all --json
    """
    from pipelines.quality.lookup import look

    looks = look(
        home,
        scope=chosen_scope(province, national),
        semester=checked_semester(semester) if semester else None,
        suite=suite,
    )
    _show(looks, as_json, everything=everything)


def _show(looks: list["Look"], as_json: bool, *, everything: bool) -> None:
    from pipelines.cli.quality_tables import results_as_json, show_results

    if as_json:
        print_json(results_as_json(looks, everything=everything))
    else:
        show_results(looks, everything=everything)


@command.command()
@click.argument("expectation", required=False)
@home_option
@scope_options
@click.option("--suite", help="Only in this suite.")
@click.option("--all", "every_run", is_flag=True, help="Every run, not the latest of a semester.")
@click.option("--svg", "svg_file", type=click.Path(path_type=Path), help="Also draw to a file.")
@json_option
def history(
    expectation: str | None,
    home: Home,
    province: str | None,
    national: bool,
    suite: str | None,
    every_run: bool,
    svg_file: Path | None,
    as_json: bool,
) -> None:
    """Show how an expectation's observed value moved over semesters. Without one, list the ids.

    \b
    Example:  xuewei quality history women_share --home demo --province 11
              xuewei quality history women_share --province 11 --svg women.svg
    """
    from pipelines.cli import quality_tables as tables
    from pipelines.quality import lookup

    scope = chosen_scope(province, national)
    if expectation is None:
        listed = lookup.known(home, scope=scope, suite=suite)
        if as_json:
            print_json({name: [one.id for one in found] for name, found in listed.items()})
        else:
            tables.show_known(listed)
        return
    found = lookup.history(home, expectation, scope=scope, suite=suite, every_run=every_run)
    if svg_file:
        _draw(found, svg_file)
    if as_json:
        print_json(tables.history_as_json(found))
        return
    for one in found:
        tables.show_history(one)


def _draw(found: list, svg_file: Path) -> None:
    from pipelines.quality.svg import svg

    if len(found) > 1:
        raise UsageError("--svg draws one history", "--province or --national, and --suite")
    try:
        svg_file.write_text(svg(found[0]), encoding="utf-8")
    except OSError:
        raise MissingInputError(f"{svg_file.name} cannot be written", "a file to write") from None


@command.command(name="open")
@home_option
def open_pages(home: Home) -> None:
    """Open the quality pages in the browser.

    \b
    Example:  xuewei quality open --home demo
    """
    from pipelines.quality.site import open_site

    click.echo(open_site(home))


for _one in (sign, take_back, exceptions):
    command.add_command(_one)
