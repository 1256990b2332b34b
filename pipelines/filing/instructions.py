"""Rows of a template that are no records: instructions and samples directly below the header.

Only a row that cannot be a person is passed over. A row with a number in place of an identity,
certificate or student number may be a person, unless its first cell says that it is a sample.
"""

import re

import polars as pl

MOST_ROWS = 5
"""So many rows below the header may be instructions or samples."""

_SAMPLE = re.compile(
    r"[(（【\[]?(示例|样例|范例)(行|数据)?[\d一二三四五]*[)）】\]]?([:：].*)?", re.DOTALL
)
_TELLING = re.compile(
    r"[(（【\[*＊]*(必填|选填|必录|选录|可填|不填|填写说明|填写|格式|示例|样例|范例|例[:：如]|如[:：]"
    r"|注[:：]|说明[:：]|填表说明)"
)
_NUMBER = re.compile(r"[0-9A-Za-zＡ-Ｚａ-ｚ０-９]{5,}")
_PERSONAL = ("ZJHM", "XWZSBH", "XH", "KSH")


def count_instructions(head: pl.DataFrame) -> int:
    """How many of the first rows of ``head`` are no records for sure.

    ``head``: a String column for each column of the file in its order, named by its field's code
    where it is a field. At most ``MOST_ROWS`` of its rows are looked at.
    """
    count = 0
    for row in head.head(MOST_ROWS).iter_rows(named=True):
        if not _is_instruction(row):
            break
        count += 1
    return count


def _is_instruction(row: dict[str, str | None]) -> bool:
    filled = {name: text.strip() for name, text in row.items() if text and text.strip()}
    if not filled:
        return False
    first = next(iter(row))
    if first in filled and _SAMPLE.fullmatch(filled[first]):
        return True
    if any(_NUMBER.fullmatch(filled.get(name, "")) for name in _PERSONAL):
        return False
    telling = sum(bool(_TELLING.match(text)) for text in filled.values())
    name = filled.get("XM", "")
    if name and not _TELLING.match(name):
        return telling >= max(3, len(filled) / 2)
    return telling >= 2 or telling == len(filled) or bool(name)
