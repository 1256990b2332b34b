"""Identity and certificate numbers against oracles that are not ours: R02-R04 and R07.

python-stdnum judges resident numbers by another formula and with the counties of its own table;
``cert_prefix`` holds the regulations' patterns as regular expressions.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from stdnum.cn import ric
from stdnum.iso7064 import mod_11_2

from pipelines.standard.codes import code_table
from tests.property.numbers import Judge, judging

COUNTIES = ("110101", "110105", "320102", "420106", "440103", "650102")
"""Counties that python-stdnum knows for every year of birth drawn here (of most, from 1983 on)."""

FALSE_REJECTS = {
    "a residence permit of Hong Kong": ("810000", "08"),
    "a residence permit of Taiwan": ("830000", "08"),
    "a county of old Chongqing, abolished": ("510201", "01"),
    "a county whose code python-stdnum dates from 1983, held by somebody born before": (
        "320102",
        "01",
    ),
    "the county of the standard's own example, abolished": ("440524", "01"),
}
"""Sound numbers that python-stdnum refuses, by area code, with their document type."""

IDENTITY = ("R02", "R04", "P04:CSRQ")
SOME = settings(
    max_examples=15,
    deadline=None,
    # a failing column tells its failing numbers: shrinking hundreds of them takes minutes
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with judging() as made:
        yield made


def resident(area: str, birth: str, sequence: int) -> str:
    """A sound number; the check character by python-stdnum's ISO 7064."""
    body = f"{area}{birth}{sequence:03d}"
    return body + mod_11_2.calc_check_digit(body)


