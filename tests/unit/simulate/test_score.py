"""The score sees what was missed and what was invented, and says so with its exit code."""

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from pipelines.cli import xuewei
from pipelines.errors import MissingInputError
from pipelines.home import Home
from pipelines.simulate.plan import Plan
from pipelines.simulate.score import KEY, differences, places, score, score_home, severity_of
from pipelines.simulate.simulation import simulate

SEMESTER = "2025-2026-1"
TRUTH = pl.DataFrame(
    [
        ("f1", "a.csv", 2, "R01"),
        ("f1", "a.csv", 3, "R01"),
        ("f1", "a.csv", 3, "R39"),
        ("f1", None, None, "R23"),
    ],
    schema=dict(zip(KEY, (pl.String, pl.String, pl.Int64, pl.String), strict=True)),
    orient="row",
)


def test_everything_found_is_perfect() -> None:
    scored = score(SEMESTER, TRUTH, TRUTH)
    assert scored.perfect
    assert scored.by_rule["injected"].sum() == scored.by_rule["found"].sum() == 4
    assert set(scored.by_rule["precision"]) == set(scored.by_rule["recall"]) == {1.0}


def test_a_miss_and_an_invention_count_against_their_rules() -> None:
    invented = pl.DataFrame([("f1", "a.csv", 9, "R23")], schema=TRUTH.schema, orient="row")
    scored = score(SEMESTER, TRUTH, pl.concat([TRUTH.slice(1), invented]))
    assert not scored.perfect
    rows = {row["rule_code"]: row for row in scored.by_rule.to_dicts()}
    assert (rows["R01"]["missed"], rows["R01"]["recall"], rows["R01"]["precision"]) == (1, 0.5, 1.0)
    assert (rows["R23"]["false"], rows["R23"]["precision"], rows["R23"]["recall"]) == (1, 0.5, 1.0)
    assert rows["R39"]["missed"] == rows["R39"]["false"] == 0
    by_severity = {row["severity"]: row for row in scored.by_severity.to_dicts()}
    assert (by_severity["error"]["missed"], by_severity["error"]["false"]) == (1, 1)
    assert by_severity["hold"]["found"] == 1
    text = differences(TRUTH, pl.concat([TRUTH.slice(1), invented]))
    assert "('f1', 'a.csv', 2, 'R01')" in text
    assert "('f1', 'a.csv', 9, 'R23')" in text


def test_a_rule_about_two_fields_of_a_line_counts_once() -> None:
    assert places(pl.concat([TRUTH, TRUTH])).sort(KEY).equals(TRUTH.sort(KEY))


def test_rules_that_need_what_was_filed_before_are_left_out() -> None:
    earlier = TRUTH.with_columns(rule_code=pl.lit("R44"))
    assert places(earlier).is_empty()


def test_severities_are_the_rules_own() -> None:
    assert [severity_of(code) for code in ("R01", "R39", "R43", "R24", "XX")] == [
        "error",
        "hold",
        "warning",
        "error",
        "unknown",
    ]


def found_as(home: Home, truth: pl.DataFrame) -> None:
    folder = home.findings("65", SEMESTER) / "b-1"
    folder.mkdir(parents=True, exist_ok=True)
    truth.select(KEY).write_parquet(folder / "findings.parquet")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.at(tmp_path).make()
    simulate(made, Plan(3, ("65",), SEMESTER, 200, 0.1, 0.1))
    return made


def test_the_command_tells_by_its_exit_code(home: Home) -> None:
    truth = pl.read_parquet(home.truth / f"{SEMESTER}.parquet")
    found_as(home, truth)
    arguments = ["score", "--home", str(home.root), "--semester", SEMESTER]
    good = CliRunner().invoke(xuewei, [*arguments, "--json"])
    assert good.exit_code == 0
    told = json.loads(good.output)
    assert told["perfect"]
    assert {row["rule_code"] for row in told["rules"]} == set(truth["rule_code"])
    found_as(home, truth.slice(1))
    bad = CliRunner().invoke(xuewei, arguments)
    assert bad.exit_code == 1
    assert truth.sort("rule_code")["rule_code"][0] in bad.output


def test_without_truth_or_findings_it_says_what_to_do(home: Home) -> None:
    with pytest.raises(MissingInputError, match="examined"):
        score_home(home, SEMESTER)
    with pytest.raises(MissingInputError, match="no truth"):
        score_home(home, "2024-2025-1")
