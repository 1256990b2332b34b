"""A level's views hold what the suites are promised, and its state changes with its records."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl
import pytest

from pipelines.errors import UsageError
from pipelines.home import Home
from pipelines.quality.levels import LEVELS, NothingToJudgeError, Subject, level_of, resolve
from pipelines.quality.results import NATIONAL
from pipelines.register import build
from pipelines.register.columns import DEGREE_COUNT, DEGREE_RECORD, SEMESTER_SUMMARY
from pipelines.register.formal import examine_handovers
from pipelines.register.handover import hand_over
from pipelines.warehouse import connect
from tests.unit.register.samples import NOW, SEMESTER, Filing, land

LATER = "2026-2027-1"


@pytest.fixture
def registered(home: Home) -> Home:
    """Two provinces in the national register; in the first, one of five records was held back."""
    land(home, "11", "b-1", Filing(1, records=5, left_out=((1, "held"),)))
    land(home, "31", "b-1", Filing(1, records=2, institution="31901"))
    for province in ("11", "31"):
        build.register_province(home, province)
        hand_over(home, province, SEMESTER, now=NOW)
    examine_handovers(home, SEMESTER, now=NOW)
    build.register_nation(home)
    return home


def subject(home: Home, level: str, scope: str, semester: str = SEMESTER) -> Subject:
    return LEVELS[level].subject(home, scope, semester)


@contextmanager
def opened(home: Home, made: Subject) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(spill=home.scratch) as con:
        for statement in made.prepare:
            con.execute(statement)
        yield con


def columns(con: duckdb.DuckDBPyConnection, view: str) -> list[str]:
    return [row[0] for row in con.execute(f"describe {view}").fetchall()]


def test_a_provinces_register(registered: Home) -> None:
    made = subject(registered, "province_register", "11")
    with opened(registered, made) as con:
        assert columns(con, "record") == [column.name for column in DEGREE_RECORD]
        assert columns(con, "register") == columns(con, "record")
        assert con.execute("select count(*) from record").fetchone() == (4,)
        assert con.execute("from claimed").fetchall() == [("11", 4)]
        assert con.execute("select count(*) from institution").fetchone() == (0,)
        assert resolve(con, made.parameters) == {
            "rows_claimed": 4,
            "province": "11",
            "semester_first_day": "2025-09-01",
            "semester_last_day": "2026-02-28",
        }


def test_a_semesters_records_and_all_others(registered: Home) -> None:
    land(registered, "11", "b-2", Filing(1, records=3, first=50), semester=LATER)
    build.register_province(registered, "11")
    with opened(registered, subject(registered, "province_register", "11", LATER)) as con:
        assert con.execute("select count(*) from record").fetchone() == (3,)
        assert con.execute("select count(*) from register").fetchone() == (7,)


def test_the_national_register(registered: Home) -> None:
    made = subject(registered, "national_register", NATIONAL)
    with opened(registered, made) as con:
        assert con.execute("select count(*) from record").fetchone() == (6,)
        assert con.execute("from claimed order by 1").fetchall() == [("11", 4), ("31", 2)]
        assert resolve(con, made.parameters)["rows_claimed"] == 6
        assert "province" not in made.parameters


@pytest.mark.parametrize(
    ("level", "scope"), [("province_marts", "11"), ("national_marts", NATIONAL)]
)
def test_the_marts(registered: Home, level: str, scope: str) -> None:
    made = subject(registered, level, scope)
    with opened(registered, made) as con:
        assert columns(con, "degree_count") == [column.name for column in DEGREE_COUNT]
        assert columns(con, "semester_summary") == [column.name for column in SEMESTER_SUMMARY]
        rows = con.execute("select sum(degrees) from degree_count").fetchone()
        assert rows == (resolve(con, made.parameters)["rows_registered"],)


def test_a_handover(registered: Home) -> None:
    made = subject(registered, "handover", "11")
    with opened(registered, made) as con:
        assert columns(con, "record") == [column.name for column in DEGREE_RECORD]
        assert con.execute("from claimed").fetchall() == [("B1", 4)]
        assert con.execute("select count(*) from claimed_filing").fetchone() == (1,)
        given = resolve(con, made.parameters)
        assert given == {"rows_claimed": 4, "rows_registered": 4, "province": "11"}


def test_the_nation_judges_a_handover_without_the_provinces_register(registered: Home) -> None:
    registered.province_warehouse("11").unlink()
    made = subject(registered, "handover", "11")
    with opened(registered, made) as con:
        assert resolve(con, made.parameters) == {"rows_claimed": 4, "province": "11"}


def test_landed_lines(registered: Home) -> None:
    folder = registered.landing("11", SEMESTER) / "b-1"
    pl.DataFrame({"file_no": [1], "rows_found": [5]}).write_parquet(folder / "files.parquet")
    made = subject(registered, "landing", "11")
    with opened(registered, made) as con:
        assert con.execute("select count(*), any_value(batch) from line").fetchone() == (5, "b-1")
        assert con.execute("select any_value(batch) from file").fetchone() == ("b-1",)
        assert con.execute("select count(*) from filing").fetchone() == (1,)
        assert resolve(con, made.parameters) == {"rows_claimed": 5}


def test_institutions_are_text(registered: Home) -> None:
    registered.reference.mkdir(exist_ok=True)
    (registered.reference / "institutions.csv").write_text(
        "institution_code,name_zh,province_code,valid_from,valid_to\n"
        '01234,"某大学, 北京""校区",11,2000-01-01,\n',
        encoding="utf-8-sig",
    )
    with opened(registered, subject(registered, "province_register", "11")) as con:
        found = con.execute("select institution_code, valid_from, name_zh from institution")
        assert found.fetchall() == [("01234", "2000-01-01", '某大学, 北京"校区')]


def test_the_state_is_that_of_the_records(registered: Home) -> None:
    before = subject(registered, "province_register", "11").state
    assert subject(registered, "province_register", "11").state == before
    land(registered, "11", "b-3", Filing(2, records=1, first=90))
    build.register_province(registered, "11")
    assert subject(registered, "province_register", "11").state != before
    # another semester's batch changes nothing about this one
    now = subject(registered, "province_register", "11").state
    land(registered, "11", "b-4", Filing(1, records=1, first=95), semester=LATER)
    build.register_province(registered, "11")
    assert subject(registered, "province_register", "11").state == now


@pytest.mark.parametrize(
    ("level", "scope"),
    [("province_register", "11"), ("handover", "11"), ("national_register", NATIONAL)],
)
def test_the_state_is_that_of_what_the_records_are_compared_with_too(
    registered: Home, level: str, scope: str
) -> None:
    before = subject(registered, level, scope).state
    institutions = registered.reference / "institutions.csv"
    institutions.parent.mkdir(exist_ok=True)
    institutions.write_text("institution_code,province_code,valid_from,valid_to\n")
    assert subject(registered, level, scope).state != before
    institutions.unlink()
    assert subject(registered, level, scope).state == before


def test_the_same_records_under_another_manifest_are_another_state(registered: Home) -> None:
    before = subject(registered, "handover", "11").state
    path = registered.handover("11", SEMESTER) / "0001" / "manifest.json"
    said = json.loads(path.read_text())
    path.chmod(0o600)
    path.write_text(json.dumps(said | {"sealed_at": "2026-01-31T00:00:00+00:00"}))
    assert subject(registered, "handover", "11").state == before
    path.write_text(json.dumps(said | {"rows": said["rows"] + 1}))
    assert subject(registered, "handover", "11").state != before


@pytest.mark.parametrize("level", list(LEVELS))
def test_nothing_there_is_told(home: Home, level: str) -> None:
    scope = NATIONAL if LEVELS[level].national else "11"
    with pytest.raises(NothingToJudgeError, match=r"2025-2026-1"):
        subject(home, level, scope)


def test_a_register_is_only_read(registered: Home) -> None:
    with (
        opened(registered, subject(registered, "province_register", "11")) as con,
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
    ):
        con.execute("delete from w.core.degree_record")


def test_suites_know_their_level() -> None:
    assert level_of("national_profile").name == "national_register"
    with pytest.raises(UsageError, match="no quality suite"):
        level_of("nonsuch")
