"""The same records, faults and truth in each format; files that other people's readers can read."""

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import dbfread
import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from pipelines.simulate.dbf import misfits, write_dbf
from pipelines.simulate.faults import line_faults
from pipelines.simulate.plan import Plan
from pipelines.simulate.xlsx import letters, write_xlsx
from tests.unit.simulate.conftest import SEMESTER, Made, Package, make

PLAN = Plan(31, ("11",), SEMESTER, 2500, 0.05, 0.1, photos=True)
FORMATS = ("csv", "xlsx", "dbf", "parquet")
DATES = re.compile(r"\d{4}-\d\d-\d\d.*")


@pytest.fixture(scope="module")
def by_format(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Made]:
    return {
        form: make(tmp_path_factory.mktemp(form), replace(PLAN, format=form)) for form in FORMATS
    }


def table(package: Package, entry: dict) -> list[list[str]]:
    """Header and records as text, by a reader that knows nothing of this project."""
    data = package.files[entry["path"]]
    if entry["format"] == "csv":
        return package.lines(entry)
    if entry["format"] == "xlsx":
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        return [[_shown(cell) for cell in row] for row in sheet.to_python()]
    if entry["format"] == "parquet":
        frame = pl.read_parquet(data)
        return [frame.columns, *(list(row) for row in frame.iter_rows())]
    return dbase(data)[0]


