"""dbt's models and tests as asset and check specs, from the nodes that register keeps of them.

dagster-dbt would start a dbt process for each run and can't partition checks; one in-process build
of a room reports its models and tests instead.
"""

from typing import Any

import dagster as dg

Manifest = dict[str, Any]

LAYERS = ("staging", "core", "marts")

TESTS = {
    "unique_combination": "主键唯一 / no key stands twice",
    "registered_as_accepted": "登记数与通过数一致 / as many are registered as were accepted",
    "total_is_register": "合计与登记数一致 / what is counted adds up to the register",
}
"""What dbt's tests say to people, by the generic test's name."""


def models(manifest: Manifest, scope: str, layers: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """The models of a scope and of the layers asked for; what is read stands before its reader."""
    chosen = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and asset_key(node).path[0] == scope
        and (not layers or asset_key(node).path[1] in layers)
    ]
    return sorted(chosen, key=lambda node: (LAYERS.index(asset_key(node).path[1]), node["name"]))


def asset_key(node: dict[str, Any]) -> dg.AssetKey:
    """[scope, layer, relation] of a model."""
    meta = node.get("config", {}).get("meta") or node.get("meta") or {}
    return dg.AssetKey(meta["dagster"]["asset_key"])


def asset_specs(
    manifest: Manifest,
    nodes: list[dict[str, Any]],
    upstream: list[dg.AssetKey],
    partitions: dg.PartitionsDefinition[str],
) -> list[dg.AssetSpec]:
    """A spec a model; models without a model above them depend on ``upstream``."""
    specs = []
    for node in nodes:
        parents = [
            asset_key(manifest["nodes"][parent])
            for parent in node["depends_on"]["nodes"]
            if parent in manifest["nodes"]
        ]
        columns = [
            dg.TableColumn(name, column.get("data_type") or "", column.get("description"))
            for name, column in node["columns"].items()
        ]
        specs.append(
            dg.AssetSpec(
                asset_key(node),
                deps=parents or upstream,
                description=node.get("description"),
                group_name=asset_key(node).path[0],
                kinds={"dbt", "duckdb"},
                metadata={"dagster/column_schema": dg.TableSchema(columns=columns)},
                partitions_def=partitions,
            )
        )
    return specs


def check_specs(
    manifest: Manifest,
    nodes: list[dict[str, Any]],
    partitions: dg.PartitionsDefinition[str],
) -> list[dg.AssetCheckSpec]:
    """A blocking check a dbt test of these models."""
    ids = {node["unique_id"]: asset_key(node) for node in nodes}
    return [
        dg.AssetCheckSpec(
            name=test["name"],
            asset=ids[test["attached_node"]],
            description=test.get("description") or _described(test),
            blocking=True,
            partitions_def=partitions,
        )
        for test in manifest["nodes"].values()
        if test["resource_type"] == "test" and test.get("attached_node") in ids
    ]


def _described(test: dict[str, Any]) -> str | None:
    """What a generic test looks for, with the columns that it takes."""
    known = test.get("test_metadata") or {}
    described = TESTS.get(known.get("name", ""))
    columns = known.get("kwargs", {}).get("columns")
    return f"{described}: {', '.join(columns)}" if described and columns else described
