"""``xuewei filing``: for an institution: make a package, sign it, examine it before sending."""

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import (
    checked_province,
    checked_semester,
    home_option,
    json_option,
    key_passphrase,
    print_json,
)
from pipelines.clock import clock
from pipelines.errors import UsageError
from pipelines.home import Home

if TYPE_CHECKING:
    from pipelines.review.trial import Checked


@click.group(name="filing")
def command() -> None:
    """单位报送：打包、签名、自查。 For institutions: pack, sign, check."""


def _day(text: str, what: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{what}: {text!r} is no date", "a date such as 2026-01-08") from None


@command.command()
@click.argument("records", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder or .zip to make."
)
@click.option("--province", required=True)
@click.option("--institution", required=True, help="Institution code, five digits.")
@click.option("--semester", required=True)
@click.option("--resolution", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--number", required=True, help="Number of the resolution.")
@click.option("--adopted", required=True, help="Day the committee adopted it, 2026-01-08.")
@click.option("--effective", help="Day it took effect (default: adopted).")
@click.option("--headcount", type=int, help="People named in it (default: as many as records).")
@click.option(
    "--names", type=click.Path(exists=True, path_type=Path), help="CSV 姓名,学位类别 of the list."
)
@click.option(
    "--photos", type=click.Path(exists=True, path_type=Path), help="Zip of the photos (ZP)."
)
@click.option("--disclosed", nargs=2, required=True, help="First and last day of disclosure.")
@click.option("--collected-by", required=True, help="Officer id.")
@click.option("--verified-by", required=True, help="Another officer's id.")
@click.option("--submitted-by", required=True, help="Officer id.")
@click.option("--submitted-at", help="Time of filing with zone (default: now).")
@click.option("--standard", default="2018", show_default=True, type=click.Choice(["2018", "2024"]))
@click.option("--sequence", default="001", show_default=True, help="Last part of the filing id.")
@click.option(
    "--category", "categories", multiple=True, metavar="FILE=D1", help="If not in the name."
)
def pack(
    records: Path,
    out: Path,
    province: str,
    institution: str,
    semester: str,
    resolution: Path,
    number: str,
    adopted: str,
    effective: str | None,
    headcount: int | None,
    names: Path | None,
    photos: Path | None,
    disclosed: tuple[str, str],
    collected_by: str,
    verified_by: str,
    submitted_by: str,
    submitted_at: str | None,
    standard: str,
    sequence: str,
    categories: tuple[str, ...],
) -> None:
    """Make a package from a folder of record files and the scan of the resolution.

    \b
    Example:  xuewei filing pack records/ --out 11-19001-2025-2026-1-001.zip \\
                --province 11 --institution 19001 --semester 2025-2026-1 \\
                --resolution resolution.pdf --number 校学位〔2026〕1号 --adopted 2026-01-08 \\
                --names names.csv --photos photos.zip \\
                --disclosed 2026-01-09 2026-01-16 \\
                --collected-by 19001-c1 --verified-by 19001-v1 --submitted-by 19001-s1
    """
    from pipelines.filing.pack import PackOptions, ResolutionScan, pack_folder

    adopted_on = _day(adopted, "--adopted")
    effective_on = _day(effective, "--effective") if effective else adopted_on
    try:
        when = datetime.fromisoformat(submitted_at) if submitted_at else clock()
    except ValueError:
        raise UsageError("--submitted-at is no time", "2026-01-20T09:00:00+08:00") from None
    if any("=" not in pair for pair in categories):
        raise UsageError("--category takes FILE=CATEGORY", "for example list.csv=B1")
    scan = ResolutionScan(resolution, number, adopted_on, effective_on, headcount, names)
    options = PackOptions(
        province=checked_province(province),
        institution=institution,
        semester=checked_semester(semester),
        resolutions=[scan],
        disclosed_from=_day(disclosed[0], "--disclosed"),
        disclosed_to=_day(disclosed[1], "--disclosed"),
        collected_by=collected_by,
        verified_by=verified_by,
        submitted_by=submitted_by,
        submitted_at=when,
        standard=standard,
        sequence=sequence,
        categories=dict(pair.split("=", 1) for pair in categories),
        photos=photos,
    )
    click.echo(pack_folder(records, out, options))


@command.command()
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@click.option("--key", "key_file", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--key-id", help="Name in the officers' register (default: the key file's name).")
def sign(package: Path, key_file: Path, key_id: str | None) -> None:
    """Sign a package in place with an officer's key.

    An encrypted key's passphrase is read from XUEWEI_KEY_PASSPHRASE, else asked for.

    \b
    Example:  xuewei filing sign 11-19001-2025-2026-1-001.zip --key keys/19001-s1-k1.pem
    """
    from pipelines.filing.pack import sign_package

    sign_package(package, key_file, key_passphrase(key_file), key_id=key_id)
    click.echo(f"signed {package}")


@command.command()
@click.argument("package", type=click.Path(exists=True, path_type=Path))
@home_option
@click.option("--out", type=click.Path(path_type=Path), help="Where to put the feedback.")
@json_option
def check(package: Path, home: Home, out: Path | None, as_json: bool) -> None:
    """Examine a package with the very rules that will judge it. Nothing is recorded.

    Institutions and officers are looked up in the data home's reference/ where there is one.
    Exit code 0 when every line would be accepted, else 67.

    \b
    Example:  xuewei filing check 11-19001-2025-2026-1-001.zip --out feedback
    """
    from pipelines.review.trial import check_package

    with tempfile.TemporaryDirectory(prefix="xuewei-check-") as scratch:
        result = check_package(package, home, Path(scratch), out, now=clock())
    if as_json:
        print_json(result)
    else:
        _print_check(result, out)
    if not result.clean:
        raise SystemExit(67)


def _print_check(result: "Checked", out: Path | None) -> None:
    click.echo(
        f"lines {result.lines:,}: would be accepted {result.accepted:,}, "
        f"held {result.held:,}, returned {result.returned:,}"
    )
    for reason in result.whole:
        click.echo(f"  the filing as a whole: {reason}")
    for rule, severity, count, text in result.reasons:
        click.echo(f"  {rule}  {severity:<8}{count:>8,}  {text}")
    if out and result.feedback:
        click.echo(f"feedback  {result.feedback}")
