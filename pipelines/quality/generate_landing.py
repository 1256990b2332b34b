"""The suite of what has landed: raw text that nobody has examined yet.

It finds what a reader, a shifted column or a lost file would break, over a province's semester. A
single filing may be as bad as it likes: it gets its findings back, and for that it has to pass
here. So only amounts, keys and columns close the gate; all else warns.
"""

from collections.abc import Iterator

from expectations.codes import PREFIX
from expectations.suite import Expected, Suite
from pipelines.filing.batch import RECORDS
from pipelines.quality import phrases
from pipelines.quality.generate_fields import required_in_register
from pipelines.register.columns import registered_fields, text_field_of
from pipelines.standard import CATEGORIES, Field, code_table
from pipelines.standard.rules.derived import day, month

HALF = 0.5
"""What is generous: a column that was lost or shifted is wrong in more lines than that."""

UNSPLIT = 0.1

_BASIS = phrases.article("12")
_PLACE = "batch, filing_no, file_no"
_SPLIT = "fault is null"
_TYPES = {"Int64": "BIGINT", "Int32": "INTEGER", "String": "VARCHAR"}


_THEMES = {
    "fields_mostly_filled": ("必填项大多已填写", "Mandatory fields are mostly filled in"),
    "fields_mostly_readable": ("数据项大多可读", "Fields are mostly readable"),
}


def _theme(one: Expected) -> str:
    return "fields_mostly_filled" if one.id.endswith("_present") else "fields_mostly_readable"


def landing_suite() -> Suite:
    return Suite(
        "landing",
        "接收入库的原始报送数据",
        "What has landed, as text",
        "line",
        (*_lines(), *_belonging(), *phrases.in_groups(_fields(), _THEMES, _theme)),
    )


def _lines() -> Iterator[Expected]:
    columns = [(name, _TYPES[str(type_)]) for name, type_ in RECORDS.items()]
    yield phrases.columns_equal([*columns, ("batch", "VARCHAR")])
    yield phrases.rows_equal(
        "rows_as_read",
        "rows_claimed",
        ("行数等于各文件读出的行数之和", "As many lines as were read from the files"),
        _BASIS,
    )
    yield phrases.no_rows(
        "row_id_unique",
        "select batch, count(*) as rows from (select batch, row_id from {batch} group by all"
        " having count(*) > 1) group by all order by all",
        ("批次内行标识不重复", "A row's number stands once in its batch"),
        _BASIS,
    )
    yield phrases.none(
        "row_id_present",
        "row_id is null or filing_no is null or file_no is null or line is null",
        ("行标识、报送序号、文件序号、行号不为空", "A line has its numbers"),
        _BASIS,
        excusable=False,
        keys_sql=phrases.by_place("row_id is null", _PLACE),
    )
    yield phrases.few(
        "lines_split",
        "fault is not null",
        ("各行均可拆分为数据项", "Lines could be split into fields"),
        _BASIS,
        tolerated=UNSPLIT,
        blocks=False,
        keys_sql=phrases.by_place("fault is not null", _PLACE),
    )
    yield phrases.column(
        "record_category_in_code_table",
        "expect_column_values_to_be_in_set",
        "category",
        ("学位授予信息类别在代码表中", "The record category stands in its code table"),
        phrases.article("8"),
        blocks=False,
        value_set=phrases.parameter(f"{PREFIX}record_category"),
        keys_sql=phrases.by_place(f"category not in ({phrases.listed(CATEGORIES)})", _PLACE),
    )


def _belonging() -> Iterator[Expected]:
    """Lines to files, files to filings; groups are compared, not lines."""
    of_lines = "(select batch, file_no, filing_no, count(*) as n from {} group by all) as found"
    strange = f"{of_lines} anti join file using (batch, file_no, filing_no)"
    yield phrases.measure(
        "lines_of_known_files",
        f"(select coalesce(sum(n), 0) from {strange.format('line')})",
        ("每行都属于已登记的文件", "Each line is of a file that is known"),
        _BASIS,
        high=0,
        excusable=False,
        keys_sql=f"select batch, file_no, n from {strange.format('{batch}')} order by all",
    )
    yield phrases.measure(
        "files_of_known_filings",
        "(select count(*) from file anti join filing using (batch, filing_no))",
        ("每个文件都属于已登记的报送", "Each file is of a filing that is known"),
        _BASIS,
        high=0,
        excusable=False,
        keys_sql="select batch, file_no from file anti join filing using (batch, filing_no)"
        " order by all",
    )
    differing = (
        "select batch, file_no, coalesce(found.n, 0) as lines, said.n as read from"
        " (select batch, file_no, count(*) as n from {} group by all) as found full join"
        " (select batch, file_no, rows_found as n from file) as said using (batch, file_no)"
        " where coalesce(found.n, 0) <> coalesce(said.n, 0)"
    )
    yield phrases.measure(
        "rows_by_file_as_read",
        f"(select count(*) from ({differing.format('line')}))",
        ("每个文件的行数与读出的行数一致", "Each file has as many lines as were read"),
        _BASIS,
        high=0,
        excusable=False,
        keys_sql=differing.format("{batch}") + " order by all",
    )


def _fields() -> Iterator[Expected]:
    for field in registered_fields():
        text = text_field_of(field)
        # the layout of 2024 has texts where that of 2018 has codes
        names = [field.code, *([text.code] if text else [])]
        empty = " and ".join(f"coalesce({name}, '') = ''" for name in names)
        required = required_in_register(field)
        if required:
            yield _generous(
                f"{field.name}_present",
                empty,
                (f"{field.label_zh}大多已填写", f"{field.label_en}: mostly filled in"),
                field,
                among=f"{_SPLIT} and category in ({phrases.listed(required)})",
            )
        good = _good(field)
        if good:
            yield _generous(
                f"{field.name}_readable",
                f"({good}) is not true",
                (f"{field.label_zh}大多可读", f"{field.label_en}: mostly readable"),
                field,
                among=f"{_SPLIT} and {field.code} <> ''",
            )


def _generous(id_: str, bad: str, titles: tuple[str, str], field: Field, *, among: str) -> Expected:
    return phrases.few(
        id_,
        bad,
        titles,
        phrases.basis(field),
        among=among,
        tolerated=HALF,
        blocks=False,
        keys_sql=phrases.by_place(phrases.both(among, bad), _PLACE),
    )


def _known(field: Field) -> set[str]:
    table = code_table(str(field.code_table))
    return set(table.codes()) if field.text_of is None else {row["name_zh"] for row in table.rows}


def _good(field: Field) -> str | None:
    """What a readable value looks like, roughly: enough to see a column that has shifted."""
    if field.type == "date":
        return f"({day(field.code)}) is not null"
    if field.type == "month":
        return f"({month(field.code)}) is not null"
    if field.code_table:
        return f"list_contains([{phrases.listed(_known(field))}], {field.code})"
    if field.code == "ZJHM":
        return "regexp_full_match(ZJHM, '[0-9A-Za-z()]{5,18}')"
    if field.code == "XWZSBH":
        return f"regexp_full_match(XWZSBH, '{phrases.certificate_pattern()}')"
    return None
