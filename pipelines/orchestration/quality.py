"""Quality suites as asset checks: a check an expectation, one Great Expectations run a suite."""

from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from expectations.pages import texts
from pipelines.home import Home
from pipelines.orchestration.confidential import confidential
from pipelines.orchestration.office import Office
from pipelines.quality.gate import Gate, judged_gate
from pipelines.quality.levels import LEVELS
from pipelines.quality.links import page_url
from pipelines.quality.results import Judged, Result
from pipelines.quality.run import suite_of

Partition = Callable[[dg.AssetCheckExecutionContext], tuple[str, str]]
"""Scope and semester of a run's partition."""


def check_specs(
    level: str, asset: dg.AssetKey, partitions: dg.PartitionsDefinition[str]
) -> list[dg.AssetCheckSpec]:
    """A check for each expectation of the level's suites; those that block are blocking."""
    return [
        dg.AssetCheckSpec(
            name=one.id,
            asset=asset,
            description=f"{one.title_zh} / {one.title_en}",
            blocking=one.blocks,
            metadata={"suite": name, "basis": one.basis},
            partitions_def=partitions,
        )
        for name in LEVELS[level].suites
        for one in suite_of(name).expectations
    ]


def quality_checks(
    level: str,
    asset: dg.AssetKey,
    partitions: dg.PartitionsDefinition[str],
    partition: Partition,
) -> dg.AssetChecksDefinition:
    """The level's checks on an asset, in one step between it and what is built on it."""

    @dg.multi_asset_check(
        name=f"{level}_quality",
        specs=check_specs(level, asset, partitions),
        description=f"质量期望 / expectations: {', '.join(LEVELS[level].suites)}",
    )
    def run_suites(
        context: dg.AssetCheckExecutionContext, office: Office
    ) -> Iterator[dg.AssetCheckResult]:
        scope, semester = partition(context)
        with confidential(f"quality of {level}"):
            asked = judged_gate(office.home, level, scope, semester, now=office.now())
        yield from check_results(office.home, level, asset, asked)

    return run_suites


def check_results(
    home: Home, level: str, asset: dg.AssetKey, asked: Gate | None
) -> Iterator[dg.AssetCheckResult]:
    """A result a check: an excused one is told as a warning, one that blocks as an error."""
    if asked is None:
        for name in LEVELS[level].suites:
            for one in suite_of(name).expectations:
                yield dg.AssetCheckResult(
                    asset_key=asset, check_name=one.id, passed=True, metadata={"state": "nothing"}
                )
        return
    for result in asked.results:
        for judged_one in result.judged:
            by = asked.excused.get((result.suite, judged_one.id))
            blocks = judged_one.expectation.blocks and not judged_one.ok and by is None
            yield dg.AssetCheckResult(
                asset_key=asset,
                check_name=judged_one.id,
                passed=judged_one.ok,
                severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
                metadata=_metadata(home, result, judged_one, by.exception_id if by else None),
            )


def _metadata(home: Home, result: Result, one: Judged, exception: str | None) -> dict[str, Any]:
    told = one.outcome
    place = (result.scope, result.semester, result.suite)
    values: dict[str, Any] = {
        "suite": result.suite,
        "state": told.state,
        "observed": told.observed,
        "at least": told.low,
        "at most": told.high,
        "severity": one.severity,
        "parts": "; ".join(texts.parts(one.expectation, told, wrong=not one.ok)) or None,
        "keys": ", ".join(told.keys) or None,
        "note": told.note or None,
        "exception": exception,
        "page": dg.MetadataValue.url(page_url(home, *place, one.id)),
        "file": home.quality_page(*place).relative_to(home.root).as_posix(),
    }
    return {name: value for name, value in values.items() if value is not None}
