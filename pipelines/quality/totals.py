"""A semester's quality in numbers: by scope, over the latest result of each suite."""

from dataclasses import dataclass

from pipelines.home import Home
from pipelines.quality.exceptions import excused
from pipelines.quality.results import NOT_JUDGED, latest
from pipelines.register.files import folders


@dataclass
class Totals:
    """Expectations of a scope by what became of them; they add up to all of them.

    ``warned`` and ``blocked`` are not fulfilled and not excused.
    """

    scope: str
    passed: int = 0
    warned: int = 0
    blocked: int = 0
    excused: int = 0
    not_judged: int = 0


def quality_totals(home: Home, semester: str) -> list[Totals]:
    """Totals of a semester, by scope: provinces in the order of their codes, the nation last."""
    results = home.quality / "results"
    scopes = [folder for folder in folders(results) if (folder / semester).is_dir()]
    return [_totals(home, folder.name, semester) for folder in scopes]


def _totals(home: Home, scope: str, semester: str) -> Totals:
    totals = Totals(scope)
    for suite in folders(home.quality / "results" / scope / semester):
        result = latest(home, scope, semester, suite.name)
        if result is None:
            continue
        passes = excused(home, result)
        for one in result.judged:
            if one.outcome.state == NOT_JUDGED:
                totals.not_judged += 1
            elif one.ok:
                totals.passed += 1
            elif one.id in passes:
                totals.excused += 1
            elif one.expectation.blocks:
                totals.blocked += 1
            else:
                totals.warned += 1
    return totals
