"""Bands of earlier semesters: robust, never empty, never narrower than chance allows."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.quality.bands import (
    Widths,
    far_band,
    median_noise,
    ordinary_band,
    pooled,
    share_noise,
)
from pipelines.quality.before import share_bands
from pipelines.quality.settings import QualitySettings

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=9)
SIZES = st.floats(10, 1e8)
WIDTHS = st.builds(
    Widths, st.floats(1, 10), st.floats(0, 0.5), st.floats(0, 1, allow_subnormal=False)
)


def middle(values: list[float]) -> float:
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


@given(SHARES, WIDTHS, st.floats(1, 10), st.floats(0, 0.5))
def test_a_band_holds_its_historys_median_and_the_far_one_holds_the_band(
    history, widths, factor, floor
):
    ordinary = ordinary_band(history, widths)
    far = far_band(history, widths, factor, floor)
    assert ordinary.low <= middle(history) <= ordinary.high
    assert far.low <= ordinary.low <= ordinary.high <= far.high
    assert all(map(math.isfinite, (ordinary.low, ordinary.high, far.low, far.high)))


@given(SHARES, SIZES, SIZES)
def test_limits_of_a_share_are_shares(history, now, before):
    ordinary, far = share_bands(history, [before] * len(history), now, QualitySettings(), "share")
    for band in (ordinary, far):
        assert 0 <= band.low <= middle(history) <= band.high <= 1


@given(st.lists(st.floats(0.45, 0.55), min_size=4, max_size=8), st.sampled_from([0.0, 1.0]))
def test_one_outlying_semester_does_not_move_it_much(history, outlier):
    widths = Widths(3.0, 0.02, 0.0)
    with_outlier = ordinary_band([*history, outlier], widths)
    assert with_outlier.low >= 0.45 - 3 * 1.4826 * 0.1 - 1e-9
    assert with_outlier.high <= 0.55 + 3 * 1.4826 * 0.1 + 1e-9
    assert not with_outlier.low <= outlier <= with_outlier.high


def test_what_is_rare_shows_when_it_vanishes_though_the_floor_is_wider():
    widths = Widths(3.0, 0.02, 0.001)
    assert ordinary_band([0.01, 0.01], widths).low == pytest.approx(0.005)
    assert far_band([0.01, 0.01], widths, 2.0, 0.10).low == pytest.approx(0.001)


def test_what_chance_does_to_few_is_no_finding():
    """Ten expected among a hundred may well be three: z is 3 on both sides."""
    noise = share_noise(0.1, 100, 100, 3.0)
    assert noise == pytest.approx(3 * math.sqrt(11 / 102 * 91 / 102 * 0.02))
    assert ordinary_band([0.1], Widths(3.0, 0.02, noise)).low < 0.03


@given(st.floats(0, 1), SIZES, SIZES)
def test_noise_shrinks_with_people_and_is_never_nothing(share, now, before):
    noise = share_noise(share, now, before, 3.0)
    assert noise > 0
    assert share_noise(share, now, before * 4, 3.0) <= noise


def test_noise_of_a_median_is_that_of_a_normal_distribution():
    assert median_noise(1.349, 100, 100, 1.0) == pytest.approx(math.sqrt(math.pi / 2 / 50))
    assert median_noise(0.0, 100, 100, 3.0) == 0


def test_more_semesters_are_a_surer_median():
    assert pooled([100]) == 100
    assert pooled([100, 100, 100, 100, 100]) == pytest.approx(500 / (math.pi / 2))


@pytest.mark.parametrize("history", [[], [math.nan], [0.5, math.inf]])
def test_no_band_of_what_is_no_history(history):
    with pytest.raises(ValueError, match="finite"):
        ordinary_band(history, Widths(3.0, 0.02, 0.0))
