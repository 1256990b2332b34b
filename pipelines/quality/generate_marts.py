"""Suites of the marts: cells and the semester summary, beside the register that they count."""

from collections.abc import Iterator

from expectations.suite import Expected, Suite, group
from pipelines.quality import phrases
from pipelines.register.columns import DEGREE_COUNT, GROUPINGS, SEMESTER_SUMMARY

_BASIS = phrases.article("13")
_DIMENSIONS = tuple(column.name for column in DEGREE_COUNT[:-1])
_OPTIONAL = ("sex_code", "degree_semester")
_ALL = "(select any_value({}) from semester_summary where grouping_name = 'all')"
_COLUMN_OF_GROUPING = {
    "category": "record_category_code",
    "level": "degree_level",
    "discipline_category": "discipline_category_code",
    "sex": "sex_code",
    "institution": "institution_code",
    "province": "province_code",
}
_TITLES_OF_GROUPING = {
    "category": ("信息类别", "categories"),
    "level": ("学位层次", "levels"),
    "discipline_category": ("学科门类", "discipline categories"),
    "sex": ("性别", "sexes"),
    "institution": ("学位授予单位", "institutions"),
    "province": ("省份", "provinces"),
}


_THEMES = {
    "groups_as_cells": ("汇总表各组与单元格一致", "The summary's groups are those of the cells"),
    "groups_add_up": ("汇总表各组之和等于总数", "The summary's groups add up to the total"),
    "groups_cover_persons": (
        "汇总表各组人数之和不少于总人数",
        "The summary's groups have no fewer persons than the total",
    ),
}


def _theme(one: Expected) -> str:
    return next(name for name in _THEMES if one.id.endswith(name))


def mart_suites() -> tuple[Suite, ...]:
    groupings = tuple(name for name in GROUPINGS if name != "all")
    return (
        Suite(
            "province_marts",
            "省级汇总表",
            "The province's summary tables of a semester",
            "degree_count",
            tuple(_expectations(groupings)),
        ),
        Suite(
            "national_marts",
            "国家汇总表",
            "The national summary tables of a semester",
            "degree_count",
            tuple(_expectations((*groupings, "province"))),
        ),
    )


def _expectations(groupings: tuple[str, ...]) -> Iterator[Expected]:
    yield phrases.columns_equal((column.name, column.type) for column in DEGREE_COUNT)
    yield from _cells()
    yield from _summary()
    groups = (one for grouping in groupings for one in _grouping(grouping))
    yield from phrases.in_groups(groups, _THEMES, _theme)


def _cells() -> Iterator[Expected]:
    dimensions = ", ".join(_DIMENSIONS)
    yield phrases.no_rows(
        "cells_unique",
        f"select {dimensions}, count(*) as cells from {{batch}} group by all having count(*) > 1",
        ("同一分类组合只有一个单元格", "A combination of dimensions is one cell"),
        _BASIS,
    )
    filled = [
        phrases.none(
            f"{column.name}_present",
            f"{column.name} is null",
            (f"{column.label_zh}不为空", phrases.not_empty(column.name)),
            _BASIS,
            excusable=False,
            keys_sql=None,
        )
        for column in DEGREE_COUNT[:-1]
        if column.name not in _OPTIONAL
    ]
    titles = ("分类项不为空", "Dimensions are not empty")
    yield group("dimensions_present", filled, titles, _BASIS)
    yield phrases.category_in_table()
    yield phrases.column(
        "degrees_positive",
        "expect_column_values_to_be_between",
        "degrees",
        ("每个单元格至少一个学位", "A cell has one degree or more"),
        _BASIS,
        excusable=False,
        min_value=1,
    )
    yield phrases.measure(
        "degrees_as_registered",
        "coalesce(sum(degrees), 0)",
        ("单元格学位数之和等于现行备案记录数", "The cells add up to the records in force"),
        _BASIS,
        low=phrases.parameter("rows_registered"),
        high=phrases.parameter("rows_registered"),
        excusable=False,
    )
    differing = (
        "select province_code, institution_code, record_category_code, found.n as cells,"
        " said.n as records from (select province_code, institution_code, record_category_code,"
        " sum(degrees) as n from {} group by all) as found full join"
        " (select province_code, institution_code, record_category_code, count(*) as n from record"
        " where recorded_to is null and status = 'registered' group by all) as said"
        " using (province_code, institution_code, record_category_code)"
        " where found.n is distinct from said.n"
    )
    yield phrases.measure(
        "cells_as_in_register",
        f"(select count(*) from ({differing.format('degree_count')}))",
        (
            "各单位、各类别的学位数与备案记录一致",
            "Degrees by institution and category are those of the register",
        ),
        _BASIS,
        high=0,
        excusable=False,
        keys_sql=differing.format("{batch}") + " order by all",
    )


