"""The gate of a level: open when nothing that blocks is unfulfilled, broken or unjudged.

It is asked of what is kept, so that a step which is started alone, by hand or after a crash, meets
the same gate as one in a run. Fail closed: a state that nobody has judged does not pass.
"""

from dataclasses import dataclass
from datetime import datetime

from expectations.pages import texts
from expectations.run import BROKEN
from pipelines.errors import GateClosedError
from pipelines.home import Home
from pipelines.quality.exceptions import QualityException, excused
from pipelines.quality.levels import LEVELS, NothingToJudgeError
from pipelines.quality.results import Judged, Result, latest
from pipelines.quality.run import judge, state_of, suite_of

MOST_PARTS = 5
"""Of what is wrong, so many are named in an error; the page has them all."""


@dataclass(frozen=True)
class Gate:
    """What a level's gate says. ``excused`` and ``closed_by`` are by suite and expectation."""

    level: str
    scope: str
    semester: str
    results: tuple[Result, ...]
    excused: dict[tuple[str, str], QualityException]
    unjudged: tuple[str, ...]
    """Suites that were not run on the present state."""

    @property
    def closed_by(self) -> tuple[tuple[str, Judged], ...]:
        return tuple(
            (result.suite, one)
            for result in self.results
            for one in result.blocking
            if (result.suite, one.id) not in self.excused
        )

    @property
    def open(self) -> bool:
        return not self.closed_by and not self.unjudged


def gate_of(home: Home, level: str, scope: str, semester: str, results: list[Result]) -> Gate:
    """The gate of a level for results of its present state."""
    passes = {
        (result.suite, expectation): by
        for result in results
        for expectation, by in excused(home, result).items()
    }
    judged = {result.suite for result in results}
    unjudged = tuple(name for name in LEVELS[level].suites if name not in judged)
    return Gate(level, scope, semester, tuple(results), passes, unjudged)


def gate(home: Home, level: str, scope: str, semester: str) -> Gate:
    """The gate for what the level holds now; suites run on another state count as not run."""
    subject = LEVELS[level].subject(home, scope, semester)
    results = []
    for name in LEVELS[level].suites:
        result = latest(home, scope, semester, name)
        if result and result.subject == state_of(home, suite_of(name), subject):
            results.append(result)
    return gate_of(home, level, scope, semester, results)


def judged_gate(home: Home, level: str, scope: str, semester: str, *, now: datetime) -> Gate | None:
    """The gate after the level was judged; None when it holds nothing of the semester."""
    try:
        results = judge(home, level, scope, semester, now=now)
    except NothingToJudgeError:
        return None
    return gate_of(home, level, scope, semester, results)


def require_open(asked: Gate) -> None:
    """Raises GateClosedError that names each expectation in the way."""
    if asked.open:
        return
    where = f"{asked.level} {asked.scope} {asked.semester}"
    if asked.unjudged:
        raise GateClosedError(
            f"{where}: {', '.join(asked.unjudged)} was not run on what the level holds now",
            "a level is judged before it is relied upon",
            f"xuewei quality run --level {asked.level} --semester {asked.semester} …",
        )
    raise GateClosedError(
        f"{where}: " + "; ".join(describe(suite, one) for suite, one in asked.closed_by),
        "each expectation that blocks is fulfilled, or excused by an officer",
        "xuewei quality show; put it right, or: xuewei quality except SUITE EXPECTATION …",
    )


def describe(suite: str, one: Judged) -> str:
    """An expectation that is not fulfilled, in a line: ids and numbers."""
    told = one.outcome
    if told.state == BROKEN:
        return f"{suite}/{one.id} could not be computed ({told.note})"
    parts = texts.parts(one.expectation, told, wrong=True)[:MOST_PARTS]
    observed, limit = texts.numbers(told, texts.unit(one.expectation))
    keys = [key for key in told.keys if key not in told.wrong_parts][:MOST_PARTS]
    listed = f" [{'; '.join((*parts, *keys))}]" if parts or keys else ""
    return f"{suite}/{one.id} {observed} ({limit}){listed}"
