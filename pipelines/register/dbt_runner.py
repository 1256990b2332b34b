"""Runs dbt_project on a warehouse of a data home: in process, quiet, with one kept manifest.

dbt takes seconds to import and to parse: it is imported when something has to be built, and the
parsed project is kept in the home (``dbt/target``) for all provinces and all processes.
Console output is off; dbt's log goes to ``dbt/logs``. Results hold amounts, never values.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import warehouse
from pipelines.errors import BusyError, DisagreementError, XueweiError
from pipelines.home import Home
from pipelines.register.generate import PROJECT

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

_LOCK = threading.RLock()  # dbtRunner keeps its state in globals
_MANIFESTS: dict[str, "Manifest"] = {}
_MANIFEST = "manifest.json"
_PARSED = "partial_parse.msgpack"
_FINGERPRINT = "fingerprint"
_OURS = "xuewei: "
LAYERS = ("staging", "core", "marts")


@dataclass(frozen=True)
class ModelResult:
    """A model that dbt built. ``seconds`` is dbt's own time for it."""

    name: str
    status: str
    seconds: float


@dataclass(frozen=True)
class TestResult:
    """A data test; ``failures`` is the number of rows that it found fault with."""

    __test__ = False  # no test case for pytest

    name: str
    status: str
    failures: int
    seconds: float

    @property
    def ok(self) -> bool:
        return self.status == "pass"


@dataclass(frozen=True)
class Built:
    """What one dbt call did. ``seconds`` is wall time, with import and parsing where needed."""

    models: tuple[ModelResult, ...]
    tests: tuple[TestResult, ...]
    seconds: float


def manifest_path(home: Home) -> Path:
    """dbt's manifest.json of both scopes for this home; parses the project when it has changed.

    Nodes carry the tag ``province`` or ``national`` and ``meta.dagster.asset_key``
    [scope, layer, relation]. dbt is imported only when something has to be parsed.
    """
    target = _target(home)
    fingerprint = _fingerprint()
    with _LOCK:
        if not _is_current(target, fingerprint):
            _parse(home, fingerprint)
    return target / _MANIFEST


def warm_up(home: Home) -> None:
    """Imports dbt and parses the project in the background: seconds that others may use.

    Whatever goes wrong is left for the build to meet and to tell.
    """

    def prepare() -> None:
        with contextlib.suppress(Exception), _LOCK:
            _manifest(home)

    threading.Thread(target=prepare, name="dbt", daemon=True).start()


def build(
    home: Home,
    scope: str,
    path: Path,
    inputs: Mapping[str, list[Any]],
    layers: tuple[str, ...] = LAYERS,
) -> Built:
    """Builds and tests the nodes of ``scope`` (province or national) on the warehouse ``path``.

    ``layers`` are the folders of dbt_project/models that are built.

    ``inputs`` are the lists that macros/inputs.sql reads (batches, handovers, semesters). Raises
    DisagreementError when a model or a test fails, BusyError when another process holds the
    warehouse.
    """
    start = time.monotonic()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _LOCK:
        manifest = _manifest(home)
        with _environment(home, {scope: path}, inputs):
            try:
                chosen = [f"tag:{scope},path:models/{layer}" for layer in layers]
                command = ["build", "--indirect-selection", "buildable", "--select", *chosen]
                result = _invoke(home, command, path.stem, manifest)
            finally:
                _close_warehouse()
    return _built(result, time.monotonic() - start, path)


def _target(home: Home) -> Path:
    return home.dbt / "target"


def _fingerprint() -> str:
    """Hash over the project's files and the versions that parse them."""
    digest = hashlib.sha256(str(PROJECT).encode())  # what is parsed holds its paths
    for package in ("dbt-core", "dbt-adapters", "dbt-duckdb"):
        digest.update(version(package).encode())
    for file in sorted(p for p in PROJECT.rglob("*") if p.suffix in {".sql", ".yml"}):
        digest.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _is_current(target: Path, fingerprint: str) -> bool:
    stamp = target / _FINGERPRINT
    files = (target / _MANIFEST, target / _PARSED, stamp)
    return all(file.exists() for file in files) and stamp.read_text() == fingerprint


def _kept_by_installation() -> Path:
    """Where this installation keeps its parsed project: a new home need not parse it again."""
    return Path(sys.prefix) / "share" / "xuewei" / "dbt"


def _copy_parsed(source: Path, target: Path) -> None:
    """Copies a parsed project, the fingerprint last: without it the others do not count."""
    target.mkdir(parents=True, exist_ok=True)
    for file in (_MANIFEST, _PARSED, _FINGERPRINT):
        part = target / f".{os.getpid()}-{threading.get_ident()}-{file}"
        shutil.copyfile(source / file, part)
        os.replace(part, target / file)


