"""Sensitivity of the date: against direct evaluation, and from draws against the prior they came from."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from false_alarms import covers, widest

from catchup.analysis.inference.diagnostics import LONG_TAILED
from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures import draw_one_at_a_time
from catchup.analysis.presentation.figures.wording import quantity_text
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.presentation.tables.sensitivity import layout
from catchup.analysis.studies.sensitivity.one_at_a_time import (
    MFU_RATIO,
    MOST_SHOWN,
    one_at_a_time,
    uncertain_quantities,
)
from catchup.analysis.studies.sensitivity.study import Sensitivity, sensitivity
from catchup.analysis.studies.sensitivity.variance import REPLICATES, first_order_from_draws
from catchup.model.assumptions import load_assumptions
from catchup.model.forward import outcome
from catchup.priors.layers import Layer
from item_cases import posterior_from


@pytest.fixture(scope="module")
def of_prior(question: Question) -> Sensitivity:
    return sensitivity(prior_of(question))


def stored(question: Question) -> StoredDraws:
    source = PriorDraws(question)
    return StoredDraws(source.map(lambda values: values), source.weighting, question.seed)


def date_at(question: Question, **changed: float) -> float:
    """Months until ready with everything at its median but what is named: one draw through the model."""
    beliefs = question.assumptions.beliefs
    values = {
        name: np.array([changed.get(name, float(beliefs[name].quantile(0.5)))])
        for name in question.assumptions.needed([question.event])
    }
    return float(outcome(question.assumptions, values, event=question.event)[1].ready[0])


def test_each_quantity_is_moved_alone(question: Question, of_prior: Sensitivity) -> None:
    beliefs = question.assumptions.beliefs
    assert of_prior.one_at_a_time.months.value == pytest.approx(date_at(question), abs=1e-9)
    swings = {swing.quantity: swing for swing in of_prior.one_at_a_time.swings}
    assert swings.keys() == {*uncertain_quantities(question), MFU_RATIO}
    for name in uncertain_quantities(question):
        for p, setting in ((0.1, swings[name].low), (0.9, swings[name].high)):
            value = float(beliefs[name].quantile(p))
            assert setting.value == value
            assert setting.months.value == pytest.approx(date_at(question, **{name: value}), abs=1e-9)
            assert setting.months.mcse == 0.0
        assert swings[name].span.value == swings[name].high.months.value - swings[name].low.months.value


def test_the_two_mfus_move_as_their_ratio(question: Question, of_prior: Sensitivity) -> None:
    swing = next(swing for swing in of_prior.one_at_a_time.swings if swing.quantity == MFU_RATIO)
    drawn = PriorDraws(question).map(lambda v: {"ratio": v["mfu_anthropic"] / v["mfu_china"]})["ratio"]
    china = float(question.assumptions.beliefs["mfu_china"].quantile(0.5))
    for p, setting in ((0.1, swing.low), (0.9, swing.high)):
        assert setting.value == pytest.approx(np.quantile(drawn, p, method="hazen"), rel=1e-12)
        # imposed on either MFU, the ratio gives the same date
        assert setting.months.value == pytest.approx(date_at(question, mfu_anthropic=setting.value * china), abs=1e-7)
        anthropic = float(question.assumptions.beliefs["mfu_anthropic"].quantile(0.5))
        assert setting.months.value == pytest.approx(date_at(question, mfu_china=anthropic / setting.value), abs=1e-7)
    for part in ("mfu_anthropic", "mfu_china"):
        entry = next(s for s in of_prior.one_at_a_time.swings if s.quantity == part)
        assert entry.part_of == MFU_RATIO
        assert abs(entry.span.value) < abs(swing.span.value)


OWN_MFU = """
[quantity.{name}]
family = "triangular"
low = 0.2
mode = 0.3
high = 0.4
unit = "1"
description = "MFU"
sources = ["project"]
"""


def racing_with(question: Question, mfus: Mapping[str, str], model: str = "article") -> Question:
    """The question where firms have MFUs of other names, each a quantity of its own."""
    rows = [f'[firm.{firm}]\nmfu = "{name}"\n' for firm, name in mfus.items()]
    text = "\n".join([*rows, *(OWN_MFU.format(name=name) for name in dict.fromkeys(mfus.values()))])
    overlay = Layer.of(tomllib.loads(text), file="mfus.toml")
    return replace(question, assumptions=load_assumptions([overlay], model=model))


@pytest.mark.parametrize("model", ["article", "current"])
def test_the_ratio_is_to_the_mfu_that_firms_share(question: Question, model: str) -> None:
    firms = load_assumptions(model=model).race.firms
    asked = racing_with(question, dict.fromkeys(firms, "mfu_mine"), model)
    swings = {swing.quantity: swing for swing in one_at_a_time(prior_of(asked)).swings}
    assert "mfu_china" not in swings
    assert (swings["mfu_mine"].part_of, swings["mfu_anthropic"].part_of) == (MFU_RATIO, MFU_RATIO)
    drawn = PriorDraws(asked).map(lambda v: {"ratio": v["mfu_anthropic"] / v["mfu_mine"]})["ratio"]
    assert swings[MFU_RATIO].low.value == pytest.approx(np.quantile(drawn, 0.1, method="hazen"), rel=1e-12)


def test_firms_that_share_no_mfu_have_no_ratio(question: Question) -> None:
    asked = racing_with(question, {"hyperscaler": "mfu_large", "startup": "mfu_small"})
    swings = {swing.quantity: swing for swing in one_at_a_time(prior_of(asked)).swings}
    assert {"mfu_anthropic", "mfu_large", "mfu_small"} <= swings.keys()
    assert MFU_RATIO not in swings
    assert swings["mfu_large"].part_of is None


def test_widest_first_and_the_articles_order(of_prior: Sensitivity) -> None:
    spans = [abs(swing.span.value) for swing in of_prior.one_at_a_time.swings]
    assert spans == sorted(spans, reverse=True)
    leaders = [swing.quantity for swing in of_prior.one_at_a_time.swings if swing.part_of is None][:4]
    assert leaders == ["algorithmic_progress", "hyperscaler_budget", "mythos_chips", MFU_RATIO]
    assert of_prior.one_at_a_time.swings[-1].span.value == 0.0  # the start-up does not win at the medians


@pytest.mark.parametrize("model", ["article", "current"])
def test_picture_and_table_show_the_same_quantities(model: str) -> None:
    """What one entry moves together stands in that entry, and both say so and count what is left out alike."""
    found = sensitivity(prior_of(Question(load_assumptions(model=model), date(2026, 11, 23), draws=2_000)))
    (table,) = layout(found).tables
    assert table.shown is not None
    figure = draw_one_at_a_time(found)
    firms = found.question.assumptions.race.firms
    drawn = [label.get_text().replace("\n", " ") for label in figure.axes[0].get_yticklabels()]
    assert drawn == [quantity_text(row.quantity, firms) for row in table.shown][: len(drawn)]
    assert len(drawn) == len(table.shown) == MOST_SHOWN
    assert not {"mfu_anthropic", "mfu_china"} & {row.quantity for row in table.shown}
    left_out = len(found.one_at_a_time.swings) - 2 - MOST_SHOWN
    source = " ".join(figure.texts[-1].get_text().split())
    assert f"{left_out} further quantities move it by less" in source
    assert f"and {left_out} more that move it less" in table.lines[0]
    assert "MFU ratio stands for MFU anthropic and MFU china" in source
    assert "mfu_ratio stands for mfu_anthropic and mfu_china" in table.lines


def test_percentiles_from_draws_carry_their_error(question: Question) -> None:
    """Draws of the prior, treated as a posterior's, find the prior's own figures within the errors they state."""
    exact = one_at_a_time(prior_of(question))
    truth = {swing.quantity: swing for swing in exact.swings}
    names = ["algorithmic_progress", "hyperscaler_budget", "mythos_training_months", MFU_RATIO]
    middle, spans, ends = [], {name: [] for name in names}, {name: [] for name in names}  # type: ignore[var-annotated]
    for seed in range(80):
        found = one_at_a_time(posterior_from(question, stored(replace(question, draws=600, seed=seed))))
        swings = {swing.quantity: swing for swing in found.swings}
        middle.append((found.months.value - exact.months.value, found.months.mcse))
        for name in names:
            spans[name].append((swings[name].span.value - truth[name].span.value, swings[name].span.mcse))
            low = swings[name].low.months
            ends[name].append((low.value - truth[name].low.months.value, low.mcse))
    assert covers(*zip(*middle, strict=True))
    for name in names:
        assert covers(*zip(*spans[name], strict=True)), name
        assert covers(*zip(*ends[name], strict=True)), name


def test_weights_move_the_medians(question: Question) -> None:
    source = stored(question)
    kept = source.values["algorithmic_progress"] > 20.0
    weighted = StoredDraws(source.values, Weighting(kept.size, weights=kept / kept.sum()), seed=1)
    found = one_at_a_time(posterior_from(question, weighted))
    swing = next(swing for swing in found.swings if swing.quantity == "algorithmic_progress")
    assert swing.low.value > 20.0
    assert found.months.value < one_at_a_time(posterior_from(question, source)).months.value - 1.0


def test_given_data_agrees_with_the_design(question: Question, of_prior: Sensitivity) -> None:
    design = {index.quantity: index.first for index in of_prior.sobol}
    draws = stored(replace(question, draws=100_000))
    ready = draws.map(lambda values: {"ready": outcome(question.assumptions, values)[1].ready})["ready"]
    leaders = {name: draws.values[name] for name in ("algorithmic_progress", "hyperscaler_budget", "mythos_chips")}
    for index in first_order_from_draws(leaders, ready, draws.weighting):
        other = design[index.quantity]
        reach = widest(other.mcse, REPLICATES - 1) + widest(index.first.mcse)
        assert abs(index.first.value - other.value) <= reach
        assert reach < 0.12  # seven degrees of freedom reach far; the leader's index is 0.57


def test_totals_are_at_least_first_orders_and_lead(of_prior: Sensitivity) -> None:
    totals = [index.total for index in of_prior.sobol if index.total]
    assert len(totals) == len(of_prior.sobol)
    assert [t.value for t in totals] == sorted((t.value for t in totals), reverse=True)
    assert sum(index.first.value for index in of_prior.sobol) < 1.0 < sum(t.value for t in totals)
    assert [index.quantity for index in of_prior.sobol[:3]] == [
        "algorithmic_progress",
        "hyperscaler_budget",
        "mythos_chips",
    ]


def test_rank_correlations_have_the_signs_of_the_model(of_prior: Sensitivity) -> None:
    correlations = {row.quantity: row.value for row in of_prior.rank_correlations}
    for name in ("algorithmic_progress", "hyperscaler_budget", "mfu_china", "china_stock"):
        assert correlations[name].value < -widest(correlations[name].mcse)
    for name in ("mythos_chips", "mfu_anthropic", "post_training_months"):
        assert correlations[name].value > widest(correlations[name].mcse)


def test_json_of_a_prior_and_of_a_posterior(question: Question, of_prior: Sensitivity) -> None:
    posterior = sensitivity(posterior_from(question, stored(question)))
    for result in (of_prior, posterior):
        answer = json.loads(json.dumps(as_json(result), allow_nan=False))
        assert {"schema", "baseline", "one_at_a_time", "sobol", "power_scaling"} <= answer.keys()
        assert answer["baseline"]["months"] == pytest.approx(result.one_at_a_time.months.value, abs=1e-4)
        entry = answer["one_at_a_time"][0]
        assert entry["quantity"] == "algorithmic_progress"
        assert entry["unit"] == "x per year"
        assert entry["swing"]["months"] == pytest.approx(entry["high"]["months"] - entry["low"]["months"], abs=2e-4)
        assert {"value", "months", "date", "mcse"} <= entry["low"].keys()
        assert {"quantity", "first", "first_mcse", "total", "total_mcse"} == answer["sobol"][0].keys()
    assert as_json(of_prior)["power_scaling"] == []
    assert as_json(of_prior)["sobol_method"]["id"] == "saltelli-2010"
    assert as_json(posterior)["sobol_method"]["id"] == "given-data"
    assert as_json(posterior)["sobol"][0]["total"] is None


def test_the_same_question_has_the_same_answer(question: Question, of_prior: Sensitivity) -> None:
    assert as_json(sensitivity(prior_of(question))) == as_json(of_prior)


def test_a_fixed_quantity_has_no_sensitivity(question: Question) -> None:
    fixed = load_assumptions(fixed={"algorithmic_progress": 10.0, "mfu_china": 0.2})
    result = sensitivity(prior_of(replace(question, assumptions=fixed)))
    names = {swing.quantity for swing in result.one_at_a_time.swings}
    assert "algorithmic_progress" not in names
    assert {"mfu_anthropic", MFU_RATIO} <= names
    assert "algorithmic_progress" not in {index.quantity for index in result.sobol}


def test_an_events_multiple_counts(question: Question) -> None:
    asked = replace(question, event="narrow-exploit")
    swings = {swing.quantity: swing for swing in one_at_a_time(prior_of(asked)).swings}
    assert swings["narrow_exploit_multiple"].span.value > 3.0
    assert "narrow_exploit_multiple" not in uncertain_quantities(question)


def test_everything_fixed(question: Question) -> None:
    beliefs = question.assumptions.beliefs
    medians = {name: float(beliefs[name].quantile(0.5)) for name in uncertain_quantities(question)}
    fixed = replace(question, assumptions=load_assumptions(fixed=medians, model="article"))
    result = sensitivity(prior_of(fixed))
    assert result.one_at_a_time.swings == ()
    assert result.sobol == ()
    assert result.one_at_a_time.months.value == pytest.approx(date_at(question), abs=1e-9)


def test_what_never_comes_has_no_variance(question: Question) -> None:
    amounts = {name for source in question.assumptions.race.sources.values() for name in source.amount}
    nothing = load_assumptions(fixed=dict.fromkeys(amounts - {"rubin_uplift"}, 0.0), model="article")
    asked = Question(nothing, date(2026, 6, 12), draws=500)
    for posterior in (prior_of(asked), posterior_from(asked, stored(asked))):
        result = sensitivity(posterior)
        assert result.sobol == ()
        assert "never comes" in result.notes[0]
        assert json.loads(json.dumps(as_json(result), allow_nan=False))["baseline"]["months"] is None


def test_what_never_comes_and_has_no_weight_takes_no_variance_away(question: Question) -> None:
    asked = replace(question, draws=2_000)
    values, weights = stored(asked).values, np.full(2_000, 1.0 / 1_990)
    values["algorithmic_progress"][:10], weights[:10] = 0.1, 0.0
    result = sensitivity(posterior_from(asked, StoredDraws(values, Weighting(2_000, weights), seed=1)))
    assert not any("never" in note for note in result.notes)
    shares = [row.first.value for row in result.sobol]
    assert shares
    assert np.isfinite(shares).all()


def test_shares_of_a_variance_that_rests_on_two_draws_are_chance_and_said_so(question: Question) -> None:
    asked = replace(question, draws=2_000)
    values = stored(asked).values
    plain = sensitivity(posterior_from(asked, StoredDraws(values, Weighting(2_000), seed=1)))
    values["algorithmic_progress"][:2] = 1.001  # so slow that the date lies decades beyond all others
    result = sensitivity(posterior_from(asked, StoredDraws(values, Weighting(2_000), seed=1)))
    assert plain.notes == ()
    assert result.notes == (LONG_TAILED,)
    for found, meaningful in ((plain, True), (result, False)):
        (table,) = layout(found).tables
        (column,) = (column for column in table.columns if column.title == "variance")
        assert column.text is not None
        told = {column.text(row) for row in table.rows} - {""}
        assert (told == {"within noise"}) is not meaningful
        assert all(entry.get("meaningful", True) is meaningful for entry in as_json(found)["sobol"])


@pytest.mark.parametrize("draws", [1, 99])
def test_too_few_draws_are_said(question: Question, draws: int) -> None:
    few = replace(question, draws=draws)
    for posterior in (prior_of(few), posterior_from(few, stored(few))):
        answer = as_json(sensitivity(posterior))
        assert answer["notes"] == [f"only {draws} effective draws: too few for the percentiles 10% and 90%"]
        json.dumps(answer, allow_nan=False)
    ratio = next(entry for entry in answer["one_at_a_time"] if entry["quantity"] == MFU_RATIO)
    assert (ratio["low"]["mcse"] is None) is (draws == 1)


def test_the_launch_grid_is_honoured(question: Question) -> None:
    gridded = replace(question, launch_grid=2.0)
    found = one_at_a_time(prior_of(gridded))
    smooth = one_at_a_time(prior_of(question))
    assert 0.0 <= found.months.value - smooth.months.value <= 2.0
    assert found.months.value != smooth.months.value
