"""A semester of a small country, from the inbox to the national register, by the real assembly."""

import hashlib
import json
import stat
from pathlib import Path

import polars as pl

from pipelines.examination.examine import examine
from pipelines.filing.landing import land
from pipelines.filing.signature import canonical_json
from pipelines.filing.sorting import sort_inbox
from pipelines.home import Home
from pipelines.simulate.faults import FILING_FAULTS
from pipelines.simulate.plan import Plan
from pipelines.simulate.simulation import simulate
from pipelines.statistics.overview import overview
from tests.end_to_end.country import PROVINCES, SEMESTER, Country, manifest_of, query, table
from tests.end_to_end.score import misses, places, read_truth, score

LEVELS = {"D": "2", "M": "3", "B": "4"}
SEX = {"男": "1", "女": "2"}


def decisions(home: Home, semester: str = SEMESTER) -> list[dict]:
    """Decisions on the filings of the semester's batches: ids may name another semester."""
    batches = {p.name for p in (home.root / "landing").glob(f"*/{semester}/b-*")}
    every = [json.loads(path.read_text("utf-8")) for path in home.decisions.glob("[0-9]*.json")]
    return [one for one in every if one["subject"]["batch"] in batches]


def lines_in(ranges: str) -> set[int]:
    """``2-5,9`` as numbers."""
    numbers: set[int] = set()
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        numbers |= set(range(int(first), int(last or first) + 1))
    return numbers


def accepted_by_decisions(home: Home) -> pl.DataFrame:
    """Landed records that the decision files accept: read from the files that people read."""
    approved = [one for one in decisions(home) if one["outcome"] == "approve"]
    left_out = [
        (one["subject"]["filing_id"], file, line)
        for one in approved
        for part in ("held", "returned")
        for file, ranges in one["records"][part].items()
        for line in lines_in(ranges)
    ]
    key = ["filing_id", "path", "line"]
    excluded = pl.DataFrame(left_out, schema=key, orient="row", schema_overrides={"line": pl.Int32})
    place = ["province", "filing_no"]
    return (
        table(home, "landing", "records-*")
        .join(
            table(home, "landing", "filings").select(
                *place, "filing_id", pl.col("semester").alias("of_filing")
            ),
            on=place,
        )
        .join(
            table(home, "landing", "files").select("province", "file_no", "path"),
            on=["province", "file_no"],
        )
        .filter(pl.col("filing_id").is_in([one["subject"]["filing_id"] for one in approved]))
        .join(excluded, on=key, how="anti")
    )


def test_the_run_went_through(country: Country) -> None:
    assert country.run.ok, country.run.failures
    assert country.run.provinces == list(PROVINCES)
    assert country.run.national
    assert country.run.refused == country.run.pending == 0
    assert not list(country.home.inbox.iterdir())


def test_findings_are_the_truth(country: Country) -> None:
    truth = read_truth(country.home.truth / f"{SEMESTER}.parquet")
    found = places(table(country.home, "findings", "findings"))
    scored = score(truth, found)
    wrong = scored.filter((pl.col("precision") < 1) | (pl.col("recall") < 1))
    assert wrong.is_empty(), f"{wrong}\n{misses(truth, found)}"
    assert scored["rule_code"].n_unique() > 30
    assert truth["line"].is_null().any()


def test_the_score_sees_a_miss_and_an_invention(country: Country) -> None:
    truth = read_truth(country.home.truth / f"{SEMESTER}.parquet").sort("rule_code", "line")
    rule = truth["rule_code"][0]
    invented = pl.DataFrame([["x", "y", 2, rule]], schema=truth.schema, orient="row")
    row = score(truth, pl.concat([truth.slice(1), invented])).filter(rule_code=rule)
    assert row["precision"][0] < 1
    assert row["recall"][0] < 1


def test_a_clean_semester_has_no_finding_above_warning(tmp_path: Path) -> None:
    from pipelines.clock import clock

    home = Home.at(tmp_path).make()
    simulate(home, Plan(7, ("65",), SEMESTER, 800, 0.0, 0.0))
    sort_inbox(home, now=clock())
    batch = land(home, "65", SEMESTER, now=clock()).batch
    assert batch
    done = examine(home, "65", SEMESTER, batch)
    found = table(home, "findings", "findings").filter(pl.col("severity") != "warning")
    assert found.is_empty(), found["rule_code"].value_counts()
    assert (done.lines, done.accepted) == (800, 800)


def test_each_line_is_accepted_held_or_returned(country: Country) -> None:
    landed = table(country.home, "landing", "records-*").group_by("province").len()
    decided = table(country.home, "decided", "filings")
    for province, lines in landed.iter_rows():
        mine = decided.filter(province=province)
        parts = mine.select(pl.col("accepted", "held", "returned").sum()).row(0)
        assert sum(parts) == lines == mine["lines"].sum(), province
        assert all(parts), f"{province}: nothing is tested where a part is empty"
    declared = sum(
        sum(file["rows"] for file in manifest_of(files)["files"])
        for name, files in country.sent.items()
        if name.removesuffix(".zip") in well_formed(country)
    )
    counted = landed_lines(country, well_formed(country))
    assert counted == declared > 2000


