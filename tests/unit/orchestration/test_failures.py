"""A failure in one province stops no other; what was cut off is completed by the next run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import xuewei
from pipelines.home import Home
from pipelines.orchestration import dbt_assets, national, province
from pipelines.orchestration.headless import run_semester
from pipelines.quality import sealing
from pipelines.register.agreement import agree_nation, agree_province
from pipelines.register.build import count
from pipelines.statistics.overview import overview
from tests.end_to_end.country import SEMESTER, copy_of, files_below, query, send, sent_to
from tests.end_to_end.leaks import leaks
from tests.unit.filing.packages import draft

SECRET = "李雷雷110101199001011234"
SUMMARY = "marts.semester_summary"


def failing_in(code: str, act: Callable[..., object]) -> Callable[..., object]:
    """``act``, but for one province it stops with an error that quotes a record."""

    def do(home: Home, where: str, *rest: object, **named: object) -> object:
        if where == code:
            raise ValueError(SECRET)
        return act(home, where, *rest, **named)

    return do


def assert_at_rest(home: Home, provinces: tuple[str, ...]) -> None:
    """Amounts agree at every level, and nothing waits."""
    for code in provinces:
        assert [a for a in agree_province(home, code, SEMESTER) if not a.ok] == []
        assert count(home, home.province_warehouse(code), "core.degree_record") > 0
    assert [a for a in agree_nation(home, SEMESTER) if not a.ok] == []
    assert count(home, home.national_warehouse, SUMMARY) > 0
    for scope in (*provinces, "national"):
        assert (home.reports / SEMESTER / scope / "semester-summary.csv").is_file(), scope
    assert run_semester(home, SEMESTER).nothing_new


def records(path: Path) -> list[tuple[object, ...]]:
    """The register without the times at which it was recorded."""
    return query(
        path, "select * exclude (recorded_from, recorded_to) from core.degree_record order by all"
    )


def test_nothing_new_is_said(completed: Home) -> None:
    before = files_below(completed.root)
    run = run_semester(completed, SEMESTER)
    assert run.nothing_new
    assert run.ok
    assert (run.provinces, run.national, run.steps) == ([], False, {})
    assert files_below(completed.root) == before


def test_a_failing_province_stops_no_other_but_the_nation(
    arrived: Home, copy: Callable[[Home], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy(arrived)
    with monkeypatch.context() as patched:
        patched.setattr(province, "examine", failing_in("11", province.examine))
        command = ["run", "--home", str(home.root), "--semester", SEMESTER]
        said = CliRunner().invoke(xuewei, command)
    assert said.exit_code == 70
    assert "失败 failed: 11" in said.output
    assert "examination stopped with ValueError" in said.output
    assert "no_province_missing failed" in said.output
    assert SECRET not in said.output
    assert "Traceback" not in said.output

    assert len(list(home.handover("65", SEMESTER).iterdir())) == 1
    assert not home.handover("11", SEMESTER).exists()
    assert count(home, home.national_warehouse, "core.degree_record") > 0
    assert count(home, home.national_warehouse, SUMMARY) == 0
    assert not (home.reports / SEMESTER / "national").exists()
    stored = [path for path in (home.root / "dagster").rglob("*") if path.is_file()]
    assert leaks(stored, [SECRET]) == {}

    again = run_semester(home, SEMESTER)
    assert again.ok, again.failures
    assert again.provinces == ["11"]
    assert_at_rest(home, ("11", "65"))


def test_a_province_that_fails_with_a_later_filing_holds_the_nation_up(
    completed: Home, copy: Callable[[Home], Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy(completed)
    before = query(home.national_warehouse, "select * from marts.degree_count order by all")
    draft(sequence="901").folder(home.inbox)
    with monkeypatch.context() as patched:
        patched.setattr(province, "examine", failing_in("11", province.examine))
        run = run_semester(home, SEMESTER)
    assert set(run.failures) == {"11", "national"}
    assert "no_province_missing failed" in run.failures["national"]
    assert "11 北京市" in run.failures["national"]
    assert query(home.national_warehouse, "select * from marts.degree_count order by all") == before
    again = run_semester(home, SEMESTER)
    assert again.ok, again.failures
    assert_at_rest(home, ("11", "65"))


def test_one_province_only(arrived: Home, copy: Callable[[Home], Home]) -> None:
    home = copy(arrived)
    run = run_semester(home, SEMESTER, "65")
    assert run.ok, run.failures
    assert (run.provinces, run.national, list(run.steps)) == (["65"], False, ["65"])
    assert not (home.root / "landing" / "11").exists()
    assert list(home.waiting("11", SEMESTER).iterdir())
    assert not home.national_warehouse.exists()
    (shown,) = overview(home, SEMESTER).provinces
    assert shown.handed_over == shown.registered > 0
    assert run_semester(home, SEMESTER, "65").nothing_new


CUTS = (
    ((province, "examine", "65"),),
    ((province, "policy", "65"),),
    ((province, "write_feedback", "65"),),
    ((dbt_assets, "register_province", "65"),),
    ((sealing, "hand_over", "65"),),
    ((province, "write_summary", "65"), (national, "examine_handovers", "national")),
    ((dbt_assets, "register_nation", "national"),),
    ((dbt_assets, "build_national_marts", "national"),),
    ((province, "write_summary", "national"),),
)
"""Where runs are cut off: what comes before is done, what is named and what follows is not."""


def cut_off(place: tuple[object, str, str], patched: pytest.MonkeyPatch) -> None:
    module, name, scope = place
    act = getattr(module, name)

    def stop(*given: object, **named: object) -> object:
        if name == "write_summary" and (given[2] or "national") != scope:
            return act(*given, **named)
        raise RuntimeError(SECRET)

    patched.setattr(module, name, stop)


def test_a_run_that_was_cut_off_is_completed_by_the_next(
    one_province: Home, completed: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One home is cut off at each place after the other: each run takes up where the last ended."""
    home = one_province
    for places in CUTS:
        with monkeypatch.context() as patched:
            for place in places:
                cut_off(place, patched)
            run = run_semester(home, SEMESTER)
        assert {scope for _, _, scope in places} <= set(run.failures), f"{places}: {run.failures}"
        assert SECRET not in str(run.failures)
    last = run_semester(home, SEMESTER)
    assert last.ok, last.failures
    assert_at_rest(home, ("65",))
    assert len(list(home.handover("65", SEMESTER).iterdir())) == 1
    warehouse = completed.province_warehouse("65")
    assert records(home.province_warehouse("65")) == records(warehouse)
    assert records(home.national_warehouse) == records(warehouse)


