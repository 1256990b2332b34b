"""A landing's packages in shares: each received by one process, numbered so that all are unique."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.filing.batch import BatchWriter, Written
from pipelines.filing.door_rules import find
from pipelines.filing.manifest import NotAManifestError, parse_manifest
from pipelines.filing.package import Limits, UnsafeError, peek_manifest
from pipelines.filing.receiving import Door, Received, receive
from pipelines.filing.refusal import write_refusal
from pipelines.warehouse import threads

Progress = Callable[[int, int], None]

SHARE_BYTES = 24 << 20
"""Size of a share as its packages lie there: some shares a process, none too large for memory."""

ALONE_BYTES = 64 << 20
"""A landing of up to so many bytes is received in this process: starting another takes 0.7 s."""

ZIP_FACTOR = 4
"""Record files shrink to about a quarter in a zip."""


@dataclass(frozen=True)
class Share:
    """Packages that one process receives, in order. ``first_filing`` is the number of the first."""

    number: int
    first_filing: int
    packages: tuple[Path, ...]
    bytes: int


def share_out(packages: list[Path], limits: Limits) -> list[Share]:
    """Shares of about SHARE_BYTES; packages that claim the same filing id are in the same one.

    Packages without a readable id go with the first share: what arrives twice meets itself.
    """
    ids = {package: _claimed_id(package, limits) for package in packages}
    times: dict[str | None, int] = {}
    for claimed in ids.values():
        times[claimed] = times.get(claimed, 0) + 1
    together = [p for p in packages if ids[p] is None or times[ids[p]] > 1]
    alone = [p for p in packages if ids[p] is not None and times[ids[p]] == 1]
    shares: list[Share] = []
    first = 1
    current: list[Path] = list(together)
    size = sum(_size(package) for package in together)
    for package in alone:
        if current and size >= SHARE_BYTES:
            shares.append(Share(len(shares), first, tuple(current), size))
            first, current, size = first + len(current), [], 0
        current.append(package)
        size += _size(package)
    if current:
        shares.append(Share(len(shares), first, tuple(current), size))
    return shares


def _claimed_id(package: Path, limits: Limits) -> str | None:
    try:
        data = peek_manifest(package, limits)
        claimed = parse_manifest(data).get("filing_id") if data else None
    except (UnsafeError, NotAManifestError, OSError):
        return None
    return claimed if isinstance(claimed, str) else None


def _size(package: Path) -> int:
    if package.is_dir():
        return sum(path.lstat().st_size for path in package.rglob("*"))
    return ZIP_FACTOR * package.lstat().st_size


def receive_all(
    shares: list[Share],
    door: Door,
    folder: Path,
    now: datetime,
    known: dict[str, str | None],
    progress: Progress | None,
) -> list[Written]:
    """Receives all shares and writes their records into ``folder``; results in order."""
    total = sum(len(share.packages) for share in shares)
    done: list[Written] = []
    counted = 0
    for share, written in zip(shares, _results(shares, door, folder, now, known), strict=True):
        done.append(written)
        counted += len(share.packages)
        if progress:
            progress(counted, total)
    return done


def _results(
    shares: list[Share], door: Door, folder: Path, now: datetime, known: dict[str, str | None]
) -> Iterator[Written]:
    workers = min(threads(), len(shares))
    if workers < 2 or sum(share.bytes for share in shares) <= ALONE_BYTES:
        for share in shares:
            yield receive_share(share, door, folder, now, known)
        return
    with _one_polars_thread():
        # fork would copy the locks of DuckDB's and Polars' threads in whatever state they are
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(workers, mp_context=context)
        futures = [pool.submit(receive_share, share, door, folder, now, known) for share in shares]
    try:
        for future in futures:
            yield future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _one_polars_thread() -> Iterator[None]:
    """Children inherit the environment when they start: each has a core to itself."""
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before


def receive_share(
    share: Share, door: Door, folder: Path, now: datetime, known: dict[str, str | None]
) -> Written:
    """Receives a share's packages in order; duplicates and reused ids are told from the rest."""
    seen = dict(known)
    ids = {filing_id: sha256 for sha256, filing_id in seen.items() if filing_id}
    writer = BatchWriter(
        folder, now.astimezone(UTC).replace(tzinfo=None), share.number, share.first_filing
    )
    duplicates = refused = 0
    for package in share.packages:
        received = receive(package, door, seen)
        filing_id = received.manifest.filing_id if received.manifest else None
        if received.known:
            duplicates += 1
        elif filing_id and filing_id in ids:
            refused += 1
            _refuse(door, received, filing_id, now)
        else:
            seen[received.sha256] = filing_id
            if filing_id:
                ids[filing_id] = received.sha256
            writer.add(received)
    return writer.finish(duplicates, refused)


def _refuse(door: Door, received: Received, filing_id: str, now: datetime) -> None:
    manifest = received.manifest
    folder = door.home.unassigned
    if manifest and manifest.institution and manifest.province:
        folder = door.home.feedback(manifest.province, manifest.institution, filing_id)
    write_refusal(folder, received.sha256, [find("F14"), *received.findings], now)
