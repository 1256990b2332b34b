"""Packages as they lie in the inbox: hashes, rows, signatures, encodings, resolution, zips."""

import base64
import csv
import hashlib
import zipfile
from collections import Counter
from pathlib import Path

import polars as pl
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.filing.signature import load_private_key, public_bytes, verify
from pipelines.home import Home
from pipelines.simulate.faults import FILING_FAULTS, ON_EVERY_LINE
from pipelines.simulate.plan import Encodings, Plan
from pipelines.simulate.resolutions import write_resolution
from pipelines.simulate.simulation import simulate
from tests.unit.simulate.conftest import PLAN, SEMESTER, Made, make


def officers(made: Made) -> dict[str, dict[str, str]]:
    with (made.home.reference / "officers.csv").open(encoding="utf-8") as file:
        return {row["officer_id"]: row for row in csv.DictReader(file)}


def test_manifest_tells_the_truth_about_its_files(made: Made) -> None:
    for package in made.packages:
        manifest = package.manifest
        assert manifest["filing_id"] == package.name
        assert manifest["collected_by"] != manifest["verified_by"]
        rows = 0
        for entry in manifest["files"]:
            data = package.files[entry["path"]]
            assert hashlib.sha256(data).hexdigest() == entry["sha256"]
            assert data.count(b"\n") == entry["rows"] + 1
            rows += entry["rows"]
        assert rows == sum(one["headcount"] for one in manifest["resolutions"])
        for one in manifest["resolutions"]:
            assert hashlib.sha256(package.files[one["file"]]).hexdigest() == one["sha256"]
            assert one["adopted_on"] < manifest["submitted_at"][:10]


def test_records_and_filings_add_up(made: Made) -> None:
    files = [entry for package in made.packages for entry in package.manifest["files"]]
    assert sum(entry["rows"] for entry in files) == PLAN.records == made.result.records
    assert len(made.packages) == made.result.filings
    by_category = Counter[str]()
    for entry in files:
        by_category[entry["category"]] += entry["rows"]
    assert by_category == made.result.by_category
    assert sum(made.result.by_level.values()) == PLAN.records


def test_signatures_verify_with_the_registered_key(made: Made) -> None:
    known = officers(made)
    for package in made.packages:
        officer = known[package.manifest["submitted_by"]]
        assert officer["key_id"] == package.manifest["signature"]["key"]
        assert officer["organisation"] == package.manifest["institution"]
        assert officer["role"] == "submitter"
        assert verify(package.manifest, base64.b64decode(officer["public_key"]))


def test_keys_are_private_and_fit_the_register(made: Made) -> None:
    for officer in officers(made).values():
        path = made.home.keys / f"{officer['key_id']}.pem"
        if not officer["key_id"]:
            continue
        assert path.stat().st_mode & 0o777 == 0o600
        key = load_private_key(path)
        assert isinstance(key, Ed25519PrivateKey)
        assert public_bytes(key) == base64.b64decode(officer["public_key"])


def test_the_resolution_lists_every_name(made: Made) -> None:
    """Extracted from the PDF: numbers, names with their dots, degree categories."""
    dotted = 0
    for package in made.packages[:6] + made.packages[-6:]:
        scan = package.files[package.manifest["resolutions"][0]["file"]]
        document = pypdfium2.PdfDocument(scan)
        text = "\n".join(page.get_textpage().get_text_range() for page in document)
        assert package.manifest["resolutions"][0]["number"] in text
        broken = set(made.truth.filter(filing_id=package.name).select("file", "line").rows())
        for entry in package.manifest["files"]:
            for line, record in enumerate(package.records(entry), start=2):
                if (entry["path"], line) not in broken:
                    name = "".join(c if ord(c) < 0x10000 else "〓" for c in record["XM"])
                    assert f" {name} {record['XWLB'].replace('学位', '')}" in text
                    dotted += "·" in name
    assert dotted