def _summary() -> Iterator[Expected]:
    pairs = ", ".join(f"('{c.name}', '{c.type.upper()}')" for c in SEMESTER_SUMMARY)
    ours, wanted = f"(column_name, data_type) in ({pairs})", len(SEMESTER_SUMMARY)
    # zero only where all of ours are there and nothing else is
    found = (
        f"(select count(*) filter ({ours}) - {wanted} - count(*) filter (not ({ours}))"
        " from duckdb_columns()"
        " where table_name = 'semester_summary' and database_name = current_database())"
    )
    yield phrases.measure(
        "summary_columns_and_types",
        found,
        ("汇总表的数据项及类型符合规定", "Columns and types of the summary are the contract's"),
        phrases.article("8"),
        low=0,
        high=0,
        excusable=False,
    )
    yield phrases.measure(
        "summary_groups_unique",
        "(select count(*) from (select grouping_name, group_code from semester_summary"
        " group by all having count(*) > 1))",
        ("汇总表中每组只有一行", "A group of the summary is one row"),
        _BASIS,
        high=0,
        excusable=False,
    )
    yield phrases.measure(
        "summary_total_is_cells",
        f"coalesce({_ALL.format('degrees')}, 0) - coalesce(sum(degrees), 0)",
        ("汇总表总数等于单元格之和", "The summary's total is the sum of the cells"),
        _BASIS,
        low=0,
        high=0,
        excusable=False,
    )
    for counted, zh, en in (
        ("persons", "人数", "persons"),
        ("certificates", "证书数", "certificates"),
    ):
        bad = f"from semester_summary where {counted} < 1 or {counted} > degrees"
        yield phrases.measure(
            f"degrees_at_least_{counted}",
            f"(select count(*) {bad} or {counted} is null)",
            (f"学位数不少于{zh}，{zh}至少为1", f"No group has more {en} than degrees, or none"),
            _BASIS,
            high=0,
            excusable=False,
            keys_sql=f"select grouping_name, group_code, degrees, {counted} {bad}"
            f" or {counted} is null order by all",
        )


def _grouping(name: str) -> Iterator[Expected]:
    zh, en = _TITLES_OF_GROUPING[name]
    column = _COLUMN_OF_GROUPING[name]
    of = f"where grouping_name = '{name}'"
    differing = (
        f"select '{name}' as grouping_name, group_code, found.n as summary, said.n as cells from"
        f" (select group_code, sum(degrees) as n from semester_summary {of} group by all) as found"
        f" full join (select coalesce({column}, 'unknown') as group_code, sum(degrees) as n"
        " from {} group by all) as said using (group_code) where found.n is distinct from said.n"
    )
    yield phrases.measure(
        f"{name}_groups_as_cells",
        f"(select count(*) from ({differing.format('degree_count')}))",
        (f"汇总表按{zh}的学位数与单元格一致", f"The summary's {en} are those of the cells"),
        _BASIS,
        high=0,
        excusable=False,
        keys_sql=differing.format("{batch}") + " order by all",
    )
    yield phrases.measure(
        f"{name}_groups_add_up",
        f"(select coalesce(sum(degrees), 0) from semester_summary {of})"
        f" - coalesce({_ALL.format('degrees')}, 0)",
        (f"按{zh}的学位数之和等于总数", f"The {en} add up to the total"),
        _BASIS,
        low=0,
        high=0,
        excusable=False,
        keys_sql=f"select grouping_name, sum(degrees) as degrees from semester_summary"
        f" where grouping_name in ('all', '{name}') group by all"
        " order by all",
    )
    # a person with degrees in two groups counts in both: never fewer than in all
    yield phrases.measure(
        f"{name}_groups_cover_persons",
        f"(select coalesce(sum(persons), 0) from semester_summary {of})"
        f" - coalesce({_ALL.format('persons')}, 0)",
        (f"按{zh}的人数之和不少于总人数", f"The {en} have no fewer persons than the total"),
        _BASIS,
        low=0,
        excusable=False,
    )
