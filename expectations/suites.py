"""The suites generated from the standard, as committed in ``generated/``.

``python -m pipelines.quality.generate`` writes them; a test holds that it changes nothing.
"""

from functools import cache
from pathlib import Path

from expectations.suite import Suite, read_suite

GENERATED = Path(__file__).parent / "generated"


@cache
def generated(name: str) -> Suite:
    """The suite of that name; KeyError when there is none."""
    path = GENERATED / f"{name}.json"
    if not path.is_file():
        raise KeyError(name)
    return read_suite(path)


def names() -> tuple[str, ...]:
    """Names of all generated suites."""
    return tuple(sorted(path.stem for path in GENERATED.glob("*.json")))
