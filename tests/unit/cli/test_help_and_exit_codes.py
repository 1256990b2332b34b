"""Each command explains itself with an example; each mistake has its exit code and no traceback."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipelines.cli import COMMANDS, xuewei
from pipelines.home import Home
from tests.end_to_end.country import SEMESTER
from tests.unit.cli.conftest import Command


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        item = group.get_command(context, name)
        assert item is not None
        if isinstance(item, click.Group):
            yield from leaves(item, (*path, name))
        else:
            yield (*path, name)


LEAVES = sorted(leaves(xuewei))


def test_the_commands_of_the_issue_are_there() -> None:
    names = {" ".join(leaf) for leaf in LEAVES}
    assert names >= {
        "demo", "simulate", "run", "summary", "ui", "filing pack", "filing sign",
        "filing check", "standard show", "standard list", "standard dictionary",
    }  # fmt: skip


@pytest.mark.parametrize("leaf", LEAVES, ids=" ".join)
def test_help_shows_an_example_that_names_the_command(
    leaf: tuple[str, ...], command: Command
) -> None:
    said = command(*leaf, "--help")
    assert said.exit_code == 0
    assert f"Example:  xuewei {' '.join(leaf)}" in said.output


def test_the_groups_help_lists_all_commands(command: Command) -> None:
    said = command("--help")
    assert said.exit_code == 0
    assert all(f"  {name} " in said.output for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("run", "--semester", "2025"), 64, "2025-2026-1"),
        (("run", "--semester", "2025-2027-1"), 64, "2025-2026-1"),
        (("run", "--semester", "1999-2000-1"), 64, "2008-2009-1"),
        (("run", "--semester", SEMESTER, "--province", "99"), 64, "'99'"),
        (("run", "--semester", SEMESTER, "--province", "81"), 64, "'81'"),
        (("run",), 64, "--semester"),
        (("run", "--semester", SEMESTER, "--review", "dice"), 64, "automatic"),
        (("summary", "--semester", "now"), 64, "2025-2026-1"),
        (("summary", "--home", "nowhere", "--semester", SEMESTER), 66, "no data home"),
        (("simulate", "--semester", "x"), 64, "2025-2026-1"),
        (("simulate", "--province", "00"), 64, "GB/T 2260"),
        (("simulate", "--records", "0"), 64, "--records"),
        (("simulate", "--records", "many"), 64, "--records"),
        (("simulate", "--fault-rate", "2"), 64, "fault_rate"),
        (("standard", "show", "NOSUCH"), 64, "xuewei standard list"),
        (("standard", "draw"), 64, "draw"),
        (("fly",), 64, "fly"),
        (("filing", "check", "nowhere.zip"), 64, "nowhere.zip"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_mistake_is_told_with_its_exit_code(
    words: tuple[str, ...], code: int, told: str, command: Command, tmp_path: Path
) -> None:
    said = command(*words)
    assert said.exit_code == code, said.output
    assert told in said.stderr
    assert said.stdout == ""
    assert "Traceback" not in said.output
    assert list(tmp_path.iterdir()) == [], "a mistake leaves nothing behind"


def test_the_demo_refuses_a_folder_that_it_did_not_make(command: Command, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.txt").write_text("three years")
    said = command("demo", "--home", precious, "--records", 10)
    assert said.exit_code == 64
    assert "did not make" in said.stderr
    assert [path.name for path in precious.iterdir()] == ["thesis.txt"]


def test_the_demo_refuses_a_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    said = command("demo", "--home", tmp_path / "file")
    assert said.exit_code == 64
    assert (tmp_path / "file").read_text() == "x"


def test_the_demo_makes_its_own_folder_anew(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.cli.demo.run_and_show", lambda *given, **named: True)
    home = tmp_path / "demo"
    assert command("demo", "--home", home, "--records", 30).exit_code == 0
    (home / "left-over").write_text("x")
    blob = home / "archive" / "00" / "blob"
    blob.parent.mkdir()
    blob.write_text("x")
    blob.chmod(0o444)
    blob.parent.chmod(0o500)
    assert command("demo", "--home", home, "--records", 30).exit_code == 0
    assert not (home / "left-over").exists()
    assert not blob.exists()
    assert Home.at(home).truth.is_dir()


def test_a_demo_that_fails_says_so_with_its_exit_code(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.cli.demo.run_and_show", lambda *given, **named: False)
    assert command("demo", "--home", tmp_path / "demo", "--records", 30).exit_code == 70
