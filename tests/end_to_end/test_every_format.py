"""The examination scored on each file format: all is found, nothing invented, equal findings."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from pipelines.clock import clock
from pipelines.examination.examine import examine
from pipelines.filing.landing import land
from pipelines.filing.sorting import sort_inbox
from pipelines.home import Home
from pipelines.simulate.faults import line_faults
from pipelines.simulate.faults.filing import FILING_FORMATS
from pipelines.simulate.plan import FORMATS, MIXED, Plan
from pipelines.simulate.score import score_home
from pipelines.simulate.simulation import simulate
from tests.end_to_end.country import SEMESTER

PLAN = Plan(5, ("11",), SEMESTER, 1500, 0.15, 0.2, photos=True)
PLACE = ["filing_id", "file", "line"]
HABITS = {"deleted_rows", "template_rows"}


def examined(folder: Path, plan: Plan) -> Home:
    """A home whose one province was examined."""
    home = Home.at(folder).make()
    simulate(home, plan)
    sort_inbox(home, now=clock())
    batch = land(home, "11", SEMESTER, now=clock()).batch
    assert batch
    examine(home, "11", SEMESTER, batch)
    return home


@pytest.fixture(scope="module")
def by_format(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Home]:
    return {
        form: examined(tmp_path_factory.mktemp(form), replace(PLAN, format=form))
        for form in FORMATS
    }


def without_extension(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("file").str.replace(r"\.\w+$", ""))


def own_places(home: Home) -> pl.DataFrame:
    """Where something is wrong that not every format can have."""
    own = {kind.name for kind in line_faults() if len(kind.formats) < len(FORMATS)}
    truth = pl.read_parquet(home.truth / f"{SEMESTER}.parquet")
    mine = truth.filter(pl.col("fault").is_in([*own, *FILING_FORMATS, *HABITS]))
    return without_extension(mine.select(PLACE))


def findings(home: Home) -> pl.DataFrame:
    (path,) = home.findings("11", SEMESTER).glob("*/findings.parquet")
    columns = [*PLACE, "rule_code", "severity", "field", "message"]
    found = pl.read_parquet(path, columns=columns).cast({"line": pl.Int64})
    # what is told of a whole filing counts its lines, and only CSV has lines that cannot be read
    message = pl.when(pl.col("line").is_not_null()).then(pl.col("message"))
    return without_extension(found.with_columns(message))


@pytest.mark.parametrize("form", FORMATS)
def test_everything_is_found_and_nothing_invented(by_format: dict[str, Home], form: str) -> None:
    scored = score_home(by_format[form], SEMESTER)
    wrong = scored.by_rule.filter((pl.col("missed") > 0) | (pl.col("false") > 0))
    assert scored.perfect, wrong
    assert len(scored.by_rule) > 50


def test_also_where_each_institution_has_its_format_and_templates(tmp_path: Path) -> None:
    plan = replace(PLAN, format=MIXED, templates=0.5, enrolment_surplus=0.1)
    scored = score_home(examined(tmp_path, plan), SEMESTER)
    assert scored.perfect, scored.by_rule


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "csv"])
def test_the_same_records_give_the_same_findings(by_format: dict[str, Home], form: str) -> None:
    """Field by field and word by word, but for what only one of the two formats can have."""
    homes = by_format["csv"], by_format[form]
    own = pl.concat([own_places(home) for home in homes])
    here, there = (
        findings(home).join(own, on=PLACE, how="anti", nulls_equal=True).sort(pl.all())
        for home in homes
    )
    assert here.equals(there)
    assert len(here) > 150
