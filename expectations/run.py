"""Runs a suite: one Great Expectations validation, one DuckDB connection, counts and keys only.

GX says of a check that could not be computed that it failed, with an exception beside it: here it
is ``broken``, which is never mistaken for a finding about the data and never passes a gate.
"""

import contextlib
import importlib
import logging
import os
import re
import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from expectations.suite import Expected, Suite

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult

PASSED, FAILED, BROKEN, NOT_JUDGED = "passed", "failed", "broken", "not_judged"
MOST_KEYS = 20
_KIND = re.compile(r"^(?:[A-Za-z_]\w*\.)*([A-Z]\w*(?:Error|Exception))\b", re.MULTILINE)
_SUMMARY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Bounds:
    """Threads, memory and spill of a run."""

    threads: int
    memory_limit: str
    spill: Path


@dataclass(frozen=True)
class Outcome:
    """What became of one expectation.

    ``observed`` is a measure, a share (of rows that do not fulfil it) or a count; ``low`` and
    ``high`` are its limits. ``excess``: by how much ``observed`` lies outside, 0.0 inside and None
    where that is no number. ``keys`` are at most 20 keys of what is wrong, never a person's value.
    ``note`` says why nothing was judged, or the kind of error of a broken check. ``parts`` are the
    measures of a group, of which ``observed`` is the worst.
    """

    id: str
    state: str
    observed: float | None = None
    low: float | None = None
    high: float | None = None
    excess: float | None = None
    keys: tuple[str, ...] = ()
    note: str = ""
    parts: tuple["Part", ...] = ()

    @property
    def wrong_parts(self) -> tuple[str, ...]:
        """Names of the measures of a group that lie outside their limits."""
        return tuple(sorted(part.name for part in self.parts if not part.ok))


class Part(NamedTuple):
    """A measure of a group: its value within its own limits."""

    name: str
    observed: float | None
    low: float | None
    high: float | None

    @property
    def ok(self) -> bool:
        value, low, high = self.observed, self.low, self.high
        if value is None:
            return False
        return (low is None or value >= low) and (high is None or value <= high)


@dataclass(frozen=True)
class SuiteRun:
    """Outcomes in the suite's order.

    ``seconds`` is wall time; ``result`` is GX's own, for pages.
    """

    suite: Suite
    outcomes: tuple[Outcome, ...]
    rows: int
    seconds: float
    result: "ExpectationSuiteValidationResult | None" = field(default=None, repr=False)

    @property
    def success(self) -> bool:
        return all(one.state in (PASSED, NOT_JUDGED) for one in self.outcomes)


def warm_up() -> None:
    """Imports GX in the background: seconds that others may use. Whatever goes wrong is left for
    the run to meet and to tell."""

    def load() -> None:
        with contextlib.suppress(Exception):
            importlib.import_module("expectations.vocabulary")

    threading.Thread(target=load, name="great-expectations", daemon=True).start()


def run_suite(
    suite: Suite,
    prepare: Sequence[str],
    bounds: Bounds,
    parameters: Mapping[str, Any] | None = None,
    not_judged: Mapping[str, str] | None = None,
) -> SuiteRun:
    """Runs ``suite`` on an in-memory connection after the statements ``prepare``.

    These attach files read-only and create the view ``suite.relation``. ``parameters`` are what
    expectations ask for by ``$PARAMETER``; ``not_judged`` gives reasons, by id, for leaving an
    expectation (or a part of a group) out. One whose parameter is missing is broken.
    """
    started = time.monotonic()
    reasons = dict(not_judged or {})
    given = dict(parameters or {})
    judged = {one.id: one.given(given) for one in suite.expectations if one.id not in reasons}
    with _quiet(), _datasource(suite, prepare, bounds) as (context, batch, engine):
        rows = _count(engine, suite.relation)
        ready = {id: one for id, one in judged.items() if one is not None}
        result = _validate(context, batch, suite, list(ready.values()))
        found = {_id_of(r): r for r in result.results}
        outcomes = tuple(
            _without(one, reasons)
            if one.id not in ready
            else _left_out(one, ready[one.id], _outcome(ready[one.id], found[one.id], engine))
            for one in suite.expectations
        )
    return SuiteRun(suite, outcomes, rows, time.monotonic() - started, result)


