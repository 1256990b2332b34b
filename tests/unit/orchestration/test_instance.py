"""Dagster's instance in the data home: telemetry off, one run a province at a time."""

import dagster as dg
import yaml

from pipelines.home import Home
from pipelines.orchestration.instance import instance, prepare


def test_dagster_yaml_turns_telemetry_off_and_queues_by_province(home: Home) -> None:
    prepare(home)
    settings = yaml.safe_load((home.dagster / "dagster.yaml").read_text("utf-8"))
    assert settings["telemetry"] == {"enabled": False}
    assert settings["nux"] == {"enabled": False}
    limits = settings["concurrency"]["runs"]["tag_concurrency_limits"]
    by_key = {limit["key"]: limit for limit in limits}
    assert by_key["dagster/partition/province"] == {
        "key": "dagster/partition/province",
        "value": {"applyLimitPerUniqueValue": True},
        "limit": 1,
    }
    assert by_key["xuewei/scope"]["limit"] == 1


def test_dagster_understands_the_configuration(home: Home) -> None:
    with instance(home) as made:
        queue = made.get_concurrency_config().run_queue_config
        assert made.get_settings("telemetry") == {"enabled": False}
        assert queue is not None
        assert any(
            limit["key"] == "dagster/partition/province" and limit["limit"] == 1
            for limit in queue.tag_concurrency_limits
        )
        assert made.root_directory == str(home.dagster)


def test_a_changed_configuration_is_put_right(home: Home) -> None:
    prepare(home)
    path = home.dagster / "dagster.yaml"
    path.write_text("telemetry:\n  enabled: true\n", "utf-8")
    prepare(home)
    assert yaml.safe_load(path.read_text("utf-8"))["telemetry"] == {"enabled": False}


def test_the_folder_is_the_owners_only(home: Home) -> None:
    prepare(home)
    assert home.dagster.stat().st_mode & 0o077 == 0


def test_a_run_bears_the_tag_that_the_queue_limits(completed: Home) -> None:
    with instance(completed) as made:
        runs = made.get_runs()
    provinces = {run.tags.get("dagster/partition/province") for run in runs}
    assert provinces == {"11", "65", None}
    (national,) = [run for run in runs if "dagster/partition/province" not in run.tags]
    assert national.tags["xuewei/scope"] == "national"
    assert {run.tags["dagster/retry_on_asset_or_op_failure"] for run in runs} == {"false"}
    assert {run.status for run in runs} == {dg.DagsterRunStatus.SUCCESS}
