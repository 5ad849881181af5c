"""The PyMC graph is the forward simulation: the same dates from the same draws, whatever is asked of both."""

from __future__ import annotations

import tomllib

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
from compiled_dates import CompiledDates
from pytensor.graph.replace import graph_replace
from scipy.stats import norm

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.forward import outcome, simulate
from catchup.model.graph import build_model, set_intervention
from catchup.model.policies import apply_as_published
from catchup.priors import Layer
from model_cases import draw

WITHIN = 1e-9
QUICK = "FAST_COMPILE"  # evaluated in Python; one test compiles to machine code
OUTPUTS = ["ready", "launch", "pool_at_launch", "run_length", "mythos_flop", "annual_progress"]

ADDED = """
[firm.ministry]
title = "Ministry"
budget = "startup_budget"
mfu = "mfu_china"
minimum_training = "minimum_training_months"
decision = "as-of"

[source.cluster]
title = "Cluster"
firm = "ministry"
amount = ["cluster"]
start = 6
length = 4
channel = "ministry"

[quantity.cluster]
family = "lognormal"
median = 300e3
sigma = 0.3
unit = "H100e"
description = "A cluster"
sources = ["project"]

[source.cohort]
title = "A chip cohort"
firm = "startup"
amount = ["cohort"]
start = "cohort_start"
length = "cohort_months"
channel = "startup"

[quantity.cohort]
family = "uniform"
low = 1e6
high = 2e6
unit = "H100e"
description = "A cohort of chips"
sources = ["project"]

[quantity.cohort_start]
family = "beta"
alpha = 2
beta = 2
low = 0
high = 2
unit = "months"
description = "When it starts to arrive"
sources = ["project"]

[quantity.cohort_months]
family = "loguniform"
low = 1e-3
high = 1
unit = "months"
description = "How long that takes"
sources = ["project"]

[event.twice]
title = "Twice Mythos's compute"
family = "fixed"
value = 2
references = ["project"]
"""


def compare(
    assumptions: Assumptions, compiled: CompiledDates, values: dict[str, np.ndarray], **options: object
) -> None:
    found = compiled(values)
    world, expected = outcome(assumptions, values, **options)  # type: ignore[arg-type]
    contenders = list(expected.contenders.values())
    np.testing.assert_allclose(found["ready"][:, 0], expected.ready, rtol=0, atol=WITHIN)
    np.testing.assert_allclose(found["mythos_flop"], world.mythos_flop, rtol=WITHIN)
    np.testing.assert_allclose(found["annual_progress"], world.annual_progress, rtol=WITHIN)
    for name, attribute in (("launch", "launch"), ("pool_at_launch", "pool"), ("run_length", "run_length")):
        rows = np.stack([getattr(contender, attribute) for contender in contenders], axis=1)
        np.testing.assert_allclose(found[name][:, 0], rows, rtol=WITHIN, atol=WITHIN)


