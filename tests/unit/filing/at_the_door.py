"""One package through the door, without landing it: what is found, and about which cells."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipelines.filing.door_rules import Finding
from pipelines.filing.package import Limits
from pipelines.filing.receiving import Door, Received, receive
from pipelines.filing.reference import load_reference
from pipelines.filing.settings import Settings
from pipelines.home import Home
from tests.unit.filing.packages import NOW, Draft


@dataclass
class Looked:
    """A package received. ``cells`` are (file, position, field, rule) of all files."""

    received: Received

    @property
    def cells(self) -> list[tuple[str, int, str, str]]:
        return [
            (file.declared.path, *row)
            for file in self.received.files
            if file.read
            for row in file.read.cells.select("position", "field", "rule_code").iter_rows()
        ]

    @property
    def codes(self) -> list[str]:
        return sorted(finding.rule_code for finding in self.received.findings)

    def about(self, code: str) -> list[str]:
        """English texts of a rule's findings about the filing."""
        return [one.message_en for one in self.received.findings if one.rule_code == code]

    @property
    def findings(self) -> list[Finding]:
        return self.received.findings

    def said(self) -> str:
        """Everything that findings say, their places too."""
        return " ".join(str(finding) for finding in self.received.findings)


def look(
    home: Home, made: Draft, *, settings: Settings | None = None, limits: Limits | None = None
) -> Looked:
    """Receives the package as a zip; nothing is landed."""
    package = made.zip(home.inbox)
    return look_at(home, package, settings=settings, limits=limits)


def look_at(
    home: Home, package: Path, *, settings: Settings | None = None, limits: Limits | None = None
) -> Looked:
    door = Door(
        home,
        load_reference(home),
        limits or Limits(),
        NOW.date(),
        settings=settings or Settings(),
    )
    return Looked(receive(package, door, ()))


def attach(made: Draft, path: str, data: bytes) -> dict[str, str]:
    """Puts a file into the package; its path and hash."""
    made.files[path] = data
    return {"path": path, "sha256": hashlib.sha256(data).hexdigest()}
