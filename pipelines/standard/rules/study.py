"""Rules about studies: enrolment, graduation, major, application, training institution."""

from pipelines.standard.rules.editions import academic_codes, discipline_names, withdrawn
from pipelines.standard.rules.generated import sql_list
from pipelines.standard.rules.model import Check, Rule, Severity

EQUIVALENT = "category IN ('D2', 'M2')"

R15 = Rule(
    "R15",
    Severity.ERROR,
    "入学、毕业、获学位时间顺序有误",
    "Enrolment, graduation and conferral are out of order",
    "第十条 / Art. 10",
    (
        Check(
            "BYNY",
            good="enrolment_m < graduation_m",
            applies="enrolment_m IS NOT NULL AND graduation_m IS NOT NULL",
            zh="毕业年月应晚于入学年月",
            en="Graduation must be after enrolment",
        ),
        Check(
            "HXWRQ",
            good="graduation_m <= conferral_m",
            applies="graduation_m IS NOT NULL AND conferral_m IS NOT NULL",
            zh="获学位日期不应早于毕业年月",
            en="The conferral date must not be before graduation",
        ),
    ),
    source="R",
)

R16 = Rule(
    "R16",
    Severity.HOLD,
    "修业时间异常",
    "Unusual duration of studies",
    "第十三条（一） / Art. 13(1)",
    (
        Check(
            "BYNY",
            good="graduation_m - enrolment_m BETWEEN CASE level WHEN '3' THEN 12 ELSE 24 END "
            "AND CASE level WHEN '4' THEN 108 WHEN '3' THEN 84 ELSE 120 END",
            applies="graduation_m > enrolment_m",
            zh="入学至毕业的月数超出常见范围（学士24-108，硕士12-84，博士24-120）",
            en="Months from enrolment to graduation outside the usual range (bachelor 24-108, "
            "master 12-84, doctor 24-120)",
        ),
    ),
    source="M",
)

_GRADUATE_SHAPE = "[0-9]{4}([0-9]{2}|[A-Z][0-9A-Za-z])|99J[0-9A-Za-z]"
_BACHELOR_SHAPE = "[0-9]{6}(T|K|TK)?"

R27 = Rule(
    "R27",
    Severity.ERROR,
    "学位类别、专业代码与信息类别不符",
    "Degree category or major does not fit the record category",
    "第八条、第九条（二） / Art. 8, 9(2)",
    (
        Check(
            "XWLBM",
            good="topic_level = level",
            zh="学位类别的层次与信息类别不符",
            en="The level of the degree category differs from the record category",
        ),
        Check(
            "XWLBM",
            good="degree_kind = 'professional'",
            applies="category IN ('D3', 'M3', 'M4') AND topic_level = level "
            "AND degree_kind IS NOT NULL",
            zh="专业学位信息应填写专业学位类别",
            en="A professional degree needs a professional degree category",
        ),
        Check(
            "XWLBM",
            good="degree_kind = 'academic'",
            applies="category IN ('D1', 'M1') AND topic_level = level AND degree_kind IS NOT NULL",
            zh="学术学位信息应填写学科门类学位",
            en="An academic degree needs an academic degree category",
        ),
        Check(
            "ZYDM",
            good=f"regexp_full_match(ZYDM, '{_BACHELOR_SHAPE}')",
            by_value=True,
            applies="level = '4'",
            zh="学士学位的专业代码应为本科专业目录代码",
            en="A bachelor's major must be a code of the bachelor catalogue",
        ),
        Check(
            "ZYDM",
            good=f"regexp_full_match(ZYDM, '{_GRADUATE_SHAPE}')",
            by_value=True,
            applies="level <> '4'",
            zh="研究生的专业代码应为研究生学科专业目录代码",
            en="A graduate's discipline must be a code of the graduate catalogue",
        ),
    ),
    source="M",
)

_INTAKE_2013 = "coalesce(enrolment_m, 24300) >= 2013 * 12 + 7"
"""Intakes before 2013 carry codes of the catalogue of 1998, where they mean other majors."""

_INTAKE_2023 = "202308"
"""The graduate catalogue of 2022 is in force for the intake of 2023 on."""

