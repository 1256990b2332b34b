"""Rows of a template that are no records: instructions and samples directly below the header.

Only a row that cannot be a person is passed over. A row with a number in place of an identity,
certificate or student number may be a person, unless its first cell says that it is a sample.
"""

import re
from collections.abc import Sequence

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


def count_instructions(frame: pl.DataFrame, columns: Sequence[str]) -> int:
    """How many of the first rows of ``frame`` are no records for sure.

    ``columns``: String columns of the frame in the file's order, named by their field's code where
    they are a field. At most ``MOST_ROWS`` rows are looked at.
    """
    places = [frame.get_column_index(name) for name in columns]
    for count in range(min(MOST_ROWS, frame.height)):
        row = frame.row(count)
        if not _is_instruction({name: row[k] for name, k in zip(columns, places, strict=True)}):
            return count
    return min(MOST_ROWS, frame.height)


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
