"""The rule book: what is committed is what the rules say, and it is whole."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.cli.standard import door_texts
from pipelines.filing.door_rules import DOOR_RULES
from pipelines.standard.rulebook import FILE, rule_book, title_of
from pipelines.standard.rules import FILING_RULES, RULES, SET_RULES
from tests.unit.cli.conftest import Command, command  # noqa: F401


@dataclass(frozen=True)
class Text:
    code: str
    severity: str = "error"
    zh: str = "文件有 {found} 列"
    en: str = "{found} columns"
    basis: str = "Art. 8"


@pytest.fixture(scope="module")
def book() -> str:
    return rule_book(door_texts())


def test_the_rule_book_is_what_is_committed(book: str, project: Path) -> None:
    committed = (project / "docs" / FILE).read_text("utf-8")
    assert committed == book, "regenerate it: xuewei standard rules --out docs"


def test_every_rule_has_a_section_with_an_example(book: str) -> None:
    sections = dict(re.findall(r'### <a id="(\w+)"></a>(.*?)(?=\n##|\Z)', book, re.DOTALL))
    judged = {rule.code.lower() for rule in (*RULES, *SET_RULES, *FILING_RULES)}
    assert set(sections) == {"r22"} | judged | {code.lower() for code in DOOR_RULES}
    lacking = sorted(code for code, text in sections.items() if "错误 bad" not in text)
    assert not lacking, f"no example in the rule book for {lacking}"


def test_links_of_the_contents_lead_somewhere(book: str) -> None:
    targets = set(re.findall(r'<a id="(\w+)">', book))
    assert set(re.findall(r"\]\(#(\w+)\)", book)) == targets


def test_tables_have_as_many_cells_as_their_heads(book: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", book, re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(counts) == 1, block


def test_texts_cannot_break_the_page() -> None:
    made = rule_book([Text("F99", zh="a|b\n<script>", en="x")])
    assert "a\\|b &lt;script>" in made


def test_a_code_without_a_section_is_told() -> None:
    with pytest.raises(ValueError, match="Z"):
        rule_book([Text("Z01")])


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("表头有误：{reason_zh}", "表头有误"),
        ("the header is wrong: {reason_en}", "the header is wrong"),
        ("文件有 {found} 列，最多 {limit} 列", "文件有… 列，最多… 列"),
        ("文件内没有记录", "文件内没有记录"),
    ],
)
def test_a_title_has_no_places(message: str, title: str) -> None:
    assert title_of(message) == title


def test_the_command_writes_the_book(command: Command, tmp_path: Path, book: str) -> None:  # noqa: F811
    said = command("standard", "rules", "--out", tmp_path / "docs")
    assert said.exit_code == 0
    assert (tmp_path / "docs" / FILE).read_text("utf-8") == book
