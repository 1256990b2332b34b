"""How generated expectations are said: shares, counts, presence, forms. SQL made from names only.

A *share* is of the records that it is about, but of no fewer than ``FEWEST``: what one tolerated
record is among thirty closes no gate. Keys of what is wrong are institutions with a number of
records, never a value of a record.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from expectations.codes import PREFIX
from expectations.suite import MEASURE, Expected, group
from pipelines.standard import Field, code_table

TOLERATED = 0.01
"""Single records may break a rule by a signed exception or a tolerance; so many do not."""

FEWEST = 500

Theme = Callable[[Expected], str | None]

PLACE = "province_code, institution_code"

_NUMERALS = "〇一二三四五六七八九"


def listed(values: Iterable[str]) -> str:
    """Values as SQL literals, sorted."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(values))


def basis(field: Field) -> str:
    """The article that asks for a field, in both languages."""
    return article(field.article)


def article(number: str) -> str:
    """``9(2)1`` -> 第九条（二）1 / Art. 9(2)1."""
    match = re.fullmatch(r"(\d+)(?:\((\d)\))?(\d?)", number)
    if match is None:
        raise ValueError(f"{number!r} names no article")
    part = f"（{_NUMERALS[int(match[2])]}）" if match[2] else ""
    return f"第{_numeral(int(match[1]))}条{part}{match[3]} / Art. {number}"


def _numeral(number: int) -> str:
    """1 to 99 as Chinese numerals."""
    tens, ones = divmod(number, 10)
    before = "" if tens < 2 else _NUMERALS[tens]
    return before + ("十" if tens else "") + (_NUMERALS[ones] if ones else "")


def not_empty(name: str) -> str:
    """English title of a column's presence; the labels of bookkeeping columns are sentences."""
    return f"{name.replace('_', ' ').capitalize()} is not empty"


def share_of(bad: str, among: str | None = None) -> str:
    """Share of the records with ``bad`` (NULL is not bad) among those with ``among``."""
    if among is None:
        return f"count(*) filter ({bad}) / greatest(count(*), {FEWEST})"
    return f"count(*) filter ({both(among, bad)}) / greatest(count(*) filter ({among}), {FEWEST})"


def both(among: str, bad: str) -> str:
    """``bad`` where ``among`` holds; elsewhere it is not even computed (it may not be a number)."""
    return f"case when {among} then {bad} end"


def by_place(bad: str, place: str = PLACE) -> str:
    """Query of the institutions that records with ``bad`` are of, most first."""
    return (
        f"select {place}, count(*) as records from {{batch}} where {bad} "
        f"group by all order by records desc, {place}"
    )


def measure(
    id_: str,
    sql: str,
    titles: tuple[str, str],
    basis_: str,
    *,
    low: Any = None,
    high: Any = None,
    blocks: bool = True,
    excusable: bool = True,
    keys_sql: str | None = None,
) -> Expected:
    """An SQL aggregate between ``low`` and ``high``; a limit may be ``parameter(name)``."""
    kwargs = {"measure": sql} | {
        name: value
        for name, value in (("min_value", low), ("max_value", high))
        if value is not None
    }
    return Expected(id_, MEASURE, kwargs, blocks, *titles, basis_, excusable, keys_sql)


def none(id_: str, bad: str, titles: tuple[str, str], basis_: str, **more: Any) -> Expected:
    """No record has ``bad``."""
    more.setdefault("keys_sql", by_place(bad))
    return measure(id_, f"count(*) filter ({bad})", titles, basis_, high=0, **more)


def few(
    id_: str,
    bad: str,
    titles: tuple[str, str],
    basis_: str,
    *,
    among: str | None = None,
    tolerated: float = TOLERATED,
    **more: Any,
) -> Expected:
    """At most ``tolerated`` of the records (with ``among``) have ``bad``."""
    more.setdefault("keys_sql", by_place(bad if among is None else both(among, bad)))
    return measure(id_, share_of(bad, among), titles, basis_, high=tolerated, **more)


def column(
    id_: str,
    kind: str,
    name: str,
    titles: tuple[str, str],
    basis_: str,
    *,
    blocks: bool = True,
    excusable: bool = True,
    keys_sql: str | None = None,
    **kwargs: Any,
) -> Expected:
    """An expectation of GX's own over one column."""
    all_kwargs = {"column": name} | kwargs
    return Expected(id_, kind, all_kwargs, blocks, *titles, basis_, excusable, keys_sql)


