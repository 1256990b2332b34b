"""The suites say what the standard says, are committed as generated, and name every field."""

import re
from pathlib import Path

import pytest

from expectations.codes import code_parameters
from expectations.suite import Suite, as_json, read_suite
from expectations.suites import GENERATED, generated, names
from pipelines.examination.untouchable import KEYED_FIELDS
from pipelines.quality import generate, phrases
from pipelines.quality.generate_fields import not_applicable, required_in_register
from pipelines.quality.rules_as_measures import RULE_IDS, in_register, measured_rules
from pipelines.register.columns import DEGREE_RECORD, registered_fields
from pipelines.standard import CATEGORIES, FIELDS, code_table, code_tables
from pipelines.standard.rules import RULES

from .clean_country import single

SUITES = (
    *("landing", "province_register", "handover", "national_register"),
    *("province_marts", "national_marts"),
)
RECORD_SUITES = ("province_register", "handover", "national_register")
PERSONAL = tuple(f.name for f in FIELDS.values() if f.identifying == "direct")


@pytest.mark.parametrize("name", sorted(generate.generated_files()))
def test_generating_again_changes_nothing(name: str) -> None:
    committed = (GENERATED / name).read_text(encoding="utf-8")
    assert committed == generate.generated_files()[name], (
        f"{name} is out of date: python -m pipelines.quality.generate"
    )


def test_the_list_of_expectations_is_that_of_the_suites(project: Path) -> None:
    committed = (project / generate.DOCUMENT).read_text(encoding="utf-8")
    assert committed == generate.document(), "python -m pipelines.quality.generate"


def test_nothing_else_is_committed() -> None:
    assert set(names()) == {suite.name for suite in generate.suites()} == set(SUITES)


@pytest.mark.parametrize("suite", generate.suites(), ids=lambda suite: suite.name)
def test_a_suite_is_read_as_it_was_written(suite: Suite) -> None:
    assert generated(suite.name) == read_suite(GENERATED / f"{suite.name}.json")
    assert as_json(generated(suite.name)) == as_json(suite)


def test_an_unknown_suite_is_an_error() -> None:
    with pytest.raises(KeyError):
        generated("nonsuch")


