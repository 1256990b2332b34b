"""Examples of the rules: records that break exactly the rules named, changed from clean ones.

The tests examine each, and the rule book shows them with the clean values beside. What a single
record cannot show (several records, registers, files) is told in words: ``data/rule_examples.csv``.
"""

from dataclasses import dataclass
from functools import cache

from pipelines.standard.data import read_table
from pipelines.standard.rules.example_records import resident_number


@dataclass(frozen=True)
class Example:
    """A clean record of ``category`` with ``changes`` breaks ``rules`` and no other rule."""

    rules: frozenset[str]
    layout: str
    category: str
    zh: str
    en: str
    changes: dict[str, str]


@dataclass(frozen=True)
class ToldExample:
    """What breaks a rule and what does not, in words."""

    bad_zh: str
    bad_en: str
    good_zh: str
    good_en: str


@cache
def told_examples() -> dict[str, ToldExample]:
    """Examples in words by rule code."""
    names = ("bad_zh", "bad_en", "good_zh", "good_en")
    rows = read_table("rule_examples")
    return {row["code"]: ToldExample(*(row[name] for name in names)) for row in rows}


def _bad(rules: str, where: str, zh: str, en: str, **changes: str) -> Example:
    """``where`` is a category, with its layout before it where that is not the one of 2018."""
    layout, _, category = where.rpartition(":")
    return Example(frozenset(rules.split()), layout or "2018", category, zh, en, changes)


def _born(birth: str) -> dict[str, str]:
    return {"CSRQ": birth, "ZJHM": resident_number(birth, 1)}


_FIELD_RULES = (
    _bad("P01", "B1", "校长姓名为空", "president empty", XZXM=""),
    _bad("P01", "2024:B1", "学位授予单位名称为空", "institution name empty", XWSYDW=""),
    _bad("P02", "M3", "专业硕士填了考试方式码", "admission exam of an M1", KSFSM="11"),
    _bad("P03", "B1", "备注81个汉字", "remarks too wide", BZ="备" * 81),
    _bad("P03", "B1", "生僻字按4字节计", "rare character counts four bytes", ZSZYMC="𠮷" * 16),
    _bad("P04", "B1", "2月30日", "birth date that never was", CSRQ="20030230"),
    _bad("P04", "B1", "13月", "graduation month 13", BYNY="202613"),
    _bad("P04", "B1", "日期带横线", "conferral date with dashes", HXWRQ="2026-1-8"),
    _bad(
        *("P05", "B1", "代他校报送", "filed for another institution"),
        XWSYDWM="19002",
        PYDWM="19002",
    ),
)

_PERSON = (
    _bad("R01", "B1", "姓名为空", "name empty", XM=""),
    _bad("R01", "B1", "姓名含数字", "digit in a name", XM="张3"),
    _bad("R01", "B1", "汉字间有全角空格", "space between Han characters", XM="张　三"),
    _bad("R01", "B1", "汉字间有半角空格", "ASCII space between Han characters", XM="张 三"),
    _bad("R01", "B1", "转码丢字成问号", "question mark of a lost character", XM="张?"),
    _bad("R01", "B1", "解码失败的替代符", "replacement character", XM="张\ufffd"),
    _bad("R02", "B1", "出生日期与证件差一天", "birth date of somebody else", CSRQ="20030316"),
    _bad("R03", "B1", "性别与证件不符", "sex against the number", XBM="2", XB="女"),
    _bad(
        "R03", "2024:B1", "性别与证件不符（仅文字）", "sex against the number, text only", XB="女"
    ),
    _bad("R04", "B1", "校验码错误", "check digit", ZJHM="110105200303150011"),
    _bad("R04", "B1", "2026年仍用15位号码", "15 digits in 2026", ZJHM="110105030315001"),
    _bad("R04", "B1", "号码中混入代码", "number with SQL in it", ZJHM="1' OR '1'='1"),
    _bad("R05", "B1", "民族码57", "ethnic code 57", MZM="57", MZ=""),
    _bad("R05", "B1", "专业类不存在", "class that does not exist", ZYDM="089901"),
    _bad("R05", "M1", "一级学科不存在", "discipline that does not exist", ZYDM="089900"),
    _bad("R05", "2024:B1", "民族名称不全", "ethnic group that does not exist", MZ="汉"),
    _bad("R06", "B1", "民族码与民族不一致", "ethnic code and text", MZ="回族"),
    _bad("R06", "B1", "专业代码与名称不一致", "major code and name", ZYMC="软件工程"),
    _bad("R17", "B1", "61岁获学士学位", "bachelor at 61", **_born("19640315")),
    _bad("R17 R18", "B1", "获学位时13岁", "thirteen years old", **_born("20120315")),
    _bad("R17 R18", "B1", "出生晚于入学", "born after enrolment", **_born("20211015")),
    _bad("R33", "B3", "外国留学生填了民族", "foreigner with an ethnic group", MZM="01", MZ="汉族"),
    _bad("R34", "B1", "内地学生未填民族", "mainland person without ethnic group", MZM="", MZ=""),
    _bad(
        *("R35", "B1", "居民身份证而地区为香港", "resident card of a foreign country"),
        **{"GBM": "344", "ZZMMM": "", "ZZMM": ""},
    ),
    _bad("R45", "B1", "学号为占位符", "placeholder", XH="123456"),
    _bad("R45", "M1", "导师姓名为“不详”", "placeholder supervisor", DSXM="不详"),
)

