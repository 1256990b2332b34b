"""One simulated province with clean filings, and the command in this process."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines.home import Home
from pipelines.simulate.plan import Encodings, Plan
from pipelines.simulate.simulation import simulate
from tests.end_to_end.bad_packages import Package
from tests.end_to_end.country import SEMESTER, office_hours

Command = Callable[..., Result]


@pytest.fixture(autouse=True)
def _office_hours() -> Iterator[None]:
    with office_hours():
        yield


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of clean filings of one province, in folders. Not to be changed."""
    home = Home.at(tmp_path_factory.mktemp("office") / "home").make()
    plan = Plan(
        5, ("65",), SEMESTER, 60, 0.0, 0.0, 6, Encodings(0.0, 1.0, 0.0), 0.0, 0.0, 0.0
    )  # fmt: skip
    simulate(home, plan)
    return home


@dataclass
class Desk:
    """What a clerk has: record files, the resolution's scan, a key, and the facts of the filing."""

    home: Home
    folder: Path
    package: Package
    key: Path

    @property
    def records(self) -> Path:
        return self.folder / "records"

    def options(self, out: Path) -> list[str]:
        """Arguments of ``filing pack`` but the folder."""
        manifest = self.package.manifest
        (resolution,) = manifest["resolutions"]
        named = {
            "--out": str(out),
            "--province": manifest["province"],
            "--institution": manifest["institution"],
            "--semester": manifest["semester"],
            "--resolution": str(self.folder / resolution["file"]),
            "--number": resolution["number"],
            "--adopted": resolution["adopted_on"],
            "--effective": resolution["effective_on"],
            "--collected-by": manifest["collected_by"],
            "--verified-by": manifest["verified_by"],
            "--submitted-by": manifest["submitted_by"],
            "--submitted-at": manifest["submitted_at"],
            "--standard": manifest["standard"],
        }
        if "names" in resolution:
            named["--names"] = str(self.folder / resolution["names"]["file"])
        if "photos" in manifest:
            named["--photos"] = str(self.folder / manifest["photos"]["path"])
        days = ["--disclosed", manifest["disclosed"]["from"], manifest["disclosed"]["to"]]
        return [*(part for pair in named.items() for part in pair), *days]


@pytest.fixture
def desk(office: Home, tmp_path: Path) -> Desk:
    """A clerk's desk with the records of a clean filing that has one resolution."""
    every = [Package.read(path) for path in sorted(office.inbox.iterdir())]
    package = max(
        (one for one in every if len(one.manifest["resolutions"]) == 1),
        key=lambda one: len(one.data),
    )
    folder = tmp_path / "desk"
    (folder / "records").mkdir(parents=True)
    listed = {file["path"] for file in package.manifest["files"]}
    for name, data in package.files.items():
        place = folder / "records" if name in listed else folder
        (place / name).write_bytes(data)
    key = office.keys / f"{package.manifest['institution']}-k1.pem"
    shutil.copy(key, folder)
    return Desk(office, folder, package, folder / key.name)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    """Runs ``xuewei`` as its entry point does; ``exit_code`` is the process's."""
    from pipelines import cli

    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def call(*arguments: object) -> Result:
        import click

        @click.command(
            add_help_option=False,
            context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
        )
        @click.argument("words", nargs=-1, type=click.UNPROCESSED)
        def process(words: tuple[str, ...]) -> None:
            monkeypatch.setattr("sys.argv", ["xuewei", *words])
            cli.main()

        return runner.invoke(process, [str(part) for part in arguments])

    return call
