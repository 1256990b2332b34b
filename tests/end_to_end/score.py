"""Findings against the truth in tests: the product's own score, place by place."""

from pathlib import Path

import polars as pl

from pipelines.simulate.score import differences as misses
from pipelines.simulate.score import places
from pipelines.simulate.score import score as scored

__all__ = ["misses", "places", "read_truth", "score"]


def read_truth(path: Path) -> pl.DataFrame:
    """The places (filing, file, line or none, rule) that are wrong, each once."""
    return places(pl.read_parquet(path))


def score(truth: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """A row a rule: counts of places, precision and recall (1.0 where none)."""
    return scored("", truth, found).by_rule
