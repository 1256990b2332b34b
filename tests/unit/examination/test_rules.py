"""Each rule on a record that breaks it and, changed back, on one that does not."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.examination.examine import examine
from pipelines.home import Home
from pipelines.standard.rules import RULES, SET_RULES
from tests.unit.examination.batch import (
    BATCH,
    CLEAN,
    PROVINCE,
    SEMESTER,
    clean_record,
    land,
    resident_number,
)

Case = tuple[str, str, dict[str, str], set[str]]
"""Category (``B1`` or ``2024:B1``), what is broken (for the id), the changes, the rules broken."""

CASES: list[Case] = [
    ("B1", "president empty", {"XZXM": ""}, {"P01"}),
    ("2024:B1", "institution name empty", {"XWSYDW": ""}, {"P01"}),
    ("M3", "admission exam of an M1", {"KSFSM": "11"}, {"P02"}),
    ("B1", "remarks too wide", {"BZ": "备" * 81}, {"P03"}),
    ("B1", "rare character counts four bytes", {"ZSZYMC": "𠮷" * 16}, {"P03"}),
    ("B1", "birth date that never was", {"CSRQ": "20030230"}, {"P04"}),
    ("B1", "graduation month 13", {"BYNY": "202613"}, {"P04"}),
    ("B1", "conferral date with dashes", {"HXWRQ": "2026-1-8"}, {"P04"}),
    ("B1", "filed for another institution", {"XWSYDWM": "19002", "PYDWM": "19002"}, {"P05"}),
    ("B1", "name empty", {"XM": ""}, {"R01"}),
    ("B1", "digit in a name", {"XM": "张3"}, {"R01"}),
    ("B1", "space between Han characters", {"XM": "张　三"}, {"R01"}),
    ("B1", "ASCII space between Han characters", {"XM": "张 三"}, {"R01"}),
    ("B1", "question mark of a lost character", {"XM": "张?"}, {"R01"}),
    ("B1", "private use character", {"XM": "张\ue000"}, {"R01"}),
    ("B1", "birth date of somebody else", {"CSRQ": "20030316"}, {"R02"}),
    ("B1", "sex against the number", {"XBM": "2", "XB": "女"}, {"R03"}),
    ("2024:B1", "sex against the number, text only", {"XB": "女"}, {"R03"}),
    ("B1", "check digit", {"ZJHM": "110105200303150011"}, {"R04"}),
    ("B1", "15 digits in 2026", {"ZJHM": "110105030315001"}, {"R04"}),
    ("B1", "number with SQL in it", {"ZJHM": "1' OR '1'='1"}, {"R04"}),
    ("B1", "ethnic code 57", {"MZM": "57", "MZ": ""}, {"R05"}),
    ("B1", "class that does not exist", {"ZYDM": "089901"}, {"R05"}),
    ("M1", "discipline that does not exist", {"ZYDM": "089900"}, {"R05"}),
    ("2024:B1", "ethnic group that does not exist", {"MZ": "汉"}, {"R05"}),
    ("B1", "ethnic code and text", {"MZ": "回族"}, {"R06"}),
    ("B1", "major code and name", {"ZYMC": "软件工程"}, {"R06"}),
    ("B1", "certificate in scientific notation", {"XWZSBH": "1.90014E+15"}, {"R07"}),
    ("B1", "certificate with the letter of 2010", {"XWZSBH": "C1900142026000001"}, {"R07"}),
    ("B1", "graduation certificate instead", {"XWZSBH": "190011202605000001"}, {"R07"}),
    ("B1", "certificate of another unit", {"XWZSBH": "1900242026900001"}, {"R08"}),
    ("B1", "level digit of a master", {"XWZSBH": "1900132026900001"}, {"R09"}),
    ("B1", "certificate of the year before", {"XWZSBH": "1900142025900001"}, {"R10"}),
    ("B1", "enrolled after graduation", {"RXNY": "202602"}, {"R15"}),
    ("B1", "degree before graduation", {"BYNY": "202602"}, {"R15"}),
    ("B1", "one year of studies", {"RXNY": "202409"}, {"R16"}),
    ("B1", "bachelor at 61", {"CSRQ": "19640315"}, {"R17"}),
    ("B1", "thirteen years old", {"CSRQ": "20120315"}, {"R17", "R18"}),
    ("B1", "born after enrolment", {"CSRQ": "20211015"}, {"R17", "R18"}),
    ("B1", "conferred after the filing", {"HXWRQ": "20260125"}, {"R19"}),
    (
        "B1",
        "conferred in the semester before",
        {"HXWRQ": "20250620", "BYNY": "202506", "XWZSBH": "1900142025900002"},
        {"R20"},
    ),
    ("B1", "resolution that was not filed", {"JYBH": "校学位〔2026〕9号"}, {"R23"}),
    ("B1", "computer science in law", {"XWLBM": "403", "XWLB": "法学学士学位"}, {"R25"}),
    ("M1", "computer science in agriculture", {"XWLBM": "309", "XWLB": "农学硕士学位"}, {"R25"}),
    ("B1", "degree called interdisciplinary", {"XWLBM": "414", "XWLB": ""}, {"R05", "R26"}),
    (
        "D3",
        "professional doctor of a master-only field",
        {"ZYDM": "105400", "ZYMC": "护理"},
        {"R26"},
    ),
    ("B1", "graduate code for a bachelor", {"ZYDM": "0809Z1"}, {"R27"}),
    ("M1", "bachelor code for a master", {"ZYDM": "080911TK"}, {"R27"}),
    ("M1", "category of a bachelor", {"XWLBM": "408", "XWLB": "工学学士学位"}, {"R27"}),
    (
        "M3",
        "academic degree among professional ones",
        {"XWLBM": "312", "XWLB": "管理学硕士学位"},
        {"R27"},
    ),
    ("M2", "applicant without application", {"SQXWBH": ""}, {"R29"}),
    ("M2", "applicant with a student number", {"XH": "2023000001"}, {"R29"}),
    ("M1", "student with an application", {"SQXWNY": "202003"}, {"R29"}),
    ("M1", "student without enrolment", {"RXNY": ""}, {"R29"}),
    ("M1", "thesis without title", {"LWTM": ""}, {"R30"}),
    ("D1", "two keywords", {"LWGJC": "数据,质量"}, {"R30"}),
    ("2024:B1", "secret thesis with a title", {"LWLX": "涉密论文"}, {"R31"}),
    ("2024:B1", "no research direction", {"LWYJFX": ""}, {"R32"}),
    ("2024:B1", "direction is the major", {"LWYJFX": "计算机科学与技术"}, {"R32"}),
    ("B1", "three directions", {"LWYJFX": "甲；乙；丙"}, {"R32"}),
    ("B3", "foreigner with an ethnic group", {"MZM": "01", "MZ": "汉族"}, {"R33"}),
    ("B1", "mainland person without ethnic group", {"MZM": "", "MZ": ""}, {"R34"}),
    ("B1", "resident card of a foreign country", {"GBM": "344", "ZZMMM": "", "ZZMM": ""}, {"R35"}),
    ("B1", "trained elsewhere", {"PYDWM": "19009"}, {"R36"}),
    ("B1", "placeholder", {"XH": "123456"}, {"R45"}),
    ("M1", "placeholder supervisor", {"DSXM": "不详"}, {"R45"}),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> list[set[str]]:
    """Rules broken by each record: first the cases, then a clean record of each category."""
    home = Home.at(tmp_path_factory.mktemp("rules")).make()
    records = []
    for serial, (where, _, changes, _) in enumerate(CASES, 1):
        edition, category = where.split(":") if ":" in where else ("2018", where)
        record = clean_record(category, serial, edition)
        if (
            "CSRQ" in changes
            and "R02" not in CASES[serial - 1][3]
            and "P04" not in CASES[serial - 1][3]
        ):
            record["ZJHM"] = resident_number(changes["CSRQ"], 2 * serial + 1)
        records.append((edition, category, record | changes))
    for serial, (edition, category) in enumerate(clean_kinds(), len(CASES) + 1):
        records.append((edition, category, clean_record(category, serial, edition)))
    land(home, records)
    examine(home, PROVINCE, SEMESTER, BATCH)
    findings = pl.read_parquet(home.findings(PROVINCE, SEMESTER) / BATCH / "findings.parquet")
    found: list[set[str]] = [set() for _ in records]
    for row_id, code in findings.select("row_id", "rule_code").iter_rows():
        found[row_id].add(code)
    return found


def clean_kinds() -> list[tuple[str, str]]:
    return [("2018", category) for category in CLEAN] + [("2024", c) for c in ("B1", "B2", "B3")]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_exactly_the_rules_meant_are_broken(number: int, broken: list[set[str]]) -> None:
    assert broken[number] == CASES[number][3]


@pytest.mark.parametrize(
    "number", range(len(clean_kinds())), ids=[":".join(k) for k in clean_kinds()]
)
def test_a_clean_record_breaks_no_rule(number: int, broken: list[set[str]]) -> None:
    assert broken[len(CASES) + number] == set()


def test_every_record_rule_has_a_failing_case() -> None:
    shown = set().union(*(case[3] for case in CASES))
    assert {rule.code for rule in RULES} - shown == {"R21"}, "R21 is in test_examine"
    assert {rule.code for rule in SET_RULES} == {"R11", "R12", "R38", "R43"}


def test_no_finding_holds_a_value(broken: list[set[str]], tmp_path: Path) -> None:
    home = Home.at(tmp_path).make()
    record = clean_record("B1", 1) | {"XM": "秘密3", "ZJHM": "999999"}
    land(home, [("2018", "B1", record)])
    examine(home, PROVINCE, SEMESTER, BATCH)
    written = (home.findings(PROVINCE, SEMESTER) / BATCH / "findings.parquet").read_bytes()
    assert "秘密3".encode() not in written
    assert (
        pl.read_parquet(home.findings(PROVINCE, SEMESTER) / BATCH / "findings.parquet").height >= 2
    )
