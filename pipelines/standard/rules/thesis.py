"""Rules about the thesis: items of doctors and masters, of bachelors since 2024, secrecy."""

from datetime import date

from pipelines.standard.rules.model import Check, Rule, Severity
from pipelines.standard.rules.person import HAN

_GRADUATE = "left(category, 1) <> 'B'"
"""The thesis rules speak of the category, not the level: they need no typed record, and so the
long texts are read once."""

_THESIS = {
    "LWTM": ("论文题目", "The thesis title"),
    "LWGJC": ("论文关键词", "The thesis keywords"),
    "LWXTLYM": ("论文选题来源码", "The thesis topic source"),
}

R30 = Rule(
    "R30",
    Severity.ERROR,
    "研究生学位论文信息不完整",
    "The thesis of a doctor or master is incomplete",
    "第九条（三） / Art. 9(3)",
    (
        *(
            Check(
                code,
                good=f"NOT {code}_blank",
                filled=False,
                applies=f"{code}_blank IS NOT NULL AND {_GRADUATE}",
                zh=f"{label}为必填项，不得为空",
                en=f"{label_en} is mandatory for doctors and masters",
            )
            for code, (label, label_en) in _THESIS.items()
        ),
        Check(
            "LWGJC",
            good="len(list_filter(regexp_split_to_array(LWGJC, '[,，;；、]'), "
            "lambda k: trim(k) <> '')) >= 3",
            applies=_GRADUATE,
            zh="论文关键词至少3个，以逗号分隔",
            en="At least three keywords, separated by commas",
        ),
    ),
    source="R S",
)

_NO_CONTENT = "LWLX IN ('涉密论文', '无')"
_THESIS_ITEMS = {
    "DSXM": ("导师姓名", "The supervisor"),
    "LWTM": ("论文题目", "The thesis title"),
    "LWGJC": ("论文关键词", "The thesis keywords"),
    "LWYJFX": ("论文研究方向", "The research direction"),
    "LWZXYZ": ("论文撰写语种", "The language of the thesis"),
}

R31 = Rule(
    "R31",
    Severity.ERROR,
    "涉密或无论文的记录不得填写论文内容",
    "Thesis items of a secret thesis or without a thesis must be empty",
    "第二十五条 / Art. 25",
    tuple(
        Check(
            code,
            good=f"{code} IS NULL",
            applies=_NO_CONTENT,
            zh=f"论文类型为涉密论文或无时，{label}应为空",
            en=f"{label_en} must be empty for a secret thesis or no thesis",
        )
        for code, (label, label_en) in _THESIS_ITEMS.items()
    ),
    source="S R",
)

_BACHELOR_THESIS = f"left(category, 1) = 'B' AND ({_NO_CONTENT}) IS NOT TRUE"

R32 = Rule(
    "R32",
    Severity.HOLD,
    "学士学位论文信息不完整或不规范",
    "The thesis of a bachelor is incomplete or not as prescribed",
    "2024年6月1日起的学士学位论文抽检要求 / bachelor thesis items since 2024-06-01",
    (
        *(
            Check(
                code,
                good=f"{code} IS NOT NULL",
                filled=False,
                applies=_BACHELOR_THESIS,
                zh=f"2024年6月1日起授予的学士学位应填写{label}",
                en=f"{label_en} is expected for bachelor degrees since 2024-06-01",
            )
            for code, (label, label_en) in _THESIS_ITEMS.items()
        ),
        Check(
            "LWYJFX",
            good=f"regexp_full_match(LWYJFX, '[{HAN}]{{1,15}}([;；][{HAN}]{{1,15}})?')",
            applies=_BACHELOR_THESIS,
            zh="论文研究方向应为中文，至多两个，每个不超过15个汉字",
            en="The research direction is Chinese, at most two of at most 15 Han characters each",
            by_value=True,
        ),
        Check(
            "LWYJFX",
            good="LWYJFX IS DISTINCT FROM ZYMC",
            applies=_BACHELOR_THESIS,
            zh="论文研究方向不应等于专业名称",
            en="The research direction must not be the name of the major",
        ),
        Check(
            "LWGJC",
            good="CASE WHEN strlen(LWGJC) <= 100 THEN true ELSE length(LWGJC) <= 100 END",
            applies=_BACHELOR_THESIS,
            zh="论文关键词不超过100个汉字",
            en="Keywords have at most 100 characters",
        ),
    ),
    source="S",
    since=date(2024, 6, 1),
)

RULES: tuple[Rule, ...] = (R30, R31, R32)
