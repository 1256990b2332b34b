"""Pages that are no validation (index, history): the same templates without Great Expectations."""

import importlib.metadata
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"

POLICY = (
    "default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
"""What a browser may load: files of the site. ``file:`` is for pages that are opened as files."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """A page; every value is escaped."""
    version = importlib.metadata.version("great-expectations")
    return _environment().get_template(template).render(policy=POLICY, ge_version=version, **values)