KILLED = """
import os, sys
from pipelines.filing import landing
from pipelines.register import handover
from pipelines.cli import main
module = {"landing": landing.archive, "handover": handover}[sys.argv.pop(1)]
name = {landing.archive: "sync", handover: "write_json"}[module]
setattr(module, name, lambda *given, **named: os._exit(9))
main()
"""


def test_a_killed_process_leaves_the_old_state_and_the_next_run_completes(
    one_province: Home, completed: Home, project: Path
) -> None:
    home = one_province
    sent = sent_to(home)
    command = ["run", "--home", str(home.root), "--semester", SEMESTER]
    for part in ("landing", "handover"):
        done = subprocess.run(
            [sys.executable, "-c", KILLED, part, *command],
            env={**os.environ, "PYTHONPATH": str(project)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 9, done.stderr
        folder = home.root / part / "65" / SEMESTER
        assert [path.name[:4] for path in folder.iterdir()] == [".tmp"]
    run = run_semester(home, SEMESTER)
    assert run.ok, run.failures
    assert_at_rest(home, ("65",))
    assert records(home.national_warehouse) == records(completed.province_warehouse("65"))
    assert not list(home.root.rglob(".tmp*"))
    name = next(iter(sent))
    send(home, name, sent[name])
    again = run_semester(home, SEMESTER)
    assert again.steps["65"][0].metadata["duplicates"] == 1


def test_a_copy_of_a_home_is_a_home(completed: Home, tmp_path: Path) -> None:
    assert run_semester(copy_of(completed, tmp_path), SEMESTER).nothing_new


def test_only_garbage_in_the_inbox_is_told(home: Home) -> None:
    (home.inbox / "folder").mkdir()
    (home.inbox / "folder" / "manifest.json").write_text("{", "utf-8")
    command = ["run", "--home", str(home.root), "--semester", SEMESTER]
    said = CliRunner().invoke(xuewei, command)
    assert said.exit_code == 0, said.output
    assert "refused at the door: 1" in said.output
    assert "nothing was done" not in said.output


def test_what_may_still_arrive_is_told(home: Home) -> None:
    folder = home.inbox / "folder"
    folder.mkdir()
    (folder / "records-M1.csv").write_text("XM\n")
    command = ["run", "--home", str(home.root), "--semester", SEMESTER]
    said = CliRunner().invoke(xuewei, command, env={"XUEWEI_NOW": ""})
    assert said.exit_code == 0, said.output
    assert "may still be arriving: 1" in said.output
    assert folder.is_dir()
