"""What people know of a semester as a whole: shares, medians, each an SQL aggregate of `profile`.

An indicator is data: what is counted among what. The suite asks for it within limits that are
given at the run; earlier semesters teach the limits with the very same SQL
(``pipelines.quality.profile``). Columns are those of ``expectations.profile_view``.
"""

from dataclasses import dataclass

from pipelines.standard import CATEGORIES, code_table

PROVINCE, NATIONAL = "province", "national"
COMPARED = "第十三条 / Art. 13; R44"
"""Examination by the province, and the rule that shares do not jump between semesters."""


@dataclass(frozen=True)
class Indicator:
    """A share (``of`` among ``among``) or, where ``value`` is given, a median of it in years.

    ``floor`` names the least half-width of its band (``pipelines.quality.settings``). ``far``:
    far outside blocks; otherwise it only warns, as does whatever rests on codes that are unsure.
    ``by_day``: records of an institution's day stand and fall together, so that the days are the
    sample and not the records.
    """

    id: str
    title_zh: str
    title_en: str
    of: str = "true"
    among: str = "true"
    value: str | None = None
    floor: str = "share"
    far: bool = False
    by_day: bool = False
    basis: str = COMPARED

    @property
    def measure(self) -> str:
        """The aggregate over records; NULL where nobody is to be measured."""
        if self.value:
            return f"median({self.value}) filter (where {self.among}) / 12"
        return f"{self.counted()} / nullif({self.size()}, 0)"

    def counted(self, count: str = "count(*)") -> str:
        """How many of ``among`` are ``of``; ``count`` is how a row counts."""
        both = self.of if self.among == "true" else f"{self.among} and {self.of}"
        return f"{count} filter (where {both})"

    def size(self, count: str = "count(*)") -> str:
        """How many there are to take a share of."""
        return f"{count} filter (where {self.among})"


LEVELS = (("2", "博士", "doctors"), ("3", "硕士", "masters"), ("4", "学士", "bachelors"))
_WOMAN = "sex_code = '2'"

_LEVEL_SHARES = tuple(
    Indicator(
        f"{en}_share", f"{zh}学位占比", f"Share of {en}", f"degree_level = '{code}'", far=True
    )
    for code, zh, en in LEVELS
)

_CATEGORY_SHARES = tuple(
    Indicator(
        f"category_{one.code.lower()}_share",
        f"{one.code} {one.name_zh}占比",
        f"Share of {one.code} ({one.name_en})",
        f"record_category_code = '{one.code}'",
        far=True,
    )
    for one in CATEGORIES.values()
)

_DISCIPLINES = tuple(
    (row["code"], row["name_zh"], row["name_en"])
    for row in code_table("discipline_category").rows
    if row["code"] != "14"
)
"""Discipline categories that a degree can be conferred in."""

_DISCIPLINE_SHARES = tuple(
    Indicator(
        f"discipline_{code}_share",
        f"{code} {zh}占比",
        f"Share of discipline category {code} ({en})",
        f"discipline_category_code = '{code}'",
        far=True,
    )
    for code, zh, en in _DISCIPLINES
)

_WOMEN_BY_LEVEL = (
    Indicator("women_share", "女性占比", "Share of women", _WOMAN, far=True),
    *(
        Indicator(
            f"women_share_{en}",
            f"{zh}学位中女性占比",
            f"Share of women among {en}",
            _WOMAN,
            f"degree_level = '{code}'",
            far=True,
        )
        for code, zh, en in LEVELS
    ),
)

_WOMEN_BY_DISCIPLINE = tuple(
    Indicator(
        f"women_share_discipline_{code}",
        f"{code} {zh}中女性占比",
        f"Share of women in discipline category {code} ({en})",
        _WOMAN,
        f"discipline_category_code = '{code}'",
        far=True,
    )
    for code, zh, en in _DISCIPLINES
)

