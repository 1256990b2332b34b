"""Two simulated provinces, not yet run, and copies of them for each test to run and to break."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.orchestration.headless import run_semester
from pipelines.simulate.plan import Plan
from pipelines.simulate.simulation import simulate
from tests.end_to_end.country import SEMESTER, copy_of, office_hours

PROVINCES = ("11", "65")
PLAN = Plan(3, PROVINCES, SEMESTER, 240, fault_rate=0.05, filing_fault_rate=0.0, filings=8)


@pytest.fixture(autouse=True)
def _office_hours() -> Iterator[None]:
    with office_hours():
        yield


@pytest.fixture(scope="session")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Packages in the inbox, nothing done. Not to be changed: take a ``copy``."""
    home = Home.at(tmp_path_factory.mktemp("arrived") / "home").make()
    simulate(home, PLAN)
    return home


@pytest.fixture(scope="session")
def completed(arrived: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The same, run without trouble. Not to be changed: take a ``copy``."""
    home = copy_of(arrived, tmp_path_factory.mktemp("completed"))
    with office_hours():
        run = run_semester(home, SEMESTER)
    assert run.ok, run.failures
    return home


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Home], Home]:
    """A copy of a home for this test."""
    return lambda home: copy_of(home, tmp_path)


@pytest.fixture
def one_province(arrived: Home, copy: Callable[[Home], Home]) -> Home:
    """A country of one province, its packages in the inbox."""
    home = copy(arrived)
    for path in home.inbox.glob("11-*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    register = home.reference / "institutions.csv"
    rows = register.read_text("utf-8").splitlines(keepends=True)
    place = rows[0].rstrip("\n").split(",").index("province_code")
    register.write_text(rows[0] + "".join(r for r in rows[1:] if r.split(",")[place] == "65"))
    return home
