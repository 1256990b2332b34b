"""Numbers and words of the pages."""

import pytest

from expectations.pages import texts
from expectations.run import FAILED, Outcome
from expectations.suite import Expected
from tests.unit.quality.site_samples import share


def of(type_: str, id_: str = "any_id", **kwargs: object) -> Expected:
    return Expected(id_, type_, kwargs, True, "标题", "Title", "Art. 9")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, texts.PLAIN, "—"),
        (1234567.0, texts.PLAIN, "1,234,567"),
        (0.1234, texts.SHARE, "12.34 %"),
        (0.0, texts.SHARE, "0 %"),
        (1.0, texts.SHARE, "100 %"),
        (1e-7, texts.SHARE, "0.00001 %"),
        (0.00001234, texts.PLAIN, "0.00001234"),
        (23.456789, texts.PLAIN, "23.46"),
        (123456.75, texts.PLAIN, "123,457"),
        (float("nan"), texts.PLAIN, "nan"),
        (-0.02, texts.SHARE, "-2 %"),
    ],
)
def test_numbers_are_readable(value: float | None, unit: str, text: str) -> None:
    assert texts.number(value, unit) == text


def test_a_value_just_outside_never_looks_like_its_limit() -> None:
    told = Outcome("x_share", FAILED, 0.010000001, None, 0.01, 0.000000001)
    observed, limit = texts.numbers(told, texts.SHARE)
    assert (observed, limit) == ("1.0000001 %", "≤ 1 %")


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1, 1, "= 1"),
        (None, 0, "= 0"),
        (None, 2, "≤ 2"),
        (3, None, "≥ 3"),
        (1, 2, "1 – 2"),
        (None, None, "—"),
    ],
)
def test_limits(low: float | None, high: float | None, text: str) -> None:
    assert texts.limit(low, high) == text


def test_units_follow_what_is_counted() -> None:
    assert texts.unit(of("expect_column_values_to_not_be_null", column="x")) == texts.SHARE
    assert texts.unit(share("women")) == texts.SHARE
    measure = "expect_measure_to_be_between"
    assert texts.unit(of(measure, measure="quantile_cont(age, 0.5) / 12")) == texts.PLAIN
    assert texts.unit(of(measure, "busiest_day_share", measure="max(x)")) == texts.SHARE
    assert texts.unit(of("unexpected_rows_expectation", "province_minority_share")) == texts.PLAIN


def test_a_value_that_counts_what_is_wrong_says_so() -> None:
    wrong = "count(*) filter (x < 1) / greatest(count(*), 500)"
    measure = "expect_measure_to_be_between"
    assert texts.counted(of(measure, measure=wrong, max_value=0.01))
    assert texts.counted(of(measure, measure="count(*) filter (x < 1)", max_value=0))
    assert texts.counted(share("women")) is None


def test_long_lists_are_cut_in_how_it_is_judged() -> None:
    told = texts.method(
        of("expect_column_values_to_be_in_set", value_set=[str(n) for n in range(99)])
    )
    assert "… (99)" in told
    assert '"98"' not in told
