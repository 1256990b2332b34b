"""The generated suites on a register that is as it should be, and on registers that are not."""

import re

import pytest

from expectations.suites import generated, names
from pipelines.home import Home
from pipelines.quality import phrases
from pipelines.quality.levels import LEVELS
from pipelines.quality.results import NATIONAL
from pipelines.warehouse import connect
from tests.unit.register.samples import SEMESTER

from .clean_country import PROVINCE, ROWS, build_country, outcome, run_level, unfulfilled


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return build_country(tmp_path_factory.mktemp("country") / "home")


@pytest.mark.parametrize("suite", names())
def test_nothing_is_found_where_nothing_is_wrong(country: Home, suite: str) -> None:
    run = run_level(country, suite)
    assert unfulfilled(run) == {}
    assert run.rows == ROWS or suite.endswith("marts")


@pytest.mark.parametrize("suite", names())
def test_every_list_of_keys_can_be_made(country: Home, suite: str) -> None:
    """Keys are only asked for where something failed: here all of them are."""
    scope = NATIONAL if "national" in suite else PROVINCE
    subject = LEVELS[suite].subject(country, scope, SEMESTER)
    relation = generated(suite).relation
    with connect(spill=country.scratch) as con:
        for statement in subject.prepare:
            con.execute(statement)
        for one in generated(suite).expectations:
            query = one.keys_sql or one.kwargs.get("unexpected_rows_query")
            if query:
                con.execute(f"select * from ({query.replace('{batch}', relation)}) limit 20")


RECORD_FAULTS = {
    "columns_and_types": "alter table record rename column full_name to name",
    "record_key_unique": "insert into register select * from register limit 1",
    "one_current_version": "insert into register select * replace (2 as version_no) "
    "from register limit 1",
    "rows_as_claimed": "delete from record where {one}",
    "full_name_present": "update record set full_name = null where {ten}",
    "certificate_number_present": "update record set certificate_number = null where {one}",
    "filing_id_present": "update record set filing_id = null where {one}",
    "record_category_in_code_table": "update record set record_category_code = 'X9' where {one}",
    "record_category_present": "update record set record_category_code = null where {one}",
    "thesis_title_present": "update record set thesis_title = null "
    "where record_category_code = 'M1'",
    "application_number_present": "update record set application_number = null",
    "sex_code_in_code_table": "update record set sex_code = '3' where {ten}",
    "degree_category_code_in_code_table": "update record set degree_category_code = '499' "
    "where {ten}",
    "enrolment_month_is_month": "update record set enrolment_month = '202113'",
    "institution_code_form": "update record set institution_code = '1900A' where {ten}",
    "birth_date_fits_id_number": "update record set birth_date = birth_date + 1 where {ten}",
    "sex_fits_id_number": "update record set sex_code = "
    "case sex_code when '1' then '2' else '1' end",
    "resident_id_number_sound": "update record set id_number = left(id_number, 17) || 'Y'",
    "certificate_number_form": "update record set certificate_number = '1' || certificate_number",
    "certificate_number_names_institution": "update record set institution_code = '19999'",
    "certificate_number_names_level": "update record set degree_category_code = '308', "
    "degree_level = '3' where degree_level = '4'",
    "professional_category": "update record set degree_category_code = '308' "
    "where record_category_code = 'M3'",
    "academic_category": "update record set degree_category_code = '346' "
    "where record_category_code = 'M1'",
    "bachelor_category_of_the_major": "update record set degree_category_code = '401' "
    "where degree_level = '4'",
    "graduate_category_of_the_discipline": "update record set degree_category_code = '301' "
    "where record_category_code = 'M1'",
    "certificate_number_year": "update record set conferral_date = "
    "conferral_date - interval 1 year",
    "certificate_number_year_near": "update record set conferral_date = "
    "conferral_date - interval 2 year",
    "graduation_after_enrolment": "update record set graduation_month = enrolment_month",
    "conferral_not_before_graduation": "update record set graduation_month = '202602'",
    "age_at_least_14": "update record set birth_date = date '2015-01-01'",
    "mainland_ethnic_code_present": "update record set ethnic_code = null",
    "foreign_ethnic_code_empty": "update record set ethnic_code = '01'",
    "degree_level_fits_category": "update record set degree_level = '2' where {one}",
    "degree_semester_fits_conferral": "update record set conferral_date = "
    "date '2026-03-01' where {one}",
    "effective_interval_in_order": "update record set effective_to = effective_from - 1 "
    "where {one}",
    "recorded_interval_in_order": "update record set recorded_to = recorded_from - interval 1 hour "
    "where {one}",
    "version_from_one": "update record set version_no = 0 where {one}",
    "institution_known": "update record set institution_code = '18888' where {one}",
    "institution_of_the_province": "update record set institution_code = '19999' where {one}",
    "training_institution_known": "update record set training_institution_code = '18888' "
    "where {one}",
    "secret_thesis_without_content": "update record set thesis_type_name = '涉密论文' where {one}",
    "conferral_date_present": "update record set conferral_date = null where {one}",
    "empty_where_not_applicable": "update record set application_number = '190012020000001'",
    "texts_within_width": "update record set full_name = repeat('王', 30) where {ten}",
    "no_blank_texts": "update record set remarks = '' where {one}",
    "province_is_its_own": "update record set province_code = '12' where {one}",
    "one_filing_semester": "update record set filing_semester = '2024-2025-1' where {one}",
}


