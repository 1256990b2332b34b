"""Great Expectations on DuckDB: each expectation type in use holds and fails exactly."""

from pathlib import Path
from typing import Any

import pytest

from expectations.run import BROKEN, FAILED, PASSED, Outcome
from expectations.suites import generated, names

from .people import COLUMNS, ROWS, expected, measure, run, states

CASES: list[tuple[str, dict[str, Any], dict[str, Any], float]] = [
    # type, kwargs that hold, kwargs that do not, what is observed then
    (
        "expect_column_values_to_not_be_null",
        {"column": "code", "mostly": 0.9},
        {"column": "code"},
        20 / 200,
    ),
    (
        "expect_column_values_to_be_in_set",
        {"column": "code", "value_set": ["1", "2"]},
        {"column": "code", "value_set": ["2", "it's"]},
        80 / 180,
    ),
    (
        "expect_column_values_to_be_in_set",
        {"column": "batch", "value_set": list(range(50))},
        {"column": "batch", "value_set": [0, 1]},
        192 / 200,
    ),
    (
        "expect_column_values_to_match_regex",
        {"column": "number", "regex": "[0-9]{8}"},
        {"column": "number", "regex": "[0-9]{7}"},
        1.0,
    ),
    (
        "expect_column_values_to_not_match_regex",
        {"column": "number", "regex": "[0-9]{7}"},
        {"column": "number", "regex": "[0-9]{7}1"},
        20 / 150,
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "batch", "min_value": 0, "max_value": 49},
        {"column": "batch", "min_value": 1},
        4 / 200,
    ),
    (
        "expect_column_values_to_be_between",
        {"column": "day", "min_value": "2026-01-01", "max_value": "2026-04-10"},
        {"column": "day", "min_value": "2026-01-02"},
        2 / 200,
    ),
    ("expect_column_values_to_be_unique", {"column": "id"}, {"column": "batch"}, 1.0),
    (
        "expect_compound_columns_to_be_unique",
        {"column_list": ["id", "batch"]},
        {"column_list": ["batch", "even"]},
        1.0,
    ),
    ("expect_table_row_count_to_equal", {"value": ROWS}, {"value": ROWS + 1}, ROWS),
    (
        "unexpected_rows_expectation",
        {"unexpected_rows_query": "select id from {batch} where id < 0"},
        {"unexpected_rows_query": "select id from {batch} where id < 3"},
        3,
    ),
    (
        "expect_measure_to_be_between",
        {"measure": "count(*) filter (even) / count(*)", "min_value": 0.5, "max_value": 0.5},
        {"measure": "count(*) filter (even)", "max_value": 99},
        100,
    ),
    (
        "expect_measures_to_be_between",
        {
            "measures": {"half": "count(*) filter (even) / count(*)", "all": "count(*)"},
            "limits": {"half": [0.5, 0.5], "all": [None, ROWS]},
        },
        {
            "measures": {"half": "count(*) filter (even) / count(*)", "all": "count(*)"},
            "limits": {"half": [0.5, 0.6], "all": [None, ROWS / 3]},
        },
        3,
    ),
    (
        "expect_table_column_types_to_equal",
        {"column_types": COLUMNS},
        {"column_types": [*COLUMNS[:5], ["years", "DOUBLE"], COLUMNS[6]]},
        7,
    ),
]


@pytest.mark.parametrize(
    ("type_", "holds", "fails", "observed"), CASES, ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)]
)
def test_holds_and_fails_exactly(
    warehouse: Path, type_: str, holds: dict[str, Any], fails: dict[str, Any], observed: float
) -> None:
    made = run(warehouse, expected("holds", type_, **holds), expected("fails", type_, **fails))
    good, bad = made.outcomes
    assert good.state == PASSED
    assert good.excess in (0.0, None)
    assert bad.state == FAILED
    assert bad.observed == pytest.approx(observed)
    assert made.rows == ROWS


def test_every_type_in_use_is_tried_here() -> None:
    in_use = {one.type for name in names() for one in generated(name).expectations}
    assert in_use <= {case[0] for case in CASES}


def test_a_null_is_no_value_of_a_map_and_no_measure(warehouse: Path) -> None:
    """Maps skip it; a measure without a value is broken, unless nothing is asked of it."""
    made = run(
        warehouse,
        expected("map", "expect_column_values_to_match_regex", column="number", regex=".*"),
        measure("nothing", "sum(case when id < 0 then 1 end)", max_value=1),
        measure("unasked", "sum(case when id < 0 then 1 end)"),
        measure("subquery", "(select max(id) from w.person)", max_value=199),
    )
    assert states(made) == {"map": PASSED, "nothing": BROKEN, "unasked": PASSED, "subquery": PASSED}
    assert made.outcomes[1].note == "no value"


def test_a_subquery_is_a_measure_also_where_nothing_else_is_counted(warehouse: Path) -> None:
    made = run(warehouse, measure("alone", "(select count(*) from w.person)", max_value=100))
    assert made.outcomes[0] == Outcome("alone", FAILED, 200.0, None, 100.0, 100.0)


def test_mostly_is_a_share_of_the_values_that_are_there(warehouse: Path) -> None:
    kwargs = {"column": "number", "regex": "[0-9]{7}[^1]"}
    kind = "expect_column_values_to_match_regex"
    made = run(
        warehouse,
        expected("enough", kind, mostly=0.86, **kwargs),
        expected("too_few", kind, mostly=0.87, **kwargs),
    )
    enough, too_few = made.outcomes
    assert (enough.state, too_few.state) == (PASSED, FAILED)
    assert too_few.observed == pytest.approx(20 / 150)
    assert too_few.excess == pytest.approx(20 / 150 - 0.13)


def test_columns_that_differ_are_named(warehouse: Path) -> None:
    def names(columns: list[list[str]]) -> tuple[str, ...]:
        one = expected("types", "expect_table_column_types_to_equal", column_types=columns)
        return run(warehouse, one).outcomes[0].keys

    assert names([*COLUMNS, ["more", "DATE"]]) == ("more",)
    assert names(COLUMNS[1:]) == ("id",)
    assert names([COLUMNS[1], COLUMNS[0], *COLUMNS[2:]]) == ("id", "batch")
