"""People: names, identity documents (GB 11643), ethnic group, political status, by category."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.simulate.columns import (
    Index,
    Mask,
    choose,
    fixed_text,
    pick,
    pool,
    weighted,
)
from pipelines.simulate.identity import REGIONS, Numbers, calendar, region_of
from pipelines.simulate.names import (
    DOTTED,
    PAIRED,
    SINGLE,
    Parts,
    compose,
    compose_pinyin,
    han_parts,
    name_parts,
)
from pipelines.simulate.plan import Stream
from pipelines.simulate.volumes import Province
from pipelines.standard import code_table

MINORITIES = {
    "08": 15,
    "11": 10,
    "03": 11,
    "06": 9,
    "05": 9,
    "15": 8,
    "07": 7,
    "02": 6,
    "04": 5,
    "09": 3,
    "12": 3,
    "13": 3,
    "10": 2,
    "14": 2,
    "16": 1.2,
    "17": 1.6,
    "18": 1,
    "19": 1,
    "20": 0.6,
    "22": 0.6,
    "24": 0.3,
    "25": 0.4,
    "27": 0.3,
    "30": 0.3,
    "32": 0.2,
    "33": 0.3,
    "37": 0.5,
}
"""Weights of the ethnic groups among minority students where a province has none of its own."""

COUNTRIES = (
    "410",
    "764",
    "586",
    "356",
    "643",
    "360",
    "418",
    "398",
    "704",
    "392",
    "050",
    "566",
    "840",
    "496",
    "116",
    "458",
    "276",
    "250",
    "818",
    "404",
    "288",
    "834",
    "417",
    "762",
    "860",
    "104",
)

POLITICAL: dict[str, dict[str, float]] = {
    "B": {"01": 9, "02": 8, "03": 78, "13": 5},
    "G": {"01": 33, "02": 6, "03": 46, "13": 14.4, "05": 0.2, "10": 0.2, "04": 0.2},
    "A": {"01": 16, "03": 18, "13": 65.4, "05": 0.3, "12": 0.3},
}
"""Weights of political status: regular bachelors, graduates, adults."""

FOREIGN_SHARE = {"D1": 0.05, "M1": 0.02, "M3": 0.008, "B3": 1.0}
COMPATRIOT_SHARE = {"B1": 0.004, "M1": 0.004, "D1": 0.006}


Maker = Callable[[Parts, Stream, str, Mask], tuple[Index, Index, Index]]
"""Makes part numbers of names from a word list for people of these sexes (true: women)."""


@dataclass(frozen=True)
class People:
    """Columns of a batch of people by field code, and what other columns are made from."""

    columns: dict[str, pl.Series]
    female: Mask
    foreign: Mask
    area: Index


def make_people(
    stream: Stream,
    numbers: Numbers,
    province: Province,
    category: npt.NDArray[np.str_],
    birth: Index,
    female: Mask,
) -> People:
    """People of these categories, birth days (since EPOCH) and sexes, one a row."""
    rows = len(birth)
    draw = stream.random(rows)
    foreign = draw < _by_category(category, FOREIGN_SHARE)
    compatriot = ~foreign & (draw > 1 - _by_category(category, COMPATRIOT_SHARE))
    wanted = np.where(compatriot, stream.integers(0, 3, rows), -1)
    ids, area = numbers.residents(stream, birth, female, wanted)
    region = region_of(area)
    compatriot = region >= 0
    mainland = ~foreign & ~compatriot
    ethnic = _ethnic(stream, province, mainland)
    name, pinyin = _names(stream, female, foreign, ethnic)
    number = _with_passports(numbers, ids, foreign)
    country = 4 + stream.integers(0, len(COUNTRIES), rows)
    nation = np.where(foreign, country, np.where(compatriot, 1 + region, 0))
    columns = {"XM": name, "XMPY": pinyin, "CSRQ": fixed_text(calendar()[0][birth]), "ZJHM": number}
    columns |= _coded("XBM", "XB", "sex", ("1", "2"), female.astype(np.int64))
    columns |= _coded("GBM", "GB", "country", ("156", *REGIONS, *COUNTRIES), nation)
    document = np.where(foreign, 2, np.where(compatriot, 1, 0))
    columns |= _coded("ZJLXM", "ZJLX", "id_type", ("01", "08", "05"), document)
    codes = code_table("ethnic").codes()
    columns |= _coded("MZM", "MZ", "ethnic", ("", *codes), ethnic)
    columns |= _political(stream, category, mainland)
    return People(columns, female, foreign, area)


def _by_category(
    category: npt.NDArray[np.str_], shares: dict[str, float]
) -> npt.NDArray[np.float64]:
    out = np.zeros(len(category))
    for code, share in shares.items():
        out[category == code] = share
    return out


def _coded(
    code_field: str, text_field: str, table: str, codes: tuple[str, ...], index: Index
) -> dict[str, pl.Series]:
    """A code column and its text column from positions in ``codes``."""
    names = {row["code"]: row["name_zh"] for row in code_table(table).rows} | {"": ""}
    texts = pool([names[code] for code in codes])
    return {code_field: pick(pool(codes), index), text_field: pick(texts, index)}


def _ethnic(stream: Stream, province: Province, mainland: Mask) -> Index:
    """Ethnic group as a number (0 = none is filed, 1 = Han ...)."""
    rows = len(mainland)
    own = province.groups or MINORITIES
    codes = np.array([int(code) for code in own])
    here = codes[weighted(stream, list(own.values()), rows)]
    others = np.array([int(code) for code in MINORITIES])
    away = others[weighted(stream, list(MINORITIES.values()), rows)]
    minority = np.where(stream.random(rows) < 0.75, here, away)
    group = np.where(stream.random(rows) < province.minority, minority, 1)
    return np.where(mainland, group, 0)


def _political(
    stream: Stream, category: npt.NDArray[np.str_], mainland: Mask
) -> dict[str, pl.Series]:
    codes = ("", *code_table("political").codes())
    place = {code: index for index, code in enumerate(codes)}
    status = np.zeros(len(category), dtype=np.int64)
    adult = np.isin(category, ("B2", "M2", "M4", "D2"))
    groups: tuple[tuple[str, Mask], ...] = (
        ("A", adult),
        ("B", ~adult & np.char.startswith(category, "B")),
        ("G", ~adult & ~np.char.startswith(category, "B")),
    )
    for group, where in groups:
        weights = POLITICAL[group]
        mapped = np.array([place[code] for code in weights])
        status[where] = mapped[weighted(stream, list(weights.values()), int(where.sum()))]
    return _coded("ZZMMM", "ZZMM", "political", codes, np.where(mainland, status, 0))


def _with_passports(numbers: Numbers, ids: pl.Series, foreign: Mask) -> pl.Series:
    count = int(foreign.sum())
    if not count:
        return ids
    place = np.zeros(len(foreign), dtype=np.int64)
    place[foreign] = np.arange(count)
    return choose(foreign, pick(numbers.passport_numbers(count), place), ids)


def _names(
    stream: Stream, female: Mask, foreign: Mask, ethnic: Index
) -> tuple[pl.Series, pl.Series]:
    parts = name_parts()
    chosen = han_parts(parts, stream, female)
    makers: list[tuple[dict[str, str], Maker]] = [
        (DOTTED, _dotted),
        (SINGLE, _single),
        (PAIRED, _paired),
    ]
    for table, make in makers:
        for code, words in table.items():
            where = np.flatnonzero(ethnic == int(code))
            if len(where):
                for column, values in zip(
                    chosen, make(parts, stream, words, female[where]), strict=True
                ):
                    column[where] = values
    where = np.flatnonzero(foreign)
    if len(where):
        chosen[0][where] = parts.draw(stream, "latin", len(where))
        chosen[1][where] = parts.blank
        chosen[2][where] = parts.draw(stream, "latin_given", len(where))
    return compose(parts, chosen), compose_pinyin(parts, chosen)


def _sexed(parts: Parts, stream: Stream, words: str, female: Mask) -> Index:
    rows = len(female)
    men, women = (
        parts.draw(stream, f"{words}_male", rows),
        parts.draw(stream, f"{words}_female", rows),
    )
    return np.where(female, women, men)


def _dotted(parts: Parts, stream: Stream, words: str, female: Mask) -> tuple[Index, Index, Index]:
    """Own name, dot, father's name."""
    rows = len(female)
    father = parts.draw(stream, f"{words}_male", rows)
    return _sexed(parts, stream, words, female), np.full(rows, parts.dot), father


def _single(parts: Parts, stream: Stream, words: str, female: Mask) -> tuple[Index, Index, Index]:
    none = np.zeros(len(female), dtype=np.int64)
    return _sexed(parts, stream, words, female), none, none


def _paired(parts: Parts, stream: Stream, words: str, female: Mask) -> tuple[Index, Index, Index]:
    first = parts.draw(stream, f"{words}_male", len(female))
    return first, _sexed(parts, stream, words, female), np.zeros(len(female), dtype=np.int64)
