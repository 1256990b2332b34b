"""What starts by itself: a sensor for packages in the inbox, a schedule for a semester's end."""

from datetime import date, timedelta

import dagster as dg

from pipelines.filing.sorting import packages_in, sort_inbox, waiting_partitions
from pipelines.orchestration.confidential import RETRY_TAG
from pipelines.orchestration.office import Office
from pipelines.orchestration.partitions import multi_key, semester_names
from pipelines.standard.semesters import Semester

PROVINCE_JOB = dg.define_asset_job(
    "province_semester",
    selection=dg.AssetSelection.groups("province"),
    tags={RETRY_TAG: "false"},
    description="一个省一个学期：从报送到移交 / a province's semester, from filing to handover",
)

NATIONAL_JOB = dg.define_asset_job(
    "national_semester",
    selection=dg.AssetSelection.groups("national"),
    tags={RETRY_TAG: "false", "xuewei/scope": "national"},
    description="一个学期的国家级登记 / the national register of a semester",
)

COMPLETE_AFTER = timedelta(days=60)
"""30 days to file and 30 to review: a semester is complete two months after its end."""


@dg.sensor(
    job=PROVINCE_JOB,
    minimum_interval_seconds=60,
    description="收件箱有报送包时，按省份和学期启动运行 / "
    "packages in the inbox start a run for their province and semester",
)
def inbox_sensor(
    context: dg.SensorEvaluationContext,  # noqa: ARG001
    office: Office,
) -> dg.SensorResult | dg.SkipReason:
    """Sorts the inbox and requests a run for each province and semester that has packages.

    A run key names the waiting packages, so that what waits is requested once and a later package
    again; the run queue keeps two runs of a province apart. A package for a semester that has no
    partition is left waiting: a request for it would fail the tick, and so stop all others.
    """
    sort_inbox(office.home, now=office.now())
    semesters = set(semester_names(office.now().date()))
    requests = [
        dg.RunRequest(
            run_key=run_key(office, province, semester), partition_key=multi_key(province, semester)
        )
        for province, semester in waiting_partitions(office.home)
        if semester in semesters
    ]
    if not requests:
        return dg.SkipReason("没有等待接收的报送包 / no package waits")
    return dg.SensorResult(run_requests=requests)


def run_key(office: Office, province: str, semester: str) -> str:
    """Names what waits: the newest package's time and the number of packages."""
    packages = packages_in(office.home.waiting(province, semester))
    newest = max((path.stat().st_mtime_ns for path in packages), default=0)
    return f"{province}|{semester}|{newest}|{len(packages)}"


@dg.schedule(
    job=NATIONAL_JOB,
    cron_schedule="0 3 1 5,11 *",
    execution_timezone="Asia/Shanghai",
    description="学期结束两个月后汇总全国 / the nation, two months after a semester's end",
)
def semester_end(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Requests the national run of the semester that is complete by now."""
    return dg.RunRequest(
        partition_key=str(complete_semester(context.scheduled_execution_time.date()))
    )


def complete_semester(day: date) -> Semester:
    """The latest semester that ended at least 60 days before ``day``."""
    semester = Semester.of(day)
    while semester.last_day + COMPLETE_AFTER > day:
        semester = semester.previous
    return semester
