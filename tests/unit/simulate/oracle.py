"""An examiner for these tests only: plain Python, a record at a time, written from the rules'
texts and not from the simulation. Says which rules a record breaks."""

import re
from collections import Counter
from datetime import date

from stdnum.iso7064 import mod_11_2

from pipelines.standard import CATEGORIES, FIELDS, Semester, code_table

NAME = re.compile(r"[\ue000-\uf8ff㐀-鿿\U00020000-\U0003ffffA-Za-z·' .-]+")
TABLES = {
    name: {r["code"]: r for r in code_table(name).rows}
    for name in (
        "sex",
        "ethnic",
        "political",
        "country",
        "id_type",
        "degree_category",
        "thesis_source",
    )
}
TEXTS = {name: {r["name_zh"]: c for c, r in rows.items()} for name, rows in TABLES.items()}
GRADUATE_AWARDS = {
    r["code"]: set((r["awards"] or r["category"]).split("|"))
    for r in code_table("discipline_2022").rows
}
MAJORS = {
    r["code"]: set((r["awards"] or r["category"]).split("|"))
    for r in code_table("bachelor_major_subset").rows
}
SPECIAL_PRESENCE = {
    "XM": "R01",
    "RXNY": "R29",
    "BYNY": "R29",
    "XH": "R29",
    "SQXWBH": "R29",
    "SQXWNY": "R29",
    "LWTM": "R30",
    "LWGJC": "R30",
    "LWXTLYM": "R30",
    "MZM": "R34",
    "MZ": "R34",
}
PLACEHOLDERS = {"无", "不详", "0000", "19000101", "99999999", "123456"}


def day(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) if len(text) == 8 else None
    except ValueError:
        return None


def month(text: str) -> int | None:
    if re.fullmatch(r"\d{4}(0[1-9]|1[0-2])", text):
        return int(text[:4]) * 12 + int(text[4:])
    return None


def broken(record: dict[str, str], category: str, standard: str, filing: dict) -> set[str]:
    """Rules that one record breaks by itself. Absent columns are absent keys."""
    rules = _fields(record, category, standard)
    get = lambda code: record.get(code, "")  # noqa: E731
    if get("XM") and not NAME.fullmatch(get("XM")):
        rules.add("R01")
    rules |= _identity(get) | _certificate(get, filing) | _dates(get, category, filing)
    rules |= _degree(get, category) | _thesis(get, category, standard, record)
    if any(record[c] in PLACEHOLDERS for c in record if c != "LWLX"):
        rules.add("R45")
    if "JYBH" in record and get("JYBH") not in filing["resolutions"]:
        rules.add("R23")
    own, training = get("XWSYDWM"), get("PYDWM")
    if own != filing["institution"]:
        rules.add("P05")
    if training and training != own and category != "B2" and filing["parents"].get(training) != own:
        rules.add("R36")
    return rules


def _fields(record: dict[str, str], category: str, standard: str) -> set[str]:
    rules = set()
    for code, value in record.items():
        field = FIELDS[code]
        must = category in field.must if standard == "2018" else field.need_2024 == "M"
        if not value:
            if must:
                rules.add(SPECIAL_PRESENCE.get(code, "P01"))
            continue
        if standard == "2018" and category in field.must_not:
            instead = {"RXNY": "R29", "BYNY": "R29", "XH": "R29", "SQXWBH": "R29", "SQXWNY": "R29"}
            rules.add(instead.get(code, "P02"))
        width = sum(1 if ord(c) < 128 else 2 for c in value)
        if width > field.width:
            rules.add("P03")
        if (field.type == "date" and not day(value)) or (
            field.type == "month" and not month(value)
        ):
            rules.add("P04")
        if field.type == "number" and not re.fullmatch(r"\d(\.\d)?", value):
            rules.add("P04")
        rules |= _code(code, value, field)
    return rules


def _code(code: str, value: str, field) -> set[str]:
    table = field.code_table
    if table == "flag":
        return set() if value in "10YN" else {"R05"}
    if code == "LWLXM":
        return set() if value in "1234" else {"R05"}
    if table not in TABLES:
        return set()
    known = TEXTS[table] if field.text_of else TABLES[table]
    return set() if value in known else {"R05"}


