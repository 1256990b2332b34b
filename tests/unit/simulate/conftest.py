"""A small simulated home with every kind of fault, and its packages read back."""

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.home import Home
from pipelines.simulate.faults import FILING_FAULTS
from pipelines.simulate.plan import Plan
from pipelines.simulate.simulation import Simulated, simulate
from pipelines.standard import FIELDS

SEMESTER = "2025-2026-2"
PLAN = Plan(11, ("11", "65"), SEMESTER, 7000, fault_rate=0.05, filing_fault_rate=0.0)


@dataclass
class Package:
    """A package as it lies in the inbox."""

    name: str
    files: dict[str, bytes]
    zipped: bool
    manifest: dict

    @classmethod
    def read(cls, path: Path) -> "Package":
        if path.is_dir():
            files = {file.name: file.read_bytes() for file in path.iterdir()}
        else:
            with zipfile.ZipFile(path, metadata_encoding="gbk") as archive:
                files = {name: archive.read(name) for name in archive.namelist()}
        return cls(path.stem, files, path.is_file(), json.loads(files["manifest.json"]))

    def lines(self, entry: dict) -> list[list[str]]:
        """All lines of a record file, split; undecodable bytes are replaced."""
        encoding = "gb18030" if entry["encoding"] == "gb18030" else "utf-8-sig"
        text = self.files[entry["path"]].decode(encoding, "replace").replace("\0", "")
        return [next(csv.reader(io.StringIO(line))) for line in text.splitlines()]

    def name_lists(self) -> list[list[str]]:
        """The names on each resolution's list."""
        lists = []
        for resolution in self.manifest["resolutions"]:
            text = self.files[resolution["names"]["file"]].decode("utf-8")
            lists.append([row["姓名"] for row in csv.DictReader(io.StringIO(text))])
        return lists

    def records(self, entry: dict) -> list[dict[str, str]]:
        """The records of a file by field code, in order."""
        header, *lines = self.lines(entry)
        labels = {field.label_zh: code for code, field in FIELDS.items()}
        labels |= {f"{field.label_zh}({code})": code for code, field in FIELDS.items()}
        codes = [labels.get(name, name) for name in header]
        return [dict(zip(codes, line, strict=False)) for line in lines]


@dataclass
class Made:
    """A simulated home."""

    home: Home
    result: Simulated
    packages: list[Package]
    truth: pl.DataFrame


def make(folder: Path, plan: Plan) -> Made:
    home = Home.at(folder)
    result = simulate(home, plan)
    packages = [Package.read(path) for path in sorted(home.inbox.iterdir())]
    return Made(home, result, packages, pl.read_parquet(home.truth / f"{plan.semester}.parquet"))


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Two provinces with line faults of every kind."""
    return make(tmp_path_factory.mktemp("lines"), PLAN)


@pytest.fixture(scope="session")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One province in which every filing has a fault of the whole filing."""
    plan = Plan(5, ("32",), SEMESTER, 600, 0.0, 1.0, filings=2 * len(FILING_FAULTS), photos=True)
    return make(tmp_path_factory.mktemp("filings"), plan)
