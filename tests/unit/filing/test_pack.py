"""For the institution: pack, sign, and that the door accepts what came out."""

import json
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import BadInputError, MissingInputError, NotAllowedError, UsageError
from pipelines.filing.pack import (
    PackOptions,
    ResolutionScan,
    load_manifest,
    pack_folder,
    sign_package,
)
from pipelines.filing.signature import canonical_json, public_bytes, sign, verify
from tests.unit.filing.packages import KEY, NUMBER, OTHER_KEY, make_home, records, table, take_in
from tests.unit.filing.sheets import dbf, parquet, rows, xlsx


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "records"
    path.mkdir()
    (path / "records-M1.csv").write_bytes(table(records(3)).encode("gb18030"))
    (path / "notes.txt").write_text("not sent")
    (tmp_path / "决议.pdf").write_bytes(b"%PDF-1.4")
    return path


def options(tmp_path, **changes) -> PackOptions:
    scan = ResolutionScan(tmp_path / "决议.pdf", "1号", date(2026, 1, 8), date(2026, 1, 8))
    values = {
        "province": "11",
        "institution": "10901",
        "semester": "2025-2026-1",
        "resolutions": [scan],
        "disclosed_from": date(2026, 1, 9),
        "disclosed_to": date(2026, 1, 16),
        "collected_by": "o-8",
        "verified_by": "o-9",
        "submitted_by": "o-1",
        "submitted_at": datetime.fromisoformat("2026-01-20T09:00:00+08:00"),
    }
    return PackOptions(**(values | changes))


def key_file(tmp_path, passphrase=None, key=KEY):
    path = tmp_path / "k-1.pem"
    locked = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    encoding, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path.write_bytes(key.private_bytes(encoding, kind, locked))
    return path


@pytest.mark.parametrize("name", ["package", "package.zip"])
@pytest.mark.parametrize("passphrase", [None, "芝麻开门"])
def test_what_is_packed_and_signed_is_taken_in_without_a_finding(
    folder, tmp_path, name, passphrase
):
    home = make_home(tmp_path / "home")
    path = pack_folder(folder, home.inbox / name, options(tmp_path))
    sign_package(path, key_file(tmp_path, passphrase), passphrase)
    assert sorted(p.name for p in home.inbox.iterdir()) == [name]
    outcome = take_in(home)
    assert outcome.codes() == []
    assert outcome.landed.lines == 3
    assert outcome.files["encoding"].to_list() == ["gb18030"]


def test_photos_and_a_list_of_names_are_packed(folder, tmp_path):
    home = make_home(tmp_path / "home")
    jpeg = b"\xff\xd8\xff\xe0 \xff\xd9"
    with zipfile.ZipFile(folder / "照片.zip", "w") as archive:
        for number in range(1, 4):
            archive.writestr(f"zp{number}", jpeg)
    names = folder / "名单.csv"
    names.write_text("姓名,学位类别\n" + "李雷,工学硕士\n" * 3, encoding="utf-8-sig")
    made = options(tmp_path, photos=folder / "照片.zip")
    (scan,) = made.resolutions
    made = replace(made, resolutions=[replace(scan, number=NUMBER, names=names)])
    path = pack_folder(folder, home.inbox / "package.zip", made)
    sign_package(path, key_file(tmp_path))
    outcome = take_in(home)
    assert outcome.codes() == []
    assert {entry["path"] for entry in outcome.filings["entries"][0]} == {
        "manifest.json", "records-M1.csv", "决议.pdf", "名单.csv", "照片.zip",
    }  # fmt: skip


def test_files_of_every_format_are_packed(folder, tmp_path):
    home = make_home(tmp_path / "home")
    (folder / "records-M1.csv").unlink()
    (folder / "records-M1.xlsx").write_bytes(xlsx(rows(3)))
    (folder / "records-M2.DBF").write_bytes(dbf(records(2)))
    (folder / "records-M3.parquet").write_bytes(parquet(records(1)))
    path = pack_folder(folder, home.inbox / "package", options(tmp_path))
    files = load_manifest(path)["files"]
    assert [(f["path"], f["format"], f["rows"]) for f in files] == [
        ("records-M1.xlsx", "xlsx", 3), ("records-M2.DBF", "dbf", 2),
        ("records-M3.parquet", "parquet", 1),
    ]  # fmt: skip
    assert not any("encoding" in file for file in files)
    sign_package(path, key_file(tmp_path))
    outcome = take_in(home)
    assert outcome.landed.lines == 6
    assert set(outcome.codes()) <= {"F11"}  # M1's columns are not all that M2 and M3 ask for


