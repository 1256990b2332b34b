"""Writes the suites that the standard determines into ``expectations/generated``, and their list.

``python -m pipelines.quality.generate`` rewrites them; a test holds that it changes nothing. The
list, ``docs/expectations.md``, has the suites written by hand too.
"""

from pathlib import Path

from expectations.indicators import NATIONAL, PROVINCE
from expectations.profile import profile_suite
from expectations.suite import Suite, as_json
from expectations.suites import GENERATED
from pipelines.quality.catalogue import catalogue
from pipelines.quality.generate_landing import landing_suite
from pipelines.quality.generate_marts import mart_suites
from pipelines.quality.generate_records import record_suites
from pipelines.quality.levels import LEVELS

DOCUMENT = Path("docs/expectations.md")


def suites() -> tuple[Suite, ...]:
    """All generated suites, in the order of a record's way."""
    return (landing_suite(), *record_suites(), *mart_suites())


def generated_files() -> dict[str, str]:
    """File name -> content of every generated suite."""
    return {f"{suite.name}.json": as_json(suite) for suite in suites()}


def write(folder: Path = GENERATED) -> None:
    """Writes the suites below ``folder``; a suite that is no more goes."""
    folder.mkdir(parents=True, exist_ok=True)
    made = generated_files()
    for path in folder.glob("*.json"):
        if path.name not in made:
            path.unlink()
    for name, content in made.items():
        (folder / name).write_text(content, encoding="utf-8")


def document() -> str:
    """``docs/expectations.md``: every suite, in the order of a record's way."""
    by_name = {suite.name: suite for suite in suites()}
    by_name |= {f"{kind}_profile": profile_suite(kind) for kind in (PROVINCE, NATIONAL)}
    return catalogue(by_name[name] for level in LEVELS.values() for name in level.suites)


if __name__ == "__main__":
    write()
    DOCUMENT.write_text(document(), encoding="utf-8")
