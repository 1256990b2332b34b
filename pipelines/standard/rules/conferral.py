"""Rules about the conferral: certificate number, conferral date, resolution, filing."""

from pipelines.standard.rules.model import Check, Rule, Severity

P05 = Rule(
    "P05",
    Severity.ERROR,
    "学位授予单位不是报送单位",
    "The conferring institution is not the institution that files",
    "第七条、第十二条 / Art. 7, 12",
    (
        Check(
            "XWSYDWM",
            good="XWSYDWM = institution",
            applies="length(XWSYDWM) = 5",
            zh="学位授予单位码应与报送单位一致",
            en="The institution code must be that of the filing institution",
        ),
    ),
    source="R",
)

R07 = Rule(
    "R07",
    Severity.ERROR,
    "学位证书编号不符合所属年代的规则",
    "The certificate number does not fit its era",
    "学位〔2015〕18号 / notice of 2005-08-25",
    (
        Check(
            "XWZSBH",
            good="certificate_plain OR certificate_letters",
            applies="conferral_date >= DATE '2006-01-01'",
            zh="学位证书编号应为16位数字：单位代码5位、层次1位、年份4位、顺序号6位"
            "（2006至2015年可含规定字母）",
            en="A certificate number has 16 digits: institution 5, level 1, year 4, number 6 "
            "(letters as prescribed from 2006 to 2015)",
        ),
    ),
    source="S",
)

R08 = Rule(
    "R08",
    Severity.ERROR,
    "学位证书编号与学位授予单位码不一致",
    "The certificate number disagrees with the institution",
    "学位〔2015〕18号",
    (
        Check(
            "XWZSBH",
            good="left(certificate_body, 5) = XWSYDWM",
            applies="certificate_body IS NOT NULL AND XWSYDWM = institution",
            reads=("XWSYDWM",),
            zh="学位证书编号前5位应为学位授予单位码",
            en="The first five digits must be the institution code",
        ),
    ),
    source="S",
)

R09 = Rule(
    "R09",
    Severity.ERROR,
    "学位证书编号的层次位有误",
    "The level digit of the certificate number is wrong",
    "学位〔2015〕18号",
    (
        Check(
            "XWZSBH",
            good="substr(certificate_body, 6, 1) = topic_level",
            applies="certificate_body IS NOT NULL AND topic_level = level",
            reads=("XWLBM",),
            zh="学位证书编号第6位应与学位层次一致（2博士、3硕士、4学士）",
            en="The sixth digit must be the level (2 doctor, 3 master, 4 bachelor)",
        ),
    ),
    source="S",
)

R10 = Rule(
    "R10",
    Severity.HOLD,
    "学位证书编号的年份与获学位日期不一致",
    "The year in the certificate number differs from the conferral date",
    "学位〔2015〕18号",
    (
        Check(
            "XWZSBH",
            good="substr(certificate_body, 7, 4) = year(conferral_date)::VARCHAR",
            applies="certificate_body IS NOT NULL AND conferral_date IS NOT NULL",
            zh="学位证书编号第7至10位应为获学位年份",
            en="Digits 7 to 10 should be the year of the conferral date",
        ),
        Check(
            "XWZSBH",
            good="abs(substr(certificate_body, 7, 4)::INTEGER - year(conferral_date)) <= 1",
            applies="certificate_body IS NOT NULL AND conferral_date IS NOT NULL",
            zh="学位证书编号第7至10位与获学位年份相差超过一年",
            en="Digits 7 to 10 differ from the year of the conferral date by more than a year",
            severity=Severity.ERROR,
        ),
    ),
    source="S",
)

R19 = Rule(
    "R19",
    Severity.ERROR,
    "获学位日期不可能",
    "An impossible conferral date",
    "第九条（二）、第十二条（五） / Art. 9(2), 12(5)",
    (
        Check(
            "HXWRQ",
            good="conferral_date BETWEEN DATE '1981-01-01' AND submitted_on",
            applies="conferral_date IS NOT NULL",
            zh="获学位日期不得晚于报送日期，也不得早于1981年1月1日",
            en="The conferral date must not be after the filing, nor before 1981-01-01",
        ),
    ),
    source="M",
)

R20 = Rule(
    "R20",
    Severity.HOLD,
    "获学位日期不在本学期报送范围",
    "The conferral date lies outside the semester",
    "第十二条（四） / Art. 12(4)",
    (
        Check(
            "HXWRQ",
            good="conferral_date BETWEEN semester_first AND semester_last",
            applies="conferral_date IS NOT NULL",
            zh="获学位日期不在所报学期的范围内",
            en="The conferral date is not within the semester of the filing",
        ),
    ),
    source="S",
)

R21 = Rule(
    "R21",
    Severity.HOLD,
    "超过30日报送期限",
    "Filed later than 30 days after the resolution took effect",
    "第十二条（四）（六） / Art. 12(4), (6)",
    (
        Check(
            "JYBH",
            good="submitted_on - effective_on <= 30",
            filled=False,
            applies="effective_on IS NOT NULL",
            zh="报送日期距学位授予决议生效超过30日，须有省级学位办同意的书面补报申请",
            en="More than 30 days after the resolution: needs an approved late-filing application",
        ),
    ),
    source="R",
)

R23 = Rule(
    "R23",
    Severity.ERROR,
    "学位授予决议编号不在本次报送的决议中",
    "The resolution number is none of the filing's resolutions",
    "第十二条（四） / Art. 12(4)",
    (
        Check(
            "JYBH",
            good="resolution_known",
            zh="学位授予决议编号应为本次报送所附决议之一",
            en="The resolution number must be one of the resolutions that come with the filing",
        ),
    ),
    source="R",
)

RULES: tuple[Rule, ...] = (P05, R07, R08, R09, R10, R19, R20, R21, R23)
