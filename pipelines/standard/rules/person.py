"""Rules about the person: name, sex, birth, identity document, nationality, ethnic group."""

from pipelines.standard.rules.derived import LEGACY, RESIDENT
from pipelines.standard.rules.model import Check, Rule, Severity

HAN = r"\x{3007}\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}\x{20000}-\x{323AF}"
"""Han characters as RE2 ranges: private use and compatibility ideographs are not among them."""

_LETTERS = HAN + r"\x{E000}-\x{F8FF}\x{F0000}-\x{10FFFD}A-Za-z"
"""Private-use characters are not refused here: they may be somebody's name, and T08 holds them."""

_NAME = f"[{_LETTERS}]([{_LETTERS}· .'-]*[{_LETTERS}.])?"

R01 = Rule(
    "R01",
    Severity.ERROR,
    "姓名为空或含不允许的字符",
    "The name is empty or has characters that are not allowed",
    "第九条（一）、第十条 / Art. 9(1), 10",
    (
        Check(
            "XM",
            good="NOT XM_blank",
            filled=False,
            applies="XM_blank IS NOT NULL",
            zh="姓名为必填项，不得为空",
            en="The name is mandatory and must not be empty",
        ),
        Check(
            "XM",
            good=f"regexp_full_match(XM, '{_NAME.replace(chr(39), chr(39) * 2)}') "
            f"AND CASE WHEN contains(XM, ' ') THEN NOT regexp_matches(XM, '[{HAN}] | [{HAN}]') "
            "ELSE true END",
            zh="姓名只能由汉字、间隔号“·”、拉丁字母及外文姓名中的空格、连字符、撇号、句点组成",
            en="A name consists of Han characters, the middle dot, Latin letters and, in foreign "
            "names, spaces, hyphens, apostrophes and periods",
        ),
    ),
    source="M",
)

R02 = Rule(
    "R02",
    Severity.ERROR,
    "出生日期与身份证件号码不一致",
    "The date of birth disagrees with the identity number",
    "第十条 / Art. 10",
    (
        Check(
            "CSRQ",
            good="substr(ZJHM, 7, 8) = CSRQ",
            applies=f"{RESIDENT} AND id_17 IS NOT NULL AND birth_date IS NOT NULL",
            reads=("ZJHM",),
            zh="出生日期应与证件号码第7至14位一致",
            en="The date of birth must equal digits 7 to 14 of the identity number",
        ),
        Check(
            "CSRQ",
            good="'19' || substr(ZJHM, 7, 6) = CSRQ",
            applies=f"{LEGACY} AND birth_date IS NOT NULL",
            reads=("ZJHM",),
            zh="出生日期应与15位证件号码第7至12位一致",
            en="The date of birth must equal digits 7 to 12 of the number of 15 digits",
        ),
    ),
    source="S M",
)

R03 = Rule(
    "R03",
    Severity.ERROR,
    "性别与身份证件号码不一致",
    "The sex disagrees with the identity number",
    "第十条 / Art. 10",
    (
        Check(
            "XBM",
            good="sex = CASE WHEN id_17 % 2 = 1 THEN '1' ELSE '2' END",
            applies=f"{RESIDENT} AND id_17 IS NOT NULL AND sex IN ('1', '2')",
            reads=("ZJHM",),
            zh="性别应与证件号码第17位的奇偶一致（奇数为男，偶数为女）",
            en="The sex must fit the 17th digit of the identity number (odd: male, even: female)",
        ),
        Check(
            "XBM",
            good="sex = CASE WHEN right(ZJHM, 1)::INTEGER % 2 = 1 THEN '1' ELSE '2' END",
            applies=f"{LEGACY} AND sex IN ('1', '2')",
            reads=("ZJHM",),
            zh="性别应与15位证件号码末位的奇偶一致（奇数为男，偶数为女）",
            en="The sex must fit the last of 15 digits (odd: male, even: female)",
        ),
        Check(
            "XB",
            good="sex = CASE WHEN id_17 % 2 = 1 THEN '1' ELSE '2' END",
            applies=f"XBM IS NULL AND {RESIDENT} AND id_17 IS NOT NULL AND sex IN ('1', '2')",
            reads=("ZJHM",),
            zh="性别应与证件号码第17位的奇偶一致（奇数为男，偶数为女）",
            en="The sex must fit the 17th digit of the identity number (odd: male, even: female)",
        ),
    ),
    source="M",
)

_PATTERNS = {
    "03": "[HM][0-9]{8}([0-9]{2})?",
    "04": r"[0-9]{8}|[0-9]{10}(\([A-Z]\)|[A-Z])?",
    "05": "[A-Z0-9]{5,17}",
    "06": r"[A-Z]{1,2}[0-9]{6}\(?[0-9A]\)?|[HK][0-9A-Z]?[0-9]{7,8}",
    "07": r"[157][0-9]{6}\(?[0-9]\)?|M[A-Z]?[0-9]{7,8}",
    "09": "[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X]",
}
"""Usual forms by document type: the codes other than 01 are unsure, so these only warn."""

