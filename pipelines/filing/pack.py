"""For the institution: a package from record files and the resolution, and its signature (Art. 12).

What the manifest says of a file (rows, encoding, hash) is found by the same reader that the door
uses, so that a package made here never disagrees with itself.
"""

import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipelines.errors import BadInputError, MissingInputError, UsageError
from pipelines.filing.manifest import FORMAT, NotAManifestError, parse_manifest, read_manifest
from pipelines.filing.package import MANIFEST, Limits, UnsafeError, peek_manifest
from pipelines.filing.reader import READERS
from pipelines.filing.signature import load_private_key, sign
from pipelines.filing.text import GB18030, UTF8, decode, family
from pipelines.standard import CATEGORIES

_CATEGORY = re.compile(r"(?<![A-Z0-9])([DMB][1-4])(?![A-Z0-9])", re.IGNORECASE)


@dataclass(frozen=True)
class ResolutionScan:
    """A conferral resolution and its scan. ``headcount`` None: as many people as records.

    ``names`` is the list of names: a CSV in UTF-8 with the header ``姓名,学位类别``.
    """

    file: Path
    number: str
    adopted_on: date
    effective_on: date
    headcount: int | None = None
    names: Path | None = None


@dataclass(frozen=True)
class PackOptions:
    """What the record files themselves do not tell.

    ``filing_id`` defaults to province-institution-semester-``sequence``; ``categories`` names the
    record category of files whose name does not hold it (``records-M1.csv`` does). ``photos`` is
    the zip of the photos that the records name in ZP.
    """

    province: str
    institution: str
    semester: str
    resolutions: Sequence[ResolutionScan]
    disclosed_from: date
    disclosed_to: date
    collected_by: str
    verified_by: str
    submitted_by: str
    submitted_at: datetime
    standard: str = "2018"
    kind: str = "regular"
    sequence: str = "001"
    filing_id: str | None = None
    categories: Mapping[str, str] = field(default_factory=dict)
    photos: Path | None = None


def pack_folder(records: Path, target: Path, options: PackOptions) -> Path:
    """Makes the package ``target`` (a zip when it ends with .zip, else a folder) and returns it.

    ``records`` holds the record files; everything else in it but a manifest is left out. The
    package is unsigned. BadInputError when the manifest would not be valid, UsageError when the
    target exists or a file's category is not known.
    """
    if target.exists():
        raise UsageError(f"{target.name} exists already", "a package that is not there yet")
    beside = [scan.file for scan in options.resolutions]
    beside += [scan.names for scan in options.resolutions if scan.names]
    beside += [options.photos] if options.photos else []
    scans = {path.name: _bytes(path) for path in beside}
    own = {path.resolve() for path in beside}
    contents = {
        path.name: path.read_bytes() for path in _record_files(records) if path.resolve() not in own
    }
    if set(scans) & set(contents):
        raise UsageError("a file beside the records has a record file's name", "different names")
    manifest = _manifest(contents, scans, options)
    text = _to_bytes(manifest)
    wrong = read_manifest(text).findings
    if wrong:
        reasons = "; ".join(finding.message_en for finding in wrong)
        raise BadInputError(reasons, "a manifest that is valid", "correct the options")
    _write(target, {MANIFEST: text, **contents, **scans})
    return target


def sign_package(
    path: Path, key_file: Path, passphrase: str | None = None, *, key_id: str | None = None
) -> None:
    """Signs the package at ``path`` (folder or zip) with the key in ``key_file``, in place.

    ``key_id`` is the key's name in the officers' register; by default the key file's stem.
    """
    key = load_private_key(key_file, passphrase)
    manifest = load_manifest(path)
    data = _to_bytes(sign(manifest, key, key_id or key_file.stem))
    if path.is_dir():
        half = path / f".{MANIFEST}"
        half.write_bytes(data)
        half.replace(path / MANIFEST)
    else:
        _rewrite_zip(path, data)


def load_manifest(path: Path) -> dict[str, Any]:
    """The manifest of the package at ``path``; an error for people when there is none."""
    if not path.exists():
        raise MissingInputError(f"there is no package {path.name}", "a folder or a zip")
    try:
        data = peek_manifest(path, Limits())
        if data is None:
            raise BadInputError(
                f"{path.name} holds no {MANIFEST}",
                "a filing package",
                "make one with: xuewei filing pack",
            )
        return parse_manifest(data)
    except (UnsafeError, NotAManifestError) as error:
        raise BadInputError(error.finding.message_en, "a filing package") from None