def test_every_event(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    events = list(assumptions.events)
    compiled = CompiledDates(build_model(assumptions, events=events), assumptions, mode=QUICK)
    found = compiled(values)["ready"]
    assert found.shape == (len(values["mythos_chips"]), len(events))
    for event, column in zip(events, found.T, strict=True):
        _, expected = outcome(assumptions, values, event=event)
        np.testing.assert_allclose(column, expected.ready, rtol=0, atol=WITHIN)


def test_every_lever(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    model = build_model(assumptions)
    compiled = CompiledDates(model, assumptions, OUTPUTS, mode=QUICK)
    for lever in assumptions.levers.values():
        change = apply_as_published(lever, assumptions.race, 5.0)
        set_intervention(model, assumptions, change)
        compare(assumptions, compiled, values, intervention=change)
    set_intervention(model, assumptions)
    compare(assumptions, compiled, values)


def test_machine_code(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    compare(assumptions, CompiledDates(build_model(assumptions), assumptions, OUTPUTS), values)


def test_machine_code_of_a_single_draw(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    """As NUTS evaluates it: there the launch is solved by other steps than for a chunk of draws."""
    model = build_model(assumptions)
    names = [name for name in assumptions.beliefs if name in model.named_vars]
    scalars = [pt.scalar(name, dtype="float64") for name in names]
    dates = graph_replace(
        [model["ready"][0], model["launch"][0]],
        dict(zip((model[name] for name in names), scalars, strict=True)),
        strict=False,  # what says how it becomes known has no part in when it is ready
    )
    one = pytensor.function(scalars, dates, on_unused_input="ignore")
    _, expected = outcome(assumptions, values)
    for index in range(300):
        ready, launch = one(*(values[name][index] for name in names))
        assert ready == pytest.approx(expected.ready[index], rel=0, abs=WITHIN)
        rows = [contender.launch[index] for contender in expected.contenders.values()]
        np.testing.assert_allclose(launch, rows, rtol=0, atol=WITHIN)


def test_draws_are_those_of_the_forward_simulation(assumptions: Assumptions) -> None:
    compiled = CompiledDates(build_model(assumptions), assumptions, mode=QUICK)
    found = compiled.draw(2_500, np.random.default_rng(7))["ready"]
    forward = simulate(assumptions, lambda v: outcome(assumptions, v)[1].ready, 2_500, np.random.default_rng(7))
    np.testing.assert_allclose(found[:, 0], np.concatenate(list(forward)), rtol=0, atol=WITHIN)


def test_nothing_is_left_to_draw(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    fixed = {name: float(row[0]) for name, row in values.items() if name in assumptions.table.quantities}
    known = load_assumptions(fixed=fixed)
    found = CompiledDates(build_model(known), known, mode=QUICK).draw(5, np.random.default_rng(1))["ready"]
    _, expected = outcome(known, {name: np.full(5, row[0]) for name, row in values.items()})
    np.testing.assert_allclose(found[:, 0], expected.ready, rtol=0, atol=WITHIN)


def test_the_launch_grid(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    model = build_model(assumptions, launch_grid=0.5)
    compare(assumptions, CompiledDates(model, assumptions, OUTPUTS, mode=QUICK), values, launch_grid=0.5)


def test_rows_of_data_that_a_user_adds() -> None:
    assumptions = load_assumptions([Layer.of(tomllib.loads(ADDED), file="mine.toml")], model="article")
    values = draw(assumptions, assumptions.needed(["twice"], distillation=True), 2_000, seed=2)
    model = build_model(assumptions, events=["twice"], as_of_month=8.0)
    assert list(model.coords["firm"]) == ["hyperscaler", "startup", "ministry"]
    assert {"cluster", "cohort"} <= set(model.coords["source"])
    compare(assumptions, CompiledDates(model, assumptions, OUTPUTS, mode=QUICK), values, event="twice", as_of_month=8.0)
    _, without = outcome(
        load_assumptions(model="article"), values | {"compute_equivalent_multiple": np.full(2_000, 2.0)}
    )
    _, with_them = outcome(assumptions, values, event="twice", as_of_month=8.0)
    assert (with_them.contenders["startup"].launch < without.contenders["startup"].launch).all()
    assert (with_them.contenders["ministry"].launch >= 8.0).all()


def test_fixed_quantities() -> None:
    fixed = {"algorithmic_progress": 10.0, "startup_stock": 0.0, "startup_growth": 0.0, "h200_arrival_months": 1e-300}
    assumptions = load_assumptions(fixed=fixed, model="article")
    values = draw(assumptions, assumptions.needed(distillation=True), 500, seed=3)
    compare(assumptions, CompiledDates(build_model(assumptions), assumptions, OUTPUTS, mode=QUICK), values)
    assert (values["algorithmic_progress"] == 10.0).all()
    _, result = outcome(assumptions, values)
    never = result.contenders["startup"]
    assert np.isinf(never.launch).all()
    assert np.isinf(never.pretrained).all()
    assert (never.run_length == 0.0).all()
    assert np.isfinite(result.ready).all()


def test_a_node_can_be_fixed(assumptions: Assumptions) -> None:
    model = pm.do(build_model(assumptions), {"mythos_chips": 1e6, "mfu_anthropic": 0.2, "mythos_training_months": 3.0})
    flop = pm.draw(model["mythos_flop"], random_seed=1)
    assert flop == pytest.approx(1e6 * 6.5e14 * 0.2 * 3.0 * 30.44 * 86_400.0)


@pytest.mark.parametrize("of", ["article", pytest.param("current", marks=pytest.mark.slow)])
def test_logp_and_its_gradient_are_finite_at_prior_draws(of: str) -> None:
    assumptions = load_assumptions(model=of)
    model = build_model(assumptions)
    with model:
        pm.Normal("seen", mu=model["ready"][0], sigma=1.0, observed=10.0)
    logp = model.compile_logp(mode=QUICK)
    gradient = model.compile_dlogp(mode=QUICK)
    forward = {}
    for free in model.free_RVs:
        transform, drawn = model.rvs_to_transforms[free], free.type()
        if transform is not None:
            forward[free.name] = pytensor.function([drawn], transform.forward(drawn, *free.owner.inputs), mode=QUICK)
    beliefs, rng = assumptions.beliefs, np.random.default_rng(3)
    tails = (1e-9, 1e-3, 0.5, 0.999, 1.0 - 1e-9)
    for share in (*tails, *rng.random(60)):
        point = {}
        for free in model.free_RVs:
            names = model.coords[model.named_vars_to_dims[free.name][0]]
            ranks = np.full(len(names), share) if share in tails else rng.random(len(names))
            if free.name == "scored_quantities":
                drawn = norm.ppf(ranks)
            else:
                pairs = zip(names, ranks, strict=True)
                drawn = np.array([beliefs[name].to_base(beliefs[name].quantile(rank)) for name, rank in pairs])
            point[model.rvs_to_values[free].name] = forward[free.name](drawn) if free.name in forward else drawn
        assert np.isfinite(logp(point))
        assert np.isfinite(gradient(point)).all()
