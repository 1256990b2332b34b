"""A record that breaks no rule, in each category: what the examples of the rules are changed from.

Its people, institution and resolution are invented.
"""

from pipelines.standard.fields import FIELDS
from pipelines.standard.layouts import layout

INSTITUTION, COLLEGE = "19001", "17001"
RESOLUTION = "校学位〔2026〕1号"

_PERSON = {
    "XM": "张三",
    "XMPY": "ZHANG SAN",
    "XBM": "1",
    "XB": "男",
    "GBM": "156",
    "GB": "中国",
    "MZM": "01",
    "MZ": "汉族",
    "ZZMMM": "13",
    "ZZMM": "群众",
    "CSRQ": "20030315",
    "ZJLXM": "01",
    "ZJLX": "居民身份证",
}
_UNIT = {
    "XWSYDWM": INSTITUTION,
    "XWSYDW": "测试大学",
    "XZXM": "王校长",
    "ZXXM": "李主席",
    "PYDWM": INSTITUTION,
    "PYDW": "测试大学",
    "HXWRQ": "20260108",
    "JYBH": RESOLUTION,
    "ZP": "x.jpg",
}
_THESIS = {
    "DSXM": "赵导师",
    "LWLXM": "2",
    "LWXTLYM": "16",
    "LWXTLY": "学校自选项目",
    "LWYJFX": "数据质量",
    "LWZXYZ": "汉语",
    "LWLX": "毕业论文",
}
_BACHELOR = {
    "XWLBM": "408",
    "XWLB": "工学学士学位",
    "ZYDM": "080901",
    "ZYMC": "计算机科学与技术",
    "XZ": "4",
    "XXXSM": "01",
    "XXXS": "普通全日制",
    "RXNY": "202109",
    "XH": "2021000001",
    "BYNY": "202601",
    "KSH": "21110105150001",
}
_MASTER = {
    "XWLBM": "308",
    "XWLB": "工学硕士学位",
    "ZYDM": "081200",
    "ZYMC": "计算机科学与技术",
    "RXNY": "202309",
    "XH": "2023000001",
    "BYNY": "202601",
    "XXFSM": "1",
    "CSRQ": "20000315",
}
_APPLICANT = {
    "RXNY": "",
    "XH": "",
    "BYNY": "",
    "XXFSM": "",
    "SQXWBH": "190012020000001",
    "SQXWNY": "202003",
}

CLEAN: dict[str, dict[str, str]] = {
    "B1": _BACHELOR,
    "B2": _BACHELOR | {"XXXSM": "03", "XXXS": "业余"},
    "B3": _BACHELOR
    | {
        "GBM": "410",
        "GB": "韩国",
        "MZM": "",
        "MZ": "",
        "ZZMMM": "",
        "ZZMM": "",
        "XM": "KIM MIN-JUN",
    }
    | {"ZJLXM": "05", "ZJLX": "护照"},
    "M1": _MASTER,
    "M2": _MASTER | _APPLICANT | {"CSRQ": "19850315"},
    "M3": _MASTER
    | {"XWLBM": "346", "XWLB": "工商管理硕士专业学位", "ZYDM": "125100", "ZYMC": "工商管理"},
    "D1": _MASTER | {"XWLBM": "208", "XWLB": "工学博士学位", "RXNY": "202109", "CSRQ": "19950315"},
    "D3": _MASTER
    | {"XWLBM": "245", "XWLB": "临床医学博士专业学位", "ZYDM": "105100", "ZYMC": "临床医学"}
    | {"RXNY": "202109", "CSRQ": "19950315"},
}


def resident_number(birth: str, sequence: int, area: str = "110105") -> str:
    """An identity number with its check character (GB 11643)."""
    body = f"{area}{birth}{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def clean_record(category: str, serial: int, edition: str = "2018") -> dict[str, str | None]:
    """A record that breaks no rule; ``serial`` makes its numbers and title unique."""
    values = _PERSON | _UNIT | _THESIS | CLEAN[category]
    level = {"D": "2", "M": "3", "B": "4"}[category[0]]
    if category == "B3":
        values["ZJHM"] = f"M{serial:08d}"
    else:
        area = f"{110101 + serial // 400:06d}"
        values["ZJHM"] = resident_number(values["CSRQ"], 2 * (serial % 400) + 1, area)
    values["XWZSBH"] = f"{INSTITUTION}{level}2026{serial:06d}"
    values["LWTM"] = f"数据质量的第{serial}项研究"
    values["LWGJC"] = f"数据，质量，标准{serial}"
    carried = {field.code for field in layout(edition).fields(category)}
    return {code: (values.get(code, "") if code in carried else None) for code in FIELDS}
