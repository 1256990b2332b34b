"""Rules that compare with registers: earlier records, authorities, enrolment, examinations."""

import json
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.errors import BadInputError
from pipelines.examination.examine import examine
from pipelines.home import Home
from tests.unit.examination.batch import (
    BATCH,
    COLLEGE,
    INSTITUTION,
    PROVINCE,
    SEMESTER,
    clean_record,
    land,
)
from tests.unit.examination.registers import Record, enrol, register, write_csv


def judge(home: Home, records: list[Record], category: str = "B1") -> set[tuple[int, str, str]]:
    """Lands and examines; (line's position, rule, field) of every finding about a line."""
    land(home, [("2018", category, record) for record in records])
    findings = examined(home)
    return set(findings.drop_nulls("row_id").select("row_id", "rule_code", "field").iter_rows())


def examined(home: Home, batch: str = BATCH) -> pl.DataFrame:
    examine(home, PROVINCE, SEMESTER, batch)
    return pl.read_parquet(home.findings(PROVINCE, SEMESTER) / batch / "findings.parquet")


def records(number: int, category: str = "B1") -> list[Record]:
    return [clean_record(category, serial) for serial in range(1, number + 1)]


def test_a_number_of_somebody_else_in_the_register_is_not_unique(home: Home) -> None:
    first, second = records(2)
    register(home, [clean_record("B1", 9) | {"XWZSBH": first["XWZSBH"]}])
    assert judge(home, [first, second]) == {(0, "R11", "XWZSBH")}


def test_a_registered_record_filed_again_is_told_so_and_not_as_a_duplicate(home: Home) -> None:
    first, second = records(2)
    register(home, [first])
    assert judge(home, [first, second]) == {(0, "R14", "XWZSBH")}


def test_the_same_degree_with_another_certificate_is_filed_again_too(home: Home) -> None:
    first = records(1)[0]
    register(home, [first | {"XWZSBH": "1900142026999999"}])
    assert judge(home, [first]) == {(0, "R14", "ZJHM")}


def test_a_superseded_version_in_the_register_is_not_compared(home: Home) -> None:
    first = records(1)[0]
    register(home, [first], recorded_to=date(2026, 1, 1))
    assert judge(home, [first]) == set()


def test_the_same_category_years_before_is_held(home: Home) -> None:
    first = records(1)[0]
    register(home, [first | {"XWZSBH": "1900142020000001", "HXWRQ": "20200108"}])
    assert judge(home, [first]) == {(0, "R12", "ZJHM")}


@pytest.mark.parametrize(("day", "held"), [("20250201", True), ("20240101", False)])
def test_two_institutions_within_a_year_are_held(home: Home, day: str, held: bool) -> None:
    first = records(1)[0]
    other = first | {"XWZSBH": "1900942025000001", "HXWRQ": day}
    register(home, [other], institution_code="19009")
    assert judge(home, [first]) == ({(0, "R13", "ZJHM")} if held else set())


def test_a_bachelor_and_a_master_of_one_person_are_no_duplicate(home: Home) -> None:
    first = records(1)[0]
    register(home, [first | {"XWLBM": "308", "XWZSBH": "1900132025000001"}])
    assert judge(home, [first]) == set()


KNOWN = {"institution_code": INSTITUTION, "kind": "university", "parent_code": ""}
AUTHORISED = {"institution_code": INSTITUTION, "level": "4", "discipline_code": "0809"}


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        (AUTHORISED, set()),
        (AUTHORISED | {"discipline_code": "08"}, set()),
        (AUTHORISED | {"discipline_code": "080901"}, set()),
        (AUTHORISED | {"discipline_code": "0501"}, {(0, "R28", "ZYDM")}),
        (AUTHORISED | {"level": "3"}, {(0, "R28", "ZYDM")}),
        (AUTHORISED | {"valid_to": "2025-12-31"}, {(0, "R28", "ZYDM")}),
        (AUTHORISED | {"valid_from": "2026-01-09"}, {(0, "R19", "HXWRQ")}),
        (AUTHORISED | {"valid_from": "2026-01-08", "valid_to": "2026-01-08"}, set()),
        (AUTHORISED | {"institution_code": "19009"}, set()),
    ],
)
def test_authorisations(home: Home, row: dict[str, str], broken: set[Any]) -> None:
    """An institution that the register of authorisations does not know is not judged."""
    write_csv(home, "authorisations.csv", [row])
    assert judge(home, records(1)) == broken


