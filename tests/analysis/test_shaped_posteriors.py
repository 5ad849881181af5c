"""Hierarchical and shaped priors conditioned by both engines, on twins whose posterior is known.

Every quantity but those in question is fixed; a reading of the logarithm of post-training's months is normal. Beneath
a normal hierarchy of logarithms the posterior has a closed form; beneath any other prior it is one integral.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from false_alarms import ranks, widest
from scipy import integrate, stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.tree.result_tree import result_tree
from catchup.analysis.studies.scenario_world import ScenarioWorld
from catchup.analysis.studies.scenarios import scenarios
from catchup.analysis.studies.sensitivity.study import sensitivity
from catchup.model.assumptions import load_assumptions
from catchup.priors import Family, Layer
from catchup.priors.families import Empirical, LogNormal, Mixture, ShiftedLogNormal, SkewNormal, StudentT, Truncated
from catchup.priors.hierarchy import MARGINAL_DRAWS
from item_cases import DAY, counting, reading

TOP, SPREAD = 0.4, 0.25  # standard deviations of the level's logarithm, and of the quantity's about it
MEDIAN = 1.5
READ, NOISE = 2.2, 0.2
TEXT = {"unit": "months", "description": "x", "sources": ["project"]}
HIERARCHY = {
    "months_level": {"family": "lognormal", "median": MEDIAN, "sigma": TOP, **TEXT},
    "post_training_months": {"family": "lognormal", "median": {"quantity": "months_level"}, "sigma": SPREAD},
}
DRAWS = 40_000


def asked(rows: dict[str, Any], draws: int = DRAWS, *more: Layer) -> Question:
    """A question whose date is a constant plus post-training."""
    plain = load_assumptions(model="article")
    fixed = {
        name: float(plain.beliefs[name].quantile(0.5))
        for name in plain.needed(distillation=True)
        if name in plain.table.quantities and name != "post_training_months"
    }
    overlay = Layer.of({"quantity": rows}, file="twin.toml")
    return Question(load_assumptions([overlay, *more], fixed, model="article"), DAY, draws=draws)


def conditioned(rows: dict[str, Any], engine: str = "importance", sd: float = NOISE) -> Posterior:
    return condition(asked(rows), counting([reading("seen", READ, sd)]), engine)


def assert_moments(found: Posterior, name: str, mean: float, sd: float) -> None:
    """Mean and variance of a quantity's logarithm, each within what its Monte Carlo error explains."""
    log = found.source.map(lambda values: {name: np.log(values[name])})[name]
    for value, expected in ((log, mean), ((log - mean) ** 2, sd**2)):
        estimate = found.source.weighting.estimate(value)
        assert abs(estimate.value - expected) < widest(estimate.mcse), (name, estimate, expected)
        assert estimate.mcse < 0.05 * max(sd, sd**2)  # sharp enough to tell a wrong posterior


def of_the_hierarchy(name: str, sd: float = NOISE) -> tuple[float, float]:
    """Mean and standard deviation of a logarithm in closed form."""
    noise = sd**2 + (SPREAD**2 if name == "months_level" else 0.0)
    prior = TOP**2 + (0.0 if name == "months_level" else SPREAD**2)
    precision = 1 / prior + 1 / noise
    return (math.log(MEDIAN) / prior + math.log(READ) / noise) / precision, precision**-0.5


@pytest.mark.parametrize("sd", [NOISE, 0.02], ids=["broad", "sharp"])
@pytest.mark.parametrize("name", ["months_level", "post_training_months"])
def test_importance_conditions_a_hierarchy(name: str, sd: float) -> None:
    """A sharp reading has its draws from a fitted proposal, among the scores of parent and child."""
    found = conditioned(HIERARCHY, sd=sd)
    assert found.engine == "importance"
    assert_moments(found, name, *of_the_hierarchy(name, sd))


@pytest.mark.slow
def test_nuts_conditions_a_hierarchy() -> None:
    found = conditioned(HIERARCHY, "nuts")
    for name in HIERARCHY:
        assert_moments(found, name, *of_the_hierarchy(name))


SHAPES: dict[str, Family] = {
    "truncated": Truncated(of=LogNormal(median=MEDIAN, sigma=TOP), low=1.0, high=2.0),
    "student_t": Truncated(of=StudentT(location=1.5, scale=0.4, degrees_of_freedom=3), low=0.01),
    "skew_normal": Truncated(of=SkewNormal(location=1.0, scale=0.8, shape=4), low=0.01),
    "shifted_lognormal": ShiftedLogNormal(shift=1.0, median=1.6, sigma=0.7),
    "mixture": Mixture(components=[(0.6, LogNormal(median=1.2, sigma=0.1)), (0.4, LogNormal(median=3, sigma=0.3))]),
    "empirical": Empirical(quantiles=[[0.05, 0.9], [0.5, 1.4], [0.95, 3.5]], low=0.0),
}


def by_quadrature(family: Family) -> tuple[float, float]:
    """Mean and standard deviation of the posterior of the logarithm, over the prior's ranks."""
    ranks = np.unique(np.concatenate([np.linspace(1e-6, 1 - 1e-6, 200_001), np.geomspace(1e-9, 1e-6, 100)]))
    log = np.log(family.quantile(ranks))
    weights = stats.norm.pdf(math.log(READ), log, NOISE)
    total, mean = (integrate.trapezoid(weights * each, ranks) for each in (np.ones_like(log), log))
    mean /= total
    return mean, math.sqrt(integrate.trapezoid(weights * (log - mean) ** 2, ranks) / total)


