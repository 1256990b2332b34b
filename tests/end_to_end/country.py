"""A small simulated country for tests: its data home, what was sent, and a run of a semester."""

import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.home import Home
from pipelines.orchestration.headless import SemesterRun, run_semester
from pipelines.simulate.plan import Plan
from pipelines.simulate.simulation import simulate

SEMESTER = "2025-2026-1"
NEXT_SEMESTER = "2025-2026-2"
NOW = "2026-11-02T09:00:00+08:00"

PROVINCES = ("11", "32", "65")
PLAN = Plan(20200629, PROVINCES, SEMESTER, 3000, fault_rate=0.05, filing_fault_rate=0.1)
RECORDS = "select * from core.degree_record where filing_semester = ? order by all"


@contextmanager
def office_hours() -> Iterator[None]:
    """A fixed clock; Dagster's and our own variables are as before afterwards."""
    before = dict(os.environ)
    os.environ["XUEWEI_NOW"] = NOW
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass
class Country:
    """A data home in which a semester was run, and the bytes that had been sent to it."""

    home: Home
    sent: dict[str, dict[str, bytes]]
    run: SemesterRun


def sent_to(home: Home) -> dict[str, dict[str, bytes]]:
    """The inbox's packages by name: a zip is one file under its own name, a folder its files."""
    packages = {}
    for path in sorted(home.inbox.iterdir()):
        files = [path] if path.is_file() else sorted(path.iterdir())
        packages[path.name] = {file.name: file.read_bytes() for file in files}
    return packages


def send(home: Home, name: str, files: dict[str, bytes]) -> None:
    """Puts a package into the inbox as ``sent_to`` read it."""
    if list(files) == [name]:
        (home.inbox / name).write_bytes(files[name])
        return
    (home.inbox / name).mkdir()
    for file, data in files.items():
        (home.inbox / name / file).write_bytes(data)


def build_country(folder: Path, plan: Plan, province: str | None = None) -> Country:
    """Simulates and runs a semester."""
    home = Home.at(folder / "home").make()
    simulate(home, plan)
    sent = sent_to(home)
    return Country(home, sent, run_semester(home, plan.semester, province))


def copy_of(home: Home, folder: Path) -> Home:
    """The home elsewhere, to do something to it. Read-only files stay read-only."""
    shutil.copytree(home.root, folder / "home", symlinks=True)
    return Home.at(folder / "home")


def table(home: Home, kind: str, name: str, semester: str = SEMESTER) -> pl.DataFrame:
    """``name`` of all provinces' batches in landing, findings or decided, with the province."""
    frames = [
        pl.read_parquet(path).with_columns(province=pl.lit(path.parts[-4]))
        for path in sorted((home.root / kind).glob(f"*/{semester}/b-*/{name}.parquet"))
    ]
    return pl.concat(frames)


def files_below(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def query(path: Path, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of a warehouse."""
    con = duckdb.connect(str(path), read_only=True)
    try:
        return con.execute(sql, values).fetchall()
    finally:
        con.close()


def manifest_of(files: dict[str, bytes]) -> dict[str, Any]:
    """The manifest of a package as sent."""
    if "manifest.json" in files:
        return json.loads(files["manifest.json"])
    (data,) = files.values()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return json.loads(archive.read("manifest.json"))
