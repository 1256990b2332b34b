"""The office's clock: the one place that asks what time it is.

Acts are recorded with the time that a room is given, never with a time that it looks up, so that a
run can be repeated to the byte: ``XUEWEI_NOW`` (ISO 8601 with a zone) fixes it.
"""

import os
from datetime import UTC, date, datetime, timedelta

from pipelines.errors import UsageError

OFFICE_OFFSET = timedelta(hours=8)
"""Asia/Shanghai: instants are kept in UTC, deadlines count days of the office."""


def clock() -> datetime:
    """The current time in UTC, or the one that ``XUEWEI_NOW`` fixes."""
    fixed = os.environ.get("XUEWEI_NOW")
    if not fixed:
        return datetime.now(UTC)
    try:
        when = datetime.fromisoformat(fixed)
    except ValueError:
        raise UsageError(f"XUEWEI_NOW={fixed!r} is no time", "2026-03-15T09:00:00+08:00") from None
    if when.tzinfo is None:
        raise UsageError(f"XUEWEI_NOW={fixed!r} has no zone", "2026-03-15T09:00:00+08:00")
    return when.astimezone(UTC)


def office_day(when: datetime) -> date:
    """The office's day of an instant, aware or in naive UTC. Others' manifests may tell the last
    hours of the year 9999: those are its last day."""
    try:
        utc = when.astimezone(UTC) if when.tzinfo else when
        return (utc + OFFICE_OFFSET).date()
    except OverflowError:
        return when.date()
