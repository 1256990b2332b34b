"""The issue's list of bad input through one inbox, by the real command, beside a good filing."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipelines.home import Home
from pipelines.simulate.plan import Encodings, Plan
from pipelines.simulate.simulation import simulate
from tests.end_to_end.bad_packages import CASES, Case, Package, write_folder, write_zip
from tests.end_to_end.country import NOW, SEMESTER, query, table

PROVINCE = "11"
XUEWEI = [sys.executable, "-c", "from pipelines.cli import main; main()"]


@dataclass
class Outcome:
    """The home after the run, the case of each package, and what the command said."""

    home: Home
    packages: dict[str, Package]
    done: subprocess.CompletedProcess[str]

    def filing(self, name: str) -> dict:
        """The decided filing of a case."""
        filings = table(self.home, "decided", "filings")
        return filings.row(
            by_predicate=pl.col("filing_id") == self.packages[name].manifest["filing_id"],
            named=True,
        )

    def findings(self, name: str) -> pl.DataFrame:
        filing_id = self.packages[name].manifest["filing_id"]
        return table(self.home, "findings", "findings").filter(filing_id=filing_id)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    root = tmp_path_factory.mktemp("bad")
    home = Home.at(root / "home").make()
    plan = Plan(
        9, (PROVINCE,), SEMESTER, 20 * len(CASES), 0.0, 0.0, len(CASES),
        Encodings(0.0, 1.0, 0.0), zipped=0.0, layout_2024=0.0,
    )  # fmt: skip
    simulate(home, plan)
    packages = {}
    folders = sorted(home.inbox.iterdir(), key=lambda p: -len(b"".join(_records(p))))
    largest_first = sorted(CASES, key=lambda case: case.lines not in ("accepted", "some"))
    for case, folder in zip(largest_first, folders, strict=True):
        packages[case.name] = Package.read(folder)
        _spoil(home, folder, case, packages[case.name])
    environment = {**os.environ, "XUEWEI_NOW": NOW}
    done = subprocess.run(
        [*XUEWEI, "run", "--home", str(home.root), "--semester", SEMESTER],
        capture_output=True,
        text=True,
        env=environment,
        cwd=root,
    )
    return Outcome(home, packages, done)


def _records(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob("*.csv")]


def _spoil(home: Home, folder: Path, case: Case, package: Package) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    case.change(package)
    content = package.content(home)
    if case.content:
        case.content(content)
    if case.zipped is not None:
        write_zip(folder.with_suffix(".zip"), content, case.zipped)
    else:
        write_folder(folder, content)


def by_name(*lines: str) -> list:
    return [pytest.param(case, id=case.name) for case in CASES if case.lines in lines]


def test_the_run_goes_through_without_a_traceback(outcome: Outcome) -> None:
    said = outcome.done.stdout + outcome.done.stderr
    assert outcome.done.returncode == 0, said
    assert "Traceback" not in said
    assert "packages refused at the door: 1" in said
    assert not list(outcome.home.inbox.iterdir())
    assert not list(outcome.home.root.parent.rglob("evil.csv"))


def test_the_good_filing_is_registered_whole(outcome: Outcome) -> None:
    package = outcome.packages["good"]
    ((registered,),) = query(
        outcome.home.province_warehouse(PROVINCE),
        "select count(*) from core.degree_record where filing_id = ?",
        package.manifest["filing_id"],
    )
    filing = outcome.filing("good")
    assert registered == filing["accepted"] == filing["lines"] == package.lines_sent() > 0


@pytest.mark.parametrize("case", by_name("refused"))
def test_refused_at_the_door_with_a_reason(case: Case, outcome: Outcome) -> None:
    (note,) = outcome.home.unassigned.glob("*.json")
    reasons = json.loads(note.read_text("utf-8"))["reasons"]
    assert {reason["rule_code"] for reason in reasons} == case.codes
    assert all(reason["message"] and reason["message_en"] for reason in reasons)


@pytest.mark.parametrize("case", by_name("accepted", "some", "all", "none"))
def test_each_case_gives_its_codes_and_no_other(case: Case, outcome: Outcome) -> None:
    found = outcome.findings(case.name)
    assert set(found["rule_code"]) == case.codes, found["rule_code", "message_en"].rows()


@pytest.mark.parametrize("case", by_name("some"))
def test_a_bad_line_goes_back_alone(case: Case, outcome: Outcome) -> None:
    found = outcome.findings(case.name).drop_nulls("line")
    assert set(found["line"]) == {2}
    assert set(found["file"]) == {outcome.packages[case.name].records}
    filing = outcome.filing(case.name)
    assert filing["outcome"] == "approve"
    assert filing["returned"] == 1
    assert filing["accepted"] == filing["lines"] - 1 > 0


@pytest.mark.parametrize("case", by_name("all", "none"))
def test_a_bad_filing_goes_back_whole(case: Case, outcome: Outcome) -> None:
    filing = outcome.filing(case.name)
    assert (filing["outcome"], filing["reason"]) == ("return", "whole")
    assert filing["accepted"] == filing["held"] == 0
    assert filing["returned"] == filing["lines"]


@pytest.mark.parametrize("case", by_name("accepted", "some", "all"))
def test_no_line_is_lost(case: Case, outcome: Outcome) -> None:
    filing = outcome.filing(case.name)
    assert filing["lines"] == outcome.packages[case.name].lines_sent()
    assert filing["lines"] == filing["accepted"] + filing["held"] + filing["returned"]


def test_lines_add_up_over_the_whole_inbox(outcome: Outcome) -> None:
    landed = table(outcome.home, "landing", "records-*").height
    sent = [case.name for case in CASES if case.lines in ("accepted", "some", "all")]
    assert landed == sum(outcome.packages[name].lines_sent() for name in sent)
    filings = table(outcome.home, "decided", "filings")
    assert (
        landed == filings.select(pl.col("accepted", "held", "returned").sum()).sum_horizontal()[0]
    )


@pytest.mark.parametrize("case", by_name("some", "all", "none"))
def test_the_institution_can_read_what_is_wrong(case: Case, outcome: Outcome) -> None:
    manifest = outcome.packages[case.name].manifest
    folder = outcome.home.feedback(PROVINCE, manifest["institution"], manifest["filing_id"])
    with (folder / "feedback.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    told = json.loads((folder / "feedback.json").read_text("utf-8"))["findings"]
    assert {finding["rule_code"] for finding in told} == case.codes
    assert len(rows) == len(told) + 1
    assert all(finding["message"] and finding["message_en"] for finding in told)
    assert not [cell for row in rows for cell in row if cell[:1] in "=+@\t\r" and cell]


def test_a_formula_comes_back_as_text(outcome: Outcome) -> None:
    manifest = outcome.packages["a formula in a cell"].manifest
    folder = outcome.home.feedback(PROVINCE, manifest["institution"], manifest["filing_id"])
    assert "'=HYPERLINK(" in (folder / "feedback.csv").read_text("utf-8-sig")
