"""What earlier semesters teach, and what the suites written by hand find with it."""

import math
import re

import pytest

from expectations.indicators import INDICATORS
from expectations.profile import profile_suite
from pipelines.quality.before import literal_table
from pipelines.quality.comparable import comparable_semesters
from pipelines.quality.levels import LEVELS
from pipelines.quality.profile import NO_HISTORY, NOTHING, ONE_ONLY, TOO_FEW
from pipelines.quality.run import suite_of
from pipelines.quality.settings import QualitySettings
from tests.unit.quality.made_register import EARLIER, NOW, degrees_of, made

KINDS = ("province", "national")
PERSONAL = re.compile(r"full_name|id_number|certificate_number|birth_date|student_number")
MINE = f"where filing_semester = '{NOW}'"


@pytest.mark.parametrize("kind", KINDS)
def test_a_suite_is_well_formed(kind):
    for one in profile_suite(kind).expectations:
        assert re.search("[一-鿿]", one.title_zh)
        assert one.title_en
        assert one.basis.startswith("第")
        query = one.kwargs.get("unexpected_rows_query") or one.keys_sql or "{batch}"
        assert "{batch}" in query
        assert not PERSONAL.search(query.split(" from ")[0]), one.id


def test_what_rests_on_unsure_codes_never_blocks():
    expectations = profile_suite("national").expectations
    blocking = [id for one in expectations if one.blocks for id in one.parts or (one.id,)]
    assert not [id for id in blocking if id.startswith(("part_time", "study_form", "age", "study"))]
    assert {f"{one.id}_far" for one in INDICATORS if one.far} < set(blocking)
    assert all(id.endswith("_far") or id in EXACT for id in blocking)


EXACT = {"no_degree_in_category_14", "institution_cohort_twice", "institution_doubled"}


@pytest.mark.parametrize("level", [LEVELS["province_register"], LEVELS["national_register"]])
def test_no_other_suite_of_the_level_has_the_same_id(level):
    ids = [one.id for name in level.suites for one in suite_of(name).expectations]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("semesters", [(NOW,), (NOW, EARLIER[0]), (NOW, *EARLIER)])
def test_each_expectation_has_its_limits_or_a_reason(kind, semesters):
    learnt = made(*semesters).learnt(kind)
    for one in profile_suite(kind).expectations:
        for id in one.parts or (one.id,):
            limits = one.kwargs["limits"][id] if one.parts else one.kwargs.values()
            asked = {value["$PARAMETER"] for value in limits if isinstance(value, dict)}
            told = asked <= learnt.parameters.keys()
            assert (id in learnt.not_judged) != told or not asked, id
    assert all(math.isfinite(value) for value in learnt.parameters.values())
    for name, low in learnt.parameters.items():
        if name.endswith("_low"):
            assert low <= learnt.parameters[name.replace("_low", "_high")]


def test_without_a_comparable_semester_nothing_is_guessed():
    """The other half of the year is not comparable."""
    learnt = made(NOW, "2024-2025-2", "2023-2024-2").learnt()
    assert learnt.parameters == {}
    assert learnt.not_judged["women_share"] == NO_HISTORY
    assert learnt.not_judged["institution_missing"] == NO_HISTORY
    assert "january_birth_share_far" not in learnt.not_judged


def test_one_semester_does_not_tell_what_is_far():
    learnt = made(NOW, EARLIER[0]).learnt()
    assert "women_share_low" in learnt.parameters
    assert learnt.not_judged["women_share_far"] == ONE_ONLY
    assert learnt.not_judged["institution_doubled"] == ONE_ONLY


def test_few_people_are_not_measured():
    learnt = made(degrees=20).learnt()
    assert learnt.not_judged["women_share_discipline_01"] == TOO_FEW
    assert "women_share_low" in learnt.parameters
    settings = QualitySettings(bands_fewest=100)
    assert made(degrees=20).learnt(settings=settings).not_judged["women_share"] == TOO_FEW


def test_a_semester_without_degrees_is_not_judged():
    learnt = made(*EARLIER).learnt()
    assert set(learnt.not_judged.values()) == {NOTHING}
    assert len(learnt.not_judged) == len(profile_suite("province").expectations)


def test_history_goes_back_as_far_as_set():
    assert comparable_semesters("2025-2026-2", 2) == ["2024-2025-2", "2023-2024-2"]
    learnt = made().learnt(settings=QualitySettings(history_semesters=1))
    assert learnt.not_judged["women_share_far"] == ONE_ONLY


def test_like_is_compared_with_like():
    """An institution of women that has not filed yet makes no difference to the band."""
    plain = made().learnt().parameters
    other = [degrees_of("19999", semester, 5000, women=1.0) for semester in EARLIER]
    learnt = made().then(*other).learnt()
    assert learnt.parameters["women_share_high"] == plain["women_share_high"]
    assert learnt.parameters["doctors_share_high"] == plain["doctors_share_high"]


def test_what_is_learnt_is_what_is_measured(tmp_path):
    """An exact repetition lies in the middle of each band, medians and shares alike."""
    repeated = made(EARLIER[0], EARLIER[1])
    again = f"update register set filing_semester = '{NOW}' where filing_semester = '{EARLIER[0]}'"
    copy = "insert into register select * replace ('2024-2025-1' as filing_semester) from register"
    register = repeated.then(again, f"{copy} {MINE}")
    learnt, outcomes = register.learnt(), register.judged(tmp_path)
    for one in INDICATORS:
        if one.id in learnt.not_judged or one.by_day:
            continue
        low, high = (learnt.parameters[f"{one.id}_{side}"] for side in ("low", "high"))
        assert low <= outcomes[one.id].observed <= high, one.id
    assert outcomes["drift"].observed == pytest.approx(0, abs=1e-9)


