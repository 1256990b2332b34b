"""What was judged, looked up: the latest results with their exceptions, and how a value moved."""

from dataclasses import dataclass
from datetime import datetime

from expectations.pages import texts
from expectations.pages.texts import SUITES
from expectations.run import PASSED, Outcome, Part
from expectations.suite import Expected
from pipelines.errors import MissingInputError, UsageError
from pipelines.home import Home
from pipelines.quality.exceptions import QualityException, excused
from pipelines.quality.results import (
    NATIONAL,
    STATES,
    Judged,
    Result,
    kept,
    latest,
    read_result,
    runs,
)
from pipelines.standard.codes import code_table

EXCUSED = "excused"


@dataclass(frozen=True)
class Look:
    """A result with the exceptions that cover what failed in it, by expectation."""

    result: Result
    excused: dict[str, QualityException]

    @property
    def closing(self) -> tuple[Judged, ...]:
        """What keeps the gate closed."""
        return tuple(one for one in self.result.blocking if one.id not in self.excused)

    @property
    def warning(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.result.warnings if one.id not in self.excused)

    @property
    def counts(self) -> dict[str, int]:
        """Expectations by state, then what blocks, warns and is excused."""
        states = {state: self.result.count(state) for state in STATES}
        others = {"blocks": self.closing, "warns": self.warning, EXCUSED: self.excused}
        return states | {name: len(found) for name, found in others.items()}

    def state(self, judged: Judged) -> str:
        return EXCUSED if judged.id in self.excused else judged.outcome.state


@dataclass(frozen=True)
class Move:
    """An expectation's outcome in a run. ``observed``, ``low``, ``high`` as in ``Outcome``."""

    semester: str
    observed: float | None
    low: float | None
    high: float | None
    state: str
    exception: str | None
    run_id: str
    run_at: datetime


@dataclass(frozen=True)
class History:
    """How an expectation of a suite and scope went, oldest semester first."""

    scope: str
    suite: str
    expectation: Expected
    part: str
    moves: tuple[Move, ...]

    @property
    def id(self) -> str:
        return f"{self.expectation.id}/{self.part}" if self.part else self.expectation.id

    @property
    def unit(self) -> str:
        """``share`` or ``plain``."""
        one = self.expectation
        return texts.part_unit(one, self.part) if self.part else texts.unit(one)


def look(
    home: Home, *, scope: str | None = None, semester: str | None = None, suite: str | None = None
) -> list[Look]:
    """The latest results of the suites asked for, of the newest semester unless one is given.
    MissingInputError when there are none."""
    found = _kept(home, scope, suite)
    newest = semester or max((term for _, term, _ in found), default=None)
    results = [latest(home, *one) for one in found if one[1] == newest]
    looks = [Look(one, excused(home, one)) for one in results if one]
    if not looks:
        raise _nothing(semester)
    return looks


def history(
    home: Home,
    expectation: str,
    *,
    scope: str | None = None,
    suite: str | None = None,
    every_run: bool = False,
) -> list[History]:
    """An expectation over the semesters, by scope and suite: the latest run of each, or every one.

    ``expectation`` is its id, or ``id/part`` for a measure of a group. UsageError when no suite
    that was run has it.
    """
    expectation, _, part = expectation.partition("/")
    moves: dict[tuple[str, str], list[Move]] = {}
    newest: dict[tuple[str, str], Expected] = {}
    for where, term, name in _kept(home, scope, suite):
        files = runs(home, where, term, name)
        for path in files if every_run else files[-1:]:
            result = read_result(path)
            judged = next((one for one in result.judged if one.id == expectation), None)
            move = _move(home, result, judged, part) if judged else None
            if judged and move:
                moves.setdefault((where, name), []).append(move)
                newest[where, name] = judged.expectation
    if not moves:
        raise UsageError(
            f"no suite that was run here has an expectation {expectation!r}"
            + (f" with a part {part!r}" if part else ""),
            "an id; without one, the ids are listed: xuewei quality history",
        )
    return [History(*key, newest[key], part, tuple(found)) for key, found in moves.items()]


def known(
    home: Home, *, scope: str | None = None, suite: str | None = None
) -> dict[str, tuple[Expected, ...]]:
    """Expectations by suite, as the newest run of each has them."""
    latest_of = {name: (term, where) for where, term, name in sorted(_kept(home, scope, suite))}
    for where, term, name in _kept(home, scope, suite):
        latest_of[name] = max(latest_of[name], (term, where))
    found = {}
    for name, (term, where) in latest_of.items():
        if result := latest(home, where, term, name):
            found[name] = tuple(one.expectation for one in result.judged)
    return found


def scopes_with(home: Home, semester: str) -> list[str]:
    """Scopes of the home that may hold something of a semester: provinces, then the nation."""
    codes = [row["code"] for row in code_table("province").rows if row["in_scope"] == "Y"]
    provinces = [
        code
        for code in codes
        if home.landing(code, semester).is_dir() or home.handover(code, semester).is_dir()
    ]
    return provinces + ([NATIONAL] if home.national_warehouse.exists() else [])


def _move(home: Home, result: Result, judged: Judged, part: str) -> Move | None:
    """The outcome of a run; None where it has no such part."""
    by = excused(home, result).get(judged.id) if not judged.ok else None
    told: Outcome | Part = judged.outcome
    state = judged.outcome.state
    if part:
        named = [one for one in judged.outcome.parts if one.name == part]
        if not named:
            return None
        told = named[0]
        if named[0].ok:
            state, by = PASSED, None
    return Move(
        result.semester,
        told.observed,
        told.low,
        told.high,
        EXCUSED if by else state,
        by.exception_id if by else None,
        result.run_id,
        result.run_at,
    )


def _kept(home: Home, scope: str | None, suite: str | None) -> list[tuple[str, str, str]]:
    """(scope, semester, suite) that were run, in the order in which a semester meets suites."""
    found = kept(home)
    if suite and suite not in {name for _, _, name in found}:
        names = sorted({name for _, _, name in found})
        raise UsageError(f"suite {suite!r} was not run here", ", ".join(names) or "xuewei run")
    order = {name: place for place, name in enumerate(SUITES)}
    wanted = [one for one in found if scope in (None, one[0]) and suite in (None, one[2])]
    return sorted(wanted, key=lambda one: (one[0], one[1], order.get(one[2], len(order))))


def _nothing(semester: str | None) -> MissingInputError:
    return MissingInputError(
        f"nothing{f' of {semester}' if semester else ''} was judged here",
        "results of quality suites",
        f"xuewei quality run --semester {semester or '…'}",
    )
