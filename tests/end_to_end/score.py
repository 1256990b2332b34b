"""What the examination found against what the simulation knows: precision and recall by rule."""

from pathlib import Path

import polars as pl

KEY = ["filing_id", "file", "line", "rule_code"]


def read_truth(path: Path) -> pl.DataFrame:
    """The places (filing, file, line or none, rule) that are wrong, each once."""
    return _places(pl.read_parquet(path))


def places(findings: pl.DataFrame) -> pl.DataFrame:
    """The places that findings name: a rule that speaks of two fields of a line counts once."""
    return _places(findings)


def _places(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(KEY).cast({"line": pl.Int64}).unique()


def score(truth: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """A row a rule: places in the truth, found, both; precision and recall (1.0 where none)."""
    hits = truth.join(found, on=KEY, nulls_equal=True)
    parts = {"known": truth, "found": found, "hits": hits}
    counted = None
    for name, frame in parts.items():
        counts = frame.group_by("rule_code").agg(pl.len().alias(name))
        counted = (
            counts
            if counted is None
            else counted.join(counts, on="rule_code", how="full", coalesce=True)
        )
    assert counted is not None
    counted = counted.with_columns(pl.col(list(parts)).fill_null(0)).sort("rule_code")
    share = lambda of: pl.when(pl.col(of) == 0).then(1.0).otherwise(pl.col("hits") / pl.col(of))  # noqa: E731
    return counted.with_columns(precision=share("found"), recall=share("known"))


def misses(truth: pl.DataFrame, found: pl.DataFrame) -> str:
    """Both differences as text, for a failing test."""
    missed = truth.join(found, on=KEY, how="anti", nulls_equal=True)
    extra = found.join(truth, on=KEY, how="anti", nulls_equal=True)
    return f"missed: {missed.rows()[:10]}\nextra: {extra.rows()[:10]}"
