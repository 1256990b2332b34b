"""The truth file against an independent examiner: every broken rule is in it, and no other."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path

import polars as pl

from pipelines.simulate.faults import FILING_FAULTS, NO_TEMPLATE, line_faults
from pipelines.simulate.plan import Plan
from pipelines.standard import CATEGORIES, Semester
from tests.unit.simulate.characters import read
from tests.unit.simulate.conftest import SEMESTER, Made, Package, make
from tests.unit.simulate.oracle import broken, broken_together
from tests.unit.simulate.registers import Registers, beyond_lists, elsewhere_too

RULES = (
    "P01 P02 P03 P04 P05 R01 R02 R03 R04 R05 R06 R07 R08 R09 R10 R11 R12 R13 R15 R16 R17 R18 R19 "
    "R20 R21 R23 R24 R25 R26 R27 R28 R29 R30 R31 R32 R33 R34 R35 R36 R37 R38 R39 R40 R43 R45 "
    "C01 C03 K01 K02 K03 K04 K05 T01 T02 T03 T04 T05 T06 T08 T09 L01 L02 L03 L04 L05 "
    "F03 F04 F05 F06 F07 F08 F09 F10 F11 F12 F16 F17"
).split()

Line = tuple[str, str, int]


def parents(made: Made) -> dict[str, str]:
    table = pl.read_csv(made.home.reference / "institutions.csv", infer_schema=False)
    rows = table.filter(pl.col("kind") == "independent_college")
    return dict(zip(rows["institution_code"], rows["parent_code"], strict=True))


def unreadable(made: Made) -> set[Line]:
    lines = made.truth.filter(pl.col("rule_code").str.starts_with("L"))
    return set(lines.select("filing_id", "file", "line").iter_rows())


def listed_in(package: Package) -> list[list[str]]:
    """The names on the resolutions' lists as they are judged."""
    return [[read({"XM": name})[0]["XM"] for name in one] for one in package.name_lists()]


def examined(made: Made) -> dict[Line, set[str]]:
    """What each readable line of the home breaks."""
    registers, kin, skipped = Registers.of(made.home), parents(made), unreadable(made)
    rules: dict[Line, set[str]] = {}
    people = []
    for package in made.packages:
        manifest = package.manifest
        filing = {
            "resolutions": {one["number"] for one in manifest["resolutions"]},
            "institution": manifest["institution"],
            "semester": Semester.parse(SEMESTER),
            "submitted": datetime.fromisoformat(manifest["submitted_at"]).date(),
            "parents": kin,
        }
        here, records = [], []
        for entry in manifest["files"]:
            category = entry["category"]
            for number, cells in enumerate(package.records(entry), start=2):
                line = (package.name, entry["path"], number)
                if line in skipped:
                    continue
                record, found = read(cells)
                found |= broken(record, category, manifest["standard"], filing)
                rules[line] = found | registers.broken(record, category, filing)
                here.append(line)
                records.append(record)
                level = CATEGORIES[category].level
                people.append((manifest["institution"], level, record["ZJHM"], line))
        names = [record["XM"] for record in records]
        together = broken_together(records)
        beyond = beyond_lists(names, listed_in(package))
        for place, line in enumerate(here):
            rules[line] |= together[place] | ({"R40"} if beyond[place] else set())
    for twice, (*_, line) in zip(elsewhere_too([p[:3] for p in people]), people, strict=True):
        rules[line] |= {"R13"} if twice else set()
    return rules


def test_each_line_breaks_exactly_the_rules_of_the_truth_file(made: Made) -> None:
    """Clean lines break none; a wrong catalogue would make scores of the examination worthless."""
    told: dict[Line, set[str]] = {}
    faults: dict[Line, str] = {}
    lines = made.truth.filter(
        pl.col("line").is_not_null() & ~pl.col("rule_code").str.starts_with("L")
    )
    for row in lines.iter_rows(named=True):
        line = (row["filing_id"], row["file"], row["line"])
        told.setdefault(line, set()).add(row["rule_code"])
        faults[line] = row["fault"]
    found = examined(made)
    differences = [
        (faults.get(line), sorted(rules), sorted(told.get(line, [])))
        for line, rules in found.items()
        if rules != told.get(line, set())
    ]
    assert not differences, differences[:20]
    assert set(told) <= set(found)
    assert len(found) > 6500


