"""What the door looks at (Articles 11-12): codes, severities, texts and bases, as data.

``F``/``R`` rules speak about a filing or a file, ``L`` rules about one line that cannot be read as
a record. Texts carry ``{places}`` that a finding fills in; never a value of a record.
"""

from collections.abc import Iterable
from dataclasses import dataclass

ERROR, HOLD, WARNING = "error", "hold", "warning"


@dataclass(frozen=True)
class DoorRule:
    """One rule of the door. ``zh`` and ``en`` are message templates."""

    code: str
    severity: str
    zh: str
    en: str
    basis: str


@dataclass(frozen=True)
class Finding:
    """A finding about a filing (``file`` is None) or about one of its files.

    ``field`` is a standard field code, ``message`` the Chinese text.
    """

    rule_code: str
    severity: str
    message: str
    message_en: str
    file: str | None = None
    field: str | None = None


_RULES: Iterable[DoorRule] = (
    DoorRule(
        "F01",
        ERROR,
        "清单 manifest.json 不可用：{reason_zh}",
        "manifest.json cannot be used: {reason_en}",
        "Art. 12(4)",
    ),
    DoorRule(
        "F02",
        ERROR,
        "清单 manifest.json 的“{place}”不符合 xuewei-filing/1：{reason_zh}",
        "manifest.json, {place}: not as xuewei-filing/1 asks: {reason_en}",
        "Art. 12(1)(4)",
    ),
    DoorRule(
        "F03",
        ERROR,
        "清单列出的文件不在报送包内",
        "a file that the manifest names is not in the package",
        "Art. 12(4)",
    ),
    DoorRule(
        "F04",
        ERROR,
        "文件的 SHA-256 与清单不一致，文件在打包后有改动",
        "the file's SHA-256 differs from the manifest: it was changed after packing",
        "Art. 12(4)",
    ),
    DoorRule(
        "F05",
        ERROR,
        "学位授予单位代码不在单位登记表内，或在报送时已失效",
        "the institution is not in the register of institutions, or was not valid at submission",
        "Art. 4; Art. 12(4)",
    ),
    DoorRule(
        "F06",
        ERROR,
        "省份、单位、学期与报送编号之间不一致：{reason_zh}",
        "province, institution, semester and filing id disagree: {reason_en}",
        "Art. 6; Art. 12(4)",
    ),
    DoorRule(
        "F07",
        ERROR,
        "电子签名不能确认：{reason_zh}",
        "the signature cannot be confirmed: {reason_en}",
        "Art. 15",
    ),
    DoorRule(
        "F08",
        ERROR,
        "文件实有记录 {found} 行，清单写 {declared} 行",
        "the file holds {found} records, the manifest says {declared}",
        "Art. 12(4)",
    ),
    DoorRule(
        "F09",
        WARNING,
        "报送包内有清单未列出的文件（仅存档，未处理）",
        "the package holds a file that the manifest does not name (archived, not read)",
        "Art. 12(4)",
    ),
    DoorRule(
        "F10",
        ERROR,
        "文件编码与清单不符：清单写 {declared}，实为 {found}",
        "the file's encoding differs from the manifest: declared {declared}, found {found}",
        "Art. 12(1)",
    ),
    DoorRule(
        "F11",
        ERROR,
        "表头有误：{reason_zh}",
        "the header is wrong: {reason_en}",
        "Art. 8; Art. 12(1)",
    ),
    DoorRule("F12", ERROR, "文件内没有记录", "the file holds no records", "Art. 12(4)"),
    DoorRule(
        "F13",
        ERROR,
        "报送包不安全或不可读：{reason_zh}",
        "the package is unsafe or cannot be read: {reason_en}",
        "Art. 26",
    ),
    DoorRule(
        "F14",
        ERROR,
        "报送编号已用于另一份内容不同的报送包，请改用新的报送编号",
        "the filing id was used before with other content: use another filing id",
        "Art. 12(4); Art. 17",
    ),
    DoorRule(
        "F15",
        ERROR,
        "报送类型“{kind}”尚不能受理，目前受理 regular、late",
        "filings of kind {kind} are not handled yet; regular and late are",
        "Art. 12(6); Art. 16-19",
    ),
    DoorRule(
        "F16",
        ERROR,
        "文件有 {found} 列，最多 {limit} 列",
        "the file has {found} columns, at most {limit} are read",
        "Art. 12(1)",
    ),
    DoorRule(
        "F17",
        WARNING,
        "第 {column} 列（{letter}）不是数据标准的字段，未读取（原件已存档）",
        "column {column} ({letter}) is no field of the standard: not read, kept in the archive",
        "Art. 8",
    ),
    DoorRule(
        "F18",
        ERROR,
        "文件格式“{format}”尚不能受理，目前受理 csv",
        "files in format {format} are not handled yet; csv is",
        "Art. 8",
    ),
    DoorRule(
        "R23",
        ERROR,
        "决议人数合计 {headcount}，记录共 {found} 条，二者应当相等",
        "the resolutions name {headcount} people, the files hold {found} records: must be equal",
        "Art. 12(4)",
    ),
    DoorRule(
        "R24",
        ERROR,
        "采集与校核为同一人，应由不同工作人员负责",
        "collector and verifier are the same person: they must be different people",
        "Art. 12(2)",
    ),
    DoorRule(
        "L00",
        ERROR,
        "文件的表头不可用，本行未能拆分为字段",
        "the file's header cannot be used: the line was not split into fields",
        "Art. 12(1)",
    ),
    DoorRule(
        "L01",
        ERROR,
        "本行有 {found} 列，表头有 {expected} 列",
        "the line has {found} columns, the header has {expected}",
        "Art. 12(1)",
    ),
    DoorRule(
        "L02",
        ERROR,
        "本行含有不能按文件编码解码的字节（例如半个汉字）",
        "the line holds bytes that the file's encoding lacks (such as half a Han character)",
        "Art. 12(1)",
    ),
    DoorRule(
        "L03",
        ERROR,
        "本行含有空字符或控制字符",
        "the line holds NUL or control characters",
        "Art. 12(1)",
    ),
    DoorRule(
        "L04",
        ERROR,
        "本行的引号不配对或位置有误",
        "the line's quotation marks do not pair or stand in the wrong place",
        "Art. 12(1)",
    ),
    DoorRule(
        "L05",
        ERROR,
        "本行超过 64 KiB",
        "the line is longer than 64 KiB",
        "Art. 12(1)",
    ),
)

DOOR_RULES: dict[str, DoorRule] = {rule.code: rule for rule in _RULES}


def find(
    code: str, *, file: str | None = None, field: str | None = None, **places: object
) -> Finding:
    """The finding of rule ``code`` with its texts filled in; KeyError when a place is missing."""
    rule = DOOR_RULES[code]
    return Finding(
        code, rule.severity, rule.zh.format(**places), rule.en.format(**places), file, field
    )
