"""An office whose suites were run over four semesters, and the commands on it."""

import json
from pathlib import Path
from typing import Any

from click.testing import Result as Said

from pipelines.home import Home
from tests.unit.cli.conftest import Command
from tests.unit.quality.judged import (
    ALL,
    FINE,
    SEMESTER,
    SHARE,
    SUITE,
    judged,
    kept,
)
from tests.unit.review.offices import key_file, write_registers

WOMEN = {
    "2023-2024-1": (0.488, "passed"),
    "2023-2024-2": (0.51, "passed"),
    "2024-2025-1": (0.479, "passed"),
    SEMESTER: (0.40, "failed"),
}


def judged_home(root: Path) -> Home:
    """A home in which one suite of a province was run over four semesters."""
    home = Home.at(root).make()
    write_registers(home)
    for number, (semester, (share, state)) in enumerate(WOMEN.items()):
        women = judged(SHARE, observed=share, excess=max(0.0, 0.45 - share), state=state)
        others = ALL[1:] if semester == SEMESTER else (FINE,)
        kept(home, women, *others, semester=semester, minutes=number)
    return home


def quality(command: Command, office: Home, *words: object) -> Said:
    return command("quality", words[0], "--home", office.root, *words[1:])


def read(said: Said) -> Any:
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def signing(office: Home, *more: object, officer: str = "p11-r1") -> tuple[object, ...]:
    who = ("--officer", officer, "--key", key_file(office, officer), "--reason", "新增师范院校")
    return (*who, *more)


def signed(
    command: Command, office: Home, *more: object, expectation: str = "women_share", **options: Any
) -> Said:
    about = (SUITE, expectation, "--semester", SEMESTER, "--until", "2027-08-31")
    scope = () if "--national" in more else ("--province", "11")
    return quality(command, office, "except", *about, *scope, *signing(office, *more, **options))
