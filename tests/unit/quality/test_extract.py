"""The suite of an extract: holds on one that is as approved, and each expectation fails once."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.codes import code_parameters
from expectations.run import BROKEN, FAILED, Bounds, SuiteRun, run_suite
from pipelines.errors import BadInputError
from pipelines.quality.extract import ExtractColumn, extract_suite
from pipelines.quality.extract_forms import FORBIDDEN
from pipelines.register.columns import DEGREE_RECORD
from pipelines.standard import FIELDS

K, ROWS, PERSONS = 5, 120, 60
COLUMNS = (
    ExtractColumn("id_number", "pseudonym"),
    ExtractColumn("institution_code", "pseudonym"),
    ExtractColumn("sex_code", "exact"),
    ExtractColumn("birth_date", "generalised", values=("1990-1999", "2000-2009")),
    ExtractColumn("degree_category_code", "exact"),
    ExtractColumn("major_name", "generalised"),
    ExtractColumn("thesis_language", "exact"),
    ExtractColumn("programme_years", "exact", "DECIMAL(3,1)"),
)
QUASI = ("sex_code", "birth_date", "degree_category_code")
SENSITIVE = ("major_name", "programme_years")
EXTRACT = f"""
select md5('p' || i % {PERSONS}) as id_number, md5('i' || i % 3) as institution_code,
  (1 + i % 2)::varchar as sex_code,
  case when i % 4 < 2 then '1990-1999' else '2000-2009' end as birth_date,
  '408' as degree_category_code, '计算机类' as major_name, '汉语' as thesis_language,
  4::decimal(3, 1) as programme_years
