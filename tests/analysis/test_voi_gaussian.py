"""Estimators of the value of information where the date is normal and everything about it has a closed form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from false_alarms import FALSE_ALARM, covers, spreads, widest
from scipy import signal, stats

from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.studies.voi.date_draws import DateDraws
from catchup.analysis.studies.voi.decision import Decision
from catchup.analysis.studies.voi.learning import Learning, choose, learn_exactly, observe
from catchup.analysis.studies.voi.uncertainty import GROUPS, jackknife
from voi_cases import FIGURES, date_decision, figures, gaussian, horizon_decision

SHARES = (0.5, 0.03, 0.0)  # of the date's variance, explained by each of three signals
REPETITIONS = 24

Draw = Callable[[np.random.Generator], tuple[np.ndarray, Weighting]]


def independent(rng: np.random.Generator) -> tuple[np.ndarray, Weighting]:
    return rng.normal(size=(4, 4_000)), Weighting(4_000)


def weighted(rng: np.random.Generator) -> tuple[np.ndarray, Weighting]:
    normals = 1.2 * rng.normal(size=(4, 6_000))
    weights = np.exp(-0.5 * (1 - 1 / 1.2**2) * (normals**2).sum(axis=0))
    return normals, Weighting(6_000, weights=weights / weights.sum())


def chained(rng: np.random.Generator) -> tuple[np.ndarray, Weighting]:
    normals = signal.lfilter([0.8], [1.0, -0.6], rng.normal(size=(4, 4, 4_050)), axis=-1)[..., 50:]
    return normals.reshape(4, -1), Weighting(16_000, chains=4)


def date_of(normals: np.ndarray) -> np.ndarray:
    return np.sqrt([*SHARES, 1.0 - sum(SHARES)]) @ normals


def reading(draws: DateDraws, about: np.ndarray, sd: float, rng: np.random.Generator) -> Learning:
    """Learn what something is, but for a normal error."""

    def log_density(value: np.ndarray | float, predicted: np.ndarray) -> np.ndarray:
        return -0.5 * ((value - predicted) / sd) ** 2 - np.log(sd)

    return observe(draws, lambda about: about + sd * rng.normal(size=about.shape), log_density, about, rng)


def replicated(kind: Draw, decision: Decision, repetitions: int, seed: int) -> dict[tuple[str, float], np.ndarray]:
    """Figures of each kind of learning over fresh draws, by method and share; shape (repetition, figure, 2)."""
    found: dict[tuple[str, float], list[np.ndarray]] = {}
    for rng in np.random.default_rng(seed).spawn(repetitions):
        normals, weighting = kind(rng)
        draws = DateDraws(date_of(normals), weighting, decision)
        for share, about in zip(SHARES, normals, strict=False):
            learnt = {
                ("exactly", share): learn_exactly(draws, about),
                ("reading", share / 2.0): reading(draws, about, 1.0, rng),
            }
            for case, learning in learnt.items():
                assert learning.method == ("slices" if case[0] == "exactly" else "reweighting")
                found.setdefault(case, []).append(figures(learning.narrowing))
    return {case: np.array(rows) for case, rows in found.items()}


def check_replicates(found: dict[tuple[str, float], np.ndarray], decision: str) -> None:
    sure = 1.0 - 2.0 * stats.t.sf(2.0, GROUPS - 1)  # of two MCSEs
    much: dict[tuple[str, str], float] = {}
    for (method, share), rows in found.items():
        truth = gaussian(share, decision)
        for index, name in enumerate(FIGURES):
            values, mcses = rows[:, index].T
            errors = values - truth[index]
            count, spread, mcse = len(errors), errors.std(ddof=1), float(np.sqrt(np.mean(mcses**2)))
            assert abs(errors.mean()) <= widest(spread / count**0.5, count - 1), (share, name)
            if share == 0.0 and not values.any():  # nothing that could be learnt would change what is done
                assert not mcses.any()
                continue
            low, high = spreads(count, GROUPS - 1)
            assert low < mcse / spread, (share, name, mcse / spread)
            if share > 0.2:
                much[method, name] = mcse
                assert mcse / spread < high, (share, name, mcse / spread)
                assert covers(errors, mcses, degrees=GROUPS - 1), (share, name)
            else:  # a jackknife's error of next to nothing is too large; not larger than of a figure that is something
                assert mcse < much[method, name], (share, name)
            if share == 0.0:
                assert (np.abs(values) <= 2.0 * mcses).sum() >= stats.binom.ppf(FALSE_ALARM, count, sure), name


def test_a_date_to_be_prepared_by() -> None:
    check_replicates(replicated(weighted, date_decision(), REPETITIONS, seed=2), "date")


def test_acting_or_waiting() -> None:
    check_replicates(replicated(independent, horizon_decision(), REPETITIONS, seed=3), "horizon")


@pytest.mark.slow
@pytest.mark.parametrize("kind", [independent, weighted, chained])
@pytest.mark.parametrize("decision", ["date", "horizon"])
def test_errors_are_calibrated_over_many_replicates(kind: Draw, decision: str) -> None:
    made = date_decision() if decision == "date" else horizon_decision()
    check_replicates(replicated(kind, made, 100, seed=4), decision)


def test_knowing_the_date_itself_leaves_nothing() -> None:
    normals, weighting = independent(np.random.default_rng(5))
    months = date_of(normals)
    found = learn_exactly(DateDraws(months, weighting, date_decision()), months).narrowing
    assert found.variance_share.value == pytest.approx(1.0, abs=1e-3)
    truth = gaussian(1.0)
    assert np.all(np.abs(figures(found)[:, 0] - truth) <= widest(1.0) * figures(found)[:, 1] + 0.02 * truth)


def test_a_reading_too_sharp_to_reweight_by_is_cut_into_slices() -> None:
    rng = np.random.default_rng(6)
    normals, weighting = independent(rng)
    draws = DateDraws(date_of(normals), weighting, date_decision())
    sharp, exact = reading(draws, normals[0], 1e-4, rng), learn_exactly(draws, normals[0])
    assert sharp.method == "slices"
    np.testing.assert_allclose(figures(sharp.narrowing)[:, 0], figures(exact.narrowing)[:, 0], rtol=0.02)


@pytest.mark.parametrize("sd", [0.05, 0.3, 2.0])
def test_reweighting_agrees_with_slices_of_simulated_readings(sd: float) -> None:
    """Two estimators of one thing: the likelihood known, and nothing but simulated readings."""
    rng = np.random.default_rng(7)
    normals = rng.normal(size=(4, 40_000))
    draws = DateDraws(date_of(normals), Weighting(40_000), date_decision())
    learnt = reading(draws, normals[0], sd, rng)
    assert learnt.method == "reweighting"
    known = figures(learnt.narrowing)
    simulated = figures(learn_exactly(draws, normals[0] + sd * rng.normal(size=40_000)).narrowing)
    assert np.all(np.abs(known[:, 0] - simulated[:, 0]) <= widest(1.0) * np.hypot(known[:, 1], simulated[:, 1]))
    truth = gaussian(0.5 / (1.0 + sd**2))
    assert np.all(np.abs(known[:, 0] - truth) <= widest(1.0) * known[:, 1])


def test_a_reading_of_one_of_two_things() -> None:
    """Learning a normal date's sign leaves half of it: a closed form, with a likelihood of two outcomes."""
    rng = np.random.default_rng(8)
    months = rng.normal(size=40_000)

    def log_density(value: np.ndarray | float, predicted: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            return np.log(np.asarray((value > 0.5) == (predicted > 0.0), dtype=float))

    draws = DateDraws(months, Weighting(40_000), date_decision())
    learnt = observe(draws, lambda about: (about > 0.0).astype(float), log_density, months, rng)
    assert [outcome.value for outcome in learnt.outcomes] == [0.0, 1.0]
    share = learnt.narrowing.variance_share
    assert abs(share.value - 2.0 / np.pi) <= widest(share.mcse, GROUPS - 1)
    assert 0.0 < share.mcse < 0.01


def test_a_choice_between_branches() -> None:
    """A date that is a month later in one branch of two: what goes is p (1 - p) of variance."""
    months = np.random.default_rng(9).normal(size=40_000)
    draws = DateDraws(months, Weighting(40_000), date_decision())
    learnt = choose(draws, {0.0: months, 1.0: months + 1.0}, {0.0: 0.75, 1.0: 0.25})
    expected = 0.1875 / (0.1875 + months.var())
    assert learnt.narrowing.variance_share.value == pytest.approx(expected, abs=1e-3)
    assert learnt.after.variance[0] == pytest.approx(months.var(), rel=1e-3)


def test_more_is_worth_more() -> None:
    rng = np.random.default_rng(10)
    normals, weighting = weighted(rng)
    draws = DateDraws(date_of(normals), weighting, date_decision())
    shares = [figures(reading(draws, normals[0], sd, rng).narrowing)[:, 0] for sd in (0.1, 0.3, 1.0, 3.0, 10.0)]
    assert np.all(np.diff(shares, axis=0)[:, [0, 1, 4]] < 0.0)
    exact = figures(learn_exactly(draws, normals[0]).narrowing)
    assert np.all(shares[0] <= exact[:, 0] + widest(1.0, GROUPS - 1) * exact[:, 1])


def test_a_constant_tells_nothing() -> None:
    normals, weighting = independent(np.random.default_rng(11))
    draws = DateDraws(date_of(normals), weighting, date_decision())
    found = figures(learn_exactly(draws, np.ones(weighting.draws)).narrowing)
    assert np.all(np.abs(found[:, 0]) <= widest(1.0, GROUPS - 1) * found[:, 1])


def test_the_jackknife_takes_off_a_variance_bias() -> None:
    """Of a squared mean of standard normals, whose expectation is one over their number."""
    errors, mcses = [], []
    for rng in np.random.default_rng(12).spawn(300):
        groups = rng.normal(1.0, 1.0, size=(GROUPS, 10))
        whole = groups.mean() ** 2
        without = [np.delete(groups, index, axis=0).mean() ** 2 for index in range(GROUPS)]
        found = jackknife(np.array([whole, *without]))
        errors.append(found.value - 1.0)
        mcses.append(found.mcse)
    assert abs(np.mean(errors)) <= widest(float(np.std(errors) / 300**0.5))
    assert covers(errors, mcses, degrees=GROUPS - 1)
