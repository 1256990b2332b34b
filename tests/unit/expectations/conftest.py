"""A warehouse of the small table, made once."""

from pathlib import Path

import duckdb
import pytest

from .people import TABLE


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("warehouse") / "people.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute(TABLE)
    return path
