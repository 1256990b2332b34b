"""Lines of a decision, written as people write them: ``2-5,9``."""

from pathlib import Path

import polars as pl


def line_ranges(lines: pl.DataFrame, files: Path) -> dict[int, dict[str, dict[str, str]]]:
    """``{filing_no: {"held": {file: "2-5,9"}, "returned": {...}}}`` of the lines not accepted.

    ``lines`` has filing_no, file_no, line, verdict; ``files`` is the batch's files.parquet.
    """
    paths = pl.read_parquet(files, columns=["file_no", "path"])
    group = ["filing_no", "verdict", "file_no"]
    ordered = lines.sort([*group, "line"])
    run = (pl.col("line") - pl.col("line").rank("ordinal").over(group).cast(pl.Int64)).alias("run")
    first, last = pl.col("line").min(), pl.col("line").max()
    text = (
        pl.when(first == last)
        .then(first.cast(pl.String))
        .otherwise(pl.concat_str(first, pl.lit("-"), last))
    )
    runs = (
        ordered.with_columns(run)
        .group_by([*group, "run"], maintain_order=True)
        .agg(text.alias("range"))
    )
    joined = (
        runs.group_by(group, maintain_order=True)
        .agg(pl.col("range").str.join(","))
        .join(paths, on="file_no", how="left")
    )
    ranges: dict[int, dict[str, dict[str, str]]] = {}
    for filing_no, verdict, path, text_of_runs in joined.select(
        "filing_no", "verdict", "path", "range"
    ).iter_rows():
        ranges.setdefault(filing_no, {}).setdefault(verdict, {})[path] = text_of_runs
    return ranges
