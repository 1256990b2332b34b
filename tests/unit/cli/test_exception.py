"""The exception commands: asked for, granted, refused and listed; mistakes with their codes."""

import json
from pathlib import Path

import pytest

from pipelines.home import Home
from tests.unit.cli.conftest import Command
from tests.unit.review.offices import edit, key_file, write_registers

ASK = ("exception", "request", "--institution", "19001", "--rule", "R16", "--reason", "疫情休学")


@pytest.fixture
def office(tmp_path: Path) -> Home:
    home = Home.at(tmp_path / "office").make()
    write_registers(home)
    return home


def asked(command: Command, folder: Path, *more: object, name: str = "x.json") -> Path:
    said = command(*ASK, "--out", folder / name, *more)
    assert said.exit_code == 0, said.output
    return folder / name


def deciding(office: Home, act: str, request: Path, *more: object, officer: str = "p11-r1"):
    signed = ("--officer", officer, "--key", key_file(office, officer))
    return ("exception", act, request, "--home", office.root, *signed, *more)


def test_from_request_to_list(command: Command, office: Home, tmp_path: Path) -> None:
    key = key_file(office, "19001-s1")
    request = asked(command, tmp_path, "--field", "BYNY", "--key", key)
    said = command(*deciding(office, "grant", request, "--until", "2099-01-01"))
    assert said.exit_code == 64, "nobody excuses for decades"
    said = command(*deciding(office, "grant", request, "--until", "2027-08-31", "--json"))
    assert said.exit_code == 0, said.output
    made = json.loads(said.stdout)
    assert (made["outcome"], made["signed"], made["until"]) == ("approve", True, "2027-08-31")
    other = asked(command, tmp_path, "--semester", "2025-2026-1", name="y.json")
    said = command(*deciding(office, "refuse", other, "--reason", "证明材料不足"))
    assert said.exit_code == 0
    assert "unsigned request" in said.output
    said = command("exception", "list", "--home", office.root, "--json")
    listed = {one["exception_id"]: one for one in json.loads(said.stdout)}
    assert {one["state"] for one in listed.values()} == {"valid", "refused"}
    assert listed[made["decision_id"]]["field"] == "BYNY"
    said = command("exception", "list", "--home", office.root)
    assert "19001 R16 BYNY  until 2027-08-31" in said.output
    assert "疫情休学" not in said.output


def test_what_was_tampered_with_is_listed_as_void(
    command: Command, office: Home, tmp_path: Path
) -> None:
    request = asked(command, tmp_path)
    assert command(*deciding(office, "grant", request, "--until", "2027-08-31")).exit_code == 0
    (path,) = office.decisions.iterdir()
    edit(path, "until", value="2028-08-31")
    said = command("exception", "list", "--home", office.root)
    assert said.exit_code == 0
    assert "void" in said.output
    assert "the signature does not fit the content" in said.output


def test_an_exception_that_expired_is_listed_so(
    command: Command, office: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = asked(command, tmp_path)
    assert command(*deciding(office, "grant", request, "--until", "2026-12-31")).exit_code == 0
    monkeypatch.setenv("XUEWEI_NOW", "2027-01-01T00:00:00+08:00")
    assert "expired" in command("exception", "list", "--home", office.root).output


def test_an_empty_home_lists_nothing(command: Command, tmp_path: Path) -> None:
    said = command("exception", "list", "--home", tmp_path / "nowhere", "--json")
    assert (said.exit_code, json.loads(said.stdout)) == (0, [])
    assert not (tmp_path / "nowhere").exists()


def test_who_may_not_gets_code_77(command: Command, office: Home, tmp_path: Path) -> None:
    request = asked(command, tmp_path)
    said = command(*deciding(office, "grant", request, "--until", "2027-08-31", officer="p12-r1"))
    assert said.exit_code == 77
    assert "not one of this province" in said.stderr
    assert "Traceback" not in said.output
    assert not office.decisions.exists() or not list(office.decisions.iterdir())


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("--rule", "R11"), "R11 cannot be excused"),
        (("--rule", "x"), "rule"),
        (("--institution", "x"), "institution"),
        (("--semester", "x"), "semester"),
        (("--semester", "2025-2027-1"), "2025-2026-1"),
        (("--field", "NOSUCH"), "NOSUCH"),
        (("--reason", ""), "reason"),
        (("--key", "nowhere.pem"), "nowhere.pem"),
    ],
)
def test_a_wrong_request_makes_no_file(
    command: Command, tmp_path: Path, more: tuple[str, str], told: str
) -> None:
    said = command(*ASK, "--out", tmp_path / "x.json", *more)
    assert said.exit_code == 64, said.output
    assert told in said.stderr
    assert not (tmp_path / "x.json").exists()


def test_a_file_that_is_no_request(command: Command, office: Home, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    said = command(*deciding(office, "refuse", tmp_path / "x.json", "--reason", "x"))
    assert said.exit_code == 65
    said = command(*deciding(office, "grant", tmp_path / "x.json", "--until", "soon"))
    assert said.exit_code == 64
