"""The data home: where every file lies. No other module spells a path of it.

Everything below the home belongs to one office (or one demonstration). Provinces share nothing
but the handover folder, so that a province may run on a machine of its own.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

DEFAULT = "data"
PRIVATE = 0o700

_SAFE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,79}")


def safe_name(text: str | None, otherwise: str) -> str:
    """``text`` where it can be a file name without any harm, else ``otherwise``.

    Ids come out of other people's manifests: nothing of theirs may climb out of a folder.
    """
    return text if text and _SAFE.fullmatch(text) else otherwise


@dataclass(frozen=True)
class Home:
    """A data home. Properties are paths; nothing is created until ``make`` or a room does it."""

    root: Path

    @classmethod
    def at(cls, root: str | os.PathLike[str] | None = None) -> "Home":
        """The home given, else ``XUEWEI_HOME``, else ``./data``."""
        return cls(Path(root or os.environ.get("XUEWEI_HOME") or DEFAULT).resolve())

    def make(self) -> "Home":
        """Creates the home's folders, readable by the owner only."""
        self.root.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        for path in (self.inbox, self.sorted, self.archive, self.outbox, self.reference):
            path.mkdir(exist_ok=True, mode=PRIVATE)
        return self

    # what comes in
    @property
    def inbox(self) -> Path:
        """Packages as dropped by institutions: folders and zips."""
        return self.root / "inbox"

    @property
    def sorted(self) -> Path:
        """Packages by province and semester, waiting to be landed."""
        return self.root / "sorted"

    def waiting(self, province: str, semester: str) -> Path:
        return self.sorted / province / semester

    @property
    def unassigned(self) -> Path:
        """Packages whose manifest does not tell a province and a semester: refused at the door."""
        return self.outbox / "unassigned"

    @property
    def archive(self) -> Path:
        """Bytes as received, by SHA-256, read-only."""
        return self.root / "archive"

    def blob(self, sha256: str) -> Path:
        return self.archive / sha256[:2] / sha256

    # a partition's batches: province x semester x batch
    def landing(self, province: str, semester: str) -> Path:
        return self.root / "landing" / province / semester

    def findings(self, province: str, semester: str) -> Path:
        return self.root / "findings" / province / semester

    def decided(self, province: str, semester: str) -> Path:
        """What decisions mean for each batch, as Parquet: derived from the decision files."""
        return self.root / "decided" / province / semester

    @property
    def decisions(self) -> Path:
        """Decision files, one a decision: people's and policies' acts."""
        return self.root / "decisions"

    @property
    def outbox(self) -> Path:
        """Feedback for institutions."""
        return self.root / "outbox"

    def feedback(self, province: str, institution: str, filing_id: str) -> Path:
        """Folder of a filing's feedback; the last two parts must be safe names."""
        return self.outbox / province / institution / filing_id

    def decision(self, decision_id: str) -> Path:
        return self.decisions / f"{decision_id}.json"

    # registers
    def province_warehouse(self, province: str) -> Path:
        return self.root / "provinces" / f"{province}.duckdb"

    @property
    def national_warehouse(self) -> Path:
        return self.root / "national.duckdb"

    def handover(self, province: str, semester: str) -> Path:
        return self.root / "handover" / province / semester

    @property
    def handovers(self) -> Path:
        return self.root / "handover"

    @property
    def reports(self) -> Path:
        """Semester summaries and other sheets for the offices."""
        return self.root / "reports"

    # what a level relied on
    @property
    def quality(self) -> Path:
        """Pages of the quality suites (``index.html``); below ``results`` what each run found."""
        return self.root / "quality"

    def quality_results(self, scope: str, semester: str, suite: str) -> Path:
        """Results of a suite's runs, a JSON file a run; ``scope`` is a province or ``national``."""
        return self.quality / "results" / scope / semester / suite

    def quality_suite(self, digest: str) -> Path:
        """A suite as it was run; results name it, so that it lies there once."""
        return self.quality / "suites" / f"{digest}.json"

    def quality_page(self, scope: str, semester: str, suite: str) -> Path:
        """The page of a suite's latest run."""
        return self.quality / scope / semester / f"{suite}.html"

    # what the offices keep
    @property
    def reference(self) -> Path:
        """institutions.csv, authorisations.csv, officers.csv, enrolments/<province>.parquet."""
        return self.root / "reference"

    @property
    def keys(self) -> Path:
        """Private keys that the simulation leaves for trying things out; a real home has none."""
        return self.root / "keys"

    @property
    def truth(self) -> Path:
        """What the simulation knows about the faults that it injected."""
        return self.root / "truth"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger"

    def ledger_chain(self, scope: str) -> Path:
        """The chain of acts of a province or of ``national``: only ever appended to."""
        return self.ledger / f"{scope}.jsonl"

    def ledger_head(self, scope: str) -> Path:
        """Where a chain ends, and its last append once more."""
        return self.ledger / f"{scope}.head.json"

    # machinery
    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def dbt(self) -> Path:
        """dbt's target and logs for this home."""
        return self.root / "dbt"

    @property
    def scratch(self) -> Path:
        """Spill and half-written files; may be emptied whenever nothing runs."""
        path = self.root / "scratch"
        path.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        return path

    def clear_scratch(self) -> None:
        shutil.rmtree(self.root / "scratch", ignore_errors=True)
