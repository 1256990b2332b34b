"""Compiles the standard's rules into SQL: one pass over a batch that marks what each record breaks.

A record's broken checks are bits in a few BIGINT masks, so that a pass over a million clean records
writes nothing; only the marked records are unpacked into findings.
"""

import re
from dataclasses import dataclass
from functools import cache

from pipelines.examination.registers import LEVEL
from pipelines.standard.fields import FIELDS
from pipelines.standard.rules import RULES, Check, Rule, Severity
from pipelines.standard.rules.derived import LAYERS
from pipelines.standard.rules.model import COMPARED_FIELDS

BITS = 60
"""Checks a mask: a BIGINT has 63 usable bits."""

LOOKUP_JOINS = (
    ("country", "GB"),
    ("id_type", "ZJLX"),
    ("degree", "XWLBM"),
    ("bachelor", "CASE WHEN left(category, 1) = 'B' THEN left(ZYDM, 6) END"),
    ("class", "CASE WHEN left(category, 1) = 'B' THEN left(ZYDM, 4) END"),
    ("discipline", "CASE WHEN left(category, 1) <> 'B' THEN left(ZYDM, 4) END"),
    ("doctoral", "CASE WHEN category = 'D3' THEN left(ZYDM, 4) END"),
)
"""Lookups of the standard and the expression of their key over a record."""


_TYPED_NAMES = frozenset(name for layer in LAYERS for name in layer) | {
    *("institution", "submitted_on", "semester_first", "semester_last", "effective_on"),
    *("resolution_known", "training_parent", "country_code_of_text", "id_type_code_of_text"),
    *("degree_kind", "degree_discipline", "bachelor_name", "bachelor_awards", "class_name"),
    *("discipline_awards", "doctoral"),
}
"""Columns of ``typed_query`` that ``plain_query`` lacks."""


@dataclass(frozen=True)
class Compiled:
    """A check with its number; the number's mask and bit find it in a marked record."""

    number: int
    rule: Rule
    check: Check

    @property
    def severity(self) -> Severity:
        return self.check.severity or self.rule.severity


@cache
def compiled_checks() -> tuple[Compiled, ...]:
    """All checks of all record rules, numbered from 0."""
    pairs = [(rule, check) for rule in RULES for check in rule.checks]
    return tuple(Compiled(number, rule, check) for number, (rule, check) in enumerate(pairs))


