"""From semester to semester an institution keeps its size, but for some per cent."""

import numpy as np

from pipelines.simulate.filings import plan_filings
from pipelines.simulate.institutions import active, build_institutions
from pipelines.simulate.plan import Plan
from pipelines.simulate.volumes import load_provinces, records_by_category

RECORDS = 20_000


def volumes(semester: str) -> dict[str, int]:
    plan = Plan(20200629, ("11",), semester, RECORDS)
    institutions = active(build_institutions(plan.seed, load_provinces()["11"]), 0.3, None)
    by_category = records_by_category("11", plan.when, RECORDS)
    sizes: dict[str, int] = {}
    for filing in plan_filings(plan, "11", institutions, by_category, None):
        code = filing.institution.code
        sizes[code] = sizes.get(code, 0) + filing.rows
    return sizes


def test_volumes_are_stable_but_not_the_same():
    before, now = volumes("2024-2025-2"), volumes("2025-2026-2")
    large = [code for code in before if before[code] >= 100]
    assert set(large) <= set(now)
    ratios = np.array([now[code] / before[code] for code in large])
    assert len(ratios) > 10
    assert 0.02 < ratios.std() < 0.12
    assert 0.7 < ratios.min() < ratios.max() < 1.4
    assert sum(before.values()) == sum(now.values()) == RECORDS


def test_equal_plans_have_equal_volumes():
    assert volumes("2025-2026-1") == volumes("2025-2026-1")
