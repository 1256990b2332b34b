"""The seam for file formats: a reader turns the bytes of a record file into text with line numbers.

A reader knows nothing of packages and partitions. It never raises for what a file holds: what is
wrong becomes findings and faults, and every record of the file is a row of the frame. Another
format is another function in ``READERS``.
"""

from collections.abc import Mapping
from typing import Protocol

from pipelines.filing.csv_reader import read_csv
from pipelines.filing.read_file import ReadFile


class Reader(Protocol):
    """Reads the bytes of one record file. ``edition`` and ``category`` tell the columns that it
    must have, ``file`` is its path in the package, for findings."""

    def __call__(
        self, raw: bytes, declared: str | None, edition: str, category: str, file: str
    ) -> ReadFile: ...


READERS: Mapping[str, Reader] = {"csv": read_csv}
"""Readers by the manifest's ``format``; a format without a reader gives F18."""
