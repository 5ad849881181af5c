"""Counterfactuals and scenarios on shared draws."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from catchup.analysis.inference.draws import PriorDraws
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.counterfactuals import changed_distributions, levers, regimes
from catchup.analysis.studies.readings.events import events
from catchup.analysis.studies.scenarios import scenarios
from catchup.model.assumptions import Assumptions, load_assumptions, under_scenario
from catchup.model.forward import outcome
from catchup.model.policies import Intervention
from catchup.priors import InputError, Layer

LEVERS = {
    "remote-revoked",
    "distillation-limited",
    "remote-revoked-and-distillation-limited",
    "remote-frozen",
    "smuggling-stopped",
    "h200-stopped",
    "ascend-2027-removed",
}
REGIMES = ["business-as-usual", "seed-push", "crash-programme", "mobilisation"]


@pytest.fixture(scope="module")
def prior(question: Question) -> Posterior:
    return prior_of(question)


def test_every_lever_delays_every_draw(question: Question, prior: Posterior) -> None:
    found = levers(prior)
    assert {row.id for row in found.counterfactuals} == LEVERS
    for row in found.counterfactuals:
        assert (row.ready.values >= row.baseline.values - 1e-9).all()
        assert row.shift(0.5).value >= 0.0


def test_levers_pulled_late_do_less(question: Question, prior: Posterior) -> None:
    late = replace(question, as_of=date(2027, 6, 1))
    early = {row.id: row for row in levers(prior).counterfactuals}
    for row in levers(prior_of(late)).counterfactuals:
        assert (row.ready.values <= early[row.id].ready.values + 1e-9).all()


def test_what_is_removed_is_not_what_is_frozen(prior: Posterior) -> None:
    source = next(name for name, each in prior.question.assumptions.race.sources.items() if not each.arrives)
    removed, frozen = Intervention(kept={source: 0.0}), Intervention(stop={source: 0.0})
    apart = [changed_distributions(prior, {"it": change})[1]["it"] for change in (removed, frozen)]
    together = changed_distributions(prior, {"removed": removed, "frozen": frozen})[1]
    for one, other in zip(apart, together.values(), strict=True):
        np.testing.assert_array_equal(one.values, other.values)
    assert (apart[0].values > apart[1].values).any()


def test_json_of_levers_and_regimes(question: Question, prior: Posterior) -> None:
    content = as_json(levers(prior))
    assert content["schema"] == 1
    assert set(content["levers"][0]["shift"]) == {"0.5", "0.75", "0.95"}
    assert set(content["levers"][0]["shift"]["0.5"]) >= {"months", "mcse"}
    assert [row["id"] for row in as_json(regimes(prior))["regimes"]] == REGIMES


def test_regimes_commit_from_their_day_on(question: Question, prior: Posterior) -> None:
    found = {row.id: row.ready.values for row in regimes(prior).counterfactuals}
    baseline = found["business-as-usual"]
    np.testing.assert_array_equal(baseline, regimes(prior).baseline.values)
    assert (found["seed-push"] <= baseline + 1e-9).all()
    assert (found["mobilisation"] <= found["crash-programme"] + 1e-9).all()
    # nothing that a regime brings forward can launch before its day
    moved = found["mobilisation"] < baseline - 1e-9
    assert found["mobilisation"][moved].min() >= question.as_of_months


def test_a_regime_cannot_change_what_is_fixed(question: Question) -> None:
    fixed = replace(question, assumptions=load_assumptions(fixed={"hyperscaler_budget": 0.01}, model="article"))
    with pytest.raises(InputError, match="hyperscaler_budget"):
        regimes(prior_of(fixed))


def test_scenarios_share_the_baselines_draws(question: Question, prior: Posterior) -> None:
    found = scenarios(prior)
    rows = {row.id: row for row in found.scenarios}
    assert set(rows) == set(question.assumptions.scenarios)
    committed = rows["startup-commitment"]  # a larger budget on the same pool
    assert (committed.ready.values <= committed.baseline.values + 1e-9).all()
    assert set(rows["firms-pooled"].first_firm) == {"hyperscaler"}
    assert set(rows["domestic-superpods"].first_firm) == {"hyperscaler", "startup", "consortium"}
    for row in found.scenarios:
        assert sum(share.value for share in row.first_firm.values()) == pytest.approx(1.0)
    content = as_json(found)
    assert set(content["scenarios"][0]) >= {"id", "title", "source", "quantiles", "shift", "first_firm"}


@pytest.mark.parametrize(
    ("model", "one", "other"), [("article", "hyperscaler", "startup"), ("current", "bytedance", "deepseek")]
)
def test_firms_that_pool_keep_the_start_ups_willingness(model: str, one: str, other: str) -> None:
    """Whichever model names them: 6% of a year, not 1%."""
    base = load_assumptions(model=model)
    pooled = under_scenario(base, "firms-pooled")
    assert pooled.race.firms[one].budget == base.race.firms[other].budget
    assert other not in pooled.race.firms
    assert "start-up's willingness" in base.scenarios["firms-pooled"].text.notes


def test_a_scenario_named_twice_is_asked_once(prior: Posterior) -> None:
    twice = scenarios(prior, ["firms-pooled", "domestic-superpods", "firms-pooled"])
    assert [row.id for row in twice.scenarios] == ["firms-pooled", "domestic-superpods"]


def test_a_scenario_leaves_the_past_as_it_was(question: Question) -> None:
    late = replace(question, as_of=date(2027, 3, 1))
    found = scenarios(prior_of(late), ["startup-commitment"])
    row = found.scenarios[0]
    early = row.baseline.values < late.as_of_months
    np.testing.assert_array_equal(row.ready.values[early], row.baseline.values[early])
    assert row.ready.values[~early].min() >= late.as_of_months


def test_each_row_that_is_added_shows_in_the_results(question: Question) -> None:
    """A firm wins some draws, a chip cohort brings dates forward, an event and a scenario have rows of their own."""
    base, added = replace(question, draws=4_000), replace(question, draws=4_000, assumptions=with_layer(ADDED))
    forecast = forecast_prior(added)
    assert forecast.first_firm["ministry"].value > 0.1
    cohort = with_layer(COHORT)
    values = PriorDraws(base).map(lambda chunk: chunk) | {"new_chip": np.full(base.draws, 300e3)}
    with_cohort = outcome(cohort, values)[1].ready
    without = outcome(base.assumptions, values)[1].ready
    assert (with_cohort <= without + 1e-9).all()
    assert (with_cohort < without - 0.1).mean() > 0.3
    assert {row.id for row in events(prior_of(added)).events} >= {"half", "compute-equivalent"}
    assert forecast_prior(replace(added, event="half")).ready.quantile_value(0.5) < forecast.ready.quantile_value(0.5)
    assert "no-ministry" in {row.id for row in scenarios(prior_of(added)).scenarios}


COHORT = """
[source.new-chip]
title = "A chip that nobody knows yet"
firm = "hyperscaler"
amount = ["new_chip", "ascend_share"]
start = 3
length = 6
channel = "ascend-2026"

