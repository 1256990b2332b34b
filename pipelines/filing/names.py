"""Names on a resolution's list and people on file (Art. 10, 12(4)): equal, name by name.

A list is a CSV in UTF-8 with the header ``姓名,学位类别``, one row a person. It is compared as a
multiset: who stands on it twice may be filed twice.
"""

import io
import unicodedata
from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.filing.door_rules import Finding, find_about
from pipelines.filing.manifest import Manifest
from pipelines.filing.read_file import ReadFile, no_cells
from pipelines.filing.repair import comparable_name

HEADER = ("姓名", "学位类别")
MOST_NAMES = 1_000_000

Unusable = tuple[str, str]
"""Why a list cannot be used, in Chinese and English."""


def read_names(data: bytes, path: str) -> pl.Series | Finding:
    """The names on a list as they stand there; or why it cannot be used (R40)."""
    made = _parse(data)
    if isinstance(made, pl.Series):
        return made
    zh, en = made
    return find_about("R40", "list_unusable", file=path, reason_zh=zh, reason_en=en)


def _parse(data: bytes) -> pl.Series | Unusable:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "不是UTF-8编码", "it is not UTF-8"
    if text.count('"') % 2:
        return "引号不配对", "its quotation marks do not pair"
    try:
        frame = pl.read_csv(
            io.StringIO(text.replace("\r\n", "\n")), infer_schema=False, n_rows=MOST_NAMES + 1
        )
    except pl.exceptions.PolarsError:
        return "不是列数一致的CSV", "it is no CSV whose rows have equal columns"
    if tuple(name.strip() for name in frame.columns) != HEADER:
        expected = ",".join(HEADER)
        return f"表头应为“{expected}”", f"its header should be {expected}"
    if frame.height > MOST_NAMES:
        return f"超过{MOST_NAMES}人", f"it names more than {MOST_NAMES} people"
    names = frame.to_series(0).rename("key")
    return names.filter(names.fill_null("").str.strip_chars() != "")


def _key(name: pl.Expr) -> pl.Expr:
    """A name as it is compared: as the register will have it, without blanks at its ends."""
    return comparable_name(name).str.strip_chars()


def compare_names(
    manifest: Manifest, lists: Mapping[int, pl.Series], reads: Sequence[ReadFile]
) -> tuple[list[pl.DataFrame], list[Finding]]:
    """Cells of each file that no list names, and how many listed people have no record.

    ``lists`` are the usable lists by the number of their resolution in the manifest. Where some
    resolutions have none, only records that bear the number of one that has are compared.
    """
    if len(lists) == len(manifest.resolutions) and _are_equal(lists, reads):
        return [no_cells() for _ in reads], []
    everyone = people = pl.concat([_people(read, file) for file, read in enumerate(reads)])
    unsure = pl.col("key").is_null()
    if len(lists) < len(manifest.resolutions):
        known = [_plain(manifest.resolutions[place].number or "") for place in lists]
        people = people.filter(pl.col("number").is_in(known))
        unsure |= pl.col("number").is_null()
    on_lists = pl.concat(list(lists.values())).to_frame().select(_key(pl.col("key"))).to_series()
    listed = on_lists.value_counts(name="listed")
    counted = people.filter(pl.col("key").is_not_null()).with_columns(
        pl.int_range(1, pl.len() + 1).over("key").alias("ordinal")
    )
    beyond = counted.join(listed, on="key", how="left", maintain_order="left").filter(
        pl.col("ordinal") > pl.col("listed").fill_null(0)
    )
    cells = [_cells(beyond.filter(pl.col("file") == file)) for file in range(len(reads))]
    absent = int(listed["listed"].sum()) - (counted.height - beyond.height)
    spare = everyone.filter(unsure).height
    return cells, [find_about("R40", "no_record", count=absent)] if absent > spare else []


def _are_equal(lists: Mapping[int, pl.Series], reads: Sequence[ReadFile]) -> bool:
    """Whether lists and records agree to the letter, as they mostly do: cheaper than keys."""
    if not all("XM" in read.columns for read in reads):
        return False
    on_lists = pl.concat(list(lists.values()))
    if len(on_lists) != sum(read.rows for read in reads):
        return False
    on_file = pl.concat([read.frame["XM"] for read in reads])
    return bool((on_lists.sort() == on_file.sort()).fill_null(False).all())


def compare_resolutions(manifest: Manifest, reads: Sequence[ReadFile]) -> list[Finding]:
    """R40 for each of several resolutions that names another number of people than are on file.

    Records without a known number may belong to any. Where the total is wrong, R23 says so alone.
    """
    told = [one for one in manifest.resolutions if one.number and one.headcount is not None]
    rows = sum(read.rows for read in reads)
    if len(told) < 2 or len(told) < len(manifest.resolutions):
        return []
    if sum(one.headcount or 0 for one in told) != rows:
        return []
    numbers = pl.concat([read.frame.select(_column(read, "JYBH")) for read in reads])
    by_number = (
        numbers.group_by("JYBH")
        .len()
        .group_by(_plain_number(pl.col("JYBH")))
        .agg(pl.col("len").sum())
    )
    counts = dict(by_number.iter_rows())
    mine = [counts.get(_plain(one.number or ""), 0) for one in told]
    spare = rows - sum(mine)
    return [
        find_about("R40", "resolution", place=place, headcount=one.headcount, found=found)
        for place, (one, found) in enumerate(zip(told, mine, strict=True), 1)
        if not found <= (one.headcount or 0) <= found + spare
    ]


def _people(read: ReadFile, file: int) -> pl.DataFrame:
    """Who stands in each record: file (Int32), position (Int64), key, number of the resolution."""
    key = _key(_column(read, "XM"))
    return read.frame.select(
        pl.lit(file, pl.Int32).alias("file"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("position"),
        pl.when(key != "").then(key).alias("key"),
        _plain_number(_column(read, "JYBH")).alias("number"),
    )


def _column(read: ReadFile, code: str) -> pl.Expr:
    return pl.col(code) if code in read.columns else pl.lit(None, pl.String).alias(code)


def _plain_number(number: pl.Expr) -> pl.Expr:
    """A resolution's number as it is compared: whatever its width."""
    return number.str.normalize("NFKC").str.strip_chars()


def _plain(number: str) -> str:
    return unicodedata.normalize("NFKC", number).strip()


def _cells(beyond: pl.DataFrame) -> pl.DataFrame:
    return beyond.select("position", pl.lit("XM").alias("field"), pl.lit("R40").alias("rule_code"))
