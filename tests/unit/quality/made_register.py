"""A register made by SQL alone: some institutions over some semesters, every share the same."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations.profile import profile_suite
from expectations.run import FAILED, PASSED, Bounds, Outcome, run_suite
from pipelines.quality.profile import Learnt, learn
from pipelines.quality.settings import QualitySettings

NOW = "2025-2026-1"
EARLIER = ("2024-2025-1", "2023-2024-1", "2022-2023-1")

COLUMNS = """
    province_code varchar, institution_code varchar, certificate_number varchar,
    filing_semester varchar, record_category_code varchar, degree_level varchar, sex_code varchar,
    nationality_code varchar, ethnic_code varchar, id_type_code varchar, id_number varchar,
    full_name varchar, birth_date date, conferral_date date, study_mode_code varchar,
    study_form_code varchar, degree_category_code varchar, major_code varchar,
    enrolment_month varchar, recorded_to timestamp, status varchar
"""


@dataclass(frozen=True)
class Made:
    """Statements that make ``register`` and ``record``; ``semester`` is judged."""

    prepare: tuple[str, ...]
    semester: str = NOW

    def then(self, *statements: str) -> "Made":
        """The same with something changed before ``record`` is there."""
        return Made((*self.prepare, *statements), self.semester)

    @property
    def statements(self) -> tuple[str, ...]:
        record = f"create view record as from register where filing_semester = '{self.semester}'"
        return (*self.prepare, record)

    def learnt(self, kind: str = "province", settings: QualitySettings | None = None) -> Learnt:
        con = duckdb.connect(config={"threads": "1"})
        for statement in self.statements:
            con.execute(statement)
        return learn(con, kind, self.semester, settings or QualitySettings())

    def judged(self, tmp_path: Path, kind: str = "province") -> dict[str, Outcome]:
        learnt = self.learnt(kind)
        run = run_suite(
            profile_suite(kind),
            (*self.statements, *learnt.prepare),
            Bounds(1, "1GB", tmp_path),
            learnt.parameters,
            learnt.not_judged,
        )
        return {one.id: one for outcome in run.outcomes for one in (outcome, *_parts(outcome))}


def _parts(outcome: Outcome) -> list[Outcome]:
    """The parts of a group as outcomes of their own."""
    return [
        Outcome(p.name, PASSED if p.ok else FAILED, p.observed, p.low, p.high)
        for p in outcome.parts
    ]


def made(*semesters: str, institutions: int = 4, degrees: int = 400) -> Made:
    """``degrees`` of each institution in each semester: a third masters, the rest bachelors."""
    statements = [f"create table register ({COLUMNS})"]
    for semester in semesters or (NOW, *EARLIER):
        statements += [
            degrees_of(f"190{n:02}", semester, degrees) for n in range(1, institutions + 1)
        ]
    return Made(tuple(statements))


def degrees_of(
    institution: str, semester: str, degrees: int, *, province: str = "11", women: float = 0.5
) -> str:
    """INSERT of an institution's degrees in a semester: a quarter of them in 08."""
    year = int(semester[:4])
    first = f"date '{year}-12-05'" if semester.endswith("1") else f"date '{year + 1}-06-05'"
    return f"""
    insert into register by name
    with draw as (
        select n, hash(n, '{institution}', '{semester}') as h from range({degrees}) as t (n)
    )
    select
        '{province}' as province_code, '{institution}' as institution_code,
        '{institution}{semester}' || n as certificate_number, '{semester}' as filing_semester,
        if(n % 3 = 0, 'M3', 'B1') as record_category_code, if(n % 3 = 0, '3', '4') as degree_level,
        if(h % 1000 < {women} * 1000, '2', '1') as sex_code, '156' as nationality_code,
        if(h // 1000 % 10 = 0, '08', '01') as ethnic_code, '01' as id_type_code,
        '{institution}{semester}' || n as id_number, '姓名' || n as full_name,
        date '{year - 23}-02-02' + (h // 7 % 330)::integer as birth_date,
        {first} + (n % 12)::integer as conferral_date,
        if(n % 3 = 0, if(h // 10 % 3 = 0, '2', '1'), null) as study_mode_code,
        if(n % 3 = 0, null, '01') as study_form_code,
        if(n % 3 = 0, '3', '4') || if(n % 4 = 0, '08', '12') as degree_category_code,
        if(n % 4 = 0, '0809', '1202') as major_code,
        '{year - 4}09' as enrolment_month, null::timestamp as recorded_to, 'registered' as status
    from draw"""