[quantity.new_chip]
family = "fixed"
value = 300e3
unit = "H100e"
description = "A cohort"
sources = ["project"]
"""


def overlay(text: str) -> Layer:
    import tomllib

    return Layer.of(tomllib.loads(text), file="mine.toml")


def with_layer(text: str) -> Assumptions:
    return load_assumptions([overlay(text)], model="article")


ADDED = """
[firm.ministry]
title = "Ministry"
budget = "startup_budget"
mfu = "mfu_china"
minimum_training = "minimum_training_months"
decision = 2026-08-01

[source.ministry-cluster]
title = "Ministry's cluster"
firm = "ministry"
amount = ["ministry_cluster"]
start = 6
length = 4
channel = "ministry"

[quantity.ministry_cluster]
family = "lognormal"
median = 300e3
sigma = 0.3
unit = "H100e"
description = "A cluster"
sources = ["project"]

[event.half]
title = "Half of Mythos"
family = "fixed"
value = 0.5

[scenario.no-ministry]
title = "Without it"
[scenario.no-ministry.firm.ministry]
competes = false
"""


def test_a_firm_a_chip_cohort_an_event_and_a_scenario_are_rows_of_data(question: Question) -> None:
    asked = replace(question, assumptions=with_layer(ADDED), event="half")
    found = scenarios(prior_of(asked), ["no-ministry"])
    row = found.scenarios[0]
    assert set(row.first_firm) == {"hyperscaler", "startup"}
    assert row.shift(0.95).value > 0.0  # without the ministry, late dates are later still
    whole = replace(question, assumptions=with_layer(ADDED))
    assert found.baseline.quantile_value(0.5) < scenarios(prior_of(whole), []).baseline.quantile_value(0.5)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (
            "[scenario.x]\ntitle = 'x'\n[scenario.x.quantity.mythos_chp]\nhigh = 3\n",
            "quantity.mythos_chp",
            "mythos_chips",
        ),
        ("[scenario.x]\ntitle = 'x'\n[scenario.x.source.h200]\nfirm = 'startupp'\n", "source.h200.firm", "startup"),
        (
            "[scenario.x]\ntitle = 'x'\n[scenario.x.source.h200]\nlength = 0\n",
            "source.h200.length",
            "more than 0 months",
        ),
        (
            "[scenario.x]\ntitle = 'x'\n[scenario.x.firm.startup]\ndecision = 2026-01-01\n",
            "firm.startup.decision",
            "t = 0",
        ),
        ("[scenario.x]\ntitle = 'x'\n", "scenario.x", "changes nothing"),
        ("[scenario.x]\ntitle = 'x'\n[scenario.x.firm.startp]\nbudget = 'startup_budget'\n", "firm.startp", "startup"),
        (
            "[scenario.x]\ntitle = 'x'\n[scenario.x.source.remote-grwth]\nper = 'remote_growth_months'\n",
            "source.remote-grwth",
            "remote-growth",
        ),
        (
            "[scenario.x]\ntitle = 'x'\n[scenario.x.event.narrow-exploits]\nhigh = 2\n",
            "event.narrow-exploits",
            "narrow-exploit",
        ),
        (
            "[scenario.x]\ntitle = 'x'\n[scenario.x.source.h200]\namount = ['h200_purchase']\n",
            "source.h200.amount",
            "h200_purchases",
        ),
        (
            "[scenario.x]\ntitle = 'x'\n[scenario.x.quantity.h200_arrival_months]\nfamily = 'fixed'\nvalue = 0\n",
            "quantity.h200_arrival_months",
            "above 0 months",
        ),
        (
            "[scenario.x]\ntitle = 'x'\n[scenario.x.quantity.hyperscaler_share]\nfamily = 'fixed'\nvalue = 1.2\n",
            "quantity.hyperscaler_share",
            "at most 1",
        ),
        (  # a share by its unit and its values, whatever it says of limits
            "[scenario.x]\ntitle = 'x'\n[scenario.x.source.more]\ntitle = 'y'\nfirm = 'startup'\nchannel = 'domestic'\n"
            "amount = ['china_stock', 'other_share']\n[scenario.x.quantity.other_share]\nfamily = 'fixed'\n"
            "value = 0.8\nunit = '1'\ndescription = 'x'\nsources = ['project']\n",
            "source.more.amount",
            "shares of china_stock could add up to 1.15, above 1",
        ),
        ("[scenario.x]\ntitel = 'x'\n", "scenario.x.titel", "title"),
        ("[scenario.x]\ntitle = 'x'\n[scenario.x.event.narrow-exploit]\nvalue = 3\n", "event.narrow-exploit.value", ""),
        (
            "[source.again]\ntitle = 'x'\nfirm = 'startup'\namount = ['china_stock', 'remote_share']\nchannel = 'x'\n"
            "[source.more]\ntitle = 'x'\nfirm = 'startup'\namount = ['china_stock', 'remote_share']\nchannel = 'x'\n",
            "source.",
            "above 1",
        ),
    ],
)
def test_a_wrong_scenario_is_refused_with_file_key_and_nearest_name(text: str, key: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        with_layer(text)
    assert error.value.exit_code == 2
    assert "mine.toml" in str(error.value)
    assert key in str(error.value)
    assert said in str(error.value)