def _identity(get) -> set[str]:
    rules = set()
    number, kind = get("ZJHM"), get("ZJLXM") or TEXTS["id_type"].get(get("ZJLX"), "")
    region = get("GBM") or TEXTS["country"].get(get("GB"), "156")
    if kind in ("01", "08"):
        if not re.fullmatch(r"\d{17}[\dX]", number) or not mod_11_2.is_valid(number):
            rules.add("R04")
        if re.fullmatch(r"\d{17}[\dX]", number):
            if day(get("CSRQ")) and get("CSRQ") != number[6:14]:
                rules.add("R02")
            sex = get("XBM") or TEXTS["sex"].get(get("XB"), "")
            if sex != ("1" if int(number[16]) % 2 else "2"):
                rules.add("R03")
    if kind == "05" and not re.fullmatch(r"[A-Z0-9]{5,17}", number):
        rules.add("R04")
    for code, text, table in (
        ("XBM", "XB", "sex"),
        ("MZM", "MZ", "ethnic"),
        ("ZZMMM", "ZZMM", "political"),
        ("XWLBM", "XWLB", "degree_category"),
    ):
        if get(code) and get(text) and TABLES[table].get(get(code), {}).get("name_zh") != get(text):
            rules.add("R06")
    foreign = region not in ("156", "344", "446", "158")
    ethnic, political = get("MZM") or get("MZ"), get("ZZMMM") or get("ZZMM")
    if foreign and (ethnic or political or kind not in ("05", "09")):
        rules.add("R33")
    if (region == "156" and not ethnic) or (region in ("344", "446", "158") and political):
        rules.add("R34")
    if kind == "01" and region != "156":
        rules.add("R35")
    return rules


def _certificate(get, filing: dict) -> set[str]:
    number = get("XWZSBH")
    if not re.fullmatch(r"\d{5}[234]\d{10}", number):
        return {"R07"}
    rules = set()
    if number[:5] != get("XWSYDWM") == filing["institution"]:
        rules.add("R08")
    if number[5] != get("XWLBM")[:1]:
        rules.add("R09")
    if day(get("HXWRQ")) and number[6:10] != get("HXWRQ")[:4]:
        rules.add("R10")
    return rules


def _dates(get, category: str, filing: dict) -> set[str]:
    rules = set()
    level = CATEGORIES[category].level
    born, conferred = day(get("CSRQ")), day(get("HXWRQ"))
    start, end = month(get("RXNY")), month(get("BYNY"))
    if start and end and conferred and not start < end <= conferred.year * 12 + conferred.month:
        rules.add("R15")
    low, high = {"4": (24, 108), "3": (12, 84), "2": (24, 120)}[level]
    if start and end and not low <= end - start <= high:
        rules.add("R16")
    if born and conferred:
        age = (
            conferred.year - born.year - ((conferred.month, conferred.day) < (born.month, born.day))
        )
        low, high = {"4": (17, 60), "3": (20, 65), "2": (22, 70)}[level]
        if not low <= age <= high:
            rules.add("R17")
        if age < 14 or (start and born.year * 12 + born.month >= start):
            rules.add("R18")
    if conferred:
        if not date(1981, 1, 1) <= conferred <= filing["submitted"]:
            rules.add("R19")
        if Semester.of(conferred) != filing["semester"]:
            rules.add("R20")
    return rules


def _degree(get, category: str) -> set[str]:
    rules = set()
    level, code, major = CATEGORIES[category].level, get("XWLBM"), get("ZYDM")
    if code[1:3] == "14" and len(code) == 3:
        rules.add("R26")
    if code[:1] != level:
        rules.add("R27")
    bachelor = re.fullmatch(r"\d{6}(T|K|TK)?", major)
    graduate = re.fullmatch(r"\d{4}(\d{2}|[A-Z]\w)", major)
    if not (major in MAJORS if category.startswith("B") else graduate) or not (
        bachelor or graduate
    ):
        rules.add("R27")
    discipline = TABLES["degree_category"].get(code, {}).get("discipline", code[1:3])
    awards = MAJORS.get(major) if category.startswith("B") else GRADUATE_AWARDS.get(major[:4])
    if major[:2] != discipline and major[:4] != discipline and discipline not in (awards or ()):
        rules.add("R25")
    return rules


def _thesis(get, category: str, standard: str, record: dict[str, str]) -> set[str]:
    rules = set()
    if not category.startswith("B"):
        if get("LWGJC") and len(get("LWGJC").split(",")) < 3:
            rules.add("R30")
        return rules
    named = [get(code) for code in ("LWTM", "LWGJC", "LWYJFX", "LWZXYZ", "DSXM")]
    if standard == "2024" and get("LWLX") in ("涉密论文", "无"):
        return {"R31"} if any(named) else set()
    if get("HXWRQ") < "20240601":
        return set()
    directions = get("LWYJFX").split("；")
    if not all(named) or len(directions) > 2 or any(len(part) > 15 for part in directions):
        rules.add("R32")
    if get("LWYJFX") == get("ZYMC") or len(get("LWGJC")) > 100:
        rules.add("R32")
    return rules


def broken_together(records: list[dict]) -> dict[int, set[str]]:
    """Rules between records of one filing, by position in ``records``."""
    rules: dict[int, set[str]] = {place: set() for place in range(len(records))}
    valid = re.compile(r"\d{5}[234]\d{10}")
    for rule, key in (
        ("R11", lambda r: r["XWZSBH"] if valid.fullmatch(r["XWZSBH"]) else ""),
        ("R12", lambda r: (r["ZJHM"], r["XWLBM"]) if r["ZJHM"] else ""),
        ("R43", lambda r: r.get("LWTM", "")),
    ):
        counts = Counter(key(record) for record in records)
        for place, record in enumerate(records):
            if key(record) and counts[key(record)] > 1:
                rules[place].add(rule)
    return rules
