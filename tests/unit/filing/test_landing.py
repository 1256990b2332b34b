"""Archive and batches: bytes kept, nothing landed twice, nothing half there, order kept."""

import json

import polars as pl
import pytest

from tests.unit.filing.packages import draft, make_home, records, table, take_in


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def test_archive_holds_the_bytes_as_received_read_only(home):
    path = draft().zip(home.inbox)
    raw = path.read_bytes()
    made = draft(sequence="002")
    made.folder(home.inbox)
    outcome = take_in(home)
    zipped, folder = (
        outcome.filings.filter(pl.col("filing_id").str.ends_with(end))["package_sha256"][0]
        for end in ("001", "002")
    )
    assert home.blob(zipped).read_bytes() == raw
    assert home.blob(zipped).stat().st_mode & 0o777 == 0o444
    index = json.loads(home.blob(folder).read_bytes())
    assert {part["path"]: home.blob(part["sha256"]).read_bytes() for part in index} == (
        made.all_files()
    )
    assert not list(home.archive.glob(".half-*"))


def batches_of(home) -> list[str]:
    return sorted(path.name for path in home.landing("11", "2025-2026-1").iterdir())


def test_same_package_again_is_recognised(home):
    draft().folder(home.inbox)
    first = take_in(home)
    before = batches_of(home)
    draft().folder(home.inbox, "another name")
    second = take_in(home)
    assert (second.landed.batch, second.landed.duplicates, second.landed.refused) == (None, 1, 0)
    assert batches_of(home) == before
    assert first.landed.batch in before
    assert not list(home.waiting("11", "2025-2026-1").glob("[!.]*"))


def test_same_package_twice_at_once_lands_once(home):
    draft().zip(home.inbox, "a.zip")
    draft().zip(home.inbox, "b.zip")
    assert (home.inbox / "a.zip").read_bytes() == (home.inbox / "b.zip").read_bytes()
    landed = take_in(home).landed
    assert (landed.filings, landed.duplicates, landed.lines) == (1, 1, 3)


@pytest.mark.parametrize("together", [True, False])
def test_same_id_with_other_content_is_refused_with_a_note(home, together):
    draft().folder(home.inbox, "a")
    if not together:
        take_in(home)
    draft(table(records(4)), rows=4).folder(home.inbox, "b")
    landed = take_in(home).landed
    assert (landed.filings, landed.refused) == (int(together), 1)
    [note] = home.feedback("11", "10901", "11-10901-2025-2026-1-001").glob("refusal-*.json")
    parsed = json.loads(note.read_text("utf-8"))
    assert [reason["rule_code"] for reason in parsed["reasons"]] == ["F14"]
    assert home.blob(parsed["package_sha256"]).exists()
    assert note.with_suffix(".csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_crash_before_the_packages_are_removed_lands_nothing_twice(home, monkeypatch):
    def crash(path):
        raise KeyboardInterrupt

    draft().folder(home.inbox)
    monkeypatch.setattr("pipelines.filing.landing.remove_package", crash)
    with pytest.raises(KeyboardInterrupt):
        take_in(home)
    monkeypatch.undo()
    again = take_in(home).landed
    assert (again.batch, again.duplicates) == (None, 1)
    assert len(list(home.landing("11", "2025-2026-1").glob("b-*"))) == 1


def test_a_crash_before_the_batch_is_in_place_leaves_the_packages(home, monkeypatch):
    def crash():
        raise KeyboardInterrupt

    draft().folder(home.inbox)
    monkeypatch.setattr("pipelines.filing.archive.sync", crash)
    with pytest.raises(KeyboardInterrupt):
        take_in(home)
    monkeypatch.undo()
    assert list(home.landing("11", "2025-2026-1").iterdir()) == []
    assert take_in(home).landed.lines == 3


def test_equal_packages_give_an_equal_batch(tmp_path):
    batches = []
    for name in ("one", "two"):
        home = make_home(tmp_path / name)
        for sequence in ("001", "002", "003"):
            draft(sequence=sequence, encoding="gb18030").folder(home.inbox, sequence)
        outcome = take_in(home)
        batches.append((outcome.landed.batch, outcome.records))
    assert batches[0][0] == batches[1][0]
    assert batches[0][1].equals(batches[1][1])


def test_records_go_into_chunks_in_order(home, monkeypatch):
    monkeypatch.setattr("pipelines.filing.batch.CHUNK_ROWS", 5)
    for number in range(1, 5):
        made = draft(table(records(number * 2)), rows=number * 2, sequence=f"{number:03d}")
        made.folder(home.inbox, f"{number}")
    outcome = take_in(home)
    folder = home.landing("11", "2025-2026-1") / outcome.landed.batch
    assert len(list(folder.glob("records-*.parquet"))) > 2
    assert outcome.records["row_id"].to_list() == list(range(20))
    assert outcome.records["filing_no"].is_sorted()
    for part in outcome.records.partition_by("file_no"):
        assert part["line"].to_list() == list(range(2, part.height + 2))
