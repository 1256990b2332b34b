"""The parts of an XLSX file, a zip of XML: opened safely, the small ones understood.

Nothing is believed that the zip says of itself: bytes are counted as they are unpacked, over all
parts, and a part with a document type declaration (where XML bombs live) is not parsed.
"""

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import join, normpath
from xml.etree import ElementTree

from pipelines.filing.limits import METHODS
from pipelines.filing.package import DAMAGED
from pipelines.filing.table import LIMITS, UnreadableError, too_large

BLOCK = 1 << 21
SMALL_PART = 8 << 20
MOST_SHEETS = 100
_BROKEN = (*DAMAGED, ValueError, struct.error, LookupError, OverflowError, MemoryError)
_ENTRY = b"PK\x01\x02"
_BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_NO_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DATE_LETTER = re.compile(r"[ymdhs]", re.IGNORECASE)


@dataclass(frozen=True)
class Workbook:
    """``sheets``: part names in the workbook's order. ``date_styles``: numbers of the cell styles
    that show a number as a date. ``strings``: the part with the shared texts."""

    sheets: tuple[str, ...]
    strings: str | None
    date_styles: frozenset[int]
    since_1904: bool


class Parts:
    """The parts of one file. Each method raises UnreadableError for what cannot be read."""

    def __init__(self, raw: bytes, file: str) -> None:
        self.file = file
        self._left = LIMITS.total_bytes
        _refuse_other_formats(raw, file)
        if raw.count(_ENTRY) > LIMITS.entries:
            en = f"more than {LIMITS.entries} entries"
            raise UnreadableError("F21", file, f"条目超过 {LIMITS.entries} 个", en)
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(raw))
        except _BROKEN:
            raise self._damaged() from None
        self._names = {name.lower(): name for name in self._archive.namelist()}

    def has(self, name: str) -> bool:
        """Whether there is such a part; case does not count."""
        return name.lower() in self._names

    def stream(self, name: str) -> Iterator[bytes]:
        """A part's bytes, unpacked block by block."""
        try:
            info = self._archive.getinfo(self._names[name.lower()])
            if info.compress_type not in METHODS or info.flag_bits & 0x1:
                raise self._damaged()
            with self._archive.open(info) as part:
                while block := part.read(BLOCK):
                    self._left -= len(block)
                    if self._left < 0:
                        raise too_large(self.file, LIMITS.total_bytes - self._left)
                    yield block
        except UnreadableError:
            raise
        except _BROKEN:
            raise self._damaged() from None

    def read(self, name: str, limit: int) -> bytes:
        """A whole part of at most ``limit`` bytes."""
        blocks, size = [], 0
        for block in self.stream(name):
            size += len(block)
            if size > limit:
                raise too_large(self.file, size)
            blocks.append(block)
        return b"".join(blocks)

    def workbook(self) -> Workbook:
        """The workbook: which sheets there are and how cells refer to texts and dates."""
        main = self._targets("").get("officeDocument", "xl/workbook.xml")
        if not self.has(main):
            zh, en = "压缩包内没有工作簿", "the zip holds no workbook"
            raise UnreadableError("F19", self.file, zh, en, format="xlsx")
        root = self._parse(main)
        by_id = self._targets(main, by_id=True)
        ids = [_attribute(sheet, "id") for sheet in _find(root, "sheet")][:MOST_SHEETS]
        sheets = [by_id[one] for one in ids if one in by_id and self.has(by_id[one])]
        kinds = self._targets(main)
        strings, styles = kinds.get("sharedStrings"), kinds.get("styles")
        return Workbook(
            tuple(sheets),
            strings if strings and self.has(strings) else None,
            self._date_styles(styles) if styles and self.has(styles) else frozenset(),
            any(_attribute(p, "date1904") in ("1", "true") for p in _find(root, "workbookPr")),
        )

    def _targets(self, part: str, *, by_id: bool = False) -> dict[str, str]:
        """The parts that ``part`` refers to, by the last word of their type or by id."""
        folder, _, name = part.rpartition("/")
        relations = join(folder, "_rels", f"{name}.rels")
        if not self.has(relations):
            return {}
        made: dict[str, str] = {}
        for one in _find(self._parse(relations), "Relationship"):
            target = one.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
            key = one.get("Id", "") if by_id else one.get("Type", "").rpartition("/")[2]
            made.setdefault(key, path)
        return made

    def _date_styles(self, part: str) -> frozenset[int]:
        root = self._parse(part)
        codes = {
            _number(one.get("numFmtId")): one.get("formatCode", "") for one in _find(root, "numFmt")
        }
        dates = _BUILT_IN_DATES | {number for number, code in codes.items() if _shows_date(code)}
        cell_styles = next(iter(_find(root, "cellXfs")), None)
        styles = [] if cell_styles is None else _find(cell_styles, "xf")
        return frozenset(
            place for place, style in enumerate(styles) if _number(style.get("numFmtId")) in dates
        )

    def _parse(self, name: str) -> ElementTree.Element:
        data = self.read(name, SMALL_PART)
        refuse_declarations(data, self.file)
        try:
            return ElementTree.fromstring(data)  # noqa: S314 - no declarations, bounded size
        except (ElementTree.ParseError, ValueError, LookupError):
            raise self._damaged() from None

    def _damaged(self) -> UnreadableError:
        return damaged(self.file)


def refuse_declarations(data: bytes, file: str) -> None:
    """F21 for a document type or entity declaration, F20 for XML that is not ASCII-compatible."""
    head = data[:4]
    if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("F20", file, "XML 不是 UTF-8 编码", "its XML is not in UTF-8")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        zh, en = "XML 含有文档类型声明（疑似 XML 炸弹）", "its XML declares entities (an XML bomb?)"
        raise UnreadableError("F21", file, zh, en)


def damaged(file: str) -> UnreadableError:
    """F20: a part cannot be unpacked or understood."""
    zh, en = "xlsx 内部结构不可读", "the inside of the xlsx cannot be read"
    return UnreadableError("F20", file, zh, en)


def _refuse_other_formats(raw: bytes, file: str) -> None:
    if raw.startswith(b"PK"):
        return
    if not raw.startswith(b"\xd0\xcf\x11\xe0"):
        zh, en = "不是 xlsx（zip）文件", "it is no xlsx, which is a zip"
    elif "EncryptedPackage".encode("utf-16-le") in raw:
        zh, en = "文件有打开密码，请取消密码后重新保存", "it has a password: save it without one"
    else:
        zh, en = "是旧版 xls 文件，请另存为 xlsx", "it is an old xls file: save it as xlsx"
    raise UnreadableError("F19", file, zh, en, format="xlsx")


def _find(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    """Elements by their local name: transitional and strict files differ in the namespace."""
    return [one for one in root.iter() if str(one.tag).rpartition("}")[2] == name]


def _attribute(element: ElementTree.Element, name: str) -> str | None:
    """An attribute by its local name; that of a namespace first (``r:id``)."""
    qualified = [key for key in element.keys() if key.endswith(f"}}{name}")]  # noqa: SIM118
    return element.get(qualified[0] if qualified else name)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1


def _shows_date(code: str) -> bool:
    return bool(_DATE_LETTER.search(_NO_CODE.sub("", code.partition(";")[0])))
