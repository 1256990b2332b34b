"""Exceptions as an officer of a small office signs and withdraws them."""

from datetime import date
from pathlib import Path
from typing import Any

from pipelines.home import Home
from pipelines.quality.exceptions import excused, read_exceptions
from pipelines.quality.results import Judged
from pipelines.quality.signing import Signed, sign_exception, withdraw
from pipelines.review.exceptions import Signer
from tests.unit.quality.judged import (
    SEMESTER,
    SUITE,
    result,
)
from tests.unit.review.offices import NOW, key_file

UNTIL = date(2026, 12, 31)


def signed(
    home: Home, expectation: str = "women_share", officer: str = "p11-r1", **options: Any
) -> Signed:
    """The exception signed by an officer with their own key, unless options say otherwise."""
    given = {
        "suite": SUITE,
        "scope": "11",
        "semester": SEMESTER,
        "reason": "新增师范院校",
        "until": UNTIL,
        "officer": officer,
        "signer": Signer(key_file(home, officer)),
        "now": NOW,
    }
    return sign_exception(home, expectation=expectation, **(given | options))


def covered(home: Home, *found: Judged, **options: Any) -> set[str]:
    return set(excused(home, result(*found, **options), now=NOW))


def only(home: Home) -> tuple[str, str | None]:
    (one,) = read_exceptions(home, now=NOW)
    return one.state, one.reason


def path_of(home: Home, made: Signed) -> Path:
    return home.decision(made.decision_id)


def taken_back(home: Home, made: Signed, officer: str = "p11-r1", **options: Any) -> Signed:
    given = {"signer": Signer(key_file(home, officer)), "reason": "已更正", "now": NOW}
    return withdraw(home, made.decision_id, officer=officer, **(given | options))