_CONFERRAL = (
    _bad("R07", "B1", "编号成了科学计数法", "scientific notation", XWZSBH="1.90014E+15"),
    _bad("R07", "B1", "2026年仍带字母", "letter of 2010", XWZSBH="C1900142026000001"),
    _bad("R07", "B1", "误填毕业证书编号", "graduation certificate", XWZSBH="190011202605000001"),
    _bad("R08", "B1", "前5位是别的单位", "certificate of another unit", XWZSBH="1900242026900001"),
    _bad("R09", "B1", "层次位是硕士", "level digit of a master", XWZSBH="1900132026900001"),
    _bad("R10", "B1", "编号年份是上一年", "the year before", XWZSBH="1900142025900001"),
    _bad("R15", "B1", "入学晚于毕业", "enrolled after graduation", RXNY="202602"),
    _bad("R15", "B1", "获学位早于毕业", "degree before graduation", BYNY="202602"),
    _bad("R16", "B1", "只学了一年多", "one year of studies", RXNY="202409"),
    _bad("R19", "B1", "获学位日期晚于报送", "conferred after the filing", HXWRQ="20260125"),
    _bad(
        *("R20", "B1", "属上一学期", "conferred in the semester before"),
        HXWRQ="20250620",
        BYNY="202506",
        XWZSBH="1900142025900002",
    ),
    _bad("R23", "B1", "决议未随报送", "resolution that was not filed", JYBH="校学位〔2026〕9号"),
    _bad("R36", "B1", "在别的单位培养", "trained elsewhere", PYDWM="19009"),
)

_STUDY = (
    _bad(
        *("R25", "B1", "计算机专业授法学", "computer science in law"),
        XWLBM="403",
        XWLB="法学学士学位",
    ),
    _bad(
        *("R25", "M1", "计算机学科授农学", "computer science in agriculture"),
        XWLBM="309",
        XWLB="农学硕士学位",
    ),
    _bad("R05 R26", "B1", "交叉学科学位", "interdisciplinary degree", XWLBM="414", XWLB=""),
    _bad(
        *("R26", "D3", "该专业学位无博士层次", "professional doctor of a master-only field"),
        ZYDM="105400",
        ZYMC="护理",
    ),
    _bad("R27", "B1", "学士填了研究生专业代码", "graduate code for a bachelor", ZYDM="0809Z1"),
    _bad("R27", "M1", "硕士填了本科专业代码", "bachelor code for a master", ZYDM="080911TK"),
    _bad(
        *("R27", "M1", "硕士填了学士学位类别", "category of a bachelor"),
        XWLBM="408",
        XWLB="工学学士学位",
    ),
    _bad(
        *("R27", "M3", "专业学位填了学术学位类别", "academic degree among professional ones"),
        XWLBM="312",
        XWLB="管理学硕士学位",
    ),
    _bad("R29", "M2", "同等学力无申请编号", "applicant without application", SQXWBH=""),
    _bad("R29", "M2", "同等学力填了学号", "applicant with a student number", XH="2023000001"),
    _bad("R29", "M1", "学历教育填了申请年月", "student with an application", SQXWNY="202003"),
    _bad("R29", "M1", "学历教育无入学年月", "student without enrolment", RXNY=""),
    _bad("R30", "M1", "论文无题目", "thesis without title", LWTM=""),
    _bad("R30", "D1", "关键词只有两个", "two keywords", LWGJC="数据,质量"),
    _bad("R31", "2024:B1", "涉密论文填了题目", "secret thesis with a title", LWLX="涉密论文"),
    _bad("R32", "2024:B1", "研究方向为空", "no research direction", LWYJFX=""),
    _bad(
        *("R32", "2024:B1", "研究方向即专业名称", "direction is the major"),
        LWYJFX="计算机科学与技术",
    ),
    _bad("R32", "B1", "三个研究方向", "three directions", LWYJFX="甲；乙；丙"),
)

EXAMPLES: tuple[Example, ...] = (*_FIELD_RULES, *_PERSON, *_CONFERRAL, *_STUDY)
