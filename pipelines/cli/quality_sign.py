"""``xuewei quality except | withdraw | exceptions``: officers sign, and everybody can see what."""

from collections.abc import Callable
from datetime import date
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
    from pipelines.quality.signing import Signed
    from pipelines.review.exceptions import Signer


def scope_options(function: Callable[..., None]) -> Callable[..., None]:
    """``--province P`` or ``--national``."""
    province = click.option("--province", help="Province code, for example 11.")
    return province(click.option("--national", is_flag=True, help="The nation.")(function))


def chosen_scope(province: str | None, national: bool) -> str | None:
    """The scope that was chosen, None where neither was."""
    if province and national:
        raise UsageError("--province and --national are two scopes", "one of them")
    if national:
        from pipelines.quality.results import NATIONAL

        return NATIONAL
    return checked_province(province) if province else None


_KEY = click.Path(exists=True, dir_okay=False, path_type=Path)


def officer_options(function: Callable[..., None]) -> Callable[..., None]:
    """Who signs: ``--officer``, ``--key``, ``--key-id``."""
    for option in (
        click.option(
            "--key-id", help="Name in the officers' register (default: the key file's name)."
        ),
        click.option("--key", "key_file", required=True, type=_KEY, help="The reviewer's key."),
        click.option("--officer", required=True, help="Officer id of the reviewer."),
    ):
        function = option(function)
    return function


def _signer(key_file: Path, key_id: str | None) -> "Signer":
    from pipelines.review.exceptions import Signer

    return Signer(key_file, key_passphrase(key_file), key_id)


@click.command(name="except")
@click.argument("suite")
@click.argument("expectation")
@home_option
@click.option("--semester", required=True)
@scope_options
@click.option("--reason", required=True, help="Why; it is recorded with the decision.")
@click.option("--until", required=True, help="Last day that it holds; at most a year ahead.")
@click.option("--allow", metavar="X", help="Accept up to X beyond the limit: 0.02, 2% or 15.")
@officer_options
@json_option
def sign(
    suite: str,
    expectation: str,
    home: Home,
    semester: str,
    province: str | None,
    national: bool,
    reason: str,
    until: str,
    allow: str | None,
    officer: str,
    key_file: Path,
    key_id: str | None,
    as_json: bool,
) -> None:
    """Sign that a failed expectation is accepted as it is, or less bad, until a day.

    Only a reviewer of the province (of the national office for the nation) may. It binds the
    latest result; run the suites again afterwards.

    \b
    Example:  xuewei quality except province_profile women_share --semester 2025-2026-1 \\
                --province 11 --reason 新增师范院校 --until 2026-12-31 \\
                --officer p11-r1 --key keys/p11-r1.pem
    """
    from pipelines.quality.signing import sign_exception

    scope = chosen_scope(province, national)
    if scope is None:
        raise UsageError("whose expectation?", "--province P or --national")
    signed = sign_exception(
        home,
        suite=suite,
        expectation=expectation,
        scope=scope,
        semester=checked_semester(semester),
        reason=reason,
        until=_day(until),
        officer=officer,
        signer=_signer(key_file, key_id),
        now=clock(),
        allow=_amount(allow) if allow else None,
    )
    _print_signed(signed, f"同意 accepted until {signed.until}", as_json)


@click.command(name="withdraw")
@click.argument("exception_id")
@home_option
@click.option("--reason", required=True, help="Why it no longer holds.")
@officer_options
@json_option
def take_back(
    exception_id: str,
    home: Home,
    reason: str,
    officer: str,
    key_file: Path,
    key_id: str | None,
    as_json: bool,
) -> None:
    """Take an exception back; it stays on record.

    \b
    Example:  xuewei quality withdraw quality-0123456789abcdef --reason 已更正 \\
                --officer p11-r2 --key keys/p11-r2.pem
    """
    from pipelines.quality.signing import withdraw

    signed = withdraw(
        home,
        exception_id,
        reason=reason,
        officer=officer,
        signer=_signer(key_file, key_id),
        now=clock(),
    )
    _print_signed(signed, "撤回 withdrawn", as_json)


@click.command()
@home_option
@json_option
def exceptions(home: Home, as_json: bool) -> None:
    """List the exceptions to expectations, each verified now; a void one excuses nothing.

    \b
    Example:  xuewei quality exceptions --home demo --json
    """
    from pipelines.cli.quality_tables import show_exceptions
    from pipelines.quality.exceptions import read_exceptions

    found = read_exceptions(home, now=clock())
    if as_json:
        print_json(found)
    else:
        show_exceptions(found)


def _print_signed(signed: "Signed", words: str, as_json: bool) -> None:
    if as_json:
        print_json(signed)
        return
    again = "  (已有此决定 was signed before)" if signed.again else ""
    click.echo(f"{words}: {signed.decision_id}{again}")
    scope = "--national" if signed.scope == "national" else f"--province {signed.scope}"
    click.echo(f"  然后 then: xuewei quality run --semester {signed.semester} {scope}")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--until: {text!r} is no date", "a date such as 2026-12-31") from None


def _amount(text: str) -> float:
    """A number, or a share as ``2%``."""
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise UsageError(f"--allow: {text!r} is no number", "0.02, 2% or 15") from None
