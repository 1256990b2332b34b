"""The examination's rules over the register's columns: what may not be true of many records.

A rule judges each record that arrives; here its expression, as the standard states it, measures
how many registered records break it. Nothing is typed again: field codes and the rules' derived
columns are replaced by the register's columns.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipelines.examination.compile import LOOKUP_JOINS
from pipelines.examination.untouchable import why_untouchable
from pipelines.quality.phrases import both
from pipelines.register.columns import registered_fields
from pipelines.standard import FIELDS
from pipelines.standard.rules import RULES, Rule, Severity
from pipelines.standard.rules.derived import LAYERS
from pipelines.standard.rules.lookups import lookups
from pipelines.standard.rules.model import Check
from pipelines.warehouse import quote

RULE_IDS: dict[str, tuple[str, ...]] = {
    "R01": ("", "full_name_characters"),
    "R02": ("birth_date_fits_id_number", "birth_date_fits_old_id_number"),
    "R03": ("sex_fits_id_number", "sex_fits_old_id_number", ""),
    "R04": (
        "resident_id_number_sound",
        "residence_permit_number_sound",
        "permanent_residence_number_sound",
        *["other_id_number_form"] * 6,
    ),
    "R07": ("certificate_number_form",),
    "R08": ("certificate_number_names_institution",),
    "R09": ("certificate_number_names_level",),
    "R10": ("certificate_number_year", "certificate_number_year_near"),
    "R15": ("graduation_after_enrolment", "conferral_not_before_graduation"),
    "R16": ("duration_usual",),
    "R17": ("age_usual",),
    "R18": ("age_at_least_14", "born_before_enrolment"),
    "R25": ("bachelor_category_of_the_major", "graduate_category_of_the_discipline"),
    "R27": (
        "degree_category_fits_level",
        "professional_category",
        "academic_category",
        "bachelor_major_form",
        "graduate_discipline_form",
    ),
    "R31": ("secret_thesis_without_content",) * 5,
    "R33": ("foreign_ethnic_code_empty", "", "foreign_political_code_empty", "", "foreign_id_type"),
    "R34": ("mainland_ethnic_code_present", "", "region_political_code_empty", ""),
    "R35": ("resident_card_of_china",),
}
"""Expectation ids of a rule's checks, in its order; an empty one is not measured: it reads texts
that the register does not keep, or presence is expected of the field anyway. Checks of one id are
one measure."""

_AS_REGISTERED = {
    "birth_date": "birth_date",
    "conferral_date": "conferral_date",
    "id_type": "id_type_code",
    "sex": "sex_code",
    "nationality": "nationality_code",
    "level": "degree_level",
    "category": "record_category_code",
    "institution": "institution_code",
}
"""What the rules derive and the register has as a column."""

_TOKEN = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][A-Za-z_0-9]*")


@dataclass(frozen=True)
class Measured:
    """Checks of a rule as one condition over the register: ``among`` they apply to, ``bad`` breaks
    one of them."""

    id: str
    rule: Rule
    checks: tuple[Check, ...]

    @property
    def _amongs(self) -> tuple[str, ...]:
        return tuple(in_register(_applies(check)) for check in self.checks)

    @property
    def among(self) -> str:
        return " or ".join(f"({among})" for among in dict.fromkeys(self._amongs))

    @property
    def bad(self) -> str:
        bads = [f"({in_register(check.good)}) is not true" for check in self.checks]
        if len(set(self._amongs)) > 1:
            parts = zip(self._amongs, bads, strict=True)
            bads = [f"coalesce({both(among, bad)}, false)" for among, bad in parts]
        return " or ".join(bads)

    @property
    def severity(self) -> Severity:
        return self.checks[0].severity or self.rule.severity

    @property
    def is_untouchable(self) -> bool:
        """No tolerance and no exception excuses it: not a single record may break it."""
        return why_untouchable(self.rule.code, self.checks[0].field) is not None

    @property
    def says(self) -> tuple[str, str]:
        """What the check, or where several say different things the rule, is about."""
        check = self.checks[0]
        if len({one.zh for one in self.checks}) > 1:
            return self.rule.title_zh, self.rule.title_en
        field = FIELDS[check.field]
        if field.label_zh.removesuffix("码") in check.zh:
            return check.zh, check.en
        return f"{field.label_zh}，{check.zh}", f"{field.label_en}, {check.en}"


def measured_rules() -> tuple[Measured, ...]:
    """All rules of ``RULE_IDS`` that are measured; ValueError when the rule book has changed."""
    found: dict[str, tuple[Rule, list[Check]]] = {}
    for rule, check, id_ in _chosen():
        found.setdefault(id_, (rule, []))[1].append(check)
    return tuple(Measured(id_, rule, tuple(checks)) for id_, (rule, checks) in found.items())


def _chosen() -> Iterator[tuple[Rule, Check, str]]:
    by_code = {rule.code: rule for rule in RULES}
    for code, ids in RULE_IDS.items():
        rule = by_code[code]
        if len(ids) != len(rule.checks):
            raise ValueError(f"rule {code} has {len(rule.checks)} checks, {len(ids)} are named")
        for check, id_ in zip(rule.checks, ids, strict=True):
            if id_:
                yield rule, check, id_


def month_is_real(code: str) -> str:
    """Condition that a month field of the register is a month, as the rules say it."""
    (check,) = [c for rule in RULES if rule.code == "P04" for c in rule.checks if c.field == code]
    return in_register(check.good)


def _applies(check: Check) -> str:
    """Where a check applies; a field that must be filled, or empty, is not asked to be filled."""
    about_blanks = not check.filled or check.good == f"{check.field} IS NULL"
    names = check.reads if about_blanks else (check.field, *check.reads)
    return " AND ".join([f"({check.applies})", *(f"{name} IS NOT NULL" for name in names)])


def in_register(expression: str) -> str:
    """An expression of the rules in the register's columns; ValueError when it has none for it.

    What is derived and used again and again is bound once, by a lambda over a list of one: inside a
    CASE, DuckDB would compute each copy anew.
    """
    words = Counter(_TOKEN.findall(expression))
    bound = sorted(word for word, times in words.items() if times >= _OFTEN and word in _derived())

    def replaced(match: re.Match[str]) -> str:
        word = match[0]
        if word.startswith("'") or word in bound or word not in _names():
            return word
        return _column(word)

    text = _TOKEN.sub(replaced, expression)
    for word in bound:
        text = f"list_transform([{_column(word)}], lambda {word}: {text})[1]"
    return text


_OFTEN = 4


@cache
def _derived() -> frozenset[str]:
    """Derived columns that the register does not have."""
    return frozenset(name for layer in LAYERS for name in layer) - frozenset(_AS_REGISTERED)


@cache
def _names() -> frozenset[str]:
    """All words of the rules that stand for something else than themselves."""
    derived = {name for layer in LAYERS for name in layer}
    blanks = {f"{code}_blank" for code in FIELDS}
    of_filing = {"layout", "submitted_on", "semester_first", "semester_last", "resolution_known"}
    looked_up = {name for columns, _ in lookups().values() for name in columns[1:]}
    return frozenset(derived | blanks | looked_up | set(FIELDS) | set(_AS_REGISTERED) | of_filing)


@cache
def _column(word: str) -> str:
    """What stands for a field's code, a derived column or what is looked up in a code table."""
    if word in _AS_REGISTERED:
        return _AS_REGISTERED[word]
    for name, key in LOOKUP_JOINS:
        columns, rows = lookups()[name]
        if word in columns[1:]:
            place = columns.index(word)
            pairs = (
                f"{quote(row[0])}: {quote(found)}"
                for row in rows
                if row[0] and (found := row[place])
            )
            return f"(map {{{', '.join(pairs)}}}[{in_register(key)}])"
    for layer in LAYERS:
        if word in layer:
            return f"({in_register(layer[word])})"
    if word.endswith("_blank"):
        return f"({_column(word.removesuffix('_blank'))} is null)"
    field = FIELDS.get(word)
    if field is None or field not in registered_fields():
        raise ValueError(f"the register has no column for {word}")
    if field.type == "date":
        return f"strftime({field.name}, '%Y%m%d')"
    return f"{field.name}::varchar" if field.type == "number" else field.name
