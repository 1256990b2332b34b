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
    """What a finding does to its line: return it, hold it, only report it, or tell of a repair."""

    ERROR = "error"
    HOLD = "hold"
    WARNING = "warning"
    REPAIRED = "repaired"


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


COMPARED_FIELDS = (
    *("XM", "ZJHM", "XWLBM", "XWZSBH", "XZXM", "ZXXM"),
    *("LWTM", "LWGJC", "ZYDM", "HXWRQ", "SQXWBH", "CSRQ", "XBM", "XB"),
)
"""The fields that rules over several records compare."""


@dataclass(frozen=True)
class SetRule:
    """A rule over several records, or over a record and the offices' registers.

    ``bad_rows`` selects the ``row_id`` of those that break it. It may read ``compared`` (row_id,
    filing_no, institution, category, level and the fields of ``COMPARED_FIELDS``, blank as NULL),
    ``digests``, ``registered`` and ``repeated_people`` (see ``examination.registers``), and the
    tables in ``needs``: a rule whose tables are not there is not judged, and that is told.
    ``since`` and ``until`` are conferral dates, both inclusive.
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
    needs: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class FilingRule:
    """A rule over a filing as a whole. ``bad_filings`` selects the ``filing_no`` that break it."""

    code: str
    severity: Severity
    title_zh: str
    title_en: str
    basis: str
    field: str
    bad_filings: str
    zh: str
    en: str
    source: str = ""
    needs: tuple[str, ...] = ()
