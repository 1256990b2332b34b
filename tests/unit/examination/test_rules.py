"""Each rule on a record that breaks it and, changed back, on one that does not."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.examination.examine import examine
from pipelines.filing.door_rules import DOOR_RULES
from pipelines.home import Home
from pipelines.standard import layout
from pipelines.standard.rules import FILING_RULES, RULES, SET_RULES
from pipelines.standard.rules.examples import EXAMPLES, Example, told_examples
from tests.unit.examination.batch import BATCH, CLEAN, PROVINCE, SEMESTER, clean_record, land

IN_TEST_EXAMINE = {"R21"}
"""Record rules that the filing's date decides: no change of a record breaks them."""


def name_of(example: Example) -> str:
    return f"{' '.join(sorted(example.rules))} {example.category} {example.en}"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> list[set[str]]:
    """Rules broken by each record: first the examples, then a clean record of each category."""
    home = Home.at(tmp_path_factory.mktemp("rules")).make()
    records = []
    for serial, example in enumerate(EXAMPLES, 1):
        record = clean_record(example.category, serial, example.layout)
        records.append((example.layout, example.category, record | example.changes))
    for serial, (edition, category) in enumerate(clean_kinds(), len(EXAMPLES) + 1):
        records.append((edition, category, clean_record(category, serial, edition)))
    land(home, records)
    examine(home, PROVINCE, SEMESTER, BATCH)
    findings = pl.read_parquet(home.findings(PROVINCE, SEMESTER) / BATCH / "findings.parquet")
    found: list[set[str]] = [set() for _ in records]
    for row_id, code in findings.drop_nulls("row_id").select("row_id", "rule_code").iter_rows():
        found[row_id].add(code)
    return found


def clean_kinds() -> list[tuple[str, str]]:
    return [("2018", category) for category in CLEAN] + [("2024", c) for c in ("B1", "B2", "B3")]


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=[name_of(e) for e in EXAMPLES])
def test_exactly_the_rules_meant_are_broken(number: int, broken: list[set[str]]) -> None:
    assert broken[number] == EXAMPLES[number].rules


@pytest.mark.parametrize(
    "number", range(len(clean_kinds())), ids=[":".join(k) for k in clean_kinds()]
)
def test_a_clean_record_breaks_no_rule(number: int, broken: list[set[str]]) -> None:
    assert broken[len(EXAMPLES) + number] == set()


def test_every_record_rule_has_a_failing_example() -> None:
    shown = set().union(*(example.rules for example in EXAMPLES))
    missing = sorted({rule.code for rule in RULES} - shown - IN_TEST_EXAMINE)
    assert not missing, f"no Example in pipelines/standard/rules/examples.py breaks {missing}"


def test_every_other_rule_has_an_example_in_words() -> None:
    judged = {rule.code for rule in (*SET_RULES, *FILING_RULES)} | set(DOOR_RULES)
    shown = set().union(*(example.rules for example in EXAMPLES)) | set(told_examples())
    missing = sorted((judged | IN_TEST_EXAMINE) - shown)
    assert not missing, f"no row in pipelines/standard/data/rule_examples.csv shows {missing}"


@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_an_example_changes_fields_that_its_layout_has(example: Example) -> None:
    edition = layout(example.layout)
    carried = {field.code for kind in edition.categories for field in edition.fields(kind)}
    clean = clean_record(example.category, 1, example.layout)
    assert set(example.changes) <= carried
    assert all((clean[code] or "") != value for code, value in example.changes.items())
    assert example.zh
    assert not example.zh.isascii()


def test_examples_in_words_are_whole() -> None:
    for code, told in told_examples().items():
        texts = (told.bad_zh, told.bad_en, told.good_zh, told.good_en)
        assert all(text and text == text.strip() for text in texts), code
        assert told.bad_zh != told.good_zh, code


def test_no_finding_holds_a_value(tmp_path: Path) -> None:
    home = Home.at(tmp_path).make()
    record = clean_record("B1", 1) | {"XM": "秘密3", "ZJHM": "999999"}
    land(home, [("2018", "B1", record)])
    examine(home, PROVINCE, SEMESTER, BATCH)
    path = home.findings(PROVINCE, SEMESTER) / BATCH / "findings.parquet"
    assert "秘密3".encode() not in path.read_bytes()
    assert pl.read_parquet(path).height >= 2
