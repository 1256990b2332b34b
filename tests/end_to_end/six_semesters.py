"""Six clean semesters of two provinces, on the real way but for Dagster, and what judges them.

Each room's function is called as its asset calls it; a province's register is built once for all
its semesters, which is what makes six of them affordable in a test.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from expectations.codes import code_parameters
from expectations.run import Bounds, run_suite
from pipelines.examination.examine import examine
from pipelines.filing.landing import land
from pipelines.filing.sorting import sort_inbox
from pipelines.home import Home
from pipelines.quality.levels import LEVELS, Subject, resolve
from pipelines.quality.profile import Learnt, learn
from pipelines.quality.results import NATIONAL, Result, result_of
from pipelines.quality.run import PROFILES, suite_of
from pipelines.quality.settings import QualitySettings
from pipelines.register.build import register_nation, register_province
from pipelines.register.files import folders
from pipelines.register.formal import examine_handovers
from pipelines.register.handover import hand_over
from pipelines.review.policies import policy
from pipelines.simulate.plan import Plan
from pipelines.simulate.simulation import simulate
from pipelines.warehouse import connect

PROVINCES = ("11", "65")
SEMESTERS = tuple(f"{year}-{year + 1}-{half}" for year in (2023, 2024, 2025) for half in (1, 2))
LAST = "2025-2026-2"
RECORDS = 4000
NOW = datetime.fromisoformat("2026-11-02T09:00:00+08:00")


def build_six(folder: Path) -> Home:
    """A home in which six semesters without any fault are registered in both scopes."""
    home = Home.at(folder / "home").make()
    for semester in SEMESTERS:
        simulate(
            home,
            Plan(20200629, PROVINCES, semester, RECORDS, fault_rate=0.0, filing_fault_rate=0.0),
        )
    sort_inbox(home, now=NOW)
    for province in PROVINCES:
        for semester in SEMESTERS:
            _decide(home, province, semester)
        register_province(home, province)
        for semester in SEMESTERS:
            hand_over(home, province, semester, now=NOW)
    for semester in SEMESTERS:
        examine_handovers(home, semester, now=NOW)
    register_nation(home)
    return home


def _decide(home: Home, province: str, semester: str) -> None:
    land(home, province, semester, now=NOW)
    for batch in folders(home.landing(province, semester)):
        examine(home, province, semester, batch.name)
        policy("automatic")(home, province, semester, batch.name, now=NOW)


def judge_suite(home: Home, name: str, subject: Subject) -> Result:
    """A suite's result for a subject, as ``pipelines.quality.run`` makes it, kept nowhere."""
    suite, learnt = suite_of(name), Learnt()
    with connect(spill=home.scratch) as con:
        for statement in subject.prepare:
            con.execute(statement)
        parameters = resolve(con, subject.parameters)
        if name in PROFILES:
            learnt = learn(con, PROFILES[name], subject.semester, QualitySettings())
    run = run_suite(
        suite,
        (*subject.prepare, *learnt.prepare),
        Bounds(2, "2GB", home.scratch),
        code_parameters() | parameters | learnt.parameters,
        learnt.not_judged,
    )
    return result_of(run, subject.scope, subject.semester, subject.state, now=NOW)


def results(home: Home, semester: str, *, profiles: bool) -> Iterator[Result]:
    """Results of a semester: of the suites written by hand, or of the generated ones."""
    for level in LEVELS.values():
        wanted = [name for name in level.suites if (name in PROFILES) == profiles]
        for scope in ((NATIONAL,) if level.national else PROVINCES) if wanted else ():
            subject = level.subject(home, scope, semester)
            for name in wanted:
                yield judge_suite(home, name, subject)
