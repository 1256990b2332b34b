"""The rules that judge records: data.

``RULES`` look at one record, ``SET_RULES`` at several or at the offices' registers,
``FILING_RULES`` at a filing as a whole. Codes R01-R45 are those of the project's facts, P01-P05 the
record layouts' own field rules, C01-C02 comparisons that the regulation asks for beside them.
"""

from dataclasses import replace

from pipelines.standard.rules import (
    authorities,
    conferral,
    enrolment,
    generated,
    person,
    profiles,
    repeated,
    study,
    thesis,
)
from pipelines.standard.rules.model import Check, FilingRule, Rule, SetRule, Severity

__all__ = [
    "FILING_RULES",
    "RULES",
    "SET_RULES",
    "Check",
    "FilingRule",
    "Rule",
    "SetRule",
    "Severity",
    "rule",
]

_FOR_MAJORS = {"R05": study.R05_MAJOR, "R06": study.R06_MAJOR}

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *(
                replace(rule, checks=rule.checks + _FOR_MAJORS.get(rule.code, ()))
                for rule in generated.RULES
            ),
            *person.RULES,
            *study.RULES,
            *thesis.RULES,
            *conferral.RULES,
        ),
        key=lambda rule: rule.code,
    )
)

SET_RULES: tuple[SetRule, ...] = tuple(
    sorted(
        (*repeated.SET_RULES, *authorities.SET_RULES, *enrolment.SET_RULES),
        key=lambda rule: rule.code,
    )
)

FILING_RULES: tuple[FilingRule, ...] = profiles.FILING_RULES


def rule(code: str) -> Rule | SetRule | FilingRule:
    """The rule of that code; KeyError when there is none."""
    every: tuple[Rule | SetRule | FilingRule, ...] = (*RULES, *SET_RULES, *FILING_RULES)
    for candidate in every:
        if candidate.code == code:
            return candidate
    raise KeyError(code)
