"""From provinces to the nation: handover, formal examination, national register, agreement."""

import json
import stat
from datetime import timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.errors import DisagreementError
from pipelines.home import Home
from pipelines.register import build
from pipelines.register.agreement import agree_nation, agree_province, assert_agreed
from pipelines.register.columns import DEGREE_RECORD
from pipelines.register.files import sha256_of
from pipelines.register.formal import examine_handovers
from pipelines.register.handover import hand_over
from pipelines.register.missing import missing_provinces

from .samples import NOW, SEMESTER, Filing, land


def file_province(home: Home, province: str, batch: str = "b-1", **changes: Any) -> None:
    """Lands, registers and hands over a small batch of a province."""
    land(home, province, batch, Filing(1, institution=f"{province}901", **changes))
    build.register_province(home, province)
    hand_over(home, province, SEMESTER, now=NOW)


def national(home: Home, query: str) -> list[tuple[Any, ...]]:
    con = duckdb.connect(str(home.national_warehouse), read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def codes(home: Home) -> dict[str, list[str]]:
    examined = examine_handovers(home, SEMESTER, now=NOW)
    return {e.province: [reason.code for reason in e.reasons] for e in examined}


def test_two_provinces_reach_the_nation(home: Home) -> None:
    file_province(home, "11", records=4, left_out=((1, "held"),))
    file_province(home, "31", records=2)
    examined = examine_handovers(home, SEMESTER, now=NOW)
    assert [(e.province, e.outcome, e.rows) for e in examined] == [
        ("11", "approve", 3),
        ("31", "approve", 2),
    ]
    result = build.register_nation(home)
    assert (result.rows_new, result.rows_total) == (5, 5)
    assert all(test.ok for test in result.tests)
    for agreements in (
        agree_province(home, "11", SEMESTER),
        agree_province(home, "31", SEMESTER),
        agree_nation(home, SEMESTER),
    ):
        assert len(agreements) >= 4
        assert_agreed(agreements)
    by_province = national(
        home,
        "select group_code, degrees, persons from marts.semester_summary"
        " where grouping_name = 'province' order by 1",
    )
    assert by_province == [("11", 3, 3), ("31", 2, 2)]


def test_a_second_run_does_nothing(home: Home) -> None:
    file_province(home, "11")
    examine_handovers(home, SEMESTER, now=NOW)
    build.register_nation(home)
    assert hand_over(home, "11", SEMESTER, now=NOW) is None
    assert examine_handovers(home, SEMESTER, now=NOW) == []
    again = build.register_nation(home)
    assert (again.rows_new, again.rows_total, again.skipped) == (0, 3, True)


def test_a_second_handover_holds_only_what_is_new(home: Home) -> None:
    file_province(home, "11", "b-1", first=1)
    file_province(home, "11", "b-2", first=50, records=2)
    folder = home.handover("11", SEMESTER)
    assert pl.read_parquet(folder / "0002" / "records.parquet").height == 2
    examine_handovers(home, SEMESTER, now=NOW)
    assert build.register_nation(home).rows_total == 5
    assert_agreed(agree_province(home, "11", SEMESTER))
    assert_agreed(agree_nation(home, SEMESTER))


def test_a_handover_is_sealed_and_says_what_it_holds(home: Home) -> None:
    file_province(home, "11", records=4)
    folder = home.handover("11", SEMESTER) / "0001"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["rows"], manifest["by_category"]) == (4, {"B1": 4})
    assert manifest["sha256"] == sha256_of(folder / "records.parquet")
    assert manifest["columns"] == [[c.name, c.type] for c in DEGREE_RECORD]
    assert (manifest["sequence"], manifest["batches"]) == (1, ["b-1"])
    assert manifest["ledger_head"] is None
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o444


def test_the_same_records_give_the_same_bytes(home: Home, tmp_path: Any) -> None:
    other = Home(tmp_path / "other").make()
    for each in (home, other):
        land(each, "11", "b-1", Filing(1, records=40, first=100), Filing(2, "M1", first=1))
        build.register_province(each, "11")
    first = hand_over(home, "11", SEMESTER, now=NOW)
    second = hand_over(other, "11", SEMESTER, now=NOW + timedelta(days=1))
    assert first
    assert second
    assert first.sha256 == second.sha256


