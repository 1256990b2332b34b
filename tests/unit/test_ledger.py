"""The ledger: all tampering is found, a cut-off append is completed, nothing stands twice."""

import hashlib
import json
import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from pipelines import ledger
from pipelines.errors import DisagreementError, UsageError
from pipelines.filing.signature import canonical_json
from pipelines.home import Home
from pipelines.ledger import Act, append, entries, verify
from pipelines.ledger.entry import line_after

NOW = datetime(2026, 1, 25, 2, 0, 59, 7, tzinfo=UTC)


def act(number: int, name: str = "review") -> Act:
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return Act(name, "p11-r1", "province:11/reviewer", NOW, f"filing-{number}", digest)


def test_entries_form_a_chain(home: Home) -> None:
    made = append(home, "11", act(1)) + append(home, "11", act(2), act(3))
    assert list(entries(home, "11")) == made
    assert [one.seq for one in made] == [1, 2, 3]
    assert [one.previous for one in made] == [ledger.START, made[0].hash, made[1].hash]
    assert made[0].at == "2026-01-25T02:00:59Z"
    assert verify(home, "11") == (3, made[-1].hash, None, False)


def test_a_line_is_rfc_8785_and_its_hash_is_over_the_rest(home: Home) -> None:
    append(home, "11", act(1))
    line = home.ledger_chain("11").read_bytes()
    said = json.loads(line)
    assert line == rfc8785.dumps(said) + b"\n"
    digest = said.pop("hash")
    assert hashlib.sha256(rfc8785.dumps(said)).hexdigest() == digest


@given(
    st.dictionaries(
        st.text("abcxyz_", min_size=1),
        st.text(st.characters(exclude_categories=("Cs",))) | st.integers(-(2**53) + 1, 2**53 - 1),
    )
)
def test_canonical_json_of_texts_and_whole_numbers_is_rfc_8785(
    content: dict[str, str | int],
) -> None:
    assert canonical_json(content) == rfc8785.dumps(content)


def test_scopes_have_chains_of_their_own(home: Home) -> None:
    append(home, "11", act(1))
    (entry,) = append(home, "national", act(1))
    assert (entry.seq, entry.previous) == (1, ledger.START)
    assert verify(home, "32") == (0, ledger.START, None, False)


def test_an_act_is_entered_once_for_a_hash(home: Home) -> None:
    first = append(home, "11", act(1), act(1), act(2))
    assert first[0] == first[1]
    later = act(1)._replace(at=datetime(2027, 1, 1, tzinfo=UTC), actor="p11-r2")
    assert append(home, "11", later) == first[:1]
    assert append(home, "11", act(1, "file"))[0].seq == 3, "another act on the same"
    assert append(home, "11", act(1)._replace(sha256="0" * 64))[0].seq == 4, "on another state"


