"""Looks for personal values in files, also in zips, compressed pages of SQLite, JSON escapes
and HTML entities."""

import html
import io
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipelines.home import Home
from tests.end_to_end.country import table

ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")


def personal_values(home: Home) -> list[str]:
    """Names, identity numbers and certificate numbers of all lines, faulty ones too."""
    columns = ("XM", "XMPY", "ZJHM", "XWZSBH", "XH", "DSXM")
    records = table(home, "landing", "records-*")
    values: set[str] = set()
    for column in columns:
        values |= set(records[column].drop_nulls())
    return sorted(v for v in values if len(v) > (1 if v[:1] > "~" else 7))


def leaks(paths: list[Path], values: list[str]) -> dict[str, list[str]]:
    """Values found, by file. A file's name counts as its content does."""
    found = {}
    for path in paths:
        texts = [text for data in _contents(path) for text in _texts(data)]
        hits = (
            pl.Series([path.name, *texts], dtype=pl.String)
            .str.extract_many(values)
            .explode(empty_as_null=True)
            .drop_nulls()
        )
        if hits.len():
            found[str(path)] = sorted(set(hits))
    return found


def _texts(data: bytes) -> Iterator[str]:
    """The bytes as text in the encodings that might hide a value."""
    plain = data.decode("utf-8", "replace")
    yield plain
    if "\\u" in plain:
        yield (
            ESCAPE.sub(lambda match: chr(int(match[1], 16)), plain)
            .encode("utf-16", "surrogatepass")
            .decode("utf-16", "replace")
        )
    if "&" in plain:
        yield html.unescape(plain)
    yield data.decode("gb18030", "replace")


def _contents(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name.encode() + b"\n" + archive.read(name)
    if data.startswith(b"SQLite format 3"):
        yield from _cells(path)


def _cells(path: Path) -> Iterator[bytes]:
    """Texts and inflated blobs of all tables: what is not in the pages as it is."""
    con = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [row[0] for row in con.execute("select name from sqlite_master where type='table'")]
        for name in names:
            for row in con.execute(f'select * from "{name}"'):
                for cell in row:
                    if isinstance(cell, bytes):
                        yield cell
                        yield from _inflated(cell)
                    elif isinstance(cell, str):
                        yield cell.encode()
    finally:
        con.close()


def _inflated(blob: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompress(blob)
    except zlib.error:
        return
