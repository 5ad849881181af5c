"""Rows that state one thing hold the same numbers, and what follows from another figure hangs on it."""

from __future__ import annotations

import tomllib
from typing import Any

import numpy as np
import pytest
from budget_fit import INPUT

from catchup.evidence.ledgers import load_ledger
from catchup.model.assumptions import Assumptions, load_assumptions, under_scenario
from catchup.priors.layers import Layer
from catchup.priors.strict import read_toml

SAME = [
    ("mythos_lead_general", "trend_lead_growing"),
    ("mythos_lead_cyber", "trend_lead_cyber"),
    ("gap_growth", "trend_lag_growth"),
    ("trend_lag_measured", "hindcast_typical_lag"),
]
FIRMS = ("bytedance", "alibaba", "tencent", "deepseek", "moonshot", "zai", "meituan", "xiaomi")


def belief(assumptions: Assumptions, name: str) -> tuple[str, dict[str, Any]]:
    distribution = assumptions.table.quantities[name].distribution
    return distribution.family, distribution.model_dump()


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_trend_and_the_race_believe_the_same(one: str, other: str, assumptions: Assumptions) -> None:
    assert belief(assumptions, one) == belief(assumptions, other)


def test_records_are_read_with_what_hindcasts_believe(assumptions: Assumptions) -> None:
    likelihood = load_ledger().items["epoch-lag-records"].likelihood
    typical, spread = (belief(assumptions, f"hindcast_{name}")[1] for name in ("typical_lag", "lag_spread"))
    assert (likelihood.typical_months, likelihood.typical_sigma) == (typical["median"], typical["sigma"])
    assert (likelihood.spread, likelihood.spread_sigma) == (spread["median"], spread["sigma"])


def test_a_frontiers_score_scatters_as_scores_do(assumptions: Assumptions) -> None:
    assert assumptions.table.number("frontier_score_sd") == belief(assumptions, "efficiency_noise")[1]["median"]


def test_the_fit_of_budgets_reads_the_mode_of_utilisation(assumptions: Assumptions) -> None:
    assert read_toml(INPUT)["fit"]["mfu"] == belief(assumptions, "mfu_china")[1]["mode"]


def fixed(scenario: str, *names: str, overlay: str = "", model: str = "current") -> list[float]:
    """What quantities of a scenario come to, which are known."""
    layers = [Layer.of(tomllib.loads(overlay), file="mine.toml")] if overlay else []
    table = under_scenario(load_assumptions(layers, model=model), scenario).table
    found = [table.quantiles(name, [0.05, 0.95]) for name in names]
    assert all(np.ptp(each) == 0.0 for each in found)
    return [float(each[0]) for each in found]


@pytest.mark.parametrize("model", ["current", "article"])
@pytest.mark.parametrize(("growth", "factor"), [("", 1.65), ("0.1", 1.1)])
def test_growth_and_its_factor_are_one_figure(growth: str, factor: float, model: str) -> None:
    overlay = growth and f"[scenario.lax-cloud.quantity.cloud_growth]\nvalue = {growth}"
    assert fixed("lax-cloud", "cloud_factor", overlay=overlay, model=model) == [factor]


@pytest.mark.parametrize("model", ["current", "article"])
@pytest.mark.parametrize(("contracted", "kept"), [("", 0.75), ("0.9", 0.1), ("1.0", 0.0)])
def test_what_is_contracted_is_not_kept(contracted: str, kept: float, model: str) -> None:
    name = "hyperscaler-contracts-startup"
    overlay = contracted and f"[scenario.{name}.quantity.contracted_of_remote]\nvalue = {contracted}"
    assert fixed(name, "kept_of_remote", overlay=overlay, model=model) == pytest.approx([kept], abs=1e-12)


def test_equivalences_follow_from_chips_and_pods() -> None:
    (post, old) = fixed("superpods-by-the-post", "ascend_950dt_h100e", "ascend_910c_h100e")
    assert post == pytest.approx(25_000 * old / 8_192, rel=1e-12)
    (die, new) = fixed("ascends-pooled-by-the-post", "ascend_910c_die_h100e", "ascend_950dt_h100e")
    assert die == pytest.approx(8_192 * new / 50_000, rel=1e-12)


def test_the_fewest_ascends_that_can_be_pooled_are_dies_of_pods_that_were_sold() -> None:
    low, _ = under_scenario(load_assumptions(), "ascends-pooled").beliefs["pooled_ascend_dies"].support()
    assert low == 300 * 384 * 2


@pytest.mark.parametrize("firm", FIRMS)
def test_what_is_judged_of_a_firm_says_so(firm: str, assumptions: Assumptions) -> None:
    rows = {name: row for name, row in assumptions.table.quantities.items() if name.startswith(f"{firm}_")}
    assert len(rows) >= 6
    for name, row in rows.items():
        assert "project" in row.text.sources, name
        assert "this project's judgement" in row.text.description + row.text.notes, name


@pytest.mark.parametrize("name", ["hyperscaler_share", "remote_share", "ascend_share", "h200_purchases"])
def test_that_bytedance_is_the_largest_is_said_to_be_judged(
    name: str, assumptions: Assumptions, article: Assumptions
) -> None:
    assert "ByteDance by this project's judgement" in assumptions.table.quantities[name].text.description
    assert belief(assumptions, name) == belief(article, name)


EXCHANGED = {
    "hyperscaler_share": "alibaba_domestic_share",
    "remote_share": "alibaba_remote_share",
    "ascend_share": "alibaba_ascend_share",
    "h200_purchases": "alibaba_h200_purchases",
}
PARTNERS = {**EXCHANGED, **{other: one for one, other in EXCHANGED.items()}}


@pytest.mark.parametrize("scenario", [None, *load_assumptions().scenarios])
def test_the_overlay_exchanges_all_that_two_hyperscalers_hold(scenario: str | None) -> None:
    """Under every scenario as well: amounts stay, and each firm's own figures have become the other's."""
    own, exchanged = (
        model if scenario is None else under_scenario(model, scenario)
        for model in (load_assumptions(), load_assumptions(["alibaba-largest"]))
    )
    assert exchanged.race == own.race
    for name, source in own.race.sources.items():
        partner = own.race.sources.get(name.replace("bytedance", "alibaba", 1))
        if source.firm == "bytedance" and partner is not None and len(partner.amount) == len(source.amount):
            assert partner.amount == tuple(EXCHANGED.get(each, each) for each in source.amount), name
    for name in own.table.quantities:
        assert belief(exchanged, name) == belief(own, PARTNERS.get(name, name)), name


def test_rows_that_are_exchanged_say_whose_they_are() -> None:
    own, exchanged = (load_assumptions(each).table.quantities for each in ([], ["alibaba-largest"]))
    for name, partner in PARTNERS.items():
        text, other = exchanged[name].text, own[partner].text
        assert (text.shares, text.unit) == (other.shares, other.unit)
        assert text.description != own[name].text.description
        assert "exchanged with" in text.description
        assert text.description.index("ByteDance") < text.description.index("Alibaba") or name.startswith("alibaba")
