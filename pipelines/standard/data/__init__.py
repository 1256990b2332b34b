"""The standard's tables as CSV files: fields, code tables and the index of their editions."""

import csv
from importlib import resources


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of ``data/<name>.csv`` as dictionaries of text; an empty cell is the empty string."""
    text = resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
