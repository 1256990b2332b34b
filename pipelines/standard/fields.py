"""Every field of a degree record, declared once in ``data/fields.csv`` (Art. 9; manuals 2008-2024).

Widths are bytes in GBK, as the manuals give them: two for a Han character, one for ASCII.
"""

import re
from dataclasses import dataclass

from pipelines.standard.categories import CATEGORIES, expand
from pipelines.standard.codes import INDEX
from pipelines.standard.data import read_table

TYPES = frozenset({"text", "code", "date", "month", "number", "flag"})
IDENTIFYING = frozenset({"direct", "quasi", "sensitive", "insensitive"})


@dataclass(frozen=True)
class Field:
    """One field.

    ``code`` is the official name (``XWZSBH``), ``name`` the readable one used from staging on.
    ``must`` and ``may`` are record categories in the layout of 2018; a category in neither must
    leave the field empty. ``need_2024`` is M or C where the bachelor layout of 2024 has the field.
    ``text_of`` names the code field whose text this is.
    """

    code: str
    name: str
    label_zh: str
    label_en: str
    type: str
    width: int
    code_table: str | None
    text_of: str | None
    must: frozenset[str]
    may: frozenset[str]
    pos_2018: int | None
    pos_2024: int | None
    need_2024: str | None
    key_field: bool
    identifying: str
    treatment: str
    article: str
    certainty: str
    note: str

    @property
    def must_not(self) -> frozenset[str]:
        """Categories that must leave the field empty."""
        return frozenset(CATEGORIES) - self.must - self.may


def _parse(row: dict[str, str]) -> Field:
    return Field(
        code=row["code"],
        name=row["name"],
        label_zh=row["label_zh"],
        label_en=row["label_en"],
        type=row["type"],
        width=int(row["width"]),
        code_table=row["code_table"] or None,
        text_of=row["text_of"] or None,
        must=expand(row["must"]),
        may=expand(row["may"]) - expand(row["must"]),
        pos_2018=int(row["pos_2018"]) if row["pos_2018"] else None,
        pos_2024=int(row["pos_2024"]) if row["pos_2024"] else None,
        need_2024=row["need_2024"] or None,
        key_field=row["key_field"] == "Y",
        identifying=row["identifying"],
        treatment=row["treatment"],
        article=row["article"],
        certainty=row["certainty"] or "sure",
        note=row["note"],
    )


def _load() -> dict[str, Field]:
    fields = [_parse(row) for row in read_table("fields")]
    by_code = {field.code: field for field in fields}
    _refuse_nonsense(fields, by_code)
    return by_code


def _refuse_nonsense(fields: list[Field], by_code: dict[str, Field]) -> None:
    """Stops the import when the table contradicts itself: better here than in a province."""
    if len(by_code) != len(fields) or len({field.name for field in fields}) != len(fields):
        raise ValueError("fields.csv declares a field twice")
    for field in fields:
        where = f"fields.csv, {field.code}:"
        if not re.fullmatch(r"[A-Z]{2,10}", field.code):
            raise ValueError(f"{where} a code has 2 to 10 capital letters (a DBF column name)")
        if field.type not in TYPES or field.identifying not in IDENTIFYING:
            raise ValueError(f"{where} unknown type or identifying class")
        if field.code_table and field.code_table not in INDEX:
            raise ValueError(f"{where} code table {field.code_table} does not exist")
        if field.text_of and field.text_of not in by_code:
            raise ValueError(f"{where} is the text of {field.text_of}, which does not exist")
        if field.pos_2018 is None and field.pos_2024 is None:
            raise ValueError(f"{where} stands in no layout")


FIELDS: dict[str, Field] = _load()

KEY_FIELDS = frozenset(code for code, field in FIELDS.items() if field.key_field)
"""The key fields of Art. 18, codes and texts: name, sex, identity number, degree category."""

PERSON_NAMES = frozenset({"XM", "XZXM", "ZXXM", "DSXM"})
"""Names of people, written by the rules for names (middle dot)."""

IDENTIFIERS = frozenset(
    {"ZJHM", "XWZSBH", "XH", "KSH", "SQXWBH", "XMPY", "ZP", "QQHM", "SJHM", "DZYX", "YXDM"}
)
"""Texts that are numbers or Latin words: ASCII, as codes and dates are."""


def field(name: str) -> Field:
    """The field by its code, readable name or Chinese label; KeyError when there is none."""
    wanted = name.strip()
    for candidate in FIELDS.values():
        if wanted.upper() == candidate.code or wanted in (candidate.name, candidate.label_zh):
            return candidate
    raise KeyError(name)
