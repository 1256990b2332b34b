"""What happens the second time: nothing, or what is new, and never anything to what stands."""

import shutil
from pathlib import Path

from pipelines.home import Home
from pipelines.orchestration.headless import run_semester
from tests.end_to_end.country import (
    NEXT_SEMESTER,
    PROVINCES,
    RECORDS,
    SEMESTER,
    Country,
    copy_of,
    files_below,
    query,
    send,
    table,
)
from tests.end_to_end.score import misses, places, read_truth


def test_a_package_dropped_again_is_recognised(country: Country, tmp_path: Path) -> None:
    home = copy_of(country.home, tmp_path)
    zipped = next(name for name in country.sent if name.endswith(".zip"))
    folder = next(
        name for name in country.sent if name[:2] == zipped[:2] and not name.endswith(".zip")
    )
    before = {part: files_below(home.root / part) for part in ("archive", "landing", "handover")}
    for name in (folder, zipped):
        send(home, name, country.sent[name])
    run = run_semester(home, SEMESTER)
    assert run.ok, run.failures
    landings = [s for steps in run.steps.values() for s in steps if "landing" in s.asset]
    assert sum(step.metadata["duplicates"] for step in landings) == 2
    assert sum(step.metadata["dagster/row_count"] for step in landings) == 0
    assert before == {part: files_below(home.root / part) for part in before}
    assert not list(home.inbox.iterdir())
    assert run_semester(home, SEMESTER).nothing_new


def test_running_again_does_nothing(country: Country) -> None:
    before = files_below(country.home.root)
    again = run_semester(country.home, SEMESTER)
    assert again.nothing_new
    assert again.steps == {}
    assert files_below(country.home.root) == before


def test_a_second_semester_appends(country: Country, two_semesters: Home) -> None:
    first = query(country.home.national_warehouse, RECORDS, SEMESTER)
    assert query(two_semesters.national_warehouse, RECORDS, SEMESTER) == first
    for province in PROVINCES:
        old = query(country.home.province_warehouse(province), RECORDS, SEMESTER)
        assert query(two_semesters.province_warehouse(province), RECORDS, SEMESTER) == old
    accepted = table(two_semesters, "decided", "filings", NEXT_SEMESTER)["accepted"].sum()
    totals = dict(
        query(
            two_semesters.national_warehouse,
            "select filing_semester, sum(degrees) from marts.degree_count group by all",
        )
    )
    assert totals == {SEMESTER: len(first), NEXT_SEMESTER: accepted}
    sheet = (two_semesters.reports / SEMESTER / "national" / "semester-summary.csv").read_bytes()
    before = (country.home.reports / SEMESTER / "national" / "semester-summary.csv").read_bytes()
    assert sheet == before


def test_a_second_semester_is_examined_as_truly(two_semesters: Home) -> None:
    truth = read_truth(two_semesters.truth / f"{NEXT_SEMESTER}.parquet")
    found = places(table(two_semesters, "findings", "findings", NEXT_SEMESTER))
    assert truth.sort(truth.columns).equals(found.sort(truth.columns)), misses(truth, found)


def test_two_semesters_are_both_at_rest(two_semesters: Home) -> None:
    assert run_semester(two_semesters, SEMESTER).nothing_new
    assert run_semester(two_semesters, NEXT_SEMESTER).nothing_new


def test_the_registers_can_be_rebuilt_from_what_was_decided(
    country: Country, tmp_path: Path
) -> None:
    home = copy_of(country.home, tmp_path)
    shutil.rmtree(home.root / "provinces")
    home.national_warehouse.unlink()
    run = run_semester(home, SEMESTER)
    assert run.ok, run.failures
    for province in PROVINCES:
        path = country.home.province_warehouse(province)
        rebuilt = query(home.province_warehouse(province), RECORDS, SEMESTER)
        assert rebuilt == query(path, RECORDS, SEMESTER)
        assert len(list(home.handover(province, SEMESTER).iterdir())) == 1
    assert query(home.national_warehouse, RECORDS, SEMESTER) == query(
        country.home.national_warehouse, RECORDS, SEMESTER
    )
