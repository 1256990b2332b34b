"""The assembly: every asset, check, job, sensor and schedule for a data home."""

from datetime import date

import dagster as dg

from pipelines.home import Home
from pipelines.orchestration.automation import (
    NATIONAL_JOB,
    PROVINCE_JOB,
    inbox_sensor,
    semester_end,
)
from pipelines.orchestration.dbt_assets import dbt_assets
from pipelines.orchestration.national import national_assets, national_checks
from pipelines.orchestration.office import Office
from pipelines.orchestration.province import province_assets, province_checks
from pipelines.orchestration.quiet import quiet_warnings
from pipelines.register.nodes import read_nodes


def build_definitions(home: Home, today: date, review: str = "automatic") -> dg.Definitions:
    """Fresh definitions on a data home; tests and the command line use the same.

    ``today`` decides up to which semester there are partitions.
    """
    quiet_warnings()
    manifest = read_nodes()
    return dg.Definitions(
        assets=[*province_assets(today), *national_assets(today), *dbt_assets(manifest, today)],
        asset_checks=[*province_checks(today), *national_checks(today)],
        jobs=[PROVINCE_JOB, NATIONAL_JOB],
        sensors=[inbox_sensor],
        schedules=[semester_end],
        # a process a step would cost 1-5 s each, for work of tenths of a second
        executor=dg.in_process_executor,
        resources={"office": Office(root=str(home.root), review=review)},
    )
