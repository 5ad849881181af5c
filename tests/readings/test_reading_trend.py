"""Trends: the published dates, closed forms before and after evidence, and the PyMC model against the arrays."""

import math
from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.inference.column_names import ITEM
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.other_structures import build_structure_posterior, draw_structure, ready_of
from catchup.analysis.studies.readings.trend import condition_trend, read_trend, trends
from catchup.analysis.studies.readings.trend_structure import TrendStructure
from catchup.analysis.studies.structure_evidence import SetAside
from catchup.analysis.studies.structure_registry import trend_id
from catchup.evidence.latents import with_latents
from catchup.evidence.ledgers import load_ledger
from catchup.evidence.schema import item_from_table
from catchup.evidence.selection import select
from catchup.model.assumptions import load_assumptions
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.model.trend import Trend, load_trends
from catchup.priors.errors import InputError
from catchup.priors.layers import Layer
from reading_cases import AS_OF, STANDARD_ERRORS, ask, assert_estimates, prior

NO_OPTIMISM = {"benchmark_optimism_general": 0.0, "benchmark_optimism_cyber": 0.0, "organisation_error": 0.0}


def default_items(question):
    return select(load_ledger(), "default", question.as_of, question.assumptions).counted


def items_with_milestone(question):
    return select(load_ledger(), "default,glm-5-3-exploits", question.as_of, question.assumptions).counted


def lag_item(value: float, sd: float, **rest):
    table = {
        "id": "a-lag",
        "title": "A measured lag",
        "kind": "capability_lag",
        "role": "likelihood",
        "known_since": date(2026, 6, 12),
        "observed": {"value": value, "scope": "general"},
        "likelihood": {"sd": sd},
        "sources": [{"title": "x", "publisher": "x", "date": date(2026, 6, 12), "address": "example.org"}],
        **rest,
    }
    return item_from_table(table, file="a-lag.toml")


def structure(question, name):
    return TrendStructure(question.assumptions, name, load_trends(question.assumptions)[name], question.event)


def read(question, name, items=()):
    return read_trend(question, name, load_trends(question.assumptions)[name], items)


def test_constant_seven_month_lag_comes_out_in_late_september():
    stated = read(ask(100_000), "constant-lag").stated
    median = ask().assumptions.calendar.day(stated.ready.quantile_value(0.5))
    assert date(2026, 9, 21) <= median <= date(2026, 9, 30)
    exactly_seven = read(ask(10, fixed={"trend_lag_constant": 7.0}), "constant-lag").stated.ready.values
    np.testing.assert_allclose(exactly_seven, 7.0)


def test_growing_lag_takes_more_than_twelve_months():
    ready = read(ask(100_000), "growing-lag").stated.ready
    median = ready.quantile(0.5)
    assert median.value - 5.0 * median.mcse > 12.0
    assert 1.0 - ready.probability_below(12.0).value > 2.0 / 3.0


@pytest.mark.parametrize("p", [0.05, 0.25, 0.5, 0.75, 0.95])
def test_stated_constant_lag_has_its_prior_for_a_date(p):
    ready = read(ask(), "constant-lag").stated.ready
    assert_estimates(ready.quantile(p), 7.0 * math.exp(0.25 * NormalDist().inv_cdf(p)))


@given(
    lag=st.floats(0.1, 60.0), growth=st.floats(-1.0, 0.9), lead=st.floats(-6.0, 24.0), measured=st.floats(-12.0, 24.0)
)
def test_on_the_day_chinese_models_do_what_the_trend_did_a_lag_ago(lag, growth, lead, measured):
    trend = Trend(lag, growth, lead, measured)
    assert trend.ready - trend.lag_on(trend.ready) == pytest.approx(lead, abs=1e-9 * (1.0 + abs(trend.ready)))


