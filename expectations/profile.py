"""The suites written by hand: what people know of a semester as a whole (Art. 13, 14).

Rules judge records. Here a semester is judged that no single record betrays: sexes swapped, a
cohort filed twice, a category missing, a semester filed into another. Limits are given at the run
by ``pipelines.quality.profile``; a suite without data is what Dagster and the pages need.
"""

from collections.abc import Iterator
from functools import cache

from expectations.comparisons import comparisons
from expectations.indicators import COMPARED, NATIONAL, PROVINCE, THEMES, Indicator, Theme
from expectations.limits import far_title, measured
from expectations.profile_view import RELATION
from expectations.suite import Expected, Suite, group

_TITLES = {
    PROVINCE: ("省级学期概况（人工编写）", "Profile of a province's semester, written by hand"),
    NATIONAL: ("全国学期概况（人工编写）", "Profile of the nation's semester, written by hand"),
}


@cache
def profile_suite(kind: str) -> Suite:
    """The suite of a ``province`` or of the ``national`` register; KeyError for another kind."""
    title_zh, title_en = _TITLES[kind]
    banded = tuple(one for theme in THEMES for one in _expected(theme))
    return Suite(f"{kind}_profile", title_zh, title_en, RELATION, (*banded, *comparisons(kind)))


def _expected(theme: Theme) -> Iterator[Expected]:
    """Outside the bands of earlier semesters warns, far outside blocks."""
    titles = (f"{theme.title_zh}与历年相近", f"{theme.title_en}: as in earlier semesters")
    yield group(theme.id, [_ordinary(one) for one in theme.indicators], titles, COMPARED)
    far = [_far(one) for one in theme.indicators if one.far]
    if far:
        yield group(f"{theme.id}_far", far, far_title(titles), COMPARED)


def _ordinary(one: Indicator) -> Expected:
    titles = (one.title_zh, one.title_en)
    return measured(
        one.id, titles, one.measure, f"{one.id}_high", low=f"{one.id}_low", basis=one.basis
    )


def _far(one: Indicator) -> Expected:
    return measured(
        f"{one.id}_far",
        far_title((one.title_zh, one.title_en)),
        one.measure,
        f"{one.id}_far_high",
        low=f"{one.id}_far_low",
        blocks=True,
        basis=one.basis,
    )