def _without(one: Expected, reasons: Mapping[str, str]) -> Outcome:
    """Not judged for a reason, its own or its parts'; broken for want of a parameter."""
    told = [reasons[id] for id in (one.id, *one.parts) if id in reasons]
    if told:
        return Outcome(one.id, NOT_JUDGED, note=told[0])
    return Outcome(one.id, BROKEN, note="a parameter is missing")


def to_gx(one: Expected) -> Any:
    """GX's expectation; severity, title and meta are what its pages show."""
    import great_expectations.expectations as gxe

    from expectations import vocabulary

    name = "".join(part.capitalize() for part in one.type.split("_"))
    kind = getattr(vocabulary, name, None) or getattr(gxe, name)
    return kind(
        **one.kwargs,
        severity="critical" if one.blocks else "warning",
        description=f"{one.title_zh} {one.title_en}".replace("$", "$$"),
        meta={"id": one.id, "basis": one.basis},
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """GX draws progress bars, warns of its own deprecations and logs what failed with values."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    logger = logging.getLogger("great_expectations")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


@contextmanager
def _datasource(
    suite: Suite, prepare: Sequence[str], bounds: Bounds
) -> Iterator[tuple[Any, Any, Any]]:
    """(context, batch definition, engine); the connection and its files are closed after."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    from expectations import vocabulary  # noqa: F401 - registers the datasource and expectations

    # by default GX makes a temporary folder for a site, and says so
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    source = context.data_sources.add_duckdb(
        name="duckdb",
        threads=bounds.threads,
        memory_limit=bounds.memory_limit,
        temp_directory=str(bounds.spill),
        prepare=list(prepare),
    )
    try:
        asset = source.add_table_asset(suite.relation, table_name=suite.relation)
        batch = asset.add_batch_definition_whole_table(suite.relation)
        yield context, batch, source.get_execution_engine()
    finally:
        source.close()


def _validate(
    context: Any, batch: Any, suite: Suite, judged: Sequence[Expected]
) -> "ExpectationSuiteValidationResult":
    import great_expectations as gx

    made = gx.ExpectationSuite(suite.name, expectations=[to_gx(one) for one in judged])
    definition = gx.ValidationDefinition(
        data=batch, suite=context.suites.add(made), name=suite.name
    )
    added = context.validation_definitions.add(definition)
    result = added.run(result_format=_SUMMARY)
    for each in result.results:
        each.exception_info = _kind_only(each.exception_info or {})
    return result


def _id_of(result: Any) -> str:
    return str(result.expectation_config.meta["id"])


def _outcome(one: Expected, result: Any, engine: Any) -> Outcome:
    if result.exception_info["raised_exception"]:
        return Outcome(one.id, BROKEN, note=result.exception_info["exception_message"])
    kwargs = result.expectation_config.kwargs
    observed, low, high = _measured(result.result, kwargs)
    parts = _parts(one, result.result)
    excess = _excess(observed, low, high)
    if result.success:
        return Outcome(one.id, PASSED, observed, low, high, excess, parts=parts)
    if observed is None or any(part.observed is None for part in parts):
        return Outcome(one.id, BROKEN, None, low, high, note="no value", parts=parts)
    keys, note = _keys(one, result.result, engine)
    return Outcome(one.id, FAILED, observed, low, high, excess, keys, note, parts)


def _left_out(asked: Expected, judged: Expected, outcome: Outcome) -> Outcome:
    """Says how many parts of a group had no limits to be judged by."""
    missing = len(asked.parts) - len(judged.parts)
    if not missing:
        return outcome
    note = f"{missing} 项未判断 of {len(asked.parts)} not judged"
    return replace(outcome, note="; ".join(filter(None, (outcome.note, note))))


def _parts(one: Expected, result: Mapping[str, Any]) -> tuple[Part, ...]:
    found = (result.get("details") or {}).get("parts") or {}
    limits = one.kwargs.get("limits") or {}
    return tuple(Part(name, _number(found.get(name)), *limits[name]) for name in one.parts)


def _kind_only(info: Mapping[str, Any]) -> dict[str, Any]:
    """GX's exceptions as the kind of error that came first: their texts may quote a value."""
    infos = [info] if "raised_exception" in info else list(info.values())
    traces = [
        str(each.get("exception_traceback") or "")
        for each in infos
        if isinstance(each, Mapping) and each.get("raised_exception")
    ]
    kinds = [match[1] if (match := _KIND.search(trace)) else "an error" for trace in traces]
    return {
        "raised_exception": bool(kinds),
        "exception_message": kinds[0] if kinds else None,
        "exception_traceback": None,
    }


def _measured(
    result: Mapping[str, Any], kwargs: Mapping[str, Any]
) -> tuple[float | None, float | None, float | None]:
    """(observed, low, high) as numbers: a map's are the share of values that do not fulfil it."""
    if "unexpected_count" in result:
        # GX judges the share among rows that have a value
        judged = (result.get("element_count") or 0) - (result.get("missing_count") or 0)
        wrong = result["unexpected_count"] / judged if judged else 0.0
        return wrong, None, round(1 - float(kwargs.get("mostly", 1.0)), 9)
    observed = _number(result.get("observed_value"))
    if "limits" in kwargs:
        limits = {tuple(limit) for limit in kwargs["limits"].values()}
        low, high = limits.pop() if len(limits) == 1 else (None, 1.0)
        return observed, _number(low), _number(high)
    if "value" in kwargs:
        return observed, _number(kwargs["value"]), _number(kwargs["value"])
    if "unexpected_rows_query" in kwargs:
        return observed, None, 0.0
    return observed, _number(kwargs.get("min_value")), _number(kwargs.get("max_value"))


def _number(value: Any) -> float | None:
    return None if value is None or isinstance(value, str | list | dict | bool) else float(value)


def _excess(observed: float | None, low: float | None, high: float | None) -> float | None:
    if observed is None or (low is None and high is None):
        return None
    below = low - observed if low is not None else 0.0
    above = observed - high if high is not None else 0.0
    return max(below, above, 0.0)


def _keys(one: Expected, result: Mapping[str, Any], engine: Any) -> tuple[tuple[str, ...], str]:
    """(keys, note); a list of keys that cannot be made does not hide what has failed."""
    different = (result.get("details") or {}).get("different") or []
    query = one.keys_sql or one.kwargs.get("unexpected_rows_query")
    if different and one.parts and query:
        # of a group, keys of those parts that are outside
        query = f"select * from ({query}) where part in ({', '.join(map(_literal, different))})"
    elif different or not query:
        return tuple(different[:MOST_KEYS]), ""
    from sqlalchemy.exc import SQLAlchemyError

    text = query.replace("{batch}", engine_relation(engine))
    try:
        with engine.get_connection() as connection:
            cut = f"select * from ({text}) limit {MOST_KEYS}"
            rows = connection.exec_driver_sql(cut).fetchall()
    except SQLAlchemyError as error:
        return (), f"no keys: {type(error).__name__}"
    return tuple(" ".join("" if part is None else str(part) for part in row) for row in rows), ""


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def engine_relation(engine: Any) -> str:
    """The relation that the engine's active batch is made of."""
    return str(engine.batch_manager.active_batch_data.source_table_name)


def _count(engine: Any, relation: str) -> int:
    with engine.get_connection() as connection:
        row = connection.exec_driver_sql(f"select count(*) from {relation}").fetchone()
    return int(row[0])
