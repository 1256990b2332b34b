"""Which standard field each column of a header means: ``XM``, ``姓名(XM)``, ``姓名``, any case."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pipelines.filing.door_rules import Finding, find
from pipelines.standard import FIELDS, layout

MOST_COLUMNS = 400
DELIMITERS = ",;\t|"
_NEED = re.compile(r"[(\[【]?(必填|选填|必填项|选填项)[)\]】]?$")
_LABELLED = re.compile(r"(.*)\(([A-Za-z]{2,10})\)")


@dataclass(frozen=True)
class Header:
    """A header understood. ``delimiter`` is '' where columns do not stand in a text. ``fields``
    has the standard code of each column, None for a column that is not read (unknown, or a
    repetition). ``usable`` is false when no line can be split."""

    delimiter: str
    fields: tuple[str | None, ...]
    findings: tuple[Finding, ...]
    usable: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The standard codes present, in the file's order."""
        return tuple(code for code in self.fields if code)


def find_delimiter(line: str) -> str:
    """The delimiter that stands most often in the header line; a comma when none does."""
    return max(DELIMITERS, key=line.count)


def read_header(
    line: str, edition: str, category: str, file: str, delimiter: str | None = None
) -> Header:
    """Understands the header line of a delimited text; ``delimiter`` None: find it."""
    delimiter = delimiter or find_delimiter(line)
    if (wide := line.count(delimiter) + 1) > MOST_COLUMNS:
        return _too_wide(delimiter, wide, file)
    return make_header(_split(line, delimiter), edition, category, file, delimiter)


def make_header(
    names: Sequence[str], edition: str, category: str, file: str, delimiter: str = ""
) -> Header:
    """Understands the names of columns; what is wrong with them becomes findings (F11, F16, F17).

    A finding names a column by its place only: where the header is missing, the first line is a
    person's record.
    """
    if len(names) > MOST_COLUMNS:
        return _too_wide(delimiter, len(names), file)
    codes = [field_of(name) for name in names]
    if not any(codes):
        finding = _wrong(file, "没有一列是数据标准的字段", "no column is a field of the standard")
        return Header(delimiter, (), (finding,), usable=False)
    fields, findings = understand(codes, edition, category, file)
    return Header(delimiter, fields, findings, usable=True)


def _too_wide(delimiter: str, wide: int, file: str) -> Header:
    finding = find("F16", file=file, found=wide, limit=MOST_COLUMNS)
    return Header(delimiter, (), (finding,), usable=False)


def understand(
    codes: Sequence[str | None], edition: str, category: str, file: str
) -> tuple[tuple[str | None, ...], tuple[Finding, ...]]:
    """Columns as fields, each field once, and what is wrong with them; for any file format."""
    seen: set[str] = set()
    fields: list[str | None] = []
    findings: list[Finding] = []
    for number, code in enumerate(codes, start=1):
        if code is None:
            letter = column_letter(number)
            findings.append(find("F17", file=file, column=number, letter=letter))
        elif code in seen:
            zh, en = f"{code} 出现多次", f"{code} stands more than once"
            findings.append(_wrong(file, zh, en, code))
        fields.append(code if code and code not in seen else None)
        seen.add(code or "")
    for wanted in layout(edition).required(category):
        if wanted.code not in seen:
            zh = f"缺少必填列 {wanted.label_zh}({wanted.code})"
            en = f"the mandatory column {wanted.code} ({wanted.label_en}) is missing"
            findings.append(_wrong(file, zh, en, wanted.code))
    return tuple(fields), tuple(findings)


@lru_cache(2048)
@lru_cache(4096)
def field_of(name: str) -> str | None:
    """The code of the field that a column's name means, None when it means none for sure.

    In ``姓名(XM)`` the code decides, unless the label is another field's.
    """
    plain = _plain(name)
    if plain.upper() in FIELDS:
        return plain.upper()
    by_label = _labels().get(plain)
    match = _LABELLED.fullmatch(plain)
    if by_label or not match:
        return by_label
    code = match[2].upper()
    other = _labels().get(match[1])
    return code if code in FIELDS and other in (None, code) else None


def column_letter(number: int) -> str:
    """The letters over a spreadsheet's column; 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


@cache
def _labels() -> dict[str, str]:
    return {_plain(field.label_zh): field.code for field in FIELDS.values()}


def _plain(name: str) -> str:
    """Full-width forms made plain, no white space, no mark of a template's mandatory column."""
    plain = "".join(unicodedata.normalize("NFKC", name).split()).strip("*")
    return _NEED.sub("", plain).strip("*")


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def _wrong(file: str, zh: str, en: str, field: str | None = None) -> Finding:
    return find("F11", file=file, field=field, reason_zh=zh, reason_en=en)
