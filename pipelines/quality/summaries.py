"""Latest results in short: what the index and the histories need of each, a small file each.

Thousands of results are read for an index; a summary is a tenth of a result. It is derived: written
when a result is newer than its summary, so that it may be deleted at any time.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from expectations.run import BROKEN, FAILED, PASSED
from expectations.suite import Expected
from pipelines.home import Home
from pipelines.quality.results import Judged, Result, read_result, runs
from pipelines.register.files import PRIVATE

FORMAT = "xuewei-quality-summary/2"

BLOCKED, WARNED, EXCUSED, OK, UNJUDGED = "blocked", "warned", "excused", "ok", "unjudged"


class Check(NamedTuple):
    """An outcome in short: state, severity, value and limits. Kept as a list."""

    id: str
    state: str
    blocks: bool
    observed: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Summary:
    """The latest run of a suite. ``checks`` are in the suite's order; ``parts`` are those of groups
    whose measures have limits of their own, by group and name."""

    scope: str
    semester: str
    suite: str
    title_zh: str
    title_en: str
    run_id: str
    rows: int
    checks: tuple[Check, ...]
    parts: tuple[Check, ...] = ()

    @cached_property
    def wrong(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.state in (FAILED, BROKEN))


@dataclass(frozen=True)
class Standing:
    """How many expectations block, warn, are excused and passed; ``state`` is the worst."""

    blocks: int = 0
    warns: int = 0
    excused: int = 0
    passed: int = 0

    @property
    def state(self) -> str:
        if self.blocks:
            return BLOCKED
        if self.warns:
            return WARNED
        if self.excused:
            return EXCUSED
        return OK if self.passed else UNJUDGED

    def __add__(self, other: "Standing") -> "Standing":
        return Standing(
            self.blocks + other.blocks,
            self.warns + other.warns,
            self.excused + other.excused,
            self.passed + other.passed,
        )


def standing(summary: Summary, excused: Mapping[str, str]) -> Standing:
    """``excused`` are exceptions by expectation; what passed needs none."""
    open_ = [check for check in summary.wrong if check.id not in excused]
    blocks = sum(check.blocks for check in open_)
    passed = sum(check.state == PASSED for check in summary.checks)
    return Standing(blocks, len(open_) - blocks, len(summary.wrong) - len(open_), passed)


def summary_of(result: Result) -> Summary:
    checks = tuple(
        Check(
            one.id,
            one.outcome.state,
            one.expectation.blocks,
            one.outcome.observed,
            one.outcome.low,
            one.outcome.high,
        )
        for one in result.judged
    )
    return Summary(
        result.scope,
        result.semester,
        result.suite,
        result.title_zh,
        result.title_en,
        result.run_id,
        result.rows,
        checks,
        tuple(check for one in result.judged for check in _parts(one)),
    )


def has_limits_of_its_own(one: Expected) -> bool:
    """Whether each part of a group is worth a history: bands that move, told where they warn."""
    limits = one.kwargs.get("limits", {}).values()
    return bool(one.parts) and not one.blocks and len({str(limit) for limit in limits}) > 1


def _parts(judged: Judged) -> list[Check]:
    one = judged.expectation
    if not has_limits_of_its_own(one):
        return []
    return [
        Check(part_id(one, p.name), PASSED if p.ok else FAILED, one.blocks, *p[1:])
        for p in judged.outcome.parts
    ]


def part_id(one: Expected, part: str) -> str:
    return f"{one.id}/{part}"


def latest_summary(home: Home, scope: str, semester: str, suite: str) -> Summary | None:
    """Of the newest run, None when the suite was never run; BadInputError for a bad result."""
    found = runs(home, scope, semester, suite)
    if not found:
        return None
    path = _path(home, scope, semester, suite)
    kept = _read(path)
    if kept is not None and kept.run_id == found[-1].stem:
        return kept
    made = summary_of(read_result(found[-1]))
    _write(path, made)
    return made


def _write(path: Path, summary: Summary) -> None:
    """Without waiting for the disk: a file that a crash tore is no summary and is made again."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    part = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    part.write_text(json.dumps({"format": FORMAT} | asdict(summary), ensure_ascii=False), "utf-8")
    part.replace(path)


def _path(home: Home, scope: str, semester: str, suite: str) -> Path:
    return home.quality_page(scope, semester, suite).with_suffix(".json")


def _checks(kept: list[list[Any]]) -> tuple[Check, ...]:
    return tuple(Check(*check) for check in kept)


def _read(path: Path) -> Summary | None:
    """None for whatever is not a summary: it is made again."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("format") != FORMAT:
            return None
        checks, parts = (_checks(content.pop(name)) for name in ("checks", "parts"))
        return Summary(**content, checks=checks, parts=parts)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
