"""The resource that assets work with: the data home and the office's clock."""

from datetime import datetime

import dagster as dg

from pipelines.clock import clock
from pipelines.home import Home


class Office(dg.ConfigurableResource):
    """A data home, the time at which acts are recorded, and the named policy that decides."""

    root: str
    review: str = "automatic"

    @property
    def home(self) -> Home:
        return Home.at(self.root)

    def now(self) -> datetime:
        """The time of an act, aware and in UTC."""
        return clock()
