"""The seam for file formats: a reader turns the bytes of a record file into text with line numbers.

A reader knows nothing of packages and partitions. It never raises for what a file holds: what is
wrong becomes findings and faults, and every record of the file is a row of the frame. Another
format is another function in ``READERS``.
"""

from collections.abc import Mapping
from typing import Protocol

from pipelines.filing.csv_reader import read_csv
from pipelines.filing.dbf_reader import read_dbf
from pipelines.filing.parquet_reader import read_parquet
from pipelines.filing.read_file import ReadFile
from pipelines.filing.xlsx_reader import read_xlsx


class Reader(Protocol):
    """Reads the bytes of one record file. ``declared`` is the encoding that the manifest tells,
    which formats that know their own do not look at; ``edition`` and ``category`` tell the columns
    that the file must have, ``file`` is its path in the package, for findings."""

    def __call__(
        self, raw: bytes, declared: str | None, edition: str, category: str, file: str
    ) -> ReadFile: ...


READERS: Mapping[str, Reader] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "dbf": read_dbf,
    "parquet": read_parquet,
}
"""Readers by the manifest's ``format``; a format without a reader gives F18."""
