"""A run of a suite: what cannot be computed, what is told and what is not."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest

from expectations.run import BROKEN, FAILED, PASSED, SuiteRun
from expectations.suite import Expected

from .people import NO_NUMBER, ONE_ROW, ROWS, expected, measure, run, states


def test_what_cannot_be_computed_is_broken_and_the_rest_is_judged(warehouse: Path) -> None:
    made = run(
        warehouse,
        measure("good", "count(*)", min_value=ROWS),
        measure("unknown_column", "sum(nonsuch)", min_value=1),
        measure("bad_sql", "sum(", min_value=1),
        measure("no_number", "max(number || 'x')", min_value=1),
        expected("no_column", "expect_column_values_to_not_be_null", column="nonsuch"),
        expected(
            "bad_query", "unexpected_rows_expectation", unexpected_rows_query="from {batch} x y"
        ),
        expected("nulls", "expect_column_values_to_not_be_null", column="code"),
        measure("bad", "count(*)", max_value=1),
    )
    assert states(made) == {
        "good": PASSED,
        "unknown_column": BROKEN,
        "bad_sql": BROKEN,
        "no_number": BROKEN,
        "no_column": BROKEN,
        "bad_query": BROKEN,
        "nulls": FAILED,
        "bad": FAILED,
    }
    assert not made.success
    for one in made.outcomes:
        if one.state == BROKEN:
            # the kind of error, never its text, which may quote a value
            assert re.fullmatch("[A-Za-z]+(Error|Exception)", one.note), one


def test_what_fails_while_it_runs_leaves_the_connection_usable(warehouse: Path) -> None:
    """DuckDB then aborts the transaction; the checks after it are judged all the same."""
    made = run(
        warehouse,
        measure("no_number", "max(number || 'x')", min_value=1),
        measure("good", "count(*)", min_value=ROWS),
        expected("bad_query", "unexpected_rows_expectation", unexpected_rows_query=NO_NUMBER),
        expected("query", "unexpected_rows_expectation", unexpected_rows_query=ONE_ROW),
        expected("nulls", "expect_column_values_to_not_be_null", column="code"),
    )
    assert states(made) == {
        "no_number": BROKEN,
        "good": PASSED,
        "bad_query": BROKEN,
        "query": FAILED,
        "nulls": FAILED,
    }
    assert made.outcomes[3].keys == ("7",)


def test_a_missing_parameter_is_broken(warehouse: Path) -> None:
    asks = expected("asks", "expect_table_row_count_to_equal", value={"$PARAMETER": "rows"})
    limit = measure("limit", "count(*)", max_value={"$PARAMETER": "most"})
    made = run(warehouse, asks, limit, rows=ROWS)
    assert states(made) == {"asks": PASSED, "limit": BROKEN}
    assert made.outcomes[1].note == "a parameter is missing"


def test_keys_that_cannot_be_listed_hide_no_failure(warehouse: Path) -> None:
    one = Expected(
        "bad",
        "expect_measure_to_be_between",
        {"measure": "count(*)", "max_value": 1},
        True,
        "标题",
        "title",
        "Art. 14",
        keys_sql="select nonsuch from {batch}",
    )
    found = run(warehouse, one).outcomes[0]
    assert (found.state, found.observed, found.keys) == (FAILED, 200.0, ())
    assert found.note.startswith("no keys: ")


def test_at_most_twenty_keys(warehouse: Path) -> None:
    query = "select batch, count(*) as n from {batch} group by all order by all"
    made = run(
        warehouse, expected("many", "unexpected_rows_expectation", unexpected_rows_query=query)
    )
    assert made.outcomes[0].observed == 50
    assert made.outcomes[0].keys == tuple(f"{n} 4" for n in range(20))


def test_a_run_says_nothing(
    warehouse: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    run(
        warehouse,
        measure("broken", "sum(nonsuch)", min_value=1),
        expected("failed", "expect_column_values_to_be_unique", column="number"),
    )
    assert capfd.readouterr() == ("", "")
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_result_holds_no_value(warehouse: Path) -> None:
    made = run(
        warehouse,
        expected("unique", "expect_column_values_to_be_unique", column="number"),
        expected("regex", "expect_column_values_to_match_regex", column="number", regex="x"),
        expected("set", "expect_column_values_to_be_in_set", column="number", value_set=["x"]),
        expected(
            "compound", "expect_compound_columns_to_be_unique", column_list=["number", "code"]
        ),
    )
    assert {one.state for one in made.outcomes} == {FAILED}
    no_value_in(made)


def test_an_error_tells_no_value(warehouse: Path) -> None:
    """DuckDB quotes the value that it could not convert."""
    made = run(
        warehouse,
        measure("no_number", "max(number || 'x')", min_value=1),
        expected("query", "unexpected_rows_expectation", unexpected_rows_query=NO_NUMBER),
    )
    assert [(one.state, one.note) for one in made.outcomes] == [(BROKEN, "ConversionException")] * 2
    no_value_in(made)


def no_value_in(made: SuiteRun) -> None:
    assert made.result is not None
    assert "1234567" not in str(made.result.to_json_dict())
    assert "1234567" not in str(made.outcomes)


LISTEN = """
import os, sys
called = []
sys.addaudithook(lambda event, _: called.append(event) if event.startswith("socket.") else None)
from pathlib import Path
from expectations.run import Bounds, run_suite
from expectations.suite import Expected, Suite
one = Expected("rows", "expect_table_row_count_to_equal", {"value": 1}, True, "题", "t", "b")
suite = Suite("s", "题", "t", "one", (one,))
made = run_suite(suite, ["create view one as select 1 as a"], Bounds(1, "100MB", Path("spill")))
said = [event for event in called if event in ("socket.connect", "socket.getaddrinfo")]
print(made.success, os.environ["GX_ANALYTICS_ENABLED"], said)
"""


def test_nobody_is_told(tmp_path: Path, project: Path) -> None:
    """A run in a process of its own looks nobody up and calls nobody; analytics are off."""
    env = {"PYTHONPATH": str(project), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "-c", LISTEN], capture_output=True, cwd=tmp_path, env=env, text=True
    )
    assert done.stdout.split() == ["True", "false", "[]"], done.stderr
