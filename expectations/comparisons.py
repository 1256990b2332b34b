"""Hand-written expectations that list keys: volumes, what is gone, provinces against before.

Queries name tables that ``pipelines.quality.before`` prepares from the semesters before:
``institution_before``, ``category_before``, ``institution_category_before``, ``province_before``
and ``province_band``. They select codes and counts, never a person's value.
"""

from expectations.indicators import NATIONAL
from expectations.limits import BY_INSTITUTION, limits, none_of
from expectations.suite import Expected


def comparisons(kind: str) -> tuple[Expected, ...]:
    """Expectations of a province's or the nation's profile beside its indicators."""
    both = (*limits(), *_volumes(), *_gone())
    return (*both, *_provinces()) if kind == NATIONAL else both


def _volumes() -> tuple[Expected, ...]:
    joined = (
        "select province_code, institution_code, now.degrees, degrees_before"
        f" from ({BY_INSTITUTION}) as now"
        " join institution_before using (province_code, institution_code)"
    )
    return (
        none_of(
            "institution_volume",
            ("单位学位数与可比学期相差过大", "Institutions far from their comparable volume"),
            f"{joined} where now.degrees not between low and high order by institution_code",
        ),
        none_of(
            "institution_doubled",
            ("较大单位学位数翻倍", "Sizeable institutions with twice the degrees"),
            f"{joined} where now.degrees >= double_at order by institution_code",
            blocks=True,
        ),
    )


def _gone() -> tuple[Expected, ...]:
    return (
        none_of(
            "institution_missing",
            ("可比学期报送过而本学期尚未报送的单位", "Institutions that have not filed yet"),
            "select province_code, institution_code, degrees_before from institution_before"
            " where listed and institution_code not in (select institution_code from {batch})"
            " order by institution_code",
        ),
        none_of(
            "category_gone",
            ("可比学期有而本学期没有的类别", "Record categories that are gone"),
            _CATEGORY_GONE.format(batch="{batch}", which="true"),
        ),
        none_of(
            "category_gone_far",
            ("连续可比学期都有的类别缺失", "Steady record categories that are gone"),
            _CATEGORY_GONE.format(batch="{batch}", which="steady"),
            blocks=True,
        ),
        none_of(
            "institution_category_gone",
            ("单位缺失可比学期有过的类别", "Institutions that lack a category they had"),
            "select institution_code, record_category_code, degrees_before"
            " from institution_category_before where (institution_code, record_category_code)"
            " not in (select (institution_code, record_category_code) from {batch})"
            " order by institution_code, record_category_code",
        ),
    )


_CATEGORY_GONE = (
    "select record_category_code, degrees_before from category_before where {which}"
    " and record_category_code not in (select record_category_code from {batch})"
    " order by record_category_code"
)

_BY_PROVINCE = "select province_code, count(*) as degrees from {batch} group by all"


def _provinces() -> tuple[Expected, ...]:
    """The nation's: province against province before, each with the same institutions."""
    joined = (
        f"select province_code, now.degrees, degrees_before from ({_BY_PROVINCE}) as now"
        " join province_before using (province_code)"
    )
    return (
        none_of(
            "province_missing",
            ("可比学期报送过而本学期没有的省份", "Provinces that are missing"),
            "select province_code, degrees_before from province_before"
            " where province_code not in (select province_code from {batch})"
            " order by province_code",
        ),
        none_of(
            "province_total",
            ("省份总数与可比学期相差过大", "Provinces far from their comparable total"),
            f"{joined} where now.degrees not between low and high order by province_code",
        ),
        none_of(
            "province_total_far",
            ("省份总数不足一半或超过两倍", "Provinces with less than half or more than double"),
            f"{joined} where now.degrees not between far_low and far_high order by province_code",
            blocks=True,
        ),
        none_of(
            "province_minority_share",
            ("省份少数民族占比超出区间", "Provinces whose share of minorities is unusual"),
            _by_band("minority", "is_minority", "is_minority is not null", ""),
        ),
        none_of(
            "province_minority_share_far",
            ("省份少数民族占比远超区间", "Provinces whose share of minorities is far off"),
            _by_band("minority", "is_minority", "is_minority is not null", "far_"),
            blocks=True,
        ),
        *(
            none_of(
                f"province_women_{group}{'_far' if far else ''}",
                (
                    f"省份{zh}女性占比{'远' if far else ''}超出区间",
                    f"Provinces whose share of women {en} is {'far off' if far else 'unusual'}",
                ),
                _by_band(f"women_{group}", "sex_code = '2'", among, far),
                blocks=bool(far),
            )
            for group, zh, en, among in WOMEN_BY_PROVINCE
            for far in ("", "far_")
        ),
    )


WOMEN_BY_PROVINCE = (
    ("engineering", "工学", "in engineering", "discipline_category_code = '08'"),
    ("elsewhere", "其他门类", "in all other categories", "discipline_category_code <> '08'"),
)
"""Swapped sexes show in both even where women are one half of all."""


def _by_band(indicator: str, of: str, among: str, far: str) -> str:
    share = f"count(*) filter (where {of}) / count(*)"
    return (
        f"select province_code, round(now.share, 3) from (select province_code, {share} as share"
        f" from {{batch}} where {among} group by all) as now join province_band as band"
        f" using (province_code) where indicator = '{indicator}'"
        f" and now.share not between band.{far}low and band.{far}high order by province_code"
    )
