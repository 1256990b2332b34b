"""A partition's waiting packages become one landed batch (Art. 12(4)); run again, nothing happens.

Packages are shared out by size, in the order of their names, and each share is received by one
process: decoding and splitting hold the interpreter's lock, so that threads gain nothing. A small
batch is received in this process. The shares do not depend on the number of processes, so that
equal packages give an equal batch.

Order of effects: archive and batch written under a temporary name, all synced, the batch renamed
into place, then the packages removed. A crash leaves a batch that is there whole or not at all,
and at most packages that the next run recognises.
"""

import hashlib
import shutil
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from pipelines.filing import archive
from pipelines.filing.batch import write_tables
from pipelines.filing.exclusive import exclusive
from pipelines.filing.package import Limits
from pipelines.filing.receiving import Door
from pipelines.filing.reference import Reference, load_reference
from pipelines.filing.settings import load_settings
from pipelines.filing.shares import receive_all, share_out
from pipelines.filing.sorting import packages_in, remove_package
from pipelines.home import Home

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
            load_settings(home),
        )
        folder = home.landing(province, semester)
        half = _fresh_folder(folder)
        try:
            landed = _land(door, packages, folder, half, now, progress)
        finally:
            shutil.rmtree(half, ignore_errors=True)
        for package in packages:
            remove_package(package)
    return Landed(**{**vars(landed), "seconds": time.monotonic() - began})


def _fresh_folder(folder: Path) -> Path:
    """An empty folder for the batch in the making; what a crash left in it is gone."""
    half = folder / ".tmp-landing"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    return half


def _land(
    door: Door,
    packages: list[Path],
    folder: Path,
    half: Path,
    now: datetime,
    progress: Progress | None,
) -> Landed:
    """Receives everything, makes all that was written last, and then the batch visible."""
    shares = share_out(packages, door.limits)
    done = receive_all(shares, door, half, now, _landed_before(folder), progress)
    hashes = [sha256 for share in done for sha256 in share.hashes]
    batch = batch_name(hashes) if hashes else None
    if batch:
        write_tables(half, batch, done)
    archive.sync()
    if batch:
        half.rename(folder / batch)
        archive.sync_folder(folder)
    return Landed(
        batch,
        filings=len(hashes),
        lines=sum(share.rows for share in done),
        duplicates=sum(share.duplicates for share in done),
        refused=sum(share.refused for share in done),
        bytes=sum(share.bytes for share in done),
    )


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
