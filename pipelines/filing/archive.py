"""The archive: bytes as received, by their SHA-256, read-only.

A zip is one blob. A folder is a blob a file plus an index, the canonical JSON of its entries
(path, sha256, size), and the index's hash is the package's. A blob appears by renaming: it is
there whole or not at all. Nothing is synced file by file; whoever removes the originals calls
``sync`` once before.
"""

import hashlib
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.filing.signature import canonical_json
from pipelines.home import Home

CHUNK = 1 << 20
READ_ONLY = 0o444


@dataclass(frozen=True)
class Entry:
    """A file of a package: its path in it, the SHA-256 and the size of its bytes."""

    path: str
    sha256: str
    size: int


def put_bytes(home: Home, data: bytes) -> str:
    """Archives ``data``; its SHA-256."""
    digest = hashlib.sha256(data).hexdigest()
    if not _is_there(home, digest, len(data)):
        half = _half(home)
        descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fchmod(descriptor, READ_ONLY)
        finally:
            os.close(descriptor)
        _place(home, half, digest)
    return digest


def put_file(home: Home, source: Path) -> Entry:
    """Archives a file of any size in one pass; its name, SHA-256 and size."""
    half, digest, size = _half(home), hashlib.sha256(), 0
    with source.open("rb") as reading, half.open("xb") as writing:
        while part := reading.read(CHUNK):
            digest.update(part)
            writing.write(part)
            size += len(part)
    half.chmod(READ_ONLY)
    sha256 = digest.hexdigest()
    if _is_there(home, sha256, size):
        half.unlink()
    else:
        _place(home, half, sha256)
    return Entry(source.name, sha256, size)


def put_index(home: Home, entries: list[Entry]) -> str:
    """Archives a folder's index; its SHA-256, which is the package's."""
    ordered = sorted(entries, key=lambda entry: entry.path)
    return put_bytes(home, canonical_json([asdict(entry) for entry in ordered]))


def sync() -> None:
    """Makes all that was written last: one call a batch costs less than one a file."""
    os.sync()


def sync_folder(folder: Path) -> None:
    """Makes a rename in ``folder`` last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_there(home: Home, sha256: str, size: int) -> bool:
    """A blob of another size is what a power failure left: it is written again."""
    try:
        return home.blob(sha256).stat().st_size == size
    except FileNotFoundError:
        return False


def _half(home: Home) -> Path:
    home.archive.mkdir(parents=True, exist_ok=True)
    return home.archive / f".half-{secrets.token_hex(8)}"


def _place(home: Home, half: Path, sha256: str) -> None:
    target = home.blob(sha256)
    try:
        half.rename(target)
    except FileNotFoundError:
        target.parent.mkdir(exist_ok=True)
        half.rename(target)
