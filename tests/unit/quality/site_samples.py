"""Runs and results made by hand: one expectation for each state that a page shows."""

from datetime import UTC, datetime

from expectations.run import BROKEN, FAILED, NOT_JUDGED, PASSED, Outcome, SuiteRun
from expectations.suite import Expected, Suite
from pipelines.home import Home
from pipelines.quality.results import Result, result_of, write_result

NOW = datetime(2026, 3, 20, 1, 2, 3, tzinfo=UTC)
SEMESTER = "2025-2026-1"


def expected(id_: str, *, blocks: bool = True, zh: str = "标题", en: str = "Title") -> Expected:
    return Expected(
        id_,
        "expect_column_values_to_not_be_null",
        {"column": "x"},
        blocks,
        zh,
        en,
        "第九条 / Art. 9",
    )


def share(id_: str, *, blocks: bool = False) -> Expected:
    kwargs = {"measure": "count(*) filter (where x = '2') / nullif(count(*), 0)", "max_value": 0.3}
    kind = "expect_measure_to_be_between"
    return Expected(id_, kind, kwargs, blocks, "女性占比", "Share of women", "R44")


SUITE = Suite(
    "province_register",
    "省级备案信息",
    "The register",
    "record",
    (
        expected("name_present"),
        expected("code_in_set"),
        share("women_share"),
        Expected(
            "rows_claimed",
            "expect_table_row_count_to_equal",
            {"value": {"$PARAMETER": "rows_claimed"}},
            True,
            "行数等于审定数",
            "As many rows as decisions accepted",
            "第十三条 / Art. 13",
        ),
        expected("measure_broken"),
        expected("drift", blocks=False),
    ),
)

OUTCOMES = (
    Outcome("name_present", PASSED, 0.0, None, 0.01, 0.0),
    Outcome("code_in_set", FAILED, 0.02, None, 0.01, 0.01, ("10001 02", "10002 02")),
    Outcome("women_share", FAILED, 0.3333, 0.1, 0.3, 0.0333),
    Outcome("rows_claimed", FAILED, 12.0, 10.0, 10.0, 2.0),
    Outcome("measure_broken", BROKEN, note="BinderException"),
    Outcome("drift", NOT_JUDGED, note="没有可比学期 no comparable semester"),
)


def sample(
    *changed: Outcome, suite: Suite = SUITE, seconds: float = 1.5, rows: int = 1000
) -> SuiteRun:
    """The sample run; ``changed`` outcomes take the place of those of their id."""
    by_id = {one.id: one for one in (*OUTCOMES, *changed)}
    return SuiteRun(suite, tuple(by_id[one.id] for one in suite.expectations), rows, seconds)


def good(suite: Suite = SUITE, observed: float = 0.0) -> SuiteRun:
    outcomes = (Outcome(one.id, PASSED, observed, None, 0.01, 0.0) for one in suite.expectations)
    return SuiteRun(suite, tuple(outcomes), 1000, 1.0)


def keep(
    home: Home, run: SuiteRun, scope: str = "11", semester: str = SEMESTER, now: datetime = NOW
) -> Result:
    """The run as a kept result."""
    result = result_of(run, scope, semester, "ab" * 16, now=now)
    write_result(home, result)
    return result
