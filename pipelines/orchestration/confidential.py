"""Errors inside Dagster: an event may be read by people who must not see a record.

Our own errors hold no value of a record and are shown. Those of DuckDB, Polars or Python may quote
one (a cast that failed, a path, a row), so only their kind is shown.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from pipelines.errors import XueweiError

RETRY_TAG = "dagster/retry_on_asset_or_op_failure"
"""Stamped ``false`` on runs: what failed here fails again until somebody has looked."""


@contextmanager
def confidential(step: str) -> Iterator[None]:
    """Turns whatever goes wrong inside into a failure that is not retried and quotes no record."""
    try:
        yield
    except XueweiError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"exit_code": error.exit_code},
            allow_retries=False,
        ) from None
    except Exception as error:
        if os.environ.get("XUEWEI_DEBUG") == "1":
            raise
        raise dg.Failure(
            description=f"{step} stopped with {type(error).__name__}. Its message is withheld "
            "since it may quote a record; XUEWEI_DEBUG=1 shows it to who may see it.",
            allow_retries=False,
        ) from None