def test_a_filing_is_told_of_names_without_a_record(made: Made) -> None:
    """More people on the lists than records that might be theirs."""
    told = set(made.truth.filter(pl.col("line").is_null(), rule_code="R40")["filing_id"])
    skipped = unreadable(made)
    found = set()
    for package in made.packages:
        listed = [name for one in listed_in(package) for name in one]
        names, unsure = [], 0
        for entry in package.manifest["files"]:
            for number, cells in enumerate(package.records(entry), start=2):
                known = (package.name, entry["path"], number) not in skipped
                name = read(cells)[0]["XM"] if known else ""
                names += [name] if name else []
                unsure += not name
        matched = len(names) - sum(beyond_lists(names, [listed]))
        if len(listed) - matched > unsure:
            found.add(package.name)
    assert found == told != set()


def test_an_institution_without_a_template_and_only_it(tmp_path: Path) -> None:
    made = make(tmp_path, Plan(9, ("11",), SEMESTER, 900, 0.0, 0.05))
    gap = made.truth.filter(fault=NO_TEMPLATE)
    assert set(gap["rule_code"]) == {"C02"}
    registers = Registers.of(made.home)
    found = set()
    for package in made.packages:
        filing = {"institution": package.manifest["institution"]}
        for entry in package.manifest["files"]:
            for number, record in enumerate(package.records(entry), start=2):
                if "HXWRQ" in record and "C02" in registers.broken(
                    record, entry["category"], filing
                ):
                    found.add((package.name, entry["path"], number))
    assert found == set(gap.select("filing_id", "file", "line").iter_rows()) != set()


def test_heads_follow_each_other_and_some_change_within_the_semester(made: Made) -> None:
    registers, semester = Registers.of(made.home), Semester.parse(SEMESTER)
    changed = set()
    for (institution, role), terms in registers.heads.items():
        if role not in ("president", "chair"):
            continue
        terms.sort(key=lambda row: row["valid_from"])
        for one, two in pairwise(terms):
            assert one["valid_to"] < two["valid_from"]
            assert one["full_name"] != two["full_name"]
        if any(row["valid_from"] > str(semester.first_day) for row in terms):
            changed.add(institution)
    everybody = {institution for institution, role in registers.heads if role == "president"}
    assert 0.2 < len(changed) / len(everybody) < 0.5


def test_every_kind_occurs_in_a_large_enough_province(made: Made) -> None:
    """Kinds that need a rare record (a secret thesis, a compatriot), photos or another format may
    be missing."""
    seen = set(made.truth["fault"])
    missing = {
        kind.name for kind in line_faults() if "csv" in kind.formats and not kind.photos
    } - seen
    assert missing <= {"secret_with_title", "secret_with_supervisor", "compatriot_with_political"}


def test_the_catalogue_covers_every_rule_of_this_issue() -> None:
    covered = {rule for kind in line_faults() for rule in kind.rules}
    covered |= {rule for rules in FILING_FAULTS.values() for rule in rules}
    assert not set(RULES) - covered


def test_kinds_have_names_of_their_own_and_one_way_to_act() -> None:
    kinds = line_faults()
    assert len({kind.name for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert (kind.change is not None) + bool(kind.copies) + bool(kind.breaks) == 1, kind.name


def test_the_rate_holds(made: Made) -> None:
    """A few lines are left alone: their file cannot have the fault that they were drawn for."""
    assert 0.043 < made.result.faulty_lines / made.result.records < 0.055
    places = made.truth.filter(pl.col("line").is_not_null())
    assert places.select("filing_id", "file", "line").n_unique() == made.result.faulty_lines
