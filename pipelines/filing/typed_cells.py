"""Cells that are numbers or dates, as text: their own digits, and what kind of cell they were.

A spreadsheet keeps 15 significant digits: a longer identity or certificate number typed as a
number has lost its end. A short whole number is as it was but for its leading zeros. What fields
hold is not asked here.
"""

import polars as pl

from pipelines.filing.table import DATE, LOSSY, WHOLE, WRONG

FEWEST_LOST = 1e15
"""From here on a number has more than 15 digits before the point."""
LAST_DAY = 2_958_465
"""31 December 9999, counted in days since 30 December 1899."""
_LEAP_BUG = 61
"""Spreadsheets count a 29 February 1900 that never was: earlier days are one off."""


def read_numbers(text: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Numbers written by a program (``2.0260108E7``, ``1.0``): their text and kind."""
    value = text.str.strip_chars().cast(pl.Float64, strict=False)
    known = value.is_finite().fill_null(False)
    whole = known & (value == value.floor()) & (value.abs() < FEWEST_LOST)
    digits = pl.when(whole).then(value).otherwise(0).cast(pl.Int64).cast(pl.String)
    landed = pl.when(whole).then(digits).otherwise(text)
    kind = pl.when(whole).then(WHOLE).when(known).then(LOSSY).otherwise(WRONG)
    return landed, kind.cast(pl.Int64)


def read_serial_dates(text: pl.Expr, since_1904: bool) -> tuple[pl.Expr, pl.Expr]:
    """Days since the beginning of 1900 or 1904 as ISO dates, with the time where there is one."""
    value = text.str.strip_chars().cast(pl.Float64, strict=False)
    known = value.is_finite().fill_null(False)
    days = (
        value + 1462 if since_1904 else value + pl.when(value < _LEAP_BUG - 1).then(1).otherwise(0)
    )
    known = known & (days >= 0) & (days < LAST_DAY + 1)
    seconds = pl.when(known).then((days * 86_400).round()).otherwise(0).cast(pl.Int64)
    instant = pl.lit("1899-12-30").str.to_datetime(time_unit="ms") + pl.duration(seconds=seconds)
    day, full = instant.dt.strftime("%Y-%m-%d"), instant.dt.strftime("%Y-%m-%d %H:%M:%S")
    shown = pl.when(seconds % 86_400 == 0).then(day).otherwise(full)
    landed = pl.when(known).then(shown).otherwise(text)
    return landed, pl.lit(DATE, pl.Int64)
