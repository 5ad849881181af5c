"""Flows of compute, each once and whole: one meaning of a share and of buyers for readings and for evidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from catchup.analysis.inference.likelihoods import latent_beliefs, predictions_of, prior_for
from catchup.analysis.inference.question import Question
from catchup.evidence.kinds.stocks import sources_of
from catchup.evidence.latents import latent_quantities
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.capacity import national_race
from catchup.priors.errors import InputError
from catchup.priors.layers import Layer
from evidence_cases import DAY, item

FIXED = {"family": "fixed", "description": "A figure of a test", "sources": ["project"]}
SHARE = {**FIXED, "value": 0.3, "unit": "1"}
BOUGHT = {"title": "A new generation", "firm": "hyperscaler", "amount": ["b30_purchases"], "channel": "b30"}
BOUGHT |= {"start": 0.0, "length": 12.0, "buyers": "b30_buyers"}


def with_rows(source: dict[str, Any], quantities: dict[str, Any], **more: Any) -> Assumptions:
    tables = {"quantity": quantities, "source": {"extra": source, **more}}
    return load_assumptions([Layer.of(tables, file="mine.toml")], model="article")


@pytest.mark.parametrize("share", [SHARE, {**SHARE, "maximum": 1.0}, {**SHARE, "unit": "x", "maximum": 1.0}])
@pytest.mark.parametrize("amount", [["extra_stock", "my_share"], ["my_share", "extra_stock"]])
def test_a_share_is_one_wherever_it_stands_and_whatever_says_so(amount: list[str], share: dict[str, Any]) -> None:
    source = {"title": "Extra", "firm": "hyperscaler", "amount": amount, "channel": "domestic"}
    stock = {**FIXED, "value": 5e5, "unit": "H100e"}
    assumptions = with_rows(source, {"extra_stock": stock, "my_share": share})
    national = [flow.amount for flow in national_race(assumptions).sources.values()]
    counted = [flow.amount for flow in sources_of(assumptions, channels=["domestic"]).values()]
    assert national.count(("extra_stock",)) == counted.count(("extra_stock",)) == 1


def b30(**changes: Any) -> Assumptions:
    """The article with a further generation of chips, which others buy alike."""
    purchases = {**FIXED, "value": 2e5, "unit": "H100e"}
    buyers = {**FIXED, "value": 4.0, "unit": "firms"}
    rows = {"b30_purchases": purchases, "b30_buyers": buyers}
    return with_rows({**BOUGHT, **changes.pop("source", {})}, rows, **changes)


def test_a_generation_of_chips_that_others_buy_alike_is_a_row() -> None:
    assumptions = b30()
    assert assumptions.race.buyers == ["h200_buyers", "b30_buyers"]
    flow = ("b30_purchases", "b30_buyers")
    assert flow in [each.amount for each in national_race(assumptions).sources.values()]
    assert [each.amount for each in sources_of(assumptions, channels=["b30"]).values()] == [flow]
    assert [each.amount for each in sources_of(assumptions, "hyperscaler", ["b30"]).values()] == [("b30_purchases",)]


def test_evidence_of_all_firms_together_counts_every_buyer() -> None:
    assumptions = b30()
    arrived = item("shipment", known_since=DAY, observed__channel="b30", observed__date=DAY)
    assert latent_quantities([arrived], assumptions) == ["h200_buyers", "b30_buyers"]
    assert latent_quantities([item("compute_stock")], assumptions) == []  # of one firm
    question = Question(assumptions, DAY, draws=10)
    assert "b30_buyers" in latent_beliefs(question, [arrived])
    told = prior_for(question, [arrived]).map(lambda values: predictions_of(question, values, [arrived])[2])
    by_the_day = 4.0 * 2e5 * assumptions.calendar.months(DAY) / 12.0
    np.testing.assert_allclose(np.exp(told["new-item"]), by_the_day, rtol=1e-9)


def test_where_another_firm_is_named_each_counts_by_itself() -> None:
    named = b30(other={**BOUGHT, "firm": "startup", "amount": ["startup_stock"], "buyers": "b30_buyers"})
    flows = [each.amount for each in sources_of(named, channels=["b30"]).values()]
    assert flows == [("b30_purchases",), ("startup_stock",)]
    assert named.race.buyers == ["h200_buyers"]
    assert "b30_purchases" in [each.amount[0] for each in national_race(named).sources.values()]


def test_in_the_current_model_every_buyer_is_named() -> None:
    assert load_assumptions().race.buyers == []
    assert load_assumptions(model="article").race.buyers == ["h200_buyers"]


def test_a_number_of_buyers_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match=r"mine\.toml: source\.extra\.buyers: .*did you mean 'b30_buyers'"):
        b30(source={"buyers": "b30_buyer"})
    with pytest.raises(InputError, match=r"source\.h200\.buyers: a quantity 0 or more was expected, .* is -1"):
        load_assumptions(
            [
                Layer.of(
                    {
                        "quantity": {"nobody": {**FIXED, "value": -1.0, "unit": "firms"}},
                        "source": {"h200": {"buyers": "nobody"}},
                    },
                    file="mine.toml",
                )
            ],
            model="article",
        )
