"""Nothing personal outside the records: not in Dagster, dbt's logs, decisions, reports or names."""

import json
import sqlite3
import zipfile
import zlib
from pathlib import Path

import polars as pl

from pipelines.quality.levels import LEVELS
from tests.end_to_end.country import PROVINCES, SEMESTER, Country
from tests.end_to_end.leaks import leaks, personal_values
from tests.unit.quality.loads import foreign


def test_no_personal_value_outside_the_records(country: Country) -> None:
    home = country.home
    values = personal_values(home)
    assert len(values) > 8000
    paths = [
        path
        for folder in (
            home.dagster,
            home.dbt,
            home.decisions,
            home.reports,
            home.quality,
            home.ledger,
        )
        for path in folder.rglob("*")
        if path.is_file()
    ]
    paths += list(home.handovers.rglob("manifest.json"))
    assert any(path.suffix == ".db" for path in paths)
    assert any(path.name == "dbt.log" for path in paths)
    assert leaks(paths, values) == {}


def test_what_was_searched_holds_all_results_and_pages(country: Country) -> None:
    quality = country.home.quality
    for level in LEVELS.values():
        for scope in ("national",) if level.national else PROVINCES:
            for suite in level.suites:
                assert list(country.home.quality_results(scope, SEMESTER, suite).glob("*.json"))
                assert country.home.quality_page(scope, SEMESTER, suite).is_file()
    for folder in (quality, quality / "national", *(quality / code for code in PROVINCES)):
        assert (folder / "index.html").is_file()


def test_no_quality_page_names_a_foreign_host(country: Country) -> None:
    assert foreign(country.home.quality) == []


def test_no_personal_value_in_a_file_name(country: Country) -> None:
    names = "\n".join(
        str(path.relative_to(country.home.root)) for path in country.home.root.rglob("*")
    )
    hits = pl.Series([names]).str.extract_many(personal_values(country.home))[0].to_list()
    assert hits == []


def test_the_search_for_leaks_finds_them(country: Country, tmp_path: Path) -> None:
    values = ["李雷雷", "110101199001011234"]
    (tmp_path / "plain.log").write_text("said 李雷雷", "utf-8")
    (tmp_path / "escaped.json").write_text(json.dumps({"name": "李雷雷"}))
    (tmp_path / "gbk.txt").write_bytes("李雷雷".encode("gb18030"))
    with zipfile.ZipFile(tmp_path / "sheet.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet1.xml", "<v>110101199001011234</v>")
    con = sqlite3.connect(tmp_path / "runs.db")
    con.execute("create table t (body blob)")
    con.execute("insert into t values (?)", [zlib.compress("李雷雷".encode() * 9)])
    con.commit()
    con.close()
    (tmp_path / "feedback-李雷雷.csv").write_text("")
    paths = sorted(tmp_path.iterdir())
    assert sorted(leaks(paths, values)) == [str(path) for path in paths]
    shown = list(country.home.outbox.rglob("feedback.json"))
    assert leaks(shown, personal_values(country.home)), "feedback shows institutions their values"
