"""The provincial assets before and after dbt: landing, findings, decisions, handover."""

import time
from collections.abc import Iterator
from datetime import date

import dagster as dg

from pipelines.errors import MissingInputError
from pipelines.examination.examine import examine
from pipelines.examination.feedback import write_feedback
from pipelines.examination.triage import write_triage
from pipelines.filing.landing import land
from pipelines.filing.sorting import sort_inbox
from pipelines.home import Home
from pipelines.orchestration.confidential import confidential
from pipelines.orchestration.office import Office
from pipelines.orchestration.partitions import partition_of, province_partitions
from pipelines.orchestration.quality import check_results, check_specs, quality_checks
from pipelines.quality.gate import require_open
from pipelines.quality.sealing import seal
from pipelines.register.agreement import agree_province
from pipelines.register.files import sha256_of
from pipelines.register.handover import HandedOver
from pipelines.register.summary import write_summary
from pipelines.review.policies import policy

LANDING = dg.AssetKey(["province", "landing", "filing"])
FINDINGS = dg.AssetKey(["province", "examination", "finding"])
DECISIONS = dg.AssetKey(["province", "review", "decision"])
HANDOVER = dg.AssetKey(["province", "handover", "degree_record"])
SUMMARY = dg.AssetKey(["province", "marts", "semester_summary"])
SHEET = dg.AssetKey(["province", "report", "semester_summary"])
REGISTER = dg.AssetKey(["province", "core", "degree_record"])

Handing = Iterator[dg.AssetCheckResult | dg.MaterializeResult]


def batches(home: Home, province: str, semester: str) -> list[str]:
    """Landed batches of a partition, oldest first."""
    folder = home.landing(province, semester)
    found = [path for path in folder.glob("b-*") if path.is_dir()] if folder.exists() else []
    return [path.name for path in sorted(found, key=lambda path: (path.stat().st_mtime, path.name))]


def province_assets(today: date) -> list[dg.AssetsDefinition]:
    """Landing, findings, decisions and handover of a province's semester."""
    partitions = province_partitions(today)

    @dg.asset(
        key=LANDING,
        partitions_def=partitions,
        group_name="province",
        kinds={"parquet"},
        description="报送包：核验、存档、按原样落地 / packages verified, archived, landed as text",
    )
    def landing(context: dg.AssetExecutionContext, office: Office) -> dg.MaterializeResult:
        province, semester = partition_of(context)
        with confidential("landing"):
            sort_inbox(office.home, now=office.now())
            landed = land(office.home, province, semester, now=office.now())
        return dg.MaterializeResult(
            metadata={
                "batch": landed.batch or "",
                "dagster/row_count": landed.lines,
                "filings": landed.filings,
                "duplicates": landed.duplicates,
                "refused": landed.refused,
                "bytes": landed.bytes,
                "seconds": round(landed.seconds, 3),
            }
        )

    @dg.asset(
        key=FINDINGS,
        deps=[LANDING],
        partitions_def=partitions,
        group_name="province",
        kinds={"duckdb", "parquet"},
        description="审核发现 / findings of all rules over all records",
    )
    def findings(context: dg.AssetExecutionContext, office: Office) -> dg.MaterializeResult:
        province, semester = partition_of(context)
        with confidential("examination"):
            done = [
                examine(office.home, province, semester, batch)
                for batch in batches(office.home, province, semester)
            ]
        new = [item for item in done if item.fresh]
        return dg.MaterializeResult(
            metadata={
                "batches": ", ".join(item.batch for item in new),
                "dagster/row_count": sum(i.errors + i.holds + i.warnings for i in new),
                "lines": sum(item.lines for item in new),
                "errors": sum(item.errors for item in new),
                "holds": sum(item.holds for item in new),
                "warnings": sum(item.warnings for item in new),
                "seconds": round(sum(item.seconds for item in done), 3),
            }
        )

    @dg.asset(
        key=DECISIONS,
        deps=[FINDINGS],
        partitions_def=partitions,
        group_name="province",
        kinds={"json"},
        description="审核决定与反馈 / decisions and feedback to institutions",
    )
    def decisions(context: dg.AssetExecutionContext, office: Office) -> dg.MaterializeResult:
        province, semester = partition_of(context)
        started, decided = time.monotonic(), []
        feedback = 0
        with confidential("review"):
            decide = policy(office.review)
            for batch in batches(office.home, province, semester):
                decided.append(decide(office.home, province, semester, batch, now=office.now()))
                feedback += write_feedback(office.home, province, semester, batch)
            write_triage(office.home, province, semester, now=office.now())
        new = [item for item in decided if item.fresh]
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": sum(item.approved + item.returned for item in new),
                "approved": sum(item.approved for item in new),
                "returned": sum(item.returned for item in new),
                "lines_accepted": sum(item.lines_accepted for item in new),
                "lines_held": sum(item.lines_held for item in new),
                "lines_returned": sum(item.lines_returned for item in new),
                "feedback": feedback,
                "seconds": round(time.monotonic() - started, 3),
            }
        )

    return [landing, findings, decisions, _handover(partitions), _sheet(partitions)]


