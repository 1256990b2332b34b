"""For institutions: pack, sign, check, with the very rules that will judge the filing."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from tests.end_to_end.country import files_below
from tests.unit.cli.conftest import Command, Desk


def packed(desk: Desk, command: Command, name: str = "package.zip", *, sign: bool = True) -> Path:
    out = desk.folder / name
    said = command("filing", "pack", desk.records, *desk.options(out))
    assert said.exit_code == 0, said.output
    if sign:
        said = command("filing", "sign", out, "--key", desk.key)
        assert said.exit_code == 0, said.output
    return out


def check(desk: Desk, command: Command, package: Path, *more: object) -> tuple[int, dict]:
    said = command("filing", "check", package, "--home", desk.home.root, "--json", *more)
    return said.exit_code, json.loads(said.stdout)


def spoil(desk: Desk, code: str, value: str) -> None:
    desk.package.cell(code, value)
    (desk.records / desk.package.records).write_bytes(desk.package.data)


@pytest.mark.parametrize("name", ["package.zip", "package"])
def test_a_clean_package_passes(desk: Desk, command: Command, name: str) -> None:
    code, found = check(desk, command, packed(desk, command, name))
    assert code == 0, found
    assert found["accepted"] == found["lines"] == desk.package.lines_sent() > 0
    assert found["whole"] == found["reasons"] == []


def test_a_faulty_package_is_told_why(desk: Desk, command: Command) -> None:
    spoil(desk, "XM", "")
    out = desk.folder / "feedback"
    code, found = check(desk, command, packed(desk, command), "--out", out)
    assert code == 67
    assert found["returned"] == 1
    assert found["accepted"] == found["lines"] - 1
    assert [(rule, severity, lines) for rule, severity, lines, _ in found["reasons"]] == [
        ("R01", "error", 1)
    ]
    names = {"feedback.csv", "feedback.json", "feedback.xlsx"}
    assert {path.name for path in out.iterdir()} == names


def test_what_people_see_of_a_faulty_package(desk: Desk, command: Command) -> None:
    spoil(desk, "XWZSBH", "1.00481E+15")
    said = command("filing", "check", packed(desk, command), "--home", desk.home.root)
    assert said.exit_code == 67
    assert "R07" in said.output
    assert "returned 1" in said.output
    assert "1.00481E+15" not in said.output


def test_checking_records_nothing(desk: Desk, command: Command) -> None:
    package = packed(desk, command)
    before = files_below(desk.home.root)
    folders = sorted(desk.home.root.rglob("*"))
    check(desk, command, package)
    assert files_below(desk.home.root) == before
    assert sorted(desk.home.root.rglob("*")) == folders


def test_the_key_of_another_institution(desk: Desk, command: Command) -> None:
    package = packed(desk, command, sign=False)
    own = desk.key.name
    other = next(path for path in sorted(desk.home.keys.glob("1*-k1.pem")) if path.name != own)
    assert command("filing", "sign", package, "--key", other).exit_code == 0
    code, found = check(desk, command, package)
    assert code == 67
    assert [reason[:3] for reason in found["whole"]] == ["F07"]
    assert found["accepted"] == found["lines"], "its lines are judged all the same"


def test_another_key_under_the_right_name(desk: Desk, command: Command) -> None:
    package = packed(desk, command, sign=False)
    other = next(path for path in desk.home.keys.glob("*-k1.pem") if path.name != desk.key.name)
    named = ("--key-id", desk.key.stem)
    assert command("filing", "sign", package, "--key", other, *named).exit_code == 0
    code, found = check(desk, command, package)
    assert (code, [reason[:3] for reason in found["whole"]]) == (67, ["F07"])


def test_an_unsigned_package(desk: Desk, command: Command) -> None:
    code, found = check(desk, command, packed(desk, command, sign=False))
    assert code == 67
    assert {reason[:3] for reason in found["whole"]} <= {"F02", "F07"}
    assert found["whole"]


def test_a_package_changed_after_signing(desk: Desk, command: Command) -> None:
    package = packed(desk, command, "package")
    records = package / desk.package.records
    records.write_bytes(records.read_bytes().replace(b"\n", b"\r\n", 1))
    code, found = check(desk, command, package)
    assert (code, [reason[:3] for reason in found["whole"]]) == (67, ["F04"])


def test_no_package_at_all(desk: Desk, command: Command, tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("no zip")
    said = command("filing", "check", tmp_path / "notes.zip", "--home", desk.home.root)
    assert said.exit_code == 67
    assert "F13" in said.stderr
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("a.csv", "x")
    said = command("filing", "check", tmp_path / "empty.zip", "--home", desk.home.root)
    assert said.exit_code == 67
    assert "F01" in said.stderr
    assert "xuewei filing pack" in said.stderr
    assert '{"' not in said.stderr, "a person reads sentences, not JSON"


def test_the_offices_tolerances_and_settings_hold_in_a_check(desk: Desk, command: Command) -> None:
    spoil(desk, "XM", "")
    package = packed(desk, command)
    home = desk.folder / "office"
    shutil.copytree(desk.home.reference, home / "reference")
    table = (
        "tolerance_id,rule_code,province_code,institution_code,semester,scope,share,lines,"
        "valid_from,valid_to,basis\nt1,R01,,,,filing,,1,,,\n"
    )
    (home / "reference" / "tolerances.csv").write_text(table)
    said = command("filing", "check", package, "--home", home, "--json")
    assert said.exit_code == 0, said.output
    assert [reason[:2] for reason in json.loads(said.stdout)["reasons"]] == [["R01", "warning"]]
    (home / "reference" / "examination.toml").write_text("[disclosure]\nminimum_days = 300\n")
    said = command("filing", "check", package, "--home", home, "--json")
    assert [reason[:3] for reason in json.loads(said.stdout)["whole"]] == ["C03"]


@pytest.mark.parametrize("name", ["late.part", ".hidden"])
def test_a_package_of_any_name_is_examined(desk: Desk, command: Command, name: str) -> None:
    package = packed(desk, command, "package")
    code, found = check(desk, command, package.rename(desk.folder / name))
    assert code == 0, found


def test_the_folder_that_one_stands_in_is_examined(
    desk: Desk, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(packed(desk, command, "package"))
    assert check(desk, command, Path())[0] == 0


def test_packing_twice_is_refused(desk: Desk, command: Command) -> None:
    out = packed(desk, command)
    before = out.read_bytes()
    said = command("filing", "pack", desk.records, *desk.options(out))
    assert said.exit_code == 64
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--adopted", "8 January", "--adopted"),
        ("--submitted-at", "noon", "--submitted-at"),
        ("--semester", "2026", "2025-2026-1"),
        ("--province", "00", "province"),
        ("--standard", "2030", "2018"),
        ("--category", "records.csv", "--category"),
    ],
)
def test_a_wrong_option_packs_nothing(
    desk: Desk, command: Command, option: str, value: str, told: str
) -> None:
    out = desk.folder / "package.zip"
    said = command("filing", "pack", desk.records, *desk.options(out), option, value)
    assert said.exit_code == 64, said.output
    assert told in said.stderr
    assert not out.exists()


def test_a_key_that_is_none(desk: Desk, command: Command) -> None:
    package = packed(desk, command, sign=False)
    before = package.read_bytes()
    (desk.folder / "key.pem").write_text("no key")
    said = command("filing", "sign", package, "--key", desk.folder / "key.pem")
    assert said.exit_code == 65
    assert package.read_bytes() == before