def test_a_file_that_is_not_what_its_name_says_is_not_packed(folder, tmp_path):
    (folder / "records-M2.xlsx").write_bytes(table(records(3)).encode())
    with pytest.raises(BadInputError):
        pack_folder(folder, tmp_path / "p", options(tmp_path))


def test_a_changed_manifest_is_noticed(folder, tmp_path):
    home = make_home(tmp_path / "home")
    path = pack_folder(folder, home.inbox / "package", options(tmp_path))
    sign_package(path, key_file(tmp_path))
    manifest = json.loads((path / "manifest.json").read_text("utf-8"))
    manifest["resolutions"][0]["number"] = "2号"
    (path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert take_in(home).codes() == ["F07"]


def test_signing_a_zip_changes_the_manifest_only(folder, tmp_path):
    path = pack_folder(folder, tmp_path / "p.zip", options(tmp_path))
    with zipfile.ZipFile(path) as archive:
        before = {info.filename: archive.read(info) for info in archive.infolist()}
    sign_package(path, key_file(tmp_path), key_id="k-7")
    with zipfile.ZipFile(path) as archive:
        after = {info.filename: archive.read(info) for info in archive.infolist()}
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {"manifest.json"}
    assert load_manifest(path)["signature"]["key"] == "k-7"


@pytest.mark.parametrize(
    ("locked", "given_", "error"),
    [("a", "b", NotAllowedError), ("a", None, NotAllowedError), (None, "b", NotAllowedError)],
)
def test_wrong_passphrase(folder, tmp_path, locked, given_, error):
    path = pack_folder(folder, tmp_path / "p", options(tmp_path))
    with pytest.raises(error):
        sign_package(path, key_file(tmp_path, locked), given_)
    assert "signature" not in load_manifest(path)


def test_no_key(folder, tmp_path):
    path = pack_folder(folder, tmp_path / "p", options(tmp_path))
    with pytest.raises(MissingInputError):
        sign_package(path, tmp_path / "none.pem")
    (tmp_path / "k.pem").write_text("x")
    with pytest.raises(BadInputError):
        sign_package(path, tmp_path / "k.pem")


def test_category_must_be_told(folder, tmp_path):
    (folder / "records-M1.csv").rename(folder / "硕士.csv")
    with pytest.raises(UsageError):
        pack_folder(folder, tmp_path / "p", options(tmp_path))
    told = options(tmp_path, categories={"硕士.csv": "M1"})
    assert load_manifest(pack_folder(folder, tmp_path / "p", told))["files"][0]["category"] == "M1"


def test_nothing_is_written_when_something_is_wrong(folder, tmp_path):
    for wrong in ({"province": "1"}, {"semester": "2026"}, {"disclosed_to": date(2026, 1, 1)}):
        with pytest.raises(BadInputError):
            pack_folder(folder, tmp_path / "p", options(tmp_path, **wrong))
    assert not (tmp_path / "p").exists()
    (folder / "records-M1.csv").write_text("x,y\n1,2\n")
    with pytest.raises(BadInputError):
        pack_folder(folder, tmp_path / "p", options(tmp_path))
    with pytest.raises(UsageError):
        pack_folder(folder, folder, options(tmp_path))


def test_a_folder_without_record_files(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(MissingInputError):
        pack_folder(tmp_path / "empty", tmp_path / "p", options(tmp_path))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab李", max_size=3), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text("ab李", max_size=3), JSON, max_size=4))
def test_canonical_json_does_not_depend_on_order_or_spaces(obj):
    shuffled = json.loads(json.dumps(dict(reversed(obj.items())), indent=3))
    assert canonical_json(shuffled) == canonical_json(obj)
    signed = sign(obj, KEY, "k")
    assert verify(json.loads(json.dumps(signed)), public_bytes(KEY))
    assert not verify(signed, public_bytes(OTHER_KEY))
    assert not verify({**signed, "added": 1}, public_bytes(KEY))


@pytest.mark.parametrize(
    "change",
    [{"algorithm": "none"}, {"value": "AAAA"}, {"value": "不是"}, {"value": 5}, {"value": None}],
)
def test_a_broken_signature_is_not_confirmed(change):
    signed = sign({"a": 1}, KEY, "k")
    assert not verify({**signed, "signature": signed["signature"] | change}, public_bytes(KEY))
    assert not verify({"a": 1}, public_bytes(KEY))
