"""The inbox: packages go where their manifest says, half-copied ones wait, others are refused."""

import csv
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pipelines.errors import BusyError
from pipelines.filing.exclusive import exclusive
from pipelines.filing.landing import land
from pipelines.filing.sorting import sort_inbox, waiting_partitions
from tests.unit.filing.packages import NOW, PROVINCE, SEMESTER, draft, make_home, take_in

HERE = (PROVINCE, SEMESTER)


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def age(path, minutes: float) -> None:
    when = NOW.timestamp() - minutes * 60
    for inner in (path, *path.rglob("*")) if path.is_dir() else (path,):
        os.utime(inner, (when, when))


def test_packages_go_to_their_partition(home):
    draft().folder(home.inbox, "a")
    draft(sequence="002").zip(home.inbox, "b.zip")
    other = draft(sequence="003")
    other.manifest |= {"province": "12", "semester": "2024-2025-2"}
    other.zip(home.inbox, "c.zip", prefix="x/")
    done = sort_inbox(home, now=NOW)
    assert done.partitions == {HERE: 2, ("12", "2024-2025-2"): 1}
    assert (done.moved, done.refused, done.pending) == (3, 0, 0)
    assert list(home.inbox.iterdir()) == []
    assert sort_inbox(home, now=NOW).moved == 0


def test_a_taken_name_is_not_overwritten(home):
    for sequence in ("001", "002", "003"):
        draft(sequence=sequence).zip(home.inbox, "same.zip")
        sort_inbox(home, now=NOW)
    draft(sequence="004").folder(home.inbox, "same.zip")
    sort_inbox(home, now=NOW)
    outcome = take_in(home)
    assert outcome.landed.filings == 4
    assert outcome.filings["filing_id"].n_unique() == 4


@pytest.mark.parametrize("name", [".hidden", "package.part", ".a.zip"])
def test_unfinished_names_are_never_touched(home, name):
    path = draft().folder(home.inbox, name)
    age(path, 10_000)
    done = sort_inbox(home, now=NOW)
    assert (done.partitions, done.refused) == ({}, 0)
    assert path.exists()


@pytest.mark.parametrize("kind", ["folder without manifest", "half a zip"])
def test_what_may_be_arriving_waits_then_is_refused(home, kind):
    if kind == "half a zip":
        path = draft().zip(home.inbox)
        path.write_bytes(path.read_bytes()[:300])
        raw, code = path.read_bytes(), "F13"
    else:
        path = draft().folder(home.inbox)
        (path / "manifest.json").unlink()
        raw, code = None, "F01"
    age(path, 9)
    done = sort_inbox(home, now=NOW)
    assert (done.pending, done.refused, path.exists()) == (1, 0, True)
    done = sort_inbox(home, now=NOW + timedelta(minutes=2))
    assert (done.pending, done.refused, path.exists()) == (0, 1, False)
    [note] = home.unassigned.glob("*.json")
    told = json.loads(note.read_text("utf-8"))
    assert [reason["rule_code"] for reason in told["reasons"]] == [code]
    assert home.blob(told["package_sha256"]).exists()
    if raw:
        assert told["package_sha256"] == hashlib.sha256(raw).hexdigest()


def set_manifest(data):
    return lambda made: made.files.update({"manifest.json": data})


@pytest.mark.parametrize(
    ("manifest", "code"),
    [
        (b"not json", "F01"),
        ('{"province": "11"}'.encode("utf-16"), "F01"),
        (b"[]", "F01"),
        (b'{"province": "11", "semester": "2025-2026-1", "semester": "2025-2026-2"}', "F01"),
        (b'{"province": "11", "semester": "2025-2026-1", "x": NaN}', "F01"),
        (b'{"province": "11", "semester": "2025-2026-1", "x": "\\ud800"}', "F01"),
        (b"[" * 100_000, "F01"),
        (b"{}", "F02"),
        (b'{"province": "99", "semester": "2025-2026-1"}', "F02"),
        (b'{"province": "11", "semester": "2025-2027-1"}', "F02"),
        (b'{"province": ["11"], "semester": {}}', "F02"),
        (b'{"province": "../11", "semester": "2025-2026-1"}', "F02"),
    ],
)
@pytest.mark.parametrize("zipped", [True, False])
def test_a_manifest_that_tells_no_place_is_refused(home, manifest, code, zipped):
    made = draft()
    set_manifest(manifest)(made)
    if zipped:
        made.zip(home.inbox, "李雷.zip")
    else:
        made.folder(home.inbox, "李雷")
    draft(sequence="002").folder(home.inbox, "good")
    done = sort_inbox(home, now=NOW)
    assert (done.refused, done.partitions) == (1, {HERE: 1})
    [note] = home.unassigned.glob("*.json")
    told = json.loads(note.read_text("utf-8"))
    assert [reason["rule_code"] for reason in told["reasons"]] == [code]
    assert "李雷" not in note.name + note.read_text("utf-8")
    with note.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row[0] for row in csv.reader(file)][1:] == [code]


def test_a_place_but_little_else_lands_with_its_violations(home):
    made = draft()
    made.manifest = {
        "province": PROVINCE,
        "semester": SEMESTER,
        "filing_id": "../../x",
        "institution": "..",
        "files": [{"path": 1}, "x", {"path": "../a", "category": "M1", "rows": -1}],
        "resolutions": [{"headcount": 10**30}],
        "submitted_at": 5,
    }
    made.folder(home.inbox)
    outcome = take_in(home)
    codes = set(outcome.codes())
    assert codes == {"F02", "F03", "F07", "F09"}
    filing = outcome.filings.row(0, named=True)
    assert filing["filing_id"] is filing["institution_code"] is filing["submitted_at"] is None
    assert filing["semester"] == SEMESTER


def test_links_and_devices_in_the_inbox_are_left_alone(home, tmp_path):
    target = draft().folder(tmp_path, "elsewhere")
    (home.inbox / "link").symlink_to(target)
    os.mkfifo(home.inbox / "pipe")
    done = sort_inbox(home, now=NOW)
    assert (done.moved, done.refused) == (0, 0)
    assert (home.inbox / "link").is_symlink()
    assert target.exists()


def test_two_sortings_at_once_take_each_package_once(home):
    for number in range(40):
        draft(sequence=f"{number:03d}").folder(home.inbox, f"p{number}")
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: sort_inbox(home, now=NOW), range(4)))
    assert sum(one.moved for one in done) == 40
    assert waiting_partitions(home) == {HERE: 40}


def test_a_package_that_vanishes_stops_nothing(home, monkeypatch):
    import pipelines.filing.sorting as sorting

    draft().folder(home.inbox, "a")
    draft(sequence="002").folder(home.inbox, "b")
    move = sorting._move

    def vanish(package, folder):
        if package.name == "a":
            package.rename(home.root / "gone")
        move(package, folder)

    monkeypatch.setattr(sorting, "_move", vanish)
    assert sort_inbox(home, now=NOW).partitions == {HERE: 1}


def test_a_partition_is_landed_by_one_process_at_a_time(home):
    draft().folder(home.inbox)
    sort_inbox(home, now=NOW)
    with exclusive(home.waiting(*HERE), "landing"), pytest.raises(BusyError):
        land(home, *HERE, now=NOW)
    assert land(home, *HERE, now=NOW).filings == 1


def test_nothing_waiting_does_nothing(home):
    assert land(home, *HERE, now=NOW).batch is None
    assert not (home.root / "landing").exists()
