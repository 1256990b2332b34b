"""Tolerances: within them findings are warnings, above them all block; the file is checked."""

import polars as pl
import pytest

from pipelines.errors import BadInputError
from pipelines.examination.examine import examine
from pipelines.examination.tolerances import COLUMNS, load_tolerances
from pipelines.home import Home
from tests.unit.examination import batch
from tests.unit.examination.excusing import PROVINCE, SEMESTER, excused, lines

BLOCKED, TOLERATED = ("hold", None), ("warning", "tolerance:t1")


def write(home: Home, *rows: dict[str, str]) -> Home:
    plain = dict.fromkeys(COLUMNS, "")
    plain |= {"rule_code": "R16", "scope": "filing", "basis": "省学位办〔2026〕1号"}
    table = [plain | {"tolerance_id": f"t{k}"} | row for k, row in enumerate(rows, 1)]
    pl.DataFrame(table, schema=list(COLUMNS)).write_csv(home.reference / "tolerances.csv")
    return home


def test_without_tolerances_nothing_is_excused(home: Home) -> None:
    assert excused(home, lines(2)) == [BLOCKED] * 2


@pytest.mark.parametrize(
    ("tolerance", "size", "within"),
    [
        ({"lines": "3"}, 10, 3),
        ({"share": "0.02"}, 100, 2),
        ({"share": "0.29"}, 100, 29),
        ({"share": "0.07"}, 100, 7),
        ({"share": "0.000001"}, 100, 0),
        ({"share": "0.019"}, 100, 1),
        ({"share": "0.02", "lines": "5"}, 100, 5),
        ({"share": "0.1", "lines": "5"}, 100, 10),
        ({}, 100, 0),
    ],
    ids=str,
)
def test_the_larger_of_share_and_lines_holds(
    home: Home, tolerance: dict[str, str], size: int, within: int
) -> None:
    write(home, tolerance)
    assert excused(home, lines(within), sizes=[size]) == [TOLERATED] * within
    above = lines(within + 1)
    assert excused(home, above, sizes=[size + 1]) == [BLOCKED] * (within + 1)


def test_lines_are_counted_and_not_findings(home: Home) -> None:
    write(home, {"lines": "1"})
    twice = [(1, 7, "R16", "hold", "BYNY"), (1, 7, "R16", "error", "RXNY")]
    assert excused(home, twice) == [TOLERATED] * 2


def test_each_filing_is_counted_apart(home: Home) -> None:
    write(home, {"lines": "2"})
    told = lines(3) + lines(2, filing=2)
    assert excused(home, told, sizes=[100, 100]) == [BLOCKED] * 3 + [TOLERATED] * 2


def test_a_semesters_tolerance_counts_all_filings(home: Home) -> None:
    write(home, {"lines": "5", "scope": "semester"})
    told = lines(3) + lines(2, filing=2)
    assert excused(home, told, sizes=[100, 100, 100]) == [TOLERATED] * 5
    more = [*told, *lines(1, filing=3)]
    assert excused(home, more, sizes=[100, 100, 100]) == [BLOCKED] * 6


def test_a_semesters_share_is_of_all_its_lines(home: Home) -> None:
    write(home, {"share": "0.01", "scope": "semester"})
    assert excused(home, lines(3), sizes=[100, 200]) == [TOLERATED] * 3
    assert excused(home, lines(3), sizes=[100, 199]) == [BLOCKED] * 3


def test_an_institutions_tolerance_is_its_own(home: Home) -> None:
    write(home, {"lines": "3", "institution_code": "19002", "scope": "semester"})
    told = lines(2) + lines(3, filing=2)
    assert excused(home, told, sizes=[9, 9]) == [BLOCKED] * 2 + [TOLERATED] * 3


def test_other_rules_warnings_and_findings_about_the_filing_stay(home: Home) -> None:
    write(home, {"lines": "9"})
    told = [
        (1, None, "R16", "error", None),
        (1, 1, "R15", "error", "BYNY"),
        (1, 2, "R16", "warning", "BYNY"),
        (1, 3, "R16", "repaired", "BYNY"),
    ]
    assert excused(home, told) == [(severity, None) for _, _, _, severity, _ in told]


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        ({"province_code": "11"}, True),
        ({"province_code": "12"}, False),
        ({"semester": SEMESTER}, True),
        ({"semester": "2024-2025-1"}, False),
        ({"valid_from": "2026-01-20", "valid_to": "2026-01-20"}, True),
        ({"valid_from": "2026-01-21"}, False),
        ({"valid_to": "2026-01-19"}, False),
    ],
    ids=str,
)
def test_where_and_when_it_holds(home: Home, row: dict[str, str], holds: bool) -> None:
    write(home, {"lines": "9"} | row)
    assert excused(home, lines(1)) == [TOLERATED if holds else BLOCKED]


