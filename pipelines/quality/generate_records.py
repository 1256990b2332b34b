"""Suites of relations that hold degree records: both registers and a handover."""

from collections.abc import Iterable, Iterator

from expectations.codes import PREFIX
from expectations.suite import Expected, Suite, group
from pipelines.quality import phrases
from pipelines.quality.generate_fields import field_expectations
from pipelines.register.columns import DEGREE_RECORD, KEY
from pipelines.standard import CATEGORIES

_PLACE = phrases.PLACE
_REGISTER = phrases.article("14")
_DEGREE = tuple(name for name in KEY if name != "version_no")
_NEVER_EMPTY = (
    *("version_no", "status", "event", "effective_from", "recorded_from", "decision_id"),
    *("filing_id", "batch", "filing_semester", "degree_semester"),
)
_LABELS = {column.name: column for column in DEGREE_RECORD}


def record_suites() -> tuple[Suite, ...]:
    return (
        Suite(
            "province_register",
            "省级备案信息",
            "The province's register of a semester",
            "record",
            (*_common("register"), *_of_one_province(), *_claimed_rows("审核通过", "accepted")),
        ),
        Suite(
            "handover",
            "省级移交国家的信息",
            "A handover from a province to the nation",
            "record",
            (*_common("record"), *_of_one_province(), *_manifest()),
        ),
        Suite(
            "national_register",
            "国家备案信息",
            "The national register of a semester",
            "record",
            (*_common("register"), *_nation(), *_claimed_rows("移交清单所载", "handed over")),
        ),
    )


def _common(relation: str) -> Iterator[Expected]:
    """What holds of degree records anywhere; keys are unique in ``relation``."""
    yield phrases.columns_equal((column.name, column.type) for column in DEGREE_RECORD)
    yield phrases.no_rows(
        "record_key_unique",
        phrases.repeated(KEY, relation),
        ("同一学位授予信息的同一版本只有一条", "A version of a degree record stands once"),
        phrases.article("16"),
    )
    current = f"(from {relation} where recorded_to is null)"
    yield phrases.no_rows(
        "one_current_version",
        phrases.repeated(_DEGREE, current),
        ("同一学位证书编号只有一个现行版本", "A certificate number has one current version"),
        phrases.article("16"),
    )
    yield from _bookkeeping()
    yield _one(
        "history_in_order", _history(), ("版本与时间次序正确", "Versions and times are in order")
    )
    yield _one("derived_as_computed", _derived(), ("派生项正确", "What is derived is as computed"))
    yield from _institutions()
    yield from field_expectations()


def _one(id_: str, members: Iterable[Expected], titles: tuple[str, str]) -> Expected:
    found = list(members)
    return group(id_, found, titles, "; ".join(dict.fromkeys(one.basis for one in found)))


def _bookkeeping() -> Iterator[Expected]:
    filled = [_never_empty(name) for name in ("province_code", *_NEVER_EMPTY)]
    titles = ("登记事项均不为空", "What the register keeps of a record is never empty")
    yield group("bookkeeping_present", filled, titles, _REGISTER)
    strange = f"record_category_code not in ({phrases.listed(CATEGORIES)})"
    yield phrases.category_in_table(phrases.by_place(strange))
    yield phrases.none(
        "record_category_present",
        "record_category_code is null",
        ("学位授予信息类别不为空", "The record category is not empty"),
        phrases.article("8"),
        excusable=False,
    )


def _never_empty(name: str) -> Expected:
    return phrases.none(
        f"{name}_present",
        f"{name} is null",
        (f"{_LABELS[name].label_zh}不为空", phrases.not_empty(name)),
        _REGISTER,
        excusable=False,
    )


def _history() -> Iterator[Expected]:
    yield phrases.none(
        "effective_interval_in_order",
        "effective_to < effective_from",
        ("失效日期不早于生效日期", "Nothing ceases to hold before it holds"),
        phrases.article("16"),
        excusable=False,
    )
    yield phrases.none(
        "recorded_interval_in_order",
        "recorded_to < recorded_from",
        ("登记终止时间不早于登记时间", "Nothing is superseded before it is recorded"),
        phrases.article("16"),
        excusable=False,
    )
    yield phrases.none(
        "version_from_one",
        "version_no < 1",
        ("版本号从1开始", "Versions are counted from 1"),
        phrases.article("16"),
        excusable=False,
    )


def _derived() -> Iterator[Expected]:
    levels = " ".join(f"when '{c.code}' then '{c.level}'" for c in CATEGORIES.values())
    yield phrases.none(
        "degree_level_fits_category",
        f"degree_level is distinct from case record_category_code {levels} end",
        ("学位层次与信息类别一致", "The degree level is that of the record category"),
        phrases.article("8"),
        excusable=False,
    )
    # eight months back a school year is a calendar year and its halves are January and July
    back = "(conferral_date - interval 8 month)"
    semester = (
        f"concat(year{back}, '-', year{back} + 1, case when month{back} <= 6 then '-1' "
        "else '-2' end)"
    )
    yield phrases.none(
        "degree_semester_fits_conferral",
        f"degree_semester is distinct from case when conferral_date is not null then {semester} "
        "end",
        ("学位学期与获学位日期一致", "The degree semester is that of the conferral date"),
        phrases.article("12"),
        excusable=False,
    )