def test_shadow_and_cross_disciplinary_codes_are_not_judged(home: Home) -> None:
    write_csv(home, "authorisations.csv", [AUTHORISED | {"level": "3", "discipline_code": "0501"}])
    shadow = clean_record("M1", 1) | {"ZYDM": "077500", "XWLBM": "307", "XWLB": "理学硕士学位"}
    cross = clean_record("M1", 2) | {"ZYDM": "99J1", "ZYMC": "数据科学"}
    found = {rule for _, rule, _ in judge(home, [shadow, cross], "M1")}
    assert not found & {"R19", "R28"}


PRESIDENT = {"organisation": INSTITUTION, "role": "president", "full_name": "王校长"}


def test_a_president_after_the_term_is_held_and_the_majority_does_not_count(home: Home) -> None:
    rows = [
        PRESIDENT | {"valid_to": "2026-01-07"},
        PRESIDENT | {"full_name": "钱校长", "valid_from": "2026-01-08"},
    ]
    write_csv(home, "officers.csv", rows)
    changed = records(3)
    changed[0]["XZXM"] = "钱校长"
    assert judge(home, changed) == {(1, "R38", "XZXM"), (2, "R38", "XZXM")}


def test_a_record_that_agrees_with_its_enrolment_has_no_finding(home: Home) -> None:
    filed = records(3)
    enrol(home, filed)
    assert judge(home, filed) == set()


@pytest.mark.parametrize(
    ("field", "column", "value"),
    [
        ("XM", "full_name", "张五"),
        ("ZJHM", "id_number", "110105200303150097"),
        ("XH", "student_number", "2021999999"),
        ("XBM", "sex_code", "2"),
        ("CSRQ", "birth_date", "20030316"),
        ("ZYDM", "major_code", "080902"),
        ("RXNY", "enrolment_month", "202009"),
        ("BYNY", "graduation_month", "202506"),
    ],
)
def test_a_difference_from_the_enrolment_is_told_on_its_field(
    home: Home, field: str, column: str, value: str
) -> None:
    filed = records(1)
    enrol(home, filed, **{column: value})
    assert judge(home, filed) == {(0, "R39", field)}


def test_a_person_is_found_by_name_and_birth_date_last(home: Home) -> None:
    filed = records(1)
    enrol(home, filed, id_number="x", student_number="y")
    assert judge(home, filed) == {(0, "R39", "ZJHM"), (0, "R39", "XH")}


def test_who_is_in_no_register_is_told_once(home: Home) -> None:
    filed = records(1)
    enrol(home, filed, id_number="x", student_number="y", full_name="z")
    assert judge(home, filed) == {(0, "R39", "XH")}


def test_the_enrolment_of_the_level_is_taken_not_that_of_the_bachelor(home: Home) -> None:
    filed = records(1, "M1")
    folder = home.reference / "enrolments"
    enrol(home, filed)
    master = pl.read_parquet(folder / f"{PROVINCE}.parquet")
    bachelor = master.with_columns(
        level=pl.lit("4"), student_number=pl.lit("2018000001"), major_code=pl.lit("080901")
    )
    pl.concat([bachelor, master]).write_parquet(folder / f"{PROVINCE}.parquet")
    assert judge(home, filed, "M1") == set()


def test_a_blank_field_is_not_compared(home: Home) -> None:
    filed = records(1)
    enrol(home, filed)
    filed[0]["XM"] = ""
    assert judge(home, filed) == {(0, "R01", "XM")}


def test_students_of_an_independent_college_are_enrolled_there(home: Home) -> None:
    write_csv(
        home,
        "institutions.csv",
        [{"institution_code": COLLEGE, "kind": "independent_college", "parent_code": INSTITUTION}],
    )
    filed = records(1)
    filed[0]["PYDWM"] = COLLEGE
    enrol(home, filed, institution_code=COLLEGE, id_number="x")
    assert judge(home, filed) == {(0, "R39", "ZJHM")}


def test_applicants_have_no_enrolment_but_examinations(home: Home) -> None:
    filed = records(2, "M2")
    enrol(home, records(1))
    folder = home.reference / "exam_results"
    folder.mkdir()
    both = [(filed[0]["SQXWBH"], "", exam) for exam in ("foreign_language", "subject")]
    filed[1]["SQXWBH"] = "190012020000002"
    one = [(filed[1]["SQXWBH"], filed[1]["ZJHM"], "subject")]
    pl.DataFrame(
        [(*row, date(2023, 6, 1)) for row in both + one],
        schema=["application_number", "id_number", "exam", "passed_on"],
        orient="row",
    ).write_parquet(folder / f"{PROVINCE}.parquet")
    assert judge(home, filed, "M2") == {(1, "C01", "SQXWBH")}


