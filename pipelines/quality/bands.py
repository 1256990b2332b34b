"""Limits that earlier semesters teach: median and MAD, never narrower than chance allows.

The median and the median absolute deviation stand one outlying semester in three (Hampel 1974);
1.4826 x MAD is the standard deviation of a normal distribution.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

NORMAL_MAD = 1.4826
NORMAL_IQR = 1.349
MEDIAN_ERROR = math.sqrt(math.pi / 2)
"""Standard error of a median of n normal values, in standard deviations over sqrt(n)."""


@dataclass(frozen=True)
class Band:
    """Limits, both included, around what is usual."""

    low: float
    high: float


@dataclass(frozen=True)
class Widths:
    """What a band is at least: ``spread`` robust deviations, ``floor``, ``noise`` (absolute)."""

    spread: float
    floor: float
    noise: float


def ordinary_band(history: Sequence[float], widths: Widths) -> Band:
    """The band around the history's median; at least one value, all finite.

    Downwards a floor is at most half of what is usual: a share of one per cent that falls to
    nothing must show though it moves by less than a floor of two points.
    """
    center = _center(history)
    half = max(_spread(history) * widths.spread, widths.floor, widths.noise)
    down = min(half, max(center / 2, widths.noise)) if center > 0 else half
    return Band(center - down, center + half)


def far_band(history: Sequence[float], widths: Widths, factor: float, floor: float) -> Band:
    """The band outside which nobody relies on a semester: ``factor`` ordinary half-widths.

    Never narrower than the ordinary band. Downwards it ends above nothing where chance allows: what
    falls below a tenth of what is usual has vanished.
    """
    center = _center(history)
    ordinary = ordinary_band(history, widths)
    half = max(factor * (ordinary.high - center), floor)
    down = min(half, max(center * 0.9, factor * widths.noise)) if center > 0 else half
    return Band(min(center - down, ordinary.low), center + half)


def share_noise(share: float, now: float, before: float, factor: float) -> float:
    """``factor`` standard errors of the difference of two shares of ``now`` and ``before`` people.

    A share near nothing is taken for one person's, so that the first one is no surprise.
    """
    likely = min(max((share * now + 1) / (now + 2), 0.0), 1.0)
    return factor * math.sqrt(likely * (1 - likely) * (1 / now + 1 / before))


def median_noise(quartiles: float, now: float, before: float, factor: float) -> float:
    """The same of two medians; ``quartiles`` is the distance between the quartiles."""
    deviation = quartiles / NORMAL_IQR
    return factor * MEDIAN_ERROR * deviation * math.sqrt(1 / now + 1 / before)


def pooled(sizes: Sequence[float]) -> float:
    """How many people stand behind a median of semesters of these sizes."""
    return median(sizes) * max(1.0, len(sizes) / MEDIAN_ERROR**2)


def _center(history: Sequence[float]) -> float:
    if not history or not all(math.isfinite(value) for value in history):
        raise ValueError("a history of finite numbers, at least one")
    return median(history)


def _spread(history: Sequence[float]) -> float:
    center = median(history)
    return NORMAL_MAD * median([abs(value - center) for value in history])
