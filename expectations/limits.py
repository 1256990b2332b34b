"""Hand-written expectations with limits of their own: dates, repeats, drift; and how one is made.

``conferral_day``, ``cohort_twice``, ``identity_again`` and ``drift`` are prepared for the run by
``pipelines.quality.profile``. Queries select codes and counts, never a person's value.
"""

from expectations.indicators import COMPARED
from expectations.suite import Expected

LARGEST_JANUARY, FAR_JANUARY = 0.02, 0.10
"""Share born on 1 January: one in 365, more where birthdays were registered late."""
LARGEST_OUTSIDE, FAR_OUTSIDE = 0.005, 0.02
"""Share conferred outside the filing semester: late filings go with their own semester."""
LARGEST_TWICE, FAR_TWICE = 0.002, 0.01
"""Share of records that are one cohort under other numbers, or share a document."""
FAR_DEGREES_A_PERSON = 1.10
"""Second and minor degrees of one semester are some per cent at most."""
WHOLE_COHORT = (10, 0.05)
"""Repeats in an institution, and their share of its records: a cohort, not a namesake."""

BY_INSTITUTION = (
    "select province_code, institution_code, count(*) as degrees from {batch} group by all"
)


def measured(
    id: str,
    title: tuple[str, str],
    measure: str,
    high: float | str | None,
    *,
    low: float | str | None = None,
    blocks: bool = False,
    keys_sql: str | None = None,
    basis: str = COMPARED,
) -> Expected:
    """A measure within limits: numbers, or names of parameters."""
    limits = {"min_value": _limit(low), "max_value": _limit(high)}
    kwargs = {"measure": measure} | {k: v for k, v in limits.items() if v is not None}
    return Expected(
        id, "expect_measure_to_be_between", kwargs, blocks, *title, basis, keys_sql=keys_sql
    )


def _limit(value: float | str | None) -> object:
    return {"$PARAMETER": value} if isinstance(value, str) else value


def none_of(
    id: str, title: tuple[str, str], query: str, *, blocks: bool = False, basis: str = COMPARED
) -> Expected:
    """No row comes out of ``query``."""
    kwargs = {"unexpected_rows_query": query}
    return Expected(id, "unexpected_rows_expectation", kwargs, blocks, *title, basis)


def far_title(title: tuple[str, str]) -> tuple[str, str]:
    return f"{title[0]}（远超限值）", f"{title[1]} (far outside)"


def limits() -> tuple[Expected, ...]:
    """Expectations of either scope whose limits are fixed, or one number learnt."""
    return (*_fixed(), *_repeats(), *_drift())


def _fixed() -> tuple[Expected, ...]:
    """Limits that need no history."""
    january = "count(*) filter (where is_january_birth) / nullif(count(birth_date), 0)"
    outside = "semester_month not between 1 and 6"
    outside_share = f"count(*) filter (where {outside}) / nullif(count(*), 0)"
    outside_keys = (
        f"select institution_code, count(*) as degrees from {{batch}} where {outside}"
        " group by all order by degrees desc, institution_code"
    )
    january_title = ("1月1日出生者占比", "Share of birth dates on 1 January")
    outside_title = ("授予日期不在报送学期内的占比", "Share conferred outside the filing semester")
    return (
        measured("january_birth_share", january_title, january, LARGEST_JANUARY),
        measured(
            "january_birth_share_far", far_title(january_title), january, FAR_JANUARY, blocks=True
        ),
        none_of(
            "institution_january_birth",
            ("单位中超过五分之一出生于1月1日", "Institutions with a fifth born on 1 January"),
            "select institution_code, count(*) filter (where is_january_birth) as degrees"
            " from {batch} group by all having count(*) >= 30 and degrees > 0.2 * count(*)",
        ),
        none_of(
            "institution_one_sex",
            ("单位所有学位获得者同一性别", "Institutions whose holders are all of one sex"),
            "select institution_code, count(*) as degrees from {batch} group by all"
            " having count(*) >= 100 and min(sex_code) = max(sex_code)",
        ),
        measured(
            "conferral_outside_semester",
            outside_title,
            outside_share,
            LARGEST_OUTSIDE,
            keys_sql=outside_keys,
        ),
        measured(
            "conferral_outside_semester_far",
            far_title(outside_title),
            outside_share,
            FAR_OUTSIDE,
            blocks=True,
            keys_sql=outside_keys,
        ),
        none_of(
            "no_degree_in_category_14",
            ("没有以“交叉学科”门类授予的学位", "No degree is conferred in discipline category 14"),
            "select institution_code, degree_category_code, count(*) as degrees from {batch}"
            " where degree_category_code in ('214', '314', '414') group by all",
            blocks=True,
            basis="第八条 / Art. 8; R26; 2022年学科专业目录说明四 / catalogue of 2022, note 4",
        ),
        measured(
            "busiest_day_share",
            ("最集中的授予日期占比", "Share conferred on the most frequent day"),
            BUSIEST_DAY,
            "busiest_day_share_high",
        ),
        measured(
            "busiest_day_share_far",
            far_title(("最集中的授予日期占比", "Share conferred on the most frequent day")),
            BUSIEST_DAY,
            "busiest_day_share_far_high",
            blocks=True,
        ),
    )


