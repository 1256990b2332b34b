"""The feedback's tables, in columns for all filings at once: findings, rules, lines, repairs."""

from pathlib import Path

import polars as pl

from pipelines.examination.feedback_words import SEVERITIES, rule_texts
from pipelines.standard.fields import FIELDS

LABELS = {code: field.label_zh for code, field in FIELDS.items()}
RANKS = {name: rank for rank, name in enumerate(SEVERITIES)}
REPAIRED_RANK = RANKS["repaired"]

FIRST_LINES, FIRST_FILES, MESSAGES = 10, 4, 12
"""How many lines, files and messages a cell names before it points at the other sheets."""

_REPAIR_KEY = ("row_id", "field", "rule_code")


def told_findings(found: Path, landed: Path, filings: pl.Series) -> pl.DataFrame:
    """All findings of some filings of a batch, a row a finding.

    Adds ``rank`` (place in SEVERITIES), ``label``, ``before`` and ``after`` of repairs, and
    ``excused_by`` where the examination knows none.
    """
    findings = pl.scan_parquet(found / "findings.parquet").filter(
        pl.col("filing_no").is_in(filings.implode())
    )
    told = findings.collect()
    if "excused_by" not in told:
        told = told.with_columns(excused_by=pl.lit(None, pl.String))
    repairs = read_repairs(landed, filings)
    return told.join(
        repairs.unique(list(_REPAIR_KEY), keep="first"),
        on=_REPAIR_KEY,
        how="left",
        maintain_order="left",
    ).with_columns(
        rank=pl.col("severity").replace_strict(RANKS, default=0, return_dtype=pl.Int8),
        label=pl.col("field").replace_strict(LABELS, default=None, return_dtype=pl.String),
    )


def read_repairs(landed: Path, filings: pl.Series) -> pl.DataFrame:
    """What was repaired in some filings: row_id, field, rule_code, before, after."""
    path = landed / "repairs.parquet"
    columns = [*_REPAIR_KEY, "before", "after"]
    if not path.exists():
        types = {"row_id": pl.Int64} | dict.fromkeys(columns[1:], pl.String)
        return pl.DataFrame(schema=types)
    wanted = pl.col("filing_no").is_in(filings.implode())
    return pl.scan_parquet(path).filter(wanted).select(columns).collect()


def faulty_records(found: Path, landed: Path, findings: pl.DataFrame) -> pl.DataFrame:
    """The records that findings beyond repairs speak of: row_id, raw and all fields, as landed.

    The examination keeps those that its own rules mark; those that only the door speaks of are
    fetched from the landing.
    """
    about = pl.col("row_id").is_not_null() & (pl.col("rank") < REPAIRED_RANK)
    listed = findings.filter(about)
    wanted = listed["row_id"].unique().sort()
    columns = ["row_id", "raw", *FIELDS]
    is_wanted = pl.col("row_id").is_in(wanted.implode())
    kept = pl.scan_parquet(found / "faulty.parquet").filter(is_wanted).select(columns).collect()
    missing = wanted.filter(~wanted.is_in(kept["row_id"].implode()))
    if not missing.len():
        return kept
    # the range lets the scan pass over groups of rows without any of them
    first, last = missing.min(), missing.max()
    is_missing = pl.col("row_id").is_between(first, last) & pl.col("row_id").is_in(
        missing.implode()
    )
    rest = pl.scan_parquet(landed / "records-*.parquet").filter(is_missing).select(columns)
    return pl.concat([kept, rest.collect()])


