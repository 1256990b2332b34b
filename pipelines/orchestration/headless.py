"""A semester without Dagster's daemon: the same assets, in this process, partition by partition.

Provinces are run one after the other: each may use the cores and the memory that a connection is
given, and a failure in one stops none of the others.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from expectations.run import warm_up as warm_up_suites
from pipelines.clock import clock
from pipelines.errors import UsageError
from pipelines.filing.sorting import sort_inbox
from pipelines.home import Home
from pipelines.orchestration.build import build_definitions
from pipelines.orchestration.confidential import RETRY_TAG
from pipelines.orchestration.instance import instance
from pipelines.orchestration.partitions import multi_key, semester_names
from pipelines.orchestration.waiting import nation_waits, waiting_provinces
from pipelines.register.dbt_runner import warm_up

Progress = Callable[[str], None]

REPOSITORY_TAG, REPOSITORY = ".dagster/repository", "__repository__@pipelines.definitions"
"""Lets Dagster's pages of a job show these runs among those that the daemon started."""


@dataclass(frozen=True)
class Step:
    """A materialised asset: its key as text, seconds, and the metadata it left."""

    asset: str
    seconds: float
    metadata: dict[str, Any]


@dataclass
class SemesterRun:
    """What a headless run did. ``failures`` are texts for people, by province or ``national``.

    ``refused`` packages went back at the door; ``pending`` ones lie in the inbox still, since they
    may be on their way.
    """

    semester: str
    provinces: list[str] = field(default_factory=list)
    national: bool = False
    refused: int = 0
    pending: int = 0
    steps: dict[str, list[Step]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    sort_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def nothing_new(self) -> bool:
        return not self.provinces and not self.national and not self.refused

    @property
    def ok(self) -> bool:
        return not self.failures


def run_semester(
    home: Home,
    semester: str,
    province: str | None = None,
    progress: Progress | None = None,
    review: str = "automatic",
) -> SemesterRun:
    """Takes in, examines, registers, hands over what waits for a semester; then the nation.

    With ``province`` that province only, and not the nation; ``review`` names who decides. A
    partition without anything waiting is not run. UsageError for a semester without a partition.
    """
    started = time.monotonic()
    _check_semester(semester)
    say = progress or (lambda _text: None)
    run = SemesterRun(semester)
    arrived = sort_inbox(home.make(), now=clock())
    run.refused, run.pending = arrived.refused, arrived.pending
    run.sort_seconds = time.monotonic() - started
    waiting = waiting_provinces(home, semester, province)
    if waiting or (province is None and nation_waits(home, semester)):
        runner = _Runner(home, semester, run, say, review)
        for code in waiting:
            runner.province(code)
        if province is None:
            runner.national()
    run.seconds = time.monotonic() - started
    return run


def _check_semester(semester: str) -> None:
    names = semester_names(clock().date())
    if semester not in names:
        raise UsageError(
            f"nothing is filed for {semester}", f"a semester from {names[0]} to {names[-1]}"
        )


class _Runner:
    """One set of definitions and one Dagster instance for all partitions of a run."""

    def __init__(
        self, home: Home, semester: str, run: SemesterRun, say: Progress, review: str
    ) -> None:
        self.home, self.semester, self.run, self.say = home, semester, run, say
        warm_up(home)
        warm_up_suites()
        self.instance = instance(home)
        self.definitions = build_definitions(home, clock().date(), review)

    def province(self, code: str) -> None:
        self.say(f"province {code}")
        self.run.provinces.append(code)
        self._materialize("province", multi_key(code, self.semester), code)

    def national(self) -> None:
        self.say("national")
        self.run.national = True
        self._materialize("national", self.semester, "national")

    def _materialize(self, group: str, partition: str, name: str) -> None:
        job = self.definitions.resolve_job_def(f"{group}_semester")
        result = job.execute_in_process(
            instance=self.instance,
            partition_key=partition,
            raise_on_error=False,
            tags={RETRY_TAG: "false", REPOSITORY_TAG: REPOSITORY},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        self.run.steps[name] = _steps(result)
        if not result.success:
            self.run.failures[name] = _failure(result)


def _steps(result: dg.ExecuteInProcessResult) -> list[Step]:
    steps = []
    for event in result.get_asset_materialization_events():
        materialization = event.step_materialization_data.materialization
        metadata = {
            key: value.value
            for key, value in materialization.metadata.items()
            if isinstance(value.value, str | int | float)
        }
        asset = "/".join(materialization.asset_key.path)
        seconds = float(metadata.get("build_seconds", metadata.get("seconds", 0.0)))
        steps.append(Step(asset, seconds, metadata))
    return steps


def _failure(result: dg.ExecuteInProcessResult) -> str:
    """Why a run failed: a step's error or a blocking check, in words for people."""
    reasons = []
    for event in result.get_step_failure_events():
        data = event.step_failure_data
        error = data.error
        if error and error.cls_name == "DagsterAssetCheckFailedError":
            continue  # the check's own metadata below says more
        described = data.user_failure_data.description if data.user_failure_data else None
        reasons.append(f"{event.step_key}: {described or (error.message.strip() if error else '')}")
    for check in result.get_asset_check_evaluations():
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR:
            told = ", ".join(
                f"{key}: {value.value}" for key, value in check.metadata.items() if value.value
            )
            reasons.insert(0, f"check {check.check_name} failed ({told})")
    return "\n".join(dict.fromkeys(reasons)) or "the run failed; see Dagster's pages"
