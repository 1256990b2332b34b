"""Filing packages on disk: record files, resolution, manifest, signature; as folders or zips."""

import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.filing.signature import sign
from pipelines.simulate.broken_lines import break_lines
from pipelines.simulate.filings import EXTRAS, Filing, Habits
from pipelines.simulate.officers import ghost_code, private_key, submitter_key
from pipelines.simulate.resolutions import write_resolution
from pipelines.standard import FIELDS, Field, layout

BOM = b"\xef\xbb\xbf"

Columns = list[tuple[str, pl.Expr]]


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


def render(frame: pl.DataFrame, columns: Columns, habits: Habits) -> bytes:
    """A record file's bytes. Only keywords hold commas: they alone are quoted where not all are."""
    headers = [f'"{header}"' if habits.quote_all else header for header, _ in columns]
    plain = frame
    if not habits.quote_all:
        keywords = pl.col("LWGJC")
        quoted = pl.concat_str([pl.lit('"'), keywords, pl.lit('"')])
        has_comma = keywords.str.contains(",", literal=True)
        plain = frame.with_columns(
            pl.when(has_comma).then(quoted).otherwise(keywords).alias("LWGJC")
        )
    body = plain.select([column.alias(str(place)) for place, (_, column) in enumerate(columns)])
    head = ",".join(headers) + habits.line_end
    style: Any = "always" if habits.quote_all else "never"
    target = io.BytesIO()
    body.write_csv(target, include_header=False, line_terminator=habits.line_end, quote_style=style)
    content = head.encode("utf-8") + target.getvalue()
    if habits.encoding == "gb18030":
        return content.decode("utf-8").encode("gb18030")
    return BOM + content if habits.bom else content


def list_entries(frame: pl.DataFrame) -> pl.Series:
    """Entries of the resolution's list: number, name, degree category; beyond the font 〓."""
    name = pl.col("XM").str.replace_all(r"[\x{10000}-\x{10FFFF}]", "〓")
    number = pl.int_range(1, pl.len() + 1).over("filing").cast(pl.String)
    degree = pl.col("XWLB").str.replace("学位", "", literal=True)
    entry = pl.concat_str([number, pl.lit(" "), name, pl.lit(" "), degree])
    return frame.select(entry).to_series()


def write_package(
    inbox: Path, seed: int, filing: Filing, contents: list[Content], entries: list[str], fault: str
) -> str:
    """Writes one package into the inbox; ``fault`` names a fault of the whole filing, or is empty.

    Returns the path (inside the package) of the file that the fault is in, if it is in one.
    """
    files, listed = _record_files(filing, contents, fault)
    resolution = "学位授予决议.pdf" if filing.zipped and filing.gbk_names else "resolution.pdf"
    decisions = _decisions(filing)
    files[resolution] = write_resolution(filing.institution.name_zh, decisions, entries)
    manifest = _manifest(filing, listed, resolution, files[resolution])
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
    _write(inbox, manifest["filing_id"], filing, files)
    return concerned or (listed[0]["path"] if fault in FILE_FAULTS else "")


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
        data = break_lines(render(content.frame, columns, filing.habits), content.broken)
        encoding = filing.habits.encoding
        if place == 0 and fault == "encoding_differs":
            data, encoding = _recoded(data), "utf-8"
        files[content.path] = data
        listed.append(_listed(content, data, encoding, len(content.frame)))
    if fault == "file_without_records":
        first = contents[0]
        empty = Content(f"records-{first.category}-9.csv", first.category, first.frame.head(0), {})
        data = render(empty.frame, columns_of(filing, first.category), filing.habits)
        files[empty.path] = data
        listed.append(_listed(empty, data, filing.habits.encoding, 0))
    return files, listed


def _listed(content: Content, data: bytes, encoding: str, rows: int) -> dict[str, Any]:
    return {
        "path": content.path,
        "category": content.category,
        "format": "csv",
        "encoding": encoding,
        "rows": rows,
        "sha256": hashlib.sha256(data).hexdigest(),
    }


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
    digest = hashlib.sha256(scan).hexdigest()
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
        manifest["files"][0]["sha256"] = hashlib.sha256(b"another file").hexdigest()
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
    elif fault == "submitted_late":
        manifest["submitted_at"] = (filing.submitted_at + timedelta(days=45)).isoformat()
    return ""


def _write(inbox: Path, name: str, filing: Filing, files: dict[str, bytes]) -> None:
    folder, archive = inbox / name, inbox / f"{name}.zip"
    if folder.exists():
        shutil.rmtree(folder)
    archive.unlink(missing_ok=True)
    if filing.zipped:
        _write_zip(archive, filing, files)
        return
    folder.mkdir(mode=0o700)
    for path, data in files.items():
        (folder / path).write_bytes(data)


class _GbkName(zipfile.ZipInfo):
    """An entry whose name is GBK without the UTF-8 flag, as Chinese Windows writes it."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name in zipfile
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def _write_zip(path: Path, filing: Filing, files: dict[str, bytes]) -> None:
    make = _GbkName if filing.gbk_names else zipfile.ZipInfo
    moment = filing.submitted_at.timetuple()[:6]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in files.items():
            entry = make(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, data, compresslevel=1)
