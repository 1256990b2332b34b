"""What starts by itself: the inbox's sensor and the semester's schedule."""

import os
import shutil
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from pipelines.home import Home
from pipelines.orchestration.automation import complete_semester, inbox_sensor, semester_end
from pipelines.orchestration.office import Office
from pipelines.orchestration.partitions import semester_names
from tests.end_to_end.country import SEMESTER
from tests.unit.filing.packages import draft


def tick(home: Home) -> dg.SensorResult | dg.SkipReason:
    context = dg.build_sensor_context(resources={"office": Office(root=str(home.root))})
    found = inbox_sensor(context)
    assert isinstance(found, dg.SensorResult | dg.SkipReason)
    return found


def requests(home: Home) -> list[dg.RunRequest]:
    found = tick(home)
    assert isinstance(found, dg.SensorResult)
    return list(found.run_requests or [])


def test_an_empty_inbox_is_skipped(home: Home) -> None:
    assert isinstance(tick(home), dg.SkipReason)


def test_one_run_a_province_and_semester(arrived: Home, copy: Callable[[Home], Home]) -> None:
    home = copy(arrived)
    found = requests(home)
    assert [str(one.partition_key) for one in found] == [f"11|{SEMESTER}", f"65|{SEMESTER}"]
    assert not list(home.inbox.iterdir())
    assert len({one.run_key for one in found}) == 2


def test_the_run_key_stays_until_a_package_comes(
    arrived: Home, copy: Callable[[Home], Home]
) -> None:
    home = copy(arrived)
    late = min(home.inbox.glob("65-*"))
    held_back = home.root / "held_back"
    shutil.move(late, held_back)
    first = requests(home)
    assert [one.run_key for one in requests(home)] == [one.run_key for one in first]
    shutil.move(held_back, home.inbox / late.name)
    second = requests(home)
    assert second[0].run_key == first[0].run_key
    assert second[1].run_key != first[1].run_key


@pytest.mark.parametrize("semester", ["1999-2000-1", "2039-2040-1"])
def test_a_semester_without_a_partition_stops_no_other(home: Home, semester: str) -> None:
    draft(sequence="002").folder(home.inbox, "good")
    odd = draft()
    odd.manifest["semester"] = semester
    odd.folder(home.inbox, "odd")
    assert [str(one.partition_key) for one in requests(home)] == [f"11|{SEMESTER}"]


def test_what_is_still_on_its_way_is_not_requested(home: Home) -> None:
    (home.inbox / "coming.part").write_bytes(b"PK")
    half = home.inbox / "folder"
    half.mkdir()
    (half / "records-M1.csv").write_text("XM\n")
    now = datetime.fromisoformat(os.environ["XUEWEI_NOW"]).timestamp()
    for path in (half / "records-M1.csv", half):
        os.utime(path, (now, now))
    assert isinstance(tick(home), dg.SkipReason)
    assert len(list(home.inbox.iterdir())) == 2


@pytest.mark.parametrize(
    ("day", "semester"),
    [
        ("2026-04-28", "2024-2025-2"),
        ("2026-04-29", "2025-2026-1"),
        ("2026-10-29", "2025-2026-1"),
        ("2026-10-30", "2025-2026-2"),
        ("2024-04-28", "2022-2023-2"),
        ("2024-04-29", "2023-2024-1"),
        ("2026-01-01", "2024-2025-2"),
    ],
)
def test_a_semester_is_complete_two_months_after_its_end(day: str, semester: str) -> None:
    assert str(complete_semester(date.fromisoformat(day))) == semester


@pytest.mark.parametrize(
    ("when", "semester"), [("2026-05-01", "2025-2026-1"), ("2026-11-01", "2025-2026-2")]
)
def test_the_schedule_asks_for_the_semester_that_is_complete(when: str, semester: str) -> None:
    moment = datetime.fromisoformat(f"{when}T03:00:00").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    request = semester_end(dg.build_schedule_context(scheduled_execution_time=moment))
    assert isinstance(request, dg.RunRequest)
    assert request.partition_key == semester
    assert semester in semester_names(moment.date())