BUSIEST_DAY = "max((select max(degrees) / sum(degrees) from conferral_day))"
DRIFT = "max((select coalesce(sum((now - before) * ln(now / before)), 0) from drift))"
"""Population stability index; its shares are never zero (``drift`` adds half a degree a cell)."""


def _repeats() -> tuple[Expected, ...]:
    per_person = "count(*) / (count(*) - (select coalesce(sum(surplus), 0) from identity_again))"
    shared = "(select coalesce(sum(shared), 0) from identity_again) / nullif(count(*), 0)"
    twice = "(select coalesce(sum(degrees), 0) from cohort_twice) / nullif(count(*), 0)"
    shared_keys = (
        "select institution_code, shared from identity_again where shared > 0"
        " and exists (from {batch}) order by shared desc, institution_code"
    )
    twice_keys = (
        "select institution_code, degrees from cohort_twice"
        " where exists (from {batch}) order by degrees desc, institution_code"
    )
    person = ("学位数与人数之比", "Degrees to each person")
    identity = ("同一证件号码用于不同人的占比", "Share whose document is another person's too")
    cohort = ("同一批人以其他号码重复报送的占比", "Share filed twice under other numbers")
    most, share = WHOLE_COHORT
    return (
        measured("degrees_per_person", person, per_person, "degrees_per_person_high", low=1.0),
        measured(
            "degrees_per_person_far",
            far_title(person),
            per_person,
            FAR_DEGREES_A_PERSON,
            low=1.0,
            blocks=True,
        ),
        measured("identity_shared_share", identity, shared, LARGEST_TWICE, keys_sql=shared_keys),
        measured(
            "identity_shared_share_far",
            far_title(identity),
            shared,
            FAR_TWICE,
            blocks=True,
            keys_sql=shared_keys,
        ),
        measured("cohort_twice_share", cohort, twice, LARGEST_TWICE, keys_sql=twice_keys),
        measured(
            "cohort_twice_share_far",
            far_title(cohort),
            twice,
            FAR_TWICE,
            blocks=True,
            keys_sql=twice_keys,
        ),
        none_of(
            "institution_cohort_twice",
            ("单位以其他号码重复报送了同一批人", "Institutions that filed one cohort twice"),
            f"select institution_code, twice.degrees from cohort_twice as twice"
            f" join ({BY_INSTITUTION}) as now using (institution_code)"
            f" where twice.degrees >= {2 * most} and twice.degrees > {share} * now.degrees",
            blocks=True,
        ),
    )


def _drift() -> tuple[Expected, ...]:
    """The index is ours: GX's divergence of Kullback and Leibler takes one column, is infinite once
    a value is gone, and its chi-square calls every difference significant in a million rows.

    It warns only: codes of study modes are unsure, and what is sure in it blocks by itself."""
    title = (
        "类别、性别、学习方式联合分布的漂移（群体稳定性指数）",
        "Drift of category, sex and study mode (population stability index)",
    )
    return (measured("drift", title, DRIFT, "drift_high"),)
