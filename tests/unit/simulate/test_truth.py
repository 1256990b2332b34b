"""The truth file against an independent examiner: every broken rule is in it, and no other."""

from pipelines.simulate.faults import FILING_FAULTS, line_faults
from pipelines.standard import Semester
from tests.unit.simulate.conftest import SEMESTER, Made, Package
from tests.unit.simulate.oracle import broken, broken_together

RULES = (
    "P01 P02 P03 P04 P05 R01 R02 R03 R04 R05 R06 R07 R08 R09 R10 R11 R12 R15 R16 R17 R18 R19 R20 "
    "R21 R23 R24 R25 R26 R27 R29 R30 R31 R32 R33 R34 R35 R36 R38 R43 R45 L01 L02 L03 L04 L05 "
    "F03 F04 F05 F06 F07 F08 F09 F10 F11 F12 F16 F17"
).split()


def parents(made: Made) -> dict[str, str]:
    import polars as pl

    table = pl.read_csv(made.home.reference / "institutions.csv", infer_schema=False)
    rows = table.filter(pl.col("kind") == "independent_college")
    return dict(zip(rows["institution_code"], rows["parent_code"], strict=True))


def examined(made: Made, package: Package) -> dict[tuple[str, int], set[str]]:
    manifest = package.manifest
    filing = {
        "resolutions": {one["number"] for one in manifest["resolutions"]},
        "institution": manifest["institution"],
        "semester": Semester.parse(SEMESTER),
        "parents": parents(made),
    }
    truth = made.truth.filter(filing_id=package.name)
    unreadable = {
        (file, line)
        for file, line, rule in truth.select("file", "line", "rule_code").iter_rows()
        if rule.startswith("L")
    }
    places, records = [], []
    for entry in manifest["files"]:
        for line, record in enumerate(package.records(entry), start=2):
            if (entry["path"], line) not in unreadable:
                places.append((entry["path"], line, entry["category"]))
                records.append(record)
    together = broken_together(records)
    return {
        (path, line): broken(records[i], category, manifest["standard"], filing) | together[i]
        for i, (path, line, category) in enumerate(places)
    }


def test_each_line_breaks_exactly_the_rules_of_the_truth_file(made: Made) -> None:
    """Clean lines break none; a wrong catalogue would make scores of the examination worthless."""
    differences = []
    lines = 0
    for package in made.packages:
        told: dict[tuple[str, int], set[str]] = {}
        faults: dict[tuple[str, int], str] = {}
        for row in made.truth.filter(filing_id=package.name).iter_rows(named=True):
            if row["rule_code"][0] != "L":
                told.setdefault((row["file"], row["line"]), set()).add(row["rule_code"])
                faults[row["file"], row["line"]] = row["fault"]
        for place, rules in examined(made, package).items():
            lines += 1
            if rules != told.get(place, set()):
                differences.append((faults.get(place), sorted(rules), sorted(told.get(place, []))))
    assert not differences, differences[:20]
    assert lines > 6500


def test_every_kind_occurs_in_a_large_enough_province(made: Made) -> None:
    """Kinds that need a rare record (a secret thesis, a compatriot) may be missing."""
    seen = set(made.truth["fault"])
    missing = {kind.name for kind in line_faults()} - seen
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
    assert abs(made.result.faulty_lines / made.result.records - 0.05) < 0.005
    lines = made.truth.select("filing_id", "file", "line").unique()
    assert len(lines) == made.result.faulty_lines
