"""What dbt_project builds, without dbt: models and tests with their keys, kept beside the project.

Dagster's assets and checks are made from it. dbt takes seconds to import and to parse, which a
person who opens a page, and every run of the daemon, would wait for.
"""

import json
from pathlib import Path
from typing import Any

from pipelines.register.generate import PROJECT

NODES = PROJECT / "nodes.json"
_MODEL = ("name", "resource_type", "description")


def read_nodes() -> dict[str, Any]:
    """The nodes as dbt's manifest has them, cut to what the assets need."""
    nodes: dict[str, Any] = json.loads(NODES.read_text(encoding="utf-8"))
    return nodes


def nodes_of(manifest: dict[str, Any]) -> dict[str, Any]:
    """The part of dbt's manifest that the assets need: models, and tests attached to them."""
    return {
        "nodes": {
            name: _cut(node)
            for name, node in sorted(manifest["nodes"].items())
            if node["resource_type"] in ("model", "test")
        }
    }


def _cut(node: dict[str, Any]) -> dict[str, Any]:
    kept = {name: node.get(name) for name in _MODEL}
    kept["unique_id"] = node["unique_id"]
    if node["resource_type"] == "test":
        known = node.get("test_metadata") or {}
        columns = known.get("kwargs", {}).get("columns")
        return kept | {
            "attached_node": node.get("attached_node"),
            "test_metadata": {"name": known.get("name"), "kwargs": {"columns": columns}},
        }
    return kept | {
        "config": {"meta": node["config"]["meta"]},
        "depends_on": {"nodes": node["depends_on"]["nodes"]},
        "columns": {
            name: {key: column.get(key) for key in ("data_type", "description")}
            for name, column in node["columns"].items()
        },
    }


def nodes_text(manifest: dict[str, Any]) -> str:
    """The committed form of ``nodes_of``."""
    return json.dumps(nodes_of(manifest), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_nodes(manifest: Path, target: Path = NODES) -> None:
    """Rewrites the committed nodes from a manifest that dbt has just made."""
    target.write_text(nodes_text(json.loads(manifest.read_text("utf-8"))), encoding="utf-8")


def main() -> None:
    """Parses the project in a home that is thrown away and rewrites the nodes."""
    import tempfile

    from pipelines.home import Home
    from pipelines.register.dbt_runner import manifest_path

    with tempfile.TemporaryDirectory(prefix="xuewei-nodes-") as folder:
        write_nodes(manifest_path(Home.at(folder)))


if __name__ == "__main__":
    main()
