"""The site of the quality pages: whole, without a foreign host, escaped, with the right states."""

import hashlib
import re
import webbrowser
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from expectations.pages.environment import STATIC
from expectations.run import FAILED, Outcome
from expectations.suite import Suite
from pipelines.errors import MissingInputError
from pipelines.home import Home
from pipelines.quality.links import BASE, page_url
from pipelines.quality.site import open_site, page_anchor, write_index, write_page
from tests.unit.quality import loads
from tests.unit.quality.site_samples import (
    NOW,
    OUTCOMES,
    SEMESTER,
    SUITE,
    expected,
    good,
    keep,
    sample,
    share,
)

EXCUSED = {"rows_claimed": "例外 quality-1：王 同意 / excused by 王"}


def row(page: str, id_: str) -> str:
    """A row's text, its tags taken out."""
    html = re.search(rf'<tr id="{id_}" ?>(.*?)</tr>', page, re.DOTALL)
    assert html, id_
    return " ".join(re.sub(r"<[^>]*>", " ", html[1]).split())


@pytest.fixture
def page(home: Home) -> str:
    run = sample()
    return write_page(home, run, keep(home, run), EXCUSED).read_text("utf-8")


def test_a_row_tells_state_basis_severity_value_and_limit(page: str) -> None:
    wrong = row(page, page_anchor("code_in_set"))
    for words in ("✕ 未通过", "failed", "阻断 blocks", "第九条 / Art. 9", "2 %", "≤ 1 %"):
        assert words in wrong
    assert "10001 02" in wrong
    assert "10002 02" in wrong
    warned = row(page, "women_share")
    assert "提示 warns" in warned
    assert "33.33 %" in warned
    assert "10 % – 30 %" in warned
    assert "✓ 通过" in row(page, "name_present")


def test_broken_excused_and_not_judged_are_told_apart(page: str) -> None:
    assert "! 无法计算" in row(page, "measure_broken")
    assert "BinderException" in row(page, "measure_broken")
    excused = row(page, "rows_claimed")
    assert "◇ 例外" in excused
    assert "王 同意" in excused
    assert "= 10" in excused
    unjudged = row(page, "drift")
    assert "– 未判断" in unjudged
    assert "没有可比学期 no comparable semester" in unjudged
    assert "✕ 阻断：未满足 2 项，提示 1 项，例外 1 项，通过 1 项，未判断 1 项" in page


def test_what_needs_an_act_comes_first_and_what_blocks_before_what_warns(page: str) -> None:
    order = re.findall(r'<tr id="(\w+)"', page)
    assert order == [
        "code_in_set",
        "measure_broken",
        "women_share",
        "rows_claimed",
        "name_present",
        "drift",
    ]


def test_equal_input_gives_an_equal_page(home: Home, page: str) -> None:
    run = sample()
    again = write_page(home, run, keep(home, run), EXCUSED)
    assert again.read_text("utf-8") == page


def test_a_page_is_of_great_expectations_without_its_network(home: Home, page: str) -> None:
    """GX's renderer and view made it; nothing of what GX's own pages load is left."""
    assert "section-1-content-block-1" in page
    for name in ("greatexpectations.io", "newsletter", "jquery", "vega", "walkthrough", "cdn"):
        assert name not in page.lower()


def test_no_file_of_the_site_names_a_foreign_host(home: Home, page: str) -> None:
    write_index(home, {})
    site = home.quality
    assert loads.foreign(site) == []
    for path in site.rglob("*.html"):
        policy = loads.read(path).policy or ""
        assert policy.startswith("default-src 'none'")
        assert "http" not in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script src="https://cdn.example/x.js"></script>'),
        ("b.html", '<link href="//cdn.example/x.css">'),
        ("c.html", "<style>@import 'x.css';</style>"),
        ("d.html", '<p style="background: url(//cdn.example/x.png)">'),
        ("e.html", '<a href="javascript:alert(1)">'),
        ("f.html", '<img src="../../../elsewhere.png">'),
        ("g.css", "a { background: url('https://cdn.example/x.png') }"),
        ("h.js", "fetch('x')"),
        ("i.js", "const a = 'https://cdn.example';"),
        ("j.html", "<p onclick='go()'>"),
    ],
)
def test_the_search_for_foreign_hosts_finds_them(tmp_path: Path, name: str, text: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / name).write_text(text)
    assert {found[0] for found in loads.foreign(site)} == {name}


