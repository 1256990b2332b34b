"""Who may import whom: the house of the design, held by reading the code's own imports."""

import ast
from pathlib import Path

import pytest

ROOMS = [
    "standard",
    "filing",
    "examination",
    "review",
    "register",
    "quality",
    "statistics",
    "commission",
    "inquiry",
    "simulate",
    "orchestration",
    "cli",
]
"""In the order of the design: a room may import those above it."""

SHARED = {"home", "errors", "warehouse", "clock", "ledger"}
"""Modules that every room but the standard may use."""

LIBRARIES = {"anonymization": set(), "expectations": {"standard"}}
"""What of the pipelines a library may import."""


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def modules(project: Path, folder: str) -> list[Path]:
    return sorted((project / folder).rglob("*.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_above_it(room: str, project: Path) -> None:
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    if room in ("orchestration", "cli"):
        allowed = set(ROOMS) - ({"cli"} if room == "orchestration" else set())
    allowed |= set() if room == "standard" else SHARED
    for path in modules(project, f"pipelines/{room}"):
        for name in imported(path):
            if name.startswith("pipelines."):
                target = name.split(".")[1]
                assert target in allowed, f"{path.relative_to(project)} imports {name}"


def test_nobody_imports_dagster_but_orchestration(project: Path) -> None:
    for path in modules(project, "pipelines"):
        inside = (
            "orchestration" in path.parts or "cli" in path.parts or path.name == "definitions.py"
        )
        uses = any(name.split(".")[0].startswith("dagster") for name in imported(path))
        assert inside or not uses, path.relative_to(project)


def test_the_standard_knows_no_files_and_no_database(project: Path) -> None:
    forbidden = {"duckdb", "polars", "dagster", "dbt", "os"}
    for path in modules(project, "pipelines/standard"):
        assert not {name.split(".")[0] for name in imported(path)} & forbidden, path.name


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_libraries_import_at_most_the_standard(library: str, project: Path) -> None:
    for path in modules(project, library):
        rooms = {name.split(".")[1] for name in imported(path) if name.startswith("pipelines.")}
        assert rooms <= LIBRARIES[library], path.name


def test_every_room_says_what_it_is_for(project: Path) -> None:
    for room in ROOMS:
        text = (project / "pipelines" / room / "__init__.py").read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), room
