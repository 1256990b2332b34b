"""A landed batch made by hand: clean records by category, changed as a test wants them."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.home import Home
from pipelines.standard import FIELDS, layout

PROVINCE, SEMESTER, BATCH = "11", "2025-2026-1", "b-0123456789abcdef"
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
    "LWGJC": "数据，质量，标准",
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
    carried = {field.code for field in layout(edition).fields(category)}
    return {code: (values.get(code, "") if code in carried else None) for code in FIELDS}


def land(
    home: Home,
    records: list[tuple[str, str, dict[str, str | None]]],
    *,
    door: list[dict[str, Any]] | None = None,
    faults: dict[int, str] | None = None,
    batch: str = BATCH,
    submitted_at: datetime = datetime(2026, 1, 20, 1, 0),
) -> Path:
    """Writes a batch: one filing a layout edition, one file a category; returns its folder.

    ``records`` are (edition, category, values); row ids are their positions. ``faults`` gives rows
    a structural fault.
    """
    folder = home.landing(PROVINCE, SEMESTER) / batch
    folder.mkdir(parents=True)
    editions = sorted({edition for edition, _, _ in records} | {"2018"})
    files = sorted({(editions.index(edition) + 1, category) for edition, category, _ in records})
    numbers = {file: number for number, file in enumerate(files, 1)}
    next_line = dict.fromkeys(numbers, 1)
    rows = []
    for row_id, (edition, category, values) in enumerate(records):
        file = (editions.index(edition) + 1, category)
        next_line[file] += 1
        row: dict[str, Any] = {"row_id": row_id, "filing_no": file[0], "file_no": numbers[file]}
        row |= {"category": category, "line": next_line[file]}
        row |= {"fault": (faults or {}).get(row_id), "raw": None} | values
        rows.append(row)
    types: dict[str, Any] = {"row_id": pl.Int64, "filing_no": pl.Int32, "file_no": pl.Int32}
    types |= {"category": pl.String, "line": pl.Int32, "fault": pl.String, "raw": pl.String}
    types |= dict.fromkeys(FIELDS, pl.String)
    pl.DataFrame(rows, schema=types).write_parquet(folder / "records-0000.parquet")
    _write_filings(folder, editions, submitted_at)
    pl.DataFrame(
        [(numbers[file], file[0], f"records-{file[1]}.csv") for file in files],
        schema={"file_no": pl.Int32, "filing_no": pl.Int32, "path": pl.String},
        orient="row",
    ).write_parquet(folder / "files.parquet")
    finding_types: dict[str, Any] = {"filing_no": pl.Int32, "filing_id": pl.String}
    finding_types |= {"file_no": pl.Int32, "file": pl.String, "row_id": pl.Int64, "line": pl.Int32}
    finding_types |= dict.fromkeys(
        ("rule_code", "severity", "field", "message", "message_en"), pl.String
    )
    pl.DataFrame(door or [], schema=finding_types).write_parquet(folder / "findings.parquet")
    return folder


def _write_filings(folder: Path, editions: list[str], submitted_at: datetime) -> None:
    day = date(2026, 1, 8)
    resolution = {"number": RESOLUTION, "adopted_on": day, "effective_on": day, "headcount": 1}
    pl.DataFrame(
        [
            {
                "filing_no": number,
                "filing_id": f"11-{INSTITUTION}-{SEMESTER}-{number:03d}",
                "standard": edition,
                "province_code": PROVINCE,
                "institution_code": INSTITUTION,
                "semester": SEMESTER,
                "submitted_at": submitted_at,
                "resolutions": [resolution],
                "package_sha256": f"{number:064d}",
            }
            for number, edition in enumerate(editions, 1)
        ],
        schema_overrides={"filing_no": pl.Int32},
    ).write_parquet(folder / "filings.parquet")