def test_the_same_every_year_raises_nothing(tmp_path):
    for kind in KINDS:
        outcomes = made().judged(tmp_path, kind)
        assert {one.state for one in outcomes.values()} == {"passed"}
        assert any("not judged" in one.note for one in outcomes.values())


def test_amended_and_revoked_versions_do_not_count(tmp_path):
    """Only what is in force today, as the marts count it."""
    superseded = (
        "insert into register select * replace (now()::timestamp as recorded_to)"
        f" from register {MINE}"
    )
    assert made().then(superseded).judged(tmp_path)["cohort_twice_share"].observed == 0


def test_what_is_gone_is_listed(tmp_path):
    outcomes = made().then(
        f"delete from register {MINE} and institution_code = '19002'",
        f"delete from register {MINE} and record_category_code = 'M3'",
    )
    found = outcomes.judged(tmp_path)
    assert found["institution_missing"].keys == ("11 19002 400",)
    assert found["category_gone_far"].keys == ("M3 402",)
    assert found["institution_category_gone"].keys[0] == "19001 M3 134"


def test_volumes_against_the_last_comparable_semester(tmp_path):
    found = (
        made()
        .then(
            degrees_of("19001", NOW, 400).replace(f"'19001{NOW}' || n", f"'x19001{NOW}' || n"),
            f"delete from register {MINE} and institution_code = '19002'"
            " and hash(id_number) % 9 > 0",
            f"update register set full_name = 'x' || full_name {MINE} and id_number like 'x%'",
        )
        .judged(tmp_path)
    )
    assert found["institution_doubled"].keys == ("11 19001 800 400",)
    assert [key[:8] for key in found["institution_volume"].keys] == ["11 19001", "11 19002"]
    assert found["cohort_twice_share"].observed == 0


def test_namesakes_are_no_cohort_and_a_cohort_is(tmp_path):
    """Same name, another birth date; then the same people under other numbers."""
    first = f"{MINE} and institution_code = '19001'"
    namesakes = (
        "insert into register select * replace (id_number || 'x' as id_number, certificate_number"
        f" || 'x' as certificate_number, birth_date + 400 as birth_date) from register {first}"
    )
    assert made().then(namesakes).judged(tmp_path)["institution_cohort_twice"].state == "passed"
    twice = namesakes.replace("birth_date + 400", "birth_date")
    found = made().then(twice).judged(tmp_path)
    assert found["institution_cohort_twice"].keys == ("19001 800",)
    assert found["degrees_per_person"].observed == 1


def test_a_document_of_several_people(tmp_path):
    shared = f"update register set id_number = '1' {MINE} and institution_code = '19003'"
    found = made().then(shared).judged(tmp_path)
    assert found["identity_shared_share_far"].observed == pytest.approx(0.25)
    assert found["identity_shared_share_far"].keys == ("19003 400",)
    assert found["degrees_per_person_far"].observed == pytest.approx(1600 / 1201)


def test_no_degree_is_conferred_in_category_14(tmp_path):
    academic = (
        f"update register set degree_category_code = '414' {MINE} and institution_code = '19001'"
        " and record_category_code = 'B1'"
    )
    found = made().then(academic).judged(tmp_path)["no_degree_in_category_14"]
    assert found.keys == ("19001 414 266",)
    professional = academic.replace("'414'", "'31451'").replace("'B1'", "'M3'")
    judged = made().then(professional).judged(tmp_path)
    assert judged["no_degree_in_category_14"].state == "passed"


def test_provinces_against_themselves(tmp_path):
    """Half of one is gone, all of another; a third, still the same, is not named."""
    others = [
        degrees_of(code, semester, 400, province=code[1:3])
        for semester in (NOW, *EARLIER)
        for code in ("03201", "06501", "05401")
    ]
    found = (
        made()
        .then(
            *others,
            f"delete from register {MINE} and province_code = '32'",
            f"delete from register {MINE} and province_code = '65' and hash(id_number) % 3 > 0",
            f"update register set sex_code = '1' {MINE} and province_code = '54'",
            f"update register set ethnic_code = '01' {MINE} and province_code = '54'",
        )
        .judged(tmp_path, "national")
    )
    assert found["province_missing"].keys == ("32 400",)
    assert [key[:2] for key in found["province_total_far"].keys] == ["65"]
    assert found["province_women_engineering"].keys == ("54 0.0",)
    assert found["province_women_elsewhere_far"].keys == ("54 0.0",)
    assert found["province_minority_share"].keys == ("54 0.0",)


def test_literal_tables_hold_what_they_are_given():
    import duckdb

    con = duckdb.connect()
    columns = {"code": "varchar", "degrees": "bigint", "limit_": "double"}
    con.execute(literal_table("t", columns, [("o'clock", 3, None), ("中", 4, 0.5)]))
    assert con.execute("from t").fetchall() == [("o'clock", 3, None), ("中", 4, 0.5)]
    con.execute(literal_table("t", columns, []))
    assert con.execute("describe t").fetchall()[2][:2] == ("limit_", "DOUBLE")
    assert con.execute("from t").fetchall() == []
