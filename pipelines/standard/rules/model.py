"""What a rule is: data. An expression *for the good case*, the fields it reads, severity, basis.

A check is one rule on one field. It fires where ``applies`` holds, every field in ``reads`` is
filled in, and ``(good) IS NOT TRUE``: NULL is never a pass. The expressions are SQL over the
columns that ``derived`` lists; they know nothing of files.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipelines.standard.fields import FIELDS


class Severity(StrEnum):
    """What a finding does to its line: return it, hold it, or only report it."""

    ERROR = "error"
    HOLD = "hold"
    WARNING = "warning"


@dataclass(frozen=True)
class Check:
    """One rule on one field.

    ``field`` is the standard's code that the finding points at; ``reads`` are further fields that
    must be filled in for the check to apply (a blank field speaks through its presence check only).
    ``severity`` overrides the rule's, for instance where a code table is unsure. ``filled`` is
    false where the check also looks at a blank field (presence). ``by_value`` is true where
    ``good`` depends on ``field`` and ``reads`` alone: it is then judged once a distinct value, not
    once a record, which is what makes code tables cheap on a million records.
    """

    field: str
    good: str
    zh: str
    en: str
    applies: str = "true"
    reads: tuple[str, ...] = ()
    severity: Severity | None = None
    filled: bool = True
    by_value: bool = False


@dataclass(frozen=True)
class Rule:
    """A rule with its checks. ``since`` and ``until`` are conferral dates, both inclusive.

    ``basis`` is the article or document, ``source`` the mark in the project's facts (R regulation,
    S seen in a real system, M practice).
    """

    code: str
    severity: Severity
    title_zh: str
    title_en: str
    basis: str
    checks: tuple[Check, ...]
    source: str = ""
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        for check in self.checks:
            for name in (check.field, *check.reads):
                if name not in FIELDS:
                    raise ValueError(f"rule {self.code} names field {name}, which is not declared")


COMPARED_FIELDS = ("ZJHM", "XWLBM", "XWZSBH", "XZXM", "ZXXM", "LWTM")
"""The fields that rules over several records compare."""


@dataclass(frozen=True)
class SetRule:
    """A rule over several records. ``bad_rows`` selects the ``row_id`` of those that break it.

    It may read ``compared`` (row_id, filing_no, institution, level, id_type, and the fields that
    ``COMPARED_FIELDS`` names, blank as NULL) and ``registered_certificates``.
    """

    code: str
    severity: Severity
    title_zh: str
    title_en: str
    basis: str
    field: str
    bad_rows: str
    zh: str
    en: str
    source: str = ""
