"""Expectations that follow from the standard's fields, over the register's columns.

Presence by category, emptiness where a field does not apply, code sets, forms, months, widths, and
the rules of the examination as measures.
"""

import re
from collections.abc import Iterable, Iterator

from expectations.suite import Expected
from pipelines.examination.untouchable import KEYED_FIELDS
from pipelines.quality import phrases
from pipelines.quality.rules_as_measures import (
    Measured,
    in_register,
    measured_rules,
    month_is_real,
)
from pipelines.register.columns import registered_fields, text_field_of, texts_without_code
from pipelines.standard import CATEGORIES, LAYOUTS, Field, code_table
from pipelines.standard.rules import RULES, Severity
from pipelines.standard.rules.generated import CODE_SHAPES

_CATEGORY = "record_category_code"
_SHORT_LAYOUT = LAYOUTS["2024"].categories


def field_expectations() -> tuple[Expected, ...]:
    """All of them, field by field in the register's order, then rules and wholes."""
    parts: list[Expected] = []
    for field in registered_fields():
        parts += _presence(field)
        parts += _codes(field)
        parts += _form(field)
    wholes = (_empty_where_not_applicable(), *_texts())
    return (*phrases.in_groups((*parts, *_rules()), _THEMES, _theme), *wholes)


_THEMES = {
    "mandatory_fields_present": ("必填项已填写", "Mandatory fields are filled in"),
    "codes_in_code_tables": ("代码均在代码表中", "Codes stand in their code tables"),
    "forms_of_codes": ("代码与年月符合规定的形式", "Codes and months have their form"),
    "identity_numbers_sound": (
        "证件号码与出生日期、性别相符",
        "Identity numbers are sound and fit birth date and sex",
    ),
    "certificate_numbers_sound": ("学位证书编号符合规则", "Certificate numbers fit their era"),
    "dates_and_ages_in_order": ("日期与年龄合理", "Dates and ages are in order"),
    "degree_and_discipline_agree": (
        "学位类别、门类与专业一致",
        "Degree, discipline category and major agree",
    ),
    "holders_from_elsewhere": (
        "国（境）外人员信息符合规定",
        "Records of holders from elsewhere are as the rules ask",
    ),
}
_BY_ENDING = {
    "_present": "mandatory_fields_present",
    "_in_code_table": "codes_in_code_tables",
    "_form": "forms_of_codes",
    "_is_month": "forms_of_codes",
}
_BY_RULE = {
    **dict.fromkeys(("R02", "R03", "R04", "R35"), "identity_numbers_sound"),
    **dict.fromkeys(("R07", "R08", "R09", "R10"), "certificate_numbers_sound"),
    **dict.fromkeys(("R15", "R16", "R17", "R18"), "dates_and_ages_in_order"),
    **dict.fromkeys(("R25", "R27"), "degree_and_discipline_agree"),
    **dict.fromkeys(("R33", "R34"), "holders_from_elsewhere"),
}


def _theme(one: Expected) -> str | None:
    """What a single expectation is about: its rule's theme, else its ending's."""
    if re.match(r"R\d\d ", one.basis):
        return _BY_RULE.get(one.basis[:3])
    return next((name for end, name in _BY_ENDING.items() if one.id.endswith(end)), None)


def required_in_register(field: Field) -> frozenset[str]:
    """Categories all of whose registered records have the field, whatever layout they came in.

    Bachelors may come in the layout of 2024, which has fewer fields and texts instead of codes.
    """
    text = text_field_of(field)
    in_short = any(f is not None and f.need_2024 == "M" for f in (field, text))
    by_2018 = field.must | (text.must if text else frozenset())
    return frozenset(by_2018 if in_short else by_2018 - _SHORT_LAYOUT)


def not_applicable(field: Field) -> frozenset[str]:
    """Categories none of whose registered records have the field, whatever their layout."""
    text = text_field_of(field)
    in_short = any(f is not None and f.pos_2024 is not None for f in (field, text))
    return field.must_not - _SHORT_LAYOUT if in_short else field.must_not


def _presence(field: Field) -> Iterator[Expected]:
    required = required_in_register(field)
    if not required:
        return
    sure = field.certainty != "unsure"
    titles = (f"{field.label_zh}已填写", f"{field.label_en}: filled in")
    missing = f"{field.name} is null"
    if field.code in KEYED_FIELDS:
        yield phrases.column(
            f"{field.name}_present",
            "expect_column_values_to_not_be_null",
            field.name,
            titles,
            phrases.basis(field),
            blocks=sure,
            excusable=False,
            keys_sql=phrases.by_place(missing),
        )
        return
    everywhere = required == frozenset(CATEGORIES)
    those = " ".join(sorted(required))
    yield phrases.few(
        f"{field.name}_present",
        missing,
        titles if everywhere else (f"{titles[0]}（{those}）", f"{titles[1]} ({those})"),
        phrases.basis(field),
        among=None if everywhere else f"{_CATEGORY} in ({phrases.listed(required)})",
        blocks=sure,
    )


