"""Faults that no single record shows, as SQL on a copy of what a level holds.

Each record stays sound by itself: a changed sex or birth date changes the identity number with its
check digit, a changed conferral date the certificate number.
"""

from tests.end_to_end.planting import Fault
from tests.end_to_end.six_semesters import LAST

_MINE = f"filing_semester = '{LAST}'"
_RESIDENT = "id_type_code = '01' and length(id_number) = 18"
_SIZEABLE = f"""(select institution_code from register where {_MINE} and {_RESIDENT}
    group by all having count(*) >= 150 order by count(*) desc, institution_code limit 1)"""
_SECOND = _SIZEABLE.replace("limit 1", "limit 1 offset 1")
_SEQUENCE = "substr(id_number, 15, 3)::integer"
_SWAPPED = (
    f"update register set sex_code = case sex_code when '1' then '2' else '1' end where {_MINE}",
    f"""update register set id_number = checked(
        left(id_number, 16) || xor(substr(id_number, 17, 1)::integer, 1)::varchar)
    where {_MINE} and {_RESIDENT}""",
)


def _copied(name: str) -> tuple[str, ...]:
    """An institution's residents once more: other certificates, other documents, ``name``."""
    return (
        f"""insert into register select * replace (
            left(certificate_number, 10) || lpad(((right(certificate_number, 6)::integer + 500000)
                % 1000000)::varchar, 6, '0') as certificate_number,
            checked(left(id_number, 14) || lpad((({_SEQUENCE} + 500) % 1000)::varchar, 3, '0'))
                as id_number,
            {name} as full_name
        ) from register where {_MINE} and {_RESIDENT} and institution_code = {_SIZEABLE}""",
    )


def _a_year_earlier(column: str) -> str:
    return (
        f"case when {column} is not null then (left({column}, 4)::integer - 1)::varchar"
        f" || right({column}, 2) end"
    )