def test_a_filing_of_no_known_day_has_no_tolerance_that_has_days(home: Home) -> None:
    write(home, {"lines": "9", "valid_to": "2099-12-31"})
    assert excused(home, lines(1), submitted=None) == [BLOCKED]


def test_of_several_the_first_that_suffices_is_named(home: Home) -> None:
    write(home, {"lines": "1"}, {"lines": "3"}, {"lines": "9", "scope": "semester"})
    assert excused(home, lines(2)) == [("warning", "tolerance:t2")] * 2


def test_a_key_that_the_register_needs_is_never_tolerated(home: Home) -> None:
    write(home, {"lines": "9", "rule_code": "P01"})
    told = [(1, 1, "P01", "error", "XWZSBH"), (1, 2, "P01", "error", "ZP")]
    assert excused(home, told) == [("error", None), ("warning", "tolerance:t1")]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"rule_code": "R11"}, "R11 cannot be tolerated"),
        ({"rule_code": "R14"}, "R14 cannot be tolerated"),
        ({"rule_code": "R31"}, "R31 cannot be tolerated"),
        ({"rule_code": "P05"}, "P05 cannot be tolerated"),
        ({"rule_code": "F07"}, "F07 cannot be tolerated"),
        ({"rule_code": "L02"}, "L02 cannot be tolerated"),
        ({"rule_code": "K01"}, "K01 cannot be tolerated"),
        ({"rule_code": "T09"}, "T09 cannot be tolerated"),
        ({"rule_code": "R04"}, "R04 cannot be tolerated"),
        ({"rule_code": "r16"}, "rule_code"),
        ({"rule_code": "R16'; DROP TABLE findings --"}, "rule_code"),
        ({"tolerance_id": ""}, "tolerance_id"),
        ({"tolerance_id": "a b"}, "tolerance_id"),
        ({"scope": "line"}, "scope"),
        ({"share": "2"}, "share"),
        ({"share": "-0.1"}, "share"),
        ({"share": "5%"}, "share"),
        ({"share": "NaN"}, "share"),
        ({"share": "0.0000001"}, "share"),
        ({"lines": "-1"}, "lines"),
        ({"lines": "1.5"}, "lines"),
        ({"province_code": "Beijing"}, "province_code"),
        ({"institution_code": "1"}, "institution_code"),
        ({"semester": "2026"}, "semester"),
        ({"valid_from": "1.1.2026"}, "valid_from"),
        ({"valid_to": "2026-02-30"}, "valid_to"),
    ],
    ids=str,
)
def test_a_row_that_is_off_stops_the_examination(
    home: Home, row: dict[str, str], told: str
) -> None:
    write(home, {"lines": "1"}, row)
    with pytest.raises(BadInputError) as error:
        load_tolerances(home, PROVINCE, SEMESTER)
    assert told in str(error.value)
    assert "line 3" in str(error.value)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "lacks the columns"),
        (b"tolerance_id,rule_code\n", "lacks the columns"),
        ("容许\n".encode("gb18030"), "cannot be read"),
        ((",".join(COLUMNS) + "\nt1,R16\n").encode(), "line 2"),
        ((",".join(COLUMNS) + "\n" + "x," * 20 + "\n").encode(), "line 2"),
    ],
)
def test_a_file_that_is_off(home: Home, data: bytes, told: str) -> None:
    (home.reference / "tolerances.csv").write_bytes(data)
    with pytest.raises(BadInputError) as error:
        load_tolerances(home, PROVINCE, SEMESTER)
    assert told in str(error.value)


def test_an_id_twice(home: Home) -> None:
    write(home, {"lines": "1"}, {"tolerance_id": "t1"})
    with pytest.raises(BadInputError):
        load_tolerances(home, PROVINCE, SEMESTER)


def test_an_examination_with_a_tolerance_for_the_semester(home: Home) -> None:
    """Two batches: the first is tolerated, the second brings the semester above it."""
    write(home, {"rule_code": "R10", "lines": "1", "scope": "semester"})
    for name, serial in (("b-first", 1), ("b-second", 10)):
        records = [("2018", "B1", batch.clean_record("B1", serial + k)) for k in range(3)]
        records[0][2]["XWZSBH"] = f"1900142025{serial:06d}"
        batch.land(home, records, batch=name)
    first = examine(home, PROVINCE, SEMESTER, "b-first")
    second = examine(home, PROVINCE, SEMESTER, "b-second")
    assert (first.accepted, first.held, first.warnings) == (3, 0, 1)
    assert (second.accepted, second.held) == (2, 1)
    found = home.findings(PROVINCE, SEMESTER) / "b-first" / "findings.parquet"
    (row,) = pl.read_parquet(found).iter_rows(named=True)
    assert (row["severity"], row["excused_by"]) == ("warning", "tolerance:t1")
