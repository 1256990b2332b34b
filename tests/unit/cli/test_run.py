"""``simulate``, ``run`` and ``summary`` as machines read them; the command as a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.home import Home
from tests.end_to_end.country import SEMESTER, files_below
from tests.unit.cli.conftest import Command

MADE = ("--province", "65", "--records", 90, "--filings", 3, "--filing-fault-rate", 0)


def test_json_of_simulate_run_and_summary(command: Command, tmp_path: Path) -> None:
    home = tmp_path / "home"
    at = ("--home", home, "--json")
    simulated = json.loads(command("simulate", *MADE, *at).stdout)
    assert (simulated["records"], simulated["filings"]) == (90, 3)

    said = command("run", "--semester", SEMESTER, *at)
    assert said.exit_code == 0, said.output
    run = json.loads(said.stdout)
    assert run["provinces"] == ["65"]
    assert run["failures"] == {}
    steps = {step["asset"]: step for step in run["steps"]["65"]}
    assert steps["province/landing/filing"]["metadata"]["dagster/row_count"] == 90

    summary = json.loads(command("summary", "--semester", SEMESTER, *at).stdout)
    (province,) = summary["provinces"]
    assert province["lines"] == 90
    assert province["accepted"] + province["held"] + province["lines_returned"] == 90
    assert province["registered"] == province["handed_over"] == summary["degrees"]
    assert sum(level["total"] for level in summary["national"]) == summary["degrees"]
    assert all(Path(path).exists() for path in summary["products"].values())

    again = command("run", "--semester", SEMESTER, "--home", home)
    assert again.exit_code == 0
    assert "Nothing new" in again.stdout
    quiet = json.loads(command("run", "--semester", SEMESTER, *at).stdout)
    assert (quiet["provinces"], quiet["national"], quiet["steps"]) == ([], False, {})


def test_the_same_seed_gives_the_same_bytes(command: Command, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert command("simulate", *MADE, "--home", tmp_path / name).exit_code == 0
    one = files_below(tmp_path / "one")
    assert one == files_below(tmp_path / "two")
    assert command("simulate", *MADE, "--seed", 2, "--home", tmp_path / "three").exit_code == 0
    assert files_below(tmp_path / "three") != one


def test_a_summary_of_a_home_in_which_nothing_ran(command: Command, office: Home) -> None:
    said = command("summary", "--semester", SEMESTER, "--home", office.root, "--json")
    assert said.exit_code == 0
    shown = json.loads(said.stdout)
    assert (shown["provinces"], shown["national"], shown["degrees"]) == ([], [], None)


def test_the_home_is_taken_from_the_environment(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XUEWEI_HOME", str(tmp_path / "mine"))
    assert command("simulate", *MADE).exit_code == 0
    assert (tmp_path / "mine" / "inbox").is_dir()
    assert command("simulate", *MADE, "--home", tmp_path / "other").exit_code == 0
    assert (tmp_path / "other" / "inbox").is_dir()


def test_the_command_as_a_process(project: Path, tmp_path: Path) -> None:
    """``--help`` imports neither Dagster nor dbt nor Polars, which take seconds together."""
    code = (
        "import sys; from pipelines.cli import main\n"
        "try:\n    main()\n"
        "finally:\n"
        "    heavy = {'dagster', 'dbt', 'polars', 'great_expectations'}\n"
        "    print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "学位授予信息" in done.stdout
    assert done.stderr.strip() == "[]"