def test_a_crash_before_the_rename_leaves_no_handover(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(home, "11", "b-1", Filing(1))
    build.register_province(home, "11")

    def stop(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.register.handover.write_json", stop)
        with pytest.raises(KeyboardInterrupt):
            hand_over(home, "11", SEMESTER, now=NOW)
    assert examine_handovers(home, SEMESTER, now=NOW) == []
    handed = hand_over(home, "11", SEMESTER, now=NOW)
    assert handed
    assert (handed.sequence, handed.rows) == (1, 3)
    assert [p.name for p in home.handover("11", SEMESTER).iterdir()] == ["0001"]


def test_what_a_failed_build_registered_is_not_handed_over(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(home, "11", "b-1", Filing(1))

    def stop(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.register.bookkeeping.record", stop)
        with pytest.raises(KeyboardInterrupt):
            build.register_province(home, "11")
    assert hand_over(home, "11", SEMESTER, now=NOW) is None


def rewrite(home: Home, of: str, **changes: Any) -> None:
    """Changes a handover's manifest; a value None takes the key away."""
    path = home.handover(of, SEMESTER) / "0001" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    path.chmod(0o600)
    kept = {k: v for k, v in manifest.items() if v is not None or k not in changes}
    path.write_text(json.dumps(kept))


def rewrite_records(home: Home, province: str, frame: pl.DataFrame) -> None:
    path = home.handover(province, SEMESTER) / "0001" / "records.parquet"
    path.chmod(0o600)
    frame.write_parquet(path)
    rewrite(home, province, sha256=sha256_of(path))


def records(home: Home, province: str) -> pl.DataFrame:
    return pl.read_parquet(home.handover(province, SEMESTER) / "0001" / "records.parquet")


def test_a_tampered_handover_is_returned_with_reasons(home: Home) -> None:
    file_province(home, "11")
    file_province(home, "31")
    path = home.handover("31", SEMESTER) / "0001" / "records.parquet"
    path.chmod(0o600)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert codes(home) == {"11": [], "31": ["H04"]}
    left = home.outbox / "31" / "handover" / f"{SEMESTER}-0001" / "reasons.json"
    content = json.loads(left.read_text(encoding="utf-8"))
    assert content["reasons"][0]["code"] == "H04"
    assert content["reasons"][0]["message"]
    decision = json.loads((home.decisions / f"national-31-{SEMESTER}-0001.json").read_text())
    assert (decision["outcome"], decision["decided_by"]) == ("return", {"policy": "formal/1"})
    assert build.register_nation(home).rows_total == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rows": 4}, "H05"),
        ({"by_category": {"B1": 2, "M1": 1}}, "H07"),
        ({"province": "12"}, "H03"),
        ({"sequence": 2}, "H03"),
        ({"sha256": "0" * 64}, "H04"),
        ({"sha256": None}, "H02"),
        ({"surplus": 1}, "H02"),
        ({"columns": [["province_code", "varchar"]]}, "H06"),
        ({"filing_ids": ["another"]}, "H05"),
    ],
)
def test_a_wrong_manifest_is_returned(home: Home, changes: dict[str, Any], code: str) -> None:
    file_province(home, "11")
    rewrite(home, "11", **changes)
    assert codes(home) == {"11": [code]}


def test_a_manifest_that_is_no_json_is_returned(home: Home) -> None:
    file_province(home, "11")
    path = home.handover("11", SEMESTER) / "0001" / "manifest.json"
    path.chmod(0o600)
    path.write_text("{")
    assert codes(home) == {"11": ["H01"]}


def test_records_that_do_not_fit_are_returned(home: Home) -> None:
    for province in ("11", "12", "13", "14"):
        file_province(home, province)
    rewrite_records(home, "11", records(home, "11").drop("remarks"))
    rewrite_records(home, "12", records(home, "12").with_columns(province_code=pl.lit("31")))
    frame = records(home, "13")
    same = pl.lit(frame["certificate_number"][0])
    rewrite_records(home, "13", frame.with_columns(certificate_number=same))
    wider = records(home, "14").with_columns(pl.col("version_no").cast(pl.Int64))
    rewrite_records(home, "14", wider)
    assert codes(home) == {"11": ["H06"], "12": ["H08"], "13": ["H09"], "14": ["H06"]}


def test_a_number_that_two_provinces_hand_over_is_returned_to_the_later(home: Home) -> None:
    number = (("XWZSBH", "1190142026000001"),)
    land(home, "11", "b-1", Filing(1, records=1))
    land(home, "31", "b-1", Filing(1, institution="31901", records=1, changes=number))
    for province in ("11", "31"):
        build.register_province(home, province)
    hand_over(home, "31", SEMESTER, now=NOW)
    hand_over(home, "11", SEMESTER, now=NOW + timedelta(hours=1))
    assert codes(home) == {"31": [], "11": ["H11"]}
    listed = home.outbox / "11" / "handover" / f"{SEMESTER}-0001" / "records.csv"
    assert "1190142026000001" in listed.read_text(encoding="utf-8-sig")


def test_a_number_that_the_nation_holds_is_returned(home: Home) -> None:
    file_province(home, "11", records=1)
    examine_handovers(home, SEMESTER, now=NOW)
    build.register_nation(home)
    file_province(home, "31", records=1, changes=(("XWZSBH", "1190142026000001"),))
    assert codes(home) == {"31": ["H10"]}
    assert build.register_nation(home).skipped


def test_a_returned_handover_is_handed_over_again_when_asked(home: Home) -> None:
    file_province(home, "11")
    rewrite(home, "11", rows=4)
    examine_handovers(home, SEMESTER, now=NOW)
    assert hand_over(home, "11", SEMESTER, now=NOW) is None
    again = hand_over(home, "11", SEMESTER, now=NOW, again=True)
    assert again
    assert (again.sequence, again.rows) == (2, 3)
    assert codes(home) == {"11": []}
    build.register_nation(home)
    assert_agreed(agree_province(home, "11", SEMESTER))
    assert_agreed(agree_nation(home, SEMESTER))


def test_a_handover_changed_after_approval_is_not_registered(home: Home) -> None:
    file_province(home, "11")
    examine_handovers(home, SEMESTER, now=NOW)
    rewrite_records(home, "11", records(home, "11").head(2))
    with pytest.raises(DisagreementError, match="not the one that was approved"):
        build.register_nation(home)


def test_a_lost_row_is_a_disagreement(home: Home) -> None:
    file_province(home, "11")
    con = duckdb.connect(str(home.province_warehouse("11")))
    con.execute("delete from core.degree_record where certificate_number like '%1'")
    con.close()
    wrong = {a.name for a in agree_province(home, "11", SEMESTER) if not a.ok}
    assert wrong == {
        "accepted = registered",
        "registered = handed over",
        "registered = semester summary",
        "registered = sum of degree counts",
    }
    with pytest.raises(DisagreementError, match="3 <> 2"):
        assert_agreed(agree_province(home, "11", SEMESTER))


def test_a_line_left_out_twice_is_a_disagreement(home: Home) -> None:
    land(home, "11", "b-1", Filing(1, left_out=((0, "held"), (0, "returned"))))
    landed = agree_province(home, "11", SEMESTER)[0]
    assert (landed.ok, landed.expected, landed.found) == (False, 3, 4)


def test_missing_provinces_are_named(home: Home) -> None:
    lines = [
        "institution_code,name_zh,name_en,province_code,kind,parent_code,levels,valid_from,valid_to",
        "11901,甲大学,A,11,university,,2|3|4,1950-01-01,",
        "31901,乙大学,B,31,university,,4,1950-01-01,",
        "42901,丙大学,C,42,university,,4,1950-01-01,2020-01-01",
    ]
    (home.reference / "institutions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file_province(home, "11")
    assert [p.code for p in missing_provinces(home, SEMESTER)] == ["11", "31"]
    examine_handovers(home, SEMESTER, now=NOW)
    (shanghai,) = missing_provinces(home, SEMESTER)
    assert (shanghai.code, shanghai.name_zh, shanghai.name_en) == ("31", "上海市", "Shanghai")


def test_a_person_with_degrees_in_two_provinces_is_remarked_and_not_returned(home: Home) -> None:
    """R13 over provinces: the later handover's province gets a list, nothing is refused."""
    one_person = (("ZJHM", "110101200301310011"),)
    file_province(home, "11", records=1, changes=one_person)
    file_province(home, "31", records=1, changes=one_person)
    examined = {e.province: e for e in examine_handovers(home, SEMESTER, now=NOW)}
    assert [examined[p].outcome for p in ("11", "31")] == ["approve", "approve"]
    assert [examined[p].remarks for p in ("11", "31")] == [0, 1]
    remarks = next((home.outbox / "31" / "handover").glob("*/remarks-R13.csv"))
    assert len(remarks.read_text("utf-8-sig").split()) == 2
    build.register_nation(home)
    file_province(home, "32", changes=one_person, records=1)
    later = examine_handovers(home, SEMESTER, now=NOW)[0]
    assert (later.outcome, later.remarks) == ("approve", 1), "the register is compared as well"
