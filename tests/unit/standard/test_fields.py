"""The field table against the source layouts and against itself."""

import pytest

from pipelines.standard import CATEGORIES, FIELDS, LAYOUTS, field
from pipelines.standard.categories import expand
from pipelines.standard.dictionary import FILES, dictionary


def test_ten_categories() -> None:
    assert sorted(CATEGORIES) == ["B1", "B2", "B3", "D1", "D2", "D3", "M1", "M2", "M3", "M4"]
    assert {c.level for c in CATEGORIES.values()} == {"2", "3", "4"}


def test_layout_2024_has_its_28_columns_in_order() -> None:
    expected = (
        "XM XB CSRQ MZ ZJLX ZJHM GB KSH XH PYDWM PYDW ZYDM ZYMC XWSYDWM XWSYDW XZXM ZXXM "
        "XWLBM XWLB HXWRQ XWZSBH DSXM LWLX LWTM LWGJC LWXTLY LWYJFX LWZXYZ"
    ).split()
    assert [f.code for f in LAYOUTS["2024"].fields("B1")] == expected


def test_layout_2018_begins_as_the_manual() -> None:
    codes = [f.code for f in LAYOUTS["2018"].fields("B1")]
    assert " ".join(codes[:8]) == "XM XMPY XBM XB GBM MZM MZ ZZMMM"
    assert codes.index("BYNY") < codes.index("HXWRQ") < codes.index("XWZSBH")


def test_key_fields_are_those_of_article_18() -> None:
    assert {f.code for f in FIELDS.values() if f.key_field} == {
        "XM",
        "XBM",
        "XB",
        "ZJHM",
        "XWLBM",
        "XWLB",
    }


@pytest.mark.parametrize("category", sorted(CATEGORIES))
def test_must_may_and_must_not_divide_the_categories(category: str) -> None:
    for item in FIELDS.values():
        homes = [category in item.must, category in item.may, category in item.must_not]
        if item.pos_2018 is not None:
            assert sum(homes) == 1, item.code


def test_equivalent_applicants_have_an_application_and_no_enrolment() -> None:
    for category in ("D2", "M2"):
        for code in ("SQXWBH", "SQXWNY", "DSXM"):
            assert category in FIELDS[code].must
        for code in ("RXNY", "XH", "BYNY", "XXFSM"):
            assert category in FIELDS[code].must_not


def test_every_direct_identifier_is_dropped_from_extracts() -> None:
    direct = {f.code for f in FIELDS.values() if f.identifying == "direct"}
    assert {"XM", "XMPY", "ZJHM", "XWZSBH", "XH", "KSH", "ZP", "SJHM", "DZYX", "LWTM"} <= direct
    assert all(FIELDS[code].treatment == "drop" for code in direct)


def test_a_field_is_found_by_code_name_and_label() -> None:
    assert field("xwzsbh") is field("certificate_number") is field("学位证书编号")
    with pytest.raises(KeyError):
        field("nothing")


def test_nonsense_categories_are_refused() -> None:
    assert expand("D* B1") == {"D1", "D2", "D3", "B1"}
    for nonsense in ("X1", "D", "B9"):
        with pytest.raises(ValueError, match="record category"):
            expand(nonsense)


@pytest.mark.parametrize("language", sorted(FILES))
def test_the_committed_dictionary_is_the_generated_one(language: str, project: "object") -> None:
    committed = (project / "docs" / FILES[language]).read_text(encoding="utf-8")  # type: ignore[operator]
    assert committed == dictionary(language), "run: make docs"
