"""Value of information where the date has no variance, and hardly a mean: against distributions worked out by sums."""

from __future__ import annotations

import numpy as np
import pytest
from false_alarms import widest
from scipy import optimize, stats

from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.studies.voi.date_draws import DateDraws
from catchup.analysis.studies.voi.learning import learn_exactly, observe
from catchup.analysis.studies.voi.result import QuantityValue, in_noise
from catchup.analysis.studies.voi.uncertainty import GROUPS, LEVELS, Narrowing
from voi_cases import EARLY, LATE, TAU, date_decision, figures

SHAPE = 1.1  # of the Pareto tail: a mean, and no variance
SCALES = (1.5, 0.5, 0.0)  # of three normal quantities that add to the date
DRAWS, REPETITIONS = 20_000, 12
TOLD = [2, 3, 4]  # of `figures`: the two widths and the loss
NODES = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)


def date_of(normals: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.asarray(SCALES @ normals + rng.pareto(SHAPE, normals.shape[1]))


def distribution(sd: float, month: float) -> float:
    """Probability that a Pareto and a normal quantity of mean 0 together come before a month."""
    return float(np.mean(1.0 - (1.0 + np.maximum(month - sd * NODES, 0.0)) ** -SHAPE))


def quantile(sd: float, p: float) -> float:
    return float(optimize.brentq(lambda month: distribution(sd, month) - p, -20.0, 1e4))


def left_over(sd: float) -> np.ndarray:
    """Widths of the central intervals, and what of the expected loss the mean does not say."""
    widths = [quantile(sd, 0.5 + 0.5 * level) - quantile(sd, 0.5 - 0.5 * level) for level in LEVELS]
    best = quantile(sd, TAU)
    ahead = np.maximum(best - sd * NODES, 0.0)
    early = np.mean(ahead - ((1.0 + ahead) ** (1.0 - SHAPE) - 1.0) / (1.0 - SHAPE))
    return np.array([*widths, (EARLY + LATE) * early - EARLY * best])


@pytest.fixture(scope="module")
def learnt() -> list[list[Narrowing]]:
    """What learning each quantity does, by repetition."""
    found = []
    for rng in np.random.default_rng(21).spawn(REPETITIONS):
        normals = rng.normal(size=(len(SCALES), DRAWS))
        draws = DateDraws(date_of(normals, rng), Weighting(DRAWS), date_decision())
        found.append([learn_exactly(draws, values).narrowing for values in normals])
    return found


@pytest.mark.parametrize("place", range(len(SCALES)))
def test_widths_and_loss_are_those_of_the_closed_form(learnt: list[list[Narrowing]], place: int) -> None:
    rows = np.array([figures(each[place]) for each in learnt])[:, TOLD]
    rest = np.hypot(*np.delete(SCALES, place))
    truth = left_over(float(np.hypot(*SCALES[:2]))) - left_over(float(rest))
    for index, expected in enumerate(truth):
        values, mcses = rows[:, index].T
        errors = values - expected
        # beside chance: a slice's shape, and a quantile's bias in it
        slack = 0.03 * max(expected, 0.1)
        assert abs(errors.mean()) <= widest(errors.std(ddof=1) / REPETITIONS**0.5, REPETITIONS - 1) + slack, index
        assert np.mean(np.abs(errors) <= 2.5 * mcses) >= 0.75, index
        assert np.sqrt(np.mean(mcses**2)) < 4.0 * errors.std(ddof=1), index


def test_what_the_date_does_not_depend_on_is_worth_nothing(learnt: list[list[Narrowing]]) -> None:
    assert sum(in_noise(each[2]) for each in learnt) >= 0.8 * REPETITIONS
    assert not any(in_noise(each[0]) or in_noise(each[1]) for each in learnt)


def test_quantities_stand_by_the_loss_where_the_variance_is_chance(learnt: list[list[Narrowing]]) -> None:
    for each in learnt:
        assert not any(found.variance_share.meaningful or found.sd.meaningful for found in each)
        sizes = [QuantityValue("", "", "", found).size for found in each]
        assert sizes == sorted(sizes, reverse=True)


def test_what_carries_the_tail_is_told_no_less_by_itself_than_by_a_reading_of_it() -> None:
    """Slices of equal weight put all of a long tail into one, in which it would stay as uncertain as it was."""
    for rng in np.random.default_rng(23).spawn(4):
        carries = rng.pareto(SHAPE, DRAWS)
        draws = DateDraws(carries + 0.1 * rng.normal(size=DRAWS), Weighting(DRAWS), date_decision())

        def log_density(value: np.ndarray | float, predicted: np.ndarray) -> np.ndarray:
            return -0.5 * ((value - predicted) / 0.25) ** 2

        def simulate(about: np.ndarray, rng: np.random.Generator = rng) -> np.ndarray:
            return np.asarray(about + 0.25 * rng.normal(size=about.shape))

        reading = observe(draws, simulate, log_density, np.log(carries), rng)
        exact = learn_exactly(draws, np.log(carries)).narrowing.loss
        assert reading.method == "reweighting"
        told = reading.narrowing.loss
        assert told.value <= exact.value + widest(float(np.hypot(told.mcse, exact.mcse)), GROUPS - 1)
        assert exact.value >= 0.55 * draws.uncertainty.loss[0]  # nearly all of it, were there draws without end


def test_a_date_far_from_all_others_says_whose_it_is() -> None:
    """What the one draw that carries most of the mean costs is the same before and after, so no error of it."""
    rng = np.random.default_rng(22)
    normals = rng.normal(size=(2, 40_000))
    months = normals.sum(axis=0)
    near = learn_exactly(DateDraws(months, Weighting(40_000), date_decision()), normals[0]).narrowing.loss
    months[12_345] = 1e5
    far = learn_exactly(DateDraws(months, Weighting(40_000), date_decision()), normals[0]).narrowing.loss
    assert far.value == pytest.approx(near.value, abs=2.0 * near.mcse)
    assert far.mcse < 1.5 * near.mcse