def test_a_rare_character_survives_the_pdf() -> None:
    from datetime import date

    scan = write_resolution(
        "某大学", [("一号", date(2026, 6, 1), 2)], ["1 买买提·艾力 法学学士", "2 李䶮"]
    )
    page = pypdfium2.PdfDocument(scan)[0].get_textpage().get_text_range()
    assert "买买提·艾力" in page
    assert "李䶮" in page
    assert "2026年6月1日" in page


def test_texts_can_be_read_back_in_the_declared_encoding(tmp_path: Path) -> None:
    plan = Plan(2, ("11",), SEMESTER, 1500, 0.0, 0.0, encodings=Encodings(0.4, 0.3, 0.3))
    made = make(tmp_path, plan)
    seen = set()
    for package in made.packages:
        for entry in package.manifest["files"]:
            data = package.files[entry["path"]]
            bom = data.startswith(b"\xef\xbb\xbf")
            data.decode(entry["encoding"])
            assert not (bom and entry["encoding"] == "gb18030")
            seen.add((entry["encoding"], bom))
    assert ("gb18030", False) in seen
    assert ("utf-8", True) in seen


def test_some_zips_have_gbk_names_without_the_flag(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    simulate(home, Plan(3, ("32",), SEMESTER, 200, 0.0, 0.0, filings=8, zipped=1.0, gbk_names=1.0))
    for path in home.inbox.iterdir():
        with zipfile.ZipFile(path) as archive:
            names = [entry.filename for entry in archive.infolist()]
            assert all(not entry.flag_bits & 0x800 for entry in archive.infolist())
        assert "学位授予决议.pdf".encode("gbk").decode("cp437") in names


def test_equal_plans_give_equal_bytes(tmp_path: Path) -> None:
    plan = Plan(21, ("11", "65"), "2025-2026-1", 1500, 0.05, 0.1, zipped=0.5)
    for name in ("a", "b"):
        simulate(Home.at(tmp_path / name), plan)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    simulate(Home.at(tmp_path / "c"), Plan(22, *list(vars(plan).values())[1:]))
    assert contents(tmp_path / "a") != contents(tmp_path / "c")
    simulate(Home.at(tmp_path / "a"), plan)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_another_province_changes_nothing_in_this_one(tmp_path: Path) -> None:
    """Institutions, officers and keys are a province's own."""
    simulate(Home.at(tmp_path / "one"), Plan(4, ("54",), SEMESTER, 100))
    simulate(Home.at(tmp_path / "two"), Plan(4, ("11", "54"), SEMESTER, 5000))
    one, two = (
        {
            row["institution_code"]: row
            for row in csv.DictReader((tmp_path / n / "reference/institutions.csv").open())
        }
        for n in ("one", "two")
    )
    assert one.items() <= two.items()
    assert len(one) < len(two)


def test_filing_faults_take_turns_and_are_in_the_truth(spoiled: Made) -> None:
    rules = {fault: set() for fault in FILING_FAULTS}
    warned = pl.col("fault") == "category_in_two_files"
    for row in spoiled.truth.filter(~warned).iter_rows(named=True):
        rules[row["fault"]].add(row["rule_code"])
        assert (row["line"] is None) == (row["rule_code"] not in ON_EVERY_LINE)
    assert rules == {fault: set(codes) for fault, codes in FILING_FAULTS.items()}
    empty = spoiled.truth.filter(fault="file_without_records")
    assert set(spoiled.truth.filter(warned)["file"]) == set(empty["file"])
    names = {package.manifest["filing_id"] for package in spoiled.packages}
    assert set(spoiled.truth["filing_id"]) <= names


def test_lines_of_the_truth_file_differ_from_a_simulation_without_faults(tmp_path: Path) -> None:
    """The same plan without faults: exactly the lines of the truth file (or partners) differ."""
    plan = Plan(8, ("44",), SEMESTER, 2500, 0.06, 0.0)
    faulty = make(tmp_path / "faulty", plan)
    clean = make(tmp_path / "clean", Plan(8, ("44",), SEMESTER, 2500, 0.0, 0.0))
    assert clean.truth.is_empty()
    elsewhere = {"certificate_twice", "person_twice", "title_twice", "same_person_elsewhere"}
    elsewhere |= {"name_not_on_list", "examination_missing"}
    told = {
        row[:3]: row[3]
        for row in faulty.truth.select("filing_id", "file", "line", "fault").iter_rows()
    }
    changed = set()
    for bad, good in zip(faulty.packages, clean.packages, strict=True):
        assert bad.name == good.name
        for entry in bad.manifest["files"]:
            lines = zip(
                bad.files[entry["path"]].split(b"\n"),
                good.files[entry["path"]].split(b"\n"),
                strict=True,
            )
            changed |= {
                (bad.name, entry["path"], number)
                for number, (a, b) in enumerate(lines, start=1)
                if a != b
            }
    assert changed <= set(told)
    assert {place for place, fault in told.items() if fault not in elsewhere} <= changed


def test_enrolments_hold_every_student_and_more(made: Made) -> None:
    for code in PLAN.provinces:
        enrolled = pl.read_parquet(made.home.reference / "enrolments" / f"{code}.parquet")
        assert set(enrolled.dtypes) == {pl.String}
        assert enrolled.select("institution_code", "student_number").is_unique().all()
        assert enrolled["id_number"].is_unique().all()
        known = {(row[1], row[2]): row for row in enrolled.iter_rows()}
        students = 0
        for package in made.packages:
            if (
                package.manifest["province"] != code
                or made.truth.filter(filing_id=package.name).height
            ):
                continue
            for entry in package.manifest["files"]:
                for record in package.records(entry):
                    if entry["category"] in ("D2", "M2"):
                        continue
                    row = known[record["PYDWM"], record["XH"]]
                    assert row[3] == record["XM"]
                    assert row[5] == record["ZJHM"]
                    assert row[10] == record["ZYDM"]
                    students += 1
        assert students
        assert len(enrolled) > 1.3 * made.result.by_province[code]


def test_a_surplus_of_people_without_a_degree_is_enrolled(tmp_path: Path) -> None:
    sizes = []
    for surplus in (0.0, 0.1):
        home = Home.at(tmp_path / str(surplus))
        simulate(home, Plan(6, ("63",), SEMESTER, 2000, enrolment_surplus=surplus))
        sizes.append(len(pl.read_parquet(home.reference / "enrolments" / "63.parquet")))
    assert sizes[0] < 2800 < sizes[1]
    assert 1.45 < sizes[1] / 2000 < 1.55


def test_a_second_semester_keeps_what_the_home_knows(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    simulate(home, Plan(6, ("63",), "2025-2026-1", 200))
    before = pl.read_parquet(home.reference / "enrolments" / "63.parquet")
    simulate(home, Plan(6, ("63", "64"), "2025-2026-2", 300))
    after = pl.read_parquet(home.reference / "enrolments" / "63.parquet")
    assert before.join(after, on=before.columns, how="anti").is_empty()
    assert len(after) > len(before)
    assert sorted(path.stem for path in home.truth.iterdir()) == ["2025-2026-1", "2025-2026-2"]
    with (home.reference / "institutions.csv").open(encoding="utf-8") as file:
        assert {row["province_code"] for row in csv.DictReader(file)} == {"63", "64"}
    numbers = [
        record["XWZSBH"]
        for path in sorted(home.inbox.iterdir())
        for package in [make_package(path)]
        for entry in package.manifest["files"]
        for record in package.records(entry)
        if len(record.get("XWZSBH", "")) == 16
    ]
    repeated = sum(count - 1 for count in Counter(numbers).values() if count > 1)
    assert repeated <= 4


def make_package(path: Path):  # type: ignore[no-untyped-def]
    from tests.unit.simulate.conftest import Package

    return Package.read(path)


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    simulate(
        Home.at(tmp_path), Plan(1, ("63", "64"), SEMESTER, 100), lambda a, b: seen.append((a, b))
    )
    assert seen[-1] == (100, 100)


def test_too_many_records_for_the_institutions_is_refused(tmp_path: Path) -> None:
    from pipelines.errors import UsageError

    with pytest.raises(UsageError, match="one institution"):
        simulate(Home.at(tmp_path), Plan(1, ("54",), SEMESTER, 3_000_000))