def test_a_record_needs_a_template_of_its_level_and_day(home: Home) -> None:
    write_csv(home, "institutions.csv", [KNOWN])
    template = {"template_id": "t", "institution_code": INSTITUTION, "level": "4", "category": "B1"}
    write_csv(home, "certificate_templates.csv", [template | {"valid_to": "2026-01-08"}])
    filed = records(2)
    filed[1]["HXWRQ"] = "20260109"
    assert judge(home, filed) == {(1, "C02", "XWLBM")}


def test_degrees_from_before_2016_need_no_template(home: Home) -> None:
    write_csv(home, "institutions.csv", [KNOWN])
    template = {"template_id": "t", "institution_code": "19009", "level": "4", "category": ""}
    write_csv(home, "certificate_templates.csv", [template])
    filed = records(2)
    filed[0]["HXWRQ"], filed[1]["HXWRQ"] = "20151231", "20160101"
    templates = {found for found in judge(home, filed) if found[1] == "C02"}
    assert templates == {(1, "C02", "XWLBM")}


def test_rules_without_their_register_are_listed_and_not_guessed(home: Home) -> None:
    assert judge(home, records(1)) == set()
    note = home.findings(PROVINCE, SEMESTER) / BATCH / "examination.json"
    missing = json.loads(note.read_text())["rules_not_judged"]
    assert missing == ["C01", "C02", "R19", "R28", "R39"]


def test_jumps_against_the_last_comparable_semester_warn_about_the_filing(home: Home) -> None:
    filed = records(200)
    for record in filed[:60]:
        record["XBM"], record["XB"] = "2", "女"
    register(home, [clean_record("B1", 1000 + k) for k in range(100)], sex_code="2")
    land(home, [("2018", "B1", record) for record in filed])
    findings = examined(home).filter(pl.col("row_id").is_null())
    told = set(findings.select("rule_code", "severity", "field").iter_rows())
    assert told == {("R44", "warning", field) for field in ("XWSYDWM", "XBM", "CSRQ")}


def test_a_filing_like_the_last_one_has_no_jump(home: Home) -> None:
    filed = records(120)
    for place, record in enumerate(filed):
        record["CSRQ"] = f"2003{1 + place % 12:02d}{1 + place % 28:02d}"
        if place % 2:
            record["XBM"], record["XB"] = "2", "女"
    register(home, [clean_record("B1", 1000 + k) for k in range(50)], sex_code="2")
    register(home, [clean_record("B1", 2000 + k) for k in range(50)], sex_code="1")
    land(home, [("2018", "B1", record) for record in filed])
    assert examined(home).filter(pl.col("row_id").is_null()).is_empty()


@pytest.mark.parametrize(
    "row",
    [
        {"institution_code": INSTITUTION, "level": "4"},
        AUTHORISED | {"valid_from": "2026/1/1 or so"},
    ],
)
def test_a_register_that_cannot_be_read_stops_the_examination(
    home: Home, row: dict[str, str]
) -> None:
    write_csv(home, "authorisations.csv", [row])
    land(home, [("2018", "B1", clean_record("B1", 1))])
    with pytest.raises(BadInputError, match=r"authorisations\.csv"):
        examine(home, PROVINCE, SEMESTER, BATCH)
    assert not (home.findings(PROVINCE, SEMESTER) / BATCH).exists()


@pytest.mark.parametrize("kind", ["no Parquet", "a column is missing"])
def test_an_enrolment_register_that_cannot_be_read_stops_the_examination(
    home: Home, kind: str
) -> None:
    enrol(home, records(1))
    path = home.reference / "enrolments" / f"{PROVINCE}.parquet"
    if kind == "no Parquet":
        path.write_bytes(b"full_name,id_number")
    else:
        pl.read_parquet(path).drop("id_number").write_parquet(path)
    land(home, [("2018", "B1", clean_record("B1", 1))])
    with pytest.raises(BadInputError, match="enrolment register"):
        examine(home, PROVINCE, SEMESTER, BATCH)


def test_one_number_in_every_line_is_told_of_each_and_costs_no_square(home: Home) -> None:
    """Twenty thousand lines would make four hundred million pairs."""
    base = clean_record("B1", 1)
    filed = [base | {"XWZSBH": f"1900142026{k:06d}", "LWTM": str(k)} for k in range(20_000)]
    found = judge(home, filed)
    assert sum(rule == "R12" for _, rule, _ in found) == 20_000
