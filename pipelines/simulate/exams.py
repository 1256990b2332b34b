"""National examinations of applicants of equivalent qualification (Art. 13(1)), as a register."""

import numpy as np
import polars as pl

from pipelines.home import Home
from pipelines.simulate.plan import Stream

EXAMS = ("foreign_language", "subject")
RESULTS = {
    "institution_code": pl.String,
    "application_number": pl.String,
    "id_number": pl.String,
    "exam": pl.String,
    "passed_on": pl.Date,
}


def exam_results(numbers: Stream, frame: pl.DataFrame, missing: pl.Series) -> pl.DataFrame:
    """Results (``RESULTS``) of the masters of equivalent qualification among the records.

    Both examinations were passed one to three years before the conferral. Where ``missing`` holds,
    the first, or both, was not.
    """
    applicants = frame.with_columns(missing=missing).filter(pl.col("category") == "M2")
    odd = pl.Series(np.arange(len(applicants)) % 2 == 1, dtype=pl.Boolean)
    parts = [pl.DataFrame(schema=RESULTS)]
    for exam, gone in zip(EXAMS, (applicants["missing"], applicants["missing"] & odd), strict=True):
        days = pl.Series(numbers.integers(400, 1100, len(applicants)), dtype=pl.Int64)
        passed = pl.col("HXWRQ").str.to_date("%Y%m%d") - pl.duration(days=pl.lit(days))
        results = applicants.select(
            pl.col("XWSYDWM").alias("institution_code"),
            pl.col("SQXWBH").alias("application_number"),
            pl.col("ZJHM").alias("id_number"),
            pl.lit(exam).alias("exam"),
            passed.alias("passed_on"),
        )
        parts.append(results.filter(~gone))
    return pl.concat(parts)


def write_results(home: Home, province: str, results: list[pl.DataFrame]) -> None:
    """Writes the province's results, with those of people whom the home knows already."""
    folder = home.reference / "exam_results"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{province}.parquet"
    made = pl.concat([pl.DataFrame(schema=RESULTS), *results])
    if path.exists():
        key = ["application_number", "id_number"]
        made = pl.concat(
            [pl.read_parquet(path).join(made, on=key, how="anti", maintain_order="left"), made]
        )
    made.write_parquet(path, compression="zstd")
