"""Rules that follow from the field table: presence, absence, width, format, codes, texts."""

from pipelines.standard.categories import CATEGORIES
from pipelines.standard.codes import CodeTable, code_table
from pipelines.standard.fields import FIELDS, Field
from pipelines.standard.layouts import LAYOUTS
from pipelines.standard.rules.derived import day, month
from pipelines.standard.rules.model import Check, Rule, Severity

SPEAKS_INSTEAD = frozenset(
    {"XM", "RXNY", "BYNY", "XH", "SQXWBH", "SQXWNY", "LWTM", "LWGJC", "LWXTLYM", "MZM", "MZ"}
)
"""Fields whose blank is told by a rule of their own (R01, R29, R30, R34) and not by P01."""

FOREIGNERS_LEAVE_EMPTY = frozenset({"MZM", "MZ", "ZZMMM", "ZZMM"})

CODE_SHAPES = {
    "XWSYDWM": "[0-9]{5}",
    "PYDWM": "[0-9]{5}",
    "QZXWSYDWM": "[0-9]{5}",
    "HKSSM": "[0-9]{2}|[0-9]{6}",
    "XZ": r"[0-9](\.[0-9])?",
    "KSFSM": "[0-9A-Z]{1,2}",
    "GDLXM": "[0-9A-Z]{1,2}",
    "QZXLM": "[0-9A-Z]{1,2}",
    "QZXWM": "[0-9]{3}",
    "SQXWBH": "[0-9A-Z]{8,20}",
}
"""Shapes of codes without a table. RE2 syntax, matched against the whole value."""

OWN_TABLE_RULES = frozenset({"ZYDM"})


def sql_list(values: tuple[str, ...] | list[str] | frozenset[str]) -> str:
    """Values as an SQL list of literals, sorted."""
    return ", ".join("'" + value.replace("'", "''") + "'" for value in sorted(values))


def _where(layout: str, categories: frozenset[str]) -> str:
    if categories >= LAYOUTS[layout].categories:
        return f"layout = '{layout}'"
    return f"layout = '{layout}' AND category IN ({sql_list(categories)})"


def _presence() -> Rule:
    checks = []
    for item in FIELDS.values():
        if item.code in SPEAKS_INSTEAD:
            continue
        parts = []
        if item.must:
            parts.append(f"({_where('2018', item.must)})")
        if item.need_2024 == "M":
            parts.append("layout = '2024'")
        if parts:
            checks.append(
                Check(
                    item.code,
                    good=f"NOT {item.code}_blank",
                    filled=False,
                    applies=f"{item.code}_blank IS NOT NULL AND ({' OR '.join(parts)})",
                    zh=f"{item.label_zh}为必填项，不得为空",
                    en=f"{item.label_en} is mandatory and must not be empty",
                )
            )
    return Rule(
        "P01",
        Severity.ERROR,
        "必填项为空",
        "A mandatory field is empty",
        "第九条 / Art. 9",
        tuple(checks),
        source="R",
    )


def _absence() -> Rule:
    told_elsewhere = {"RXNY", "BYNY", "XH", "SQXWBH", "SQXWNY"}
    checks = []
    for item in FIELDS.values():
        forbidden = item.must_not & LAYOUTS["2018"].categories
        if item.pos_2018 is None or not forbidden:
            continue
        if item.code in told_elsewhere:
            forbidden -= _told_by_r29(item)
        if forbidden:
            checks.append(
                Check(
                    item.code,
                    good=f"{item.code} IS NULL",
                    applies=f"{item.code} IS NOT NULL AND {_where('2018', forbidden)}",
                    zh=f"{item.label_zh}不适用于该类别，应为空",
                    en=f"{item.label_en} does not apply to this category and must be empty",
                )
            )
    return Rule(
        "P02",
        Severity.ERROR,
        "该类别不得填写的项目",
        "A field that this category must leave empty",
        "第九条 / Art. 9",
        tuple(checks),
        source="R",
    )


def _told_by_r29(item: Field) -> frozenset[str]:
    if item.code.startswith("SQ"):
        return frozenset(CATEGORIES) - {"D2", "M2"}
    return frozenset({"D2", "M2"})


def width(column: str) -> str:
    """Width of a text in GBK bytes: one for ASCII, two for others, four beyond the BMP."""
    wide = f"regexp_replace({column}, '[\\x00-\\x7F]', '', 'g')"
    beyond = f"regexp_replace({column}, '[\\x{{0}}-\\x{{FFFF}}]', '', 'g')"
    return f"(length({column}) + length({wide}) + 2 * length({beyond}))"