def _parse(home: Home, fingerprint: str) -> None:
    """Parses into a folder of its own, then renames: two processes may do so at once."""
    kept = _kept_by_installation()
    if _is_current(kept, fingerprint):
        _copy_parsed(kept, _target(home))
        return
    name = f"parse-{os.getpid()}"
    with _environment(home, {}, {}):
        result = _invoke(home, ["parse"], name, None)
    fresh = home.dbt / name
    if not result.success:
        raise XueweiError("dbt cannot parse dbt_project", remedy=_look_at(home))
    _MANIFESTS[fingerprint] = result.result
    (fresh / _FINGERPRINT).write_text(fingerprint)
    target = _target(home)
    target.mkdir(parents=True, exist_ok=True)
    for file in (_MANIFEST, _PARSED, _FINGERPRINT):
        os.replace(fresh / file, target / file)
    shutil.rmtree(fresh, ignore_errors=True)
    if sys.prefix != sys.base_prefix:  # a virtual environment: a system's Python is not ours
        with contextlib.suppress(OSError):
            _copy_parsed(target, kept)


def _manifest(home: Home) -> "Manifest":
    """The parsed project: from this process, else from the home, else parsed now."""
    fingerprint = _fingerprint()
    if fingerprint not in _MANIFESTS:
        path = manifest_path(home)
        if fingerprint not in _MANIFESTS:
            _MANIFESTS[fingerprint] = _read_parsed(path.with_name(_PARSED))
    return _MANIFESTS[fingerprint]


def _read_parsed(path: Path) -> "Manifest":
    """Reads dbt's parse cache itself: dbt would parse again since the attached file differs."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    manifest = Manifest.from_msgpack(path.read_bytes(), decoder=extended_mashumuro_decoder)
    manifest.build_flat_graph()
    return manifest


@contextmanager
def _environment(
    home: Home, warehouses: Mapping[str, Path], inputs: Mapping[str, list[Any]]
) -> Iterator[None]:
    values = {
        "XUEWEI_THREADS": str(warehouse.threads()),
        "XUEWEI_MEMORY": warehouse.memory_limit(),
        "XUEWEI_SPILL": str(home.scratch),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        **{f"XUEWEI_{key.upper()}_WAREHOUSE": str(path) for key, path in warehouses.items()},
        **{f"XUEWEI_{key.upper()}": json.dumps(value) for key, value in inputs.items()},
    }
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _invoke(home: Home, command: list[str], name: str, manifest: "Manifest | None") -> Any:
    from dbt.cli.main import dbtRunner

    home.dbt.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "--project-dir": PROJECT,
        "--profiles-dir": PROJECT,
        "--target-path": home.dbt / name,
        "--log-path": home.dbt / "logs",
        "--log-level": "none",
        "--log-level-file": "info",
    }
    flags = ["--quiet", "--no-use-colors", "--no-version-check", "--no-print"]
    flags += ["--no-send-anonymous-usage-stats", "--no-static-parser"]
    if command[0] != "parse":
        flags += ["--no-write-json", "--cache-selected-only"]
    arguments = [text for pair in options.items() for text in map(str, pair)]
    return dbtRunner(manifest=manifest).invoke([*flags, *command, *arguments])


def _close_warehouse() -> None:
    """dbt-duckdb keeps an in-memory database, and so the attached file, open between calls."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    with DuckDBConnectionManager._LOCK:
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
        DuckDBConnectionManager._ENV = None


def _built(result: Any, seconds: float, path: Path) -> Built:
    if result.result is None or not hasattr(result.result, "results"):
        raise _failure(str(result.exception), path)
    models: list[ModelResult] = []
    tests: list[TestResult] = []
    for run in result.result.results:
        name, status, took = run.node.name, str(run.status), float(run.execution_time)
        if run.node.resource_type == "test":
            tests.append(TestResult(name, status, int(run.failures or 0), took))
        elif status == "error":
            raise _failure(str(run.message), path, name)
        else:
            models.append(ModelResult(name, status, took))
    failed = [test for test in tests if not test.ok]
    if failed:
        listed = ", ".join(f"{test.name} ({test.failures})" for test in failed)
        raise DisagreementError(
            f"the warehouse {path.name} does not pass: {listed}",
            "every test of the register passes before anything is handed over or published",
            "look at the model and its test in dbt_project, and run again",
        )
    return Built(tuple(models), tuple(tests), seconds)


def _failure(message: str, path: Path, name: str = "") -> XueweiError:
    """The error for a person. Only texts of ours are shown: DuckDB's may hold values."""
    if "Could not set lock" in message:
        return BusyError(
            f"the warehouse {path.name} is open in another process",
            "one process at a time for a DuckDB file",
            "wait for the other run to end, or look for it with: xuewei status",
        )
    ours = [line.partition(_OURS)[2] for line in message.splitlines() if _OURS in line]
    said = ours[0].strip() if ours else "dbt stopped with an error"
    return DisagreementError(
        f"the warehouse {path.name} was left as it was: {name + ': ' if name else ''}{said}",
        "a build that passes whole",
        "see dbt/logs/dbt.log in the data home",
    )


def _look_at(home: Home) -> str:
    return f"see {(home.dbt / 'logs' / 'dbt.log').relative_to(home.root)} in the data home"