def test_files_are_the_owners(home: Home) -> None:
    append(home, "11", act(1))
    assert home.ledger.stat().st_mode & 0o077 == 0
    assert home.ledger_chain("11").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"actor": "张三"},
        {"subject": "name with spaces"},
        {"role": ""},
        {"act": "x\ny"},
        {"sha256": "abc"},
    ],
    ids=str,
)
def test_what_is_no_code_does_not_get_in(home: Home, changed: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        append(home, "11", act(1), act(2)._replace(**changed))
    assert verify(home, "11").entries == 0, "none of them is entered"


@pytest.mark.parametrize("scope", ["", "1", "111", "../x", "province"])
def test_what_is_no_scope(home: Home, scope: str) -> None:
    with pytest.raises(UsageError):
        append(home, scope, act(1))


def edited(path: Path, change: Callable[[list[bytes]], None]) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    change(lines)
    path.write_bytes(b"".join(lines))


def altered(lines: list[bytes]) -> None:
    lines[1] = lines[1].replace(b"p11-r1", b"p11-r2")


def altered_with_its_hash(lines: list[bytes]) -> None:
    before = ledger.Entry(**json.loads(lines[0]))
    lines[1] = line_after(before, "11", act(1)._replace(actor="p11-r2"))


def respaced(lines: list[bytes]) -> None:
    lines[1] = json.dumps(json.loads(lines[1])).encode() + b"\n"


def last_altered(lines: list[bytes]) -> None:
    before = ledger.Entry(**json.loads(lines[2]))
    lines[3] = line_after(before, "11", act(9))


def inserted(lines: list[bytes]) -> None:
    before = ledger.Entry(**json.loads(lines[1]))
    lines.insert(2, line_after(before, "11", act(9)))


def appended(lines: list[bytes]) -> None:
    lines.append(line_after(ledger.Entry(**json.loads(lines[3])), "11", act(9)))


def swapped(lines: list[bytes]) -> None:
    lines[1], lines[2] = lines[2], lines[1]


@dataclass
class Tampering:
    change: Callable[[list[bytes]], object]
    told: str


TAMPERINGS = {
    "altered": Tampering(altered, "entry 2 is not what was written"),
    "altered with its hash": Tampering(altered_with_its_hash, "entry 3 does not follow"),
    "respaced": Tampering(respaced, "entry 2 is not what was written"),
    "last altered with its hash": Tampering(last_altered, "does not end as its head says"),
    "first deleted": Tampering(lambda lines: lines.pop(0), "in the place of entry 1"),
    "one deleted": Tampering(lambda lines: lines.pop(1), "in the place of entry 2"),
    "last two deleted": Tampering(lambda lines: lines.__delitem__(slice(2, None)), "are missing"),
    "all deleted": Tampering(lambda lines: lines.clear(), "entries are missing at its end"),
    "swapped": Tampering(swapped, "in the place of entry 2"),
    "inserted": Tampering(inserted, "in the place of entry 4"),
    "repeated": Tampering(lambda lines: lines.insert(1, lines[1]), "in the place of entry 3"),
    "appended": Tampering(appended, "does not end as its head says"),
    "no json": Tampering(lambda lines: lines.insert(1, b"{\n"), "entry 2 is not what was written"),
    "blank line": Tampering(
        lambda lines: lines.insert(1, b"\n"), "entry 2 is not what was written"
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_named(home: Home, name: str) -> None:
    for number in range(4):
        append(home, "11", act(number))
    edited(home.ledger_chain("11"), TAMPERINGS[name].change)
    found = verify(home, "11")
    assert TAMPERINGS[name].told in (found.fault or "")
    assert not found.unfinished


@pytest.mark.parametrize("name", ["last altered with its hash", "appended", "last two deleted"])
def test_nothing_is_entered_after_a_broken_end(home: Home, name: str) -> None:
    for number in range(4):
        append(home, "11", act(number))
    edited(home.ledger_chain("11"), TAMPERINGS[name].change)
    before = home.ledger_chain("11").read_bytes()
    with pytest.raises(DisagreementError, match="not whole"):
        append(home, "11", act(8))
    assert home.ledger_chain("11").read_bytes() == before


@pytest.mark.parametrize("head", [None, b"", b"{", b"[]", b'{"offset": "x", "lines": ""}', b"\xff"])
def test_a_head_that_is_gone_or_none(home: Home, head: bytes | None) -> None:
    append(home, "11", act(1))
    path = home.ledger_head("11")
    path.unlink() if head is None else path.write_bytes(head)
    assert "its head" in (verify(home, "11").fault or "")
    with pytest.raises(DisagreementError):
        append(home, "11", act(2))


def test_an_append_that_was_cut_off_anywhere_is_completed(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    append(home, "11", act(1))
    path = home.ledger_chain("11")
    start = path.stat().st_size
    append(home, "11", act(2), act(3))
    whole = path.read_bytes()
    for size in (start, start + 1, start + 200, len(whole) - 300, len(whole) - 1):
        path.write_bytes(whole[:size])
        found = verify(home, "11")
        assert (found.fault, found.unfinished) == (None, True), size
        caplog.clear()
        assert append(home, "11", act(2))[0].seq == 2, "it was there"
        assert "cut off" in caplog.text
        assert path.read_bytes() == whole


def test_a_cut_that_no_append_can_have_left(home: Home) -> None:
    append(home, "11", act(1))
    append(home, "11", act(2))
    path = home.ledger_chain("11")
    path.write_bytes(path.read_bytes()[:-20] + b"x")
    assert "does not end as its head says" in (verify(home, "11").fault or "")


def test_a_head_without_its_lines_is_the_first_append_cut_off(home: Home) -> None:
    made = append(home, "11", act(1))
    home.ledger_chain("11").unlink()
    assert verify(home, "11").unfinished
    assert append(home, "11", act(1)) == made
    assert verify(home, "11").entries == 1


def enter(root: Path, worker: int) -> None:
    for number in range(20):
        append(Home(root), "11", act(number), act(1000 * (worker + 1) + number))


def test_processes_at_once_make_one_chain(home: Home) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=enter, args=(home.root, k)) for k in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
        assert one.exitcode == 0
    found = list(entries(home, "11"))
    assert len(found) == 60, "20 that both entered, 20 of each"
    assert len({one.subject for one in found}) == 60
    assert not verify(home, "11").unfinished
