"""Gates by the real assembly: what a closed one stops, what goes on, what opens it."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.clock import clock
from pipelines.home import Home
from pipelines.ledger import entries
from pipelines.orchestration.headless import run_semester
from pipelines.orchestration.partitions import multi_key
from pipelines.orchestration.province import HANDOVER
from pipelines.quality.gate import gate
from pipelines.quality.levels import LEVELS
from pipelines.quality.links import page_url
from pipelines.quality.results import NATIONAL, runs
from pipelines.quality.run import judge
from pipelines.register import handover
from pipelines.register.agreement import agree_nation
from pipelines.register.files import sha256_of
from tests.end_to_end.country import SEMESTER, copy_of, files_below, query, send
from tests.end_to_end.january import (
    FAULT,
    JANUARY,
    LATE_ROWS,
    ROWS,
    Evaluation,
    Story,
    alone,
    evaluations,
    sign,
)
from tests.end_to_end.leaks import leaks, personal_values
from tests.unit.quality.loads import foreign

MARTS = [dg.AssetKey(["national", "marts", name]) for name in ("degree_count", "semester_summary")]
IN_11 = str(multi_key("11", SEMESTER))
ALL_MARTS = "select * from marts.{} order by all"


def of(evaluated: list[Evaluation], partition: str, name: str = FAULT) -> Evaluation:
    """A partition's only evaluation of a check."""
    (found,) = (one for one in evaluated if (one.partition, one.name) == (partition, name))
    return found


def national_marts(home: Home) -> list[Any]:
    names = ("degree_count", "semester_summary")
    return [query(home.national_warehouse, ALL_MARTS.format(name)) for name in names]


def handed_over(home: Home, province: str) -> list[str]:
    """Everything that lies where the province's handovers do, half-written ones too."""
    return sorted(path.name for path in home.handover(province, SEMESTER).iterdir())


def test_what_breaks_an_expectation_is_not_handed_over(in_time: Story, closed: Story) -> None:
    home = closed.home
    assert set(closed.run.failures) == {"11", "national"}
    assert handed_over(home, "11") == ["0001"]
    before, after = (files_below(one.home.handover("11", SEMESTER)) for one in (in_time, closed))
    assert after == before
    ((registered,),) = query(
        home.province_warehouse("11"), "select count(*) from core.degree_record"
    )
    january = ROWS / registered
    failure = closed.run.failures["11"]
    for words in (FAULT, "province_profile", f"observed: {january}", "at most: 0.1", "blocks"):
        assert words in failure
    steps = {step.asset for step in closed.run.steps["11"]}
    assert "province/core/degree_record" in steps
    assert "province/handover/degree_record" not in steps

    check = of(closed.evaluated, IN_11)
    assert (check.passed, check.severity, check.blocking) == (False, "ERROR", True)
    assert check.told["observed"] == pytest.approx(january)
    assert check.told["at most"] == 0.1
    page = home.quality_page("11", SEMESTER, "province_profile")
    assert check.told["page"] == page_url(home, "11", SEMESTER, "province_profile", FAULT)
    assert f'id="{FAULT}"' in page.read_text("utf-8")
    failed = {one.name for one in closed.evaluated if one.severity == "ERROR" and not one.passed}
    assert failed == {FAULT, "no_province_missing"}
    institution = of(closed.evaluated, IN_11, "institution_january_birth")
    assert (institution.passed, institution.severity) == (False, "WARN")
    assert JANUARY in institution.told["keys"]


def test_other_provinces_go_on_and_the_nation_waits(in_time: Story, closed: Story) -> None:
    home = closed.home
    assert handed_over(home, "65") == ["0001", "0002"]
    assert of(closed.evaluated, str(multi_key("65", SEMESTER))).passed
    assert "11 北京市" in closed.run.failures["national"]
    sql = "select count(*) from core.degree_record"
    ((were,),), ((are,),) = (query(h.national_warehouse, sql) for h in (in_time.home, home))
    assert are > were
    assert national_marts(home) == national_marts(in_time.home)
    summary = Path(SEMESTER) / "national" / "semester-summary.csv"
    assert sha256_of(home.reports / summary) == sha256_of(in_time.home.reports / summary)


def test_run_again_it_is_closed_still_and_judges_nothing_anew(
    closed: Story, tmp_path: Path
) -> None:
    home = copy_of(closed.home, tmp_path)
    kept = ("quality", "handover", "decisions", "landing", "reports", "ledger")
    before = {name: files_below(home.root / name) for name in kept}
    again = run_semester(home, SEMESTER, "11")
    assert set(again.failures) == {"11"}
    assert again.failures["11"] == closed.run.failures["11"]
    assert {name: files_below(home.root / name) for name in kept} == before
    check = of(evaluations(home, 1), IN_11)
    assert (check.passed, check.severity) == (False, "ERROR")


def test_a_handover_started_alone_meets_the_gate(closed: Story, tmp_path: Path) -> None:
    home = copy_of(closed.home, tmp_path)
    partition = multi_key("11", SEMESTER)
    why = alone(home, "province_semester", partition, [HANDOVER])
    assert f"province_register 11 {SEMESTER}: province_profile/{FAULT} 25.37" in why
    assert handed_over(home, "11") == ["0001"]
    assert evaluations(home, 1) == []


def test_what_nobody_judged_is_not_handed_over(in_time: Story, tmp_path: Path) -> None:
    home = copy_of(in_time.home, tmp_path)
    for suite in LEVELS["province_register"].suites:
        for path in runs(home, "65", SEMESTER, suite):
            path.unlink()
    why = alone(home, "province_semester", multi_key("65", SEMESTER), [HANDOVER])
    assert "province_register, province_profile was not run on what the level holds now" in why
    why = alone(home, "national_semester", SEMESTER, MARTS)
    assert why == "", "the nation's gate is its own"


