"""Fixtures of all tests: a data home of its own, the project's folder, no telemetry."""

import os
from pathlib import Path

import pytest

from pipelines.cli import quiet_telemetry
from pipelines.home import Home

quiet_telemetry()
os.environ.pop("XUEWEI_HOME", None)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty data home."""
    return Home.at(tmp_path / "home").make()


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout."""
    return Path(__file__).parents[1]