def test_writing_removes_suites_that_are_no_more(tmp_path) -> None:
    (tmp_path / "old.json").write_text("{}")
    generate.write(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(generate.generated_files())


@pytest.mark.parametrize("suite", generate.suites(), ids=lambda suite: suite.name)
def test_titles_are_in_both_languages_and_say_something_of_their_own(suite: Suite) -> None:
    for one in suite.expectations:
        assert re.search(r"[\u4e00-\u9fff]", one.title_zh), one.id
        assert re.search(r"[A-Za-z]{2}", one.title_en), one.id
        assert not re.search(r"[\u4e00-\u9fff]", one.title_en), one.id
        assert one.basis, one.id
    for titles in (
        [o.title_zh for o in suite.expectations],
        [o.title_en for o in suite.expectations],
    ):
        assert len(set(titles)) == len(titles), sorted(t for t in titles if titles.count(t) > 1)


@pytest.mark.parametrize("name", RECORD_SUITES)
def test_every_field_of_the_register_is_expected_something(name: str) -> None:
    """Beside its column being there: presence, emptiness, codes, a form, a width."""
    told = " ".join(
        str(one.kwargs) for one in generated(name).expectations if one.id != "columns_and_types"
    )
    words = set(re.findall(r"[a-z_]+", told))
    missing = {column.name for column in DEGREE_RECORD} - words
    # truth values are whatever the type lets them be
    assert missing <= {f.name for f in FIELDS.values() if f.type == "flag"}


@pytest.mark.parametrize("name", RECORD_SUITES)
def test_every_sure_mandatory_field_blocks(name: str) -> None:
    for field in registered_fields():
        if required_in_register(field):
            found = single(generated(name), f"{field.name}_present")
            assert found.blocks == (field.certainty != "unsure"), field.code
            assert found.excusable == (field.code not in KEYED_FIELDS), field.code


def test_what_is_unsure_only_warns() -> None:
    unsure = [f for f in registered_fields() if f.certainty == "unsure"]
    unsure += [
        f
        for f in registered_fields()
        if f.code_table and code_table(f.code_table).certainty == "unsure"
    ]
    assert {field.code for field in unsure} >= {"SQXWBH", "ZJLXM", "XXFSM"}
    suite = generated("province_register")
    for id_ in (id_ for one in suite.expectations for id_ in one.parts or (one.id,)):
        for field in unsure:
            one = single(suite, id_)
            if id_.startswith(f"{field.name}_") and not id_.endswith("_present"):
                assert not one.blocks, id_
            if id_ == f"{field.name}_present" and field.certainty == "unsure":
                assert not one.blocks, id_


@pytest.mark.parametrize("name", RECORD_SUITES)
def test_keys_columns_and_counts_are_excused_by_nobody(name: str) -> None:
    ids = {"columns_and_types", "record_key_unique", "one_current_version", "rows_as_claimed"}
    for one in ids:
        assert generated(name)[one].blocks
        assert not generated(name)[one].excusable


def test_the_short_layout_asks_bachelors_for_less() -> None:
    required = {field.code: required_in_register(field) for field in registered_fields()}
    assert required["XM"] == required["XBM"] == frozenset(CATEGORIES)
    assert required["XMPY"] == {c for c in CATEGORIES if c[0] != "B"}
    assert required["RXNY"] == {"D1", "D3", "M1", "M3", "M4"}
    assert "B1" not in required["XXXSM"]
    empty = {field.code: not_applicable(field) for field in registered_fields()}
    assert empty["LWLXM"] == frozenset()
    assert empty["SQXWBH"] == frozenset(CATEGORIES) - {"D2", "M2"}


@pytest.mark.parametrize("suite", generate.suites(), ids=lambda suite: suite.name)
def test_no_key_is_a_value_of_a_person(suite: Suite) -> None:
    """Keys are what a query selects first: never a name or a number of somebody."""
    for one in suite.expectations:
        query = one.keys_sql or str(one.kwargs.get("unexpected_rows_query", ""))
        for part in query.replace("(", " ( ").split("union all"):
            if "with suspect" in part:
                part = part[part.rindex(" select ") :]
            selected = part[: part.find(" from ")]
            selected = re.sub(r"'[^']*'", "", selected)
            assert not set(re.findall(r"[a-z_]+", selected)) & set(PERSONAL), one.id


@pytest.mark.parametrize("suite", generate.suites(), ids=lambda suite: suite.name)
def test_code_sets_ask_for_tables_that_have_codes(suite: Suite) -> None:
    beside = {"rows_claimed", "rows_registered", "province"}
    for one in suite.expectations:
        assert one.parameters <= beside | set(code_parameters()), one.id


def test_code_parameters_are_the_codes_of_the_edition() -> None:
    given = code_parameters()
    assert given["codes_sex"] == ["1", "2"]
    for table in code_tables():
        assert given.get(f"codes_{table.name}", []) == list(table.codes())


def test_rules_are_measured_in_the_registers_columns() -> None:
    assert in_register("XM_blank OR XM = 'XM'") == "(full_name is null) OR full_name = 'XM'"
    assert in_register("topic_level = level") == "(left(degree_category_code, 1)) = degree_level"
    assert "'346': 'professional'" in in_register("degree_kind")
    assert in_register("degree_kind").endswith("[degree_category_code])")
    assert in_register("CSRQ") == "strftime(birth_date, '%Y%m%d')"
    with pytest.raises(ValueError, match="layout"):
        in_register("layout = '2018'")
    with pytest.raises(ValueError, match="XB"):
        in_register("XB = '男'")


def test_each_chosen_rule_is_measured_once_and_as_severe_as_it_is() -> None:
    ids = {id_ for ids in RULE_IDS.values() for id_ in ids if id_}
    found = measured_rules()
    assert {one.id for one in found} == ids
    assert len(found) == len(ids)
    suite = generated("province_register")
    for one in found:
        assert single(suite, one.id).blocks == (one.severity == "error"), one.id
        assert single(suite, one.id).excusable != one.is_untouchable, one.id
    assert {one.rule.code for one in found} <= {rule.code for rule in RULES}


def test_a_rule_that_has_changed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RULE_IDS, "R08", ("one", "two"))
    with pytest.raises(ValueError, match="R08 has 1 checks"):
        measured_rules()


def test_articles_are_told_in_both_languages() -> None:
    assert phrases.article("9(2)1") == "第九条（二）1 / Art. 9(2)1"
    assert phrases.article("14") == "第十四条 / Art. 14"
    assert phrases.article("23") == "第二十三条 / Art. 23"
    with pytest.raises(ValueError, match="names no article"):
        phrases.article("nine")


def test_shares_are_of_no_fewer_than_five_hundred() -> None:
    assert phrases.share_of("a") == "count(*) filter (a) / greatest(count(*), 500)"
    assert "filter (case when b then a end)" in phrases.share_of("a", "b")
