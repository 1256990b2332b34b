"""Packages in shares: the same batch whatever the shares, whoever receives them."""

import shutil

import polars as pl
import pytest

from pipelines.filing import shares
from pipelines.filing.package import Limits
from pipelines.filing.shares import share_out
from pipelines.home import Home
from tests.unit.filing.packages import draft, make_home, records, table, take_in


def filled_home(root):
    """Seven packages: folders and zips, one with a broken line, one that stands twice."""
    home = make_home(root)
    for number in range(1, 7):
        name, rows = f"{number:03d}", records(2 + number)
        if number == 3:
            rows[1] = [*rows[1], "extra"]
        made = draft(table(rows), rows=len(rows), sequence=name)
        if number % 2:
            made.folder(home.inbox, name)
        else:
            made.zip(home.inbox, f"{name}.zip")
    (home.inbox / "again.zip").write_bytes((home.inbox / "002.zip").read_bytes())
    return home


def landed_tables(home):
    batch = next(home.landing("11", "2025-2026-1").glob("b-*"))
    tables = {name: pl.read_parquet(batch / f"{name}.parquet") for name in ("filings", "files")}
    tables["records"] = pl.read_parquet(batch / "records-*.parquet")
    tables["findings"] = pl.read_parquet(batch / "findings.parquet")
    return batch.name, tables


def by_meaning(tables):
    """Records and findings without the numbers that differ from share to share."""
    ids = tables["filings"].select("filing_no", "filing_id")
    files = tables["files"].select("file_no", "path")
    records = tables["records"].join(ids, on="filing_no").join(files, on="file_no")
    findings = tables["findings"].select("filing_id", "file", "line", "rule_code", "message")
    numbers = ["row_id", "filing_no", "file_no"]
    return (
        records.drop(numbers).sort("filing_id", "path", "line"),
        findings.sort("filing_id", "file", "line", "rule_code"),
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Made once: a zip tells the time at which it was made, and so does its hash."""
    return filled_home(tmp_path_factory.mktemp("prepared")).root


@pytest.fixture
def home(prepared, tmp_path):
    return Home.at(shutil.copytree(prepared, tmp_path / "home"))


@pytest.fixture(scope="module")
def serial(prepared, tmp_path_factory):
    home = Home.at(shutil.copytree(prepared, tmp_path_factory.mktemp("serial") / "home"))
    landed = take_in(home).landed
    return landed, *landed_tables(home)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_many_shares_and_processes_land_the_same(workers, serial, home, monkeypatch):
    monkeypatch.setattr(shares, "SHARE_BYTES", 1)
    monkeypatch.setattr(shares, "ALONE_BYTES", 0)
    monkeypatch.setenv("XUEWEI_THREADS", workers)
    landed = take_in(home).landed
    name, tables = landed_tables(home)
    first, first_name, first_tables = serial
    assert name == first_name
    assert (landed.filings, landed.lines, landed.duplicates) == (6, first.lines, 1)
    assert tables["records"]["row_id"].is_unique().all()
    assert tables["files"]["file_no"].is_unique().all()
    assert tables["filings"]["filing_no"].is_unique().all()
    for mine, theirs in zip(by_meaning(tables), by_meaning(first_tables), strict=True):
        assert mine.equals(theirs)


def test_findings_point_at_the_rows_they_are_about(home, monkeypatch):
    monkeypatch.setattr(shares, "SHARE_BYTES", 1)
    take_in(home)
    _, tables = landed_tables(home)
    broken = tables["findings"].filter(pl.col("rule_code") == "L01")
    row = tables["records"].join(broken.select("row_id"), on="row_id")
    assert row["fault"].to_list() == ["L01"]
    assert row["line"].to_list() == broken["line"].to_list()


def test_packages_that_claim_the_same_id_meet_in_one_share(home, monkeypatch):
    monkeypatch.setattr(shares, "SHARE_BYTES", 1)
    packages = sorted(home.inbox.iterdir())
    made = share_out(packages, Limits())
    same = [p for p in packages if p.name == "again.zip" or p.name == "002.zip"]
    assert set(same) <= set(made[0].packages)
    assert sum(len(share.packages) for share in made) == len(packages)
    assert [share.first_filing for share in made] == sorted({s.first_filing for s in made})
    assert len(made) > 3