@given(lag=st.floats(0.1, 60.0), growth=st.floats(0.0, 0.8), lead=st.floats(0.0, 24.0), more=st.floats(0.01, 0.1))
def test_a_wider_faster_or_later_gap_never_brings_the_date_forward(lag, growth, lead, more):
    day = Trend(lag, growth, lead, 0.0).ready
    assert Trend(lag + more, growth, lead, 0.0).ready > day
    assert Trend(lag, growth + more, lead, 0.0).ready > day
    assert Trend(lag, growth, lead + more, 0.0).ready > day


@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_one_measured_lag_is_conjugate(p):
    """Normal prior and normal likelihood of the logarithm: the posterior is known."""
    question = ask(100_000, fixed=NO_OPTIMISM)
    conditioned = read(question, "constant-lag", [lag_item(9.0, 0.25)]).conditioned
    assert conditioned.evidence == ("a-lag",)
    mean, sd = 0.5 * (math.log(7.0) + math.log(9.0)), 0.25 / math.sqrt(2.0)
    assert_estimates(conditioned.ready.quantile(p), math.exp(mean + sd * NormalDist().inv_cdf(p)))
    evidence = NormalDist(math.log(7.0), 0.25 * math.sqrt(2.0)).pdf(math.log(9.0))
    assert_estimates(conditioned.log_evidence, math.log(evidence))


def test_a_lag_is_held_against_the_gap_of_its_own_day():
    """A gap that grows by half a month a month, measured nine months later, was that much smaller before."""
    fixed = {**NO_OPTIMISM, "trend_lag_growth": 0.5, "trend_lag_growing": 8.0, "trend_lead_growing": 2.0}
    question = ask(10, fixed=fixed)
    later = lag_item(8.0, 0.25, known_since=date(2026, 11, 1))
    columns, _ = draw_structure(question, structure(question, "growing-lag"), [later])
    calendar = question.assumptions.calendar
    gap = 8.0 + 0.5 * (calendar.months(date(2026, 11, 1)) - calendar.months(date(2026, 5, 1)))
    shown = 0.5 * (gap + math.hypot(gap, 2.0 * question.assumptions.table.number("lag_smoothing")))
    exact = math.log(NormalDist(math.log(shown), 0.25).pdf(math.log(8.0)))
    np.testing.assert_allclose(columns[f"{ITEM}a-lag"], exact, rtol=1e-9)


def test_silence_moves_the_date_later():
    question = ask()
    items = [item for item in default_items(question) if item.kind.name == "not_yet"]
    reading = read(question, "constant-lag", items)
    for p in (0.05, 0.5, 0.95):
        assert reading.conditioned.ready.quantile_value(p) > reading.stated.ready.quantile_value(p)