R05_MAJOR = (
    Check(
        "ZYDM",
        good=f"RXNY < '{_INTAKE_2023}' OR left(ZYDM, 4) NOT IN ({sql_list(withdrawn())})",
        applies="level <> '4'",
        reads=("RXNY",),
        zh="专业代码属旧版目录，2022年版目录（2023年入学起适用）已无此代码，请核实",
        en="The code left the catalogue with the edition of 2022 (intake of 2023 on): confirm",
        severity=Severity.HOLD,
        by_value=True,
    ),
    Check(
        "ZYDM",
        good="class_name IS NOT NULL",
        applies=f"level = '4' AND regexp_full_match(ZYDM, '{_BACHELOR_SHAPE}') AND {_INTAKE_2013}",
        zh="专业代码前四位不是本科专业类",
        en="The first four digits of the major are not a class of bachelor majors",
    ),
    Check(
        "ZYDM",
        good="discipline_awards IS NOT NULL OR left(ZYDM, 3) = '99J' "
        "OR regexp_full_match(ZYDM, '[0-9]{2}7[0-9].*')",
        applies=f"level <> '4' AND regexp_full_match(ZYDM, '{_GRADUATE_SHAPE}')",
        zh="专业代码前四位不在历版研究生学科专业目录中",
        en="The first four digits of the discipline stand in no edition of the catalogue",
    ),
)
"""The parts of R05 (codes exist in their table) for majors: shadow codes 7x are an open list."""

R06_MAJOR = (
    Check(
        "ZYMC",
        good="starts_with(ZYMC, bachelor_name)",
        applies=f"level = '4' AND bachelor_name IS NOT NULL AND {_INTAKE_2013}",
        reads=("ZYDM",),
        zh="专业名称与专业代码不一致",
        en="The name of the major disagrees with its code",
    ),
    Check(
        "ZYMC",
        good=f"left(ZYDM, 4) || '|' || ZYMC IN ({sql_list(discipline_names())})",
        applies="level <> '4' AND "
        f"regexp_full_match(ZYDM, '({'|'.join(sorted(academic_codes()))})00')",
        reads=("ZYDM",),
        zh="专业名称与一级学科代码不一致（各版目录）",
        en="The name of the discipline disagrees with its code in every edition of the catalogue",
        by_value=True,
    ),
)
"""Only codes that stand for a first-level discipline have a name of the catalogue's own."""

R25 = Rule(
    "R25",
    Severity.ERROR,
    "学位类别与专业所属学科门类不符",
    "The degree category is not one that the discipline is awarded in",
    "第八条 / Art. 8",
    (
        Check(
            "XWLBM",
            good="CASE WHEN left(ZYDM, 2) = degree_discipline THEN true "
            "ELSE contains(bachelor_awards, degree_discipline) END",
            applies="level = '4' AND topic_level = '4' AND class_name IS NOT NULL "
            f"AND degree_discipline IS NOT NULL AND {_INTAKE_2013}",
            reads=("ZYDM",),
            zh="该专业不授予此学位类别",
            en="The major is not awarded in this degree category",
        ),
        Check(
            "XWLBM",
            good="CASE WHEN left(ZYDM, 2) = degree_discipline THEN true "
            "ELSE contains(discipline_awards, degree_discipline) END",
            applies="level <> '4' AND topic_level = level AND degree_discipline IS NOT NULL "
            "AND discipline_awards IS NOT NULL",
            reads=("ZYDM",),
            zh="该学科（专业学位类别）不授予此学位类别",
            en="The discipline is not awarded in this degree category",
        ),
    ),
    source="S",
)

R26 = Rule(
    "R26",
    Severity.ERROR,
    "不存在的学位类别",
    "A degree that does not exist",
    "第八条 / Art. 8",
    (
        Check(
            "XWLBM",
            good="NOT regexp_full_match(XWLBM, '[234]14')",
            by_value=True,
            zh="交叉学科不作为学位类别授予",
            en="No degree is conferred in the category interdisciplinary (14)",
        ),
        Check(
            "XWLBM",
            good="doctoral = 'Y'",
            applies="category = 'D3' AND doctoral IS NOT NULL",
            reads=("ZYDM",),
            zh="该专业学位类别目录未列博士层次，请核实",
            en="The catalogue lists this professional degree for masters only, please confirm",
            severity=Severity.WARNING,
        ),
    ),
    source="M",
)


