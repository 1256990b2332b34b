"""A partition's waiting packages become one landed batch (Art. 12(4)); run again, nothing happens.

Packages are received by a few threads (hashing, NumPy and Polars release the interpreter's lock,
decoding GB18030 does not) and taken in the order of their names, so that equal packages give an
equal batch. Order of effects: archive and batch written under a temporary name, all synced, the
batch renamed into place, then the packages removed. A crash leaves a batch that is there whole or
not at all, and at most packages that the next run recognises.
"""

import hashlib
import shutil
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines.filing import archive
from pipelines.filing.batch import BatchWriter
from pipelines.filing.door_rules import find
from pipelines.filing.exclusive import exclusive
from pipelines.filing.package import Limits
from pipelines.filing.receiving import Door, Received, receive
from pipelines.filing.reference import Reference, load_reference
from pipelines.filing.refusal import write_refusal
from pipelines.filing.sorting import packages_in, remove_package
from pipelines.home import Home

WORKERS = 2
AHEAD_BYTES = 64 << 20
"""Packages read ahead of the writer, in bytes as they lie there: bounds memory."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Landed:
    """What a landing did. ``batch`` is None when there was nothing to land.

    ``filings``, ``lines`` and ``bytes`` are what landed; ``duplicates`` had landed before,
    ``refused`` carry the filing id of another filing (F14).
    """

    batch: str | None
    filings: int = 0
    lines: int = 0
    duplicates: int = 0
    refused: int = 0
    bytes: int = 0
    seconds: float = 0.0


def land(
    home: Home,
    province: str,
    semester: str,
    *,
    now: datetime,
    progress: Progress | None = None,
    verify_signature: bool = True,
    reference: Reference | None = None,
    limits: Limits | None = None,
) -> Landed:
    """Lands all packages that wait in ``sorted/<province>/<semester>``.

    ``now`` (aware) becomes ``received_at``; ``progress`` is called with packages done and in all.
    ``reference`` defaults to the home's registers. BusyError when another process lands them.
    """
    began = time.monotonic()
    waiting = home.waiting(province, semester)
    if not packages_in(waiting):
        return Landed(None)
    with exclusive(waiting, f"landing {province} {semester}"):
        packages = packages_in(waiting)
        door = Door(
            home,
            reference or load_reference(home),
            limits or Limits(),
            now.astimezone(UTC).date(),
            verify_signature,
        )
        landing = _Landing(home, province, semester, now, door)
        try:
            landing.take_all(packages, progress)
            landed = landing.settle()
        finally:
            landing.clean()
        for package in packages:
            remove_package(package)
    return _timed(landed, time.monotonic() - began)


def _timed(landed: Landed, seconds: float) -> Landed:
    return Landed(**{**vars(landed), "seconds": seconds})


class _Landing:
    """The state of one landing."""

    def __init__(self, home: Home, province: str, semester: str, now: datetime, door: Door) -> None:
        self.home, self.now, self.door = home, now, door
        self.folder = home.landing(province, semester)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clean()
        self.half = self.folder / ".tmp-landing"
        self.half.mkdir()
        self.writer = BatchWriter(self.half, now.astimezone(UTC).replace(tzinfo=None))
        self.known = _landed_before(self.folder)
        self.ids = {filing_id: sha256 for sha256, filing_id in self.known.items() if filing_id}
        self.duplicates = self.refused = 0

    def take_all(self, packages: list[Path], progress: Progress | None) -> None:
        """Receives in threads, takes in order."""
        known = frozenset(self.known)
        for done, received in enumerate(_in_order(packages, self.door, known), start=1):
            self._take(received)
            if progress:
                progress(done, len(packages))

    def _take(self, received: Received) -> None:
        if received.known or received.sha256 in self.known:
            self.duplicates += 1
            return
        filing_id = received.manifest.filing_id if received.manifest else None
        if filing_id and filing_id in self.ids:
            self._refuse(received, filing_id)
            return
        self.known[received.sha256] = filing_id
        if filing_id:
            self.ids[filing_id] = received.sha256
        self.writer.add(received)

    def _refuse(self, received: Received, filing_id: str) -> None:
        self.refused += 1
        manifest = received.manifest
        folder = self.home.unassigned
        if manifest and manifest.institution and manifest.province:
            folder = self.home.feedback(manifest.province, manifest.institution, filing_id)
        write_refusal(folder, received.sha256, [find("F14"), *received.findings], self.now)

    def settle(self) -> Landed:
        """Makes all that was written last, and the batch visible."""
        writer = self.writer
        batch = None
        if writer.filings:
            batch = batch_name(writer.hashes)
            writer.finish(batch)
        archive.sync()
        if batch:
            self.half.rename(self.folder / batch)
            archive.sync_folder(self.folder)
        return Landed(
            batch, writer.filings, writer.rows, self.duplicates, self.refused, writer.bytes
        )

    def clean(self) -> None:
        """Removes what a crash, or a landing without anything new, left half-written."""
        shutil.rmtree(self.folder / ".tmp-landing", ignore_errors=True)


def batch_name(package_hashes: Collection[str]) -> str:
    """``b-`` and 16 hex digits of the SHA-256 over the packages' sorted hashes."""
    joined = "".join(sorted(package_hashes)).encode("ascii")
    return f"b-{hashlib.sha256(joined).hexdigest()[:16]}"


def _landed_before(folder: Path) -> dict[str, str | None]:
    """Filing ids by package hash, of all batches of the partition."""
    paths = sorted(folder.glob("b-*/filings.parquet"))
    if not paths:
        return {}
    frame = pl.read_parquet(paths, columns=["package_sha256", "filing_id"])
    return dict(frame.select("package_sha256", "filing_id").iter_rows())


def _in_order(packages: list[Path], door: Door, known: frozenset[str]) -> Iterator[Received]:
    """Received packages in the order given, never far ahead of their consumer."""
    ahead: deque[tuple[int, Future[Received]]] = deque()
    flying = 0
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="receive") as pool:
        try:
            for package in packages:
                size = _size(package)
                while ahead and (flying + size > AHEAD_BYTES):
                    landed_size, future = ahead.popleft()
                    yield future.result()
                    flying -= landed_size
                ahead.append((size, pool.submit(receive, package, door, known)))
                flying += size
            while ahead:
                yield ahead.popleft()[1].result()
        finally:
            for _, future in ahead:
                future.cancel()


def _size(package: Path) -> int:
    if package.is_dir():
        return sum(path.lstat().st_size for path in package.rglob("*"))
    return 10 * package.lstat().st_size
