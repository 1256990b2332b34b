"""What cannot be read is told to people, without a value and without a traceback."""

import pytest

from expectations.run import BROKEN
from pipelines.errors import BadInputError
from pipelines.home import Home
from pipelines.quality.levels import LEVELS
from pipelines.quality.results import kept
from pipelines.quality.run import judge
from pipelines.register import build
from pipelines.register.files import write_json
from pipelines.register.handover import hand_over
from tests.unit.register.samples import NOW, SEMESTER, Filing, land


@pytest.fixture
def registered(home: Home) -> Home:
    land(home, "11", "b-1", Filing(1, records=3))
    build.register_province(home, "11")
    hand_over(home, "11", SEMESTER, now=NOW)
    return home


def keep_institutions(home: Home, text: bytes) -> None:
    home.reference.mkdir(exist_ok=True)
    (home.reference / "institutions.csv").write_bytes(text)


def test_a_register_of_institutions_that_cannot_be_read(registered: Home) -> None:
    keep_institutions(registered, b"institution_code,province_code\n\xff\xfe,11\n")
    with pytest.raises(BadInputError, match="province_register of 11"):
        judge(registered, "province_register", "11", SEMESTER, now=NOW)
    assert not kept(registered)


def test_a_register_of_institutions_without_its_columns_passes_no_gate(registered: Home) -> None:
    keep_institutions(registered, b"code\n1\n")
    found, _ = judge(registered, "province_register", "11", SEMESTER, now=NOW)
    assert found["institution_known"].outcome.state == BROKEN
    assert found["institution_known"] in found.blocking


def test_a_damaged_handover(registered: Home) -> None:
    folder = registered.handover("11", SEMESTER) / "0001"
    (folder / "records.parquet").chmod(0o600)
    (folder / "records.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(BadInputError, match="cannot be read"):
        judge(registered, "handover", "11", SEMESTER, now=NOW)


def test_a_manifest_that_lacks_its_amounts(registered: Home) -> None:
    path = registered.handover("11", SEMESTER) / "0001" / "manifest.json"
    write_json(path, {"rows": 3})
    with pytest.raises(BadInputError, match="lacks by_category, filing_ids"):
        LEVELS["handover"].subject(registered, "11", SEMESTER)
