"""The national side by semester: formal examination of handovers, then (by dbt) the register."""

from datetime import date

import dagster as dg

from pipelines.orchestration.confidential import confidential
from pipelines.orchestration.office import Office
from pipelines.orchestration.partitions import semester_partitions
from pipelines.orchestration.province import HANDOVER, sheet_result
from pipelines.orchestration.quality import quality_checks
from pipelines.orchestration.waiting import failed_provinces
from pipelines.quality.results import NATIONAL
from pipelines.register.agreement import agree_nation
from pipelines.register.formal import examine_handovers
from pipelines.register.missing import expected_provinces, missing_provinces

FORMAL = dg.AssetKey(["national", "examination", "handover"])
NATIONAL_REGISTER = dg.AssetKey(["national", "core", "degree_record"])
NATIONAL_SHEET = dg.AssetKey(["national", "report", "semester_summary"])
NATIONAL_SUMMARY = dg.AssetKey(["national", "marts", "semester_summary"])


def national_assets(today: date) -> list[dg.AssetsDefinition]:
    """The formal examination of a semester's handovers."""

    @dg.asset(
        key=FORMAL,
        deps=[dg.AssetDep(HANDOVER, partition_mapping=dg.MultiToSingleDimensionPartitionMapping())],
        partitions_def=semester_partitions(today),
        group_name="national",
        kinds={"json"},
        description="国家级形式审查 / formal examination of handovers",
    )
    def formal_examination(
        context: dg.AssetExecutionContext, office: Office
    ) -> dg.MaterializeResult:
        with confidential("formal examination"):
            done = examine_handovers(office.home, context.partition_key, now=office.now())
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(item.rows for item in done),
                "approved": sum(item.outcome == "approve" for item in done),
                "returned": sum(item.outcome == "return" for item in done),
                "seconds": round(sum(item.seconds for item in done), 3),
            }
        )

    @dg.asset(
        key=NATIONAL_SHEET,
        deps=[NATIONAL_SUMMARY],
        partitions_def=semester_partitions(today),
        group_name="national",
        kinds={"excel"},
        description="全国学位授予信息总体情况汇总表 / the nation's semester summary as a sheet",
    )
    def national_sheet(context: dg.AssetExecutionContext, office: Office) -> dg.MaterializeResult:
        with confidential("semester summary"):
            return sheet_result(office, context.partition_key, None)

    return [formal_examination, national_sheet]


def national_checks(today: date) -> list[dg.AssetChecksDefinition]:
    """What must hold before the national marts, and after them."""
    partitions = semester_partitions(today)

    @dg.asset_check(
        asset=NATIONAL_REGISTER,
        partitions_def=partitions,
        blocking=True,
        description="无省份缺报或未通过 / no province missing or failed",
    )
    def no_province_missing(
        context: dg.AssetCheckExecutionContext, office: Office
    ) -> dg.AssetCheckResult:
        semester = context.partition_key
        with confidential("no_province_missing"):
            missing = missing_provinces(office.home, semester)
            failed = failed_provinces(office.home, semester)
            expected = expected_provinces(office.home, semester)
        return dg.AssetCheckResult(
            passed=not missing and not failed,
            metadata={
                "expected": len(expected),
                "missing": ", ".join(f"{p.code} {p.name_zh} {p.name_en}" for p in missing),
                "failed": ", ".join(f"{p.code} {p.name_zh} {p.name_en}" for p in failed),
            },
        )

    @dg.asset_check(
        asset=NATIONAL_SUMMARY,
        partitions_def=partitions,
        blocking=True,
        description="省级移交与国家登记数量一致 / amounts agree from handovers to marts",
    )
    def national_amounts_agree(
        context: dg.AssetCheckExecutionContext, office: Office
    ) -> dg.AssetCheckResult:
        with confidential("national_amounts_agree"):
            agreements = agree_nation(office.home, context.partition_key)
        return dg.AssetCheckResult(
            passed=all(item.ok for item in agreements),
            metadata={item.name: f"{item.found} / {item.expected}" for item in agreements},
        )

    return [
        no_province_missing,
        national_amounts_agree,
        quality_checks("national_register", NATIONAL_REGISTER, partitions, _nation),
        quality_checks("national_marts", NATIONAL_SUMMARY, partitions, _nation),
    ]


def _nation(context: dg.AssetCheckExecutionContext) -> tuple[str, str]:
    return NATIONAL, context.partition_key
