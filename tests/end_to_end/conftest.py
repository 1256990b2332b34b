"""Tests of whole semesters run at a fixed time and leave the process's variables as they were."""

from collections.abc import Iterator

import pytest

from pipelines.home import Home
from pipelines.orchestration.headless import run_semester
from pipelines.simulate.plan import Plan
from pipelines.simulate.simulation import simulate
from tests.end_to_end.country import (
    NEXT_SEMESTER,
    PLAN,
    PROVINCES,
    Country,
    build_country,
    copy_of,
    office_hours,
)
from tests.end_to_end.january import Story, first_run, late_run


@pytest.fixture(scope="module", autouse=True)
def _office_hours() -> Iterator[None]:
    with office_hours():
        yield


@pytest.fixture(scope="session")
def country(tmp_path_factory: pytest.TempPathFactory) -> Country:
    """Three provinces, 3000 records with every kind of fault, run once for all tests."""
    with office_hours():
        return build_country(tmp_path_factory.mktemp("country"), PLAN)


@pytest.fixture(scope="session")
def two_semesters(country: Country, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same country elsewhere, in which the next semester has been run too."""
    home = copy_of(country.home, tmp_path_factory.mktemp("later"))
    simulate(home, Plan(PLAN.seed, PROVINCES, NEXT_SEMESTER, 600, 0.05, 0.1))
    with office_hours():
        run = run_semester(home, NEXT_SEMESTER)
    assert run.ok, run.failures
    return home


@pytest.fixture(scope="session")
def in_time(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Two provinces and the nation, before a faulty institution files. Not to be changed."""
    with office_hours():
        return first_run(tmp_path_factory.mktemp("january"))


@pytest.fixture(scope="session")
def closed(in_time: Story, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The same elsewhere, when it has: its province's gate is closed. Not to be changed."""
    with office_hours():
        return late_run(in_time, tmp_path_factory.mktemp("closed"))
