"""Columns of the registers' relations, made from the standard: names, types, labels.

The one place for the contracts: dbt's yml, the models' column lists, the formal examination of a
handover and the tests are made from it.
"""

from dataclasses import dataclass

from pipelines.standard import FIELDS, Field, code_table

SQL_TYPES = {
    "text": "varchar",
    "code": "varchar",
    "month": "varchar",
    "date": "date",
    "number": "decimal(3,1)",
    "flag": "boolean",
}


@dataclass(frozen=True)
class Column:
    """A column: readable name, DuckDB type in lower case, label in two languages."""

    name: str
    type: str
    label_zh: str
    label_en: str


def texts_without_code(field: Field) -> bool:
    """Whether the field holds texts that its code table gives no code for (thesis types)."""
    if field.text_of is None or field.code_table is None:
        return True
    return any(not row["code"] for row in code_table(field.code_table).rows)


def registered_fields() -> tuple[Field, ...]:
    """The standard's fields that the register keeps: texts that a code stands for are left out."""
    return tuple(f for f in FIELDS.values() if f.text_of is None or texts_without_code(f))


def text_field_of(field: Field) -> Field | None:
    """The field that holds the text of this code field, if the standard has one."""
    return next((f for f in FIELDS.values() if f.text_of == field.code), None)


def column_of(field: Field) -> Column:
    return Column(field.name, SQL_TYPES[field.type], field.label_zh, field.label_en)


KEY = ("province_code", "institution_code", "certificate_number", "version_no")

_HISTORY = (
    Column("version_no", "integer", "版本号", "Version of the record, from 1"),
    Column("status", "varchar", "状态", "State of the degree: registered"),
    Column("event", "varchar", "事件", "Event that made this version"),
    Column("effective_from", "date", "生效日期", "Holds from: the conferral date"),
    Column("effective_to", "date", "失效日期", "Holds until before; empty: still holds"),
    Column("recorded_from", "timestamp", "登记时间", "Recorded at, UTC: the province's decision"),
    Column("recorded_to", "timestamp", "登记终止时间", "Superseded at, UTC; empty: current"),
)

_ORIGIN = (
    Column("decision_id", "varchar", "决定编号", "Decision that let the record in"),
    Column("filing_id", "varchar", "报送编号", "Filing that the record came with"),
    Column("batch", "varchar", "批次", "Batch that the filing was landed in"),
    Column("filing_semester", "varchar", "报送学期", "Semester of the filing"),
    Column("degree_semester", "varchar", "学位学期", "Semester of the conferral date"),
    Column("record_category_code", "varchar", "学位授予信息类别", "Record category, D1 to B3"),
    Column("degree_level", "varchar", "学位层次", "2 doctor, 3 master, 4 bachelor"),
)

_PROVINCE = Column("province_code", "varchar", "省份代码", "Province, GB/T 2260, two digits")
_FIELD_COLUMNS = {field.code: column_of(field) for field in registered_fields()}
_KEY_FIELDS = ("XWSYDWM", "XWZSBH")

DEGREE_RECORD: tuple[Column, ...] = (
    _PROVINCE,
    *(_FIELD_COLUMNS[code] for code in _KEY_FIELDS),
    *_HISTORY,
    *_ORIGIN,
    *(column for code, column in _FIELD_COLUMNS.items() if code not in _KEY_FIELDS),
)
"""core.degree_record of both scopes, and the Parquet of a handover."""

_DIMENSIONS = (
    _PROVINCE,
    Column("degree_semester", "varchar", "学位学期", "Semester of the conferral date"),
    Column("filing_semester", "varchar", "报送学期", "Semester of the filing"),
    Column("institution_code", "varchar", "学位授予单位码", "Institution code"),
    Column("record_category_code", "varchar", "学位授予信息类别", "Record category, D1 to B3"),
    Column("degree_level", "varchar", "学位层次", "2 doctor, 3 master, 4 bachelor"),
    Column("discipline_category_code", "varchar", "学科门类", "Discipline category of the degree"),
    Column("major_kind", "varchar", "学位类型", "academic, professional or unknown"),
    Column("sex_code", "varchar", "性别码", "Sex code"),
)

_DEGREES = Column("degrees", "bigint", "学位数", "Degrees: records in force")

DEGREE_COUNT: tuple[Column, ...] = (*_DIMENSIONS, _DEGREES)
"""marts.degree_count: additive cells, by degree date and by filing."""

SEMESTER_SUMMARY: tuple[Column, ...] = (
    _PROVINCE,
    Column("filing_semester", "varchar", "报送学期", "Semester of the filing"),
    Column("grouping_name", "varchar", "分组", "What the rows are grouped by"),
    Column("group_code", "varchar", "组别", "Code within the grouping; - for all"),
    _DEGREES,
    Column("certificates", "bigint", "证书数", "Distinct certificate numbers"),
    Column("persons", "bigint", "人数", "Distinct identity documents"),
)
"""marts.semester_summary: degrees, certificates and persons, each counted apart."""

GROUPINGS = ("all", "category", "level", "discipline_category", "sex", "institution")
"""Groupings of the semester summary in both scopes; the nation's has ``province`` too."""
