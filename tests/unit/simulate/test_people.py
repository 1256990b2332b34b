"""Identity numbers against python-stdnum, names, documents and shares."""

import re

import numpy as np
import polars as pl
import pytest
from stdnum.iso7064 import mod_11_2

from pipelines.simulate.identity import EPOCH, Numbers, days_since_epoch
from pipelines.simulate.people import make_people
from pipelines.simulate.plan import stream
from pipelines.simulate.volumes import load_provinces
from pipelines.standard import Semester, code_table

ROWS = 20_000


def people(province: str, category: str = "B1", rows: int = ROWS) -> pl.DataFrame:
    numbers = stream(1, province, category)
    birth = days_since_epoch(np.full(rows, 2003), np.full(rows, 1)) + numbers.integers(0, 500, rows)
    female = numbers.random(rows) < 0.5
    dealer = Numbers(load_provinces()[province], Semester(2025, 2))
    made = make_people(
        numbers, dealer, load_provinces()[province], np.full(rows, category), birth, female
    )
    return pl.DataFrame(made.columns)


@pytest.fixture(scope="module")
def uygur_province() -> pl.DataFrame:
    return people("65")


def test_numbers_have_a_right_check_and_agree_with_birth_and_sex(
    uygur_province: pl.DataFrame,
) -> None:
    for row in uygur_province.iter_rows(named=True):
        number = row["ZJHM"]
        assert mod_11_2.is_valid(number)
        assert len(number) == 18
        assert number[6:14] == row["CSRQ"]
        assert row["XBM"] == ("1" if int(number[16]) % 2 else "2")
        assert row["XB"] == {"1": "男", "2": "女"}[row["XBM"]]
        region = {"81": "344", "82": "446", "83": "158"}.get(number[:2], "156")
        assert row["GBM"] == region
        assert row["ZJLXM"] == ("01" if region == "156" else "08")
        assert bool(row["MZM"]) == bool(row["ZZMMM"]) == (region == "156")


def test_nobody_has_another_persons_number() -> None:
    numbers = pl.concat([people("65")["ZJHM"], people("54")["ZJHM"], people("65", "M1")["ZJHM"]])
    assert numbers.head(2 * ROWS).n_unique() == 2 * ROWS
    dealer = Numbers(load_provinces()["54"], Semester(2025, 1))
    day = np.full(2_000, (np.datetime64("2003-05-05") - EPOCH).astype(int))
    batches = [
        dealer.residents(stream(1, i), day[:2000], np.zeros(2000, bool), np.full(2000, -1))[0]
        for i in range(2)
    ]
    assert pl.concat(batches).n_unique() == 4_000


def test_ethnic_groups_names_and_dots(uygur_province: pl.DataFrame) -> None:
    uygurs = uygur_province.filter(MZM="05")
    assert 0.1 < len(uygurs) / ROWS < 0.4
    assert uygurs["XM"].str.contains("^[一-鿿]+·[一-鿿]+$").all()
    assert uygurs["MZ"].unique().to_list() == ["维吾尔族"]
    han = uygur_province.filter(MZM="01")
    assert not han["XM"].str.contains("·", literal=True).any()
    assert set(han["XM"].str.len_chars()) <= {2, 3, 4}
    assert (uygur_province["XM"].map_elements(lambda n: len(n.encode("gb18030"))) <= 40).all()


def test_some_names_need_characters_beyond_gbk() -> None:
    names = people("11", rows=ROWS)["XM"].to_list()
    rare = [name for name in names if not _in_gbk(name)]
    assert 0 < len(rare) < 50
    assert all(name.encode("gb18030").decode("gb18030") == name for name in rare)


def _in_gbk(name: str) -> bool:
    try:
        name.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def test_international_students_have_passports_and_no_group() -> None:
    frame = people("31", "B3", 500)
    assert frame["ZJHM"].str.contains(r"^[A-Z]{2}\d{7}$").all()
    assert frame["ZJHM"].n_unique() == 500
    assert frame["XM"].str.contains(r"^[A-Z-]+ [A-Z-]+$").all()
    assert set(frame["ZJLXM"]) == {"05"}
    assert set(frame["MZM"]) == {""} == set(frame["ZZMMM"])
    known = {row["code"]: row["name_zh"] for row in code_table("country").rows}
    assert all(known[c] == n for c, n in frame.select("GBM", "GB").iter_rows())
    assert "156" not in set(frame["GBM"])


def test_pinyin_follows_the_name() -> None:
    frame = people("33").filter(pl.col("XM").str.starts_with("王"))
    assert frame["XMPY"].str.contains("^Wang [A-Z][a-z]+$").all()
    assert not people("15")["XMPY"].str.contains(r" $|  |[^A-Za-z ]").any()
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", frame["XMPY"][0])
