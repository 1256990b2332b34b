"""The relation that hand-written suites are run on: a row a degree in force, with what is derived.

``profile`` is made over ``record`` for the run and, with the same SQL, over ``register`` to learn
from earlier semesters: what is compared is counted alike.
"""

from pipelines.standard import code_table

RELATION = "profile"

IN_FORCE = "recorded_to is null and status = 'registered'"
"""Degrees that count today, as the marts count them."""

_MAINLAND_AND_REGIONS = ("156", "158", "344", "446")
"""China with Taiwan, Hong Kong, Macau: their people are no international students."""


def _month_number(column: str) -> str:
    """Months since the year 0: year * 12 + month - 1."""
    return f"(year({column}) * 12 + month({column}) - 1)"


def _degree_classes() -> str:
    """(degree category, discipline category) pairs."""
    rows = code_table("degree_category").rows
    return ", ".join(
        f"('{row['code']}', '{row['discipline'][:2]}')" for row in rows if row["discipline"]
    )


def _texts(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


# September of the semester's first year, or March of its second
_FIRST_MONTH = (
    "(left(filing_semester, 4)::integer * 12"
    " + case when right(filing_semester, 1) = '1' then 8 else 14 end)"
)
_ENROLLED = (
    "(try_cast(left(enrolment_month, 4) as integer) * 12"
    " + try_cast(right(enrolment_month, 2) as integer) - 1)"
)

DISCIPLINE = "coalesce(degree_class.discipline, 'unknown')"
DEGREE_CLASS = f"""left join (values {_degree_classes()}) as degree_class (code, discipline)
    on degree_class.code = degree_category_code"""
SEMESTER_MONTH = f"{_month_number('conferral_date')} - {_FIRST_MONTH} + 1"
MINORITY = "case when ethnic_code between '01' and '56' then ethnic_code <> '01' end"
INTERNATIONAL = (
    f"nationality_code is not null and nationality_code not in ({_texts(_MAINLAND_AND_REGIONS)})"
)
AGE = f"try_cast({_month_number('conferral_date')} - {_month_number('birth_date')} as smallint)"
STUDY = f"try_cast({_month_number('conferral_date')} - {_ENROLLED} as smallint)"
"""Expressions over the register's columns, for ``profile`` and for what is learnt alike."""


def profile_query(source: str, where: str = "true") -> str:
    """A SELECT of a row a degree in force of ``source`` (columns of the register).

    Beside the register's columns used: ``discipline_category_code`` of the degree (``unknown``
    where the degree category is), ``semester_month`` (1-6 within the filing semester),
    ``is_minority`` (NULL without an ethnic group), ``is_international``, ``is_january_birth``,
    ``age_months`` at conferral, ``study_months`` from enrolment to conferral.
    """
    return f"""
select
    province_code, institution_code, filing_semester, record_category_code, degree_level,
    sex_code, study_mode_code, study_form_code, degree_category_code, major_code,
    conferral_date, birth_date, full_name, id_type_code, id_number,
    {DISCIPLINE} as discipline_category_code,
    {SEMESTER_MONTH} as semester_month,
    {MINORITY} as is_minority,
    {INTERNATIONAL} as is_international,
    month(birth_date) = 1 and day(birth_date) = 1 as is_january_birth,
    {AGE} as age_months,
    {STUDY} as study_months
from {source}
{DEGREE_CLASS}
where {IN_FORCE} and {where}"""
