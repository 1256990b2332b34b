"""The officer's triage page of a province and semester: where to look first.

``reports/<semester>/<province>/triage.html`` beside the semester summary; counts only.
"""

import os
from datetime import datetime
from pathlib import Path

from pipelines.examination.triage_data import read_triage
from pipelines.examination.triage_page import page
from pipelines.home import PRIVATE, Home

NAME = "triage.html"


def triage_path(home: Home, province: str, semester: str) -> Path:
    """Where the page lies."""
    return home.reports / semester / province / NAME


def write_triage(home: Home, province: str, semester: str, *, now: datetime) -> Path | None:
    """Writes the page anew; None where nothing of the semester was examined. ``now`` is aware."""
    triage = read_triage(home, province, semester, now)
    if triage is None:
        return None
    path = triage_path(home, province, semester)
    path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    half = path.with_name(f".tmp-{os.getpid()}-{NAME}")
    half.write_text(page(triage), encoding="utf-8")
    half.chmod(0o600)
    half.replace(path)
    return path
