"""Exceptions to expectations by command: signed, shown, withdrawn, refused."""

from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.ledger import entries
from tests.unit.cli.conftest import Command
from tests.unit.cli.judged_office import judged_home, quality, read, signed, signing
from tests.unit.quality.judged import (
    SEMESTER,
    SHARE,
    judged,
    result,
)
from tests.unit.review.offices import edit


@pytest.fixture
def office(tmp_path: Path) -> Home:
    return judged_home(tmp_path / "office")


def test_from_exception_to_withdrawal(command: Command, office: Home) -> None:
    made = read(signed(command, office, "--json"))
    assert (made["scope"], made["expectation"], made["again"]) == ("11", "women_share", False)
    (one,) = read(quality(command, office, "show", "--json"))
    assert one["counts"]["excused"] == 1
    assert one["judged"][0]["exception"] == made["decision_id"]
    assert "例外 excused" in quality(command, office, "show").output
    (women,) = read(quality(command, office, "history", "women_share", "--json"))
    assert women["moves"][-1]["exception"] == made["decision_id"]
    (listed,) = read(quality(command, office, "exceptions", "--json"))
    assert (listed["state"], listed["allowed"]) == ("valid", pytest.approx(0.05))
    said = signed(command, office)
    assert "was signed before" in said.output
    assert f"quality run --semester {SEMESTER} --province 11" in said.output
    said = quality(command, office, "withdraw", made["decision_id"], *signing(office))
    assert said.exit_code == 0, said.output
    assert "withdrawn" in quality(command, office, "exceptions").output
    assert [one.act for one in entries(office, "11")] == ["quality-exception", "quality-withdrawal"]
    (one,) = read(quality(command, office, "show", "--json"))
    assert one["counts"]["excused"] == 0


def test_no_reason_is_printed(command: Command, office: Home) -> None:
    assert signed(command, office).exit_code == 0
    for words in (("exceptions",), ("exceptions", "--json"), ("show",), ("show", "--json")):
        assert "师范" not in quality(command, office, *words).output


def test_what_was_tampered_with_is_listed_as_void(command: Command, office: Home) -> None:
    assert signed(command, office).exit_code == 0
    (path,) = office.decisions.iterdir()
    edit(path, "until", value="2027-09-30")
    said = quality(command, office, "exceptions")
    assert said.exit_code == 0
    assert "无效 void" in said.output


@pytest.mark.parametrize(
    ("allow", "allowed"), [("0.1", 0.1), ("8%", 0.08), ("1e-3", None), ("x", None), ("%", None)]
)
def test_an_allowance(command: Command, office: Home, allow: str, allowed: float | None) -> None:
    said = signed(command, office, "--allow", allow, "--json")
    if allowed is None:
        assert said.exit_code == 64
        assert "--allow" in said.stderr
    else:
        assert read(said)["allowed_excess"] == allowed


@pytest.mark.parametrize(
    ("more", "options", "code", "told"),
    [
        ((), {"expectation": "key_unique"}, 77, "nothing may excuse"),
        ((), {"expectation": "no_column"}, 77, "broken"),
        ((), {"expectation": "rows"}, 64, "nothing to excuse"),
        ((), {"expectation": "nothing"}, 64, "no expectation nothing"),
        ((), {"officer": "p12-r1"}, 77, "not one of this province"),
        ((), {"officer": "n-r1"}, 77, "not one of this province"),
        (("--until", "2099-01-01"), {}, 64, "--until"),
        (("--until", "soon"), {}, 64, "--until"),
        (("--province", "99"), {}, 64, "'99'"),
        (("--national",), {}, 66, "was not run"),
        (("--reason", ""), {}, 64, "reason"),
        (("--key", "nowhere.pem"), {}, 64, "nowhere.pem"),
    ],
)
def test_who_and_what_cannot_be_signed(
    command: Command,
    office: Home,
    more: tuple[str, ...],
    options: dict[str, str],
    code: int,
    told: str,
) -> None:
    said = signed(command, office, *more, **options)
    assert said.exit_code == code, said.output
    assert told in said.stderr
    assert "Traceback" not in said.output
    assert not list(office.decisions.glob("*"))


def test_what_is_excused_does_not_close(
    command: Command, office: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed(command, office).exit_code == 0
    women = judged(SHARE, observed=0.41, excess=0.04)
    monkeypatch.setattr("pipelines.quality.run.judge", lambda *given, **named: [result(women)])
    words = ("run", "--semester", SEMESTER, "--province", "11", "--level", "province_register")
    assert quality(command, office, *words).exit_code == 0