def together(faults: dict[str, str]) -> list[tuple[str, ...]]:
    """Faults that may be planted in one register: of a few records, no column of two of them."""
    groups: list[dict[str, str]] = []
    for one, change in sorted(faults.items()):
        alone = " set " not in change or ("{one}" not in change and "{ten}" not in change)
        column = one if alone else re.split(r" set | = ", change)[1]
        group = next((g for g in groups if not alone and column not in g and "" not in g), None)
        if group is None:
            group = {"": ""} if alone else {}
            groups.append(group)
        group[column] = one
    return [tuple(one for one in group.values() if one) for group in groups]


@pytest.mark.parametrize("planted", together(RECORD_FAULTS), ids=lambda planted: planted[0])
def test_a_province_register_that_is_wrong(country: Home, planted: tuple[str, ...]) -> None:
    changes = [RECORD_FAULTS[one] for one in planted]
    run = run_level(country, "province_register", changes, planted)
    assert {one.id: one.state for one in run.outcomes} == dict.fromkeys(planted, "failed")


OTHER_FAULTS = [
    (
        "handover",
        "rows_by_category_as_claimed",
        "update claimed set rows = rows + 1 where record_category_code = 'M1'",
    ),
    ("handover", "filings_as_claimed", "insert into claimed_filing values ('x')"),
    ("handover", "record_key_unique", "insert into record select * from record limit 1"),
    ("handover", "rows_as_registered", "delete from record where {one}"),
    ("national_register", "province_in_code_table", "update record set province_code = '99'"),
    ("national_register", "total_is_sum_of_provinces", "delete from record where {one}"),
    ("national_register", "total_is_sum_of_provinces", "insert into claimed values ('32', 1)"),
    ("landing", "columns_and_types", "alter table line rename XM to NAME"),
    ("landing", "rows_as_read", "delete from line where {one}"),
    ("landing", "row_id_unique", "update line set row_id = 1 where row_id = 0"),
    ("landing", "row_id_present", "update line set line = null where row_id = 0"),
    ("landing", "lines_split", "update line set fault = 'columns' where row_id < 100"),
    ("landing", "record_category_in_code_table", "update line set category = 'X'"),
    ("landing", "lines_of_known_files", "update line set file_no = 77 where row_id = 0"),
    ("landing", "files_of_known_filings", "delete from filing where filing_no = 1"),
    ("landing", "rows_by_file_as_read", "update file set rows_found = 3 where file_no = 1"),
    ("landing", "full_name_present", "update line set XM = ''"),
    ("landing", "birth_date_readable", "update line set CSRQ = XM, XM = CSRQ"),
    ("landing", "sex_code_readable", "update line set XBM = XB"),
    ("landing", "certificate_number_readable", "update line set XWZSBH = ZJHM"),
    ("province_marts", "columns_and_types", "alter table degree_count rename degrees to n"),
    ("province_marts", "cells_unique", "insert into degree_count from degree_count limit 1"),
    ("province_marts", "degrees_positive", "update degree_count set degrees = 0"),
    ("province_marts", "degrees_as_registered", "update degree_count set degrees = 9"),
    ("province_marts", "degree_level_present", "update degree_count set degree_level = null"),
    ("province_marts", "cells_as_in_register", "delete from record where {one}"),
    (
        "province_marts",
        "summary_columns_and_types",
        "alter table semester_summary alter persons type integer",
    ),
    (
        "province_marts",
        "summary_groups_unique",
        "insert into semester_summary from semester_summary limit 1",
    ),
    (
        "province_marts",
        "summary_total_is_cells",
        "update semester_summary set degrees = 7 where grouping_name = 'all'",
    ),
    ("province_marts", "degrees_at_least_persons", "update semester_summary set persons = 999"),
    (
        "province_marts",
        "degrees_at_least_certificates",
        "update semester_summary set certificates = 0",
    ),
    (
        "province_marts",
        "level_groups_as_cells",
        "update semester_summary set group_code = '9' where group_code = '4'",
    ),
    (
        "province_marts",
        "sex_groups_add_up",
        "delete from semester_summary where grouping_name = 'sex'",
    ),
    (
        "national_marts",
        "province_groups_cover_persons",
        "update semester_summary set persons = 1 where grouping_name = 'province'",
    ),
]


