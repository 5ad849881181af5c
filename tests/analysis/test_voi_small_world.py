"""Value of information in a small world, against nested Monte Carlo whose likelihoods are written out by hand.

All but four quantities are fixed. Nested Monte Carlo fixes what is learnt, draws everything else anew (or reweights
fresh draws by SciPy's densities), measures what is left, and averages over what may be learnt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.draws import PriorDraws
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.voi.decision import Decision, read_decision
from catchup.analysis.studies.voi.result import ValueOfInformation
from catchup.analysis.studies.voi.uncertainty import GROUPS, LEVELS
from catchup.model.assumptions import load_assumptions
from catchup.model.policies import apply_lever
from item_cases import counting, item
from voi_cases import figures, reading_to_come, valued

FREE = ("algorithmic_progress", "hyperscaler_budget", "mythos_chips", "post_training_months")
OPTIMISM = "benchmark_optimism_general"
DAY = date(2026, 6, 12)
BATCHES, OUTER, INNER = 12, 120, 3_000
QUANTILES = 20
STEP = 0.01  # of all there is to lose: what slices, and quantiles of what is fixed, may be off by
EARLY, LATE = 1.0, 4.0
LAG, LAG_SD = 8.0, 0.3
SILENCE, DELAY = 6.0, 2.0  # months from the day asked, and mean reporting delay
PROGRESS_SD = 0.4
PROBABILITY = 0.3

Values = dict[str, np.ndarray]


def decision(question: Question) -> Decision:
    table = {
        "title": "t",
        "unit": "u",
        "kind": "date",
        "cost_per_month_early": EARLY,
        "cost_per_month_late": LATE,
    }
    return read_decision("test", table, question.as_of_months, file="test.toml")


@pytest.fixture(scope="module")
def world() -> Question:
    plain = load_assumptions(model="article")
    fixed = {
        name: float(plain.beliefs[name].quantile(0.5))
        for name in plain.needed(distillation=True)
        if name in plain.table.quantities and name not in FREE
    }
    return Question(load_assumptions(fixed=fixed, model="article"), DAY, draws=60_000)


@pytest.fixture(scope="module")
def found(world: Question) -> ValueOfInformation:
    """By the estimators under test, given one measured lag."""
    counted = (item("capability_lag", "lag", observed__value=LAG, likelihood__sd=LAG_SD),)
    posterior = condition(world, counting(counted), "importance")
    lag = {"title": "Lag", "kind": "capability_lag", "observed": {"scope": "general"}, "likelihood": {"sd": LAG_SD}}
    silence = {
        "title": "Silence",
        "kind": "not_yet",
        "observed": {"date": world.assumptions.calendar.day(world.as_of_months + SILENCE)},
        "likelihood": {"delay_months": DELAY},
    }
    policy = {"title": "Revoked", "kind": "policy", "lever": "remote-revoked", "probability": PROBABILITY}
    progress = reading_to_come(PROGRESS_SD, "algorithmic_progress")
    tables = {"lag": lag, "silence": silence, "policy": policy, "progress": progress}
    return valued(posterior.question, posterior.source, tables, counted, decision(world))


def fresh(world: Question, draws: int, seed: int) -> Values:
    """Prior draws that share nothing with those under test."""
    asked = replace(world, draws=draws, seed=seed)
    return PriorDraws(asked, [OPTIMISM]).map(lambda chunk: chunk)


def lag_density(ready: np.ndarray, optimism: np.ndarray, lag: float | np.ndarray) -> np.ndarray:
    return np.asarray(stats.norm.pdf(np.log(lag), np.log(ready) - optimism, LAG_SD))


def left(months: np.ndarray, weights: np.ndarray, today: float) -> np.ndarray:
    """Variance, widths and expected loss of the best date, written out; the months in ascending order."""
    weights = weights / weights.sum()
    middle = np.cumsum(weights) - 0.5 * weights
    mean = weights @ months
    widths = [np.diff(np.interp([0.5 - level / 2, 0.5 + level / 2], middle, months))[0] for level in LEVELS]
    best = max(float(np.interp(EARLY / (EARLY + LATE), middle, months)), today)
    loss = weights @ np.where(months > best, EARLY * (months - best), LATE * (best - months))
    return np.array([weights @ (months - mean) ** 2, *widths, loss])


def in_order(ready: np.ndarray, values: Values) -> tuple[np.ndarray, Values, np.ndarray]:
    """Draws in the order of their dates, with the density of the counted lag."""
    order = np.argsort(ready)
    values = {name: column[order] for name, column in values.items()}
    return ready[order], values, lag_density(ready[order], values[OPTIMISM], LAG)


def fallen(now: np.ndarray, nested: np.ndarray, masses: np.ndarray) -> np.ndarray:
    """What is lost on average, in the order of `FIGURES`."""
    after = masses / masses.sum() @ nested
    return np.array([1.0 - after[0] / now[0], np.sqrt(now[0]) - np.sqrt(after[0]), *(now - after)[1:]])


def compare(rows: np.ndarray, batches: list[np.ndarray], whole: np.ndarray) -> None:
    """Hold figures to independent batches of nested Monte Carlo, within the errors of both."""
    truth, error = np.mean(batches, axis=0), np.std(batches, axis=0, ddof=1) / len(batches) ** 0.5
    reach = widest(1.0, GROUPS - 1) * np.hypot(rows[:, 1], error) + STEP * whole
    assert np.all(np.abs(rows[:, 0] - truth) <= reach), (rows, truth, error)
    # so that agreement means something: a third of what is found, or of a tenth of all there is, would be noticed
    assert np.all(reach[[0, 4]] < 0.33 * np.maximum(truth[[0, 4]], 0.1 * whole[[0, 4]]) + 2.0 * STEP * whole[[0, 4]])


@pytest.fixture(scope="module")
def whole(found: ValueOfInformation) -> np.ndarray:
    """What there is to lose in all."""
    uncertain = found.before.uncertainty
    widths = [uncertain.widths[level][0] for level in LEVELS]
    return np.array([1.0, uncertain.variance[0] ** 0.5, *widths, uncertain.loss[0]])


@pytest.mark.parametrize(
    "quantity",
    [
        "algorithmic_progress",
        pytest.param("hyperscaler_budget", marks=pytest.mark.slow),
        pytest.param("post_training_months", marks=pytest.mark.slow),
        OPTIMISM,
    ],
)
def test_learning_a_quantity_agrees_with_nested_monte_carlo(
    world: Question, found: ValueOfInformation, whole: np.ndarray, quantity: str
) -> None:
    """The quantity is fixed at quantiles of its prior, each with the mass that the lag gives it."""
    ranks = (np.arange(QUANTILES) + 0.5) / QUANTILES
    batches = []
    for seed in range(100, 100 + BATCHES):
        inner = fresh(world, INNER, seed)
        ready, _, weights = in_order(ready_under(world, inner), inner)
        now = left(ready, weights, world.as_of_months)
        nested, masses = [], []
        for value in world.assumptions.beliefs[quantity].quantile(ranks):
            fixed = {**inner, quantity: np.full(INNER, value)}
            ready, _, weights = in_order(ready_under(world, fixed), fixed)
            nested.append(left(ready, weights, world.as_of_months))
            masses.append(weights.mean())
        batches.append(fallen(now, np.array(nested), np.array(masses)))
    row = {row.quantity: row for row in found.quantities}[quantity]
    assert row.narrowing is not None
    compare(figures(row.narrowing), batches, whole)


def lag_to_come(truths: Values, ready: np.ndarray, rng: np.random.Generator, until: float) -> np.ndarray:
    return np.asarray(ready * np.exp(-truths[OPTIMISM] + LAG_SD * rng.normal(size=ready.size)))


def progress_to_come(truths: Values, ready: np.ndarray, rng: np.random.Generator, until: float) -> np.ndarray:
    return np.asarray(truths["algorithmic_progress"] * np.exp(PROGRESS_SD * rng.normal(size=ready.size)))


def silence_to_come(truths: Values, ready: np.ndarray, rng: np.random.Generator, until: float) -> np.ndarray:
    return (ready + rng.exponential(DELAY, size=ready.size) > until).astype(float)


def density_of_lag(seen: float, values: Values, ready: np.ndarray, until: float) -> np.ndarray:
    return lag_density(ready, values[OPTIMISM], seen)


def density_of_progress(seen: float, values: Values, ready: np.ndarray, until: float) -> np.ndarray:
    return np.asarray(stats.norm.pdf(np.log(seen), np.log(values["algorithmic_progress"]), PROGRESS_SD))


def density_of_silence(seen: float, values: Values, ready: np.ndarray, until: float) -> np.ndarray:
    silent = stats.expon.sf(until - ready, scale=DELAY)
    return np.asarray(silent if seen else 1.0 - silent)


@pytest.mark.parametrize(
    ("name", "observe", "density"),
    [
        ("lag", lag_to_come, density_of_lag),
        ("progress", progress_to_come, density_of_progress),
        ("silence", silence_to_come, density_of_silence),
    ],
)
def test_a_disclosure_agrees_with_nested_monte_carlo(
    world: Question,
    found: ValueOfInformation,
    whole: np.ndarray,
    name: str,
    observe: Callable[..., np.ndarray],
    density: Callable[..., np.ndarray],
) -> None:
    """A truth is drawn, what would be seen of it simulated, and everything else learnt from that."""
    until, batches = world.as_of_months + SILENCE, []
    for seed in range(200, 200 + BATCHES):
        drawn = fresh(world, 2 * INNER, seed)
        ready, values, weights = in_order(ready_under(world, drawn), drawn)
        rng = np.random.default_rng(seed)
        chosen = rng.choice(ready.size, OUTER, p=weights / weights.sum())
        seen = observe({key: column[chosen] for key, column in values.items()}, ready[chosen], rng, until)
        possible, counts = np.unique(seen, return_counts=True)
        nested = [left(ready, weights * density(each, values, ready, until), world.as_of_months) for each in possible]
        batches.append(fallen(left(ready, weights, world.as_of_months), np.array(nested), counts))
    row = {row.disclosure.id: row for row in found.disclosures}[name]
    compare(figures(row.narrowing), batches, whole)
    assert row.narrowing.loss.value <= row.exactly.loss.value + 3.0 * row.exactly.loss.mcse


def test_a_policy_agrees_with_both_branches_worked_out(
    world: Question, found: ValueOfInformation, whole: np.ndarray
) -> None:
    lever = apply_lever(world.assumptions.levers["remote-revoked"], world.assumptions.race, world.as_of_months)
    shares, batches = np.array([1.0 - PROBABILITY, PROBABILITY]), []
    for seed in range(300, 300 + BATCHES):
        values = fresh(world, 2 * INNER, seed)
        branches = [ready_under(world, values), ready_under(world, values, lever)]
        weights = lag_density(branches[0], values[OPTIMISM], LAG)
        months, mixed = np.concatenate(branches), np.concatenate([share * weights for share in shares])
        order = np.argsort(months)
        now = left(months[order], mixed[order], world.as_of_months)
        # the lag was measured in the world as it is, whichever branch it takes
        nested = [left(np.sort(dates), weights[np.argsort(dates)], world.as_of_months) for dates in branches]
        batches.append(fallen(now, np.array(nested), shares))
    row = {row.disclosure.id: row for row in found.disclosures}["policy"]
    compare(figures(row.narrowing), batches, whole)


def test_information_never_hurts(found: ValueOfInformation) -> None:
    rows = [*found.quantities, *found.disclosures]
    assert len(rows) == len(FREE) + 1 + 4
    for row in rows:
        assert row.narrowing is not None
        assert row.narrowing.loss.value >= -3.0 * row.narrowing.loss.mcse
        assert row.narrowing.variance_share.value >= -3.0 * row.narrowing.variance_share.mcse
        assert row.narrowing.loss.value <= found.perfect.value + 3.0 * found.perfect.mcse
