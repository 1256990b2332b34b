"""A small country with a fault that no record shows, and the events that Dagster keeps of its runs.

An institution's people are all born on 1 January: no rule of the examination minds one of them. Its
packages come late, as do some of another province, so that an earlier state can be held to.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pytest
from click.testing import CliRunner

from expectations.run import SuiteRun
from expectations.suite import Suite
from pipelines.cli import xuewei
from pipelines.clock import clock
from pipelines.home import Home
from pipelines.orchestration.build import build_definitions
from pipelines.orchestration.headless import SemesterRun, run_semester
from pipelines.orchestration.instance import instance
from pipelines.quality import run as quality_run
from pipelines.simulate import simulation
from pipelines.simulate.plan import Plan
from pipelines.simulate.rows import Rows
from tests.end_to_end.country import SEMESTER, copy_of, send, sent_to

PROVINCES = ("11", "65")
JANUARY, ROWS = "19029", 52
"""The faulty institution and its records."""
LATE, LATE_ROWS = ("11-19029-", "65-18878-"), 9
"""Packages that come late, and records of the other province's."""
PLAN = Plan(3, PROVINCES, SEMESTER, 240, fault_rate=0.0, filing_fault_rate=0.0, filings=8)
FAULT = "january_birth_share_far"

Packages = dict[str, dict[str, bytes]]


def simulate_january(home: Home, patched: pytest.MonkeyPatch) -> Packages:
    """Simulates the country; the late packages, which are not left in the inbox."""
    lay_out = simulation.lay_out_rows

    def born_in_january(*given: Any) -> Rows:
        rows = lay_out(*given)
        faulty = np.array([one.code == JANUARY for one in rows.institutions])[rows.institution]
        first = rows.birth.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]")
        return replace(rows, birth=np.where(faulty, first.astype(np.int64), rows.birth))

    patched.setattr(simulation, "lay_out_rows", born_in_january)
    simulation.simulate(home, PLAN)
    sent = sent_to(home)
    for path in list(home.inbox.iterdir()):
        path.rename(home.root.parent / path.name)
    late = {name: files for name, files in sent.items() if name.startswith(LATE)}
    for name in sent.keys() - late.keys():
        send(home, name, sent[name])
    return late


@dataclass(frozen=True)
class Evaluation:
    """A check's evaluation as Dagster keeps it: of which run's partition, with plain metadata."""

    partition: str
    asset: str
    name: str
    passed: bool
    severity: str
    blocking: bool
    told: dict[str, Any]


@dataclass
class Story:
    """A home after a run: what was evaluated in it, which suites were run, what is still late."""

    home: Home
    run: SemesterRun
    evaluated: list[Evaluation]
    suites: list[str]
    late: Packages


def first_run(folder: Path) -> Story:
    """All provinces have filed, without what comes late."""
    home = Home.at(folder / "home").make()
    suites = []
    run_suite = quality_run.run_suite

    def counted(suite: Suite, *given: Any) -> SuiteRun:
        suites.append(suite.name)
        return run_suite(suite, *given)

    with pytest.MonkeyPatch.context() as patched:
        late = simulate_january(home, patched)
        patched.setattr(quality_run, "run_suite", counted)
        run = run_semester(home, SEMESTER)
    assert run.ok, run.failures
    return Story(home, run, evaluations(home, 3), suites, late)


def late_run(first: Story, folder: Path) -> Story:
    """What was late has come elsewhere: a province's gate is closed."""
    home = copy_of(first.home, folder)
    for name, files in first.late.items():
        send(home, name, files)
    run = run_semester(home, SEMESTER)
    return Story(home, run, evaluations(home, 3), [], {})


def evaluations(home: Home, runs: int) -> list[Evaluation]:
    """All evaluations of checks in the home's newest runs."""
    kept = instance(home)
    return [
        _evaluation(log.dagster_event.asset_check_evaluation_data)
        for run in kept.get_runs(limit=runs)
        for log in kept.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        if log.dagster_event
    ]


def _evaluation(kept: Any) -> Evaluation:
    return Evaluation(
        str(kept.partition),
        kept.asset_key.to_user_string(),
        kept.check_name,
        kept.passed,
        kept.severity.name,
        kept.blocking,
        {name: value.value for name, value in kept.metadata.items()},
    )


def alone(home: Home, job: str, partition: str, assets: Sequence[dg.AssetKey]) -> str:
    """Starts assets by hand, with nothing before them; why they failed, empty if they did not."""
    found = build_definitions(home, clock().date()).resolve_job_def(job)
    done = found.execute_in_process(
        instance=instance(home),
        partition_key=partition,
        asset_selection=list(assets),
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    failures = [
        event.step_failure_data.user_failure_data for event in done.get_step_failure_events()
    ]
    assert done.success == (not failures)
    return "\n".join(one.description or "" for one in failures if one)


def sign(home: Home, suite: str, expectation: str, scope: str, officer: str) -> str:
    """The id of an exception that the officer signs by command."""
    where = ["--national"] if scope == "national" else ["--province", scope]
    why = ["--reason", "户籍登记", "--until", "2027-01-31"]
    who = ["--officer", officer, "--key", str(home.keys / f"{officer}.pem")]
    command = ["quality", "except", suite, expectation, "--home", str(home.root)]
    said = CliRunner().invoke(xuewei, [*command, *where, "--semester", SEMESTER, *why, *who])
    assert said.exit_code == 0, said.output
    return said.output.splitlines()[0].split(": ")[1].split()[0]
