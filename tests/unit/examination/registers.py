"""Registers made by hand beside a landed batch: the province's warehouse and ``reference/``."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.home import Home
from pipelines.standard import FIELDS
from tests.unit.examination.batch import INSTITUTION, PROVINCE

Record = dict[str, str | None]


def register(home: Home, records: list[Record], **changes: Any) -> None:
    """Puts records into the province's register; ``changes`` overrides columns of all of them."""
    path = home.province_warehouse(PROVINCE)
    path.parent.mkdir(exist_ok=True)
    columns = {
        "certificate_number": "VARCHAR",
        "institution_code": "VARCHAR",
        "id_number": "VARCHAR",
        "degree_level": "VARCHAR",
        FIELDS["XWLBM"].name: "VARCHAR",
        "conferral_date": "DATE",
        "sex_code": "VARCHAR",
        "filing_semester": "VARCHAR",
        "recorded_to": "TIMESTAMP",
    }
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA IF NOT EXISTS core")
        made = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        con.execute(f"CREATE TABLE IF NOT EXISTS core.degree_record ({made})")
        for record in records:
            day = str(record["HXWRQ"])
            row = {
                "certificate_number": record["XWZSBH"],
                "institution_code": INSTITUTION,
                "id_number": record["ZJHM"],
                "degree_level": {"4": "4", "3": "3", "2": "2"}[str(record["XWLBM"])[0]],
                FIELDS["XWLBM"].name: record["XWLBM"],
                "conferral_date": date(int(day[:4]), int(day[4:6]), int(day[6:])),
                "sex_code": record["XBM"],
                "filing_semester": "2024-2025-1",
                "recorded_to": None,
            } | changes
            marks = ", ".join("?" for _ in columns)
            con.execute(
                f"INSERT INTO core.degree_record VALUES ({marks})", [row[name] for name in columns]
            )


def write_csv(home: Home, name: str, rows: list[dict[str, str]]) -> Path:
    """A register in ``reference/`` with valid_from and valid_to open unless given."""
    path = home.reference / name
    filled = [{"valid_from": "", "valid_to": ""} | row for row in rows]
    pl.DataFrame(filled).write_csv(path)
    return path


def enrol(home: Home, records: list[Record], **changes: Any) -> None:
    """The enrolment register of the province, as the records say; ``changes`` for all of them."""
    rows = [
        {
            "province_code": PROVINCE,
            "institution_code": INSTITUTION,
            "student_number": record["XH"],
            "full_name": record["XM"],
            "id_type_code": record["ZJLXM"],
            "id_number": record["ZJHM"],
            "birth_date": record["CSRQ"],
            "sex_code": record["XBM"] or {"男": "1", "女": "2"}[str(record["XB"])],
            "enrolment_month": record["RXNY"] or "202109",
            "graduation_month": record["BYNY"] or "202601",
            "major_code": record["ZYDM"],
            "level": {"4": "4", "3": "3", "2": "2"}[str(record["XWLBM"])[0]],
        }
        | changes
        for record in records
    ]
    folder = home.reference / "enrolments"
    folder.mkdir(exist_ok=True)
    pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)).write_parquet(
        folder / f"{PROVINCE}.parquet"
    )
