"""``xuewei exception``: a rule's exception is asked for, granted until a day, or refused."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import home_option, json_option, key_passphrase, print_json
from pipelines.clock import clock, office_day
from pipelines.errors import UsageError
from pipelines.home import Home

if TYPE_CHECKING:
    from pipelines.review.exceptions import ExceptionDecided, Signer


@click.group(name="exception")
def command() -> None:
    """例外：申请、同意、不同意、查看。 Exceptions to a rule: request, grant, refuse, list."""


def _signer(key_file: Path, key_id: str | None) -> "Signer":
    from pipelines.review.exceptions import Signer

    return Signer(key_file, key_passphrase(key_file), key_id)


_KEY = click.Path(exists=True, dir_okay=False, path_type=Path)


@command.command()
@click.option("--institution", required=True, help="Institution code, five digits.")
@click.option("--rule", required=True, help="Rule code, for example R16.")
@click.option("--field", help="Only findings on this field, for example BYNY.")
@click.option("--filing", "filing_id", help="Only this filing.")
@click.option("--semester", help="Only filings of this semester.")
@click.option("--reason", required=True, help="Why; it is recorded with the decision.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to make.")
@click.option("--key", "key_file", type=_KEY, help="Sign with an officer's key.")
@click.option("--key-id", help="Name in the officers' register (default: the key file's name).")
@json_option
def request(
    institution: str,
    rule: str,
    field: str | None,
    filing_id: str | None,
    semester: str | None,
    reason: str,
    out: Path,
    key_file: Path | None,
    key_id: str | None,
    as_json: bool,
) -> None:
    """Ask the province for an exception to a rule: makes a file to send.

    \b
    Example:  xuewei exception request --institution 19001 --rule R16 --semester 2025-2026-1 \\
                --reason 2020级因疫情休学 --key keys/19001-k1.pem --out exception.json
    """
    from pipelines.review.exceptions import make_request, write_request

    made = make_request(
        institution=institution,
        rule=rule,
        field=field,
        filing_id=filing_id,
        semester=semester,
        reason=reason,
        now=clock(),
        signer=_signer(key_file, key_id) if key_file else None,
    )
    write_request(made, out)
    if as_json:
        print_json(made)
    else:
        click.echo(out)


@command.command()
@click.argument("request_file", metavar="REQUEST", type=_KEY)
@home_option
@click.option("--until", required=True, help="Last day of submission that it covers.")
@click.option("--officer", required=True, help="Officer id of the reviewer.")
@click.option("--key", "key_file", required=True, type=_KEY, help="The reviewer's key.")
@click.option("--key-id", help="Name in the officers' register (default: the key file's name).")
@click.option("--reason", default="", help="What the decision rests on.")
@json_option
def grant(
    request_file: Path,
    home: Home,
    until: str,
    officer: str,
    key_file: Path,
    key_id: str | None,
    reason: str,
    as_json: bool,
) -> None:
    """Grant a requested exception until a day. Only a reviewer of the province may.

    \b
    Example:  xuewei exception grant exception.json --until 2026-08-31 \\
                --officer p11-r1 --key keys/p11-r1.pem --reason 材料齐全
    """
    from pipelines.review.exceptions import decide_exception

    try:
        last = date.fromisoformat(until)
    except ValueError:
        raise UsageError(f"--until: {until!r} is no date", "a date such as 2026-08-31") from None
    decided = decide_exception(
        home,
        request_file,
        officer=officer,
        signer=_signer(key_file, key_id),
        now=clock(),
        until=last,
        reason=reason,
    )
    _print_decided(decided, as_json)


@command.command()
@click.argument("request_file", metavar="REQUEST", type=_KEY)
@home_option
@click.option("--officer", required=True, help="Officer id of the reviewer.")
@click.option("--key", "key_file", required=True, type=_KEY, help="The reviewer's key.")
@click.option("--key-id", help="Name in the officers' register (default: the key file's name).")
@click.option("--reason", required=True, help="Why not.")
@json_option
def refuse(
    request_file: Path,
    home: Home,
    officer: str,
    key_file: Path,
    key_id: str | None,
    reason: str,
    as_json: bool,
) -> None:
    """Refuse a requested exception, with a reason. Only a reviewer of the province may.

    \b
    Example:  xuewei exception refuse exception.json --officer p11-r1 --key keys/p11-r1.pem \\
                --reason 证明材料不足
    """
    from pipelines.review.exceptions import decide_exception

    decided = decide_exception(
        home,
        request_file,
        officer=officer,
        signer=_signer(key_file, key_id),
        now=clock(),
        until=None,
        reason=reason,
    )
    _print_decided(decided, as_json)


def _print_decided(decided: "ExceptionDecided", as_json: bool) -> None:
    if as_json:
        print_json(decided)
        return
    signed = "" if decided.signed else "  (unsigned request)"
    if decided.until:
        click.echo(f"同意 granted until {decided.until}: {decided.decision_id}{signed}")
    else:
        click.echo(f"不同意 refused: {decided.decision_id}{signed}")


@command.command(name="list")
@home_option
@json_option
def list_exceptions(home: Home, as_json: bool) -> None:
    """List the decisions about exceptions, each verified now; a void one grants nothing.

    \b
    Example:  xuewei exception list --json
    """
    from pipelines.examination.exceptions import read_exceptions

    found = read_exceptions(home)
    if as_json:
        print_json(found)
        return
    today = office_day(clock())
    for one in found:
        covers = " ".join(
            str(part)
            for part in (one.institution, one.rule, one.field, one.filing_id, one.semester)
            if part
        )
        state = "expired" if one.state == "valid" and one.until and one.until < today else one.state
        until = f"  until {one.until}" if one.until else ""
        why = f"  ({one.reason})" if one.reason else ""
        click.echo(f"{one.exception_id}  {state:<8}{covers}{until}{why}")
