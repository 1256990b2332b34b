"""Weights and words that the simulation draws from; nothing here describes a real institution."""

import csv
from importlib import resources


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of ``data/<name>.csv`` as dictionaries of text."""
    text = resources.files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def read_words(name: str) -> dict[str, list[str]]:
    """Word lists of ``data/<name>.txt``: lines of ``key: word word ...``; a key may be repeated."""
    text = resources.files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    words: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            key, _, rest = line.partition(":")
            words.setdefault(key.strip(), []).extend(rest.split())
    return words