_SHARES_OF_WOMEN = (
    "women_share_far",
    *(
        f"women_share_{one}_far"
        for one in (
            *("doctors", "masters", "bachelors"),
            *(f"discipline_{number:02}" for number in range(1, 14)),
        )
    ),
)
REGISTER_FAULTS = (
    Fault(
        "an institution files the same cohort twice under other numbers",
        "institution_cohort_twice",
        _copied("full_name"),
        ("cohort_twice_share_far", "institution_doubled"),
    ),
    Fault(
        "a province's sexes swapped", "women_share_discipline_08_far", _SWAPPED, _SHARES_OF_WOMEN
    ),
    Fault(
        "a category missing",
        "category_gone_far",
        (f"delete from register where {_MINE} and record_category_code = 'M3'",),
        (
            "category_m3_share_far",
            "masters_share_far",
            "bachelors_share_far",
            "category_b1_share_far",
        ),
    ),
    Fault(
        "conferral dates shifted by one year, with what goes with them",
        "conferral_outside_semester_far",
        (
            f"""update register set conferral_date = (conferral_date - interval 1 year)::date,
                effective_from = (effective_from - interval 1 year)::date,
                degree_semester = '2024-2025-2',
                graduation_month = {_a_year_earlier("graduation_month")},
                enrolment_month = {_a_year_earlier("enrolment_month")},
                certificate_number = left(certificate_number, 6)
                    || (substr(certificate_number, 7, 4)::integer - 1)::varchar
                    || right(certificate_number, 6)
            where {_MINE}""",
        ),
    ),
    Fault(
        "a semester filed into another",
        "conferral_outside_semester_far",
        (
            f"delete from register where {_MINE}",
            f"update register set filing_semester = '{LAST}' where filing_semester = '2025-2026-1'",
        ),
        (
            "category_b1_share_far",
            "category_b2_share_far",
            "doctors_share_far",
            "bachelors_share_far",
            "category_d1_share_far",
        ),
    ),
    Fault(
        "the share of part-time students jumps",
        "part_time_share_m3",
        (
            f"update register set study_mode_code = '2' where {_MINE}"
            " and record_category_code = 'M3'",
        ),
    ),
    Fault(
        "the share of a discipline category jumps",
        "discipline_08_share_far",
        (
            f"""update register set
                degree_category_code = '408', major_code = major, major_name = name
            from (
                select min(major_code) as major, min_by(major_name, major_code) as name
                from register where {_MINE} and record_category_code = 'B1'
                    and degree_category_code = '408' and left(major_code, 2) = '08'
            ) where {_MINE} and record_category_code = 'B1'
                and degree_category_code in ('412', '402', '405')""",
        ),
        ("women_share_discipline_08_far", "discipline_12_share_far"),
    ),
    Fault(
        "ethnic groups defaulted to Han",
        "minority_share_far",
        (f"update register set ethnic_code = '01' where {_MINE} and ethnic_code is not null",),
        scope="65",
    ),
    Fault(
        "all conferral dates on one day",
        "busiest_day_share",
        (
            f"""update register set conferral_date = date '2026-07-20',
                effective_from = date '2026-07-20' where {_MINE}""",
        ),
        ("busiest_day_share_far",),
    ),
    Fault(
        "birth dates defaulted to 1 January",
        "january_birth_share_far",
        (
            f"""update register set birth_date = date_trunc('year', birth_date)::date,
                id_number = new_number
            from (
                select certificate_number as certificate, checked(left(id_number, 10) || '0101'
                    || lpad((2 * (row_number() over (partition by left(id_number, 10), sex_code)
                        % 490) + (sex_code = '1')::integer)::varchar, 3, '0')) as new_number
                from register where {_MINE} and {_RESIDENT}
            ) where certificate = certificate_number and {_MINE}""",
        ),
    ),
    Fault(
        "ages shifted by a year",
        "age_median_b1",
        (
            f"""update register set birth_date = (birth_date - interval 1 year)::date
            where {_MINE} and strftime(birth_date, '%m%d') <> '0229'""",
            f"""update register set id_number = checked(
                left(id_number, 6) || strftime(birth_date, '%Y%m%d') || substr(id_number, 15, 3))
            where {_MINE} and {_RESIDENT}""",
        ),
    ),
    Fault(
        "an institution doubled",
        "institution_doubled",
        _copied("full_name || '一'"),
    ),
    Fault(
        "an institution's volume collapsed",
        "institution_volume",
        (
            f"""delete from register where {_MINE} and institution_code = {_SECOND}
                and hash(certificate_number) % 10 <> 0""",
        ),
    ),
    Fault(
        "an institution has not filed",
        "institution_missing",
        (f"delete from register where {_MINE} and institution_code = {_SIZEABLE}",),
    ),
    Fault(
        "identity numbers reused for other people",
        "identity_shared_share_far",
        (
            f"""update register set id_number = first_number
            from (
                select birth_date as born, sex_code as sex, min(id_number) as first_number
                from register where {_MINE} and {_RESIDENT} group by all
            ) where born = birth_date and sex = sex_code and {_MINE} and {_RESIDENT}""",
        ),
        ("degrees_per_person_far",),
    ),
    Fault(
        "a province's sexes swapped, seen by the nation",
        "province_women_engineering_far",
        tuple(f"{sql} and province_code = '11'" for sql in _SWAPPED),
        ("province_women_elsewhere_far", *_SHARES_OF_WOMEN),
        scope="national",
        level="national_register",
    ),
    Fault(
        "half of a province is missing at the nation",
        "province_total_far",
        (
            f"""delete from register where {_MINE} and province_code = '65'
                and hash(certificate_number) % 10 < 7""",
        ),
        scope="national",
        level="national_register",
    ),
)

OTHER_FAULTS = (
    Fault(
        "a truncated handover: fewer records than its manifest tells",
        "rows_as_claimed",
        ("delete from record where hash(certificate_number) % 20 = 0",),
        ("rows_by_category_as_claimed", "rows_as_registered", "filings_as_claimed"),
        level="handover",
    ),
    Fault(
        "the national total is not the sum of its provinces",
        "province_groups_as_cells",
        (
            """update semester_summary set degrees = degrees + 5
            where grouping_name = 'province' and group_code = '65'""",
        ),
        ("province_groups_add_up", "province_groups_cover_persons"),
        scope="national",
        level="national_marts",
    ),
    Fault(
        "a record file that was cut off while it landed",
        "rows_as_read",
        ("delete from line where hash(row_id) % 50 = 0",),
        ("rows_by_file_as_read",),
        scope="65",
        level="landing",
    ),
)