births = st.dates(date(1984, 1, 1), date(2008, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))
sound = st.builds(resident, st.sampled_from(COUNTIES), births, st.integers(0, 999))
impossible_days = st.sampled_from(["20030230", "20031301", "20030100", "19990229", "00000000"])
impossible = st.builds(resident, st.sampled_from(COUNTIES), impossible_days, st.integers(0, 999))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A sound number with a character changed, moved, lost or added."""
    number = draw(sound)
    place = draw(st.integers(0, 17))
    kind = draw(st.sampled_from(["change", "swap", "lose", "add"]))
    char = draw(st.sampled_from("0123456789X x０Ｘ'%\u200b"))
    if kind == "change":
        return number[:place] + char + number[place + 1 :]
    if kind == "swap":
        place = min(place, 16)
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    return number[:place] + (char if kind == "add" else "") + number[place + (kind == "lose") :]


def columns(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(numbers, min_size=150, max_size=300)


@SOME
@given(numbers=columns(sound | damaged() | impossible))
def test_resident_numbers_are_judged_as_python_stdnum_does(
    judge: Judge, numbers: list[str]
) -> None:
    told = judge.broken(
        IDENTITY,
        ZJHM=numbers,
        CSRQ=[number[6:14] for number in numbers],
        HXWRQ=["20260108"] * len(numbers),
    )
    ours = [not rules for rules in told]
    # what python-stdnum takes after cleaning it is not what was filed
    theirs = [ric.is_valid(number) and ric.compact(number) == number for number in numbers]
    differing = [
        (number, o, t)
        for number, o, t in zip(numbers, ours, theirs, strict=True)
        # of a county that python-stdnum does not know, its refusal says nothing
        if o != t and (number[:6] in COUNTIES or t)
    ]
    assert differing == []


@SOME
@given(data=st.data(), numbers=columns(sound))
def test_every_single_wrong_character_is_found(
    judge: Judge, data: st.DataObject, numbers: list[str]
) -> None:
    places = data.draw(st.lists(st.integers(0, 16), min_size=len(numbers), max_size=len(numbers)))
    steps = data.draw(st.lists(st.integers(1, 9), min_size=len(numbers), max_size=len(numbers)))
    wrong = [
        number[:place] + str((int(number[place]) + step) % 10) + number[place + 1 :]
        for number, place, step in zip(numbers, places, steps, strict=True)
    ]
    assert all("R04" in rules for rules in judge.broken(["R04"], ZJHM=wrong))
    assert not any(judge.broken(["R04"], ZJHM=numbers))


@SOME
@given(numbers=columns(sound))
def test_the_birth_date_and_the_sex_are_those_of_the_number(
    judge: Judge, numbers: list[str]
) -> None:
    births = [number[6:14] for number in numbers]
    sexes = ["1" if int(number[16]) % 2 else "2" for number in numbers]
    others = [
        (date(int(b[:4]), int(b[4:6]), int(b[6:])) + timedelta(days=1)).strftime("%Y%m%d")
        for b in births
    ]
    swapped = ["2" if sex == "1" else "1" for sex in sexes]
    rules = ["R02", "R03"]
    assert not any(judge.broken(rules, ZJHM=numbers, CSRQ=births, XBM=sexes))
    assert judge.broken(rules, ZJHM=numbers, CSRQ=others, XBM=swapped) == [
        {"R02", "R03"} for _ in numbers
    ]


@pytest.mark.parametrize("name", FALSE_REJECTS)
def test_what_python_stdnum_refuses_wrongly_passes_here(judge: Judge, name: str) -> None:
    area, kind = FALSE_REJECTS[name]
    numbers = [
        resident(area, f"19{year}0315", sequence)
        for year in range(60, 100)
        for sequence in (1, 2, 999)
    ]
    refused = [number for number in numbers if not ric.is_valid(number)]
    assert refused, f"{name}: python-stdnum takes it now; it is no false reject any more"
    told = judge.broken(
        IDENTITY, ZJHM=numbers, CSRQ=[n[6:14] for n in numbers], ZJLXM=[kind] * len(numbers)
    )
    assert not any(told)


@SOME
@given(bodies=columns(st.integers(0, 10**16 - 1).map(lambda n: f"9{n:016d}")))
def test_permanent_residence_cards_have_the_same_check_character(
    judge: Judge, bodies: list[str]
) -> None:
    right = [body + mod_11_2.calc_check_digit(body) for body in bodies]
    wrong = [number[:17] + ("0" if number[17] != "0" else "1") for number in right]
    kinds = ["09"] * len(bodies)
    assert not any(judge.broken(["R04"], ZJHM=right, ZJLXM=kinds))
    assert all(judge.broken(["R04"], ZJHM=wrong, ZJLXM=kinds))
    assert not any(ric.is_valid(number) for number in right), "a known false reject"


@SOME
@given(numbers=columns(sound), areas=st.sampled_from(["110101", "810000", "820000", "830000"]))
def test_a_residence_permit_begins_with_its_region(
    judge: Judge, numbers: list[str], areas: str
) -> None:
    moved = [resident(areas, number[6:14], int(number[14:17])) for number in numbers]
    told = judge.broken(["R04"], ZJHM=moved, ZJLXM=["08"] * len(moved))
    assert {bool(rules) for rules in told} == {areas == "110101"}


@SOME
@given(
    numbers=columns(st.integers(0, 10**15 - 1).map(lambda n: f"{n:015d}")),
    year=st.sampled_from(["2012", "2013", "2026"]),
)
def test_15_digits_are_legal_for_degrees_before_2013_only(
    judge: Judge, numbers: list[str], year: str
) -> None:
    day = {"2012": "20121231", "2013": "20130101"}.get(year, "20260108")
    told = judge.broken(["R04"], ZJHM=numbers, HXWRQ=[day] * len(numbers))
    assert {bool(rules) for rules in told} == {year != "2012"}


PATTERNS = {
    row["pattern"]: re.compile(row["regex"], re.ASCII) for row in code_table("cert_prefix").rows
}
PLAIN = PATTERNS["none"]
Z_WITHOUT_LETTER = re.compile(r"Z\d{5}[234]\d{10}", re.ASCII)
"""Written so by some units in the era of letters, and admitted (facts 3.2)."""


def is_certificate(number: str, year: int) -> bool:
    """The oracle of certificate numbers: the patterns of the era of ``year``."""
    if PLAIN.fullmatch(number):
        return number[6:8] in ("19", "20")  # the year of granting
    if not 2006 <= year <= 2015:
        return False
    return bool(Z_WITHOUT_LETTER.fullmatch(number)) or any(
        pattern.fullmatch(number) for pattern in PATTERNS.values()
    )


@st.composite
def certificates(draw: st.DrawFn) -> str:
    """Numbers near the patterns of either era: letters, levels, years and lengths vary."""
    prefix = draw(st.sampled_from(["", "", "", *"CZQTLAc"]))
    level = draw(st.sampled_from("2344415"))
    year = draw(st.sampled_from(["2006", "2012", "2015", "2016", "2026", "1999", "0206", "3006"]))
    letter = draw(st.sampled_from(["", "", *"SEZFYCJABLDGIKas０"]))
    digits = draw(st.integers(0, 999_999))
    serial = f"{letter}{digits % 100_000:05d}" if letter else f"{digits:06d}"
    number = f"{prefix}19001{level}{year}{serial}"
    noise = draw(st.sampled_from(["", "", "", "", "", "", ".0", "0", " ", "\n"]))
    return number + noise


@SOME
@given(numbers=columns(certificates()), year=st.sampled_from([2006, 2010, 2015, 2016, 2026]))
def test_certificate_numbers_are_judged_by_the_patterns_of_their_era(
    judge: Judge, numbers: list[str], year: int
) -> None:
    told = judge.broken(["R07"], XWZSBH=numbers, HXWRQ=[f"{year}0108"] * len(numbers))
    differing = [
        (number, rules)
        for number, rules in zip(numbers, told, strict=True)
        if bool(rules) == is_certificate(number, year)
    ]
    assert differing == []


@pytest.mark.parametrize("row", code_table("cert_prefix").rows, ids=lambda row: row["pattern"])
def test_the_table_s_own_examples(judge: Judge, row: dict[str, str]) -> None:
    years = ["2006", "2015", "2016", "2026", "2005"]
    told = judge.broken(["R07"], XWZSBH=[row["example"]] * 5, HXWRQ=[f"{y}0108" for y in years])
    plain = row["pattern"] == "none"
    assert [not rules for rules in told] == [True, True, plain, plain, True]
    assert len(row["example"]) == int(row["total_len"])


@SOME
@example(numbers=["1900142025900002", "110105200303150013", "0"])
@given(numbers=columns(st.text(max_size=20)))
def test_any_text_is_judged_and_none_ends_the_query(judge: Judge, numbers: list[str]) -> None:
    filed = [number or "0" for number in numbers]
    told = judge.broken(["R02", "R03", "R04", "R07"], ZJHM=filed, XWZSBH=filed)
    # Hypothesis draws constants of the source too: a sound number may be among them
    sound_ids = [
        bool(re.fullmatch("[0-9]{17}[0-9X]", number)) and mod_11_2.is_valid(number)
        for number in filed
    ]
    assert ["R04" not in rules for rules in told] == sound_ids
    assert ["R07" not in rules for rules in told] == [is_certificate(n, 2026) for n in filed]
