"""``xuewei triage``: the officer's page of a province and semester."""

import click

from pipelines.cli.options import (
    checked_province,
    checked_semester,
    home_option,
    json_option,
    print_json,
)
from pipelines.clock import clock
from pipelines.errors import MissingInputError
from pipelines.home import Home


@click.command(name="triage")
@home_option
@click.option("--province", required=True, help="Province code.")
@click.option("--semester", required=True)
@json_option
def command(home: Home, province: str, semester: str, as_json: bool) -> None:
    """审核概况页。 Write the triage page: top rules, institutions, trend, what is overdue.

    \b
    Example:  xuewei triage --home demo --province 11 --semester 2025-2026-1
    """
    # Polars is slow to import, and `xuewei --help` imports the module of every command
    from pipelines.examination.triage import write_triage

    path = write_triage(home, checked_province(province), checked_semester(semester), now=clock())
    if path is None:
        raise MissingInputError(
            f"nothing of {semester} in province {province} was examined in {home.root}",
            "a semester that was run",
            f"xuewei run --semester {semester} --province {province}",
        )
    if as_json:
        print_json({"page": str(path)})
    else:
        click.echo(path)
