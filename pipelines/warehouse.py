"""How this project opens DuckDB: threads, memory and spill set, no extension ever fetched.

Every connection of the rooms comes from here; dbt's profile sets the same. DuckDB's own defaults
(all cores, 80 % of memory) let two processes kill each other.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import duckdb

from pipelines.errors import BusyError

DEFAULT_THREADS = 2
DEFAULT_MEMORY = "2GB"


def threads() -> int:
    """Threads a connection may use: ``XUEWEI_THREADS``, else two."""
    return int(os.environ.get("XUEWEI_THREADS", DEFAULT_THREADS))


def memory_limit() -> str:
    """Memory a connection may use before it spills: ``XUEWEI_MEMORY``, else 2GB."""
    return os.environ.get("XUEWEI_MEMORY", DEFAULT_MEMORY)


def connect(
    path: Path | None = None, *, spill: Path, read_only: bool = False
) -> duckdb.DuckDBPyConnection:
    """A connection to a warehouse file, or in memory; ``spill`` takes what memory cannot hold."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": str(threads()),
        "memory_limit": memory_limit(),
        "temp_directory": str(spill),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    try:
        con = duckdb.connect(str(path or ":memory:"), read_only=read_only, config=config)
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        raise BusyError(
            f"the warehouse {path.name if path else ''} is open in another process",
            "one process at a time for a DuckDB file",
            "wait for the other run to end",
        ) from None
    # its progress bar writes to standard output, between the lines that a command prints there
    con.execute("SET enable_progress_bar = false")
    return con


def quote(text: str) -> str:
    """``text`` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def rows_as_sql(names: Sequence[str], rows: Sequence[Sequence[str | int | None]]) -> str:
    """A small table as SQL: a column a name, integers as INTEGER, texts as VARCHAR.

    Written out, since a list bound as a parameter makes DuckDB import pandas: 0.35 s. Without rows
    all columns are VARCHAR.
    """
    if not rows:
        return f"SELECT {', '.join(f'NULL::VARCHAR AS {name}' for name in names)} WHERE false"
    columns = zip(*rows, strict=True)
    parts = ", ".join(
        f"unnest({_list(column)}) AS {name}" for name, column in zip(names, columns, strict=True)
    )
    return f"SELECT {parts}"


def _list(values: Sequence[str | int | None]) -> str:
    if all(isinstance(value, int) for value in values):
        return f"[{', '.join(map(str, values))}]::INTEGER[]"
    texts = ", ".join("NULL" if value is None else quote(str(value)) for value in values)
    return f"[{texts}]::VARCHAR[]"
