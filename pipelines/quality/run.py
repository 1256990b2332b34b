"""Judges a level: runs its suites on what it holds now, keeps the results, writes the pages."""

import hashlib
from datetime import datetime

import duckdb

from expectations.codes import code_parameters
from expectations.profile import profile_suite
from expectations.run import Bounds, run_suite
from expectations.suite import Suite, as_json
from expectations.suites import generated
from pipelines import warehouse
from pipelines.errors import BadInputError
from pipelines.home import Home
from pipelines.quality.exceptions import excused, in_force
from pipelines.quality.levels import LEVELS, Subject, resolve
from pipelines.quality.profile import Learnt, learn
from pipelines.quality.results import Result, in_turn, latest, result_of, write_result
from pipelines.quality.settings import load_quality_settings
from pipelines.quality.site import write_index, write_page
from pipelines.warehouse import connect

PROFILES = {"province_profile": "province", "national_profile": "national"}
"""Suites written by hand, with the kind of scope that they are for."""


def suite_of(name: str) -> Suite:
    """A suite by name, without any data: what Dagster declares checks from."""
    return profile_suite(PROFILES[name]) if name in PROFILES else generated(name)


def judge(
    home: Home,
    level: str,
    scope: str,
    semester: str,
    *,
    now: datetime,
    subject: Subject | None = None,
    anew: bool = False,
) -> list[Result]:
    """Results of the level's suites for what it holds now, in the order of its suites.

    A suite that was run on this very state under the same limits and exceptions is not run again,
    unless ``anew``. ``subject`` is what to judge in place of what lies in the home (a handover
    before it is sealed). NothingToJudgeError when the level holds nothing of the semester.
    """
    held = subject or LEVELS[level].subject(home, scope, semester)
    results, fresh = [], False
    for name in LEVELS[level].suites:
        suite = suite_of(name)
        state = state_of(home, suite, held)
        result = latest(home, scope, semester, name)
        if anew or result is None or result.subject != state:
            result = _run(home, suite, held, state, now)
            fresh = True
        results.append(result)
    if fresh:
        write_index(home)
    return results


def state_of(home: Home, suite: Suite, subject: Subject) -> str:
    """Names all that a result depends on: records, expectations, settings, exceptions."""
    parts = (
        subject.state,
        subject.past if suite.name in PROFILES else "",
        as_json(suite),
        repr(load_quality_settings(home)),
        *in_force(home, suite.name, subject.scope, subject.semester),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _run(home: Home, suite: Suite, subject: Subject, state: str, now: datetime) -> Result:
    parameters, learnt = _given(home, suite, subject)
    run = run_suite(
        suite,
        (*subject.prepare, *learnt.prepare),
        Bounds(warehouse.threads(), warehouse.memory_limit(), home.scratch),
        code_parameters() | parameters | learnt.parameters,
        _not_given(suite, parameters, learnt),
    )
    result = in_turn(home, result_of(run, subject.scope, subject.semester, state, now=now))
    write_result(home, result)
    reasons = {one: by.text for one, by in excused(home, result).items()}
    write_page(home, run, result, reasons)
    return result


def _given(home: Home, suite: Suite, subject: Subject) -> tuple[dict[str, object], Learnt]:
    """What the subject tells, and what earlier semesters teach.

    BadInputError when it cannot be read; DuckDB's own words may quote a value.
    """
    try:
        return _read(home, suite, subject)
    except duckdb.Error as error:
        raise BadInputError(
            f"what {suite.name} of {subject.scope} {subject.semester} is run on cannot be read"
            f" ({type(error).__name__})",
            "files as the system wrote them, and reference/institutions.csv with its columns",
            "correct the register of institutions; restore what else is damaged from the backup",
        ) from None


def _read(home: Home, suite: Suite, subject: Subject) -> tuple[dict[str, object], Learnt]:
    with connect(spill=home.scratch) as con:
        for statement in subject.prepare:
            con.execute(statement)
        parameters = resolve(con, subject.parameters)
        if suite.name not in PROFILES:
            return parameters, Learnt({}, {}, ())
        settings = load_quality_settings(home)
        return parameters, learn(con, PROFILES[suite.name], subject.semester, settings)


def _not_given(suite: Suite, parameters: dict[str, object], learnt: Learnt) -> dict[str, str]:
    """What cannot be judged for want of something to compare with: never a guess."""
    known = dict.fromkeys(parameters.keys() | code_parameters().keys() | learnt.parameters.keys())
    lacking = {
        one.id: "没有可比的数据 nothing to compare with: "
        + ", ".join(sorted(one.parameters - known.keys()))
        for one in suite.expectations
        if one.given(known) is None and not set(one.parts) & learnt.not_judged.keys()
    }
    return lacking | learnt.not_judged
