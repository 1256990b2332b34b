"""DuckDB as a datasource of Great Expectations: its bounds, and the files it opens."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from expectations.duckdb_datasource import DuckDBDatasource, DuckDBExecutionEngine
from expectations.run import BROKEN, PASSED, Bounds, run_suite
from expectations.suite import Suite

from .people import ROWS, measure, run, states


def settings(engine: sa.Engine, *names: str) -> dict[str, str]:
    listed = ", ".join(f"'{name}'" for name in names)
    with engine.connect() as con:
        found = con.exec_driver_sql(
            f"select name, value from duckdb_settings() where name in ({listed})"
        )
        return dict(found.fetchall())


def test_threads_memory_and_spill_are_set(warehouse: Path, tmp_path: Path) -> None:
    source = DuckDBDatasource(
        name="s", threads=1, memory_limit="300MB", temp_directory=str(tmp_path / "spill")
    )
    try:
        found = settings(
            source.get_engine(),
            *("threads", "memory_limit", "temp_directory", "enable_progress_bar"),
            *("autoinstall_known_extensions", "autoload_known_extensions"),
        )
    finally:
        source.close()
    assert found.pop("memory_limit") == "286.1 MiB"
    assert found == {
        "threads": "1",
        "temp_directory": str(tmp_path / "spill"),
        "enable_progress_bar": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


def test_what_memory_cannot_hold_is_spilled(warehouse: Path, tmp_path: Path) -> None:
    big = "(select count(*) from (select distinct md5(i::varchar) from range(1500000) t(i)))"
    one = measure("big", big, min_value=1500000)
    made = run(warehouse, one, bounds=Bounds(2, "100MB", tmp_path / "spill"))
    assert states(made) == {"big": PASSED}
    (tmp_path / "file").write_text("no folder")
    made = run(warehouse, one, bounds=Bounds(2, "100MB", tmp_path / "file" / "spill"))
    assert states(made) == {"big": BROKEN}


def test_no_thread_is_no_datasource() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        DuckDBDatasource(name="s", threads=0)


def test_nothing_can_be_written_to_an_attached_file(warehouse: Path) -> None:
    source = DuckDBDatasource(name="s", prepare=[f"attach '{warehouse}' as w (read_only)"])
    try:
        with source.get_engine().connect() as con:
            with pytest.raises(sa.exc.DBAPIError, match="read-only"):
                con.exec_driver_sql("create table w.more as select 1")
            con.rollback()
            with pytest.raises(sa.exc.DBAPIError, match="read-only"):
                con.exec_driver_sql("delete from w.person")
    finally:
        source.close()


def test_a_database_of_its_own_is_opened_read_only(warehouse: Path) -> None:
    source = DuckDBDatasource(name="s", database=str(warehouse))
    try:
        engine = source.get_execution_engine()
        assert isinstance(engine, DuckDBExecutionEngine)
        with engine.get_connection() as con:
            assert con.exec_driver_sql("select count(*) from person").scalar() == ROWS
            with pytest.raises(sa.exc.DBAPIError, match="read-only"):
                con.exec_driver_sql("delete from person")
    finally:
        source.close()


def test_the_file_is_free_after_a_run(warehouse: Path) -> None:
    """DuckDB's lock belongs to a process: another one opens it for writing."""
    run(warehouse, measure("rows", "count(*)", min_value=1))
    write = (
        "import duckdb, sys; con = duckdb.connect(sys.argv[1]);"
        "con.execute('create or replace table written as select 1')"
    )
    done = subprocess.run([sys.executable, "-c", write, str(warehouse)], capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_the_file_is_free_after_a_run_that_failed(warehouse: Path) -> None:
    suite = Suite("try", "试", "try", "nonsuch", (measure("rows", "count(*)", min_value=1),))
    bounds = Bounds(1, "512MB", warehouse.parent / "spill")
    with pytest.raises(Exception, match="nonsuch"):
        run_suite(suite, [f"attach '{warehouse}' as w (read_only)"], bounds)
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create or replace table written as select 1")
