"""Landing and examination with every rule on, the enrolment match apart, and the file formats."""

import os
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.examination.enrolment import create_differences
from pipelines.examination.examine import examine, prepare
from pipelines.filing.landing import land
from pipelines.filing.sorting import sort_inbox
from pipelines.home import Home
from pipelines.warehouse import connect
from tests.benchmarks.record import Measure
from tests.benchmarks.semester import PROVINCE, SEMESTER, bare_load, make_removable, simulate

NOW = datetime(2026, 9, 20, tzinfo=UTC)
FORMATS = ("csv", "xlsx", "dbf", "parquet")
SHARE_OF_FORMATS = 10
"""The formats are compared on a tenth of the records: XLSX takes its time to write."""


def measure(records: int) -> list[Measure]:
    """All rules on ``records`` lines; then each format on a tenth of them."""
    with tempfile.TemporaryDirectory(prefix="xuewei-bench-") as folder:
        home, _ = simulate(Path(folder) / "all", records, "--enrolment-surplus", "0.5")
        bare = bare_load(home)
        landing, examining, matching, enrolled = _examine(Home.at(home))
        print(
            f"bare {bare:.2f} s, landing {landing:.2f} s, examination {examining:.2f} s, "
            f"{enrolled:,} enrolments",
            flush=True,
        )
        make_removable(home)
        shutil.rmtree(home)
        seconds = {name: _land_format(Path(folder), name, records) for name in FORMATS}
    csv = seconds.pop("csv")
    return [
        Measure("examine_all_rules_ratio", (landing + examining) / bare, "x", 4.0),
        Measure("enrolment_match_1m_s", matching, "s"),
        *(Measure(f"{name}_over_csv", value / csv, "x") for name, value in seconds.items()),
    ]


def _examine(home: Home) -> tuple[float, float, float, int]:
    """Seconds of sorting and landing, of the examination without the enrolment match, of the match.

    The register of enrolments is put aside for the examination and matched alone after it.
    """
    os.sync()  # what the simulation left to be written is not the landing's to wait for
    start = time.monotonic()
    sort_inbox(home, now=NOW, patience=timedelta.min)
    batch = land(home, PROVINCE, SEMESTER, now=NOW).batch
    landing = time.monotonic() - start
    assert batch
    enrolments, aside = home.reference / "enrolments", home.root / "aside"
    enrolments.rename(aside)
    examining = examine(home, PROVINCE, SEMESTER, batch).seconds
    aside.rename(enrolments)
    matching, enrolled = [], 0
    for _ in range(3):
        with connect(spill=home.scratch) as con:
            prepare(con, home, SEMESTER, home.landing(PROVINCE, SEMESTER) / batch)
            start = time.monotonic()
            create_differences(con, home, PROVINCE)
            matching.append(time.monotonic() - start)
            found = con.execute("SELECT count(*) FROM enrolled").fetchone()
            enrolled = int(found[0]) if found else 0
    return landing, examining, statistics.median(matching), enrolled


def _land_format(folder: Path, name: str, records: int) -> float:
    """Seconds of landing the same records in a format."""
    path, _ = simulate(folder / name, records // SHARE_OF_FORMATS, "--format", name)
    home = Home.at(path)
    sort_inbox(home, now=NOW, patience=timedelta.min)
    os.sync()
    start = time.monotonic()
    landed = land(home, PROVINCE, SEMESTER, now=NOW)
    seconds = time.monotonic() - start
    print(f"{name}: {landed.lines:,} lines, {landed.bytes:,} bytes, {seconds:.2f} s", flush=True)
    make_removable(path)
    return seconds
