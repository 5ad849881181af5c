"""Evidence in the PyMC model: the same numbers as over arrays, finite everywhere, refitted without compiling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from scipy import stats

from catchup.evidence.graph import add_evidence, evidence_data
from catchup.evidence.latents import latent_quantities, with_latents
from catchup.evidence.ledgers import load_ledger
from catchup.evidence.likelihood import predictions, simulate
from catchup.evidence.rumours import rumours_in
from catchup.evidence.schema import Item
from catchup.evidence.selection import select
from catchup.model.assumptions import DEFAULT_EVENT, Assumptions, load_assumptions, multiple_name, under_scenario
from catchup.model.draws import QuantileTransform
from catchup.model.forward import outcome
from catchup.model.graph import build_model
from catchup.priors.errors import InputError
from evidence_cases import DAY, doubted_items, item, log_likelihoods, one_of_each_kind

PLAIN = Mode(linker="py", optimizer=None)  # the graph as written: nothing compiled, nothing rewritten
FALSE_ALARMS = 1e-3
LAG = "caisi-deepseek-v4-lag"  # a measured lag of the default ledger


def everything(*without: str) -> list[Item]:
    """The counted items, one of every kind but some, and a second firm's bill with a ratio of its own."""
    second = replace(item("rental_spend", id="second-firm"), renamed={"firm_ratio": "firm_ratio_second"})
    counted = select(load_ledger(), "default", DAY, load_assumptions()).counted
    doubted = [item for item in doubted_items() if item.kind.name in ("cluster", "compute_stock", "milestone")]
    rumour = next(item for item in doubted if item.kind.name == "milestone")
    half = item("milestone", id="half", weight=0.5, weight_reason="half a word")
    beside = item("not_yet", id="silence-beside", observed__event=rumour.event)
    claims = [
        item("claim", id=f"claim-{day}", observed={"event": rumour.event, "date": day}, known_since=DAY)
        for day in (beside.observed.confirmed_through, DAY)
    ]
    assert len(rumours_in([rumour, half, *claims, beside], DAY)["silence-beside"]) == 4
    every = [*counted, *one_of_each_kind(), *doubted, second, half, *claims, beside]
    return [item for item in every if item.kind.name not in without]


def silence() -> Item:
    """Nothing seen of the event that every model is built for."""
    return item("not_yet", observed__event=DEFAULT_EVENT)


def model_for(assumptions: Assumptions, **options: Any) -> pm.Model:
    """A model of the day of the question."""
    return build_model(assumptions, as_of_month=assumptions.calendar.months(DAY), **options)


