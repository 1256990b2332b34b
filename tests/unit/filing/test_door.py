"""The door: what is wrong with a package becomes exact findings, no line is lost, others land."""

import hashlib

import polars as pl
import pytest

from pipelines.filing.reference import Reference
from tests.unit.filing.packages import (
    OTHER_KEY,
    RESOLUTION,
    Draft,
    Outcome,
    draft,
    make_home,
    record,
    records,
    table,
    take_in,
)


@pytest.fixture
def home(tmp_path):
    return make_home(tmp_path / "home")


def beside(home, bad: Draft, *, zipped: bool, **options) -> Outcome:
    """Lands ``bad`` (as 001) with a good filing (as 002), which must not notice."""
    good = draft(table(records(4)), rows=4, sequence="002")
    if zipped:
        bad.zip(home.inbox, "bad.zip")
    else:
        bad.folder(home.inbox, "bad")
    good.folder(home.inbox, "good")
    outcome = take_in(home, **options)
    good_id = good.manifest["filing_id"]
    assert outcome.codes(good_id) == []
    landed = outcome.filings.filter(pl.col("filing_id") == good_id)
    assert landed["rows_found"].to_list() == [4]
    assert outcome.records.height == outcome.filings["rows_found"].sum() == outcome.landed.lines
    return outcome


def rehash(made: Draft) -> Draft:
    """Makes the manifest agree with the files again."""
    for part in made.manifest["files"]:
        if part["path"] in made.files:
            part["sha256"] = hashlib.sha256(made.files[part["path"]]).hexdigest()
    return made


def without_file(made):
    del made.files["records-M1.csv"]


def other_hash(made):
    made.files["records-M1.csv"] += b"\n"


def other_resolution(made):
    made.files["resolution.pdf"] += b"x"


def unknown_institution(made):
    made.manifest |= {"institution": "10999", "filing_id": "11-10999-2025-2026-1-001"}
    made.sign_it = False


def closed_institution(made):
    made.manifest |= {"institution": "10903", "filing_id": "11-10903-2025-2026-1-001"}
    made.sign_it = False


def other_province(made):
    made.manifest |= {"institution": "10902", "filing_id": "11-10902-2025-2026-1-001"}
    made.key, made.key_id = OTHER_KEY, "k-2"


def other_id(made):
    made.manifest["filing_id"] = "11-10901-2024-2025-1-001"


def unsigned(made):
    made.sign_it = False


def unknown_key(made):
    made.key_id = "k-99"


def another_institutions_key(made):
    made.key, made.key_id = OTHER_KEY, "k-2"


def former_officers_key(made):
    made.key_id = "k-3"


def forged(made):
    made.key = OTHER_KEY


def other_rows(made):
    made.manifest["files"][0]["rows"] = 4


def other_headcount(made):
    made.manifest["resolutions"][0]["headcount"] = 4


def unnamed_file(made):
    made.files["notes.txt"] = b"x"


def same_person(made):
    made.manifest["verified_by"] = made.manifest["collected_by"]


def a_correction(made):
    made.manifest["kind"] = "correction"


def as_xlsx(made):
    made.manifest["files"][0]["format"] = "xlsx"


def without_signing_time(made):
    del made.manifest["submitted_at"]


def without_zone(made):
    made.manifest["submitted_at"] = "2026-01-20T09:00:00"


def impossible_day(made):
    made.manifest["disclosed"]["from"] = "2026-02-30"


def file_twice(made):
    made.manifest["files"] *= 2


def wrong_layout(made):
    made.manifest["standard"] = "2024"


def other_encoding(made):
    made.manifest["files"][0]["encoding"] = "gb18030"


def half_a_character(made):
    text = table([*records(3), record(9, SJHM="汉字")]).encode()[:-2] + b"\n"
    made.files["records-M1.csv"] = text
    made.manifest["files"][0]["rows"] = made.manifest["resolutions"][0]["headcount"] = 4
    rehash(made)


def nul_bytes(made):
    made.files["records-M1.csv"] = table([record(1), record(2, XM="a\0"), record(3)]).encode()
    rehash(made)


def column_too_many(made):
    made.files["records-M1.csv"] = table([record(1), [*record(2), "x"], record(3)]).encode()
    rehash(made)


def column_too_few(made):
    made.files["records-M1.csv"] = table([record(1), record(2)[:-1], record(3)]).encode()
    rehash(made)


def empty_file(made):
    made.files["records-M1.csv"] = b""
    rehash(made)


def wide_file(made):
    made.files["records-M1.csv"] = b",".join([b"XM"] * 100_000) + b"\n1\n2\n3\n"
    rehash(made)


def utf16_file(made):
    made.files["records-M1.csv"] = table(records(3)).encode("utf-16")
    rehash(made)


