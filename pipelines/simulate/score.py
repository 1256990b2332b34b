"""What the examination found against what the simulation knows: precision and recall by rule.

A place is a filing, a file, a line and a rule; a rule that speaks of two fields of a line counts
once. Rules are told apart from each other: the wrong finding on the right line is a miss and an
invention.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.errors import MissingInputError
from pipelines.filing.door_rules import DOOR_RULES
from pipelines.home import Home
from pipelines.standard.rules import rule

KEY = ["filing_id", "file", "line", "rule_code"]

UNKNOWN_TO_THE_TRUTH = frozenset({"R14", "R44"})
"""Rules that compare with what was filed before: a simulation does not know what the home holds."""

COUNTS = ("injected", "found", "missed", "false")


@dataclass(frozen=True)
class Score:
    """Counts of places; ``by_rule`` a row a rule, ``by_severity`` their sums, as ``SCORED``."""

    semester: str
    by_rule: pl.DataFrame
    by_severity: pl.DataFrame

    @property
    def perfect(self) -> bool:
        """Whether everything injected was found and nothing else."""
        return not int(self.by_rule["missed"].sum()) and not int(self.by_rule["false"].sum())


def score_home(home: Home, semester: str) -> Score:
    """Scores all batches of a semester in the provinces that the truth file knows.

    MissingInputError when there is no truth, or nothing was examined.
    """
    path = home.truth / f"{semester}.parquet"
    if not path.exists():
        raise MissingInputError(
            f"the data home has no truth of {semester}",
            "truth/<semester>.parquet, as the simulation writes it",
            "simulate a semester first: xuewei simulate",
        )
    truth = pl.read_parquet(path)
    files = [
        file
        for folder in sorted(home.findings("-", semester).parent.parent.glob(f"*/{semester}"))
        for file in sorted(folder.glob("*/findings.parquet"))
    ]
    if not files:
        raise MissingInputError(
            f"nothing of {semester} was examined in this data home",
            "findings/<province>/<semester>/<batch>/findings.parquet",
            f"run the semester first: xuewei run --semester {semester}",
        )
    found = pl.concat([pl.read_parquet(file, columns=KEY) for file in files])
    return score(semester, places(truth), places(found))


def places(frame: pl.DataFrame) -> pl.DataFrame:
    """The places (filing, file, line or none, rule) that findings or the truth name, each once."""
    known = frame.filter(~pl.col("rule_code").is_in(list(UNKNOWN_TO_THE_TRUTH)))
    return known.select(KEY).cast({"line": pl.Int64}).unique()


def score(semester: str, truth: pl.DataFrame, found: pl.DataFrame) -> Score:
    """Compares places of the truth with places that were found."""
    hits = truth.join(found, on=KEY, nulls_equal=True)
    counted = pl.concat(
        [
            frame.select("rule_code", pl.lit(name).alias("kind"))
            for name, frame in (("injected", truth), ("found", found), ("hits", hits))
        ]
    )
    by_rule = counted.group_by("rule_code").agg(
        (pl.col("kind") == name).sum().cast(pl.Int64).alias(name)
        for name in ("injected", "found", "hits")
    )
    codes = by_rule["rule_code"].to_list()
    severities = pl.Series([severity_of(code) for code in codes], dtype=pl.String)
    by_rule = by_rule.with_columns(severities.alias("severity")).sort("rule_code")
    sums = by_rule.group_by("severity").agg(pl.col("injected", "found", "hits").sum())
    return Score(semester, _shares(by_rule), _shares(sums.sort("severity")))


def _shares(counted: pl.DataFrame) -> pl.DataFrame:
    """With what was missed and invented, and precision and recall (1.0 where there is nothing)."""

    def share(of: str) -> pl.Expr:
        return pl.when(pl.col(of) == 0).then(1.0).otherwise(pl.col("hits") / pl.col(of))

    keys = [name for name in ("rule_code", "severity") if name in counted.columns]
    return counted.select(
        *keys,
        "injected",
        "found",
        (pl.col("injected") - pl.col("hits")).alias("missed"),
        (pl.col("found") - pl.col("hits")).alias("false"),
        share("found").alias("precision"),
        share("injected").alias("recall"),
    )


def severity_of(code: str) -> str:
    """The usual severity of a rule; single checks may differ from it."""
    if code in DOOR_RULES:
        return str(DOOR_RULES[code].severity)
    try:
        return str(rule(code).severity.value)
    except KeyError:
        return "unknown"


def differences(truth: pl.DataFrame, found: pl.DataFrame) -> str:
    """Some of what was missed and of what was invented, as text."""
    missed = truth.join(found, on=KEY, how="anti", nulls_equal=True).sort(KEY)
    extra = found.join(truth, on=KEY, how="anti", nulls_equal=True).sort(KEY)
    return f"missed: {missed.rows()[:10]}\nextra: {extra.rows()[:10]}"
