"""The suite of a de-identified extract (Art. 23, 24): what leaves a register for an analyst.

It is made for each extract from the columns that were approved. What may never leave is refused
here already; the suite then judges the file itself, whoever built it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from expectations.codes import PREFIX
from expectations.suite import Expected, Suite
from pipelines.errors import BadInputError
from pipelines.quality import phrases
from pipelines.quality.extract_forms import FORBIDDEN, LOOKS_LIKE, PSEUDONYM, Form
from pipelines.register.columns import DEGREE_RECORD
from pipelines.standard import FIELDS, code_table

RELATION = "extract"

_BASIS = f"{phrases.article('23')}; {phrases.article('24')}"
_FIELD_OF = {field.name: field for field in FIELDS.values()}
_KNOWN = {column.name: column for column in DEGREE_RECORD}


@dataclass(frozen=True)
class ExtractColumn:
    """A column asked for: a name of the register's, its form and its DuckDB type in the extract.

    ``values``: all that a generalised column may hold; empty where nobody has listed them.
    """

    name: str
    form: Form
    type: str = "VARCHAR"
    values: tuple[str, ...] = ()


def extract_suite(
    name: str,
    columns: Sequence[ExtractColumn],
    *,
    k: int,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    person: str | None = None,
) -> Suite:
    """The suite ``name`` for an extract of ``columns``, in their order.

    Each class of rows that agree in all ``quasi_identifiers`` has ``k`` rows or more. A column that
    the standard calls a quasi-identifier, or that it does not know, has to be one of them, or
    ``sensitive`` (what others protect), or a pseudonym. ``person`` names the pseudonym that stands
    for a person.
    Parameters of a run: ``rows_claimed``, ``codes_<table>`` and, with ``person``, ``persons``: how
    many people the extract is about. BadInputError when a column may not leave.
    """
    _refuse(columns, k, quasi_identifiers, sensitive, person)
    return Suite(
        name,
        "委托分析临时信息",
        "A de-identified extract",
        RELATION,
        (
            *_shape(columns),
            *_values(columns),
            *_pseudonyms(columns, person),
            *_classes(quasi_identifiers, k),
            *_no_traces(columns),
        ),
    )


def _refuse(
    columns: Sequence[ExtractColumn],
    k: int,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str],
    person: str | None,
) -> None:
    by_name = {column.name: column for column in columns}
    if not columns or len(by_name) != len(columns):
        raise _bad("columns that are none or stand twice", "each column once")
    if k < 2:
        raise _bad(f"k = {k}", "k of 2 or more: a class of one row is one person")
    for column in columns:
        _refuse_column(column)
    absent = [one for one in (*quasi_identifiers, *sensitive) if one not in by_name]
    if absent:
        raise _bad(f"{', '.join(absent)} in no column", "names of the extract's columns")
    if person is not None and (person not in by_name or by_name[person].form != "pseudonym"):
        raise _bad(f"{person} as the person's pseudonym", "a column in the form pseudonym")
    protected = {*quasi_identifiers, *sensitive}
    for column in columns:
        field = _FIELD_OF.get(column.name)
        # what the register adds (level, category, semesters, province) tells as much as a field
        quasi = field is None or field.identifying == "quasi"
        if quasi and column.form != "pseudonym" and column.name not in protected:
            raise _bad(
                f"{column.name} is a quasi-identifier that no class is counted by",
                "it stands among quasi_identifiers, or among sensitive",
            )


def _refuse_column(column: ExtractColumn) -> None:
    field = _FIELD_OF.get(column.name)
    if column.name not in _KNOWN:
        raise _bad(f"{column.name!r} is no column of the register", "names of core.degree_record")
    if column.form not in get_args(Form):
        raise _bad(f"the form {column.form!r}", f"one of {', '.join(get_args(Form))}")
    if column.name in FORBIDDEN:
        raise _bad(f"{column.name} asked for", "never part of an extract, in no form")
    if field is not None and field.identifying == "direct" and column.form != "pseudonym":
        raise _bad(
            f"{column.name} asked for as {column.form}", "a direct identifier: no, or pseudonym"
        )
    if column.form == "pseudonym" and column.type.upper() != "VARCHAR":
        raise _bad(f"a pseudonym of type {column.type}", "VARCHAR")


def _bad(found: str, expected: str) -> BadInputError:
    return BadInputError(f"extract: {found}", expected, "change the request for the extract")


def _shape(columns: Sequence[ExtractColumn]) -> Iterator[Expected]:
    yield phrases.columns_equal((column.name, column.type) for column in columns)
    direct = {f.name for f in FIELDS.values() if f.identifying == "direct"}
    pseudonyms = {column.name for column in columns if column.form == "pseudonym"}
    strange = f"column_name in ({phrases.listed((direct | FORBIDDEN) - pseudonyms)})"
    among = f"from duckdb_columns() where table_name = '{RELATION}' and {strange}"
    yield phrases.measure(
        "no_identifying_columns",
        f"(select count(*) {among})",
        ("没有可直接识别个人的项目", "No column that tells who somebody is"),
        _BASIS,
        high=0,
        excusable=False,
        keys_sql=f"select column_name {among} order by all",
    )
    yield phrases.rows_equal(
        "rows_as_claimed",
        "rows_claimed",
        ("记录数与生成时一致", "As many rows as were built"),
        _BASIS,
    )


def _values(columns: Sequence[ExtractColumn]) -> Iterator[Expected]:
    for column in columns:
        field = _FIELD_OF.get(column.name)
        table = code_table(field.code_table) if field is not None and field.code_table else None
        if column.values:
            known: object = list(column.values)
        elif column.form == "exact" and table is not None and column.type.upper() == "VARCHAR":
            known = phrases.parameter(f"{PREFIX}{table.name}")
        else:
            continue
        label = _KNOWN[column.name]
        yield phrases.column(
            f"{column.name}_in_code_set",
            "expect_column_values_to_be_in_set",
            column.name,
            (f"{label.label_zh}只含规定的取值", f"{label.label_en}: only the values agreed on"),
            _BASIS,
            blocks=bool(column.values) or (table is not None and table.complete),
            value_set=known,
        )


def _pseudonyms(columns: Sequence[ExtractColumn], person: str | None) -> Iterator[Expected]:
    for column in columns:
        if column.form != "pseudonym":
            continue
        label = _KNOWN[column.name]
        yield phrases.column(
            f"{column.name}_is_pseudonym",
            "expect_column_values_to_match_regex",
            column.name,
            (f"{label.label_zh}已换为假名", f"{label.label_en}: pseudonyms only"),
            _BASIS,
            excusable=False,
            regex=PSEUDONYM,
        )
    if person is not None:
        yield phrases.none(
            "person_pseudonym_present",
            f"{person} is null",
            ("每条记录都有个人假名", "Each row has its person's pseudonym"),
            _BASIS,
            keys_sql=None,
        )
        yield phrases.measure(
            "one_pseudonym_a_person",
            f"count(distinct {person})",
            ("一人一个假名：假名数等于人数", "One pseudonym a person: as many as people"),
            _BASIS,
            low=phrases.parameter("persons"),
            high=phrases.parameter("persons"),
            excusable=False,
        )


def _classes(quasi_identifiers: Sequence[str], k: int) -> Iterator[Expected]:
    """Keys are sizes of the classes that are too small: their values may tell who it is."""
    grouped = ", ".join(quasi_identifiers) or "true"
    yield phrases.no_rows(
        "classes_large_enough",
        f"select size, count(*) as classes from (select count(*) as size from {{batch}}"
        f" group by {grouped} having count(*) < {k}) group by size order by size",
        (f"准标识符的每个等价类不少于{k}条", f"A class of quasi-identifiers has {k} rows or more"),
        _BASIS,
    )


def _no_traces(columns: Sequence[ExtractColumn]) -> Iterator[Expected]:
    texts = [column.name for column in columns if column.type.upper() == "VARCHAR"]
    if not texts:
        return
    for id_, pattern, zh, en in LOOKS_LIKE:
        conditions = [f"regexp_matches({name}, '{pattern}')" for name in texts]
        counted = " union all ".join(
            f"select '{name}' as name, count(*) as rows from {{batch}} where {bad}"
            " having count(*) > 0"
            for name, bad in zip(texts, conditions, strict=True)
        )
        yield phrases.none(
            id_,
            " or ".join(conditions),
            (f"文字中没有{zh}", f"No text looks like {en}"),
            _BASIS,
            excusable=False,
            keys_sql=counted,
        )
