"""Partitions: province (GB/T 2260, two digits) x semester; the national side by semester."""

from datetime import date

import dagster as dg

from pipelines.standard.codes import code_table
from pipelines.standard.semesters import FIRST, Semester


def province_codes() -> list[str]:
    """The 31 provinces that the regulation addresses; the military one is a partition elsewhere."""
    return [row["code"] for row in code_table("province").rows if row["in_scope"] == "Y"]


def semester_names(today: date) -> list[str]:
    """All semesters from the first one to the one after today's."""
    last = Semester.of(today).next
    names, semester = [], FIRST
    while semester <= last:
        names.append(str(semester))
        semester = semester.next
    return names


def semester_partitions(today: date) -> dg.StaticPartitionsDefinition:
    """The national side's partitions."""
    return dg.StaticPartitionsDefinition(semester_names(today))


def province_partitions(today: date) -> dg.MultiPartitionsDefinition:
    """Province x semester. Runs carry the tag ``dagster/partition/province``."""
    return dg.MultiPartitionsDefinition(
        {
            "province": dg.StaticPartitionsDefinition(province_codes()),
            "semester": semester_partitions(today),
        }
    )


def partition_of(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
) -> tuple[str, str]:
    """Province and semester of a run's partition."""
    key = context.partition_key
    if not isinstance(key, dg.MultiPartitionKey):
        raise TypeError(f"not a province x semester partition: {key}")
    keys = key.keys_by_dimension
    return keys["province"], keys["semester"]


def multi_key(province: str, semester: str) -> dg.MultiPartitionKey:
    """The partition key of a province's semester."""
    return dg.MultiPartitionKey({"province": province, "semester": semester})
