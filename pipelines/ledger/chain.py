"""A chain: acts are entered, entries read and verified."""

import logging
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipelines.errors import DisagreementError, UsageError
from pipelines.filing.exclusive import exclusive
from pipelines.home import PRIVATE, Home
from pipelines.ledger.entry import FORMAT, START, Act, Entry, check, line_after, read, same
from pipelines.ledger.files import ending, extend, lines_of, write

_SCOPE = re.compile(r"[0-9]{2}|national")
_log = logging.getLogger(__name__)


class Verified(NamedTuple):
    """A chain that was looked through. ``fault`` names the first thing that does not fit;
    ``unfinished``: the last append was cut off, the next one completes it."""

    entries: int
    head: str
    fault: str | None
    unfinished: bool


def append(home: Home, scope: str, *acts: Act) -> list[Entry]:
    """Enters acts in a scope's chain; their entries. An act is entered once for a subject's hash.

    One process at a time, others wait; on the disk when it returns. UsageError for words that are
    no codes, DisagreementError when the chain does not end as its head says.
    """
    if not _SCOPE.fullmatch(scope):
        raise UsageError(f"{scope!r} has no ledger", "a province's two digits, or national")
    for act in acts:
        check(act)
    home.ledger.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    with exclusive(home.ledger, "writing the ledger", wait=True):
        found = ending(home, scope)
        if found.fault:
            raise _broken(scope, found.fault)
        if found.missing:
            extend(home, scope, found.missing)
            _log.warning("ledger %s: the last append had been cut off and was completed", scope)
        known, last = _known(home, scope, {act.sha256 for act in acts})
        new: list[bytes] = []
        for act in acts:
            if same(act) not in known:
                new.append(line_after(last, scope, act))
                last = known[same(act)] = _sound(scope, new[-1])
        if new:
            write(home, scope, found.size + len(found.missing), b"".join(new))
    return [known[same(act)] for act in acts]


def entries(home: Home, scope: str) -> Iterator[Entry]:
    """A chain's entries, each verified. DisagreementError at the first that does not fit, or at the
    end when it is not the one that the head tells. A cut-off append is not there yet."""
    found = ending(home, scope)
    previous = START
    for number, line in enumerate(lines_of(home.ledger_chain(scope), found.size), 1):
        entry = read(line)
        if entry is None:
            raise _broken(scope, f"entry {number} is not what was written")
        if (entry.format, entry.scope, entry.seq) != (FORMAT, scope, number):
            raise _broken(scope, f"another entry stands in the place of entry {number}")
        if entry.previous != previous:
            raise _broken(scope, f"entry {number} does not follow the one before it")
        yield entry
        previous = entry.hash
    if found.fault:
        raise _broken(scope, found.fault)


def verify(home: Home, scope: str) -> Verified:
    """Looks through a chain: how long it is, its last hash, the first thing that does not fit."""
    count, head = 0, START
    try:
        for one in entries(home, scope):
            count, head = one.seq, one.hash
    except DisagreementError as error:
        return Verified(count, head, error.found, False)
    return Verified(count, head, None, bool(ending(home, scope).missing))


def _known(
    home: Home, scope: str, wanted: set[str]
) -> tuple[dict[tuple[str, str, str], Entry], Entry | None]:
    """Entries about hashes that are wanted, and the last entry; other lines are not taken apart."""
    known, line = {}, b""
    for line in lines_of(home.ledger_chain(scope)):
        at = line.find(b'"sha256":"') + 10
        if line[at : at + 64].decode("ascii", "replace") in wanted:
            entry = _sound(scope, line)
            known[same(entry)] = entry
    return known, _sound(scope, line) if line else None


def _sound(scope: str, line: bytes) -> Entry:
    entry = read(line)
    if entry is None:
        raise _broken(scope, "an entry is not what was written")
    return entry


def _broken(scope: str, why: str) -> DisagreementError:
    return DisagreementError(
        f"the ledger of {scope} is not whole: {why}",
        "the chain as it was written",
        "keep all files as they are and find out who changed them; a backup has the chain",
    )
