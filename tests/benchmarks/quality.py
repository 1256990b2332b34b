"""Quality suites on a register: against the same checks as one bare aggregate, and at ten million.

The register is a real one (simulated filings through the whole run), multiplied: copies of its
records with certificate and identity numbers of their own, and two earlier semesters to learn from.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from expectations.codes import code_parameters
from expectations.suite import Expected, Suite
from pipelines.home import Home
from pipelines.quality.levels import LEVELS, resolve
from pipelines.quality.run import suite_of
from pipelines.warehouse import connect, quote
from tests.benchmarks.record import Measure
from tests.benchmarks.semester import (
    PROVINCE,
    SEMESTER,
    XUEWEI,
    make_removable,
    simulate,
    watch,
)

BASE = 50_000
EARLIER = ("2024-2025-2", "2023-2024-2")
SUITE = "province_register"
CALL = (
    "import sys, time; from datetime import UTC, datetime; from pathlib import Path;"
    "started = time.monotonic();"
    "from pipelines.home import Home; from pipelines.quality.run import judge;"
    "found = judge(Home.at(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4],"
    " now=datetime(2026, 9, 20, tzinfo=UTC), anew=True);"
    "import json; print(json.dumps({'seconds': time.monotonic() - started,"
    " 'suites': {r.suite: r.seconds for r in found}, 'rows': found[0].rows,"
    " 'wrong': [one.id for r in found for one in r.blocking]}))"
)


def measure(records: int) -> list[Measure]:
    """``records`` in a province, ten times as many in the nation."""
    with tempfile.TemporaryDirectory(prefix="xuewei-bench-") as folder:
        home = Home.at(_registered(Path(folder)))
        _multiply(home, home.province_warehouse(PROVINCE), records)
        bare = min(_bare(home) for _ in range(3))
        province, province_gib = _judge(home, "province_register", PROVINCE)
        home.province_warehouse(PROVINCE).unlink()
        _multiply(home, home.national_warehouse, 10 * records)
        nation, nation_gib = _judge(home, "national_register", "national")
        make_removable(home.root)
    seconds = province["suites"][SUITE]
    count = len(suite_of(SUITE).expectations)
    print(
        f"{count} expectations on {province['rows']:,} rows: {seconds:.2f} s with the import of "
        f"GX, bare {bare:.2f} s; both suites {province['seconds']:.2f} s, {province_gib:.2f} GiB; "
        f"nation {nation['rows']:,} rows {nation['suites']}, {nation_gib:.2f} GiB",
        flush=True,
    )
    return [
        Measure("suite_bare_s", bare, "s"),
        Measure("suite_s", seconds, "s", 3 * bare + 5),
        Measure("suite_ratio", max(seconds - 5, 0) / bare, "x", 3.0),
        Measure("suite_peak_gib", province_gib, "GiB", 2.0),
        Measure("suite_10m_s", nation["suites"]["national_register"], "s"),
        Measure("suite_10m_both_s", nation["seconds"], "s"),
        Measure("suite_10m_peak_gib", nation_gib, "GiB", 6.0),
    ]


def _registered(folder: Path) -> Path:
    """A home in which a small semester was filed, registered and handed over."""
    home, _ = simulate(folder / "home", BASE)
    done = subprocess.run(
        [*XUEWEI, "run", "--home", str(home), "--semester", SEMESTER, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"xuewei run failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return home


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SUM = " + ".join(f"n // {10 ** (16 - k)} % 10 * {w}" for k, w in enumerate(_WEIGHTS))
_BODY = (
    "left(id_number, 14) || lpad(((substr(id_number, 15, 3)::int + 2 * k) % 1000)::varchar, 3, '0')"
)


def _multiply(home: Home, path: Path, records: int) -> None:
    """Fills a register up to ``records`` this semester and as many in each earlier one.

    A copy's people have names, identity numbers (with their check digits) and certificates of
    their own; all else is as in a real semester.
    """
    with connect(path, spill=home.scratch) as con:
        con.execute(
            "create table core.base as select *, row_number() over w as serial,"
            " count(*) over w as serials from core.degree_record"
            " window w as (partition by left(certificate_number, 10)"
            " rows between unbounded preceding and unbounded following)"
        )
        (size,) = con.execute("select count(*) from core.base").fetchone() or (1,)
        con.execute("delete from core.degree_record")
        for years, semester in enumerate((SEMESTER, *EARLIER)):
            con.execute(
                f"""
                insert into core.degree_record
                select c.* exclude (k, body, n, serial, serials) replace (
                    {quote(semester)} as filing_semester,
                    left(certificate_number, 6)
                        || (substr(certificate_number, 7, 4)::int - {years})::varchar
                        || lpad((serial + k * serials)::varchar, 6, '0') as certificate_number,
                    full_name || chr(19968 + k::int) as full_name,
                    coalesce(body || substr('10X98765432', ({_SUM})::int % 11 + 1, 1), id_number)
                        as id_number)
                from (
                    select *, try_cast(body as bigint) as n from (
                        select base.*, k, case when id_type_code = '01' then {_BODY} end as body
                        from core.base as base, range({-(-records // size)}) as r(k)
                    )
                    limit {records}
                ) as c
                """
            )
        con.execute("drop table core.base")
        con.execute("checkpoint")


def _judge(home: Home, level: str, scope: str) -> tuple[dict[str, Any], float]:
    """Judges a level in a process of its own, as a command does; what it tells, peak GiB."""
    process = psutil.Popen(
        [sys.executable, "-c", CALL, str(home.root), level, scope, SEMESTER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    peaks: list[int] = []
    watcher = threading.Thread(target=watch, args=(process, peaks))
    watcher.start()
    text, errors = process.communicate()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"judging {level} failed:\n{text[-2000:]}\n{errors[-2000:]}")
    return json.loads(text), max(peaks) / (1 << 30)


def _bare(home: Home) -> float:
    """Seconds of the suite's checks as one aggregate over the same view."""
    subject = LEVELS[SUITE].subject(home, PROVINCE, SEMESTER)
    with connect(spill=home.scratch) as con:
        for statement in subject.prepare:
            con.execute(statement)
        given = code_parameters() | resolve(con, subject.parameters)
        query = bare_query(suite_of(SUITE), given)
        start = time.monotonic()
        con.execute(query).fetchone()
        return time.monotonic() - start


def bare_query(suite: Suite, given: dict[str, Any]) -> str:
    """All checks of a suite as one SELECT: a column an expectation."""
    counted = [text for one in suite.expectations if (text := _counted(one, given))]
    return f"select {', '.join(counted)} from {suite.relation}"


def _counted(one: Expected, given: dict[str, Any]) -> str | None:
    """The aggregate of an expectation; None where it reads no records (columns and types)."""
    kwargs = one.kwargs
    column = str(kwargs.get("column", ""))
    if one.type == "expect_measure_to_be_between":
        return f"({kwargs['measure']})"
    if one.type == "unexpected_rows_expectation":
        rows = str(kwargs["unexpected_rows_query"]).replace("{batch}", "record")
        return f"(select count(*) from ({rows}))"
    wrong = {
        "expect_column_values_to_not_be_null": "{c} is null",
        "expect_column_values_to_be_in_set": "{c} is not null and {c} not in ({codes})",
        "expect_column_values_to_match_regex": "not regexp_full_match({c}, {regex})",
        "expect_column_values_to_be_between": "{c} < {low} or {c} > {high}",
    }
    if one.type in wrong:
        codes = kwargs.get("value_set") or []
        codes = given[codes["$PARAMETER"]] if isinstance(codes, dict) else codes
        text = wrong[one.type].format(
            c=column,
            codes=", ".join(quote(str(code)) for code in codes),
            regex=quote(str(kwargs.get("regex", ""))),
            low=kwargs.get("min_value"),
            high=kwargs.get("max_value"),
        )
        return f"count(*) filter (where {text})"
    if one.type == "expect_compound_columns_to_be_unique":
        return f"count(distinct ({', '.join(kwargs['column_list'])}))"
    return "count(*)" if one.type == "expect_table_row_count_to_equal" else None