CASES = [
    (without_file, ["F03"], 0),
    (other_hash, ["F04"], 3),
    (other_resolution, ["F04"], 3),
    (unknown_institution, ["F05", "F07"], 3),
    (closed_institution, ["F05", "F07"], 3),
    (other_province, ["F06"], 3),
    (other_id, ["F06"], 3),
    (unsigned, ["F07"], 3),
    (unknown_key, ["F07"], 3),
    (another_institutions_key, ["F07"], 3),
    (former_officers_key, ["F07"], 3),
    (forged, ["F07"], 3),
    (other_rows, ["F08"], 3),
    (other_headcount, ["R23"], 3),
    (unnamed_file, ["F09"], 3),
    (other_encoding, ["F10"], 3),
    (utf16_file, ["F10"], 3),
    (empty_file, ["F12"], 0),
    (wide_file, ["F16"], 3),
    (a_correction, ["F15"], 3),
    (as_xlsx, ["F19"], 0),
    (same_person, ["R24"], 3),
    (without_signing_time, ["F02"], 3),
    (without_zone, ["F02"], 3),
    (impossible_day, ["F02"], 3),
    (file_twice, ["F02", "F02"], 3),
    (half_a_character, ["L02"], 4),
    (nul_bytes, ["L03"], 3),
    (column_too_many, ["L01"], 3),
    (column_too_few, ["L01"], 3),
]


@pytest.mark.parametrize("zipped", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize(("spoil", "codes", "rows"), CASES, ids=[c[0].__name__ for c in CASES])
def test_one_thing_wrong_gives_its_codes_and_no_others(home, spoil, codes, rows, zipped):
    bad = draft()
    spoil(bad)
    outcome = beside(home, bad, zipped=zipped)
    found = outcome.findings
    expected = sorted(set(codes)) if spoil is file_twice else codes
    got = outcome.codes()
    assert (sorted(set(got)) if spoil is file_twice else got) == expected
    assert outcome.landed.filings == 2
    assert outcome.filings["rows_found"][0] == rows
    assert found["message"].null_count() == found["message_en"].null_count() == 0
    assert set(found["filing_no"]) == {1}
    assert list(home.inbox.iterdir()) == []


def test_layout_that_does_not_take_the_category(home):
    bad = draft()
    wrong_layout(bad)
    outcome = beside(home, bad, zipped=False)
    assert "F02" in outcome.codes()
    assert outcome.filings["rows_found"][0] == 3


def test_a_faulty_line_points_to_its_row(home):
    bad = draft()
    column_too_many(bad)
    outcome = beside(home, bad, zipped=False)
    finding = outcome.findings.row(0, named=True)
    assert (finding["line"], finding["row_id"], finding["file_no"]) == (3, 1, 1)
    assert (finding["file"], finding["severity"]) == ("records-M1.csv", "error")
    row = outcome.records.row(1, named=True)
    assert (row["row_id"], row["line"], row["fault"], row["XM"]) == (1, 3, "L01", None)
    assert row["raw"].endswith(",x")
    assert outcome.records.filter(pl.col("fault").is_null())["raw"].null_count() == 6


def test_without_the_offices_registers_nothing_is_compared_with_them(home):
    bad = draft()
    unknown_institution(bad)
    bad.folder(home.inbox)
    outcome = take_in(home, verify_signature=False, reference=Reference.unknown())
    assert outcome.codes() == []


def test_landing_has_the_types_of_the_contract(home):
    outcome = beside(home, draft(encoding="gb18030"), zipped=True)
    filing = outcome.filings.row(0, named=True)
    assert filing["submitted_at"].isoformat() == "2026-01-20T01:00:00"
    assert filing["resolutions"][0]["headcount"] == 3
    assert {entry["path"] for entry in filing["entries"]} == {
        "manifest.json",
        "records-M1.csv",
        "resolution.pdf",
    }
    assert filing["batch"] == outcome.landed.batch
    records_ = outcome.records
    assert records_["row_id"].to_list() == list(range(7))
    assert records_["line"].dtype == records_["filing_no"].dtype == pl.Int32
    assert records_["QQHM"].null_count() == 7
    assert records_["BZ"].to_list() == [""] * 7
    file = outcome.files.row(0, named=True)
    assert (file["encoding"], file["encoding_found"], file["layout"]) == ("gb18030",) * 2 + (
        "2018",
    )


def test_no_personal_value_in_findings(home):
    text = table(records(3)).split("\n", 1)[1]
    bad = draft(text, rows=3)
    outcome = beside(home, bad, zipped=False)
    said = " ".join(outcome.findings["message"]) + " ".join(outcome.findings["message_en"])
    assert "李雷" not in said
    assert "11010119900101" not in said
    assert RESOLUTION.decode() not in said
