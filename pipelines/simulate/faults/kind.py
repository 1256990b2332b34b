"""What a kind of fault is, and the conditions that kinds share.

Semantics that the catalogue relies on: a rule judges fields that are present and well formed only;
a blank or malformed field speaks through its own finding, and nothing is compared with an
institution code that is itself wrong (P05). A line with an L fault has no other finding. The
enrolment match (R39) compares what is filled, malformed or not. A repaired text breaks its T rule
only.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.simulate.mutations import Change, setting
from pipelines.simulate.plan import FORMATS

ANY = pl.lit(True)
CLASSIC = pl.col("layout") == "2018"
NEWER = pl.col("layout") == "2024"
BACHELOR = pl.col("letter") == "B"
GRADUATE = pl.col("letter") != "B"
EQUIVALENT = pl.col("category").is_in(["D2", "M2"])
STUDENT = ~EQUIVALENT
"""Has an enrolment record."""

ENROLLED = CLASSIC & STUDENT
HAN_NAME = pl.col("XM").str.contains("^[一-龥]{2,4}$")
RESIDENT = pl.col("ZJLXM") == "01"
MAINLAND = pl.col("GBM") == "156"
MAINLAND_OR_UNSAID = pl.col("MZM") != ""
THESIS = pl.col("LWTM") != ""
FULL = pl.col("full_header") & CLASSIC
ONE_NAME = ~pl.col("XM").str.contains("·|[A-Z]")
DEGREE_FIELDS = ("XWLBM", "XWLB", "ZYDM", "ZYMC", "ZSZYMC")
PERSON_FIELDS = (
    "XM",
    "XMPY",
    "XBM",
    "XB",
    "GBM",
    "GB",
    "MZM",
    "MZ",
    "ZZMMM",
    "ZZMM",
    "CSRQ",
    "ZJLXM",
    "ZJLX",
    "ZJHM",
)
COURSE_FIELDS = ("XH", "RXNY", "BYNY", "PYDWM", "PYDW")
"""What the enrolment register tells of a person's studies, beside the major."""

EVERY_FORMAT = frozenset(FORMATS)
NOT_DBF = EVERY_FORMAT - {"dbf"}

Also = tuple[tuple[str, pl.Expr], ...]


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault of a line.

    ``where`` says which rows can have it. One of: ``change`` (columns), ``copies`` (columns taken
    over from another line: both lines break the rules), ``breaks`` (the name of a change to the
    line's bytes). ``rules`` are broken by the line, exactly; ``also`` are further ones where the
    expression holds on the line as it was (not on the line that was copied from), ``filing_rules``
    are broken by the filing, once. ``across`` copies from another institution, else from the
    neighbouring line. In other ``formats``, or without ``photos``, the line stays as it is.
    """

    name: str
    rules: tuple[str, ...]
    where: pl.Expr
    change: Change | None = None
    copies: tuple[str, ...] = ()
    breaks: str = ""
    also: Also = ()
    filing_rules: tuple[str, ...] = ()
    across: bool = False
    formats: frozenset[str] = EVERY_FORMAT
    photos: bool = False


def kind(
    name: str, rules: str, where: pl.Expr, also: Also = (), **columns: pl.Expr | str
) -> FaultKind:
    """A kind that sets columns. ``R39*`` among the rules: where the person is enrolled."""
    codes = rules.split()
    always = tuple(code for code in codes if not code.endswith("*"))
    enrolled = tuple((code.rstrip("*"), STUDENT) for code in codes if code.endswith("*"))
    return FaultKind(name, always, where, setting(**columns), also=(*enrolled, *also))


def text(code: str) -> pl.Expr:
    """A column of the record."""
    return pl.col(code)
