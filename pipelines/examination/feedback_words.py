"""The words of the feedback, Chinese first: severities, outcomes, headings, what to do by when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from pipelines.clock import OFFICE_OFFSET
from pipelines.filing.door_rules import DOOR_RULES
from pipelines.standard.deadlines import FILING_DAYS, REVIEW_DAYS
from pipelines.standard.rulebook import title_of
from pipelines.standard.rules import FILING_RULES, RULES, SET_RULES, FilingRule, Rule, SetRule

SEVERITIES = ("error", "hold", "warning", "repaired")
"""Worst first: a finding's rank is its place here."""

SEVERITY_ZH = {
    "error": "错误（退回）",
    "hold": "存疑（待核）",
    "warning": "提示",
    "repaired": "已修复",
}
SEVERITY_EN = {"error": "error", "hold": "hold", "warning": "warning", "repaired": "repaired"}
OUTCOME_ZH = {"approve": "通过（部分或全部）", "return": "整体退回"}

SHEETS = ("汇总 Summary", "按规则 By rule", "按行 By line", "已修复 Repaired")

RULE_HEADINGS = (
    "规则\nRule",
    "级别\nSeverity",
    "内容",
    "What it is about",
    "行数\nLines",
    "问题与要求",
    "What is wrong and what is expected",
    "依据\nBasis",
    "最先的行\nFirst lines",
)
LINE_HEADINGS = (
    "文件\nFile",
    "行号\nLine",
    "级别\nSeverity",
    "问题与要求",
    "What is wrong and what is expected",
)
REPAIR_HEADINGS = (
    "文件\nFile",
    "行号\nLine",
    "项目\nField",
    "修复前（原文）\nBefore (as filed)",
    "修复后\nAfter",
    "规则\nRule",
    "说明",
    "Explanation",
)

FROZEN_LINE_COLUMNS = 4
"""The English text scrolls away, so that file, line, severity and problem leave room for values."""


@dataclass(frozen=True)
class RuleText:
    """What a rule is called and rests on."""

    zh: str
    en: str
    basis: str


@cache
def rule_texts() -> dict[str, RuleText]:
    """The titles of all rules; of the door's rules the message without its particulars."""
    texts = {
        code: RuleText(title_of(door.zh), title_of(door.en), door.basis)
        for code, door in DOOR_RULES.items()
    }
    judged: tuple[Rule | SetRule | FilingRule, ...] = (*RULES, *SET_RULES, *FILING_RULES)
    for rule in judged:
        texts[rule.code] = RuleText(rule.title_zh, rule.title_en, rule.basis)
    return texts


@dataclass(frozen=True)
class Step:
    """What becomes of some lines, and what the institution does about it by when."""

    kind: str
    name: str
    count: int
    zh: str
    en: str
    always: bool = False
    """Whether it is told of no line too: a filing returned whole may have none."""

    @property
    def told(self) -> bool:
        return bool(self.count) or self.always


def verdict(row: dict[str, Any]) -> tuple[str, str, str]:
    """A filing's outcome in a sentence: its colour (a severity or ``good``), Chinese, English."""
    held, returned = row["held"], row["returned"]
    if row["outcome"] == "return":
        return "error", "整体退回：请改正后重新报送", "Returned whole: correct it and file it again"
    if not held and not returned:
        return "good", "全部通过", "All lines are approved"
    zh = [f"通过 {row['accepted']:,} 条"]
    en = [f"{row['accepted']:,} approved"]
    if returned:
        zh.append(f"退回 {returned:,} 条")
        en.append(f"{returned:,} returned")
    if held:
        zh.append(f"待核 {held:,} 条")
        en.append(f"{held:,} held")
    return ("error" if returned else "hold"), "，".join(zh), ", ".join(en)


def steps(row: dict[str, Any]) -> list[Step]:
    """What to do by when. ``row`` is a decided filing with ``effective_on`` and ``submitted_at``.

    Deadlines are Articles 12(4) and 13(3); where a date is unknown, the number of days is told.
    """
    file_zh, file_en = _filing_deadline(row.get("effective_on"), row["decided_at"])
    review_zh, review_en = _review_deadline(row.get("submitted_at"))
    whole = row["outcome"] == "return"
    what_zh = "改正整个报送包的问题和下列各行" if whole else "在原始系统中改正“按行”表所列各行"
    what_en = "Correct the package and its lines" if whole else "Correct the lines of 'By line'"
    return [
        Step(
            "good",
            "通过 Accepted",
            row["accepted"],
            "已进入省级登记，无需处理。",
            "Entered in the province's register; nothing to do.",
        ),
        Step(
            "hold",
            "待核 Held",
            row["held"],
            f"请逐条书面说明情况并附证明材料，确有错误的改正后重新报送。{review_zh}",
            "Explain each line in writing with evidence; correct and file again what is wrong. "
            + review_en,
        ),
        Step(
            "error",
            "退回 Returned",
            row["returned"],
            f"{what_zh}，用新的报送编号重新报送。{file_zh}",
            f"{what_en} and file again with another filing id. {file_en}",
            always=whole,
        ),
        Step(
            "warning",
            "提示 Warnings",
            row["warnings"],
            "不影响通过，请核对；有误的按更改程序办理（第十八条）。",
            "Do not block; check them, and apply for an amendment where wrong (Art. 18).",
        ),
        Step(
            "repaired",
            "已修复 Repaired",
            row["repaired"],
            "系统已按标准改正书写形式（见“已修复”表），请在本单位系统中同样改正。",
            "Their writing was put right (see 'Repaired'); do the same in your own system.",
        ),
    ]


def _filing_deadline(effective_on: date | None, decided_at: datetime) -> tuple[str, str]:
    if effective_on is None:
        return (
            f"期限：学位授予决议生效起{FILING_DAYS}日内（第十二条（四））。",
            f"Within {FILING_DAYS} days of the resolution (Art. 12(4)).",
        )
    last = effective_on + timedelta(days=FILING_DAYS)
    if last < (decided_at + OFFICE_OFFSET).date():
        return (
            f"{FILING_DAYS}日报送期限已于 {last} 届满：须先向省级学位委员会办公室提出书面补报申请"
            "（第十二条（六））。",
            f"The {FILING_DAYS} days ended on {last}: apply for a late filing first (Art. 12(6)).",
        )
    return (
        f"期限：{last}（决议生效起{FILING_DAYS}日内，第十二条（四））；逾期须先申请补报。",
        f"By {last} ({FILING_DAYS} days from the resolution, Art. 12(4)); later only on "
        "application.",
    )


def _review_deadline(submitted_at: datetime | None) -> tuple[str, str]:
    if submitted_at is None:
        return (
            f"省级审核期限：收到报送起{REVIEW_DAYS}日（第十三条（三））。",
            f"The review ends {REVIEW_DAYS} days after the filing (Art. 13(3)).",
        )
    last = (submitted_at + OFFICE_OFFSET).date() + timedelta(days=REVIEW_DAYS)
    return (
        f"期限：{last}（省级审核期限，第十三条（三））。",
        f"By {last}, when the province's review ends (Art. 13(3)).",
    )
