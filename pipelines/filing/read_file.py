"""What a reader makes of one record file, whatever its format."""

from dataclasses import dataclass, field
from functools import cache

import polars as pl

from pipelines.filing.door_rules import Finding

RAW_CHARACTERS = 4096
"""Of a line that cannot be split, this much is landed; the archive has all of it."""

FAULTS = ("L00", "L01", "L02", "L03", "L04", "L05")
UNSPLIT = "L00"
"""The fault of every line of a file whose header cannot be used; the file's finding says why."""


@cache
def no_faults() -> pl.DataFrame:
    """An empty ``faults`` frame; one for all files, since each takes 60 µs to make."""
    return pl.DataFrame(schema={"position": pl.Int64, "found": pl.Int64, "expected": pl.Int64})


@cache
def no_cells() -> pl.DataFrame:
    """An empty ``cells`` frame; one for all files."""
    return pl.DataFrame(schema={"position": pl.Int64, "field": pl.String, "rule_code": pl.String})


@dataclass(frozen=True)
class ReadFile:
    """A record file as text.

    ``frame``: one row a record in the file's order, with ``line`` (Int32; a spreadsheet's row,
    the header's is 1) and a String column for each field code in ``columns``: values as they
    stand, '' for an empty cell. Where lines have faults, ``fault`` and ``raw`` (String) too; the
    fields of such a line are all NULL. ``faults``: one row a faulty line except ``L00``:
    ``position`` (Int64, row of ``frame``), ``found`` and ``expected`` (Int64, columns).
    ``encoding`` is the one found.
    ``cells``: one row a finding about a cell whose record could still be read: ``position`` (Int64,
    row of ``frame``), ``field`` and ``rule_code`` (String).
    ``readable`` is false when nothing of the file could be read (the findings say why).
    """

    frame: pl.DataFrame
    faults: pl.DataFrame
    findings: tuple[Finding, ...]
    encoding: str | None
    columns: tuple[str, ...]
    readable: bool = True
    cells: pl.DataFrame = field(default_factory=no_cells)

    @property
    def rows(self) -> int:
        return self.frame.height


def unread(findings: tuple[Finding, ...], encoding: str | None) -> ReadFile:
    """A file of which nothing can be read."""
    frame = pl.DataFrame(schema={"line": pl.Int32, "fault": pl.String, "raw": pl.String})
    return ReadFile(frame, no_faults(), findings, encoding, (), readable=False)
