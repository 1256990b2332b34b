"""The office's settings for what earlier semesters teach: ``reference/quality.toml``.

A home without the file has the defaults. A section or a name that is not known is an error: a
misspelt setting that is passed over in silence would be believed to hold. All of them::

    [history]
    semesters = 5           # comparable semesters to look back on (same half of the year)

    [bands]
    spread = 3.0            # half-width in robust standard deviations (1.4826 x MAD)
    noise = 3.0             # half-width in standard errors of a share or a median
    design_effect = 2.0     # people of one institution are alike: variance grows by this
    far = 2.0               # far outside begins at so many half-widths
    fewest = 30             # fewer are not measured

    [floors]                # least half-widths
    share = 0.02
    month = 0.10            # share of a month
    years = 0.5             # median age, years of study
    degrees_per_person = 0.01
    far_share = 0.10        # far outside

    [volumes]
    few = 30                # from here on something that is gone is listed
    sizeable = 100          # from here on an institution that doubles blocks
    change = 0.5            # ordinary change of an institution
    province_change = 0.25  # ordinary change of a province

    [drift]                 # population stability index
    largest = 0.1
"""

import math
from dataclasses import dataclass
from typing import Any

from pipelines.filing.settings import read_sections, wrong_setting
from pipelines.home import Home

FILE = "quality.toml"


@dataclass(frozen=True)
class QualitySettings:
    """What an office may decide for itself; the module's docstring tells what each is."""

    history_semesters: int = 5
    bands_spread: float = 3.0
    bands_noise: float = 3.0
    bands_design_effect: float = 2.0
    bands_far: float = 2.0
    bands_fewest: int = 30
    floors_share: float = 0.02
    floors_month: float = 0.10
    floors_years: float = 0.5
    floors_degrees_per_person: float = 0.01
    floors_far_share: float = 0.10
    volumes_few: int = 30
    volumes_sizeable: int = 100
    volumes_change: float = 0.5
    volumes_province_change: float = 0.25
    drift_largest: float = 0.1

    def floor(self, name: str) -> float:
        """The least half-width of a kind of band: share, month, years …"""
        return float(getattr(self, f"floors_{name}"))


_KNOWN: dict[str, dict[str, tuple[float, float]]] = {
    "history": {"semesters": (1, 20)},
    "bands": {
        "spread": (1, 20),
        "noise": (1, 20),
        "design_effect": (1, 100),
        "far": (1, 20),
        "fewest": (10, 10_000),
    },
    "floors": {
        "share": (0, 0.5),
        "month": (0, 0.5),
        "years": (0, 10),
        "degrees_per_person": (0, 1),
        "far_share": (0, 0.5),
    },
    "volumes": {
        "few": (1, 100_000),
        "sizeable": (10, 100_000),
        "change": (0.05, 1),
        "province_change": (0.05, 1),
    },
    "drift": {"largest": (0.001, 10)},
}
"""Sections and settings with the least and the largest value."""

_WHOLE = {"semesters", "fewest", "few", "sizeable"}


def load_quality_settings(home: Home) -> QualitySettings:
    """The home's settings; BadInputError names the setting that is wrong."""
    sections = read_sections(home, FILE, _KNOWN)
    values: dict[str, Any] = {
        f"{name}_{key}": _number(name, key, value)
        for name, section in sections.items()
        for key, value in section.items()
    }
    return QualitySettings(**values)


def _number(section: str, key: str, value: Any) -> int | float:
    low, high = _KNOWN[section][key]
    whole = key in _WHOLE
    right = type(value) is int or (type(value) is float and math.isfinite(value) and not whole)
    if not right or not low <= value <= high:
        kind = "a whole number" if whole else "a number"
        raise wrong_setting(FILE, f"[{section}] {key} is off", f"{kind} from {low:g} to {high:g}")
    return int(value) if whole else float(value)
