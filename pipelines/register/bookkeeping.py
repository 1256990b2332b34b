"""What a warehouse has been built from: batches of a province, handovers of the nation.

Written after dbt has built and tested everything, so that a run that was cut off is repeated, and
a run with nothing to do is recognised without dbt. It says how far the building is, never what is
registered: that is the register's own matter.
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb

from pipelines.home import Home
from pipelines.warehouse import connect

_TABLE = "bookkeeping.built_part"


def built(home: Home, path: Path) -> frozenset[tuple[str, str]]:
    """(semester, part) of everything that the warehouse has been built from.

    A part is a batch's name, in the national warehouse ``province/sequence``.
    """
    if not path.exists():
        return frozenset()
    con = connect(path, spill=home.scratch, read_only=True)
    try:
        return frozenset(con.execute(f"select semester, part from {_TABLE}").fetchall())
    except duckdb.CatalogException:
        return frozenset()
    finally:
        con.close()


def record(con: duckdb.DuckDBPyConnection, parts: Iterable[tuple[str, str]]) -> None:
    """Notes that the warehouse has been built from these parts."""
    con.execute("create schema if not exists bookkeeping")
    con.execute(f"create table if not exists {_TABLE} (semester varchar, part varchar)")
    con.executemany(f"insert into {_TABLE} values (?, ?)", [list(part) for part in parts])
