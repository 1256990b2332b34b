"""Options that several commands share, and how results are printed."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import click

from pipelines.errors import UsageError
from pipelines.home import Home
from pipelines.standard.codes import code_table
from pipelines.standard.semesters import Semester

Command = Callable[..., Any]


def home_option(function: Command) -> Command:
    """``--home DIR``: the data home; also ``XUEWEI_HOME``, default ``./data``."""
    return click.option(
        "--home",
        "home",
        metavar="DIR",
        callback=lambda _ctx, _param, value: Home.at(value),
        help="Data home (or XUEWEI_HOME; default ./data).",
    )(function)


def json_option(function: Command) -> Command:
    """``--json``: machines read the result."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(
        function
    )


def checked_semester(text: str) -> str:
    """The semester as written; UsageError says what one looks like."""
    try:
        return str(Semester.parse(text))
    except ValueError as error:
        raise UsageError(str(error), "a semester, for example 2025-2026-1") from None


def checked_province(code: str) -> str:
    """A province's code; UsageError when the regulation does not address it."""
    known = [row["code"] for row in code_table("province").rows if row["in_scope"] == "Y"]
    if code not in known:
        raise UsageError(
            f"{code!r} is no province", "two digits of GB/T 2260, for example 11 (Beijing)"
        )
    return code


def key_passphrase(key_file: Path) -> str | None:
    """The passphrase of an encrypted key: ``XUEWEI_KEY_PASSPHRASE``, else asked for."""
    passphrase = os.environ.get("XUEWEI_KEY_PASSPHRASE")
    if passphrase is None and b"ENCRYPTED" in key_file.read_bytes()[:200]:
        return str(click.prompt("Passphrase", hide_input=True, err=True))
    return passphrase


def print_json(value: Any) -> None:
    """Prints a dataclass, a mapping or a list as JSON."""
    click.echo(json.dumps(_plain(value), ensure_ascii=False, indent=2, default=str))


def _plain(value: Any) -> Any:
    """Dataclasses as dictionaries, all the way down (``asdict`` takes a Counter apart)."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