def test_all_that_pages_link_to_is_there(home: Home) -> None:
    for semester in ("2024-2025-1", SEMESTER):
        run = sample()
        write_page(home, run, keep(home, run, semester=semester), {})
    write_index(home, {})
    pages = {path: loads.read(path) for path in home.quality.rglob("*.html")}
    assert len(pages) == 4
    for path, found in pages.items():
        assert len(set(found.ids)) == len(found.ids)
        for address in found.addresses:
            if address == "data:,":
                continue
            file, _, anchor = address.partition("#")
            target = (path.parent / file).resolve() if file else path
            assert target.is_file(), address
            assert not anchor or anchor in pages[target].ids, address


def test_hostile_texts_are_shown_as_texts(home: Home) -> None:
    hostile = "<script>alert('$value')</script>\"'&{{ 7 * 7 }}${x} javascript:"
    suite = Suite(
        "hostile", hostile, hostile, "r", (expected("one_check", zh=hostile, en=hostile),)
    )
    suite = replace(suite, expectations=(replace(suite["one_check"], basis=hostile),))
    told = Outcome("one_check", FAILED, 1.0, 0.0, 0.0, 1.0, (hostile, "$x"), hostile)
    run = sample(told, suite=suite)
    for excused in ({}, {"one_check": hostile}):
        path = write_page(home, run, keep(home, run), excused)
        write_index(home, {("11", SEMESTER, "hostile"): excused})
        for file in home.quality.rglob("*.html"):
            page = loads.read(file)
            assert [script for script in page.scripts if script.strip()] == []
            assert "<script>" not in file.read_text("utf-8")
        text = path.read_text("utf-8")
        assert "{{ 7 * 7 }}${x}" in text
        assert "&lt;script&gt;alert('$value')" in text
    assert loads.foreign(home.quality) == []


def test_the_index_tells_each_state(home: Home) -> None:
    keep(home, good(), "national")
    keep(home, sample(), "11")
    only_warns = Suite("s", "一", "one", "r", (SUITE["women_share"],))
    keep(home, sample(suite=only_warns), "12")
    only_rows = Suite("s", "一", "one", "r", (SUITE["rows_claimed"],))
    keep(home, sample(suite=only_rows), "13")
    only_drift = Suite("s", "一", "one", "r", (SUITE["drift"],))
    keep(home, sample(suite=only_drift), "14")
    text = write_index(home, {("13", SEMESTER, "s"): {"rows_claimed": "x"}}).read_text("utf-8")
    cells = re.findall(r'<a class="cell cell-\w+" href="([^"]*)">([^<]*)</a>', text)
    assert cells == [
        (f"national/index.html#s-{SEMESTER}", "✓ 通过 ok"),
        (f"11/index.html#s-{SEMESTER}", "✕ 阻断 3 blocked"),
        (f"12/index.html#s-{SEMESTER}", "▲ 提示 1 warning"),
        (f"13/index.html#s-{SEMESTER}", "◇ 例外 1 excused"),
        (f"14/index.html#s-{SEMESTER}", "– 未判断 not judged"),
    ]
    assert "11 北京市 Beijing" in text


