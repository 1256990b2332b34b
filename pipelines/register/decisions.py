"""Handovers that lie sealed, and the nation's decisions on them."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.errors import BadInputError
from pipelines.home import Home
from pipelines.register.files import folders

RECORDS = "records.parquet"
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Handover:
    """A sealed handover's folder. ``part`` is ``province/sequence`` with four digits."""

    province: str
    semester: str
    sequence: str
    folder: Path
    decision_file: Path

    @property
    def part(self) -> str:
        return f"{self.province}/{self.sequence}"

    @property
    def records(self) -> Path:
        return self.folder / RECORDS

    @property
    def manifest_file(self) -> Path:
        return self.folder / MANIFEST

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest; BadInputError when it cannot be read as a JSON object."""
        return read_json(self.manifest_file)

    @cached_property
    def decision(self) -> dict[str, Any] | None:
        """The nation's decision on it, if there is one."""
        return read_json(self.decision_file) if self.decision_file.exists() else None

    @property
    def outcome(self) -> str | None:
        """approve, return, or None while nothing is decided."""
        return str(self.decision["outcome"]) if self.decision else None

    @property
    def approved_sha256(self) -> str:
        return str(self.decision["subject"]["sha256"]) if self.decision else ""


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file; BadInputError tells which file is not one."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict):
        where = "/".join(path.parts[-4:])
        raise BadInputError(f"{where} is missing or no JSON object", "a JSON object in UTF-8")
    return content


def handovers_of(home: Home, province: str, semester: str) -> list[Handover]:
    """All sealed handovers of a province and semester, by sequence."""
    return [
        Handover(
            province,
            semester,
            folder.name,
            folder,
            home.decisions / f"national-{province}-{semester}-{folder.name}.json",
        )
        for folder in folders(home.handover(province, semester))
    ]


def all_handovers(home: Home, semester: str | None = None) -> list[Handover]:
    """All sealed handovers (of a semester), by province, semester and sequence."""
    found: list[Handover] = []
    for province in folders(home.handovers):
        for folder in folders(province):
            if semester in (None, folder.name):
                found += handovers_of(home, province.name, folder.name)
    return found


def approved_handovers(home: Home, semester: str | None = None) -> list[Handover]:
    """The handovers that the nation has approved."""
    return [h for h in all_handovers(home, semester) if h.outcome == "approve"]