def _width() -> Rule:
    checks = []
    for item in FIELDS.values():
        if item.type != "text":
            continue
        # UTF-8 bytes bound the width from above for ASCII and Han alike (3 bytes against 2), so
        # the exact count is made for the few values near the limit only
        good = (
            f"CASE WHEN strlen({item.code}) <= {item.width} THEN true "
            f"ELSE {width(item.code)} <= {item.width} END"
        )
        checks.append(
            Check(
                item.code,
                good=good,
                zh=f"{item.label_zh}超过{item.width}字节（GBK，一个汉字2字节）",
                en=f"{item.label_en} is wider than {item.width} bytes (GBK, 2 a Han character)",
            )
        )
    return Rule(
        "P03",
        Severity.ERROR,
        "超过规定长度",
        "Wider than the field",
        "第八条 / Art. 8",
        tuple(checks),
        source="S",
    )


def _format() -> Rule:
    checks = []
    for item in FIELDS.values():
        if item.type == "date":
            good, zh, en = (
                f"({day(item.code)}) IS NOT NULL",
                "YYYYMMDD的真实日期",
                "a real date CCYYMMDD",
            )
        elif item.type == "month":
            good, zh, en = f"({month(item.code)}) IS NOT NULL", "YYYYMM的年月", "a month CCYYMM"
        elif item.code in CODE_SHAPES:
            shape = CODE_SHAPES[item.code]
            good = f"regexp_full_match({item.code}, '{shape}')"
            zh, en = "规定格式的代码", "a code of the prescribed form"
        else:
            continue
        unsure = item.certainty == "unsure"
        checks.append(
            Check(
                item.code,
                good=good,
                zh=f"{item.label_zh}格式不正确，应为{zh}",
                en=f"{item.label_en} has the wrong format, expected {en}",
                severity=Severity.WARNING if unsure else None,
                by_value=True,
            )
        )
    return Rule(
        "P04",
        Severity.ERROR,
        "格式不正确",
        "Wrong format",
        "第八条 / Art. 8",
        tuple(checks),
        source="S",
    )


def _names(table: CodeTable) -> frozenset[str]:
    return frozenset(row["name_zh"] for row in table.rows if row.get("name_zh"))


def _codes() -> Rule:
    checks = []
    for item in FIELDS.values():
        if item.code_table is None or item.code in OWN_TABLE_RULES:
            continue
        table = code_table(item.code_table)
        severity = Severity.WARNING if table.certainty == "unsure" else None
        if item.text_of is None:
            allowed = frozenset(table.codes())
            applies = "true"
        else:
            # a text beside its code is judged by R06; alone (2024 layout) by the table's names
            allowed = _names(table)
            applies = f"{item.text_of} IS NULL AND layout = '2024'"
        checks.append(
            Check(
                item.code,
                good=f"{item.code} IN ({sql_list(allowed)})",
                applies=applies,
                zh=f"{item.label_zh}不在代码表“{table.title_zh}”中",
                en=f"{item.label_en} is not in the code table '{table.title_en}'",
                severity=severity,
                by_value=True,
            )
        )
    return Rule(
        "R05",
        Severity.ERROR,
        "代码不在有效的代码表中",
        "A code is not in its table",
        "第十二条（五） / Art. 12(5)",
        tuple(checks),
        source="R",
    )


def _pairs(table: CodeTable) -> frozenset[str]:
    texts = ("name_zh", "short_zh") if table.name == "political" else ("name_zh",)
    return frozenset(
        f"{row['code']}|{row[text]}" for row in table.rows for text in texts if row.get("code")
    )


def _texts() -> Rule:
    checks = []
    for item in FIELDS.values():
        if item.text_of is None or item.code_table is None:
            continue
        table = code_table(item.code_table)
        code = FIELDS[item.text_of]
        checks.append(
            Check(
                item.code,
                # a code outside its table is told once, by R05; said here and not in ``applies``,
                # since this is judged once a value and that once a record
                good=f"{code.code} NOT IN ({sql_list(table.codes())}) "
                f"OR {code.code} || '|' || {item.code} IN ({sql_list(_pairs(table))})",
                reads=(code.code,),
                zh=f"{item.label_zh}与{code.label_zh}不一致",
                en=f"{item.label_en} disagrees with {code.label_en}",
                severity=Severity.WARNING if table.certainty == "unsure" else None,
                by_value=True,
            )
        )
    return Rule(
        "R06",
        Severity.ERROR,
        "代码与文字不一致",
        "Code and text disagree",
        "第八条 / Art. 8",
        tuple(checks),
        source="M",
    )


RULES: tuple[Rule, ...] = (_presence(), _absence(), _width(), _format(), _codes(), _texts())
