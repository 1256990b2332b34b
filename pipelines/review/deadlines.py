"""How long a review took (R22): counted in days of the office, from submission to decision."""

from datetime import datetime

import polars as pl

from pipelines.clock import OFFICE_OFFSET, office_day
from pipelines.standard.deadlines import REVIEW_DAYS


def with_review_days(filings: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """``filings`` with ``review_days`` (Int32) and ``review_overdue`` (Boolean).

    ``submitted_at`` is in naive UTC; NULL, as of a filing whose manifest cannot be read, gives
    NULL. ``now`` is the decision's time, aware.
    """
    submitted_on = (pl.col("submitted_at") + OFFICE_OFFSET).dt.date()
    days = (pl.lit(office_day(now)) - submitted_on).dt.total_days().cast(pl.Int32)
    return filings.with_columns(review_days=days, review_overdue=days > REVIEW_DAYS)