def well_formed(country: Country) -> set[str]:
    """Filings without a fault of the whole filing: their manifests tell the true amounts."""
    truth = pl.read_parquet(country.home.truth / f"{SEMESTER}.parquet")
    spoiled = set(truth.filter(pl.col("fault").is_in(list(FILING_FAULTS)))["filing_id"])
    ids = {manifest_of(files)["filing_id"] for files in country.sent.values()}
    return ids - spoiled


def landed_lines(country: Country, ids: set[str]) -> int:
    filings = table(country.home, "landing", "filings").filter(pl.col("filing_id").is_in(ids))
    place = ["province", "filing_no"]
    return table(country.home, "landing", "records-*").join(filings, on=place, how="semi").height


def test_registered_is_accepted_is_handed_over_is_national(country: Country) -> None:
    accepted = (
        table(country.home, "decided", "filings").group_by("province").agg(pl.col("accepted").sum())
    )
    nation = dict(
        query(
            country.home.national_warehouse,
            "select province_code, count(*) from core.degree_record group by all",
        )
    )
    assert sorted(nation) == sorted(PROVINCES)
    for province, lines in accepted.iter_rows():
        (folder,) = country.home.handover(province, SEMESTER).iterdir()
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        handed = pl.read_parquet(folder / "records.parquet").height
        warehouse = country.home.province_warehouse(province)
        ((registered,),) = query(warehouse, "select count(*) from core.degree_record")
        assert lines == registered == handed == manifest["rows"] == nation[province], province
        assert sum(manifest["by_category"].values()) == lines


def test_marts_and_sheets_sum_up_the_register(country: Country) -> None:
    scopes = {p: country.home.province_warehouse(p) for p in PROVINCES}
    for name, path in {**scopes, "national": country.home.national_warehouse}.items():
        ((records,),) = query(path, "select count(*) from core.degree_record")
        ((cells,),) = query(path, "select sum(degrees) from marts.degree_count")
        sums = dict(
            query(
                path,
                "select grouping_name, sum(degrees) from marts.semester_summary group by all",
            )
        )
        assert cells == records > 0, name
        assert set(sums.values()) == {records}, f"{name}: {sums}"
        sheet = pl.read_csv(country.home.reports / SEMESTER / name / "semester-summary.csv")
        grouping, degrees = sheet.columns[0], sheet.columns[4]
        assert sheet.filter(pl.col(grouping) == "all")[degrees].to_list() == [records], name
        by_group = sheet.group_by(grouping).agg(pl.col(degrees).sum())
        assert set(by_group[degrees]) == {records}, f"{name}: {by_group}"


def test_national_totals_by_level_and_sex_are_those_of_the_decisions(country: Country) -> None:
    accepted = accepted_by_decisions(country.home)
    sex = pl.coalesce(
        pl.col("XBM").replace("", None), pl.col("XB").replace_strict(SEX, default=None)
    )
    level = pl.col("category").str.slice(0, 1).replace_strict(LEVELS)
    expected = {
        (row[0], row[1]): row[2]
        for row in accepted.group_by(level.alias("level"), sex.alias("sex")).len().iter_rows()
    }
    found = query(
        country.home.national_warehouse,
        "select degree_level, sex_code, sum(degrees) from marts.degree_count group by all",
    )
    assert {(level, sex): n for level, sex, n in found} == expected
    assert len(expected) == 6
    shown = overview(country.home, SEMESTER)
    assert {(item.level, "1"): item.male for item in shown.national} | {
        (item.level, "2"): item.female for item in shown.national
    } == expected
    assert shown.degrees == accepted.height == sum(item.registered for item in shown.provinces)


def test_the_archive_holds_what_was_sent_and_cannot_be_written(country: Country) -> None:
    home = country.home
    expected: dict[str, bytes] = {}
    for name, files in country.sent.items():
        expected |= {hashlib.sha256(data).hexdigest(): data for data in files.values()}
        if list(files) != [name]:
            index = canonical_json(
                [
                    {"path": file, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
                    for file, data in sorted(files.items())
                ]
            )
            expected[hashlib.sha256(index).hexdigest()] = index
    blobs = {path.name: path for path in home.archive.rglob("*") if path.is_file()}
    assert sorted(blobs) == sorted(expected)
    for sha256, data in expected.items():
        assert home.blob(sha256) == blobs[sha256]
        assert blobs[sha256].read_bytes() == data
        assert stat.S_IMODE(blobs[sha256].stat().st_mode) & 0o222 == 0, sha256
    assert set(table(home, "landing", "filings")["package_sha256"]) <= set(blobs)