def masks() -> int:
    """How many masks the checks need."""
    return -(-len(compiled_checks()) // BITS)


def condition(item: Compiled, bad_values: str | None = None) -> str:
    """SQL that is true for a record that breaks the check.

    ``bad_values`` is a table of the value combinations that are not good, for a check by value.
    """
    guards = [f"{name} IS NOT NULL" for name in item.check.reads]
    if item.check.filled:
        guards.insert(0, f"{item.check.field} IS NOT NULL")
    if item.check.applies != "true":
        guards.append(f"({item.check.applies})")
    # as text: a date of eight digits sorts as it counts, and needs no typed record
    if item.rule.since:
        guards.append(f"HXWRQ >= '{item.rule.since:%Y%m%d}' AND length(HXWRQ) = 8")
    if item.rule.until:
        guards.append(f"HXWRQ <= '{item.rule.until:%Y%m%d}' AND length(HXWRQ) = 8")
    broken = f"({item.check.good}) IS NOT TRUE"
    if bad_values:
        names = columns_read(item.check)
        values = names[0] if len(names) == 1 else f"({', '.join(names)})"
        broken = f"{values} IN (SELECT {', '.join(names)} FROM {bad_values})"
    # CASE evaluates its branch for the guarded records only; AND would evaluate both sides for all
    return f"CASE WHEN {' AND '.join(guards) or 'true'} THEN {broken} ELSE false END"


def columns_read(check: Check) -> tuple[str, ...]:
    """The fields whose values decide a check by value."""
    return (check.field, *check.reads)


def value_groups() -> dict[tuple[str, ...], list[Compiled]]:
    """The checks by value, grouped by the fields that they read."""
    groups: dict[tuple[str, ...], list[Compiled]] = {}
    for item in compiled_checks():
        if item.check.by_value:
            groups.setdefault(columns_read(item.check), []).append(item)
    return groups


def mask_columns(bad_values: dict[int, str], *, typed: bool) -> str:
    """The mask expressions ``m0``, ``m1`` … of the checks that need typing, or of the others.

    ``bad_values`` names the table of bad values of each check by value that has any; a check by
    value without one cannot be broken in this batch and is left out.
    """
    columns = []
    for mask in range(masks()):
        bits = ["0::BIGINT"]
        for item in compiled_checks()[mask * BITS : (mask + 1) * BITS]:
            impossible = item.check.by_value and item.number not in bad_values
            if impossible or needs_typing(item) != typed:
                continue
            broken = condition(item, bad_values.get(item.number))
            bits.append(f"CASE WHEN {broken} THEN {1 << (item.number % BITS)}::BIGINT ELSE 0 END")
        columns.append(" | ".join(f"\n({bit})" for bit in bits) + f" AS m{mask}")
    return ",\n".join(columns)


def needs_typing(item: Compiled) -> bool:
    """Whether a check reads more than the record's own fields, its category and its layout."""
    text = f"{item.check.applies} {'' if item.check.by_value else item.check.good}"
    return bool(_TYPED_NAMES & set(re.findall(r"[a-z_0-9]+", text)))


def plain_query(records: str) -> str:
    """Records with blanks as NULL, and the layout: what checks of single fields read.

    Lines with a structural fault are left out: they speak through their fault.
    """
    blanks = ", ".join(
        f"nullif({code}, '') AS {code}, {code} = '' AS {code}_blank" for code in FIELDS
    )
    return (
        f"SELECT row_id, filing_no, file_no, category, line, f.layout, {blanks} "
        f"FROM {records} JOIN filing_facts f USING (filing_no) WHERE fault IS NULL"
    )


def typed_query(records: str) -> str:
    """Plain records with the filing's facts, lookups and derived columns.

    ``records`` is a relation with landing's columns; the tables ``filing_facts``,
    ``resolution_facts``, ``training`` and the lookups must exist. Joins copy every column that is
    asked for: ask for few.
    """
    joins = "\n".join(
        f"LEFT JOIN lookup_{name} ON lookup_{name}.key = {key}" for name, key in LOOKUP_JOINS
    )
    looked_up = f"""
SELECT b.*, f.institution, f.submitted_on, f.semester_first, f.semester_last,
  country_code_of_text, id_type_code_of_text, degree_kind, degree_discipline, bachelor_name,
  bachelor_awards, class_name, discipline_awards, doctoral, training_parent,
  known.number IS NOT NULL AS resolution_known,
  coalesce(known.effective_on, same_day.effective_on, f.first_effective_on) AS effective_on
FROM ({plain_query(records)}) b
JOIN filing_facts f USING (filing_no)
{joins}
LEFT JOIN training ON training.key = PYDWM
LEFT JOIN resolution_facts known ON known.filing_no = b.filing_no AND known.number = JYBH
LEFT JOIN resolution_days same_day ON same_day.filing_no = b.filing_no
  AND same_day.adopted_on = CASE WHEN JYBH IS NULL THEN HXWRQ END"""
    query = looked_up
    for layer in LAYERS:
        columns = ", ".join(f"{expression} AS {name}" for name, expression in layer.items())
        query = f"SELECT *, {columns} FROM ({query})"
    return query


def compared_query(records: str) -> str:
    """The few columns that rules over several records compare, blanks as NULL."""
    fields = ", ".join(f"nullif({code}, '') AS {code}" for code in COMPARED_FIELDS)
    return f"""
SELECT row_id, r.filing_no, f.institution, category, {LEVEL} AS level, {fields}
FROM {records} r JOIN filing_facts f USING (filing_no) WHERE fault IS NULL"""


def unpack(marked: str) -> str:
    """One row a broken check (``row_id``, ``check_number``) from a table of marked records."""
    parts = [
        f"SELECT row_id, {mask * BITS} + "
        f"unnest([k FOR k IN range({BITS}) IF (m{mask} >> k) & 1 = 1]) AS check_number "
        f"FROM {marked} WHERE m{mask} <> 0"
        for mask in range(masks())
    ]
    return "\nUNION ALL\n".join(parts)