def _handover(partitions: dg.MultiPartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        key=HANDOVER,
        deps=[REGISTER],
        check_specs=check_specs("handover", HANDOVER, partitions),
        partitions_def=partitions,
        group_name="province",
        kinds={"parquet"},
        description="报送国务院学位办的备案数据 / sealed handover to the national office",
    )
    def handover(context: dg.AssetExecutionContext, office: Office) -> Handing:
        province, semester = partition_of(context)
        with confidential("handover"):
            sealing = seal(office.home, province, semester, now=office.now())
        yield from check_results(office.home, "handover", HANDOVER, sealing.gate)
        with confidential("handover"):
            if sealing.gate:
                require_open(sealing.gate)
        yield sealed_result(sealing.sealed)

    return handover


def sealed_result(sealed: HandedOver | None) -> dg.MaterializeResult:
    """What was sealed; nothing new where the register had nothing more."""
    if sealed is None:
        return dg.MaterializeResult(metadata={"dagster/row_count": 0, "seconds": 0.0})
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sealed.rows,
            "sequence": sealed.sequence,
            "sha256": sealed.sha256,
            "seconds": round(sealed.seconds, 3),
        }
    )


def _sheet(partitions: dg.MultiPartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        key=SHEET,
        deps=[SUMMARY],
        partitions_def=partitions,
        group_name="province",
        kinds={"excel"},
        description="学位授予信息总体情况汇总表 / the semester summary as a sheet",
    )
    def sheet(context: dg.AssetExecutionContext, office: Office) -> dg.MaterializeResult:
        province, semester = partition_of(context)
        with confidential("semester summary"):
            return sheet_result(office, semester, province)

    return sheet


def sheet_result(office: Office, semester: str, province: str | None) -> dg.MaterializeResult:
    """Writes a semester summary; a register without the semester has none."""
    started = time.monotonic()
    try:
        sheets = write_summary(office.home, semester, province, now=office.now())
    except MissingInputError:
        return dg.MaterializeResult(metadata={"written": False, "seconds": 0.0})
    return dg.MaterializeResult(
        metadata={
            "written": True,
            "degrees": sheets.degrees,
            "file": sheets.xlsx.relative_to(office.home.root).as_posix(),
            "sha256": sha256_of(sheets.xlsx),
            "seconds": round(time.monotonic() - started, 3),
        }
    )


def province_checks(today: date) -> list[dg.AssetChecksDefinition]:
    """Amounts that must agree before anything leaves the province."""

    @dg.asset_check(
        asset=HANDOVER,
        partitions_def=province_partitions(today),
        blocking=True,
        description="各环节数量一致 / amounts agree from landing to handover",
    )
    def amounts_agree(
        context: dg.AssetCheckExecutionContext, office: Office
    ) -> dg.AssetCheckResult:
        province, semester = partition_of(context)
        with confidential("amounts_agree"):
            agreements = agree_province(office.home, province, semester)
        return dg.AssetCheckResult(
            passed=all(item.ok for item in agreements),
            metadata={item.name: f"{item.found} / {item.expected}" for item in agreements},
        )

    partitions = province_partitions(today)
    return [
        amounts_agree,
        quality_checks("landing", LANDING, partitions, partition_of),
        quality_checks("province_register", REGISTER, partitions, partition_of),
        quality_checks("province_marts", SUMMARY, partitions, partition_of),
    ]
