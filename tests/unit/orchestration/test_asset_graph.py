"""The asset graph is the reviewed one, and nothing happens when it is imported."""

import os
import subprocess
import sys
from pathlib import Path

from pipelines.home import Home
from pipelines.orchestration.build import build_definitions
from pipelines.quality.levels import LEVELS
from pipelines.quality.run import suite_of
from pipelines.standard import Semester
from tests.unit.orchestration.asset_graph import GOLDEN, REGENERATE, TODAY, asset_graph


def test_the_asset_graph_is_the_reviewed_one(home: Home) -> None:
    found = asset_graph(build_definitions(home, TODAY))
    assert found == GOLDEN.read_text(encoding="utf-8"), (
        f"the asset graph differs from {GOLDEN.name}; where that is meant, run {REGENERATE} "
        "and have the difference reviewed"
    )


def test_every_check_blocks_but_expectations_that_warn(home: Home) -> None:
    graph = build_definitions(home, TODAY).resolve_asset_graph()
    checks = [graph.get_check_spec(key) for key in graph.asset_check_keys]
    expected = [
        one
        for level in LEVELS.values()
        for name in level.suites
        for one in suite_of(name).expectations
    ]
    assert len(checks) == 15 + len(expected)
    warns = sorted(one.id for one in expected if not one.blocks)
    assert sorted(check.name for check in checks if not check.blocking) == warns


def test_partitions_reach_the_semester_after_this_one(home: Home) -> None:
    graph = build_definitions(home, TODAY).resolve_asset_graph()
    partitions = next(
        graph.get(key).partitions_def
        for key in graph.get_all_asset_keys()
        if key.path[0] == "national"
    )
    assert partitions is not None
    keys = partitions.get_partition_keys()
    assert keys[0] == "2008-2009-1"
    assert keys[-1] == str(Semester.of(TODAY).next)
    assert keys == sorted(set(keys))


def test_importing_the_definitions_writes_and_reads_nothing(tmp_path: Path, project: Path) -> None:
    code = (
        "import pipelines.definitions, sys; "
        "from pipelines.orchestration import headless; "
        "print('dbt.cli.main' in sys.modules or 'great_expectations' in sys.modules)"
    )
    place, user = tmp_path / "cwd", tmp_path / "user"
    place.mkdir()
    user.mkdir()
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("XUEWEI", "DAGSTER"))}
    environment |= {"HOME": str(user), "PYTHONPATH": str(project), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "False\n"
    assert set(tmp_path.rglob("*")) == {place, user}


def test_building_the_definitions_touches_no_records(home: Home) -> None:
    build_definitions(home, TODAY)
    assert {path.name for path in home.root.iterdir()} <= {
        "inbox", "sorted", "archive", "outbox", "reference", "dbt", "scratch",
    }  # fmt: skip
    assert not list(home.root.rglob("*.duckdb"))
