"""What Dagster loads: the definitions of the data home that ``XUEWEI_HOME`` names."""

import dagster as dg

from pipelines.clock import clock
from pipelines.home import Home
from pipelines.orchestration.build import build_definitions


@dg.definitions
def defs() -> dg.Definitions:
    """Built when Dagster asks for it: importing this module reads nothing."""
    return build_definitions(Home.at().make(), clock().date())
