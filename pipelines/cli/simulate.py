"""``xuewei simulate``: synthetic institutions, people, reference data and filing packages."""

import click

from pipelines.cli.options import checked_semester, home_option, json_option, print_json
from pipelines.cli.progress import bar
from pipelines.home import Home


@click.command(name="simulate")
@home_option
@click.option("--semester", default="2025-2026-1", show_default=True)
@click.option("--province", "provinces", multiple=True, help="Province code; may be repeated.")
@click.option("--records", default=60_000, show_default=True, help="Degree records in all.")
@click.option("--filings", type=int, help="Packages in all (default 1-4 an institution).")
@click.option("--fault-rate", default=0.02, show_default=True, help="Share of faulty lines.")
@click.option(
    "--filing-fault-rate", default=0.02, show_default=True, help="Share of faulty filings."
)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["csv", "xlsx", "dbf", "parquet", "mixed"]),
    default="csv",
    show_default=True,
    help="Format of record files; mixed: institution by institution.",
)
@click.option(
    "--templates",
    default=0.0,
    show_default=True,
    help="Share of institutions whose XLSX files keep the template's instructions and samples.",
)
@click.option("--photos/--no-photos", default=False, show_default=True, help="A zip of photos.")
@click.option(
    "--enrolment-surplus",
    default=0.0,
    show_default=True,
    help="More people in the enrolment register, as a share of those with a degree.",
)
@click.option("--seed", default=20200629, show_default=True)
@json_option
def command(
    home: Home,
    semester: str,
    provinces: tuple[str, ...],
    records: int,
    filings: int | None,
    fault_rate: float,
    filing_fault_rate: float,
    file_format: str,
    templates: float,
    photos: bool,
    enrolment_surplus: float,
    seed: int,
    as_json: bool,
) -> None:
    """模拟数据：虚构的单位、人员和报送包。 Invent institutions, people and filing packages.

    Everything is written into the data home: packages in inbox/, registers in reference/, private
    keys in keys/, and in truth/ what is wrong with which line. The same seed gives the same bytes;
    another format has the same records, faults and truth.

    \b
    Example:  xuewei simulate --home try --province 11 --province 65 --records 20000
              xuewei simulate --home try --format mixed --templates 0.5 --photos
    """
    from pipelines.simulate.plan import Plan
    from pipelines.simulate.simulation import simulate

    plan = Plan(
        seed=seed,
        provinces=provinces or ("11", "32", "65"),
        semester=checked_semester(semester),
        records=records,
        filings=filings,
        fault_rate=fault_rate,
        filing_fault_rate=filing_fault_rate,
        format=file_format,
        templates=templates,
        photos=photos,
        enrolment_surplus=enrolment_surplus,
    )
    with bar("simulate", hidden=as_json) as advance:
        made = simulate(home, plan, advance)
    if as_json:
        print_json(made)
        return
    click.echo(
        f"{made.records:,} records in {made.filings:,} packages, "
        f"{made.faulty_lines:,} faulty lines, {made.faulty_filings:,} faulty filings"
    )
    click.echo(f"inbox  {home.inbox}")
    click.echo(f"truth  {home.truth}")
