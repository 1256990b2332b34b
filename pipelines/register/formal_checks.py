"""What the formal examination (形式审查) looks at in a handover, and its reasons to return one."""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipelines.errors import BadInputError
from pipelines.register.columns import DEGREE_RECORD
from pipelines.register.decisions import Handover
from pipelines.register.files import sha256_of
from pipelines.warehouse import quote

REASONS: dict[str, tuple[str, str]] = {
    "H01": ("清单缺失或无法读取", "the manifest is missing or cannot be read"),
    "H02": ("清单不符合格式规定", "the manifest does not fit its schema"),
    "H03": (
        "清单所载省份、学期或序号与所在位置不一致",
        "the manifest names another province, semester or sequence than its place",
    ),
    "H04": ("数据文件缺失或校验值不一致", "the records file is missing or has another hash"),
    "H05": ("记录数与清单不一致", "the rows are not those that the manifest counts"),
    "H06": ("数据项或类型与规定不一致", "columns or their types are not those of the contract"),
    "H07": ("分类别记录数与清单不一致", "rows by category are not those of the manifest"),
    "H08": ("含有其他省份或其他学期的记录", "rows of another province or semester"),
    "H09": (
        "学位证书编号在本次移交中重复或缺失",
        "certificate numbers repeated within the handover, or empty",
    ),
    "H10": (
        "学位证书编号已在全国库中登记",
        "certificate numbers that the national register holds already",
    ),
    "H11": (
        "学位证书编号与其他省份的移交重复",
        "certificate numbers that another handover holds too",
    ),
}

_COUNT = {"type": "integer", "minimum": 0}
_TEXTS = {"type": "array", "items": {"type": "string", "minLength": 1}}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "xuewei-handover/1",
    "type": "object",
    "required": [
        "format",
        "province",
        "semester",
        "sequence",
        "rows",
        "filings",
        "filing_ids",
        "sha256",
        "columns",
        "by_category",
        "batches",
        "sealed_at",
        "ledger_head",
    ],
    "additionalProperties": False,
    "properties": {
        "format": {"const": "xuewei-handover/1"},
        "province": {"type": "string", "pattern": "^[0-9]{2}$"},
        "semester": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{4}-[12]$"},
        "sequence": {"type": "integer", "minimum": 1, "maximum": 9999},
        "rows": {"type": "integer", "minimum": 1},
        "filings": {"type": "integer", "minimum": 1},
        "filing_ids": _TEXTS,
        "batches": _TEXTS,
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "columns": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
        },
        "by_category": {"type": "object", "additionalProperties": _COUNT},
        "sealed_at": {"type": "string"},
        "ledger_head": {"type": ["string", "null"]},
    },
}


@dataclass(frozen=True)
class Reason:
    """A reason to return a handover; ``count`` is the number of rows concerned, 0: the whole."""

    code: str
    count: int = 0

    def as_json(self) -> dict[str, Any]:
        zh, en = REASONS[self.code]
        return {"code": self.code, "count": self.count, "message": zh, "message_en": en}


def check_papers(handover: Handover) -> list[Reason]:
    """The manifest and the records file's hash; when these fail nothing else is looked at."""
    import jsonschema_rs

    try:
        manifest = handover.manifest
    except BadInputError:
        return [Reason("H01")]
    if not jsonschema_rs.is_valid(SCHEMA, manifest):
        return [Reason("H02")]
    reasons = []
    place = (handover.province, handover.semester, int(handover.sequence))
    if (manifest["province"], manifest["semester"], manifest["sequence"]) != place:
        reasons.append(Reason("H03"))
    if not handover.records.is_file() or sha256_of(handover.records) != manifest["sha256"]:
        reasons.append(Reason("H04"))
    return reasons


def check_records(con: duckdb.DuckDBPyConnection, handover: Handover) -> list[Reason]:
    """Columns, amounts and keys of the records; uses the table ``seen`` of ``remember``."""
    source = f"read_parquet({quote(str(handover.records))})"
    try:
        described = con.execute(f"describe select * from {source}").fetchall()
    except duckdb.Error:
        return [Reason("H06")]
    found = [[row[0], row[1].lower()] for row in described]
    expected = [[column.name, column.type] for column in DEGREE_RECORD]
    if found != expected or handover.manifest["columns"] != expected:
        return [Reason("H06")]
    return [*_check_amounts(con, handover, source), *_check_keys(con, source)]


def _check_amounts(con: duckdb.DuckDBPyConnection, handover: Handover, source: str) -> list[Reason]:
    counted = con.execute(
        "select record_category_code, province_code, filing_semester, filing_id, count(*)"
        f" from {source} group by all"
    ).fetchall()
    by_category: dict[str, int] = {}
    for category, *_, rows in counted:
        by_category[category] = by_category.get(category, 0) + rows
    manifest = handover.manifest
    reasons = []
    total = sum(by_category.values())
    if total != manifest["rows"] or {row[3] for row in counted} != set(manifest["filing_ids"]):
        reasons.append(Reason("H05", abs(total - manifest["rows"])))
    if by_category != manifest["by_category"]:
        reasons.append(Reason("H07"))
    place = (handover.province, handover.semester)
    strangers = sum(row[4] for row in counted if (row[1], row[2]) != place)
    if strangers:
        reasons.append(Reason("H08", strangers))
    return reasons


def _check_keys(con: duckdb.DuckDBPyConnection, source: str) -> list[Reason]:
    """Makes the table ``candidate`` (hash, register or handover that holds it) and looks at it.

    Keys are compared by 64-bit hash first; what collides is counted exactly.
    """
    con.execute(
        "create or replace temp table candidate as select certificate_number, version_no,"
        f" hash(certificate_number, version_no) as key from {source}"
    )
    within = _amount(
        con,
        "select count(*) from (select certificate_number, version_no from candidate where key in"
        " (select key from candidate group by key having count(*) > 1)"
        " group by all having count(*) > 1)",
    ) + _amount(con, "select count(*) from candidate where certificate_number is null")
    reasons = [Reason("H09", within)] if within else []
    for code, holder in (("H10", "national"), ("H11", "handover")):
        held = _amount(
            con,
            "select count(*) from candidate semi join"
            f" (select * from seen where holder = '{holder}') as seen"
            " using (key, certificate_number, version_no)",
        )
        if held:
            reasons.append(Reason(code, held))
    return reasons


def prepare(con: duckdb.DuckDBPyConnection) -> None:
    """Makes the table ``seen``: the keys that no other handover may hold, and who holds them."""
    key = "null::varchar as certificate_number, null::integer as version_no, null::ubigint as key"
    con.execute(f"create temp table seen as select {key}, null::varchar as holder limit 0")
    if has_register(con):
        con.execute(
            "insert into seen select certificate_number, version_no,"
            " hash(certificate_number, version_no), 'national' from national.core.degree_record"
        )


def remember(con: duckdb.DuckDBPyConnection) -> None:
    """Adds an approved handover's keys: a later one that holds them too is returned."""
    con.execute(
        "insert into seen select certificate_number, version_no, key, 'handover' from candidate"
    )


def has_register(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the national register is attached and has its records."""
    return bool(
        _amount(
            con,
            "select count(*) from duckdb_tables() where database_name = 'national'"
            " and schema_name = 'core' and table_name = 'degree_record'",
        )
    )


def _amount(con: duckdb.DuckDBPyConnection, query: str) -> int:
    found = con.execute(query).fetchone()
    return int(found[0]) if found else 0
