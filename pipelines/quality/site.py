"""The site of the quality pages: ``<home>/quality/``, static files that need no server.

A page a suite, semester and scope (Data Docs of the latest run), a page a scope with its history,
one index. All are made from runs and kept results; whatever is deleted is written again.
"""

import fcntl
import webbrowser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path

from expectations.pages.environment import POLICY, STATIC
from expectations.run import SuiteRun
from pipelines.clock import OFFICE_OFFSET
from pipelines.errors import BadInputError, MissingInputError
from pipelines.home import Home
from pipelines.quality.exceptions import VALID, read_exceptions
from pipelines.quality.exceptions import excused as excused_of
from pipelines.quality.history import made_from, scope_page
from pipelines.quality.links import page_anchor
from pipelines.quality.overview import Excuses, Kept, index_page, read_kept, scope_name
from pipelines.quality.results import Result, kept, latest
from pipelines.register.files import PRIVATE, write_whole

__all__ = ["open_site", "page_anchor", "write_index", "write_page"]


def write_page(home: Home, run: SuiteRun, result: Result, excused: Mapping[str, str]) -> Path:
    """The page of a run; ``excused`` gives a text for each excused expectation, by id.

    Equal input gives equal bytes: nothing that Great Expectations draws by chance is shown.
    """
    from expectations.pages.renderer import RunPageRenderer
    from expectations.pages.view import PageView

    document = RunPageRenderer(run, excused, _facts(result)).render(run.result)
    scope = scope_name(result.scope)
    text = PageView().render(
        document,
        up="../../",
        policy=POLICY,
        title=f"{result.title_zh} {scope} {result.semester}",
        where=f"{scope} · {result.semester}",
        crumbs=[
            ("总览 Overview", "../../index.html"),
            (scope, "../index.html"),
            (f"{result.semester} {result.title_zh}", None),
        ],
    )
    _copy_static(home)
    path = home.quality_page(result.scope, result.semester, result.suite)
    write_whole(path, text.encode())
    return path


def write_index(home: Home, excused: Excuses | None = None) -> Path:
    """The index, and the history of each scope where a result or an exception has changed.

    Without ``excused``, the exceptions are those signed in the home and in force now.
    """
    with _alone(home):
        _copy_static(home)
        found = read_kept(home, _signed(home) if excused is None else excused)
        for scope in sorted({one.summary.scope for one in found}):
            _write_scope(home, scope, [one for one in found if one.summary.scope == scope])
        path = home.quality / "index.html"
        write_whole(path, index_page(found).encode())
    return path


def open_site(home: Home) -> Path:
    """Opens the index in the browser; its path. MissingInputError when nothing was ever judged."""
    path = home.quality / "index.html"
    if not kept(home):
        raise MissingInputError(
            "no quality suite was ever run in this home",
            "quality/results/",
            "run: xuewei quality run",
        )
    write_index(home)
    webbrowser.open(path.as_uri())
    return path


def _facts(result: Result) -> dict[str, str]:
    """What a page tells of its run, beside the expectations."""
    at = (result.run_at.astimezone(UTC) + OFFICE_OFFSET).strftime("%Y-%m-%d %H:%M")
    return {
        "判断的行数 Rows judged": f"{result.rows:,}",
        "要求 Expectations": f"{len(result.judged):,}",
        "时间 Time": f"{at} (UTC+8), {result.seconds:.1f} s",
        "运行 Run": result.run_id,
        "数据状态 State of the data": result.subject,
    }


def _write_scope(home: Home, scope: str, found: list[Kept]) -> None:
    """Written where the page that is there was made from something else."""
    path = home.quality / scope / "index.html"
    state = made_from(found)
    if path.is_file() and state.encode() in path.read_bytes()[:2000]:
        return
    write_whole(path, scope_page(home, scope, found, state).encode())


def _signed(home: Home) -> Excuses:
    """What is excused now; read only where a valid exception speaks of it."""
    places = {
        (one.scope, one.semester, one.suite)
        for one in read_exceptions(home)
        if one.state == VALID and one.scope and one.semester and one.suite
    }
    results = []
    for place in sorted(places):
        with suppress(BadInputError):  # the index tells of it
            results += [result] if (result := latest(home, *place)) else []
    return {
        (result.scope, result.semester, result.suite): {
            expectation: by.text for expectation, by in excused_of(home, result).items()
        }
        for result in results
    }


def _copy_static(home: Home) -> None:
    for source in sorted(STATIC.iterdir()):
        target = home.quality / "static" / source.name
        data = source.read_bytes()
        if not target.is_file() or target.read_bytes() != data:
            write_whole(target, data)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """One writer of the index at a time: the last one has seen every result."""
    home.quality.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
    with (home.quality / ".index.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