def rows_equal(id_: str, name: str, titles: tuple[str, str], basis_: str) -> Expected:
    """As many rows as the parameter says; nobody may excuse it."""
    kwargs = {"value": parameter(name)}
    return Expected(id_, "expect_table_row_count_to_equal", kwargs, True, *titles, basis_, False)


def no_rows(
    id_: str, query: str, titles: tuple[str, str], basis_: str, *, excusable: bool = False
) -> Expected:
    """``query``, with ``{batch}``, finds nothing; its rows are the keys."""
    kwargs = {"unexpected_rows_query": query}
    return Expected(id_, "unexpected_rows_expectation", kwargs, True, *titles, basis_, excusable)


def columns_equal(columns: Iterable[tuple[str, str]]) -> Expected:
    """The relation has these columns, in this order, of these DuckDB types."""
    kwargs = {"column_types": [[name, type_.upper()] for name, type_ in columns]}
    return Expected(
        "columns_and_types",
        "expect_table_column_types_to_equal",
        kwargs,
        True,
        "数据项及其类型、次序符合规定",
        "Columns, their types and order are those of the contract",
        article("8"),
        False,
    )


def certificate_pattern() -> str:
    """RE2 pattern of certificate numbers of all eras, from the standard's table."""
    return "|".join(row["regex"].strip("^$") for row in code_table("cert_prefix").rows)


def repeated(columns: Iterable[str], relation: str, place: str = PLACE) -> str:
    """Query of the places of the batch whose key stands more than once in ``relation``.

    Hashes are grouped first, values only where a hash stands again: half the time, and exact.
    """
    key = ", ".join(columns)
    return (
        f"with suspect as (select hash({key}) as h from {relation} group by 1 having count(*) > 1),"
        f" again as (select {key} from {relation} where hash({key}) in (select h from suspect)"
        " group by all having count(*) > 1)"
        f" select {place}, count(*) as records from {{batch}} semi join again using ({key})"
        f" group by all order by records desc, {place}"
    )


def parameter(name: str) -> dict[str, str]:
    """A kwarg that the run gives."""
    return {"$PARAMETER": name}


def in_groups(
    expectations: Iterable[Expected], themes: Mapping[str, tuple[str, str]], theme: Theme
) -> Iterator[Expected]:
    """Measures of one theme, severity and limit as one expectation, where the first of them stood.

    ``theme`` tells an expectation's; None leaves it alone. Those that only warn are a group apart.
    """
    members: dict[tuple[str, bool, bool, str], list[Expected]] = {}
    order: list[Expected | tuple[str, bool, bool, str]] = []
    for one in expectations:
        name = theme(one) if one.type == MEASURE else None
        if name is None:
            order.append(one)
            continue
        limits = repr((one.kwargs.get("min_value"), one.kwargs.get("max_value")))
        key = (name, one.blocks, one.excusable, limits)
        if key not in members:
            order.append(key)
        members.setdefault(key, []).append(one)
    blocking = {name for name, blocks, _, _ in members if blocks}
    for place in order:
        if isinstance(place, Expected):
            yield place
        else:
            name, blocks, *_ = place
            apart = name in blocking and not blocks
            yield _as_one(name, members[place], themes[name], apart)


def _as_one(name: str, members: list[Expected], titles: tuple[str, str], apart: bool) -> Expected:
    if len(members) == 1:
        return members[0]
    bases = dict.fromkeys(one.basis for one in members)
    if apart:
        name, titles = f"{name}_unsure", (f"{titles[0]}（仅提示）", f"{titles[1]} (warns only)")
    return group(name, members, titles, "; ".join(bases))


def category_in_table(keys_sql: str | None = None) -> Expected:
    """The record category stands in its code table; nobody may excuse what does not."""
    return column(
        "record_category_in_code_table",
        "expect_column_values_to_be_in_set",
        "record_category_code",
        ("学位授予信息类别在代码表中", "The record category stands in its code table"),
        article("8"),
        excusable=False,
        keys_sql=keys_sql,
        value_set=parameter(f"{PREFIX}record_category"),
    )


def warning(one: Expected) -> Expected:
    """The same expectation as a warning."""
    return replace(one, blocks=False)
