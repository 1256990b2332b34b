"""Filing packages on disk: record files, resolution, manifest, signature; as folders or zips."""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.filing.signature import sign
from pipelines.simulate.beside import name_lists, photo_zip
from pipelines.simulate.broken_lines import break_lines
from pipelines.simulate.filings import Filing
from pipelines.simulate.formats import BOM, Columns, Sheet, render
from pipelines.simulate.habits import EXTRAS
from pipelines.simulate.officers import ghost_code, private_key, submitter_key
from pipelines.simulate.resolutions import write_resolution
from pipelines.simulate.writing import GbkName, write_files
from pipelines.standard import FIELDS, Field, layout


@dataclass(frozen=True)
class Content:
    """A record file's rows, in order, and which of its lines to break."""

    path: str
    category: str
    frame: pl.DataFrame
    broken: dict[int, str]


def columns_of(filing: Filing, category: str) -> Columns:
    """Headers and expressions of a file's columns in the institution's way of writing."""
    habits = filing.habits
    if habits.full_header and filing.standard == "2018":
        fields = sorted(
            (field for field in FIELDS.values() if field.pos_2018), key=lambda f: f.pos_2018 or 0
        )
    else:
        fields = list(layout(filing.standard).fields(category))
    if not habits.extras and filing.standard == "2018":
        fields = [field for field in fields if field.code not in EXTRAS]
    return [(_heading(field, habits.header), pl.col(field.code)) for field in fields]


def _heading(field: Field, form: str) -> str:
    if form == "code":
        return field.code
    return field.label_zh if form == "label" else f"{field.label_zh}({field.code})"


def list_entries(frame: pl.DataFrame) -> pl.Series:
    """Entries of the resolution's list: number, name, degree category; beyond the font 〓."""
    name = pl.col("XM").str.replace_all(r"[\x{10000}-\x{10FFFF}]", "〓")
    number = pl.int_range(1, pl.len() + 1).over("filing").cast(pl.String)
    degree = pl.col("XWLB").str.replace("学位", "", literal=True)
    entry = pl.concat_str([number, pl.lit(" "), name, pl.lit(" "), degree])
    return frame.select(entry).to_series()


@dataclass(frozen=True)
class Papers:
    """What comes with the records: lines of the scan, people on the lists, photos or none.

    ``people`` as ``beside.listed`` makes it; ``photos`` has the columns ZP and marks.
    """

    entries: list[str]
    people: pl.DataFrame
    photos: pl.DataFrame | None


def has_photos(filing: Filing) -> bool:
    """Whether photos can be matched: the layout of 2024 has no name of a photo."""
    return filing.standard == "2018"


def write_package(
    inbox: Path, seed: int, filing: Filing, contents: list[Content], papers: Papers, fault: str
) -> str:
    """Writes one package into the inbox; ``fault`` names a fault of the whole filing, or is empty.

    Returns the path (inside the package) of the file that the fault is in, if it is in one.
    """
    files, listed = _record_files(filing, contents, fault)
    resolution = "学位授予决议.pdf" if filing.zipped and filing.gbk_names else "resolution.pdf"
    decisions = _decisions(filing)
    files[resolution] = write_resolution(filing.institution.name_zh, decisions, papers.entries)
    manifest = _manifest(filing, listed, resolution, files[resolution])
    _add_papers(manifest, files, filing, papers, fault)
    concerned = _spoil(manifest, files, filing, fault, resolution)
    key_id = submitter_key(filing.institution.code)
    if fault == "institution_unknown":
        key_id = submitter_key(ghost_code(filing.institution.province))
    if fault == "signed_by_stranger":
        key_id = f"p{filing.institution.province}-r1"
    manifest = sign(manifest, private_key(seed, key_id), key_id)
    if fault == "signature_over_other_content":
        manifest["disclosed"]["to"] = manifest["disclosed"]["from"]
    files["manifest.json"] = json.dumps(manifest, ensure_ascii=False, indent=1).encode("utf-8")
    write_files(inbox, manifest["filing_id"], filing, files)
    return concerned or (listed[0]["path"] if fault in FILE_FAULTS else "")


def _add_papers(
    manifest: dict[str, Any], files: dict[str, bytes], filing: Filing, papers: Papers, fault: str
) -> None:
    """The lists of names and the photos, and where the manifest names them."""
    for place, data in enumerate(name_lists(papers.people, len(filing.resolutions))):
        path = f"resolution-names{f'-{place + 1}' if place else ''}.csv"
        files[path] = data
        manifest["resolutions"][place]["names"] = {"file": path, "sha256": _digest(data)}
    if papers.photos is not None:
        names, marks = (papers.photos[name].to_list() for name in ("ZP", "marks"))
        entry = GbkName if filing.gbk_names else zipfile.ZipInfo
        photos = photo_zip(names, marks, fault == "photo_left_over", entry)
        files["photos.zip"] = photos
        manifest["photos"] = {"path": "photos.zip", "sha256": _digest(photos)}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


FILE_FAULTS = frozenset(
    {
        "hash_differs",
        "row_count_differs",
        "encoding_differs",
        "column_twice",
        "mandatory_column_missing",
        "too_many_columns",
        "unknown_column",
    }
)


