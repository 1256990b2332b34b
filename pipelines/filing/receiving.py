"""One package from bytes to text: archived, opened, verified, its record files read.

Runs in a thread of its own beside others; touches nothing shared but the archive, where equal
bytes have equal names.
"""

import hashlib
import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.filing.archive import Entry, put_file, put_index
from pipelines.filing.beside import Beside, compare_filing
from pipelines.filing.door_rules import Finding, find, find_about
from pipelines.filing.manifest import Manifest, NotAManifestError, RecordFile, read_manifest
from pipelines.filing.package import (
    MANIFEST,
    MAX_MANIFEST,
    Limits,
    UnsafeError,
    by_composed_name,
    folder_names,
    is_litter,
    open_zip_package,
    peek_manifest,
)
from pipelines.filing.read_file import ReadFile
from pipelines.filing.reader import READERS
from pipelines.filing.reference import Reference
from pipelines.filing.settings import Settings
from pipelines.filing.verify import verify_claims, verify_headcount
from pipelines.home import Home
from pipelines.standard import LAYOUTS

IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".gif")


@dataclass(frozen=True)
class Door:
    """What every package of a landing is received with."""

    home: Home
    reference: Reference
    limits: Limits
    today: date
    verify_signature: bool = True
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class ReceivedFile:
    """A record file that the manifest names; ``read`` is None when it is not there or has no
    reader, ``sha256`` None when it is not there."""

    declared: RecordFile
    sha256: str | None
    read: ReadFile | None


