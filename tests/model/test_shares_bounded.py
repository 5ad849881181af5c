"""What is a share of a whole by what its row says of it cannot be put above 1, whichever way it is put."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from catchup.evidence.kinds.stocks import sources_of
from catchup.model.assumptions import load_assumptions, under_scenario
from catchup.priors.errors import InputError
from catchup.priors.families import Fixed
from catchup.priors.layers import Layer
from catchup.priors.table import PriorTable

MEANING = re.compile(r"\b(share|part|fraction|probability|MFU)\b", re.IGNORECASE)
OTHERWISE = {
    "capacity_coverage": "lognormal, seven standard deviations below 1: next to nothing of it lies above",
    "h200_shipped": "what arrives of a purchase: a bound of 1 says that firms share a flow, whose whole is then read",
    "organisation_error": "share is a verb in it",
    "firm_ratio": "one firm's stock over another's, which may be the smaller",
}


def tables() -> Iterator[PriorTable]:
    """Of both models, and of each of their scenarios."""
    for model in ("article", "current"):
        assumptions = load_assumptions(model=model)
        yield assumptions.table
        yield from (under_scenario(assumptions, name).table for name in assumptions.scenarios)


def test_every_row_that_means_a_share_has_the_bound() -> None:
    unbounded, shares = set(), set()
    for table in tables():
        rows = {**{name: each.text for name, each in table.quantities.items()}, **table.constants}
        meant = {name for name, row in rows.items() if MEANING.search(row.description)}
        unbounded |= {name for name in meant if rows[name].maximum != 1.0}
        shares |= meant
    assert unbounded == set(OTHERWISE)
    assert {"mfu_china", "us_known_share"} <= shares


@pytest.mark.parametrize("name", ["mfu_china"])
def test_a_quantity_is_refused_by_option_file_and_object(name: str) -> None:
    row = {name: {"family": "fixed", "value": 2.0}}
    with pytest.raises(InputError, match=rf"^fixed: {name}: must be .* at most 1.*, not 2$"):
        load_assumptions(fixed={name: 2.0})
    with pytest.raises(InputError, match=rf"^own\.toml: quantity\.{name}: must be .* at most 1.*, not 2$"):
        load_assumptions([Layer.of({"quantity": row}, file="own.toml")])
    with pytest.raises(InputError, match=rf"{name}.*: must be .* at most 1.*, not 2$"):
        load_assumptions(priors={name: Fixed(value=2.0)})
    with pytest.raises(InputError, match=rf"quantity\.{name}: must be .* at most 1.*, not 2$"):
        load_assumptions([Layer.of({"scenario": {"own": {"title": "Own", "quantity": row}}}, file="own.toml")])
    assert load_assumptions(fixed={name: 1.0}).beliefs[name] == Fixed(value=1.0)


@pytest.mark.parametrize("name", ["us_known_share", "china_known_share", "thread_mfu", "efficiency_weight"])
def test_a_constant_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"^own\.toml: constant\.{name}\.value: must be above 0 and at most 1, not"):
        load_assumptions([Layer.of({"constant": {name: {"value": 2.0}}}, file="own.toml")])


def test_a_whole_of_a_flow_keeps_the_part_of_it_that_arrives() -> None:
    flows = [source.amount for source in sources_of(load_assumptions()).values()]
    assert ("h200_purchases", "h200_shipped") in flows