def _record_files(folder: Path) -> list[Path]:
    try:
        found = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError:
        raise MissingInputError(
            f"the folder {folder.name} cannot be read", "a folder with record files"
        ) from None
    files = [path for path in found if path.suffix.lower().lstrip(".") in READERS]
    if not files:
        raise MissingInputError(
            f"{folder.name} holds no record file", f"files in {', '.join(READERS)}"
        )
    return files


def _manifest(
    contents: Mapping[str, bytes], scans: Mapping[str, bytes], options: PackOptions
) -> dict[str, Any]:
    files = [_file_part(name, data, options) for name, data in contents.items()]
    rows = sum(part["rows"] for part in files)
    if len(options.resolutions) > 1 and any(s.headcount is None for s in options.resolutions):
        raise UsageError("there are several resolutions", "the headcount of each")
    prefix = f"{options.province}-{options.institution}-{options.semester}"
    return {
        "format": FORMAT,
        "filing_id": options.filing_id or f"{prefix}-{options.sequence}",
        "kind": options.kind,
        "standard": options.standard,
        "province": options.province,
        "institution": options.institution,
        "semester": options.semester,
        "resolutions": [
            {
                "number": scan.number,
                "adopted_on": scan.adopted_on.isoformat(),
                "effective_on": scan.effective_on.isoformat(),
                "headcount": rows if scan.headcount is None else scan.headcount,
                "file": scan.file.name,
                "sha256": sha256(scans[scan.file.name]).hexdigest(),
                **({"names": _named(scan.names, "file", scans)} if scan.names else {}),
            }
            for scan in options.resolutions
        ],
        "files": files,
        **({"photos": _named(options.photos, "path", scans)} if options.photos else {}),
        "disclosed": {
            "from": options.disclosed_from.isoformat(),
            "to": options.disclosed_to.isoformat(),
        },
        "collected_by": options.collected_by,
        "verified_by": options.verified_by,
        "submitted_by": options.submitted_by,
        "submitted_at": options.submitted_at.isoformat(timespec="seconds"),
    }


def _named(path: Path, key: str, scans: Mapping[str, bytes]) -> dict[str, str]:
    return {key: path.name, "sha256": sha256(scans[path.name]).hexdigest()}


def _file_part(name: str, data: bytes, options: PackOptions) -> dict[str, Any]:
    kind = Path(name).suffix.lower().lstrip(".")
    category = options.categories.get(name) or _category_in(name)
    # only delimited text needs to be told its encoding; the other formats know their own
    told = {"encoding": family(decode(data, GB18030).found) or UTF8} if kind == "csv" else {}
    read = READERS[kind](data, told.get("encoding"), options.standard, category, name)
    if not read.readable:
        reasons = "; ".join(finding.message_en for finding in read.findings)
        raise BadInputError(f"{name}: {reasons}", "a record file with a header of field codes")
    return {
        "path": name,
        "category": category,
        "format": kind,
        **told,
        "rows": read.rows,
        "sha256": sha256(data).hexdigest(),
    }


def _category_in(name: str) -> str:
    found = {match.upper() for match in _CATEGORY.findall(name)} & set(CATEGORIES)
    if len(found) != 1:
        raise UsageError(
            f"the name {name} does not tell one record category",
            f"one of {', '.join(CATEGORIES)} in the name, such as records-M1.csv",
            "rename the file, or give its category",
        )
    return found.pop()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise MissingInputError(
            f"{path.name} cannot be read", "the resolution's scan, its list of names, the photos"
        ) from None


def _to_bytes(manifest: Mapping[str, Any]) -> bytes:
    return (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()


def _write(target: Path, contents: Mapping[str, bytes]) -> None:
    """Under a temporary name first: a package is there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix.lower() == ".zip":
        half = target.with_name(f".{target.name}.part")
        with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in contents.items():
                archive.writestr(name, data)
        half.replace(target)
        return
    folder = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=target.parent))
    try:
        for name, data in contents.items():
            (folder / name).write_bytes(data)
        folder.rename(target)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _rewrite_zip(path: Path, manifest: bytes) -> None:
    """The zip with another manifest, every other entry as it is."""
    half = path.with_name(f".{path.name}.part")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            own = info.filename.rpartition("/")[2] == MANIFEST
            new.writestr(info, manifest if own else old.read(info))
    os.replace(half, path)
