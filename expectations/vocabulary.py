"""Expectations of ours, where GX has none: a measure within limits, columns with their types.

A measure is an SQL aggregate over the batch. All measures and all of GX's own counts of a suite are
computed in one query: fifty of them cost one scan.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.compatibility import pydantic
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.core.suite_parameters import SuiteParameterDict
from great_expectations.execution_engine import ExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

from expectations.duckdb_datasource import DuckDBExecutionEngine

Number = float | int | SuiteParameterDict | None


class _Measure(TableMetricProvider):
    metric_name = "table.measure"
    value_keys = ("measure",)

    @metric_partial(
        engine=DuckDBExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type="table",
    )
    def _duckdb(
        cls,  # noqa: N805
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: Any,
    ) -> Any:
        # as a double: GX cannot write a decimal into its JSON; with a count, that is always there:
        # a subquery alone is no aggregate and would be a row for each row of the batch
        value = f"case when count(*) >= 0 then ({metric_value_kwargs['measure']})::DOUBLE end"
        aggregate: Any = sa.literal_column(value)
        return aggregate, metric_domain_kwargs, {}


class ExpectMeasureToBeBetween(BatchExpectation):
    """``measure``, an SQL aggregate over the batch, lies between the limits (both included).

    A measure without a value (NULL: nothing to measure) fails unless both limits are None.
    """

    measure: str
    min_value: Number = None
    max_value: Number = None

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.measure",)
    success_keys: ClassVar[tuple[str, ...]] = ("measure", "min_value", "max_value")
    args_keys: ClassVar[tuple[str, ...]] = ("measure", "min_value", "max_value")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: ExecutionEngine | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        value = metrics["table.measure"]
        kwargs = self._get_success_kwargs()
        low, high = kwargs["min_value"], kwargs["max_value"]
        if value is None:
            return {"success": low is None and high is None, "result": {"observed_value": None}}
        inside = (low is None or value >= low) and (high is None or value <= high)
        return {"success": bool(inside), "result": {"observed_value": value}}


class ExpectMeasuresToBeBetween(BatchExpectation):
    """Each of ``measures`` (name to SQL aggregate) lies between its own ``limits`` (name to
    [low, high], None where open).

    Observed: the worst of them; its value where all limits are the same, else its distance from the
    middle of its limits in half-widths (1 is at the limit). ``details.parts`` has all values,
    ``details.different`` the names of those outside. A measure without a value is outside.
    """

    measures: dict[str, str]
    limits: dict[str, list[float | None]]

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.measure",)
    success_keys: ClassVar[tuple[str, ...]] = ("measures", "limits")
    args_keys: ClassVar[tuple[str, ...]] = ("measures", "limits")

    @pydantic.root_validator
    def _same_names(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805
        measures, limits = values.get("measures") or {}, values.get("limits") or {}
        if not measures or set(measures) != set(limits):
            raise ValueError("measures and limits: the same names, at least one")
        return values

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> ValidationDependencies:
        found = super(BatchExpectation, self).get_validation_dependencies(
            execution_engine=execution_engine, runtime_configuration=runtime_configuration
        )
        for name, measure in self.measures.items():
            metric = MetricConfiguration(
                "table.measure", {"batch_id": self.batch_id}, {"measure": measure}
            )
            found.set_metric_configuration(metric_name=name, metric_configuration=metric)
        return found

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: ExecutionEngine | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        parts = {name: metrics[name] for name in self.measures}
        outside = [name for name, value in parts.items() if not _inside(value, self.limits[name])]
        details = {"parts": parts, "different": outside}
        return {
            "success": not outside,
            "result": {"observed_value": worst(parts, self.limits), "details": details},
        }


def worst(
    parts: Mapping[str, float | None], limits: Mapping[str, list[float | None]]
) -> float | None:
    """The value of the part that is farthest out, or its distance where limits differ."""
    known = {name: value for name, value in parts.items() if value is not None}
    if not known:
        return None
    far = max(known, key=lambda name: distance(known[name], *limits[name]))
    alike = len({tuple(limit) for limit in limits.values()}) == 1
    return known[far] if alike else distance(known[far], *limits[far])


def distance(value: float, low: float | None, high: float | None) -> float:
    """From the middle of the limits in half-widths; from 0 where one end is open. 1: at the limit.

    At most 1000, so that limits without any width still tell more from less.
    """
    middle = (low + high) / 2 if low is not None and high is not None else 0.0
    ends = [abs(end - middle) for end in (low, high) if end is not None]
    half = max(ends, default=0.0)
    if not ends or value == middle:
        return 0.0
    if low is not None and high is None:  # the more, the better
        return min(1000.0, low / value) if value > 0 else 1000.0
    return min(1000.0, abs(value - middle) / half) if half else 1000.0


def _inside(value: float | None, limit: list[float | None]) -> bool:
    low, high = limit
    return value is not None and (low is None or value >= low) and (high is None or value <= high)


class ExpectTableColumnTypesToEqual(BatchExpectation):
    """The batch has these columns in this order, each of its DuckDB type.

    ``column_types``: [name, type] pairs. Observed: the number of columns; ``details.different``:
    names of columns that are missing, of another type, in another place or not expected.
    """

    column_types: list[list[str]]

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.column_types",)
    success_keys: ClassVar[tuple[str, ...]] = ("column_types",)
    args_keys: ClassVar[tuple[str, ...]] = ("column_types",)

    @pydantic.validator("column_types")
    def _pairs(cls, value: list[list[str]]) -> list[list[str]]:  # noqa: N805
        if not value or any(len(pair) != 2 for pair in value):
            raise ValueError("column_types: [name, type] pairs, at least one")
        return value

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,  # noqa: ARG002
        execution_engine: ExecutionEngine | None = None,  # noqa: ARG002
    ) -> dict[str, Any]:
        found = [(str(c["name"]), _type_name(c["type"])) for c in metrics["table.column_types"]]
        expected = [(name, _plain(type_)) for name, type_ in self.column_types]
        different = sorted({name for name, _ in set(found) ^ set(expected)})
        if not different and found != expected:
            different = [a[0] for a, b in zip(found, expected, strict=True) if a != b]
        result = {"observed_value": len(found), "details": {"different": different}}
        return {"success": not different, "result": result}


def _type_name(type_: Any) -> str:
    return _plain(str(type_))


def _plain(type_: str) -> str:
    """One spelling a type: SQLAlchemy says NUMERIC(3, 1) and TEXT for DECIMAL(3,1) and VARCHAR."""
    name = type_.upper().replace(" ", "").replace("NUMERIC", "DECIMAL")
    return {"TEXT": "VARCHAR", "STRING": "VARCHAR", "FLOAT": "DOUBLE"}.get(name, name)
