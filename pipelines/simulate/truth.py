"""The truth file: which rules the filings and lines of a simulation break."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.home import Home
from pipelines.simulate.columns import Index
from pipelines.simulate.faults import FILING_FAULTS, NO_TEMPLATE, ON_EVERY_LINE
from pipelines.simulate.filings import Filing
from pipelines.simulate.injection import Assigned, truth_of
from pipelines.simulate.officers import ghost_code
from pipelines.simulate.plan import Plan
from pipelines.simulate.rows import RecordFile, Rows
from pipelines.standard import CATEGORIES

TRUTH = {
    "province_code": pl.String,
    "filing_id": pl.String,
    "file": pl.String,
    "line": pl.Int64,
    "fault": pl.String,
    "rule_code": pl.String,
}
"""One row a broken rule. ``line`` is NULL for a filing or a file, ``file`` for a filing."""

Place = tuple[str, str | None, str, str]
"""Filing, file, fault and rule of something that is wrong with more than a line."""


def line_truth(
    province: str, rows: Rows, frame: pl.DataFrame, made: list[Assigned]
) -> pl.DataFrame:
    """Rules that lines break, and their filings through them; ``frame`` as it was before."""
    shift = np.array([file.line(rows.filings[file.filing]) - file.first for file in rows.files])
    lines = truth_of(frame, made, shift)
    ids = pl.Series([rows.filings[file.filing].filing_id for file in rows.files])
    paths = pl.Series([file.path for file in rows.files])
    told = lines.select(
        pl.lit(province).alias("province_code"),
        ids.gather(lines["file"]).alias("filing_id"),
        paths.gather(lines["file"]).alias("file"),
        "line",
        "fault",
        "rule_code",
    ).cast(TRUTH)  # type: ignore[arg-type]
    filings = {
        (rows.filings[place].filing_id, None, one.kind.name, rule)
        for one in made
        for rule in one.kind.filing_rules
        for place in np.unique(rows.filing[one.rows]).tolist()
    }
    return pl.concat([told, _places(province, sorted(filings))])


def filing_truth(
    province: str, rows: Rows, spoiled: dict[str, str], concerned: dict[str, str]
) -> pl.DataFrame:
    """Rules that filings break by faults of their own; ``concerned`` names the files of these."""
    parts = []
    places: list[Place] = []
    for place, filing in enumerate(rows.filings):
        fault = spoiled.get(filing.filing_id, "")
        filing_id = _filed_as(province, filing, fault)
        files = [file for file in rows.files if file.filing == place]
        for rule in FILING_FAULTS[fault] if fault else ():
            if rule in ON_EVERY_LINE:
                parts += [_each_line(province, filing_id, filing, f, fault, rule) for f in files]
            else:
                places.append((filing_id, concerned[filing.filing_id] or None, fault, rule))
        empty = concerned[filing.filing_id] if fault == "file_without_records" else ""
        places += _habits(filing_id, filing, files, empty)
    return pl.concat([_places(province, places), *parts])


def template_truth(province: str, rows: Rows, missing: tuple[str, str]) -> pl.DataFrame:
    """C02 on each line of the institution and level that has no certificate template."""
    code, level = missing
    parts = [pl.DataFrame(schema=TRUTH)]
    for file in rows.files:
        filing = rows.filings[file.filing]
        if filing.institution.code == code and CATEGORIES[file.category].level == level:
            parts.append(_each_line(province, filing.filing_id, filing, file, NO_TEMPLATE, "C02"))
    return pl.concat(parts)


def _habits(filing_id: str, filing: Filing, files: list[RecordFile], empty: str) -> list[Place]:
    """What the door warns of though nothing is wrong: a format's habits, and a category in two
    files (told at the second); ``empty`` is a further file of the first category."""
    told: list[Place] = []
    of_category: dict[str, list[str]] = {}
    for file in files:
        of_category.setdefault(file.category, []).append(file.path)
    if empty:
        of_category[files[0].category].append(empty)
    for paths in of_category.values():
        told += [(filing_id, path, "category_in_two_files", "F28") for path in paths[1:2]]
    for path in (path for paths in of_category.values() for path in paths):
        if filing.habits.template:
            told.append((filing_id, path, "template_rows", "F22"))
        if filing.habits.deleted_rows:
            told.append((filing_id, path, "deleted_rows", "F24"))
    return told


def _filed_as(province: str, filing: Filing, fault: str) -> str:
    if fault == "institution_unknown":
        return filing.filing_id.replace(filing.institution.code, ghost_code(province))
    if fault == "filing_id_of_other_semester":
        return f"{filing.filing_id[:9]}2010-2011-1{filing.filing_id[20:]}"
    return filing.filing_id


def _places(province: str, places: Iterable[Place]) -> pl.DataFrame:
    rows = [(province, filing, file, None, fault, rule) for filing, file, fault, rule in places]
    return pl.DataFrame(rows, schema=TRUTH, orient="row")


def _each_line(
    province: str, filing_id: str, filing: Filing, file: RecordFile, fault: str, rule: str
) -> pl.DataFrame:
    first = file.line(filing)
    return pl.select(
        pl.lit(province).alias("province_code"),
        pl.lit(filing_id).alias("filing_id"),
        pl.lit(file.path).alias("file"),
        pl.int_range(first, file.last - file.first + first).alias("line"),
        pl.lit(fault).alias("fault"),
        pl.lit(rule).alias("rule_code"),
    ).cast(TRUTH)  # type: ignore[arg-type]


def broken_lines(rows: Rows, made: list[Assigned]) -> dict[int, dict[int, str]]:
    """Lines whose bytes are to be broken, and how, by the file's place."""
    broken: dict[int, dict[int, str]] = {}
    first: npt.NDArray[np.int64] = np.array([file.first for file in rows.files])
    for one in made:
        lines: Index = one.all_rows if one.kind.breaks else one.rows[:0]
        for row in lines:
            file = int(rows.file[row])
            broken.setdefault(file, {})[int(row - first[file]) + 2] = one.kind.breaks
    return broken


def write_truth(home: Home, plan: Plan, truth: pl.DataFrame) -> None:
    """Writes the semester's truth file, with what it holds of other provinces."""
    path = home.truth / f"{plan.semester}.parquet"
    if path.exists():
        kept = pl.read_parquet(path).filter(~pl.col("province_code").is_in(list(plan.provinces)))
        truth = pl.concat([kept, truth])
    order = ["province_code", "filing_id", "file", "line", "rule_code"]
    truth.sort(order, nulls_last=False).write_parquet(path, compression="zstd")
