"""A plan that makes no sense is refused with words, and streams stand by themselves."""

from dataclasses import replace

import pytest

from pipelines.errors import UsageError
from pipelines.simulate.plan import Encodings, Plan, stream
from pipelines.simulate.volumes import ORDER, nation, records_by_category, records_by_province
from pipelines.standard import Semester

PLAN = Plan(1, ("11", "32"), "2025-2026-1", 1000)


@pytest.mark.parametrize(
    "change",
    [
        {"provinces": ()},
        {"provinces": ("99",)},
        {"provinces": ("71",)},
        {"provinces": ("11", "11")},
        {"semester": "2025-1"},
        {"semester": "1999-2000-1"},
        {"records": 1},
        {"fault_rate": -0.1},
        {"fault_rate": 0.9},
        {"filing_fault_rate": 1.5},
        {"zipped": 2.0},
        {"encodings": Encodings(0.5, 0.5, 0.5)},
        {"filings": 1},
        {"filings": 1001},
    ],
)
def test_nonsense_is_refused(change: dict) -> None:
    with pytest.raises(UsageError) as error:
        replace(PLAN, **change)
    assert error.value.expected


def test_streams_depend_on_their_place_only() -> None:
    assert stream(1, "a").random() == stream(1, "a").random()
    assert stream(1, "a").random() != stream(1, "b").random()
    assert stream(1, "a").random() != stream(2, "a").random()


@pytest.mark.parametrize("records", [31, 1000, 123_457])
def test_amounts_add_up(records: int) -> None:
    semester = Semester.parse("2025-2026-2")
    provinces = ("11", "32", "54")
    split = records_by_province(provinces, semester, records)
    assert split.sum() == records
    assert split.min() >= 1
    for code, part in zip(provinces, split, strict=True):
        assert records_by_category(code, semester, int(part)).sum() == part


def test_a_semester_has_the_size_that_is_known() -> None:
    """Second semester 5-5.8 million records, a year 6.3-6.9 million (2023-2025)."""
    first, second = (sum(nation(Semester(2025, half)).values()) for half in (1, 2))
    assert 5.0e6 < second < 6.0e6
    assert 6.2e6 < first + second < 7.0e6
    assert list(nation(Semester(2025, 1))) == list(ORDER)


@pytest.mark.parametrize(
    "change", [{"format": "xls"}, {"templates": 1.1}, {"enrolment_surplus": -0.1}]
)
def test_nonsense_about_formats_is_refused(change: dict) -> None:
    with pytest.raises(UsageError):
        replace(PLAN, **change)
