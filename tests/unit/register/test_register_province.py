"""A province's register: what goes in, typed how, once only, and what a crash leaves."""

import sys
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from pipelines.errors import BusyError, DisagreementError
from pipelines.home import Home
from pipelines.register import bookkeeping, build
from pipelines.register.columns import DEGREE_RECORD

from .samples import SEMESTER, Filing, land


def rows(home: Home, query: str, province: str = "11") -> list[tuple[Any, ...]]:
    con = duckdb.connect(str(home.province_warehouse(province)), read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def one(home: Home, columns: str) -> tuple[Any, ...]:
    (found,) = rows(home, f"select {columns} from core.degree_record")
    return found


def test_registers_what_is_accepted(home: Home) -> None:
    land(
        home,
        "11",
        "b-1",
        Filing(1, records=5, left_out=((0, "held"), (3, "returned"))),
        Filing(2, "M1", records=4, first=100, outcome="return"),
        Filing(3, "D1", records=2, first=200),
    )
    result = build.register_province(home, "11")
    assert (result.rows_new, result.rows_total, result.skipped) == (5, 5, False)
    assert result.parts == ("b-1",)
    assert {test.status for test in result.tests} == {"pass"}
    assert len(result.tests) == 6
    by_filing = rows(
        home, "select record_category_code, count(*) from core.degree_record group by 1"
    )
    assert sorted(by_filing) == [("B1", 3), ("D1", 2)]


def test_values_are_typed_and_history_begins(home: Home) -> None:
    changes = (("XZ", "2.5"), ("SFDEXW", "Y"), ("SFFXXW", "否"))
    land(home, "11", "b-1", Filing(1, records=1, changes=changes))
    build.register_province(home, "11")
    assert one(home, "birth_date, conferral_date, programme_years::varchar, enrolment_month") == (
        date(2003, 1, 31),
        date(2026, 1, 15),
        "2.5",
        "202109",
    )
    assert one(home, "is_second_degree, is_minor_degree, is_by_discipline") == (True, False, None)
    assert one(home, "version_no, status, event, degree_level, degree_semester") == (
        1,
        "registered",
        "registered",
        "4",
        SEMESTER,
    )
    history = "effective_from, effective_to, recorded_from, recorded_to"
    assert one(home, history) == (
        date(2026, 1, 15),
        None,
        datetime(2026, 2, 20, 1, 30),
        None,
    )
    assert one(home, "remarks, qq_number, batch, filing_semester") == (None, None, "b-1", SEMESTER)


def test_columns_are_those_of_the_contract(home: Home) -> None:
    land(home, "11", "b-1", Filing(1))
    build.register_province(home, "11")
    described = rows(home, "describe core.degree_record")
    assert [(r[0], r[1].lower()) for r in described] == [(c.name, c.type) for c in DEGREE_RECORD]


def test_texts_of_the_layout_of_2024_become_codes(home: Home) -> None:
    codes = dict.fromkeys(("XBM", "GBM", "MZM", "ZJLXM", "LWLXM", "LWXTLYM"))
    texts = {
        "XB": "女",
        "GB": "中国",
        "MZ": "汉族",
        "ZJLX": " 居民身份证 ",
        "LWLX": "毕业设计",
        "LWXTLY": "学校自选项目",
    }
    land(home, "11", "b-1", Filing(1, records=1, changes=tuple((codes | texts).items())))
    build.register_province(home, "11")
    assert one(
        home, "sex_code, nationality_code, ethnic_code, id_type_code, thesis_source_code"
    ) == ("2", "156", "01", "01", "16")
    assert one(home, "thesis_type_code, thesis_type_name") == (None, "毕业设计")


def test_a_text_with_two_codes_does_not_double_the_record(home: Home) -> None:
    changes = (("XWLBM", ""), ("XWLB", "兽医硕士专业学位"))
    land(home, "11", "b-1", Filing(1, "M3", records=1, changes=changes))
    build.register_province(home, "11")
    assert one(home, "degree_category_code") == ("348",)


def test_odd_text_does_not_stop_the_register(home: Home) -> None:
    changes = (
        ("CSRQ", "20030231"),
        ("XZ", "四年"),
        ("SFDEXW", "也许"),
        ("HXWRQ", "2026-01-15"),
        ("XM", "=cmd|' /C calc'!A0"),
        ("BZ", "引'号\";--"),
    )
    land(home, "11", "b-1", Filing(1, records=1, changes=changes))
    build.register_province(home, "11")
    assert one(home, "birth_date, programme_years, is_second_degree, conferral_date") == (
        None,
        None,
        None,
        None,
    )
    assert one(home, "full_name, remarks") == ("=cmd|' /C calc'!A0", "引'号\";--")


def test_a_second_run_does_nothing_and_does_not_start_dbt(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(home, "11", "b-1", Filing(1))
    build.register_province(home, "11")

    def never(*args: object) -> None:
        raise AssertionError("dbt was started")

    monkeypatch.setattr(build.dbt_runner, "build", never)
    again = build.register_province(home, "11")
    assert (again.rows_new, again.rows_total, again.skipped) == (0, 3, True)


def test_nothing_decided_is_nothing_to_do(home: Home) -> None:
    assert build.register_province(home, "11").skipped
    assert not home.province_warehouse("11").exists()


def test_a_second_batch_is_added(home: Home) -> None:
    land(home, "11", "b-1", Filing(1))
    build.register_province(home, "11")
    land(home, "11", "b-2", Filing(1, first=50))
    land(home, "11", "b-3", Filing(1, first=70), semester="2025-2026-2")
    result = build.register_province(home, "11")
    assert (result.rows_new, result.rows_total) == (6, 9)
    totals = rows(
        home,
        "select filing_semester, degrees from marts.semester_summary"
        " where grouping_name = 'all' order by 1",
    )
    assert totals == [("2025-2026-1", 6), ("2025-2026-2", 3)]


def test_a_batch_of_returned_filings_only_is_done_too(home: Home) -> None:
    land(home, "11", "b-1", Filing(1, outcome="return"))
    assert build.register_province(home, "11").rows_new == 0
    assert build.register_province(home, "11").skipped


def test_half_written_batches_are_not_seen(home: Home) -> None:
    (home.decided("11", SEMESTER) / ".tmp-b-9").mkdir(parents=True)
    assert build.waiting_batches(home, "11") == []


def test_a_run_cut_off_before_its_note_is_repeated_without_doubles(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(home, "11", "b-1", Filing(1))
    with monkeypatch.context() as patch:
        patch.setattr(bookkeeping, "record", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            build.register_province(home, "11")
    result = build.register_province(home, "11")
    assert (result.rows_new, result.rows_total, result.skipped) == (0, 3, False)


def test_a_run_cut_off_between_core_and_marts_is_repaired(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(home, "11", "b-1", Filing(1))
    with monkeypatch.context() as patch:
        patch.setattr(bookkeeping, "record", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            build.register_province(home, "11")
    con = duckdb.connect(str(home.province_warehouse("11")))
    con.execute("drop schema marts cascade")
    con.close()
    build.register_province(home, "11")
    assert rows(home, "select sum(degrees) from marts.degree_count") == [(3,)]


def _interrupt(*args: object) -> None:
    raise KeyboardInterrupt


def test_a_number_registered_twice_leaves_the_register_as_it_was(home: Home) -> None:
    land(home, "11", "b-1", Filing(1, first=1))
    build.register_province(home, "11")
    land(home, "11", "b-2", Filing(1, first=3), Filing(2, first=60))
    with pytest.raises(DisagreementError, match="registered twice") as caught:
        build.register_province(home, "11")
    assert "b-2-001" in str(caught.value)
    assert "2026000003" not in str(caught.value)
    assert rows(home, "select count(*) from core.degree_record") == [(3,)]
    with pytest.raises(DisagreementError):
        build.register_province(home, "11")


def test_an_empty_certificate_number_is_refused(home: Home) -> None:
    land(home, "11", "b-1", Filing(1, records=1, changes=(("XWZSBH", ""),)))
    with pytest.raises(DisagreementError, match="without a key"):
        build.register_province(home, "11")


def test_provinces_share_nothing(home: Home) -> None:
    land(home, "11", "b-1", Filing(1))
    land(home, "31", "b-1", Filing(1, institution="31901", records=2))
    build.register_province(home, "11")
    assert not home.province_warehouse("31").exists()
    assert build.register_province(home, "31").rows_total == 2
    assert rows(home, "select distinct province_code from core.degree_record", "31") == [("31",)]


def test_a_warehouse_that_another_process_holds(home: Home) -> None:
    land(home, "11", "b-1", Filing(1))
    path = home.province_warehouse("11")
    path.parent.mkdir(parents=True)
    import subprocess

    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True);"
        "sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline()
        with pytest.raises(BusyError):
            build.register_province(home, "11")
    finally:
        holder.communicate()
    assert build.register_province(home, "11").rows_new == 3
