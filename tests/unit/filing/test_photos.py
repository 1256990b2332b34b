"""Photos: each record's is in the zip and is a JPEG, none is left over, and no name is told."""

import io
import random
import struct
import zipfile
from zipfile import ZIP_DEFLATED

import pytest

from pipelines.filing.package import Limits
from pipelines.filing.settings import REQUIRED, Settings
from tests.unit.filing.at_the_door import attach, look, look_at
from tests.unit.filing.packages import draft, make_home, record, table, take_in

JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 40 + b"\xff\xd9"
PERSON = "110101199001011234"


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def zipped(photos, method=zipfile.ZIP_STORED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in photos.items():
            archive.writestr(name, data)
    return target.getvalue()


def filed(names, photos, **more):
    """A filing whose records name the photos ``names`` and that sends ``photos``."""
    rows = [record(number, ZP=name, **more) for number, name in enumerate(names, 1)]
    made = draft(table(rows), rows=len(rows))
    data = photos if isinstance(photos, bytes) else zipped(photos)
    made.manifest["photos"] = attach(made, "photos.zip", data)
    return made


def test_all_photos_are_there(home):
    seen = look(home, filed(["a.jpg", "b.jpg"], {"a.jpg": JPEG, "b.jpg": JPEG}))
    assert (seen.codes, seen.cells) == ([], [])


@pytest.mark.parametrize(
    "entry",
    ["photos/A.JPG", "照片/a.jpg", "a.jpg", "ａ.jpg"],
    ids=["folder and case", "Chinese folder", "as it is", "full width"],
)
def test_folder_case_and_width_of_a_name_do_not_matter(home, entry):
    seen = look(home, filed(["a.jpg"], {entry: JPEG}))
    assert (seen.codes, seen.cells) == ([], [])


def test_a_name_in_gbk_without_the_flag_is_read(home):
    data = zipped({"aaaa.jpg": JPEG}).replace(b"aaaa.jpg", "张三.jpg".encode("gbk"))
    seen = look(home, filed(["张三.jpg"], data))
    assert (seen.codes, seen.cells) == ([], [])


def test_what_systems_leave_in_zips_is_no_photo(home):
    photos = {"a.jpg": JPEG, "__MACOSX/._a.jpg": b"x", "Thumbs.db": b"x"}
    assert look(home, filed(["a.jpg"], photos)).codes == []


def test_a_missing_photo_points_to_its_record(home):
    seen = look(home, filed(["a.jpg", "b.jpg", "c.jpg"], {"a.jpg": JPEG, "c.jpg": JPEG}))
    assert seen.cells == [("records-M1.csv", 1, "ZP", "R37")]
    assert seen.codes == ["R40"]
    assert seen.about("R40") == ["there are 2 photos and 3 records"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        JPEG[:-2],
        b"GIF89a" + JPEG,
        JPEG + b"not the end",
        b"\xff\xd8\xff",
    ],
    ids=["empty", "png", "cut", "other start", "other end", "start only"],
)
def test_what_is_no_jpeg_points_to_its_record(home, data):
    seen = look(home, filed(["a.jpg", "b.jpg"], {"a.jpg": JPEG, "b.jpg": data}))
    assert seen.cells == [("records-M1.csv", 1, "ZP", "R37")]
    assert seen.codes == []


def test_a_padded_jpeg_is_one(home):
    seen = look(home, filed(["a.jpg"], {"a.jpg": JPEG + b"\x00\x00\r\n"}))
    assert (seen.codes, seen.cells) == ([], [])


def test_a_damaged_photo_is_no_jpeg(home):
    data = bytearray(zipped({"a.jpg": JPEG, "b.jpg": JPEG}))
    data[data.rindex(JPEG[:8]) + 10] ^= 0xFF
    seen = look(home, filed(["a.jpg", "b.jpg"], bytes(data)))
    assert seen.cells == [("records-M1.csv", 1, "ZP", "R37")]


def test_photos_left_over_are_counted_and_never_named(home):
    photos = {"a.jpg": JPEG, f"{PERSON}.jpg": JPEG, "110101199001011235.jpg": JPEG}
    seen = look(home, filed(["a.jpg"], photos))
    assert seen.codes == ["R37", "R40"]
    assert seen.about("R37") == ["the photo zip holds 2 photos that no record names"]
    assert "110101" not in seen.said()


def test_a_blank_name_explains_a_photo_that_is_left_over(home):
    seen = look(home, filed(["a.jpg", " "], {"a.jpg": JPEG, "b.jpg": JPEG}))
    assert (seen.codes, seen.cells) == ([], [])


def test_a_faulty_line_explains_a_photo_that_is_left_over(home):
    made = filed(["a.jpg"], {"a.jpg": JPEG, "b.jpg": JPEG})
    name = "records-M1.csv"
    text = table([record(1, ZP="a.jpg"), [*record(2), "one too many"]])
    made.manifest["files"][0] |= {"rows": 2} | attach(made, name, text.encode())
    made.manifest["resolutions"][0]["headcount"] = 2
    assert look(home, made).codes == []


