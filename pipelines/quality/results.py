"""Results of suites, as files: one a run, never overwritten, with counts and keys only."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from expectations.run import BROKEN, FAILED, NOT_JUDGED, PASSED, Outcome, Part, SuiteRun
from expectations.suite import Expected, Suite, as_json, read_suite
from pipelines.errors import BadInputError
from pipelines.home import Home
from pipelines.register.files import folders, sha256_of, write_json, write_whole

FORMAT = "xuewei-quality/1"
_PLAIN = ("run_id", "suite", "scope", "semester", "subject", "rows", "seconds")
NATIONAL = "national"
_RUN_ID = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class Judged:
    """An expectation with its outcome, as kept. ``severity`` is ``blocks`` or ``warns``."""

    expectation: Expected
    outcome: Outcome

    @property
    def id(self) -> str:
        return self.expectation.id

    @property
    def severity(self) -> str:
        return "blocks" if self.expectation.blocks else "warns"

    @property
    def ok(self) -> bool:
        """Passed, or left out for a reason. A broken check is not ok."""
        return self.outcome.state in (PASSED, NOT_JUDGED)


@dataclass(frozen=True)
class Result:
    """What one run of a suite found.

    ``scope`` is a province's code or ``national``. ``subject`` names the state that was judged
    (the parts of a register, a handover's hash): a gate opens for that state only.
    """

    run_id: str
    suite: str
    title_zh: str
    title_en: str
    scope: str
    semester: str
    subject: str
    run_at: datetime
    rows: int
    seconds: float
    judged: tuple[Judged, ...]

    def __getitem__(self, expectation_id: str) -> Judged:
        for one in self.judged:
            if one.id == expectation_id:
                return one
        raise KeyError(expectation_id)

    @property
    def blocking(self) -> tuple[Judged, ...]:
        """What closes the gate unless it is excused."""
        return tuple(one for one in self.judged if not one.ok and one.expectation.blocks)

    @property
    def warnings(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.judged if not one.ok and not one.expectation.blocks)

    def count(self, state: str) -> int:
        return sum(one.outcome.state == state for one in self.judged)


STATES = (PASSED, FAILED, BROKEN, NOT_JUDGED)


def result_of(run: SuiteRun, scope: str, semester: str, subject: str, *, now: datetime) -> Result:
    """A run as it is kept."""
    by_id = {one.id: one for one in run.suite.expectations}
    return Result(
        run_id=f"{now.astimezone(UTC):{_RUN_ID}}",
        suite=run.suite.name,
        title_zh=run.suite.title_zh,
        title_en=run.suite.title_en,
        scope=scope,
        semester=semester,
        subject=subject,
        run_at=now.astimezone(UTC),
        rows=run.rows,
        seconds=round(run.seconds, 3),
        judged=tuple(Judged(by_id[one.id], one) for one in run.outcomes),
    )


def in_turn(home: Home, result: Result) -> Result:
    """The result under an id that follows the last run's: clocks may stand still or go back, and
    officers have signed on what is kept."""
    found = runs(home, result.scope, result.semester, result.suite)
    if not found or found[-1].stem < result.run_id:
        return result
    last = datetime.strptime(found[-1].stem, _RUN_ID).replace(tzinfo=UTC)
    return replace(result, run_id=f"{last + timedelta(microseconds=1):{_RUN_ID}}")


def write_result(home: Home, result: Result) -> Path:
    """Keeps a result; the file. The suite lies apart, once, under the hash of its content."""
    path = home.quality_results(result.scope, result.semester, result.suite)
    content = {name: getattr(result, name) for name in _PLAIN}
    content |= {
        "format": FORMAT,
        "run_at": result.run_at.isoformat(),
        "suite_sha256": _keep_suite(home, result),
        "outcomes": [asdict(one.outcome) for one in result.judged],
    }
    file = path / f"{result.run_id}.json"
    write_json(file, content, mode=0o444)
    return file


def _keep_suite(home: Home, result: Result) -> str:
    judged = tuple(one.expectation for one in result.judged)
    text = as_json(Suite(result.suite, result.title_zh, result.title_en, "", judged))
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = home.quality_suite(digest)
    if not path.exists():
        write_whole(path, text.encode(), mode=0o444)
    return digest


@lru_cache(maxsize=64)
def _kept_suite(path: Path) -> Suite:
    """The suite of a result; ValueError when it is not the one that the result names."""
    if sha256_of(path) != path.stem:
        raise ValueError(path.name)
    return read_suite(path)


def read_result(path: Path) -> Result:
    """A kept result; BadInputError when the file is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            raise ValueError(path.name)
        content["run_at"] = datetime.fromisoformat(content["run_at"])
        quality = path.parents[4]
        suite = _kept_suite(quality / "suites" / f"{content.pop('suite_sha256')}.json")
        outcomes = [_outcome(one) for one in content.pop("outcomes")]
        content["judged"] = tuple(Judged(suite[one.id], one) for one in outcomes)
        return Result(**content, title_zh=suite.title_zh, title_en=suite.title_en)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        where = "/".join(path.parts[-4:])
        raise BadInputError(
            f"{where} is no result of a quality suite", FORMAT, "run: xuewei quality run"
        ) from None


def _outcome(content: dict[str, Any]) -> Outcome:
    parts = tuple(Part(*part) for part in content["parts"])
    return Outcome(**content | {"keys": tuple(content["keys"]), "parts": parts})


def runs(home: Home, scope: str, semester: str, suite: str) -> list[Path]:
    """Files of a suite's runs, oldest first."""
    return sorted(home.quality_results(scope, semester, suite).glob("*.json"))


def latest(home: Home, scope: str, semester: str, suite: str) -> Result | None:
    """The newest result of a suite, None when it was never run."""
    found = runs(home, scope, semester, suite)
    return read_result(found[-1]) if found else None


def kept(home: Home) -> list[tuple[str, str, str]]:
    """(scope, semester, suite) of everything that was ever run, in order."""
    return [
        (scope.name, semester.name, suite.name)
        for scope in folders(home.quality / "results")
        for semester in folders(scope)
        for suite in folders(semester)
    ]
