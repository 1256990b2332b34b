"""Unsafe and odd packages: nothing leaves its folder, limits hold, names in GBK are understood."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from pipelines.filing.package import Limits
from tests.unit.filing.packages import Draft, draft, make_home, take_in


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def with_entry(path: Path, name: str, data: bytes = b"x", mode: int = 0) -> None:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, data)


@pytest.mark.parametrize(
    ("name", "data", "mode"),
    [
        ("../../evil.csv", b"x", 0),
        ("a/../../evil.csv", b"x", 0),
        ("/etc/evil.csv", b"x", 0),
        ("C:/evil.csv", b"x", 0),
        ("..\\evil.csv", b"x", 0),
        ("link.csv", b"/etc/passwd", 0o120777),
        ("RECORDS-m1.csv", b"x", 0),
        ("bomb.csv", bytes(20 << 20), 0),
    ],
    ids=["dots", "inner dots", "absolute", "drive", "backslash", "link", "case", "bomb"],
)
def test_unsafe_zip_is_not_opened_but_told(home, name, data, mode, tmp_path):
    path = draft().zip(home.inbox, "bad.zip")
    with_entry(path, name, data, mode)
    draft(sequence="002").folder(home.inbox, "good")
    outcome = take_in(home)
    assert outcome.codes() == ["F13"]
    assert outcome.filings["rows_found"].to_list() == [0, 3]
    assert not list(tmp_path.rglob("evil.csv"))


@pytest.mark.parametrize(
    "limits",
    [
        Limits(file_bytes=100, total_bytes=1 << 20),
        Limits(total_bytes=1000),
        Limits(entries=2),
        Limits(ratio=1.01, ratio_from=10),
    ],
    ids=["file", "total", "entries", "ratio"],
)
def test_limits(home, limits):
    draft().zip(home.inbox)
    assert take_in(home, limits=limits).codes() == ["F13"]


def test_limits_of_a_folder(home):
    draft().folder(home.inbox)
    assert take_in(home, limits=Limits(file_bytes=100)).codes() == ["F13"]


def test_sizes_in_headers_are_not_trusted(home):
    path = draft().zip(home.inbox)
    raw = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        size = archive.getinfo("records-M1.csv").file_size
    path.write_bytes(raw.replace(size.to_bytes(4, "little"), (size - 50).to_bytes(4, "little")))
    outcome = take_in(home)
    assert outcome.codes() == ["F03", "F13"]
    assert outcome.landed.filings == 1


def test_link_in_a_folder(home, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("not for the archive")
    folder = draft().folder(home.inbox)
    (folder / "link.csv").symlink_to(secret)
    outcome = take_in(home)
    assert outcome.codes() == ["F13"]
    assert not home.blob(hashlib.sha256(secret.read_bytes()).hexdigest()).exists()
    assert secret.exists()


def test_encrypted_zip(home):
    path = draft().zip(home.inbox)
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.start_dir
    while (at := raw.find(b"PK\x01\x02", at)) >= 0:
        name = raw[at + 46 : at + 46 + int.from_bytes(raw[at + 28 : at + 30], "little")]
        if name != b"manifest.json":
            raw[at + 8] |= 1
        at += 4
    path.write_bytes(raw)
    assert take_in(home).codes() == ["F13"]


def gbk_zip(path: Path, made: Draft) -> None:
    """A zip as Windows makes it: names in GBK, no UTF-8 flag."""
    plain = {
        "".join(f"{byte:02x}" for byte in name.encode("gbk")).ljust(60, "_"): (name, data)
        for name, data in made.all_files().items()
    }
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for stand_in, (name, data) in plain.items():
            archive.writestr(stand_in[: len(name.encode("gbk"))], data)
    raw = held.getvalue()
    for stand_in, (name, _) in plain.items():
        bytes_ = name.encode("gbk")
        raw = raw.replace(stand_in[: len(bytes_)].encode(), bytes_)
    path.write_bytes(raw)


def test_zip_entry_names_in_gbk(home):
    made = draft()
    made.files["硕士学位记录.csv"] = made.files.pop("records-M1.csv")
    made.files["学位评定决议.pdf"] = made.files.pop("resolution.pdf")
    made.manifest["files"][0]["path"] = "硕士学位记录.csv"
    made.manifest["resolutions"][0]["file"] = "学位评定决议.pdf"
    gbk_zip(home.inbox / "a.zip", made)
    with zipfile.ZipFile(home.inbox / "a.zip") as archive:
        assert not any(info.flag_bits & 0x800 for info in archive.infolist())
    outcome = take_in(home)
    assert outcome.codes() == []
    assert outcome.files["path"].to_list() == ["硕士学位记录.csv"]
    assert outcome.landed.lines == 3


def test_zip_of_the_folder_itself(home):
    draft().zip(home.inbox, prefix="某大学/")
    outcome = take_in(home)
    assert outcome.codes() == []
    assert outcome.landed.lines == 3


def test_a_zip_in_a_zip_stays_closed(home):
    made = draft()
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("../x", "x")
    made.files["inner.zip"] = inner.getvalue()
    made.zip(home.inbox)
    assert take_in(home).codes() == ["F09"]