def test_items_that_the_trend_rests_on_or_that_say_nothing_of_it_are_set_aside():
    question = ask(2_000)
    items = default_items(question)
    constant = {aside.item for aside in read(question, "constant-lag", items).set_aside}
    growing = {aside.item for aside in read(question, "growing-lag", items).set_aside}
    assert constant - growing == {"epoch-lag-records"}
    assert growing - constant == {"caisi-deepseek-v4-lag"}
    assert {"microsoft-slide", "zai-spend-2025"} <= constant & growing


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("constant-lag", "compute-equivalent"),
        ("growing-lag", "narrow-exploit"),
        ("constant-lag-with-lead", "compute-equivalent"),
    ],
)
def test_pymc_model_agrees_with_arrays(name, event):
    """The date, and the log likelihood of every item, at the same values."""
    import pymc as pm
    import pytensor
    from pytensor.graph.replace import graph_replace

    apart = [{"between": ["benchmark_optimism_general", "benchmark_optimism_cyber"], "rank": 0.0}]
    question = ask(20, event=event, tables={"correlation": apart})
    items = items_with_milestone(question)
    model = build_structure_posterior(question, trend_id(name), items)
    counted = list(model.coords["item"])
    assert ("glm-5-3-exploits" in counted) == (event == "narrow-exploit")
    columns, _ = draw_structure(question, structure(question, name), [item for item in items if item.id in counted])
    assumptions = with_latents(question.assumptions, items)
    beliefs = assumptions.beliefs
    names = [name for dim, coords in model.coords.items() if dim.endswith("_quantity") for name in coords]
    transform = QuantileTransform(beliefs, names)
    uniforms = next(UniformStreams(np.random.default_rng(question.seed)).chunks(transform.names, 0, 20, 20))
    values = transform(uniforms)
    logps = model.logp(vars=model.observed_RVs, sum=False)
    inputs = [pytensor.tensor.vector(variable.name) for variable in model.free_RVs]
    to_value = {}
    for variable, given_values in zip(model.free_RVs, inputs, strict=True):
        forward = model.rvs_to_transforms[variable]
        carried = given_values if forward is None else forward.forward(given_values, *variable.owner.inputs)
        to_value[model.rvs_to_values[variable]] = carried
    ready = graph_replace([model["ready"][0]], dict(zip(model.free_RVs, inputs, strict=True)), strict=False)
    evaluate = pm.compile(inputs, [*ready, *graph_replace(logps, to_value, strict=False)], on_unused_input="ignore")
    for draw in range(20):
        base = [
            np.array([float(beliefs[quantity].to_base(values[quantity][draw])) for quantity in model.coords[dim]])
            for dim in (model.named_vars_to_dims[variable.name][0] for variable in model.free_RVs)
        ]
        computed = evaluate(*base)
        expected = [columns["ready"][draw], *(columns[ITEM + item][draw] for item in counted)]
        np.testing.assert_allclose(np.hstack(computed), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ["constant-lag", "growing-lag"])
def test_a_trend_is_dated_as_it_is_among_structures(name):
    question = ask(2_000)
    items = default_items(question)
    conditioned = read(question, name, items).conditioned
    assert set(conditioned.evidence) < {item.id for item in items}
    np.testing.assert_array_equal(
        ready_of(question, structure(question, name), items).quantile_value(0.5), conditioned.ready.quantile_value(0.5)
    )


def test_a_trend_without_items_draws_nothing_that_only_items_ask_of():
    question = ask(20)
    model = build_structure_posterior(question, "trend-constant-lag", [])
    drawn = {name for dim, names in model.coords.items() if dim.endswith("quantity") for name in names}
    assert drawn == {"trend_lag_constant"}


def test_a_trend_that_is_misspelt_is_named():
    with pytest.raises(InputError, match="did you mean 'trend-constant-lag'"):
        build_structure_posterior(ask(20), "trend-constant-lagg", [])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["constant-lag", "growing-lag"])
def test_nuts_agrees_with_reweighted_draws(name):
    import nutpie

    from catchup.analysis.inference.estimates import Distribution, Weighting

    question = ask(400_000)
    text, items = load_trends(question.assumptions)[name], default_items(question)
    compiled = nutpie.compile_pymc_model(build_structure_posterior(question, trend_id(name), items))
    tree = nutpie.sample(compiled, draws=20_000, tune=1_000, chains=4, seed=1, target_accept=0.9, progress_bar=False)
    assert int(tree["sample_stats"]["diverging"].values.sum()) == 0
    draws = tree["posterior"]["ready"].sel(event=question.event).values.ravel()
    sampled = Distribution(draws, Weighting(draws.size, chains=4))
    reweighted = read_trend(question, name, text, items).conditioned.ready
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        one, other = sampled.quantile(p), reweighted.quantile(p)
        assert one.value == pytest.approx(other.value, abs=STANDARD_ERRORS * math.hypot(one.mcse, other.mcse))


def test_trends_stand_beside_the_race():
    question = ask(2_000)
    selected = select(load_ledger(), "default", question.as_of, question.assumptions)
    result = as_json(trends(condition(question, selected, "importance")))
    assert [row["id"] for row in result["trends"]] == [
        "constant-lag",
        "growing-lag",
        "constant-lag-with-lead",
        "measured-lag",
    ]
    assert result["compute"]["ready"]["quantiles"]["0.5"]["date"].startswith("202")
    assert trends(prior(question), ["growing-lag"]).trends[0].conditioned is None