def _shown(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.strftime("%Y%m%d") if isinstance(cell, date) else str(cell)


def dbase(data: bytes) -> tuple[list[list[str]], int]:
    """Header and records, and how many are marked as deleted."""

    path = Path(dbase.folder) / "one.dbf"  # type: ignore[attr-defined]
    path.write_bytes(data)
    read = dbfread.DBF(str(path), encoding="gb18030", char_decode_errors="ignore", lowernames=False)
    names = read.field_names
    return [names, *([row[name] for name in names] for row in read)], len(list(read.deleted))


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    dbase.folder = tmp_path  # type: ignore[attr-defined]


def without_extension(truth: pl.DataFrame) -> pl.DataFrame:
    return truth.with_columns(pl.col("file").str.replace(r"\.\w+$", ""))


def own_faults(form: str) -> set[str]:
    """Kinds that this format or CSV lacks, and what the door tells of a format's habits."""
    lacking = {kind.name for kind in line_faults() if {form, "csv"} - kind.formats}
    return (
        lacking
        | {"deleted_rows", "template_rows"}
        | {
            "encoding_differs",
            "column_twice",
            "too_many_columns",
        }
    )


@pytest.mark.parametrize("form", FORMATS[1:])
def test_truth_is_the_same_but_for_a_formats_own_faults(
    by_format: dict[str, Made], form: str
) -> None:
    plain = pl.col("fault").is_in(list(own_faults(form)))
    here, there = (
        without_extension(by_format[name].truth).filter(~plain).sort(pl.all())
        for name in (form, "csv")
    )
    assert here.equals(there)
    assert len(here) > 60
    rest = set(by_format[form].truth.filter(plain)["fault"])
    assert not [
        kind.name for kind in line_faults() if kind.name in rest and form not in kind.formats
    ]


@pytest.mark.parametrize("form", FORMATS[1:])
def test_records_are_the_same(by_format: dict[str, Made], form: str) -> None:
    """Header and cells, but for what only one of the two formats can have."""
    own = pl.col("fault").is_in(list(own_faults(form) - {"deleted_rows"}))
    told = pl.concat(
        [without_extension(by_format[name].truth).filter(own) for name in ("csv", form)]
    )
    whole = set(told.filter(pl.col("line").is_null())["filing_id"])
    spoiled = set(told.select("filing_id", "file", "line").iter_rows())
    compared = 0
    for one, other in zip(by_format["csv"].packages, by_format[form].packages, strict=True):
        assert one.name == other.name
        if one.manifest["filing_id"] in whole:
            continue
        for first, second in zip(one.manifest["files"], other.manifest["files"], strict=True):
            assert first["rows"] == second["rows"]
            path = first["path"].rpartition(".")[0]
            rows = zip(table(one, first), table(other, second), strict=True)
            for line, (cells, others) in enumerate(rows, start=1):
                if line > 1 and (one.name, path, line) not in spoiled:
                    assert [c.rstrip(" ") for c in cells] == [c.rstrip(" ") for c in others]
                    compared += 1
    assert compared > 2000


@pytest.mark.parametrize("form", FORMATS)
def test_manifest_names_the_format(by_format: dict[str, Made], form: str) -> None:
    for package in by_format[form].packages:
        for entry in package.manifest["files"]:
            assert entry["format"] == form == entry["path"].rpartition(".")[2]
            assert ("encoding" in entry) == (form == "csv")


@pytest.mark.parametrize("form", ["xlsx", "dbf", "parquet", "mixed"])
def test_equal_plans_give_equal_bytes(tmp_path: Path, form: str) -> None:
    from tests.unit.simulate.test_packages import contents

    plan = Plan(4, ("65",), SEMESTER, 300, 0.05, 0.0, format=form, photos=True, templates=0.5)
    for name in ("a", "b"):
        make(tmp_path / name, plan)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_mixed_takes_institution_by_institution(tmp_path: Path) -> None:
    made = make(tmp_path, replace(PLAN, format="mixed", records=1500, fault_rate=0.0))
    used: dict[str, set[str]] = {}
    for package in made.packages:
        here = used.setdefault(package.manifest["institution"], set())
        here |= {entry["format"] for entry in package.manifest["files"]}
    assert all(len(forms) == 1 for forms in used.values())
    assert set().union(*used.values()) == set(FORMATS)


def test_a_spreadsheet_as_the_template_has_it(tmp_path: Path) -> None:
    plan = replace(PLAN, format="xlsx", templates=1.0, filing_fault_rate=0.0)
    made = make(tmp_path, plan)
    told = made.truth.filter(fault="template_rows")
    assert set(told["rule_code"]) == {"F22"}
    blanks = made.truth.filter(fault="photo_blank")
    assert len(blanks)
    for package in made.packages:
        for entry in package.manifest["files"]:
            title, header, instructions, *samples = table(package, entry)[:5]
            assert "学位授予信息" in title[0]
            assert {"必填", "选填"} <= set(instructions)
            assert [row[0] for row in samples] == ["示例", "样例"]
            rows = table(package, entry)
            assert len(rows) == entry["rows"] + 5
            place = (
                header.index(next(name for name in header if "ZP" in name or "照片" in name))
                if any("ZP" in name or "照片" in name for name in header)
                else None
            )
            for line in blanks.filter(filing_id=package.name, file=entry["path"])["line"]:
                assert place is not None
                assert rows[line - 1][place] == ""


def test_cells_of_a_spreadsheet_have_types() -> None:
    frame = pl.DataFrame(
        {
            "XH": ["2021001", "2021002", "a<b&c", "  x "],
            "CSRQ": ["20030102", "20030103", "20030104", ""],
            "marks": ["XH=number", "CSRQ=date", "", ""],
        }
    )
    columns = [("学号", pl.col("XH")), ("出生日期(CSRQ)", pl.col("CSRQ"))]
    data = write_xlsx(columns, frame, "")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["学号", "出生日期(CSRQ)"]
    assert rows[1] == [2021001.0, "20030102"]
    assert rows[2] == ["2021002", date(2003, 1, 3)]
    assert rows[3:] == [["a<b&c", "20030104"], ["  x ", ""]]
    assert [letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_dbase_files_have_deleted_rows_and_both_code_pages(tmp_path: Path) -> None:
    made = make(tmp_path, replace(PLAN, format="dbf", records=1500))
    pages, deleted = set(), 0
    told = set(made.truth.filter(fault="deleted_rows")["filing_id"])
    for package in made.packages:
        for entry in package.manifest["files"]:
            data = package.files[entry["path"]]
            pages.add(data[29])
            gone = dbase(data)[1]
            assert bool(gone) == (package.manifest["filing_id"] in told)
            deleted += gone
    assert pages == {0x4D, 0x00}
    assert deleted


def test_dbase_keeps_rare_characters_and_cuts_only_where_asked() -> None:
    frame = pl.DataFrame(
        {"XM": ["王𠮷", "李䶮"], "BZ": ["", "x" + "补" * 80], "marks": ["", "BZ=cut"]}
    )
    columns = [pl.col("XM"), pl.col("BZ")]
    data = write_dbf(columns, ["XM", "BZ"], frame, date(2026, 7, 1), 0x4D, 2)
    rows, deleted = dbase(data)
    assert rows == [["XM", "BZ"], ["王𠮷", ""], ["李䶮", "x" + "补" * 79]]
    assert deleted == 2
    with pytest.raises(ValueError, match="BZ is wider"):
        write_dbf(
            columns, ["XM", "BZ"], frame.with_columns(marks=pl.lit("")), date(2026, 7, 1), 0, 0
        )


def test_a_value_wider_than_its_dbase_field_is_noticed() -> None:
    from pipelines.standard import FIELDS

    frame = pl.DataFrame(
        {code: ["", ""] for code in FIELDS}
        | {"XM": ["王" * 20, "王" * 19 + "𠮷"], "MZ": ["汉族"] * 2}
    )
    assert misfits(frame).to_list() == [False, True]


def test_photos_fit_the_records(by_format: dict[str, Made], spoiled: Made) -> None:
    """A photo a record that names one, but for those that a fault leaves out or adds."""
    seen = 0
    for made in (by_format["csv"], spoiled):
        faults = {
            name: set(made.truth.filter(fault=name)["filing_id"])
            for name in ("photo_missing", "photo_no_jpeg", "photo_left_over")
        }
        assert any(faults.values())
        broken_lines = set(made.truth.filter(pl.col("rule_code").str.starts_with("L"))["filing_id"])
        for package in made.packages:
            photos = package.manifest.get("photos")
            assert (photos is None) == (package.manifest["standard"] == "2024")
            if photos is None:
                continue
            with zipfile.ZipFile(io.BytesIO(package.files[photos["path"]])) as archive:
                names = set(archive.namelist())
                broken = {n for n in names if not archive.read(n).startswith(b"\xff\xd8\xff")}
            wanted = {
                record.get("ZP", "")
                for entry in package.manifest["files"]
                for record in package.records(entry)
            } - {""}
            if package.name not in broken_lines:
                assert bool(wanted - names) == (package.name in faults["photo_missing"])
            assert bool(broken) == (package.name in faults["photo_no_jpeg"])
            assert ("20991231.jpg" in names) == (package.name in faults["photo_left_over"])
            seen += len(names)
    assert seen > 1000


def test_manifests_are_json_with_hashes_of_lists_and_photos(by_format: dict[str, Made]) -> None:
    import hashlib

    for package in by_format["xlsx"].packages:
        manifest = json.loads(package.files["manifest.json"])
        for one in [manifest.get("photos"), *(r["names"] for r in manifest["resolutions"])]:
            if one:
                data = package.files[one.get("path") or one["file"]]
                assert hashlib.sha256(data).hexdigest() == one["sha256"]
