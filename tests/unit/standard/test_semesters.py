"""Semesters as the design writes them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.standard import Semester


def test_boundaries() -> None:
    first, second = Semester.parse("2023-2024-1"), Semester.parse("2023-2024-2")
    assert (first.first_day, first.last_day) == (date(2023, 9, 1), date(2024, 2, 29))
    assert (second.first_day, second.last_day) == (date(2024, 3, 1), date(2024, 8, 31))
    assert first.next == second
    assert second.next == Semester.parse("2024-2025-1")
    assert second.comparable == Semester.parse("2022-2023-2")


@pytest.mark.parametrize(
    "text", ["2025-2026", "2025-2027-1", "2025-2026-3", "25-26-1", "", "2026-2025-1"]
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a semester"):
        Semester.parse(text)


@given(st.dates(date(1981, 1, 1), date(2100, 12, 31)))
def test_every_day_lies_in_exactly_its_semester(day: date) -> None:
    semester = Semester.of(day)
    assert semester.first_day <= day <= semester.last_day
    assert Semester.parse(str(semester)) == semester
    assert semester.next.first_day == semester.last_day + timedelta(days=1)
    assert semester.next.previous == semester
