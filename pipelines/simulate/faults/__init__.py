"""The catalogue of faults: what is changed, where, and exactly which rules the line then breaks."""

from functools import cache

from pipelines.simulate.faults.broken import broken_faults
from pipelines.simulate.faults.cells import cell_faults
from pipelines.simulate.faults.certificate import certificate_faults
from pipelines.simulate.faults.compared import compared_faults
from pipelines.simulate.faults.dates import date_faults
from pipelines.simulate.faults.degree import degree_faults
from pipelines.simulate.faults.filing import (
    FILING_FAULTS,
    NO_TEMPLATE,
    ON_EVERY_LINE,
    can_have,
)
from pipelines.simulate.faults.general import general_faults
from pipelines.simulate.faults.identity import identity_faults
from pipelines.simulate.faults.kind import FaultKind
from pipelines.simulate.faults.text import text_faults
from pipelines.simulate.faults.thesis import thesis_faults

__all__ = [
    "FILING_FAULTS",
    "NO_TEMPLATE",
    "ON_EVERY_LINE",
    "FaultKind",
    "can_have",
    "line_faults",
]


@cache
def line_faults() -> tuple[FaultKind, ...]:
    """Every kind of fault of a line, in a fixed order."""
    return (
        *general_faults(),
        *identity_faults(),
        *certificate_faults(),
        *date_faults(),
        *degree_faults(),
        *thesis_faults(),
        *broken_faults(),
        *text_faults(),
        *compared_faults(),
        *cell_faults(),
    )