def _codes(field: Field) -> Iterator[Expected]:
    if field.code_table is None or field.type == "flag":
        return
    table = code_table(field.code_table)
    # a text that no code stands for is one of the table's names
    names = sorted({row["name_zh"] for row in table.rows})
    text = field.text_of is not None and texts_without_code(field)
    known = phrases.listed(names if text else table.codes())
    yield phrases.few(
        f"{field.name}_in_code_table",
        f"not list_contains([{known}], {field.name})",
        (
            f"{field.label_zh}在代码表“{table.title_zh}”中",
            f"{field.label_en}: in the code table '{table.title_en}'",
        ),
        f"{phrases.basis(field)}; {table.source}",
        among=f"{field.name} is not null",
        blocks=table.complete and table.certainty == "sure" and field.certainty != "unsure",
    )


def _form(field: Field) -> Iterator[Expected]:
    sure = field.certainty != "unsure"
    if field.type == "month":
        yield phrases.few(
            f"{field.name}_is_month",
            f"({month_is_real(field.code)}) is not true",
            (f"{field.label_zh}是真实的年月", f"{field.label_en}: a real month"),
            phrases.basis(field),
            among=f"{field.name} is not null",
            blocks=sure,
        )
    elif field.code in CODE_SHAPES and field.type != "number":
        shape = CODE_SHAPES[field.code]
        wrong = f"not regexp_full_match({field.name}, '{shape}')"
        titles = (f"{field.label_zh}符合规定的形式", f"{field.label_en}: of the form of its code")
        if field.code not in KEYED_FIELDS:
            among = f"{field.name} is not null"
            yield phrases.few(
                f"{field.name}_form", wrong, titles, phrases.basis(field), among=among, blocks=sure
            )
            return
        yield phrases.column(
            f"{field.name}_form",
            "expect_column_values_to_match_regex",
            field.name,
            titles,
            phrases.basis(field),
            blocks=sure,
            excusable=False,
            keys_sql=phrases.by_place(wrong),
            regex=shape,
        )


def _rules() -> Iterator[Expected]:
    for one in measured_rules():
        basis = f"{one.rule.code} {one.rule.basis}"
        titles = _rule_titles(one)
        if one.is_untouchable:
            bad = phrases.both(one.among, one.bad)
            yield phrases.none(one.id, bad, titles, basis, excusable=False)
        else:
            blocks = one.severity is Severity.ERROR
            yield phrases.few(one.id, one.bad, titles, basis, among=one.among, blocks=blocks)


def _rule_titles(one: Measured) -> tuple[str, str]:
    """A rule's texts tell sometimes what is right and sometimes what is wrong: broken fits both."""
    zh, en = one.says
    often_zh, often_en = ("从不", "never") if one.is_untouchable else ("极少", "rarely")
    return f"{often_zh}违反{one.rule.code}：{zh}", f"{one.rule.code} is {often_en} broken: {en}"


def _by_field(conditions: Iterable[tuple[Field, str]]) -> str:
    """Query of the fields that have a condition, with the number of records."""
    return " union all ".join(
        f"select '{field.name}' as field, count(*) as records from {{batch}} where {bad}"
        " having count(*) > 0"
        for field, bad in conditions
    )


def _empty_where_not_applicable() -> Expected:
    """One measure for all fields: an office only looks at which fields they are."""
    by_categories: dict[frozenset[str], list[Field]] = {}
    for field in registered_fields():
        if forbidden := not_applicable(field):
            by_categories.setdefault(forbidden, []).append(field)
    bad = " or ".join(
        f"({_CATEGORY} in ({phrases.listed(those)})"
        f" and ({' or '.join(f'{field.name} is not null' for field in fields)}))"
        for those, fields in by_categories.items()
    )
    filled = [
        (field, f"{field.name} is not null and {_CATEGORY} in ({phrases.listed(those)})")
        for those, fields in by_categories.items()
        for field in fields
    ]
    return phrases.few(
        "empty_where_not_applicable",
        bad,
        ("不适用于该类别的项目为空", "Fields that do not apply to a category are empty in it"),
        f"P02 {phrases.article('9')}",
        blocks=False,
        keys_sql=_by_field(filled),
    )


def _texts() -> Iterator[Expected]:
    texts = [field for field in registered_fields() if field.type in ("text", "code", "month")]
    wide = [(f, in_register(f"({_width(f)}) is false")) for f in texts if f.type == "text"]
    yield phrases.few(
        "texts_within_width",
        " or ".join(f"({bad})" for _, bad in wide),
        ("文字项目不超过规定长度", "Texts are not wider than their fields"),
        f"P03 {phrases.article('8')}",
        blocks=False,
        keys_sql=_by_field(wide),
    )
    blank = [(field, f"{field.name} = ''") for field in texts]
    yield phrases.none(
        "no_blank_texts",
        " or ".join(bad for _, bad in blank),
        ("空值一律为NULL，没有空字符串", "What is not there is NULL, never an empty text"),
        phrases.article("8"),
        blocks=False,
        keys_sql=_by_field(blank),
    )


def _width(field: Field) -> str:
    """The rule P03 of a field: true where it is wide enough."""
    (good,) = (c.good for r in RULES if r.code == "P03" for c in r.checks if c.field == field.code)
    return good
