"""Names on a resolution's list and people on file (Art. 10, 12(4)): equal, name by name.

A list is a CSV in UTF-8 with the header ``姓名,学位类别``, one row a person. It is compared as a
multiset: who stands on it twice may be filed twice.
"""

import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from pipelines.filing.door_rules import Finding, find_about
from pipelines.filing.manifest import Manifest
from pipelines.filing.read_file import ReadFile, no_cells
from pipelines.filing.repair import comparable_name
from pipelines.filing.text import is_utf8

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
    if not is_utf8(data):
        return "不是UTF-8编码", "it is not UTF-8"
    if data.count(b'"') % 2:
        return "引号不配对", "its quotation marks do not pair"
    try:
        plain = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        frame = pl.read_csv(plain, infer_schema=False, n_rows=MOST_NAMES + 1)
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
    named = pl.concat(list(lists.values()))
    whole = len(lists) == len(manifest.resolutions)
    on_file = _on_file(reads)
    if whole:
        named, on_file = _disagreeing(named, on_file)
    if whole and not len(named) and not len(on_file):
        return [no_cells() for _ in reads], []
    people = _people(on_file)
    unsure = people["key"].is_null()
    if not whole:
        known = [_plain(manifest.resolutions[place].number or "") for place in lists]
        unsure |= people["number"].is_null()
        people = people.filter(pl.col("number").is_in(known))
    listed = _counted(named)
    beyond = _beyond(people, listed)
    told = set(beyond["file"])
    cells = [
        _cells(beyond.filter(pl.col("file") == file)) if file in told else no_cells()
        for file in range(len(reads))
    ]
    on_list = len(people) - people["key"].null_count() - len(beyond)
    absent = int(listed["listed"].sum()) - on_list
    return cells, [find_about("R40", "no_record", count=absent)] if absent > unsure.sum() else []


def _counted(named: pl.Series) -> pl.DataFrame:
    """How often each name stands on the lists: key, listed."""
    keys = named.to_frame().lazy().group_by(_key(pl.col("key")))
    return keys.agg(pl.len().alias("listed")).collect()


def _beyond(people: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """People whose name stands on file more often than on the lists: those after the last."""
    ordinal = pl.int_range(1, pl.len() + 1).over("key")
    return (
        people.lazy()
        .filter(pl.col("key").is_not_null())
        .with_columns(ordinal.alias("ordinal"))
        .join(listed.lazy(), on="key", how="left", maintain_order="left")
        .filter(pl.col("ordinal") > pl.col("listed").fill_null(0))
        .collect()
    )


def _on_file(reads: Sequence[ReadFile]) -> pl.DataFrame:
    """Names and resolution numbers as filed: file, position (Int64), XM, JYBH."""
    heights = [read.rows for read in reads]

    def filed(code: str) -> pl.Series:
        none = pl.Series([None], dtype=pl.String)
        columns = [
            read.frame[code] if code in read.columns else none.new_from_index(0, read.rows)
            for read in reads
        ]
        return pl.concat([column.rename(code) for column in columns])

    return pl.DataFrame(
        {
            "file": np.repeat(np.arange(len(reads)), heights),
            "position": np.concatenate([np.arange(height) for height in heights]),
            "XM": filed("XM"),
            "JYBH": filed("JYBH"),
        },
        schema_overrides={"file": pl.Int64, "position": pl.Int64},
    )


def _disagreeing(named: pl.Series, on_file: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Both without the names that stand as often on the lists as on file: nearly all of them.

    They are compared to the letter, by hash. Only the rest is written as the register will have it
    and compared again, which is ten times the work.
    """
    hashes = np.concatenate([named.hash().to_numpy(), on_file["XM"].hash().to_numpy()])
    distinct, places = np.unique(hashes, return_inverse=True)
    listed, filed = places[: len(named)], places[len(named) :]
    times = [np.bincount(part, minlength=len(distinct)) for part in (listed, filed)]
    differs = times[0] != times[1]
    return named.filter(pl.Series(differs[listed])), on_file.filter(pl.Series(differs[filed]))


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


def _people(on_file: pl.DataFrame) -> pl.DataFrame:
    """Who stands in the records: file, position, key, number of the resolution."""
    key = _key(pl.col("XM"))
    return on_file.select(
        "file",
        "position",
        pl.when(key != "").then(key).alias("key"),
        _plain_number(pl.col("JYBH")).alias("number"),
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
