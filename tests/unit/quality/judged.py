"""Results of an invented suite, written as a run would keep them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from expectations.run import BROKEN, FAILED, NOT_JUDGED, PASSED, Outcome
from expectations.suite import Expected
from pipelines.home import Home
from pipelines.quality.results import Judged, Result, write_result

SEMESTER, SUITE = "2025-2026-1", "province_profile"
RUN_AT = datetime(2026, 1, 25, 1, 0, tzinfo=UTC)


def expected(id_: str, *, blocks: bool = True, excusable: bool = True) -> Expected:
    kind = "expect_measure_to_be_between"
    titles = (f"{id_} 的要求", f"What {id_} asks for")
    return Expected(id_, kind, {"measure": "1"}, blocks, *titles, "Art. 13", excusable)


SHARE = Judged(
    expected("women_share"),
    Outcome("women_share", FAILED, 0.40, 0.45, 0.55, 0.05, ("19001", "19002")),
)
WARNING = Judged(
    expected("volume", blocks=False), Outcome("volume", FAILED, 130.0, None, 120.0, 10.0)
)
KEYS = Judged(expected("columns"), Outcome("columns", FAILED, 3.0, keys=("sex_code", "level")))
FIXED = Judged(
    expected("key_unique", excusable=False), Outcome("key_unique", FAILED, 2.0, None, 0.0, 2.0)
)
CRASHED = Judged(expected("no_column"), Outcome("no_column", BROKEN, note="BinderException"))
FINE = Judged(expected("rows"), Outcome("rows", PASSED, 5000.0, 5000.0, 5000.0, 0.0))
UNKNOWN = Judged(
    expected("drift"), Outcome("drift", NOT_JUDGED, note="没有可比学期 nothing before")
)
ALL = (SHARE, WARNING, KEYS, FIXED, CRASHED, FINE, UNKNOWN)


def judged(one: Judged, **changed: object) -> Judged:
    """The same expectation with another outcome."""
    return Judged(one.expectation, replace(one.outcome, **changed))


def result(
    *found: Judged,
    scope: str = "11",
    semester: str = SEMESTER,
    suite: str = SUITE,
    minutes: int = 0,
) -> Result:
    """A result of a run some minutes after the first."""
    at = RUN_AT + timedelta(minutes=minutes)
    return Result(
        run_id=f"{at:%Y%m%dT%H%M%S%fZ}",
        suite=suite,
        title_zh="分布",
        title_en="Profile",
        scope=scope,
        semester=semester,
        subject="0" * 32,
        run_at=at,
        rows=5000,
        seconds=1.5,
        judged=found or ALL,
    )


def kept(home: Home, *found: Judged, **options: object) -> Result:
    """A result that was written."""
    made = result(*found, **options)  # type: ignore[arg-type]
    write_result(home, made)
    return made
