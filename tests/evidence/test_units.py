"""Chips and currencies by every name they have, converted as their table says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from catchup.evidence.kinds.stocks import sources_of
from catchup.evidence.units import H100E, USD, chip_named, currency_named, h100e_of, units, usd, years_of
from catchup.model.assumptions import load_assumptions


def test_the_units_of_the_model_convert_to_themselves() -> None:
    assert h100e_of(H100E) == 1.0
    assert usd(3.5, USD, 1999) == 3.5
    assert years_of(USD) == ()


def test_every_name_is_one_units_alone_whatever_its_case() -> None:
    for rows, named in ((units().chip, chip_named), (units().currency, currency_named)):
        names = [(each, name) for name, row in rows.items() for each in (name, *row.also)]
        assert len({each.lower() for each, _ in names}) == len(names)
        for each, name in names:
            assert named(each) == named(each.upper()) == named(each.lower()) == name


@given(st.text(max_size=20))
def test_any_other_name_is_refused(name: str) -> None:
    known = {each.lower() for key, row in units().chip.items() for each in (key, *row.also)}
    if name.lower() not in known:
        with pytest.raises(PydanticCustomError, match="unknown chip"):
            chip_named(name)


def test_yuan_are_dollars_of_their_year() -> None:
    for name in ("CNY", "RMB", "yuan"):
        for year in years_of(name):
            rate = units().currency["CNY"].per_usd[str(year)]
            assert usd(rate, name, year) == pytest.approx(1.0)
            assert 6.0 < rate < 8.0


def test_the_countrys_channels_are_the_races() -> None:
    """A channel that the race no longer has would be left out of the country without a word."""
    race = load_assumptions().race
    assert set(units().stock.country) <= set(race.channels())
    assert set(units().stock.bought) <= set(race.channels())


def test_a_whole_flow_is_counted_once_however_many_firms_divide_it() -> None:
    """A second firm with a share of the same flows changes what the firms have, and nothing of the country's."""
    from dataclasses import replace

    assumptions = load_assumptions()
    race = assumptions.race
    twice = {
        f"second-{name}": source.model_copy(update={"firm": "second"})
        for name, source in race.sources.items()
        if source.firm == "bytedance"
    }
    firms = {**race.firms, "second": race.firms["bytedance"]}
    second = replace(assumptions, race=replace(race, firms=firms, sources={**race.sources, **twice}))
    channels = units().stock.country
    assert sources_of(second, channels=channels) == sources_of(assumptions, channels=channels)
    assert len(sources_of(second, "second", channels)) == len(sources_of(assumptions, "bytedance", channels))