def test_photos_of_a_file_that_cannot_be_read_are_not_left_over(home):
    made = filed(["a.jpg"], {"a.jpg": JPEG, "b.jpg": JPEG})
    extra = attach(made, "records-B1.csv", b"")
    made.manifest["files"].append(
        {"category": "B1", "format": "csv", "encoding": "utf-8", "rows": 1} | extra
    )
    assert look(home, made).codes == ["F12"]


def test_no_photos_named(home):
    made = draft()
    assert look(home, made).codes == []
    assert look(home, made, settings=Settings(photos=REQUIRED)).codes == ["R37"]


def test_photos_named_and_not_there(home):
    made = filed(["a.jpg"], {"a.jpg": JPEG})
    del made.files["photos.zip"]
    seen = look(home, made, settings=Settings(photos=REQUIRED))
    assert (seen.codes, seen.cells) == (["F03"], [])


def test_photos_changed_after_packing(home):
    made = filed(["a.jpg"], {"a.jpg": JPEG})
    made.files["photos.zip"] = zipped({"a.jpg": JPEG, "b.jpg": JPEG})
    assert look(home, made).codes == ["F04", "R37", "R40"]


def test_photos_beside_the_zip_are_counted_and_never_named(home):
    made = draft()
    made.files |= {f"photos/{PERSON}.jpg": JPEG, f"photos/{PERSON}.JPG.png": JPEG, "n.txt": b"x"}
    seen = look(home, made)
    assert seen.codes == ["F09", "F09"]
    assert PERSON not in seen.said()


def unsafe_zip(kind):
    if kind == "no zip":
        return b"photos"
    if kind == "empty":
        return b""
    if kind == "bomb":
        return zipped({f"{PERSON}.jpg": b"\x00" * (8 << 20)}, ZIP_DEFLATED)
    if kind == "traversal":
        return zipped({f"../{PERSON}.jpg": JPEG})
    if kind == "absolute":
        return zipped({f"/{PERSON}.jpg": JPEG})
    if kind == "same name":
        return zipped({f"{PERSON}.jpg": JPEG, f"{PERSON}.JPG": JPEG})
    if kind == "too large":
        return zipped({f"{PERSON}.jpg": random.Random(1).randbytes(3 << 19).hex()}, ZIP_DEFLATED)
    if kind == "encrypted":
        data = bytearray(zipped({f"{PERSON}.jpg": JPEG}))
        data[data.index(b"PK\x01\x02") + 8] |= 1
        return bytes(data)
    if kind == "cut":
        return zipped({f"{PERSON}.jpg": JPEG})[:-30]
    data = bytearray(zipped({f"{PERSON}.jpg": JPEG}))
    assert kind == "huge directory"
    struct.pack_into("<L", data, data.index(b"PK\x05\x06") + 12, 1 << 31)
    return bytes(data)


KINDS = ["no zip", "empty", "bomb", "traversal", "absolute", "same name", "too large"]


@pytest.mark.parametrize("kind", [*KINDS, "encrypted", "cut", "huge directory"])
def test_unsafe_photos_are_refused_without_a_name(home, kind):
    made = filed([f"{PERSON}.jpg"], unsafe_zip(kind))
    seen = look(home, made, limits=Limits(file_bytes=2 << 20))
    assert (seen.codes, seen.cells) == (["F13"], [])
    assert [finding.file for finding in seen.findings] == ["photos.zip"]
    assert PERSON not in seen.said()


def test_a_hundred_thousand_photos_are_refused(home):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(100_000):
            archive.writestr(zipfile.ZipInfo(f"{number}.jpg"), b"")
    seen = look(home, filed(["1.jpg"], target.getvalue()))
    assert (seen.codes, seen.cells) == (["F13"], [])


def test_the_same_in_a_folder(home):
    made = filed(["a.jpg", "b.jpg"], {"a.jpg": JPEG, "c.jpg": JPEG})
    seen = look_at(home, made.folder(home.inbox))
    assert seen.codes == ["R37"]
    assert seen.cells == [("records-M1.csv", 1, "ZP", "R37")]


def test_the_photo_zip_named_as_a_record_file_too(home):
    made = filed(["a.jpg"], {"a.jpg": JPEG})
    made.manifest["files"].append(
        {"category": "B1", "format": "csv", "encoding": "utf-8", "rows": 0}
        | made.manifest["photos"]
    )
    assert "F10" in look(home, made).codes


def test_what_is_told_lands_with_its_line(home):
    filed(["a.jpg", "b.jpg", "c.jpg"], {"a.jpg": JPEG, "c.jpg": JPEG}).zip(home.inbox)
    found = take_in(home).findings
    (row,) = found.filter(found["rule_code"] == "R37").iter_rows(named=True)
    assert (row["line"], row["row_id"], row["field"], row["severity"]) == (3, 1, "ZP", "error")
    assert row["file"] == "records-M1.csv"
    assert "{" not in row["message"] + row["message_en"]