def with_values(findings: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Findings with ``value``: what the line has in the field; a line without fields its raw text.

    A repaired value is told as it was filed.
    """
    value = pl.lit(None, dtype=pl.String)
    codes = sorted(set(findings["field"].drop_nulls()) & set(FIELDS))
    kept = records.select("row_id", "raw", *codes)
    joined = findings.join(kept, on="row_id", how="left", maintain_order="left")
    for code in codes:
        value = pl.when(pl.col("field") == code).then(pl.col(code)).otherwise(value)
    raw = pl.col("raw").str.slice(0, 200)
    shown = pl.when(pl.col("field").is_null()).then(raw).otherwise(value)
    return joined.select(*findings.columns, pl.coalesce("before", shown).alias("value"))


def rule_table(findings: pl.DataFrame) -> pl.DataFrame:
    """One row a filing, rule and severity: title, lines, messages, basis, the first lines."""
    keys = ["filing_no", "rank", "rule_code"]
    texts = rule_texts()

    def told(kind: str) -> pl.Expr:
        known = {code: getattr(text, kind) for code, text in texts.items()}
        return pl.col("rule_code").replace_strict(known, default=None, return_dtype=pl.String)

    counted = findings.group_by(keys).agg(
        findings=pl.len(),
        lines=pl.col("row_id").drop_nulls().n_unique(),
        zh=_first(pl.col("message")),
        en=_first(pl.col("message_en")),
        excused=pl.col("excused_by").drop_nulls().unique().sort().head(3).str.join(", "),
    )
    return (
        counted.join(_first_lines(findings, keys), on=keys, how="left")
        .with_columns(
            title=pl.coalesce(told("zh"), "zh", pl.lit("")),
            title_en=pl.coalesce(told("en"), "en", pl.lit("")),
            basis=told("basis"),
        )
        .sort("filing_no", "rank", "lines", "rule_code", descending=[False, False, True, False])
    )


def _first(messages: pl.Expr) -> pl.Expr:
    different = messages.unique(maintain_order=True)
    more = pl.when(different.len() > MESSAGES).then(pl.lit("\n…")).otherwise(pl.lit(""))
    return different.head(MESSAGES).str.join("\n") + more


def _first_lines(findings: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """``where``: the first lines of each file that a rule speaks of."""
    lines = findings.select(*keys, "file", "line").filter(pl.col("file").is_not_null()).unique()
    line = pl.col("line").drop_nulls().sort()
    more = pl.when(line.len() > FIRST_LINES).then(pl.lit(" …")).otherwise(pl.lit(""))
    by_file = lines.group_by(*keys, "file").agg(
        text=pl.concat_str(
            pl.col("file").first(),
            pl.when(line.len() > 0).then(pl.lit(": ")).otherwise(pl.lit("")),
            line.head(FIRST_LINES).cast(pl.String).str.join(", "),
            more,
        )
    )
    text = pl.col("text").sort_by("file")
    rest = pl.when(text.len() > FIRST_FILES).then(pl.lit("\n…")).otherwise(pl.lit(""))
    return by_file.group_by(keys).agg(where=text.head(FIRST_FILES).str.join("\n") + rest)


def line_table(findings: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """One row a line that has more than repairs: what is wrong, all its values as filed.

    ``mark_<FIELD>`` is the rank of the worst finding about the field, where there is one.
    """
    about = findings.filter(pl.col("row_id").is_not_null())
    listed = about.filter(pl.col("rank") < REPAIRED_RANK)
    code = pl.concat_str(pl.lit("["), "rule_code", pl.lit("] "))
    said = pl.col("label").is_null() | pl.col("message").str.contains(pl.col("label"), literal=True)
    label = pl.when(said).then(pl.lit("")).otherwise(pl.col("label") + "：")
    ordered = listed.sort("rank", "rule_code", maintain_order=True)
    lines = ordered.group_by("row_id", maintain_order=True).agg(
        pl.col("filing_no", "file_no", "file", "line").first(),
        rank=pl.col("rank").min(),
        zh=_first(code + label + pl.col("message")),
        en=_first(code + pl.col("message_en")),
    )
    about = about.filter(pl.col("field").is_in(list(FIELDS))).join(
        lines.select("row_id"), on="row_id", how="semi"
    )
    table = lines.join(_as_filed(records, about), on="row_id", how="left", maintain_order="left")
    return table.join(_marks(about), on="row_id", how="left", maintain_order="left").sort(
        "filing_no", "file_no", "line"
    )


def _as_filed(records: pl.DataFrame, about: pl.DataFrame) -> pl.DataFrame:
    """Records with the values before their repair, where they were repaired."""
    before = about.filter(pl.col("before").is_not_null())
    if not before.height:
        return records
    wide = before.pivot("field", index="row_id", values="before", aggregate_function="first")
    names = [name for name in wide.columns if name != "row_id"]
    joined = records.join(wide, on="row_id", how="left", suffix="_filed", maintain_order="left")
    return joined.with_columns(
        pl.coalesce(f"{name}_filed", name).alias(name) for name in names
    ).drop(f"{name}_filed" for name in names)


def _marks(about: pl.DataFrame) -> pl.DataFrame:
    if not about.height:
        return about.select("row_id")
    wide = about.pivot("field", index="row_id", values="rank", aggregate_function="min")
    return wide.rename({name: f"mark_{name}" for name in wide.columns if name != "row_id"})


def repair_table(findings: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """One row a repair, then one a line that could not be split, with its text as filed."""
    repaired = findings.filter(pl.col("rank") == REPAIRED_RANK)
    unsplit = (
        findings.filter(pl.col("rule_code").str.starts_with("L") & pl.col("row_id").is_not_null())
        .join(records.select("row_id", "raw"), on="row_id", how="left", maintain_order="left")
        .with_columns(before=pl.col("raw"), after=pl.lit(None, pl.String))
    )
    columns = [
        *("filing_no", "file_no", "file", "line", "rank", "field", "label"),
        *("before", "after", "rule_code", "message", "message_en"),
    ]
    both = pl.concat([repaired.select(columns), unsplit.select(columns)])
    return both.sort("filing_no", "rank", "file_no", "line", descending=[False, True, False, False])