def _record_files(
    filing: Filing, contents: list[Content], fault: str
) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    files: dict[str, bytes] = {}
    listed = []
    for place, content in enumerate(contents):
        columns = columns_of(filing, content.category)
        if place == 0:
            columns = _spoiled_columns(columns, filing, fault)
        data = break_lines(_rendered(filing, content, columns), content.broken)
        encoding = filing.habits.encoding
        if place == 0 and fault == "encoding_differs":
            data, encoding = _recoded(data), "utf-8"
        files[content.path] = data
        listed.append(_listed(content, data, encoding, len(content.frame)))
    if fault == "file_without_records":
        first = contents[0]
        path = f"records-{first.category}-9.{filing.habits.format}"
        empty = Content(path, first.category, first.frame.head(0), {})
        data = _rendered(filing, empty, columns_of(filing, first.category))
        files[empty.path] = data
        listed.append(_listed(empty, data, filing.habits.encoding, 0))
    return files, listed


def _rendered(filing: Filing, content: Content, columns: Columns) -> bytes:
    title = f"{filing.institution.name_zh}学位授予信息（{content.category}）"
    day = filing.submitted_at.date()
    return render(Sheet(columns, content.frame, day, title), filing.habits)


def _listed(content: Content, data: bytes, encoding: str, rows: int) -> dict[str, Any]:
    form = content.path.rpartition(".")[2]
    listed = {"path": content.path, "category": content.category, "format": form}
    if form == "csv":
        listed["encoding"] = encoding
    return {**listed, "rows": rows, "sha256": _digest(data)}


def _recoded(data: bytes) -> bytes:
    """GB18030, whatever it was."""
    if data.startswith(BOM):
        data = data.removeprefix(BOM)
    try:
        return data.decode("utf-8").encode("gb18030")
    except UnicodeDecodeError:
        return data


def _spoiled_columns(columns: Columns, filing: Filing, fault: str) -> Columns:
    blank = pl.lit("")
    if fault == "column_twice":
        return [*columns, columns[2]]
    if fault == "mandatory_column_missing":
        code = "XMPY" if filing.standard == "2018" else "PYDW"
        return [(head, column) for head, column in columns if column.meta.output_name() != code]
    if fault == "too_many_columns":
        return columns + [(f"X{number}", blank) for number in range(1, 401)]
    if fault == "unknown_column":
        return [*columns, ("校内备注", blank)]
    return columns


def _decisions(filing: Filing) -> list[tuple[str, Any, int]]:
    people = [0] * len(filing.resolutions)
    for segment in filing.segments:
        people[segment.resolution] += segment.rows
    return [
        (one.number, one.day, count) for one, count in zip(filing.resolutions, people, strict=True)
    ]


def _manifest(
    filing: Filing, listed: list[dict[str, Any]], resolution: str, scan: bytes
) -> dict[str, Any]:
    code, last = filing.institution.code, filing.resolutions[-1].day
    digest = _digest(scan)
    return {
        "format": "xuewei-filing/1",
        "filing_id": filing.filing_id,
        "kind": "regular",
        "standard": filing.standard,
        "province": filing.institution.province,
        "institution": code,
        "semester": filing.filing_id[9:20],
        "resolutions": [
            {
                "number": number,
                "adopted_on": day.isoformat(),
                "effective_on": day.isoformat(),
                "headcount": people,
                "file": resolution,
                "sha256": digest,
            }
            for number, day, people in _decisions(filing)
        ],
        "files": listed,
        "disclosed": {
            "from": (last + timedelta(days=1)).isoformat(),
            "to": (last + timedelta(days=8)).isoformat(),
        },
        "collected_by": f"{code}-c1",
        "verified_by": f"{code}-v1",
        "submitted_by": f"{code}-s1",
        "submitted_at": filing.submitted_at.isoformat(),
    }


def _spoil(
    manifest: dict[str, Any], files: dict[str, bytes], filing: Filing, fault: str, resolution: str
) -> str:
    """Faults of the manifest or of the package's files; the file concerned, if one is."""
    if fault == "resolution_missing":
        del files[resolution]
        return resolution
    if fault == "hash_differs":
        manifest["files"][0]["sha256"] = _digest(b"another file")
    elif fault == "institution_unknown":
        ghost = ghost_code(filing.institution.province)
        manifest["filing_id"] = filing.filing_id.replace(filing.institution.code, ghost)
        manifest["institution"] = ghost
        manifest["submitted_by"] = f"{ghost}-s1"
    elif fault == "filing_id_of_other_semester":
        other = "2010-2011-1"
        manifest["filing_id"] = f"{filing.filing_id[:9]}{other}{filing.filing_id[20:]}"
    elif fault == "row_count_differs":
        manifest["files"][0]["rows"] += 1
    elif fault == "file_not_in_manifest":
        files["名单核对.txt" if filing.gbk_names and filing.zipped else "notes.txt"] = b"checked\n"
        return next(reversed(files))
    elif fault == "file_without_records":
        return str(manifest["files"][-1]["path"])
    elif fault == "collector_is_verifier":
        manifest["verified_by"] = manifest["collected_by"]
    elif fault == "headcount_differs":
        manifest["resolutions"][0]["headcount"] += 1
    elif fault == "disclosure_after_submission":
        manifest["disclosed"]["to"] = (filing.submitted_at + timedelta(days=3)).date().isoformat()
    elif fault == "submitted_late":
        manifest["submitted_at"] = (filing.submitted_at + timedelta(days=45)).isoformat()
    return ""
