"""What a fault does to the columns of a record: expressions and a few functions over small frames.

Every function takes the faulty rows only and returns them changed.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from pipelines.simulate.identity import check_characters

FREE_AREA = "510201"
"""An abolished address code, valid for life, that the simulation deals to nobody."""

Change = Callable[[pl.DataFrame], pl.DataFrame]


def setting(**columns: pl.Expr | str) -> Change:
    """Sets columns to texts or expressions, all computed from the row as it was."""
    expressions = [
        (pl.lit(value) if isinstance(value, str) else value).alias(code)
        for code, value in columns.items()
    ]

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(expressions)

    return change


def shifted_year(code: str, years: int) -> pl.Expr:
    """The date or month of that column, so many years later; an empty cell stays empty."""
    column = pl.col(code)
    year = column.str.slice(0, 4).cast(pl.Int32, strict=False) + years
    moved = pl.concat_str([year.cast(pl.String), column.str.slice(4)])
    return pl.when(column == "").then(column).otherwise(moved)


def certificate_year(years: int) -> pl.Expr:
    """The certificate number with its year moved."""
    number = pl.col("XWZSBH")
    year = number.str.slice(6, 4).cast(pl.Int32) + years
    return pl.concat_str([number.str.slice(0, 6), year.cast(pl.String), number.str.slice(10)])


def other(code: str, first: str, second: str) -> pl.Expr:
    """``first``, or ``second`` where the column holds ``first`` already."""
    return pl.when(pl.col(code) == first).then(pl.lit(second)).otherwise(pl.lit(first))


def month_after(code: str, months: int) -> pl.Expr:
    """A month CCYYMM so many months after the (date or month) column."""
    year = pl.col(code).str.slice(0, 4).cast(pl.Int32)
    month = pl.col(code).str.slice(4, 2).cast(pl.Int32)
    total = year * 12 + month - 1 + months
    number = total // 12 * 100 + total % 12 + 1
    return number.cast(pl.String)


def months_before_graduation(bachelor: int, master: int, doctor: int) -> pl.Expr:
    """An enrolment month so long before graduation, by level."""
    letter = pl.col("letter")
    return (
        pl.when(letter == "B")
        .then(month_after("BYNY", -bachelor))
        .when(letter == "M")
        .then(month_after("BYNY", -master))
        .otherwise(month_after("BYNY", -doctor))
    )


def born_at_age(bachelor: int, master: int, doctor: int) -> Change:
    """Makes the person that old on the conferral day: birth date and identity number agree."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        letter = pl.col("letter")
        age = pl.when(letter == "B").then(bachelor).when(letter == "M").then(master)
        year = pl.col("HXWRQ").str.slice(0, 4).cast(pl.Int32) - age.otherwise(doctor)
        born = frame.with_columns(
            pl.concat_str([year.cast(pl.String), pl.lit("0101")]).alias("CSRQ")
        )
        return renumbered(born)

    return change


def renumbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Identity numbers with the birth date of CSRQ and a right check character."""
    body = frame.select(
        pl.concat_str(
            [pl.col("ZJHM").str.slice(0, 6), pl.col("CSRQ"), pl.col("ZJHM").str.slice(14, 3)]
        )
    ).to_series()
    matrix = np.array(body.to_list(), dtype="S17").view(np.uint8).reshape(-1, 17)
    checks = check_characters(matrix).tobytes().decode("ascii")
    return frame.with_columns((body + pl.Series(list(checks), dtype=pl.String)).alias("ZJHM"))


def day_after_birth() -> pl.Expr:
    """A birth date one or more days off, still a real date of the same month."""
    day = pl.col("CSRQ").str.slice(6, 2).cast(pl.Int32) % 28 + 1
    return pl.concat_str([pl.col("CSRQ").str.slice(0, 6), day.cast(pl.String).str.zfill(2)])


def wrong_check() -> pl.Expr:
    """The identity number with another last character."""
    number = pl.col("ZJHM")
    last = number.str.slice(17, 1).replace_strict(
        list("0123456789X"), [*list("1234567890"), "5"], return_dtype=pl.String
    )
    return number.str.slice(0, 17) + last


def in_full_width(code: str, characters: int) -> pl.Expr:
    """The column with its last ``characters`` (negative; 0: all) in full width."""
    column = pl.col(code)
    wide = {chr(number): chr(number + 0xFEE0) for number in range(0x21, 0x7F)}
    tail = column.str.slice(characters) if characters else column
    head = column.str.head(characters) if characters else pl.lit("")
    return pl.concat_str([head, tail.str.replace_many(wide)])


def in_sequence(*changes: Change) -> Change:
    """One change after the other."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        for one in changes:
            frame = one(frame)
        return frame

    return change


def moved_area(frame: pl.DataFrame) -> pl.DataFrame:
    """Identity numbers with another address code, and a right check character."""
    number = pl.col("ZJHM")
    moved = frame.with_columns(
        pl.concat_str([pl.lit(FREE_AREA), number.str.slice(6)]).alias("ZJHM")
    )
    return renumbered(moved)
