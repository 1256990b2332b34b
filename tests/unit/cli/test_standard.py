"""``xuewei standard``: fields, code tables and rules as people and as machines read them."""

import json
from pathlib import Path

import pytest

from pipelines.filing.door_rules import DOOR_RULES
from pipelines.standard import FIELDS
from pipelines.standard.codes import code_tables
from pipelines.standard.dictionary import FILES
from pipelines.standard.rules import FILING_RULES, RULES, SET_RULES
from tests.unit.cli.conftest import Command

JUDGED = {rule.code for rule in (*RULES, *SET_RULES, *FILING_RULES)}
CODES = sorted(JUDGED | set(DOOR_RULES))


@pytest.mark.parametrize("name", ["XWZSBH", "学位证书编号", "certificate_number"])
def test_a_field_by_any_of_its_names(name: str, command: Command) -> None:
    said = command("standard", "show", name, "--json")
    assert said.exit_code == 0
    shown = json.loads(said.output)
    assert shown["field"] == "XWZSBH"
    assert shown["中文"] == FIELDS["XWZSBH"].label_zh
    assert {"R07", "R08", "R11"} <= set(shown["rules"].split())


@pytest.mark.parametrize("table", [item.name for item in code_tables()])
def test_every_code_table_can_be_shown(table: str, command: Command) -> None:
    shown = json.loads(command("standard", "show", table, "--json").output)
    assert shown["table"] == table
    assert len(shown["codes"]) > 0
    text = command("standard", "show", table)
    assert text.exit_code == 0
    assert shown["edition"] in text.output


@pytest.mark.parametrize("code", CODES)
def test_every_rule_can_be_shown(code: str, command: Command) -> None:
    shown = json.loads(command("standard", "show", code.lower(), "--json").output)
    assert shown["rule"] == code
    assert shown["severity"] in ("error", "hold", "warning", "repaired")
    assert shown["中文"]
    assert shown["English"]
    assert shown["basis"]


@pytest.mark.parametrize("code", FIELDS)
def test_every_field_can_be_shown(code: str, command: Command) -> None:
    said = command("standard", "show", code)
    assert said.exit_code == 0
    assert FIELDS[code].label_zh in said.output


def test_the_list_is_complete(command: Command) -> None:
    shown = json.loads(command("standard", "list", "--json").output)
    assert [field["code"] for field in shown["fields"]] == list(FIELDS)
    assert len(shown["tables"]) == len(code_tables())
    codes = [rule["rule"] for rule in shown["rules"]]
    assert set(codes) == set(CODES)
    text = command("standard", "list")
    assert len(text.output.splitlines()) == sum(len(part) for part in shown.values())


def test_the_dictionary_is_what_is_committed(
    command: Command, tmp_path: Path, project: Path
) -> None:
    assert command("standard", "dictionary", "--out", tmp_path / "docs").exit_code == 0
    for name in FILES.values():
        made = (tmp_path / "docs" / name).read_text("utf-8")
        assert made == (project / "docs" / name).read_text("utf-8"), name
