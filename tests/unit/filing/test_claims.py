"""What a manifest claims beside the records: disclosure (C03), approvals (R41), revocations (R42);
and keys that sign for nobody (F07)."""

import csv

import pytest

from pipelines.filing.settings import Settings
from tests.unit.filing.at_the_door import look
from tests.unit.filing.packages import draft, make_home, take_in


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def disclosed(first, last):
    made = draft()
    made.manifest["disclosed"] = {"from": first, "to": last}
    return made


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-01-08", "2026-01-20"), ("2026-01-20", "2026-01-20"), ("2026-01-09", "2026-01-16")],
    ids=["from adoption to submission", "one day", "usual"],
)
def test_a_disclosure_that_is_enough(home, first, last):
    assert look(home, disclosed(first, last)).codes == []


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2026-01-07", "2026-01-16", "before the resolution was adopted"),
        ("2026-01-09", "2026-01-21", "had not ended at submission"),
    ],
)
def test_a_disclosure_at_the_wrong_time(home, first, last, told):
    seen = look(home, disclosed(first, last))
    assert seen.codes == ["C03"]
    assert told in seen.about("C03")[0]


def test_the_last_resolution_counts(home):
    made = disclosed("2026-01-09", "2026-01-16")
    later = {**made.manifest["resolutions"][0], "number": "2", "headcount": 0}
    made.manifest["resolutions"].append(later | {"adopted_on": "2026-01-10"})
    assert look(home, made).codes == ["C03"]


def test_the_day_of_submission_is_the_offices(home):
    made = disclosed("2026-01-09", "2026-01-20")
    made.manifest["submitted_at"] = "2026-01-19T17:00:00+00:00"
    assert look(home, made).codes == [], "in Shanghai it is the 20th"
    made.manifest["submitted_at"] = "2026-01-19T15:00:00+00:00"
    assert look(home, made).codes == ["C03"]


def test_a_disclosure_shorter_than_the_office_asks(home):
    made = disclosed("2026-01-09", "2026-01-13")
    assert look(home, made, settings=Settings(disclosure_days=5)).codes == []
    seen = look(home, made, settings=Settings(disclosure_days=6))
    assert seen.about("C03")[0].endswith("it should last at least 6 days")


@pytest.mark.parametrize("told", [None, {}, {"from": "2026-01-09"}, {"to": "2026-01-16"}])
def test_a_disclosure_that_is_not_told(home, told):
    made = draft()
    made.manifest["disclosed"] = told
    if told is None:
        del made.manifest["disclosed"]
    assert look(home, made).codes == ["C03"]


@pytest.mark.parametrize("told", ["yes", 1, None, {"from": 1, "to": 2}, {"from": "", "to": ""}])
def test_a_disclosure_of_another_form_is_told_once(home, told):
    made = draft()
    made.manifest["disclosed"] = told
    assert set(look(home, made).codes) == {"F02"}


def test_a_disclosure_that_ends_before_it_begins_is_told_once(home):
    assert look(home, disclosed("2026-01-16", "2026-01-09")).codes == ["F02"]


def of_kind(kind, changes=None):
    made = draft()
    made.manifest["kind"] = kind
    if changes is not None:
        made.manifest["changes"] = changes
    return made


@pytest.mark.parametrize("kind", ["amendment", "deletion"])
@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        (None, ["R41"]),
        ({"fields": [], "approvals": {}}, ["R41"]),
        ({"fields": ["BYNY"], "approvals": {"province": "p-1"}}, []),
        ({"fields": ["BYNY"], "approvals": {"national": "n-1"}}, ["R41"]),
        ({"fields": ["XM"], "approvals": {"province": "p-1"}}, ["R41"]),
        ({"fields": ["BYNY", "XWLB"], "approvals": {}}, ["R41", "R41"]),
        ({"fields": ["ZJHM"], "approvals": {"province": "p-1", "national": "n-1"}}, []),
        ({"fields": ["XM"], "approvals": {"province": "", "national": ""}}, ["F02", "F02", "R41"]),
        ({"fields": "XM", "approvals": []}, ["F02", "F02", "R41"]),
        ("all", ["F02", "R41"]),
    ],
)
def test_an_amendment_needs_its_approvals(home, kind, changes, codes):
    seen = look(home, of_kind(kind, changes))
    got = [code for code in seen.codes if code != "F15"]
    assert sorted(set(got)) == sorted(set(codes))
    assert "F15" in seen.codes


def test_other_kinds_need_no_approval(home):
    assert look(home, of_kind("regular", {"fields": ["XM"], "approvals": {}})).codes == []


@pytest.mark.parametrize(
    ("effective", "codes"),
    [("2026-01-10", []), ("2026-01-20", []), ("2026-01-09", ["R42"]), (None, ["F02", "R42"])],
)
def test_a_revocation_is_reported_within_ten_days(home, effective, codes):
    made = of_kind("revocation")
    made.manifest["resolutions"][0]["effective_on"] = effective
    del made.manifest["disclosed"]
    assert look(home, made).codes == sorted([*codes, "F15"])


@pytest.mark.parametrize("key", ["", " ", "k-1"])
def test_officers_without_a_key_sign_for_nobody(home, key):
    with (home.reference / "officers.csv").open("a", encoding="utf-8", newline="") as file:
        row = ["10901-p", "", "10901", "president", "", "", "2020-01-01", ""]
        csv.writer(file).writerow(row)
    made = draft()
    made.sign_it = False
    made.manifest["signature"] = {"key": key, "algorithm": "ed25519", "value": "AAAA"}
    assert "F07" in look(home, made).codes


def test_an_officers_term_is_counted_in_days_of_the_office(home):
    path = home.reference / "officers.csv"
    path.write_text(path.read_text("utf-8").replace("2020-01-01", "2026-01-20"), encoding="utf-8")
    made = draft()
    made.manifest["submitted_at"] = "2026-01-20T00:30:00+08:00"
    assert look(home, made).codes == []
    made.manifest["submitted_at"] = "2026-01-19T23:30:00+08:00"
    assert look(home, made).codes == ["F07"]


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"])
def test_a_submission_at_the_ends_of_time(home, when):
    made = draft()
    made.manifest["submitted_at"] = when
    made.zip(home.inbox)
    outcome = take_in(home)
    assert outcome.codes() == ["F02"]
    assert outcome.filings["submitted_at"].to_list() == [None]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "20260108", "2026-W02-4", "2026-1-8"])
def test_a_resolution_on_no_plausible_day(home, day):
    made = draft()
    made.manifest["resolutions"][0] |= {"adopted_on": day, "effective_on": day}
    assert set(look(home, made).codes) == {"F02"}