def _application(code: str, label: str, label_en: str) -> tuple[Check, ...]:
    return (
        Check(
            code,
            good=f"NOT {code}_blank",
            filled=False,
            applies=f"{code}_blank IS NOT NULL AND {EQUIVALENT}",
            zh=f"同等学力人员的{label}不得为空",
            en=f"{label_en} is mandatory for equivalent-qualification applicants",
        ),
        Check(
            code,
            good=f"{code} IS NULL",
            applies=f"{code} IS NOT NULL AND NOT {EQUIVALENT}",
            zh=f"{label}只适用于同等学力人员，应为空",
            en=f"{label_en} is for equivalent-qualification applicants only",
        ),
    )


def _enrolment(code: str, label: str, label_en: str, not_for: str) -> tuple[Check, ...]:
    return (
        Check(
            code,
            good=f"NOT {code}_blank",
            filled=False,
            applies=f"{code}_blank IS NOT NULL AND category NOT IN ({not_for}) "
            + ("AND layout = '2018'" if code != "XH" else ""),
            zh=f"{label}为必填项，不得为空",
            en=f"{label_en} is mandatory and must not be empty",
        ),
        Check(
            code,
            good=f"{code} IS NULL",
            applies=f"{code} IS NOT NULL AND {EQUIVALENT}",
            zh=f"同等学力人员的{label}应为空",
            en=f"{label_en} must be empty for equivalent-qualification applicants",
        ),
    )


R29 = Rule(
    "R29",
    Severity.ERROR,
    "同等学力人员与学历教育人员的项目混用",
    "Items of applicants and of enrolled students are mixed",
    "第九条（二）1-3 / Art. 9(2)1-3",
    (
        *_application("SQXWBH", "申请学位编号", "The number of the application"),
        *_application("SQXWNY", "申请学位年月", "The month of the application"),
        *_enrolment("RXNY", "入学年月", "The enrolment month", "'D2', 'M2'"),
        *_enrolment("BYNY", "毕业年月", "The graduation month", "'D2', 'M2', 'M4'"),
        *_enrolment("XH", "学号", "The student number", "'D2', 'M2'"),
    ),
    source="R",
)

R36 = Rule(
    "R36",
    Severity.WARNING,
    "培养单位与学位授予单位不同",
    "The training institution differs from the conferring institution",
    "第九条（二）3 / Art. 9(2)3",
    (
        Check(
            "PYDWM",
            good="PYDWM = XWSYDWM OR training_parent = XWSYDWM",
            applies="category <> 'B2'",
            reads=("XWSYDWM",),
            zh="培养单位与学位授予单位不同，请确认属独立学院、自学考试或联合培养",
            en="Expected only for independent colleges, self-study examination and joint training",
        ),
    ),
    source="M",
)

_PLACEHOLDERS = "'无', '不详', '0000', '19000101', '99999999', '123456'"
_NEVER_PLACEHOLDERS = {
    "XM": "姓名",
    "ZJHM": "身份证件号码",
    "CSRQ": "出生日期",
    "XH": "学号",
    "KSH": "考生号",
    "DSXM": "导师姓名",
    "LWTM": "论文题目",
    "LWGJC": "论文关键词",
    "XZXM": "校长姓名",
    "ZXXM": "主席姓名",
    "ZYMC": "专业名称",
    "SQXWBH": "申请学位编号",
}

R45 = Rule(
    "R45",
    Severity.ERROR,
    "占位值",
    "A placeholder instead of a value",
    "第十二条（五） / Art. 12(5)",
    tuple(
        Check(
            code,
            # the longest placeholder has 8 bytes: most values are never compared
            good=f"CASE WHEN strlen({code}) > 8 THEN true ELSE {code} NOT IN ({_PLACEHOLDERS}) END",
            zh=f"{label}为占位值，应填写真实内容",
            en="A placeholder; the true value is expected",
        )
        for code, label in _NEVER_PLACEHOLDERS.items()
    ),
    source="M",
)

RULES: tuple[Rule, ...] = (R15, R16, R25, R26, R27, R29, R36, R45)