_PART_TIME = (
    Indicator(
        "part_time_share",
        "研究生中非全日制占比",
        "Share of part-time among graduate degrees with a study mode",
        "study_mode_code = '2'",
        "study_mode_code is not null",
    ),
    *(
        Indicator(
            f"part_time_share_{code.lower()}",
            f"{code} {CATEGORIES[code].name_zh}中非全日制占比",
            f"Share of part-time among {code}",
            "study_mode_code = '2'",
            f"study_mode_code is not null and record_category_code = '{code}'",
        )
        for code in ("D1", "D3", "M1", "M3")
    ),
)

_STUDY_FORMS = tuple(
    Indicator(
        f"study_form_{row['code']}_share",
        f"成人学士中“{row['name_zh']}”占比",
        f"Share of study form {row['code']} ({row['name_en']}) among adult bachelors",
        f"study_form_code = '{row['code']}'",
        "study_form_code is not null and record_category_code = 'B2'",
    )
    for row in code_table("study_form").rows
    if "B2" in row["category"]
)

_ORIGINS = (
    Indicator(
        "minority_share",
        "少数民族占比",
        "Share of ethnic minorities among those with an ethnic group",
        "is_minority",
        "is_minority is not null",
        far=True,
    ),
    Indicator(
        "international_share", "留学生占比", "Share of international students", "is_international"
    ),
)

_MONTHS = tuple(
    Indicator(
        f"conferral_month_{month}_share",
        f"学期第{month}个月授予的学位占比",
        f"Share conferred in month {month} of the semester",
        f"semester_month = {month}",
        floor="month",
        by_day=True,
    )
    for month in range(1, 7)
)

_AGES = tuple(
    Indicator(
        f"age_median_{one.code.lower()}",
        f"{one.code} {one.name_zh}获学位年龄中位数（岁）",
        f"Median age at conferral of {one.code}, years",
        among=f"record_category_code = '{one.code}'",
        value="age_months",
        floor="years",
    )
    for one in CATEGORIES.values()
)

_STUDY_YEARS = tuple(
    Indicator(
        f"study_years_median_{one.code.lower()}",
        f"{one.code} {one.name_zh}入学至获学位年数中位数",
        f"Median years from enrolment to conferral of {one.code}",
        among=f"record_category_code = '{one.code}'",
        value="study_months",
        floor="years",
    )
    for one in CATEGORIES.values()
    if one.code not in ("D2", "M2")
)


@dataclass(frozen=True)
class Theme:
    """Indicators of one kind: one expectation, of which each is a part."""

    id: str
    title_zh: str
    title_en: str
    indicators: tuple[Indicator, ...]


THEMES = (
    Theme("level_shares", "各层次占比", "Shares of levels", _LEVEL_SHARES),
    Theme("category_shares", "各信息类别占比", "Shares of record categories", _CATEGORY_SHARES),
    Theme("discipline_shares", "各学科门类占比", "Shares of disciplines", _DISCIPLINE_SHARES),
    Theme("women_by_level", "各层次女性占比", "Shares of women by level", _WOMEN_BY_LEVEL),
    Theme(
        "women_by_discipline",
        "各学科门类女性占比",
        "Shares of women by discipline category",
        _WOMEN_BY_DISCIPLINE,
    ),
    Theme("study_modes", "学习方式占比", "Shares of study modes", (*_PART_TIME, *_STUDY_FORMS)),
    Theme("origins", "少数民族与留学生占比", "Shares of minorities and of foreigners", _ORIGINS),
    Theme("conferral_months", "授予月份分布", "Months of conferral", _MONTHS),
    Theme("ages_at_conferral", "获学位年龄", "Ages at conferral", _AGES),
    Theme("years_of_study", "学习年数", "Years of study", _STUDY_YEARS),
)
"""What earlier semesters teach the limits of, in the order of the pages."""

INDICATORS: tuple[Indicator, ...] = tuple(one for theme in THEMES for one in theme.indicators)