def _institutions() -> Iterator[Expected]:
    """References to the register of institutions; nothing is compared where it is empty."""
    yield _reference(
        "institution_known",
        "institution_code",
        "institution_code",
        ("学位授予单位在单位名录中", "The institution stands in the register of institutions"),
    )
    yield _reference(
        "institution_of_the_province",
        "province_code, institution_code",
        "province_code, institution_code",
        ("学位授予单位属于该省份", "The institution is one of the province"),
    )
    yield phrases.warning(
        _reference(
            "training_institution_known",
            "training_institution_code",
            "institution_code as training_institution_code",
            ("培养单位在单位名录中", "The training institution stands in the register"),
        )
    )


def _reference(id_: str, columns: str, known: str, titles: tuple[str, str]) -> Expected:
    """Records whose ``columns`` no institution has. Groups are compared, not records."""
    strange = (
        f"(select {columns}, count(*) as n from {{}} where {columns.split(', ')[-1]} is not null"
        " and exists (from institution) group by all) as found"
        f" anti join (select {known} from institution) as known using ({columns})"
    )
    return phrases.measure(
        id_,
        f"(select coalesce(sum(n), 0) from {strange.format('record')})",
        titles,
        phrases.article("10"),
        high=0,
        keys_sql=f"select {columns}, n from {strange.format('{batch}')} order by n desc, {columns}",
    )


def _of_one_province() -> Iterator[Expected]:
    yield phrases.column(
        "province_is_its_own",
        "expect_column_values_to_match_regex",
        "province_code",
        ("全部记录属于本省份", "All records are of the province"),
        _REGISTER,
        excusable=False,
        keys_sql="select province_code, count(*) as records from {batch} group by all order by all",
        # matched as a whole, a code of two digits is a pattern of itself
        regex=phrases.parameter("province"),
    )
    yield phrases.measure(
        "one_filing_semester",
        "count(distinct filing_semester)",
        ("全部记录属于同一报送学期", "All records are of one filing semester"),
        _REGISTER,
        low=1,
        high=1,
        excusable=False,
        keys_sql="select filing_semester, count(*) as records from {batch}"
        " group by all order by all",
    )


def _claimed_rows(zh: str, en: str) -> Iterator[Expected]:
    yield phrases.rows_equal(
        "rows_as_claimed",
        "rows_claimed",
        (f"记录数与{zh}的数量一致", f"As many records as were {en}"),
        _REGISTER,
    )


def _manifest() -> Iterator[Expected]:
    yield phrases.rows_equal(
        "rows_as_claimed",
        "rows_claimed",
        ("记录数与移交清单一致", "As many records as the manifest says"),
        _REGISTER,
    )
    yield phrases.rows_equal(
        "rows_as_registered",
        "rows_registered",
        ("记录数与省级备案信息一致", "As many records as the province has registered"),
        _REGISTER,
    )
    yield _as_claimed(
        "rows_by_category_as_claimed",
        "record_category_code",
        ("分类别记录数与移交清单一致", "Records by category are those of the manifest"),
    )
    filings = (
        "select filing_id from (select distinct filing_id from {}) as found"
        " full join (select filing_id from claimed_filing) as said using (filing_id)"
        " where found.filing_id is null or said.filing_id is null"
    )
    yield phrases.measure(
        "filings_as_claimed",
        f"(select count(*) from ({filings.format('record')}))",
        ("报送编号与移交清单一致", "The filings are those of the manifest"),
        _REGISTER,
        high=0,
        excusable=False,
        keys_sql=filings.format("{batch}") + " order by all",
    )


def _nation() -> Iterator[Expected]:
    yield phrases.column(
        "province_in_code_table",
        "expect_column_values_to_be_in_set",
        "province_code",
        ("省份代码在代码表中", "The province stands in its code table"),
        phrases.article("8"),
        excusable=False,
        keys_sql="select province_code, count(*) as records from {batch} group by all order by all",
        value_set=phrases.parameter(f"{PREFIX}province"),
    )
    yield _as_claimed(
        "total_is_sum_of_provinces",
        "province_code",
        ("全国记录数等于各省移交数之和", "The nation's records are the sum of the provinces'"),
    )


def _as_claimed(id_: str, column: str, titles: tuple[str, str]) -> Expected:
    """The records by ``column`` are those of the view ``claimed``: groups that differ are none."""
    differing = (
        f"select {column}, coalesce(found.n, 0) as found, coalesce(said.n, 0) as claimed"
        f" from (select {column}, count(*) as n from {{}} group by all) as found"
        f" full join (select {column}, sum(rows) as n from claimed group by all) as said"
        f" using ({column}) where found.n is distinct from said.n and (found.n > 0 or said.n > 0)"
    )
    return phrases.measure(
        id_,
        f"(select count(*) from ({differing.format('record')}))",
        titles,
        _REGISTER,
        high=0,
        excusable=False,
        keys_sql=differing.format("{batch}") + " order by all",
    )