def test_a_reference_that_is_put_right_opens_the_gate(in_time: Story, tmp_path: Path) -> None:
    """A gate that was closed by a list of institutions asks anew when the list has changed."""
    home = copy_of(in_time.home, tmp_path)
    register = home.reference / "institutions.csv"
    whole = register.read_text("utf-8")
    assert gate(home, "province_register", "65", SEMESTER).open
    lines = whole.splitlines(keepends=True)
    register.write_text("".join(line for line in lines if "18863" not in line), "utf-8")
    assert gate(home, "province_register", "65", SEMESTER).unjudged
    judge(home, "province_register", "65", SEMESTER, now=clock())
    closed_by = gate(home, "province_register", "65", SEMESTER).closed_by
    assert {one.id for _, one in closed_by} >= {"institution_known"}
    register.write_text(whole, "utf-8")
    judge(home, "province_register", "65", SEMESTER, now=clock())
    assert gate(home, "province_register", "65", SEMESTER).open


def test_a_truncated_handover_is_not_sealed(
    in_time: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_of(in_time.home, tmp_path)
    name = next(name for name in in_time.late if name.startswith("65"))
    send(home, name, in_time.late[name])
    write, manifest = handover._write_records, handover._manifest

    def cut(con: Any, path: Path) -> None:
        write(con, path)
        path.chmod(0o600)
        con.execute(f"copy (from read_parquet('{path}') limit 5) to '{path}.cut' (format parquet)")
        Path(f"{path}.cut").replace(path)

    def exaggerated(con: Any, path: Path) -> dict[str, Any]:
        said = manifest(con, path)
        return said | {"rows": said["rows"] + 1}

    def closing(home: Home) -> set[str]:
        return {one.name for one in evaluations(home, 1) if one.blocking and not one.passed}

    with monkeypatch.context() as patched:
        patched.setattr(handover, "_write_records", cut)
        run = run_semester(home, SEMESTER, "65")
    assert set(run.failures) == {"65"}
    assert "check rows_as_registered failed (suite: handover" in run.failures["65"]
    assert closing(home) == {"rows_as_registered"}
    assert handed_over(home, "65") == ["0001"]

    partition = multi_key("65", SEMESTER)
    with monkeypatch.context() as patched:
        patched.setattr(handover, "_manifest", exaggerated)
        why = alone(home, "province_semester", partition, [HANDOVER])
    assert "handover/rows_as_claimed" in why
    assert closing(home) == {"rows_as_claimed"}
    assert handed_over(home, "65") == ["0001"]

    # the very same records under a true manifest are another handover: judged anew
    assert alone(home, "province_semester", partition, [HANDOVER]) == ""
    assert closing(home) == set()
    assert handed_over(home, "65") == ["0001", "0002"]
    said = json.loads((home.handover("65", SEMESTER) / "0002" / "manifest.json").read_text())
    assert said["rows"] == LATE_ROWS


def test_exceptions_open_the_gates_one_after_the_other(
    in_time: Story, closed: Story, tmp_path: Path
) -> None:
    home = copy_of(closed.home, tmp_path)
    provincial = sign(home, "province_profile", FAULT, "11", "p11-r1")
    run = run_semester(home, SEMESTER)
    assert set(run.failures) == {"national"}
    assert handed_over(home, "11") == ["0001", "0002"]
    assert_excused(home, "11", "province_profile", provincial, "p11-r1")

    # the nation judges for itself: its marts are those from before the fault
    assert FAULT in run.failures["national"]
    assert "national_profile" in run.failures["national"]
    assert national_marts(home) == national_marts(in_time.home)
    why = alone(home, "national_semester", SEMESTER, MARTS)
    assert f"national_register national {SEMESTER}: national_profile/{FAULT} 22.08" in why
    assert national_marts(home) == national_marts(in_time.home)

    national = sign(home, "national_profile", FAULT, NATIONAL, "n-r1")
    run = run_semester(home, SEMESTER)
    assert run.ok, run.failures
    assert_excused(home, NATIONAL, "national_profile", national, "n-r1")
    assert [one for one in agree_nation(home, SEMESTER) if not one.ok] == []
    assert national_marts(home) != national_marts(in_time.home)
    assert run_semester(home, SEMESTER).nothing_new
    assert_nothing_personal(home)


def assert_nothing_personal(home: Home) -> None:
    """What failed, what was signed and what was told of it hold no personal value."""
    values = personal_values(home)
    assert len(values) > 500
    kept = (home.quality, home.ledger, home.decisions, home.dagster)
    paths = [path for folder in kept for path in folder.rglob("*") if path.is_file()]
    assert {path.parent for path in paths} >= {home.ledger, home.decisions}
    assert leaks(paths, values) == {}
    assert foreign(home.quality) == []


def assert_excused(home: Home, scope: str, suite: str, exception: str, officer: str) -> None:
    """The check, the page, the index and the ledger tell of the exception."""
    partition = SEMESTER if scope == NATIONAL else str(multi_key(scope, SEMESTER))
    check = of(evaluations(home, 2), partition)
    assert (check.passed, check.severity) == (False, "WARN")
    assert (check.told["exception"], check.told["suite"]) == (exception, suite)
    page = home.quality_page(scope, SEMESTER, suite).read_text("utf-8")
    assert exception in page
    assert officer in page
    for index in (home.quality / "index.html", home.quality / scope / "index.html"):
        assert "例外 1 excused" in index.read_text("utf-8")
    (entry,) = entries(home, scope)
    assert (entry.act, entry.subject, entry.actor) == ("quality-exception", exception, officer)
    assert entry.sha256 == sha256_of(home.decision(exception))