@pytest.mark.parametrize("name", SHAPES)
def test_importance_conditions_a_shaped_prior(name: str) -> None:
    found = conditioned({"post_training_months": SHAPES[name].as_row()})
    assert_moments(found, "post_training_months", *by_quadrature(SHAPES[name]))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHAPES)
def test_nuts_conditions_a_shaped_prior(name: str) -> None:
    found = conditioned({"post_training_months": SHAPES[name].as_row()}, "nuts")
    assert_moments(found, "post_training_months", *by_quadrature(SHAPES[name]))


# studies on them


@pytest.fixture(scope="module")
def hierarchical() -> Posterior:
    return conditioned(HIERARCHY)


def test_the_trees_log_prior_is_that_of_the_whole_hierarchy(hierarchical: Posterior) -> None:
    tree = result_tree(hierarchical)
    prior, log_prior = tree["prior"].to_dataset(), tree["log_prior"].to_dataset()["quantities"]
    assert {"months_level", "post_training_months"} <= set(log_prior.coords["quantity"].values.tolist())
    posterior = tree["posterior"].to_dataset()
    level, months = (np.log10(posterior[name].values.ravel()) for name in HIERARCHY)
    found = log_prior.sel(quantity=list(HIERARCHY)).sum("quantity").values.ravel()
    ten = math.log(10.0)
    expected = stats.norm.logpdf(level, math.log10(MEDIAN), TOP / ten) + stats.norm.logpdf(months, level, SPREAD / ten)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    constants = tree["constant_data"].to_dataset()["prior_quantile"].sel(quantity="post_training_months").values
    oracle = stats.lognorm(math.hypot(TOP, SPREAD), scale=MEDIAN)
    for p, constant in zip((0.05, 0.5, 0.95), constants, strict=True):
        low, high = ranks(p, MARGINAL_DRAWS)
        assert low < oracle.cdf(constant) < high, p
    assert prior.sizes["draw"] > 0


def test_sensitivity_takes_what_hangs_on_others_from_draws(hierarchical: Posterior) -> None:
    of_prior = sensitivity(prior_of(hierarchical.question))
    swings = {swing.quantity: swing for swing in of_prior.one_at_a_time.swings}
    assert swings.keys() == HIERARCHY.keys()
    swing, level = swings["post_training_months"], swings["months_level"]
    oracle = stats.lognorm(math.hypot(TOP, SPREAD), scale=MEDIAN)
    assert abs(swing.low.value - oracle.ppf(0.1)) < widest(swing.low.months.mcse)
    assert 0.0 < swing.low.months.mcse < 0.05
    # what hangs on the level keeps its rank, the middle one, where the level moves
    span = stats.lognorm(TOP, scale=MEDIAN).ppf([0.1, 0.9])
    assert level.high.months.value - level.low.months.value == pytest.approx(span[1] - span[0], rel=0.03)
    indices = {index.quantity: index for index in of_prior.sobol}
    assert all(index.total is None for index in indices.values())
    # the date is a constant and these months
    assert indices["post_training_months"].first.value == pytest.approx(1.0, abs=1e-12)


def test_a_scenario_may_bring_what_hangs_on_the_baselines_quantities() -> None:
    """Ranks of its own, beneath values that the baseline has drawn and the scenario has moved."""
    scenario = {
        "title": "x",
        "references": ["project"],
        "quantity": {
            "months_level": {"median": 2.0 * MEDIAN},
            "own_months": {"family": "lognormal", "median": {"quantity": "months_level"}, "sigma": 0.1, **TEXT},
            "same_months": {"family": "fixed", "value": {"quantity": "own_months"}, **TEXT},
        },
        "firm": {
            "own": {
                "title": "Own",
                "budget": "hyperscaler_budget",
                "mfu": "mfu_china",
                "minimum_training": "minimum_training_months",
                "delay": ["own_months", "same_months"],
                "decision": "as-of",
            }
        },
        "source": {"own": {"title": "Own", "firm": "own", "amount": ["china_stock"], "channel": "domestic"}},
    }
    overlay = Layer.of({"scenario": {"own": scenario}}, file="own.toml")
    posterior = prior_of(asked(HIERARCHY, 4_000, overlay))
    (row,) = scenarios(posterior, ["own"]).scenarios
    level = posterior.source.map(lambda values: {"level": values["months_level"]})["level"]
    own = row.newcomers["own"].values - posterior.question.as_of_months
    assert (own >= 2.0 * level.min()).all()  # it waits for two delays of about that long
    world = ScenarioWorld(posterior.question, "own")
    drawn = posterior.source.extended(world.own_beliefs).map(
        lambda values: {name: world.values(values)[name] for name in ("own_months", "same_months", "months_level")}
    )
    np.testing.assert_allclose(drawn["months_level"], 2.0 * level, rtol=1e-9)
    np.testing.assert_array_equal(drawn["own_months"], drawn["same_months"])
    ratio = np.log(drawn["own_months"] / drawn["months_level"])
    assert stats.kstest(ratio, stats.norm(0.0, 0.1).cdf).pvalue > 1e-6
