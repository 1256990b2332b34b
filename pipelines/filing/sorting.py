"""The inbox is emptied: each package goes to its province and semester, or back with a reason.

Only the manifest is looked at. A package moves by one rename, under a lock that later runs wait
for, so that two runs never take the same one. What may still be on its way is left alone: names
that begin with ``.`` or end with ``.part``, and for ``PATIENCE`` after their last change folders
without a manifest and files that are no readable zip. Whoever sends slowly copies under such a
name and renames at the end.
"""

import os
import shutil
import stat
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from pipelines.filing import archive
from pipelines.filing.door_rules import Finding, find
from pipelines.filing.exclusive import exclusive
from pipelines.filing.manifest import NotAManifestError, destination, parse_manifest
from pipelines.filing.package import Limits, UnsafeError, peek_manifest
from pipelines.filing.receiving import archive_package
from pipelines.filing.refusal import write_refusal
from pipelines.home import Home
from pipelines.standard import Semester

PATIENCE = timedelta(minutes=10)


@dataclass
class Sorted:
    """What waits after a sorting: packages by (province, semester), those that came before too.

    ``moved`` and ``refused`` count this run's packages; ``pending`` were left in the inbox.
    """

    partitions: dict[tuple[str, str], int] = field(default_factory=dict)
    refused: int = 0
    moved: int = 0
    pending: int = 0


def sort_inbox(
    home: Home, *, now: datetime, patience: timedelta = PATIENCE, limits: Limits | None = None
) -> Sorted:
    """Sorts every package of the inbox; ``now`` (aware) decides what has waited long enough."""
    done = Sorted()
    home.sorted.mkdir(parents=True, exist_ok=True)
    if packages := packages_in(home.inbox):
        with exclusive(home.sorted, "sorting the inbox", wait=True):
            refused = [
                package
                for package in packages
                if not _sort(home, package, now, patience, limits or Limits(), done)
            ]
            if refused:
                archive.sync()
            for package in refused:
                remove_package(package)
    done.partitions = waiting_partitions(home)
    return done


def waiting_partitions(home: Home) -> dict[tuple[str, str], int]:
    """How many packages wait to be landed, by (province, semester)."""
    folders = sorted(home.sorted.glob("[0-9][0-9]/*-*-[12]"))
    counted = {(folder.parent.name, folder.name): len(packages_in(folder)) for folder in folders}
    return {partition: count for partition, count in counted.items() if count}


def packages_in(folder: Path) -> list[Path]:
    """Packages in a folder by name: folders and regular files, finished ones."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are looked at first
    except FileNotFoundError:
        return []
    paths = [folder / name for name in names if name[0] != "." and not name.endswith(".part")]
    return [path for path in paths if _is_package(path)]


def remove_package(path: Path) -> None:
    """Removes a package whose bytes are archived."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _is_package(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(mode) or stat.S_ISREG(mode)


def _sort(
    home: Home, package: Path, now: datetime, patience: timedelta, limits: Limits, done: Sorted
) -> bool:
    """Moves a package, or leaves it, or writes why it is refused (False: to be removed)."""
    try:
        finding, where = _look(package, limits, now.date())
        if finding and _may_be_arriving(package, finding, now, patience):
            done.pending += 1
        elif where:
            _move(package, home.waiting(*where))
            done.moved += 1
        else:
            sha256 = archive_package(home, package)[0].sha256
            write_refusal(home.unassigned, sha256, [finding or _untold()], now)
            done.refused += 1
            return False
    except FileNotFoundError:
        pass  # withdrawn by its sender meanwhile
    return True


def _look(
    package: Path, limits: Limits, today: date
) -> tuple[Finding | None, tuple[str, str] | None]:
    """Why the package has no usable manifest, or where it belongs."""
    try:
        data = peek_manifest(package, limits)
        if data is None:
            zh, en = "报送包内没有 manifest.json", "there is none in the package"
            return find("F01", reason_zh=zh, reason_en=en), None
        where = destination(parse_manifest(data))
        filed = where is not None and Semester.parse(where[1]).may_be_filed(today)
        return None, where if filed else None
    except UnsafeError as unsafe:
        return unsafe.finding, None
    except NotAManifestError as nothing:
        return nothing.finding, None


def _untold() -> Finding:
    zh = "应写明有效的省份（province）和学期（semester）"
    en = "it should tell a valid province and semester"
    return find("F02", place="province, semester", reason_zh=zh, reason_en=en)


def _may_be_arriving(package: Path, finding: Finding, now: datetime, patience: timedelta) -> bool:
    if package.is_dir():
        if (package / "manifest.json").exists():
            return False
        newest = max(path.lstat().st_mtime for path in (package, *package.rglob("*")))
    else:
        if finding.rule_code != "F13":
            return False
        newest = package.lstat().st_mtime
    return now.timestamp() - newest < patience.total_seconds()


def _move(package: Path, folder: Path) -> None:
    """Renames into the partition's folder; a name that is taken there gets a number."""
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / package.name, 2
    while os.path.lexists(target):
        target = folder / f"{package.stem[:80]}~{number}{package.suffix[:10]}"
        number += 1
    package.rename(target)