@dataclass
class Received:
    """A package received. ``known`` packages were only hashed; ``manifest`` None: unreadable."""

    path: Path
    sha256: str
    size: int
    known: bool = False
    manifest: Manifest | None = None
    entries: list[Entry] = field(default_factory=list)
    files: list[ReceivedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(file.read.rows for file in self.files if file.read)


Opened = tuple[dict[str, Entry | None], Callable[[str], bytes]]
"""Entries by name, None where the hash is not known yet, and a way to an entry's bytes."""


def receive(path: Path, door: Door, known: Collection[str]) -> Received:
    """Receives the package at ``path``; ``known`` are hashes of packages that landed before."""
    entries = archive_package(door.home, path)
    received = Received(path, entries[0].sha256, sum(entry.size for entry in entries[1:]))
    if received.sha256 in known:
        received.known = True
        return received
    blobs = {entry.path: entry for entry in entries[1:]}
    try:
        _receive_manifest(received, door, blobs)
        with _opened(received, door, blobs) as (names, read):
            _receive_entries(received, names, read, door)
    except UnsafeError as unsafe:
        received.findings.append(unsafe.finding)
    except NotAManifestError as nothing:
        received.findings.append(nothing.finding)
    return received


def archive_package(home: Home, path: Path) -> list[Entry]:
    """Archives a package. First the package itself (its SHA-256), then the files that were
    archived: a folder's regular files, or the zip. Links are not followed."""
    if not path.is_dir() or path.is_symlink():
        blob = put_file(home, path)
        return [blob, blob]
    entries: list[Entry] = []
    for folder, _, names in os.walk(path):
        for name in sorted(names):
            file = Path(folder, name)
            if stat.S_ISREG(file.lstat().st_mode):
                put = put_file(home, file)
                entries.append(Entry(_inner_name(path, file), put.sha256, put.size))
    entries.sort(key=lambda entry: entry.path)
    return [Entry("", put_index(home, entries), 0), *entries]


def _inner_name(root: Path, file: Path) -> str:
    """The path in the package; bytes of a name that are no UTF-8 show as U+FFFD."""
    return os.fsencode(file.relative_to(root).as_posix()).decode("utf-8", "replace")


def _receive_manifest(received: Received, door: Door, blobs: dict[str, Entry]) -> None:
    data = _manifest_bytes(received, door, blobs)
    if data is None:
        raise NotAManifestError("报送包内没有 manifest.json", "there is none in the package")
    received.manifest = manifest = read_manifest(data)
    received.findings.extend(manifest.findings)
    received.findings.extend(
        verify_claims(
            manifest,
            door.reference,
            door.today,
            signature=door.verify_signature,
            disclosure_days=door.settings.disclosure_days,
        )
    )


def _manifest_bytes(received: Received, door: Door, blobs: dict[str, Entry]) -> bytes | None:
    if not received.path.is_dir():
        return peek_manifest(door.home.blob(received.sha256), door.limits)
    entry = blobs.get(MANIFEST)
    if entry is None or entry.size > MAX_MANIFEST:
        return None
    return door.home.blob(entry.sha256).read_bytes()


@contextmanager
def _opened(received: Received, door: Door, blobs: dict[str, Entry]) -> Iterator[Opened]:
    """Names of the entries and a way to their bytes, from the archive: what was hashed is read."""
    if received.path.is_dir():
        names = folder_names(received.path, door.limits)
        yield (
            {name: blobs[name] for name in names if name in blobs},
            lambda name: door.home.blob(blobs[name].sha256).read_bytes(),
        )
        return
    with open_zip_package(door.home.blob(received.sha256), door.limits) as package:
        yield dict.fromkeys(package.sizes), package.read


def _receive_entries(
    received: Received, names: dict[str, Entry | None], read: Callable[[str], bytes], door: Door
) -> None:
    """Hashes every entry, reads those that are compared, compares with the manifest."""
    manifest = received.manifest
    assert manifest is not None
    composed = by_composed_name(names)

    def entry_of(path: str) -> str:
        return composed.get(unicodedata.normalize("NFC", path), "")

    declared = {entry_of(file.path): file for file in manifest.files}
    beside = Beside(manifest, entry_of, door.limits)
    reads: dict[str, ReadFile | None] = {}
    for name, entry in names.items():
        try:
            if entry is None or name in declared or beside.wants(name):
                data = read(name)
                entry = entry or Entry(name, hashlib.sha256(data).hexdigest(), len(data))
                if name in declared:
                    reads[name] = _read_records(data, declared[name], manifest.standard)
                beside.take(name, data)
        except UnsafeError as unsafe:
            received.findings.append(unsafe.finding)
            continue
        received.entries.append(entry)
    hashes = {entry.path: entry.sha256 for entry in received.entries}
    made = [
        ReceivedFile(file, hashes.get(entry_of(file.path)), reads.get(entry_of(file.path)))
        for file in manifest.files
    ]
    for file in made:
        received.findings.extend(_judge_file(file))
    received.findings.extend(_judge_repeated(made))
    for other in manifest.others:
        sha256 = hashes.get(entry_of(other.path))
        received.findings.extend(_judge_hash(other.path, other.sha256, sha256))
    named = {*declared, *(entry_of(other.path) for other in manifest.others), MANIFEST}
    received.findings.extend(_unnamed(name for name in names if name not in named))
    received.files = _compare_whole(received, beside, made, door.settings)


def _compare_whole(
    received: Received, beside: Beside, files: list[ReceivedFile], settings: Settings
) -> list[ReceivedFile]:
    """Compares the filing's records with its resolutions, lists and photos; files with cells."""
    manifest = received.manifest
    assert manifest is not None
    reads = [file.read for file in files if file.read]
    if files and len(reads) == len(files) and all(read.readable for read in reads):
        received.findings.extend(verify_headcount(manifest, sum(read.rows for read in reads)))
    cells, findings = compare_filing(manifest, beside, reads, settings, whole=len(files))
    received.findings.extend(findings)
    told = iter(cells)
    return [replace(file, read=file.read and _with_cells(file.read, next(told))) for file in files]


def _with_cells(read: ReadFile, cells: pl.DataFrame) -> ReadFile:
    return replace(read, cells=pl.concat([read.cells, cells])) if cells.height else read


def _unnamed(names: Iterable[str]) -> list[Finding]:
    """F09 for files that the manifest does not name; photos are counted: their names are people."""
    others = [name for name in names if not is_litter(name)]
    images = sum(name.lower().endswith(IMAGES) for name in others)
    found = [find("F09", file=name) for name in others if not name.lower().endswith(IMAGES)]
    return [*found, find_about("F09", "photos", count=images)] if images else found


def _read_records(data: bytes, file: RecordFile, edition: str | None) -> ReadFile | None:
    reader = READERS.get(file.format)
    if reader is None or edition not in LAYOUTS:
        return None
    return reader(data, file.encoding, edition, file.category, file.path)


def _judge_file(file: ReceivedFile) -> list[Finding]:
    declared, read = file.declared, file.read
    found = _judge_hash(declared.path, declared.sha256, file.sha256)
    if file.sha256 and declared.format not in READERS:
        found.append(
            find("F18", file=declared.path, format=declared.format[:20], handled=", ".join(READERS))
        )
    if read is None:
        return found
    found.extend(read.findings)
    if read.readable and declared.rows not in (None, read.rows):
        found.append(find("F08", file=declared.path, found=read.rows, declared=declared.rows))
    return found


def _judge_repeated(files: list[ReceivedFile]) -> list[Finding]:
    """The same file twice (F29), several files of a category (F28, told at the second)."""
    found, first, seen = [], dict[str, int](), Counter[str]()
    of_category = Counter(file.declared.category for file in files)
    for number, file in enumerate(files, start=1):
        path, category = file.declared.path, file.declared.category
        seen[category] += 1
        if file.sha256 in first:
            found.append(find("F29", file=path, other=first[file.sha256]))
        elif seen[category] == 2:
            count = of_category[category]
            found.append(find("F28", file=path, category=category, count=count))
        if file.sha256:
            first.setdefault(file.sha256, number)
    return found


def _judge_hash(path: str, declared: str | None, found: str | None) -> list[Finding]:
    if found is None:
        return [find("F03", file=path)]
    return [find("F04", file=path)] if declared and declared != found else []
