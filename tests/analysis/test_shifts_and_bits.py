"""Shifts between weightings and bits gained: against closed forms, with errors that cover them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from false_alarms import covers, spreads, widest
from scipy import stats
from scipy.stats import qmc

from catchup.analysis.inference.differences import independent_quantile_shift, quantile_shift
from catchup.analysis.inference.estimates import Distribution, Weighting
from catchup.analysis.inference.log_means import log_mean
from catchup.analysis.studies.information import information_gain

REPETITIONS = 400
NORMAL = stats.norm()
READ, READ_SD = 0.8, 0.9  # a reading of a standard normal, and its error
POSTERIOR = stats.norm(READ / (1 + READ_SD**2), math.sqrt(READ_SD**2 / (1 + READ_SD**2)))


def plain(rng: np.random.Generator) -> tuple[np.ndarray, Weighting]:
    return rng.normal(size=2_000), Weighting(2_000)


def scrambled(rng: np.random.Generator) -> tuple[np.ndarray, Weighting]:
    # the second dimension is one that the reading is blind to, as most quantities are to most items
    points = np.concatenate([qmc.Sobol(2, rng=stream).random(128) for stream in rng.spawn(16)])
    normal = NORMAL.ppf(np.clip(points, 1e-12, 1 - 1e-12))
    return (normal[:, 0] + normal[:, 1]) / math.sqrt(2.0), Weighting(2_048, replicates=16)


def before_and_after(values: np.ndarray, weighting: Weighting) -> tuple[Distribution, Distribution]:
    log_ratios = -0.5 * ((READ - values) / READ_SD) ** 2
    weights = np.exp(log_ratios) / np.exp(log_ratios).sum()
    after = Weighting(weighting.draws, weights=weights, replicates=weighting.replicates)
    return Distribution(values, weighting), Distribution(values, after)


@pytest.mark.parametrize(("make", "degrees"), [(plain, None), (scrambled, 15)])
def test_a_shift_between_weightings_covers_the_truth(make, degrees) -> None:
    errors: dict[float, list[float]] = {0.05: [], 0.5: [], 0.95: []}
    mcses: dict[float, list[float]] = {p: [] for p in errors}
    for rng in np.random.default_rng(3).spawn(REPETITIONS):
        before, after = before_and_after(*make(rng))
        for p in errors:
            shift = quantile_shift(after, before, p)
            errors[p].append(shift.value - (POSTERIOR.ppf(p) - NORMAL.ppf(p)))
            mcses[p].append(shift.mcse)
    assert [p for p in errors if not covers(errors[p], mcses[p], degrees)] == []


def test_shared_draws_make_a_shift_more_certain() -> None:
    values = np.random.default_rng(1).normal(size=20_000)
    before, after = before_and_after(values, Weighting(20_000))
    assert quantile_shift(after, before, 0.5).mcse < 0.9 * independent_quantile_shift(after, before, 0.5).mcse


def test_a_shift_by_a_single_draw_is_noise_and_one_of_all_is_exact() -> None:
    """The quantile is between two draws; one of them moves, past none of the others."""
    values = np.sort(np.random.default_rng(2).exponential(size=1_000))
    moved, weighting = values.copy(), Weighting(1_000)
    moved[949] -= 0.4 * (values[949] - values[948])
    before = Distribution(values, weighting)
    one = quantile_shift(Distribution(moved, weighting), before, 0.95)
    assert one.value < 0.0
    assert one.noise
    assert one.mcse == pytest.approx(
        math.sqrt(2.0) / (1_000 * 0.05), rel=0.5
    )  # neighbours lie 1 / (draws density) apart
    every = quantile_shift(Distribution(values + 1.0, weighting), before, 0.95)
    assert (every.value, every.mcse) == (pytest.approx(1.0), pytest.approx(0.0, abs=1e-12))


BITS = (0.5 * (POSTERIOR.var() + POSTERIOR.mean() ** 2 - 1.0) - math.log(POSTERIOR.std())) / math.log(2.0)


def test_bits_gained_cover_the_closed_form() -> None:
    errors, mcses = [], []
    for rng in np.random.default_rng(5).spawn(REPETITIONS):
        before, after = before_and_after(*plain(rng))
        bits = information_gain(after, before)
        errors.append(bits.value - BITS)
        mcses.append(bits.mcse)
    assert covers(errors, mcses)


def test_bits_gained_by_quasi_random_draws() -> None:
    """Scrambles err so little that what bins hide, a hundredth, is all that is left."""
    for rng in np.random.default_rng(5).spawn(20):
        before, after = before_and_after(*scrambled(rng))
        bits = information_gain(after, before)
        assert abs(bits.value - BITS) < 0.02 * BITS + widest(bits.mcse, 15)
        assert bits.mcse < 0.01 * BITS


def test_bits_gained_from_nothing_are_nought() -> None:
    """Weights that have nothing to do with the variable: what the plug-in estimate takes for knowledge is taken off."""
    found = []
    for rng in np.random.default_rng(6).spawn(REPETITIONS):
        values, weights = rng.normal(size=1_000), rng.exponential(size=1_000)
        weighting = Weighting(1_000)
        after = Weighting(1_000, weights=weights / weights.sum())
        found.append(information_gain(Distribution(values, after), Distribution(values, weighting)).value)
    assert abs(np.mean(found)) < widest(float(np.std(found)) / math.sqrt(REPETITIONS)) + 5e-4
    # Squared differences in 22 bins, the root of the effective draws: between the 11 pairs of bins they count once, in
    # them four thirds. Their sum is chi-squared, whose spread is known a little less well than that of normal errors.
    expected = math.sqrt((2 * 10 + (4 / 3) ** 2 * 2 * 11) / 4) / 1_000 / math.log(2.0)
    low, high = spreads(REPETITIONS * 2 // 3, 1_000_000)
    assert low < expected / np.std(found) < high


def test_what_the_baseline_excludes_is_infinitely_informative() -> None:
    values = np.arange(100.0)
    early = np.where(values < 50, 1.0, 0.0)
    late = 1.0 - early
    first, second = (Distribution(values, Weighting(100, weights=w / w.sum())) for w in (early, late))
    assert information_gain(first, second).value == math.inf


def test_differences_of_log_means_cover_the_truth() -> None:
    """Log of the density of a second reading given a first, both of one standard normal."""
    second = -0.3
    given_first = stats.norm(POSTERIOR.mean(), math.sqrt(POSTERIOR.var() + READ_SD**2)).logpdf(second)
    errors, mcses = [], []
    for rng in np.random.default_rng(7).spawn(REPETITIONS):
        values, weighting = plain(rng)
        one, two = (stats.norm(values, READ_SD).logpdf(y) for y in (READ, second))
        found = (log_mean(one + two, weighting) - log_mean(one, weighting)).estimate
        errors.append(found.value - given_first)
        mcses.append(found.mcse)
    assert covers(errors, mcses)


def test_log_mean_of_nothing() -> None:
    assert log_mean(np.full(10, -np.inf), Weighting(10)).estimate.value == -math.inf
