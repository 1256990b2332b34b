"""Code tables: complete, with editions, unsure marked."""

from datetime import date

from pipelines.standard import code_table, code_tables
from pipelines.standard.rules.lookups import lookups


def test_sizes_of_the_national_tables() -> None:
    assert len(code_table("ethnic").rows) == 56
    assert len(code_table("political").rows) == 13
    assert len(code_table("province").rows) == 35
    assert sum(row["in_scope"] == "Y" for row in code_table("province").rows) == 31
    assert len(code_table("discipline_2022").rows) == 117
    assert len(code_table("professional_2022").rows) == 67
    assert len(code_table("bachelor_class").rows) == 93


def test_a_filing_never_carries_a_group_an_honorary_degree_or_sex_unknown() -> None:
    categories = code_table("degree_category").codes()
    assert not {"1", "2", "3", "4"} & set(categories)
    assert {"201", "313", "413", "444", "346"} <= set(categories)
    assert code_table("sex").codes() == ("1", "2")
    assert len(code_table("sex").codes(allowed_only=False)) == 4


def test_what_nobody_confirmed_is_marked() -> None:
    assert code_table("id_type").certainty == "unsure"
    assert "01" not in code_table("id_type").unsure_codes()
    assert "05" in code_table("id_type").unsure_codes()
    assert "30251" in code_table("degree_category").unsure_codes()


def test_every_table_has_an_edition_and_a_first_day() -> None:
    for table in code_tables():
        assert table.edition
        assert table.valid_from >= date(1981, 1, 1)
        assert table.rows


def test_lookups_have_unique_keys() -> None:
    for name, (columns, rows) in lookups().items():
        assert len({row[0] for row in rows}) == len(rows), name
        assert all(len(row) == len(columns) for row in rows)


def test_disciplines_awarded_in_other_categories() -> None:
    awards = dict(lookups()["discipline"][1])
    assert set(str(awards["0714"]).split("|")) == {"02", "07"}
    assert "14" not in str(awards["1401"]).split("|")
    assert awards["0270"] == "02"
