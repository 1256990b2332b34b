"""dbt in process: contracts hold, nothing is left behind, logs hold no values."""

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import DisagreementError
from pipelines.home import Home
from pipelines.register import build, dbt_runner
from pipelines.register.generate import PROJECT

from .samples import NAMES, Filing, land


def test_the_contract_stops_a_model_with_another_column(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project)
    model = project / "models" / "core" / "province_degree_record.sql"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("1 as version_no", "'1' as version_no"), encoding="utf-8")
    monkeypatch.setattr(dbt_runner, "PROJECT", project)
    land(home, "11", "b-1", Filing(1))
    with pytest.raises(DisagreementError, match="province_degree_record"):
        build.register_province(home, "11")
    assert build.count(home, home.province_warehouse("11"), "core.degree_record") == 0


def test_a_register_with_other_columns_than_its_contract_is_refused(home: Home) -> None:
    land(home, "11", "b-1", Filing(1))
    build.register_province(home, "11")
    con = duckdb.connect(str(home.province_warehouse("11")))
    con.execute("alter table core.degree_record add column stray varchar")
    con.close()
    land(home, "11", "b-2", Filing(1, first=50))
    with pytest.raises(DisagreementError, match="other columns than its contract"):
        build.register_province(home, "11")


def test_console_and_logs_hold_no_values(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    land(home, "11", "b-1", Filing(1))
    build.register_province(home, "11")
    land(home, "11", "b-2", Filing(1))
    with pytest.raises(DisagreementError):
        build.register_province(home, "11")
    console = capfd.readouterr()
    assert console.out == ""
    assert console.err == ""
    texts = [
        p.read_text(encoding="utf-8") for p in home.dbt.rglob("*") if p.suffix in {".log", ".sql"}
    ]
    assert texts
    for value in (*NAMES, "110101200301310001", "1190142026000001"):
        assert not any(value in text for text in texts), value


def test_environment_and_project_are_as_before(home: Home) -> None:
    before = dict(os.environ)
    files = sorted(PROJECT.rglob("*"))
    land(home, "11", "b-1", Filing(1))
    build.register_province(home, "11")
    assert dict(os.environ) == before
    assert sorted(PROJECT.rglob("*")) == files


def test_the_warehouse_keeps_no_path_of_the_machine(home: Home) -> None:
    land(home, "11", "b-1", Filing(1))
    build.register_province(home, "11")
    con = duckdb.connect(str(home.province_warehouse("11")), read_only=True)
    assert con.execute("select count(*) from duckdb_views() where not internal").fetchone() == (0,)
    con.close()
    assert str(home.root).encode() not in home.province_warehouse("11").read_bytes()