from range({ROWS}) as t(i)
"""


def suite(columns: tuple[ExtractColumn, ...] = COLUMNS, **changes: Any) -> Any:
    settings = {"k": K, "quasi_identifiers": QUASI, "sensitive": SENSITIVE, "person": "id_number"}
    return extract_suite("extract_c1", columns, **(settings | changes))


def run(folder: Path, *changes: str) -> SuiteRun:
    """The suite on a Parquet file of the extract; ``changes`` are made before it is written."""
    path = folder / "extract.parquet"
    with duckdb.connect() as con:
        con.execute(f"create table extract as {EXTRACT}")
        for change in changes:
            con.execute(change)
        con.execute(f"copy (from extract) to '{path}' (format parquet)")
    given = code_parameters() | {"rows_claimed": ROWS, "persons": PERSONS}
    view = f"create view extract as from read_parquet('{path}')"
    return run_suite(suite(), [view], Bounds(1, "512MB", folder), given)


def failed(made: SuiteRun) -> set[str]:
    assert BROKEN not in {one.state for one in made.outcomes}
    return {one.id for one in made.outcomes if one.state == FAILED}


def test_an_extract_as_approved(tmp_path: Path) -> None:
    made = run(tmp_path)
    assert made.success
    assert made.rows == ROWS


FAULTS = {
    "columns_and_types": "alter table extract alter programme_years type double",
    "rows_as_claimed": "delete from extract where rowid = 0",
    "sex_code_in_code_set": "update extract set sex_code = '9' where sex_code = '1'",
    "birth_date_in_code_set": "update extract set birth_date = '1985' "
    "where birth_date = '1990-1999'",
    "degree_category_code_in_code_set": "update extract set degree_category_code = '999'",
    "institution_code_is_pseudonym": "update extract set institution_code = '19001'",
    "id_number_is_pseudonym": "update extract set id_number = upper(id_number)",
    "person_pseudonym_present": "update extract set id_number = null where rowid = 0",
    "one_pseudonym_a_person": "update extract set id_number = md5(rowid::varchar)",
    "classes_large_enough": "update extract set degree_category_code = '407' where rowid < 4",
    "no_identity_numbers": "update extract set thesis_language = '证11010520030315001X。'"
    " where rowid = 0",
    "no_certificate_numbers": "update extract set major_name = '1900142026000001' where rowid = 0",
    "no_phone_numbers": "update extract set thesis_language = '电话13800138000' where rowid = 0",
    "no_mail_addresses": "update extract set major_name = '<a.b@example.cn>' where rowid = 0",
}


@pytest.mark.parametrize("expectation", sorted(FAULTS))
def test_each_fault_is_caught_by_its_expectation(tmp_path: Path, expectation: str) -> None:
    assert failed(run(tmp_path, FAULTS[expectation])) == {expectation}


def test_a_column_too_many_is_caught_twice(tmp_path: Path) -> None:
    made = run(tmp_path, "alter table extract add column full_name varchar")
    assert failed(made) == {"columns_and_types", "no_identifying_columns"}
    keys = {one.id: one.keys for one in made.outcomes}
    assert keys["columns_and_types"] == keys["no_identifying_columns"] == ("full_name",)


def test_every_expectation_has_a_fault() -> None:
    ids = {one.id for one in suite().expectations}
    assert ids == set(FAULTS) | {"no_identifying_columns"}


def test_small_classes_are_told_by_size_only(tmp_path: Path) -> None:
    made = run(tmp_path, FAULTS["classes_large_enough"])
    found = next(one for one in made.outcomes if one.id == "classes_large_enough")
    # four classes of one row each: sizes and how many, never what is in them
    assert found.keys == ("1 4",)


def test_traces_are_told_by_column(tmp_path: Path) -> None:
    made = run(tmp_path, FAULTS["no_phone_numbers"])
    found = next(one for one in made.outcomes if one.id == "no_phone_numbers")
    assert found.keys == ("thesis_language 1",)
    assert "13800138000" not in str(made.result)


def test_what_protects_people_blocks_and_is_excused_by_nobody() -> None:
    made = suite()
    free = {"sex_code_in_code_set", "birth_date_in_code_set", "degree_category_code_in_code_set"}
    for one in made.expectations:
        assert one.blocks, one.id
        if one.id not in free | {"person_pseudonym_present"}:
            assert not one.excusable, one.id


def test_without_quasi_identifiers_the_whole_extract_is_one_class() -> None:
    columns = (ExtractColumn("thesis_language", "exact"),)
    made = suite(columns, quasi_identifiers=(), sensitive=(), person=None)
    assert "group by true having count(*) < 5" in str(made["classes_large_enough"].kwargs)


def refused(column: ExtractColumn, **changes: Any) -> str:
    with pytest.raises(BadInputError) as caught:
        suite((*COLUMNS, column), **changes)
    return str(caught.value)


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_what_may_never_leave_is_refused_in_every_form(name: str) -> None:
    for form in ("exact", "generalised", "pseudonym"):
        assert name in refused(ExtractColumn(name, form))


@pytest.mark.parametrize(
    "name", sorted({f.name for f in FIELDS.values() if f.identifying == "direct"} - FORBIDDEN)
)
def test_a_direct_identifier_is_refused(name: str) -> None:
    known = {column.name for column in DEGREE_RECORD}
    told = refused(ExtractColumn(name, "exact"))
    assert name in told or "stand twice" in told or name not in known


def test_forbidden_columns_are_columns() -> None:
    assert {column.name for column in DEGREE_RECORD} >= FORBIDDEN


def test_other_requests_that_make_no_sense_are_refused() -> None:
    assert "nonsuch" in refused(ExtractColumn("nonsuch", "exact"))
    for name in ("ethnic_code", "degree_level", "effective_from"):
        assert f"{name} is a quasi-identifier" in refused(ExtractColumn(name, "exact"))
    assert "twice" in refused(COLUMNS[2])
    assert "k = 1" in refused(ExtractColumn("degree_level", "exact"), k=1)
    assert "VARCHAR" in refused(ExtractColumn("student_number", "pseudonym", "BIGINT"))
    assert "form" in refused(ExtractColumn("degree_level", "verbatim"))  # type: ignore[arg-type]
    assert "major_code" in refused(
        ExtractColumn("degree_level", "exact"), quasi_identifiers=(*QUASI, "major_code")
    )
    assert "sex_code" in refused(ExtractColumn("degree_level", "exact"), person="sex_code")