def test_the_index_follows_a_newer_run_and_an_exception(home: Home) -> None:
    keep(home, sample())
    assert "阻断 3" in write_index(home, {}).read_text("utf-8")
    excuse = {("11", SEMESTER, SUITE.name): EXCUSED}
    assert "✕ 阻断 2 blocked, 例外 1 excused<" in write_index(home, excuse).read_text("utf-8")
    assert "◇ 例外" in (home.quality / "11" / "index.html").read_text("utf-8")
    keep(home, good(), now=NOW + timedelta(hours=1))
    assert "通过 ok" in write_index(home, {}).read_text("utf-8")
    summary = home.quality_page("11", SEMESTER, SUITE.name).with_suffix(".json")
    summary.write_text("torn {")
    assert "通过 ok" in write_index(home, {}).read_text("utf-8")


def test_a_history_has_a_chart_of_what_moved(home: Home) -> None:
    suite = Suite(
        "province_profile", "分布", "Profile", "r", (share("women_share"), expected("same"))
    )
    values = {"2023-2024-1": 0.25, "2023-2024-2": 0.2, "2024-2025-1": 0.26, SEMESTER: 0.4}
    for semester, value in values.items():
        state = FAILED if value > 0.3 else "passed"
        moved = Outcome("women_share", state, value, 0.1, 0.3, max(value - 0.3, 0.0))
        keep(home, sample(moved, Outcome("same", "passed", 0.0), suite=suite), semester=semester)
    write_index(home, {})
    text = (home.quality / "11" / "index.html").read_text("utf-8")
    assert text.count("<svg") == 1
    assert text.count("<circle") == 4
    assert "✕ 2025-2026-1: 40 % (10 % – 30 %)" in text
    assert 'id="h-province_profile-same"' in text


def test_only_scopes_with_something_new_are_written(home: Home) -> None:
    keep(home, good(), "11")
    keep(home, good(), "12")
    write_index(home, {})
    marks = {scope: home.quality / scope / "index.html" for scope in ("11", "12")}
    before = {scope: path.stat().st_ino for scope, path in marks.items()}
    keep(home, sample(), "12", now=NOW + timedelta(hours=1))
    write_index(home, {})
    after = {scope: path.stat().st_ino for scope, path in marks.items()}
    assert before["11"] == after["11"]
    assert before["12"] != after["12"]


def test_a_result_that_cannot_be_read_stops_no_other(home: Home) -> None:
    keep(home, good(), "11")
    keep(home, good(), "12")
    (torn,) = home.quality_results("12", SEMESTER, SUITE.name).glob("*.json")
    torn.chmod(0o600)
    torn.write_text("{")
    text = write_index(home).read_text("utf-8")
    assert "11 北京市" in text
    assert "12 天津市" not in text


def test_opening_needs_a_run(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    with pytest.raises(MissingInputError):
        open_site(home)
    keep(home, good())
    path = open_site(home)
    assert path.is_file()
    assert opened == [path.as_uri()]


def test_links_lead_to_the_server_of_the_pages(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(BASE, raising=False)
    place = (home, "11", SEMESTER, "handover")
    assert page_url(*place) == f"http://127.0.0.1:3001/11/{SEMESTER}/handover.html"
    monkeypatch.setenv(BASE, "http://127.0.0.1:4001/")
    expected_ = f"http://127.0.0.1:4001/11/{SEMESTER}/handover.html#sex_code_in_set"
    assert page_url(*place, "sex_code_in_set") == expected_


def test_vendored_files_are_those_of_their_packages() -> None:
    lines = (STATIC / "VERSIONS").read_text("utf-8").splitlines()[1:]
    assert lines
    for line in lines:
        file, package, version, _, sha256 = line.split("\t")
        data = (STATIC / file).read_bytes()
        assert hashlib.sha256(data).hexdigest() == sha256
        assert version.encode() in data[:300]
        assert (STATIC / f"LICENSE-{package}").is_file()
    assert sum(path.stat().st_size for path in STATIC.iterdir()) < 1_500_000


def test_samples_hold_every_state() -> None:
    assert {one.state for one in OUTCOMES} == {"passed", "failed", "broken", "not_judged"}
