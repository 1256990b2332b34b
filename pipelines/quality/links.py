"""Where a page is: on the server that ``xuewei ui`` starts."""

import os
from urllib.parse import quote

from pipelines.home import Home

BASE = "XUEWEI_QUALITY_URL"
"""Environment variable with the address of the pages, set by ``xuewei ui`` for Dagster."""

USUAL = "http://127.0.0.1:3001/"
"""Where ``xuewei ui`` serves them unless told otherwise: a headless run's checks link there, since
no browser follows a link from Dagster's pages to a file."""


def page_anchor(expectation_id: str) -> str:
    """The id of an expectation's row on the page of its suite."""
    return expectation_id


def page_url(
    home: Home, scope: str, semester: str, suite: str, expectation_id: str | None = None
) -> str:
    """Address of the page of a suite's latest run, and of an expectation's row on it."""
    path = home.quality_page(scope, semester, suite)
    base = os.environ.get(BASE) or USUAL
    url = f"{base.rstrip('/')}/{quote(path.relative_to(home.quality).as_posix())}"
    return f"{url}#{page_anchor(expectation_id)}" if expectation_id else url
