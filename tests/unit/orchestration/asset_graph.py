"""The asset graph as text, one reviewed file: what changes in it is seen in a review.

Regenerate: python -m tests.unit.orchestration.asset_graph
"""

import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.home import Home
from pipelines.orchestration.build import build_definitions

GOLDEN = Path(__file__).parents[2] / "golden" / "asset_graph.txt"
REGENERATE = "python -m tests.unit.orchestration.asset_graph"
TODAY = date(2026, 11, 22)


def asset_graph(definitions: dg.Definitions) -> str:
    """Assets with dependencies and checks, jobs, sensors and schedules, in a fixed order."""
    lines = [f"# generated: {REGENERATE}", "", "[assets]"]
    lines += _assets(definitions)
    lines += ["", "[jobs]", *_jobs(definitions)]
    lines += ["", "[automation]", *_automation(definitions)]
    return "\n".join(lines) + "\n"


def _assets(definitions: dg.Definitions) -> Iterator[str]:
    graph = definitions.resolve_asset_graph()
    for key in sorted(graph.get_all_asset_keys(), key=lambda key: key.path):
        node = graph.get(key)
        kinds = ", ".join(sorted(node.kinds))
        yield f"{key.to_user_string()}  group {node.group_name}  by {_by(node.partitions_def)}"
        yield f"    kinds: {kinds}"
        for parent in sorted(node.parent_keys, key=lambda key: key.path):
            mapping = graph.get_partition_mapping(key, parent)
            yield f"    after {parent.to_user_string()}  ({type(mapping).__name__})"
        for check in sorted(node.check_keys, key=lambda check: check.name):
            spec = graph.get_check_spec(check)
            blocking = "blocking" if spec.blocking else "not blocking"
            yield f"    check {check.name}  {blocking}  by {_by(spec.partitions_def)}"


def _by(partitions: dg.PartitionsDefinition[Any] | None) -> str:
    """The dimensions with their first and last keys."""
    if isinstance(partitions, dg.MultiPartitionsDefinition):
        return " x ".join(
            f"{part.name} {_range(part.partitions_def)}" for part in partitions.partitions_defs
        )
    return _range(partitions) if partitions else "nothing"


def _range(partitions: dg.PartitionsDefinition[Any]) -> str:
    keys = partitions.get_partition_keys()
    return f"{keys[0]}..{keys[-1]} ({len(keys)})"


def _jobs(definitions: dg.Definitions) -> Iterator[str]:
    jobs = {job.name: job for job in definitions.get_repository_def().get_all_jobs()}
    for name in sorted(jobs):
        if name.startswith("__"):
            continue  # Dagster's own
        yield name
        yield from (f"    tag {key}={value}" for key, value in sorted(jobs[name].tags.items()))
        keys = jobs[name].asset_layer.executable_asset_keys
        yield from (f"    {key.to_user_string()}" for key in sorted(keys, key=lambda k: k.path))
        checks = jobs[name].asset_layer.asset_graph.asset_check_keys
        yield f"    checks: {len(checks)}"


def _automation(definitions: dg.Definitions) -> Iterator[str]:
    repository = definitions.get_repository_def()
    for sensor in repository.sensor_defs:
        seconds = sensor.minimum_interval_seconds
        yield f"sensor {sensor.name}  every {seconds} s -> {sensor.job_name}"
    for schedule in repository.schedule_defs:
        when = f"{schedule.cron_schedule} {schedule.execution_timezone}"
        yield f"schedule {schedule.name}  {when} -> {schedule.job_name}"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        GOLDEN.parent.mkdir(exist_ok=True)
        made = build_definitions(Home.at(folder).make(), TODAY)
        GOLDEN.write_text(asset_graph(made), encoding="utf-8")
