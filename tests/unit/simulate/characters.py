"""What a careful reader does with characters: for these tests only, a cell at a time."""

import re
import unicodedata

KEYS = {"XM", "XBM", "XB", "ZJHM", "XWLBM", "XWLB"}
NAMES = {"XM", "DSXM", "XZXM", "ZXXM"}
MOVED = {"\ue81e": "龴"}
INVISIBLE = "\u200b\ufeff\u00a0"
TEXTS = {"漢族": "汉族", "省（自治区、直辖市）项目": "省(自治区、直辖市)项目"}


def read(record: dict[str, str]) -> tuple[dict[str, str], set[str]]:
    """The record as it is judged, and the T rules that its cells break."""
    rules: set[str] = set()
    cells = {}
    for code, value in record.items():
        cells[code] = (
            value if value.isascii() and value == value.strip() else _cell(code, value, rules)
        )
        if code in ("DSXM", "LWTM") and _lost(value):
            rules.add("T09")
    return cells, rules


def _cell(code: str, value: str, rules: set[str]) -> str:
    def step(rule: str, after: str) -> None:
        nonlocal value
        if after != value:
            rules.add(rule)
            value = after

    step("T04", "".join(MOVED.get(c, c) for c in value))
    if code not in KEYS:
        step("T05", unicodedata.normalize("NFC", value))
    if code in NAMES:
        step("T02", re.sub("[•‧・．]", "·", value))
    step("T01", re.sub("[０-９Ａ-Ｚａ-ｚ]", lambda m: unicodedata.normalize("NFKC", m[0]), value))
    if code not in KEYS:
        step("T03", "".join(c for c in value if c not in INVISIBLE).strip(" "))
        step("T06", TEXTS.get(value, value))
    if code == "ZYMC":
        step("T06", value.replace("(", "（").replace(")", "）"))
    if any("\ue000" <= c <= "\uf8ff" for c in value):
        rules.add("T08")
    return value


def _lost(value: str) -> bool:
    if "??" in value or re.search("锟斤拷|烫烫烫", value):
        return True
    try:
        back = value.encode("gbk").decode("utf-8")
    except UnicodeError:
        return False
    return sum("一" <= c <= "鿿" for c in back) >= 2
