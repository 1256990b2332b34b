"""Plants a fault in what a level holds: tables in memory stand in for its views over files.

Nothing is copied on disk, and nothing of the home is changed.
"""

from dataclasses import dataclass, replace

from pipelines.home import Home
from pipelines.quality.levels import LEVELS, Subject
from pipelines.quality.results import Judged, Result
from pipelines.warehouse import connect
from tests.end_to_end.six_semesters import LAST

MACROS = (
    """create or replace temp macro checked(body) as body || substr('10X98765432', 1 + (
        list_sum([pair[1]::integer * pair[2] for pair in
        list_zip(string_split(body, ''), [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])])
        % 11)::integer, 1)""",
)


@dataclass(frozen=True)
class Fault:
    """``sql`` on tables ``register`` (of ``scope``) and those of other levels; ``mine`` stands for
    the last semester's records. ``by`` is the expectation that must fail; ``also`` are those that
    may block besides, since the fault is theirs too."""

    name: str
    by: str
    sql: tuple[str, ...]
    also: tuple[str, ...] = ()
    scope: str = "11"
    level: str = "province_register"


def plant(home: Home, fault: Fault) -> Subject:
    """What the fault's level holds with the fault planted."""
    return faulty(LEVELS[fault.level].subject(home, fault.scope, LAST), fault, home)


def faulty(subject: Subject, fault: Fault, home: Home) -> Subject:
    """The subject with tables in memory in place of views, changed by the fault's SQL.

    Province's decisions and manifests agree with a faulty register: they saw the same records.
    """
    of_register = fault.level.endswith("_register")
    views = [_table(one) for one in subject.prepare]
    mine = [one for one in views if one.startswith("create view record")]
    prepare = [one for one in views if one not in mine] if of_register else views
    prepare += [*MACROS, *fault.sql, *(mine if of_register else [])]
    if not of_register:
        return replace(subject, state=fault.name, prepare=tuple(prepare))
    prepare.append(
        "create or replace temp table claimed as"
        " select province_code, count(*)::integer as rows from record group by all"
    )
    with connect(spill=home.scratch) as con:
        for statement in prepare:
            con.execute(statement)
        (rows,) = con.execute("select count(*) from record").fetchone() or (0,)
    parameters = subject.parameters | {"rows_claimed": rows}
    return replace(subject, state=fault.name, prepare=tuple(prepare), parameters=parameters)


def _table(statement: str) -> str:
    """``create view`` of what lies in a file as a table, which a fault may change."""
    if statement.startswith("create view record as from register"):
        return statement
    return statement.replace("create view", "create table", 1)


def failed(result: Result) -> dict[str, Judged]:
    """What did not pass, by id; of a group, by its parts."""
    return {
        id_: one
        for one in (*result.blocking, *result.warnings)
        for id_ in one.outcome.wrong_parts or (one.id,)
    }
