"""A province's semester: simulate, land and examine, register, against a bare load of the rows."""

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psutil

from tests.benchmarks.record import Measure

PROVINCE, SEMESTER = "32", "2025-2026-2"
FILINGS_A_MILLION = 300
XUEWEI = [sys.executable, "-c", "from pipelines.cli import main; main()"]


@dataclass(frozen=True)
class Run:
    """A whole run: seconds from the call to the exit, by step; memory of all processes in GiB."""

    seconds: float
    examine_seconds: float
    steps: dict[str, float]
    peak_gib: float
    registered: int


def measure(records: int) -> list[Measure]:
    """Measures ``records`` and four times as many."""
    with tempfile.TemporaryDirectory(prefix="xuewei-bench-") as folder:
        small, simulate_s = simulate(Path(folder) / "small", records)
        bare = bare_load(small)
        print(f"bare load {bare:.2f} s", flush=True)
        one = _run(small)
        _tell("1 x", one)
        shutil.rmtree(small, ignore_errors=True)
        large, _ = simulate(Path(folder) / "large", 4 * records)
        four = _run(large)
        _tell("4 x", four)
        make_removable(large)
    return [
        Measure("bare_load_s", bare, "s"),
        Measure("examine_s", one.examine_seconds, "s"),
        Measure("register_s", one.seconds, "s"),
        Measure("examine_ratio", one.examine_seconds / bare, "x", 4.0),
        Measure("register_ratio", one.seconds / bare, "x", 10.0),
        Measure("register_peak_gib", max(one.peak_gib, four.peak_gib), "GiB", 4.0),
        Measure("register_4m_over_1m", four.seconds / one.seconds, "x", 4.4),
        Measure("simulate_1m_s", simulate_s, "s", 60.0),
    ]


def _tell(name: str, run: Run) -> None:
    told = ", ".join(f"{step} {seconds:.1f}" for step, seconds in run.steps.items())
    print(f"{name}: {run.seconds:.1f} s, {run.registered:,} registered; {told}", flush=True)


def _xuewei(*arguments: str) -> str:
    done = subprocess.run([*XUEWEI, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(
            f"xuewei {arguments[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout


def simulate(home: Path, records: int, *options: str) -> tuple[Path, float]:
    """Simulates a province's semester; the home and the seconds that it took."""
    filings = max(1, records * FILINGS_A_MILLION // 1_000_000)
    start = time.monotonic()
    _xuewei(
        *("simulate", "--home", str(home), "--semester", SEMESTER, "--province", PROVINCE),
        *("--records", str(records), "--filings", str(filings), "--filing-fault-rate", "0"),
        *options,
        "--json",
    )
    return home, time.monotonic() - start


def bare_load(home: Path) -> float:
    """Median seconds of loading the same rows, in UTF-8, into a table in memory; three runs."""
    plain = home.with_name("plain")
    groups = _write_utf8(home / "inbox", plain)
    times = []
    for _ in range(3):
        with duckdb.connect(config={"threads": "2", "memory_limit": "8GB"}) as con:
            start = time.monotonic()
            for number, (width, files) in enumerate(groups):
                listed = ", ".join(f"'{file}'" for file in files)
                columns = ", ".join(f"'c{k}': 'VARCHAR'" for k in range(width))
                con.execute(
                    f"CREATE TABLE t{number} AS SELECT * FROM read_csv([{listed}], "
                    f"columns = {{{columns}}}, header = true, auto_detect = false, "
                    "delim = ',', quote = '\"', escape = '\"', ignore_errors = true)"
                )
            times.append(time.monotonic() - start)
    shutil.rmtree(plain)
    return statistics.median(times)


def _write_utf8(inbox: Path, plain: Path) -> list[tuple[int, list[Path]]]:
    """The record files in UTF-8, grouped by their header, with the number of columns."""
    plain.mkdir()
    groups: dict[str, list[Path]] = {}
    for package in sorted(inbox.iterdir()):
        if package.is_dir():
            contents = {path.name: path.read_bytes() for path in package.glob("records-*.csv")}
        else:
            with zipfile.ZipFile(package) as file:
                names = [name for name in file.namelist() if Path(name).match("records-*.csv")]
                contents = {Path(name).name: file.read(name) for name in names}
        for name, data in contents.items():
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("gb18030", errors="replace")
            target = plain / f"{package.stem}-{name}"
            target.write_text(text, encoding="utf-8", newline="")
            groups.setdefault(text.split("\n", 1)[0].strip(), []).append(target)
    return [(header.count(",") + 1, files) for header, files in groups.items()]


def _run(home: Path) -> Run:
    """The whole run as one process, from the call to its exit."""
    os.sync()  # what the simulation left to be written is not the run's to wait for
    start = time.monotonic()
    process = psutil.Popen(
        [*XUEWEI, "run", "--home", str(home), "--semester", SEMESTER, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    peaks: list[int] = []
    watcher = threading.Thread(target=watch, args=(process, peaks))
    watcher.start()
    text, errors = process.communicate()
    seconds = time.monotonic() - start
    watcher.join()
    if process.returncode:
        raise SystemExit(f"xuewei run failed:\n{text[-2000:]}\n{errors[-2000:]}")
    told = json.loads(text)
    steps = {step["asset"]: step["seconds"] for steps in told["steps"].values() for step in steps}
    registered = int(
        next(
            step["metadata"]["rows_new"]
            for step in told["steps"]["national"]
            if step["asset"] == "national/core/degree_record"
        )
    )
    examine = told["sort_seconds"] + steps["province/landing/filing"]
    examine += steps["province/examination/finding"]
    return Run(seconds, examine, steps, max(peaks) / (1 << 30), registered)


def watch(process: psutil.Popen, peaks: list[int]) -> None:
    """Samples the memory of a process and its children, in bytes, until it ends."""
    while process.poll() is None:
        total = 0
        with contextlib.suppress(psutil.NoSuchProcess):
            for one in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    total += one.memory_info().rss
        peaks.append(total)
        time.sleep(0.1)


def make_removable(home: Path) -> None:
    """Lets the archive's folders be deleted."""
    for path in (home / "archive").glob("*"):
        path.chmod(0o700)
