"""What no single record shows is caught by a named expectation; clean semesters raise nothing."""

from collections import Counter

import pytest

from pipelines.home import Home
from pipelines.quality.levels import LEVELS
from pipelines.quality.results import FAILED, PASSED, Result
from pipelines.quality.run import PROFILES
from tests.end_to_end.planted_faults import OTHER_FAULTS, REGISTER_FAULTS
from tests.end_to_end.planting import Fault, failed, faulty, plant
from tests.end_to_end.six_semesters import LAST, SEMESTERS, build_six, judge_suite, results

FAULTS = (*REGISTER_FAULTS, *OTHER_FAULTS)
MOST_WARNINGS = 0.02


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return build_six(tmp_path_factory.mktemp("six"))


def assert_clean(found: list[Result]) -> None:
    blocking = [f"{r.scope} {r.semester} {one.id}" for r in found for one in r.blocking]
    warnings = [f"{r.scope} {r.semester} {one.id}" for r in found for one in r.warnings]
    states = Counter(one.outcome.state for r in found for one in r.judged)
    rate = len(warnings) / (states[PASSED] + states[FAILED])
    assert not blocking
    assert rate < MOST_WARNINGS, f"{len(warnings)} warnings, {rate:.2%} of {dict(states)}"


def test_six_clean_semesters_raise_nothing(home: Home) -> None:
    """The warnings are counted among what was judged, which a first semester mostly is not."""
    found = [result for one in SEMESTERS for result in results(home, one, profiles=True)]
    assert_clean(found)
    judged = Counter(
        (r.semester, one.outcome.state != "not_judged") for r in found for one in r.judged
    )
    assert judged["2023-2024-1", True] < judged["2024-2025-1", True] < judged["2025-2026-1", True]
    assert judged[LAST, False] < 0.25 * judged[LAST, True]


@pytest.mark.slow
def test_six_clean_semesters_raise_nothing_in_the_generated_suites_either(home: Home) -> None:
    assert_clean([r for one in SEMESTERS for r in results(home, one, profiles=False)])


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_planted_fault_is_caught_by_name(home: Home, fault: Fault) -> None:
    """And nothing blocks that is not the fault's doing."""
    names = LEVELS[fault.level].suites
    (suite,) = [name for name in names if name in PROFILES] or names
    found = failed(judge_suite(home, suite, plant(home, fault)))
    assert fault.by in found
    assert found[fault.by].outcome.state == FAILED
    blocking = {id_ for id_, one in found.items() if one.expectation.blocks}
    assert blocking <= {fault.by, *fault.also}


@pytest.mark.slow
@pytest.mark.parametrize("fault", REGISTER_FAULTS, ids=[fault.name for fault in REGISTER_FAULTS])
def test_no_single_record_shows_it(home: Home, fault: Fault) -> None:
    """The suites generated from the standard, which look at records, have nothing to block."""
    (suite,) = [name for name in LEVELS[fault.level].suites if name not in PROFILES]
    assert not judge_suite(home, suite, plant(home, fault)).blocking


def test_without_a_fault_the_planting_changes_nothing(home: Home) -> None:
    """The tables that stand in for views are not what an expectation fails on."""
    for fault in {one.level: one for one in FAULTS}.values():
        none = Fault("none", fault.by, (), scope=fault.scope, level=fault.level)
        subject = faulty(LEVELS[none.level].subject(home, none.scope, LAST), none, home)
        (suite,) = LEVELS[none.level].suites[-1:]
        assert not failed(judge_suite(home, suite, subject))
