"""The quality commands on kept results: tables, JSON, charts, mistakes with their codes."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.cli.plot import plot
from pipelines.errors import GateClosedError, MissingInputError
from pipelines.home import Home
from pipelines.quality import lookup
from pipelines.quality.levels import LEVELS
from tests.unit.cli.conftest import Command
from tests.unit.cli.judged_office import WOMEN, judged_home, quality, read
from tests.unit.quality.judged import (
    ALL,
    FINE,
    KEYS,
    SEMESTER,
    SHARE,
    SUITE,
    WARNING,
    judged,
    kept,
    result,
)


@pytest.fixture
def office(tmp_path: Path) -> Home:
    return judged_home(tmp_path / "office")


def test_show_tells_totals_and_what_is_not_fulfilled(command: Command, office: Home) -> None:
    said = quality(command, office, "show")
    assert said.exit_code == 0, said.output
    for text in ("5,000", "40 %", "45 % – 55 %", "阻断 blocks", "提示 warns", "19001; 19002"):
        assert text in said.output, text
    assert "无法计算 broken" in said.output
    assert "BinderException" in said.output
    assert "rows 的要求" not in said.output
    assert "rows 的要求" in quality(command, office, "show", "--all").output


def test_show_for_machines(command: Command, office: Home) -> None:
    (one,) = read(quality(command, office, "show", "--json"))
    assert (one["scope"], one["semester"], one["suite"]) == ("11", SEMESTER, SUITE)
    assert one["open"] is False
    assert one["counts"] == {
        "passed": 1, "failed": 4, "broken": 1, "not_judged": 1,
        "blocks": 4, "warns": 1, "excused": 0,
    }  # fmt: skip
    women = one["judged"][0]
    assert (women["id"], women["severity"], women["state"]) == ("women_share", "blocks", "failed")
    assert (women["observed"], women["low"], women["keys"]) == (0.4, 0.45, ["19001", "19002"])
    assert len(one["judged"]) == 5
    (whole,) = read(quality(command, office, "show", "--json", "--all"))
    assert len(whole["judged"]) == len(ALL)


def test_show_what_is_asked_for(command: Command, office: Home) -> None:
    kept(office, KEYS, scope="national", suite="national_profile")
    scopes = [one["scope"] for one in read(quality(command, office, "show", "--json"))]
    assert scopes == ["11", "national"]
    (one,) = read(quality(command, office, "show", "--national", "--json"))
    assert one["suite"] == "national_profile"
    (one,) = read(quality(command, office, "show", "--semester", "2023-2024-1", "--json"))
    assert one["open"] is True
    assert read(quality(command, office, "show", "--suite", SUITE, "--json"))[0]["scope"] == "11"


def test_a_hostile_key_is_shown_as_text(command: Command, office: Home) -> None:
    kept(office, judged(KEYS, keys=("[bold red]x[/]", "a\x1b[31mb")), minutes=50)
    said = quality(command, office, "show")
    assert "[bold red]x[/]" in said.output.replace("\n", "")
    assert "\x1b" not in said.output


def test_history_as_a_table_and_a_chart(command: Command, office: Home) -> None:
    said = quality(command, office, "history", "women_share")
    assert said.exit_code == 0, said.output
    rows = [line for line in said.output.splitlines() if line.startswith("2")]
    assert [row.split()[0] for row in rows] == list(WOMEN)
    assert all("●" in row and "░" in row for row in rows[:3])
    assert "✕" in rows[3]
    assert rows[3].index("✕") < rows[2].index("●"), "less lies to the left"
    assert rows[0].endswith("48.8 %")


def test_history_for_machines(command: Command, office: Home) -> None:
    (one,) = read(quality(command, office, "history", "women_share", "--json"))
    assert (one["scope"], one["suite"], one["unit"]) == ("11", SUITE, "share")
    assert [(m["semester"], m["observed"]) for m in one["moves"]] == [
        (term, share) for term, (share, _) in WOMEN.items()
    ]
    assert [m["state"] for m in one["moves"]] == ["passed"] * 3 + ["failed"]


def test_history_of_the_latest_run_or_of_every_run(command: Command, office: Home) -> None:
    kept(office, judged(SHARE, observed=0.5, excess=0.0, state="passed"), minutes=60)
    (one,) = read(quality(command, office, "history", "women_share", "--json"))
    assert [m["observed"] for m in one["moves"]][-1] == 0.5
    (one,) = read(quality(command, office, "history", "women_share", "--all", "--json"))
    assert [m["observed"] for m in one["moves"]][-2:] == [0.4, 0.5]


def test_history_without_an_id_lists_them(command: Command, office: Home) -> None:
    listed = read(quality(command, office, "history", "--json"))
    assert listed == {SUITE: [one.id for one in ALL]}
    assert "key_unique" in quality(command, office, "history").output


def test_a_history_is_drawn(command: Command, office: Home, tmp_path: Path) -> None:
    import xml.etree.ElementTree as ET

    file = tmp_path / "women.svg"
    said = quality(command, office, "history", "women_share", "--svg", file)
    assert said.exit_code == 0, said.output
    root = ET.fromstring(file.read_text(encoding="utf-8"))
    assert len(root.findall(".//{*}circle")) == 4
    assert "women_share" in file.read_text(encoding="utf-8")
    said = quality(command, office, "history", "volume", "--svg", tmp_path / "x.svg")
    assert said.exit_code == 64
    assert not (tmp_path / "x.svg").exists()
    said = quality(command, office, "history", "women_share", "--svg", tmp_path / "no" / "x.svg")
    assert said.exit_code == 66


@pytest.mark.parametrize("width", [20, 60, 118])
def test_a_chart_fits_its_width(office: Home, width: int) -> None:
    (found,) = lookup.history(office, "women_share")
    lines = plot(found.moves, "share", width)
    assert len(lines) == 5
    assert max(map(len, lines)) <= max(width, 40)
    assert plot(lookup.history(office, "columns")[0].moves, "plain", width)
    assert plot(lookup.history(office, "drift")[0].moves, "plain", width) == []


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("show", "--province", "99"), 64, "'99'"),
        (("show", "--province", "11", "--national"), 64, "two scopes"),
        (("show", "--semester", "x"), 64, "2025-2026-1"),
        (("show", "--semester", "2020-2021-1"), 66, "nothing of 2020-2021-1"),
        (("show", "--suite", "nothing"), 64, "'nothing'"),
        (("history", "nothing"), 64, "'nothing'"),
        (("run", "--semester", "x"), 64, "2025-2026-1"),
        (("run", "--semester", SEMESTER, "--level", "x"), 64, "'x'"),
        (("run", "--semester", SEMESTER), 66, "holds nothing"),
        (("run", "--semester", SEMESTER, "--province", "32"), 66, "32"),
        (("except", SUITE, "women_share", "--semester", SEMESTER), 64, "--reason"),
        (("withdraw", "quality-0123456789abcdef"), 64, "--reason"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_mistakes(
    command: Command, office: Home, words: tuple[str, ...], code: int, told: str
) -> None:
    said = quality(command, office, *words)
    assert said.exit_code == code, said.output
    assert told in said.stderr
    assert "Traceback" not in said.output


def test_an_empty_home(command: Command, tmp_path: Path) -> None:
    home = Home.at(tmp_path / "nowhere")
    assert quality(command, home, "show").exit_code == 66
    assert quality(command, home, "open").exit_code == 66
    assert read(quality(command, home, "exceptions", "--json")) == []
    assert read(quality(command, home, "history", "--json")) == {}
    assert not home.root.exists()


@pytest.mark.parametrize(("found", "code"), [((WARNING, FINE), 0), ((KEYS,), 68), (ALL, 68)])
def test_run_ends_with_the_gates_code(
    command: Command,
    office: Home,
    monkeypatch: pytest.MonkeyPatch,
    found: tuple[Any, ...],
    code: int,
) -> None:
    asked = []

    def judge(home: Home, level: str, scope: str, semester: str, **options: Any) -> list[Any]:
        asked.append(SimpleNamespace(level=level, scope=scope, **options))
        if level != "province_register":
            raise MissingInputError("nothing")
        return [result(*found)]

    monkeypatch.setattr("pipelines.quality.run.judge", judge)
    said = quality(command, office, "run", "--semester", SEMESTER, "--province", "11", "--json")
    assert said.exit_code == code, said.output
    assert code in (0, GateClosedError.exit_code)
    assert json.loads(said.stdout)[0]["open"] is (code == 0)
    assert [one.level for one in asked] == [
        name for name, one in LEVELS.items() if not one.national
    ]
    assert not any(one.anew for one in asked)


def test_pages_are_opened(command: Command, office: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    said = quality(command, office, "open")
    assert said.exit_code == 0, said.output
    assert str(office.quality / "index.html") in said.output.replace("\n", "")
    assert opened == [(office.quality / "index.html").as_uri()]
