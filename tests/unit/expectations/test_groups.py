"""Several measures as one expectation: its worst part, parts without a limit, what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.run import BROKEN, FAILED, PASSED
from expectations.suite import GROUP, Expected, group
from expectations.vocabulary import distance

from .people import ROWS
from .test_runs import run


def measure(id_: str, sql: str, low: object = None, high: object = None) -> Expected:
    kwargs = {"measure": sql, "min_value": low, "max_value": high}
    kind = "expect_measure_to_be_between"
    return Expected(id_, kind, kwargs, True, f"标题{id_}", id_, "Art. 8", keys_sql="select 1 as n")


def as_group(*members: Expected) -> Expected:
    return group("group_of_them", members, ("组", "Group"), "Art. 8")


def parameter(name: str) -> dict[str, str]:
    return {"$PARAMETER": name}


def test_alike_limits_tell_the_worst_value(warehouse: Path) -> None:
    one = as_group(measure("less", "1", high=2), measure("more", "3", high=2))
    (found,) = run(warehouse, one).outcomes
    assert (found.state, found.observed, found.high) == (FAILED, 3, 2)
    assert found.excess == 1
    assert found.wrong_parts == ("more",)
    assert found.keys == ("more 1",)


def test_other_limits_tell_how_far_out_it_is(warehouse: Path) -> None:
    one = as_group(measure("inside", "12", 10, 20), measure("outside", "9", 0, 6))
    (found,) = run(warehouse, one).outcomes
    assert (found.state, found.observed, found.low, found.high) == (FAILED, 2, None, 1)
    assert [part.ok for part in found.parts] == [True, False]


def test_a_part_without_its_limit_is_left_out(warehouse: Path) -> None:
    one = as_group(
        measure("known", "count(*)", high=parameter("rows")),
        measure("unknown", "count(*)", high=parameter("nonsuch")),
    )
    (found,) = run(warehouse, one, rows=ROWS).outcomes
    assert found.state == PASSED
    assert [part.name for part in found.parts] == ["known"]
    assert one.parameters == {"rows", "nonsuch"}
    (found,) = run(warehouse, one).outcomes
    assert found.state == BROKEN


def test_a_part_without_a_value_is_broken(warehouse: Path) -> None:
    one = as_group(measure("nothing", "sum(case when false then 1 end)", high=1))
    (found,) = run(warehouse, one).outcomes
    assert found.state == BROKEN


def test_what_differs_in_severity_is_no_group() -> None:
    warns = Expected("warns", "expect_measure_to_be_between", {}, False, "标题", "x", "Art. 8")
    with pytest.raises(ValueError, match="one severity"):
        as_group(measure("blocks", "1", high=1), warns)


def test_parts_have_titles() -> None:
    made = as_group(measure("first", "1", high=1))
    assert made.type == GROUP
    assert made.parts == ("first",)
    assert made.part_titles == {"first": ["标题first", "first"]}


numbers = st.floats(-1e6, 1e6)


@given(numbers, numbers, numbers)
def test_a_distance_above_one_is_outside(value: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    far = distance(value, low, high)
    assert 0 <= far <= 1000
    if far < 0.999:
        assert low <= value <= high
    if far > 1.001:
        assert not low <= value <= high


@given(numbers, numbers)
def test_one_end_may_be_open(value: float, limit: float) -> None:
    assert distance(value, None, None) == 0
    if limit > 1e-3 and value > 1e-3:
        assert (distance(value, None, limit) <= 1) == (value <= limit)
        assert (distance(value, limit, None) <= 1) == (value >= limit)
