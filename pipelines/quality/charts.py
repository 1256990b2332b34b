"""Small charts of how an observed value moved over semesters, as coordinates for inline SVG.

First and second semesters are never compared, so each half has a line of its own: solid with full
dots, dashed with hollow ones. Behind each dot lies the band of its own semester.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from expectations.pages import texts
from expectations.run import BROKEN, FAILED
from pipelines.quality.summaries import Check

STEP, HEIGHT, MARGIN = 24.0, 46.0, 6.0
"""Pixels: width of a semester, height, room above and below."""


@dataclass(frozen=True)
class Point:
    """A semester's dot. ``title`` is what a reader is told when pointing at it."""

    x: float
    y: float
    second: bool
    wrong: bool
    title: str


@dataclass(frozen=True)
class Band:
    """Where the value may lie in a semester; an edge that is None has no limit."""

    x: float
    top: float
    bottom: float
    edges: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """Coordinates in pixels, y downwards. ``lines`` are (points attribute, second half)."""

    width: float
    height: float
    step: float
    points: tuple[Point, ...]
    bands: tuple[Band, ...]
    lines: tuple[tuple[str, bool], ...]
    label: str


def chart(checks: Sequence[tuple[str, Check | None]], unit: str) -> Chart | None:
    """Of (semester, check) in the order of time; None with fewer than two values."""
    told = [(i, term, c) for i, (term, c) in enumerate(checks) if c and c.observed is not None]
    if len(told) < 2:
        return None
    place = _scale([v for _, _, c in told for v in (c.observed, c.low, c.high) if v is not None])
    points, bands = [], []
    for index, term, check in told:
        x = (index + 0.5) * STEP
        band = texts.limit(check.low, check.high, unit)
        title = f"{term}: {texts.number(check.observed, unit)} ({band})"
        title = f"{texts.sign(check.state)} {title}"
        y = place(check.observed or 0.0)
        points.append(Point(x, y, term.endswith("-2"), check.state in (FAILED, BROKEN), title))
        if check.low is not None or check.high is not None:
            bands.append(_band(index * STEP, check, place))
    lines = []
    for second in (False, True):
        half = [f"{p.x:g},{p.y:g}" for p in points if p.second is second]
        if len(half) > 1:
            lines.append((" ".join(half), second))
    label = "; ".join(point.title for point in points)
    return Chart(STEP * len(checks), HEIGHT, STEP, tuple(points), tuple(bands), tuple(lines), label)


class _Place:
    """Value to pixel: the greatest value lies on top."""

    def __init__(self, low: float, high: float) -> None:
        self._low, self._span = low, high - low

    def __call__(self, value: float) -> float:
        share = (value - self._low) / self._span if self._span else 0.5
        return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)


def _scale(values: Sequence[float]) -> _Place:
    return _Place(min(values), max(values))


def _band(x: float, check: Check, place: _Place) -> Band:
    top = 0.0 if check.high is None else place(check.high)
    bottom = HEIGHT if check.low is None else place(check.low)
    ends = [end for end, value in ((top, check.high), (bottom, check.low)) if value is not None]
    return Band(round(x, 1), top, max(bottom, top + 1.0), tuple(sorted(set(ends))))