class Conditioned:
    """A model with evidence, and functions of its unconstrained parameters."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.assumptions: Assumptions = with_latents(load_assumptions(), items)
        self.events = list(dict.fromkeys(["autonomous-range", DEFAULT_EVENT]))
        extra = latent_quantities(items, self.assumptions)
        self.quantities = list(dict.fromkeys([*self.assumptions.needed(self.events), *extra]))
        self.model = model_for(self.assumptions, events=self.events, extra_quantities=extra)
        add_evidence(self.model, items, self.assumptions, DAY)
        (logps,) = self.model.logp(vars=self.model.observed_RVs, sum=False)
        inputs = self.model.value_vars
        slopes = pt.grad(logps.sum(), inputs)
        natural = self.model.replace_rvs_by_values([self.model[name] for name in self.quantities])
        self.size = [array.size for array in self.model.initial_point().values()]
        self.function = pytensor.function(inputs, [logps, pt.concatenate(slopes), *natural], mode=PLAIN)

    def at(self, unconstrained: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict[str, float]]:
        """Log likelihoods, gradient, and values of the quantities at one point."""
        cuts = np.cumsum(self.size)[:-1]
        logps, slopes, *natural = self.function(*np.split(unconstrained, cuts))
        return logps, slopes, dict(zip(self.quantities, map(float, natural), strict=True))


# A policy makes two races, and a graph of twice the size: one acts in the graph of `test_policies` too.
@pytest.fixture(scope="module", params=[("policy",), pytest.param((), marks=pytest.mark.slow)], ids=["one-race", "two"])
def conditioned(request: pytest.FixtureRequest) -> Conditioned:
    return Conditioned(everything(*request.param))


def over_arrays(conditioned: Conditioned, rows: list[dict[str, float]]) -> dict[str, np.ndarray]:
    values = {name: np.array([row[name] for row in rows]) for name in conditioned.quantities}
    return likelihoods_of(conditioned.items, conditioned.assumptions, values, conditioned.events)


def likelihoods_of(
    items: list[Item], assumptions: Assumptions, values: dict[str, Any], events: list[str]
) -> dict[str, np.ndarray]:
    world, outcomes = None, {}
    for event in events:
        assert multiple_name(event) in values
        world, outcomes[event] = outcome(assumptions, values, event=event, world=world)
    assert world is not None
    return log_likelihoods(items, assumptions, values, world, outcomes)


@pytest.mark.parametrize(
    ("scale", "number"),
    [
        pytest.param(1.0, 8, id="prior"),
        pytest.param(1.0, 25, id="more-of-the-prior", marks=pytest.mark.slow),
        pytest.param(6.0, 25, id="tails", marks=pytest.mark.slow),
    ],
)
def test_the_graph_and_arrays_agree_and_gradients_are_finite(
    scale: float, number: int, conditioned: Conditioned
) -> None:
    rng = np.random.default_rng(6)
    points = scale * rng.standard_normal((number, sum(conditioned.size)))
    found = [conditioned.at(point) for point in points]
    expected = over_arrays(conditioned, [natural for _, _, natural in found])
    assert [item.id for item in conditioned.items] == list(expected)
    for column, name in enumerate(expected):
        graph = np.array([logps[column] for logps, _, _ in found])
        np.testing.assert_allclose(graph, expected[name], rtol=1e-9, atol=1e-9, err_msg=name)
    assert np.isfinite([logps for logps, _, _ in found]).all()
    assert np.isfinite([slopes for _, slopes, _ in found]).all()


def test_items_are_one_observed_vector_and_every_figure_is_data(conditioned: Conditioned) -> None:
    model = conditioned.model
    assert [variable.name for variable in model.observed_RVs] == ["observation"]
    assert model.named_vars_to_dims["observation"] == ("item",)
    assert list(model.coords["item"]) == [item.id for item in conditioned.items]
    assert model.potentials == []
    data = evidence_data(conditioned.items, conditioned.assumptions, DAY)
    assert data.keys() <= {variable.name for variable in model.data_vars}
    clock = conditioned.assumptions.clock(DAY)
    for place, each in enumerate(conditioned.items):
        assert model["observed"].get_value()[place] == each.observation(clock)
        for name, figure in each.figures(clock).items():
            assert model["figures"].get_value()[place, model.coords["figure"].index(name)] == figure


def test_new_figures_change_the_likelihood_without_a_new_graph(conditioned: Conditioned) -> None:
    lag = next(item for item in conditioned.items if item.id == LAG)
    column = [item.id for item in conditioned.items].index(LAG)
    here = np.zeros(sum(conditioned.size))
    before, _, natural = conditioned.at(here)
    assumptions = conditioned.assumptions
    changed = replace(
        lag,
        observed=lag.observed.model_copy(update={"value": 11.0}),
        likelihood=lag.likelihood.model_copy(update={"sd": 0.4}),
        text=lag.text.model_copy(update={"weight": 0.5}),
    )
    with_change = [changed if each is lag else each for each in conditioned.items]
    old, new = (evidence_data(items, assumptions, DAY) for items in (conditioned.items, with_change))
    try:
        pm.set_data(new, model=conditioned.model)
        after, _, _ = conditioned.at(here)
    finally:
        pm.set_data(old, model=conditioned.model)
    values = {name: np.array([value]) for name, value in natural.items()}
    expected = likelihoods_of([changed], assumptions, values, conditioned.events)[LAG]
    assert after[column] == pytest.approx(float(expected[0]), abs=1e-9)
    others = np.arange(len(before)) != column
    np.testing.assert_array_equal(after[others], before[others])
    assert after[column] != before[column]


@pytest.mark.slow
def test_predictive_draws_of_the_model_follow_the_kinds(conditioned: Conditioned) -> None:
    """Draws of an observed variable against draws over arrays, two-sample Kolmogorov and Smirnov."""
    assumptions, rng = conditioned.assumptions, np.random.default_rng(7)
    clock = assumptions.clock(DAY)
    places = [place for place, each in enumerate(conditioned.items) if each.id in ("microsoft-slide", "milestone", LAG)]
    chosen = [conditioned.items[place] for place in places]
    simplified = Mode(linker="py", optimizer="fast_compile")  # hundreds of draws: dates nobody asks for go first
    graph = pm.draw(conditioned.model["observation"], draws=400, random_seed=8, mode=simplified)[:, places].T
    transform = QuantileTransform(assumptions.beliefs, conditioned.quantities)
    beliefs = transform(rng.random((len(transform.names), 20_000)))
    world, outcomes = None, {}
    for event in conditioned.events:
        world, outcomes[event] = outcome(assumptions, beliefs, event=event, world=world)
    assert world is not None
    predicted = predictions(chosen, assumptions, beliefs, world, outcomes, DAY)
    for each, draws in zip(chosen, graph, strict=True):
        arrays = simulate(each, predicted[each.id], clock, rng)
        assert stats.ks_2samp(draws, arrays).pvalue > FALSE_ALARMS / len(chosen)


def test_a_model_of_another_kind_is_a_mistake_of_the_caller() -> None:
    """Whatever it lacks is named, with what it would have to be built with."""
    assumptions = load_assumptions()
    bill = item("rental_spend")
    for model, wrong, expected in (
        (
            model_for(assumptions),
            item("milestone"),
            r"^events: .* without autonomous-range.*events=\['compute-equivalent', 'autonomous-range'\]\) was expected",
        ),
        (
            model_for(assumptions, extra_quantities=["firm_ratio"]),
            bill,
            r"^extra_quantities: .* without rental_price, .*=\['firm_ratio', 'rental_price'\]\) was expected",
        ),
        (
            build_model(assumptions),
            silence(),
            r"^as_of_month: .* built for 2026-02-24, the evidence is of 2026-11-21: .*calendar.months\(as_of\)",
        ),
        (
            model_for(under_scenario(assumptions, "domestic-superpods")),
            silence(),
            r"^assumptions: .* other assumptions, with firms .*consortium; bytedance, .*, zai were expected",
        ),
    ):
        with pytest.raises(InputError, match=expected):
            add_evidence(model, [wrong], assumptions, DAY)
        assert "observation" not in model.named_vars


def test_evidence_is_added_all_at_once() -> None:
    assumptions = load_assumptions()
    model = add_evidence(model_for(assumptions), [silence()], assumptions, DAY)
    with pytest.raises(InputError, match=r"^items: the model counts new-item already: all items are added at once"):
        add_evidence(model, [silence()], assumptions, DAY)


def test_what_a_model_was_built_for_survives_interventions() -> None:
    """``pm.do`` and ``pm.observe`` make new models: evidence is added to these as to the first, and refused alike."""
    assumptions = load_assumptions()
    for changed in (
        pm.do(model_for(assumptions), {"mfu_china": 0.2}),
        pm.observe(model_for(assumptions), {"mfu_china": 0.2}),
    ):
        with pytest.raises(InputError, match=r"^events: .* without autonomous-range"):
            add_evidence(changed, [item("milestone")], assumptions, DAY)
        add_evidence(changed, [silence()], assumptions, DAY)
        assert "observation" in [variable.name for variable in changed.observed_RVs]


@pytest.mark.slow
def test_nuts_samples_the_default_ledger_without_divergence() -> None:
    import nutpie

    assumptions = load_assumptions(model="article")
    items = select(load_ledger(), "default", DAY, assumptions).counted
    assumptions = with_latents(assumptions, items)
    model = model_for(assumptions, extra_quantities=latent_quantities(items, assumptions))
    compiled = nutpie.compile_pymc_model(add_evidence(model, items, assumptions, DAY))
    tree = nutpie.sample(compiled, draws=500, tune=1_000, chains=4, seed=9, progress_bar=False)
    assert int(tree["sample_stats"]["diverging"].sum()) == 0
    # Later silence pushes the date out: the same compiled model, other figures.
    later = evidence_data(items, assumptions, DAY.replace(year=2027))
    again = nutpie.sample(compiled.with_data(**later), draws=500, tune=1_000, chains=4, seed=9, progress_bar=False)
    assert float(again["posterior"]["ready"].mean()) > float(tree["posterior"]["ready"].mean()) + 2.0
