"""The rules that judge records: data. ``RULES`` look at one record, ``SET_RULES`` at several.

Codes R01-R45 are those of the project's facts; P01-P05 are the record layouts' own field rules.
"""

from dataclasses import replace

from pipelines.standard.rules import conferral, generated, person, study
from pipelines.standard.rules.model import Check, Rule, SetRule, Severity

__all__ = ["RULES", "SET_RULES", "Check", "Rule", "SetRule", "Severity", "rule"]

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
            *conferral.RULES,
        ),
        key=lambda rule: rule.code,
    )
)

SET_RULES: tuple[SetRule, ...] = conferral.SET_RULES


def rule(code: str) -> Rule | SetRule:
    """The rule of that code; KeyError when there is none."""
    every: tuple[Rule | SetRule, ...] = (*RULES, *SET_RULES)
    for candidate in every:
        if candidate.code == code:
            return candidate
    raise KeyError(code)
