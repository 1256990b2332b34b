"""Marts read core, core reads staging, staging reads files; read from dbt's manifest."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pipelines.home import Home
from pipelines.register import nodes
from pipelines.register.dbt_runner import manifest_path
from pipelines.register.generate import PROJECT

READS = {"staging": set(), "core": {"staging"}, "marts": {"core"}}
SCOPES = ("province", "national")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = Home(tmp_path_factory.mktemp("manifest"))
    return json.loads(manifest_path(home).read_text(encoding="utf-8"))


def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {k: n for k, n in manifest["nodes"].items() if n["resource_type"] == "model"}


def layer(node: dict[str, Any]) -> str:
    return Path(node["path"]).parts[0]


def test_each_layer_reads_the_one_below(manifest: dict[str, Any]) -> None:
    nodes = models(manifest)
    assert len(nodes) == 8
    for node in nodes.values():
        read = {layer(nodes[key]) for key in node["depends_on"]["nodes"]}
        assert read == READS[layer(node)], node["name"]


def test_only_staging_reads_files() -> None:
    readers = ("read_parquet", "landed_records", "handed_over_records", "approved_filings")
    for path in (PROJECT / "models").rglob("*.sql"):
        reads = any(reader in path.read_text(encoding="utf-8") for reader in readers)
        assert reads == (path.parent.name == "staging"), path.name


def test_scopes_do_not_mix(manifest: dict[str, Any]) -> None:
    nodes = models(manifest)
    for node in nodes.values():
        assert len(set(node["tags"]) & set(SCOPES)) == 1, node["name"]
        for key in node["depends_on"]["nodes"]:
            assert nodes[key]["tags"] == node["tags"], node["name"]


def test_both_scopes_have_the_same_relations(manifest: dict[str, Any]) -> None:
    relations = {
        scope: {
            (n["schema"], n["alias"])
            for n in models(manifest).values()
            if scope in n["tags"] and layer(n) != "staging"
        }
        for scope in SCOPES
    }
    assert relations["province"] == relations["national"]
    assert ("marts", "semester_summary") in relations["national"]


def test_asset_keys(manifest: dict[str, Any]) -> None:
    keys = {tuple(n["meta"]["dagster"]["asset_key"]) for n in models(manifest).values()}
    assert len(keys) == 8
    assert ("province", "core", "degree_record") in keys
    for node in models(manifest).values():
        scope, named_layer, relation = node["meta"]["dagster"]["asset_key"]
        assert (scope in node["tags"], named_layer, relation) == (True, layer(node), node["alias"])


def test_contracts_are_enforced_on_core_and_marts(manifest: dict[str, Any]) -> None:
    for node in models(manifest).values():
        assert node["contract"]["enforced"] == (layer(node) != "staging"), node["name"]


def test_a_model_begins_with_its_grain() -> None:
    for path in (PROJECT / "models").rglob("*.sql"):
        assert re.match("-- One row an? ", path.read_text(encoding="utf-8")), path.name


def test_each_relation_has_a_uniqueness_test(manifest: dict[str, Any]) -> None:
    tested = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["name"].endswith("_unique_key")
    }
    assert tested == {key for key, node in models(manifest).items() if layer(node) != "staging"}


def test_the_manifest_is_kept(manifest: dict[str, Any], tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = manifest_path(home)
    stamp = first.stat().st_mtime_ns
    assert manifest_path(home).stat().st_mtime_ns == stamp
    assert not [p for p in home.dbt.iterdir() if p.name.startswith("parse-")]


def test_the_nodes_kept_for_dagster_are_those_of_the_project(manifest: dict[str, Any]) -> None:
    committed = nodes.NODES.read_text(encoding="utf-8")
    assert committed == nodes.nodes_text(manifest), "run: make docs"