@pytest.mark.parametrize(("suite", "expectation", "change"), OTHER_FAULTS)
def test_a_level_that_is_wrong(country: Home, suite: str, expectation: str, change: str) -> None:
    run = run_level(country, suite, [change], [expectation])
    assert outcome(run, expectation).state == "failed"


def test_single_wrong_records_close_no_gate(country: Home) -> None:
    """What a signed exception lets in is no share worth speaking of."""
    changes = [
        "update record set thesis_title = null where record_category_code = 'M1' and {ten}",
        "update record set sex_code = null where {one}",
        "update record set birth_date = birth_date + 1 where {one}",
    ]
    assert unfulfilled(run_level(country, "province_register", changes)) == {}


def test_keys_are_institutions_and_numbers(country: Home) -> None:
    changes = [RECORD_FAULTS["full_name_present"], RECORD_FAULTS["institution_known"]]
    ids = ["full_name_present", "institution_known", "institution_of_the_province"]
    run = run_level(country, "province_register", changes, ids)
    assert outcome(run, "full_name_present").keys == ("11 19001 9", "11 18888 1")
    assert outcome(run, "institution_known").keys == ("18888 1",)
    assert outcome(run, "institution_of_the_province").keys == ("11 18888 1",)
    run = run_level(
        country,
        "national_register",
        ["insert into claimed values ('32', 4)"],
        ["total_is_sum_of_provinces"],
    )
    assert outcome(run, "total_is_sum_of_provinces").keys == ("32 0 4",)


def test_without_a_register_of_institutions_nothing_is_compared(country: Home) -> None:
    ids = ["institution_known", "institution_of_the_province", "training_institution_known"]
    run = run_level(country, "province_register", ["delete from institution"], ids)
    assert unfulfilled(run) == {}


def test_a_group_names_its_parts_that_are_wrong(country: Home) -> None:
    changes = [RECORD_FAULTS["full_name_present"], RECORD_FAULTS["thesis_title_present"]]
    run = run_level(country, "province_register", changes, ["mandatory_fields_present"])
    found = outcome(run, "mandatory_fields_present")
    assert found.wrong_parts == ("full_name_present", "thesis_title_present")
    assert found.observed == max(part.observed or 0 for part in found.parts)
    assert found.high == phrases.TOLERATED
    assert {key.split()[0] for key in found.keys} == set(found.wrong_parts)
    assert len(found.parts) > 20
