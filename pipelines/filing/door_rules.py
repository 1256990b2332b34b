"""What the door looks at (Articles 11-12): codes, severities, texts and bases, as data.

``F``/``R`` rules speak about a filing or a file, ``L`` rules about one line that cannot be read as
a record, ``K`` rules about one cell, ``T`` rules about the text in one. Texts carry ``{places}``
that a finding fills in; never a value of a record.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.filing.reading_rules import READING_RULES
from pipelines.filing.text_rules import TEXT_RULES

ERROR, HOLD, WARNING, REPAIRED = "error", "hold", "warning", "repaired"


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
        "文件格式“{format}”不能受理，可受理 {handled}",
        "files in format {format} are not handled; {handled} are",
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
        "R37",
        ERROR,
        "照片压缩包中没有ZP所写的照片，或该文件不是JPEG",
        "the photo that ZP names is not in the photo zip, or is no JPEG",
        "Art. 9(4)",
    ),
    DoorRule(
        "R40",
        WARNING,
        "姓名不在学位授予决议的名单中（或名单中该姓名的人数少于记录数）",
        "the name is not on the resolution's list, or stands there less often than on file",
        "Art. 10; Art. 12(4)",
    ),
    DoorRule(
        "C03",
        ERROR,
        "单位内部公开不符合要求：{reason_zh}",
        "the internal disclosure is not as it must be: {reason_en}",
        "Art. 12(3)",
    ),
    DoorRule(
        "R41",
        ERROR,
        "更改或删除未经批准：{reason_zh}",
        "the amendment or deletion lacks an approval: {reason_en}",
        "Art. 18",
    ),
    DoorRule(
        "R42",
        ERROR,
        "撤销学位信息的报送不符合要求：{reason_zh}",
        "the report of a revocation is not as it must be: {reason_en}",
        "Art. 19",
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

DOOR_RULES: dict[str, DoorRule] = {rule.code: rule for rule in _RULES} | {
    row[0]: DoorRule(*row) for row in (*READING_RULES, *TEXT_RULES)
}

ASPECTS: dict[tuple[str, str], tuple[str, str]] = {
    ("F09", "photos"): (
        "报送包内有 {count} 个清单未列出的图片（仅存档，未处理）；照片应放入清单列出的 zip",
        "the package holds {count} images that the manifest does not name (archived, not read): "
        "photos belong in a zip that it names",
    ),
    ("R37", "required"): (
        "本次报送应附照片压缩包，清单未列出",
        "photos are required, and the manifest names no photo zip",
    ),
    ("R37", "left_over"): (
        "照片压缩包中有 {count} 张照片没有对应的记录",
        "the photo zip holds {count} photos that no record names",
    ),
    ("R40", "photos"): (
        "照片 {photos} 张，记录 {records} 条，二者不等",
        "there are {photos} photos and {records} records",
    ),
    ("R40", "no_record"): (
        "决议名单中有 {count} 人没有对应的记录",
        "{count} people on the resolutions' lists have no record",
    ),
    ("R40", "resolution"): (
        "第 {place} 份决议的人数为 {headcount}，填写该决议编号的记录为 {found} 条",
        "resolution {place} names {headcount} people, {found} records bear its number",
    ),
    ("R40", "list_unusable"): (
        "决议名单不能用于比对：{reason_zh}",
        "the list of names cannot be compared: {reason_en}",
    ),
}
"""Texts of a rule's findings about a filing where its own text speaks about one record or file."""


def find(
    code: str, *, file: str | None = None, field: str | None = None, **places: object
) -> Finding:
    """The finding of rule ``code`` with its texts filled in; KeyError when a place is missing."""
    rule = DOOR_RULES[code]
    return Finding(
        code, rule.severity, rule.zh.format(**places), rule.en.format(**places), file, field
    )


def find_about(code: str, aspect: str, *, file: str | None = None, **places: object) -> Finding:
    """The finding of rule ``code`` about a filing, with the text of its ``aspect``."""
    zh, en = ASPECTS[code, aspect]
    severity = DOOR_RULES[code].severity
    return Finding(code, severity, zh.format(**places), en.format(**places), file)
