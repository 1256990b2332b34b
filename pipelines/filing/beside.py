"""What lies beside the records in a package and is compared with them: photos, lists of names."""

from collections.abc import Callable, Sequence

import polars as pl

from pipelines.filing.door_rules import Finding, find_about
from pipelines.filing.manifest import Manifest
from pipelines.filing.names import compare_names, compare_resolutions, read_names
from pipelines.filing.package import Limits
from pipelines.filing.photos import compare_photos, read_photos
from pipelines.filing.read_file import ReadFile, no_cells
from pipelines.filing.settings import REQUIRED, Settings
from pipelines.filing.verify import DISCLOSED_KINDS


class Beside:
    """Takes the entries that the manifest names as photos or lists, and keeps what they say.

    ``photos`` is None where they are not named, not there or cannot be opened; ``lists`` are the
    usable lists of names by the place of their resolution. Bytes are not kept.
    """

    def __init__(self, manifest: Manifest, entry_of: Callable[[str], str], limits: Limits) -> None:
        self.limits = limits
        self.photos: pl.DataFrame | None = None
        self.lists: dict[int, pl.Series] = {}
        self.findings: list[Finding] = []
        self._photos = entry_of(manifest.photos.path) if manifest.photos else ""
        self._lists: dict[str, list[int]] = {}
        for place, named in enumerate(manifest.names):
            if named:
                self._lists.setdefault(entry_of(named.path), []).append(place)

    def wants(self, name: str) -> bool:
        """Whether the entry ``name`` is one of them."""
        return name != "" and (name == self._photos or name in self._lists)

    def take(self, name: str, data: bytes) -> None:
        """Reads the entry if it is one of them."""
        if not self.wants(name):
            return
        if name == self._photos:
            photos = read_photos(data, self.limits, name)
            if isinstance(photos, Finding):
                self.findings.append(photos)
            else:
                self.photos = photos
        if name in self._lists:
            names = read_names(data, name)
            if isinstance(names, Finding):
                self.findings.append(names)
            else:
                # one list for several resolutions counts once
                first, *others = self._lists[name]
                self.lists |= {first: names, **dict.fromkeys(others, names.clear())}


def compare_filing(
    manifest: Manifest,
    beside: Beside,
    reads: Sequence[ReadFile],
    settings: Settings,
    *,
    whole: int,
) -> tuple[list[pl.DataFrame], list[Finding]]:
    """Further cells of each file in ``reads`` and findings about the filing: R37, R40.

    ``whole`` is how many record files the manifest names: with one of them unread, what is left
    over in lists and photos may be its, and is not told.
    """
    findings = list(beside.findings)
    told = [[no_cells()] for _ in reads]
    complete = len(reads) == whole and all(read.readable for read in reads)
    if settings.photos == REQUIRED and not manifest.photos and manifest.kind in DISCLOSED_KINDS:
        findings.append(find_about("R37", "required"))
    if not reads:
        return [], findings
    compared = []
    if beside.photos is not None:
        compared.append(compare_photos(beside.photos, reads))
    if beside.lists:
        compared.append(compare_names(manifest, beside.lists, reads))
    for cells, about in compared:
        findings += about if complete else []
        for file, part in enumerate(cells):
            told[file].append(part)
    if complete:
        findings += compare_resolutions(manifest, reads)
    return [pl.concat(parts) for parts in told], findings
