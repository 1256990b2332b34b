"""The registers and marts that dbt builds, as assets; dbt's tests as blocking checks."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import dagster as dg

from pipelines.orchestration import dbt_nodes
from pipelines.orchestration.confidential import confidential
from pipelines.orchestration.national import FORMAL
from pipelines.orchestration.office import Office
from pipelines.orchestration.partitions import (
    partition_of,
    province_partitions,
    semester_partitions,
)
from pipelines.orchestration.province import DECISIONS
from pipelines.quality.gate import gate, require_open
from pipelines.quality.levels import NothingToJudgeError
from pipelines.quality.results import NATIONAL
from pipelines.register.build import (
    Registered,
    build_national_marts,
    register_nation,
    register_province,
)

Result = dg.MaterializeResult[Any]


def dbt_assets(manifest: dbt_nodes.Manifest, today: date) -> list[dg.AssetsDefinition]:
    """One multi-asset for a province's nodes, two for the nation's: register, then marts."""
    provincial = dbt_nodes.models(manifest, "province")
    national = dbt_nodes.models(manifest, "national", ("staging", "core"))
    marts = dbt_nodes.models(manifest, "national", ("marts",))
    by_province, by_semester = province_partitions(today), semester_partitions(today)

    @dg.multi_asset(
        name="province_register",
        specs=dbt_nodes.asset_specs(manifest, provincial, [DECISIONS], by_province),
        check_specs=dbt_nodes.check_specs(manifest, provincial, by_province),
        partitions_def=by_province,
    )
    def province_register(context: dg.AssetExecutionContext, office: Office) -> Iterator[Result]:
        province, _ = partition_of(context)
        with confidential("provincial register"):
            built = register_province(office.home, province)
        yield from _results(manifest, provincial, built)

    @dg.multi_asset(
        name="national_register",
        specs=dbt_nodes.asset_specs(manifest, national, [FORMAL], by_semester),
        check_specs=dbt_nodes.check_specs(manifest, national, by_semester),
        partitions_def=by_semester,
    )
    def national_register(context: dg.AssetExecutionContext, office: Office) -> Iterator[Result]:  # noqa: ARG001
        with confidential("national register"):
            built = register_nation(office.home, marts=False)
        yield from _results(manifest, national, built)

    @dg.multi_asset(
        name="national_marts",
        specs=dbt_nodes.asset_specs(manifest, marts, [], by_semester),
        check_specs=dbt_nodes.check_specs(manifest, marts, by_semester),
        partitions_def=by_semester,
    )
    def national_marts(context: dg.AssetExecutionContext, office: Office) -> Iterator[Result]:
        with confidential("national marts"):
            # nothing registered: nothing to build, and nothing that a gate could hold back
            with contextlib.suppress(NothingToJudgeError):
                asked = gate(office.home, "national_register", NATIONAL, context.partition_key)
                require_open(asked)
            built = build_national_marts(office.home, context.partition_key)
        yield from _results(manifest, marts, built)

    return [province_register, national_register, national_marts]


def _results(
    manifest: dbt_nodes.Manifest, nodes: Sequence[dict[str, Any]], built: Registered
) -> Iterator[Result]:
    """A materialisation a model with the results of its tests.

    Where nothing was waiting dbt was not started: the tests held when the present state was built.
    """
    seconds = {model.name: model.seconds for model in built.models}
    tests = {test.name: test for test in built.tests}
    for node in nodes:
        checks = [
            dg.AssetCheckResult(
                asset_key=dbt_nodes.asset_key(node),
                check_name=test["name"],
                passed=test["name"] not in tests or tests[test["name"]].ok,
                metadata={
                    "failures": tests[test["name"]].failures if test["name"] in tests else 0,
                    "unchanged": built.skipped,
                },
            )
            for test in manifest["nodes"].values()
            if test["resource_type"] == "test" and test.get("attached_node") == node["unique_id"]
        ]
        metadata: dict[str, Any] = {"seconds": round(seconds.get(node["name"], 0.0), 3)}
        if node["name"].endswith("degree_record"):
            metadata |= {
                "dagster/row_count": built.rows_total,
                "rows_new": built.rows_new,
                "parts": ", ".join(built.parts),
                "build_seconds": round(built.seconds, 3),
            }
        yield dg.MaterializeResult(
            asset_key=dbt_nodes.asset_key(node), metadata=metadata, check_results=checks
        )
