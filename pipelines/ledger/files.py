"""The two files of a chain: lines that are only appended, and the head that says where they end."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipelines.filing.archive import sync_folder
from pipelines.filing.signature import canonical_json
from pipelines.home import Home


class Ending(NamedTuple):
    """How a chain ends: its size in bytes, what of the last append is missing, and why it does not
    end as its head says."""

    size: int
    missing: bytes
    fault: str | None


def ending(home: Home, scope: str) -> Ending:
    """Compares a chain's end with its head; others may append meanwhile."""
    chain, path, said = home.ledger_chain(scope), home.ledger_head(scope), None
    while said is None or said != _bytes(path):  # size and head are of one moment
        said = _bytes(path)
        size = chain.stat().st_size if chain.exists() else 0
    if not said:
        return Ending(size, b"", "its head is not there" if size else None)
    try:
        head = json.loads(said)
        offset, lines = abs(int(head["offset"])), str(head["lines"]).encode()
    except (ValueError, KeyError, TypeError):
        return Ending(size, b"", "its head cannot be read")
    if size < offset:
        return Ending(size, b"", "entries are missing at its end")
    tail = _bytes(chain, offset)[: size - offset]
    if not lines.startswith(tail):
        return Ending(size, b"", "it does not end as its head says")
    return Ending(size, lines[len(tail) :], None)


def lines_of(chain: Path, size: int | None = None) -> Iterator[bytes]:
    """Whole lines, of the first ``size`` bytes where that is given."""
    if not chain.exists():
        return
    done = 0
    with chain.open("rb") as file:
        for line in file:
            done += len(line)
            if line[-1:] != b"\n" or (size is not None and done > size):
                return
            yield line


def write(home: Home, scope: str, size: int, lines: bytes) -> None:
    """Appends lines to a chain of ``size`` bytes. A crash between leaves what ``extend`` mends."""
    path = home.ledger_head(scope)
    half = path.with_name(f".{path.name}.part")
    half.unlink(missing_ok=True)
    head = canonical_json({"offset": size, "lines": lines.decode()})
    _put(half, head, os.O_EXCL)
    half.replace(path)
    sync_folder(path.parent)
    extend(home, scope, lines)


def extend(home: Home, scope: str, lines: bytes) -> None:
    """Puts lines, or what is missing of them, at the end of a chain."""
    _put(home.ledger_chain(scope), lines, os.O_APPEND)
    sync_folder(home.ledger)


def _put(path: Path, data: bytes, how: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _bytes(path: Path, offset: int = 0) -> bytes:
    """The file's bytes from there on; none when it is not there."""
    if not path.exists():
        return b""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read()