R04 = Rule(
    "R04",
    Severity.ERROR,
    "身份证件号码不符合该类证件的规则",
    "The identity number does not fit its document type",
    "第八条、第九条（一） / Art. 8, 9(1)",
    (
        Check(
            "ZJHM",
            good="CASE WHEN length(ZJHM) = 15 THEN regexp_full_match(ZJHM, '[0-9]{15}') "
            "AND conferral_date < DATE '2013-01-01' ELSE id_sound END",
            applies="id_type = '01'",
            # the county code is not judged: abolished ones are valid for life
            zh="居民身份证号码应为18位且校验码正确（2013年前授予的学位可为15位）",
            en="A resident identity number has 18 characters and a correct check character "
            "(15 digits only for degrees conferred before 2013)",
        ),
        Check(
            "ZJHM",
            good="id_sound AND left(ZJHM, 2) IN ('81', '82', '83')",
            applies="id_type = '08'",
            zh="港澳台居民居住证号码应以81、82、83开头，共18位且校验码正确",
            en="A residence permit number begins with 81, 82 or 83, has 18 characters and a "
            "correct check character",
        ),
        Check(
            "ZJHM",
            good="id_check = right(ZJHM, 1)",
            applies="id_type = '09' AND id_17 IS NOT NULL AND ZJHM LIKE '9%'",
            zh="外国人永久居留身份证号码（2023年12月1日起）的校验码不正确",
            en="The check character of the permanent residence card (since 2023-12-01) is wrong",
        ),
        *(
            Check(
                "ZJHM",
                good=f"regexp_full_match(ZJHM, '{pattern}')",
                applies=f"id_type = '{code}'",
                zh="证件号码不符合该类证件的常见形式",
                en="The number does not have the usual form of this document",
                severity=Severity.WARNING,
            )
            for code, pattern in _PATTERNS.items()
        ),
    ),
    source="M",
)

_AGES = {"4": (17, 60), "3": (20, 65), "2": (22, 70)}

R17 = Rule(
    "R17",
    Severity.WARNING,
    "获学位时年龄异常",
    "Unusual age at conferral",
    "第十三条（一） / Art. 13(1)",
    (
        Check(
            "CSRQ",
            good="CASE level "
            + " ".join(f"WHEN '{lv}' THEN age BETWEEN {a} AND {b}" for lv, (a, b) in _AGES.items())
            + " END",
            applies="age IS NOT NULL AND NOT (category = 'B2' AND age BETWEEN 61 AND 80)",
            zh="获学位时年龄超出常见范围（学士17-60，硕士20-65，博士22-70）",
            en="Age at conferral outside the usual range (bachelor 17-60, master 20-65, "
            "doctor 22-70)",
        ),
    ),
    source="M",
)

R18 = Rule(
    "R18",
    Severity.ERROR,
    "出生日期与学业时间矛盾",
    "The date of birth contradicts the studies",
    "第十条 / Art. 10",
    (
        Check(
            "CSRQ",
            good="age >= 14",
            applies="age IS NOT NULL",
            zh="获学位时不满14周岁",
            en="Younger than 14 at conferral",
        ),
        Check(
            "CSRQ",
            good="year(birth_date) * 12 + month(birth_date) - 1 < enrolment_m",
            applies="birth_date IS NOT NULL AND enrolment_m IS NOT NULL",
            zh="出生日期应早于入学年月",
            en="The date of birth must be before the enrolment month",
        ),
    ),
    source="M",
)

_FOREIGN = "nationality IS NOT NULL AND is_foreign"

R33 = Rule(
    "R33",
    Severity.ERROR,
    "外国籍人员的民族、政治面貌或证件类型有误",
    "Ethnic group, political status or document of a foreign national",
    "第九条（一） / Art. 9(1)",
    (
        *(
            Check(
                code,
                good=f"{code} IS NULL",
                applies=_FOREIGN,
                zh="外国籍人员此项应为空",
                en="Must be empty for foreign nationals",
            )
            for code in ("MZM", "MZ", "ZZMMM", "ZZMM")
        ),
        Check(
            "ZJLXM",
            good="id_type IN ('05', '09')",
            applies=f"{_FOREIGN} AND id_type IS NOT NULL",
            zh="外国籍人员的证件应为护照或外国人永久居留身份证",
            en="A foreign national's document is a passport or a permanent residence card",
        ),
    ),
    source="R",
)

_MAINLAND = "nationality = '156' AND id_type = '01'"
_REGIONS = "nationality IN ('344', '446', '158')"

R34 = Rule(
    "R34",
    Severity.ERROR,
    "民族、政治面貌与身份不符",
    "Ethnic group or political status does not fit the person",
    "第九条（一） / Art. 9(1)",
    (
        Check(
            "MZM",
            good="NOT MZM_blank",
            filled=False,
            applies=f"MZM_blank IS NOT NULL AND {_MAINLAND}",
            zh="大陆（内地）居民的民族码不得为空",
            en="The ethnic group code of a mainland resident must not be empty",
        ),
        Check(
            "MZ",
            good="NOT MZ_blank",
            filled=False,
            applies=f"layout = '2024' AND MZ_blank IS NOT NULL AND {_MAINLAND}",
            zh="大陆（内地）居民的民族不得为空",
            en="The ethnic group of a mainland resident must not be empty",
        ),
        *(
            Check(
                code,
                good=f"{code} IS NULL",
                applies=_REGIONS,
                zh="港澳台人员的政治面貌应为空",
                en="Political status is for mainland people only",
            )
            for code in ("ZZMMM", "ZZMM")
        ),
    ),
    source="M",
)

R35 = Rule(
    "R35",
    Severity.HOLD,
    "居民身份证持有人的国家或地区不是中国",
    "A resident identity card with another country or region",
    "第十三条（一） / Art. 13(1)",
    (
        Check(
            "GBM",
            good="nationality = '156'",
            applies="id_type = '01' AND nationality IS NOT NULL",
            zh="证件为居民身份证，国家或地区应为中国（156）",
            en="With a resident identity card the country is expected to be China (156)",
        ),
    ),
    source="M",
)

RULES: tuple[Rule, ...] = (R01, R02, R03, R04, R17, R18, R33, R34, R35)