def test_a_trend_added_in_toml_is_found():
    row = {"title": "Twelve months", "lag": "twelve_months", "measured": AS_OF}
    quantity = {"family": "fixed", "value": 12.0, "unit": "months", "description": "x", "sources": ["project"]}
    tables = {"trend": {"a-year": row}, "quantity": {"twelve_months": {**quantity, "role": "comparison"}}}
    question = ask(100, tables=tables)
    assert trends(prior(question), ["a-year"]).trends[0].stated.ready.values == pytest.approx(12.0)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"lag": "trend_lag_constnt"}, "did you mean 'trend_lag_constant'"),
        ({"lag": "trend_lag_constant", "growth": "trend_lag_constant"}, "never closes"),
        ({"lag": "trend_lag_constant", "grow": "trend_lag_growth"}, "did you mean 'growth'"),
        ({"lag": "trend_lag_constant", "references": ["nobody"]}, "unknown reference"),
        ({"lag": "trend_lag_constant", "frontier": "capacity_coverage"}, "frontier: a factor above 1 was expected"),
        ({"lag": "trend_lag_constant", "frontier": "trend_frontier"}, "did you mean 'trend_frontier_growth'"),
        ({}, "lag: is missing"),
    ],
)
def test_a_wrong_trend_is_refused(row, message):
    tables = {"trend": {"wrong": {"title": "Wrong", "measured": AS_OF, **row}}}
    with pytest.raises(InputError, match=message) as refused:
        load_trends(load_assumptions([Layer.of(tables, file="overlay.toml")]))
    assert refused.value.file == "overlay.toml"


def test_an_unknown_trend_is_refused():
    question = ask(100)
    with pytest.raises(InputError, match="did you mean 'constant-lag'"):
        trends(prior(question), ["constnt-lag"])


def test_an_event_of_a_part_comes_as_much_earlier_as_the_frontier_took_to_grow_from_it():
    """A quarter of Mythos's compute, a frontier that grows sixteenfold a year: half a year."""
    quarter = {"quarter": {"title": "A quarter", "family": "fixed", "value": 0.25}}
    question = ask(2_000, tables={"event": quarter}, fixed={"trend_frontier_growth": 16.0}, event="quarter")
    whole = ask(2_000, fixed={"trend_frontier_growth": 16.0})
    for name in ("constant-lag", "constant-lag-with-lead"):
        earlier = read(whole, name).stated.ready.values - read(question, name).stated.ready.values
        np.testing.assert_allclose(earlier, 6.0, rtol=1e-9)
    growing = read(whole, "growing-lag").stated.ready.values - read(question, "growing-lag").stated.ready.values
    assert (growing >= 6.0 - 1e-9).all()  # the gap that has yet to grow delays what comes later by more


def test_all_of_mythos_is_no_other_event():
    alike = {"alike": {"title": "All of it", "family": "fixed", "value": 1.0}}
    question = ask(2_000, tables={"event": alike}, event="alike")
    np.testing.assert_array_equal(
        read(question, "growing-lag").stated.ready.values, read(ask(2_000), "growing-lag").stated.ready.values
    )


def test_a_milestone_counts_for_a_trend_to_its_own_event_alone():
    for event in ("narrow-exploit", "compute-equivalent"):
        question = ask(20_000, event=event)
        found = read(question, "growing-lag", items_with_milestone(question))
        counts = "glm-5-3-exploits" in found.conditioned.evidence
        assert counts == (event == "narrow-exploit")
        assert counts or any(
            aside == SetAside("glm-5-3-exploits", "is about narrow-exploit") for aside in found.set_aside
        )


def test_evidence_that_a_trend_hardly_allows_is_refused():
    question = ask(2_000, fixed=NO_OPTIMISM)
    with pytest.raises(UntrustworthyError, match="constant-lag"):
        condition_trend(question, structure(question, "constant-lag"), [lag_item(500.0, 0.01)])
