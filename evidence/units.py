"""Units in which people report compute and money: chips in H100e, currencies in US dollars, from `units.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from ..priors.errors import unknown_name
from ..priors.strict import StrictModel, misfit, read_toml, validate

FILE = "evidence/units.toml"
H100E, USD = "H100e", "USD"  # what the model itself counts in

OTHERWISE = {
    "chip": f'of a chip that {FILE} does not have, convert the number to H100e (chip = "{H100E}")',
    "currency": f'of a currency that {FILE} does not have, convert the sum to US dollars (currency = "{USD}")',
}
"""What to do about a name that the table does not have."""

Names = Annotated[tuple[str, ...], Field(strict=False)]
Positive = Annotated[float, Field(gt=0)]


class Chip(StrictModel):
    """A type of chip: what one is worth in H100e, other names, and the source of the figure."""

    h100e: Positive
    also: Names = ()
    source: str


class Currency(StrictModel):
    """A currency: how many of it a dollar cost by year (nothing for the dollar), other names, and the source."""

    per_usd: dict[str, Positive] = Field(default_factory=dict)
    also: Names = ()
    source: str


class StockChannels(StrictModel):
    """Channels of the race that bring compute into the country, and those paid for as capital."""

    country: Names
    bought: Names


class Units(StrictModel):
    """The whole table."""

    chip: dict[str, Chip]
    currency: dict[str, Currency]
    stock: StockChannels


@cache
def units() -> Units:
    """Read the project's table, once."""
    return validate(Units, read_toml(Path(__file__).parent / "units.toml"), file=FILE)


def h100e_of(chip: str) -> float:
    """H100e of one chip of a type, by its name or another one it has.

    Examples
    --------
    >>> h100e_of("Ascend 950DT")
    0.46
    """
    return units().chip[chip_named(chip)].h100e


def chip_named(name: str) -> str:
    """Return the name under which a chip stands in the table; raises a validator's fault for one that does not."""
    return _named("chip", name, units().chip)


def currency_named(name: str) -> str:
    """Return the name under which a currency stands in the table; raises a validator's fault for one that does not."""
    return _named("currency", name, units().currency)


def usd(amount: float, currency: str, year: int | None) -> float:
    """Convert an amount of a year into US dollars of that year; of dollars the year may be left open.

    Examples
    --------
    >>> round(usd(2.3e9, "RMB", 2026) / 1e6)
    338
    """
    name = currency_named(currency)
    return amount if name == USD else amount / units().currency[name].per_usd[str(year)]


def years_of(currency: str) -> tuple[int, ...]:
    """Years whose rate of a currency is known; none for the dollar, which needs no rate."""
    return tuple(map(int, units().currency[currency_named(currency)].per_usd))


def _named(what: str, name: str, rows: Mapping[str, Chip] | Mapping[str, Currency]) -> str:
    by_name = dict(_names(rows))
    if name.lower() not in by_name:
        error = unknown_name(what, name, [*rows, *(other for row in rows.values() for other in row.also)])
        raise misfit("", f"{error.problem}: {OTHERWISE[what]}", error.nearest)
    return by_name[name.lower()]


def _names(rows: Mapping[str, Chip] | Mapping[str, Currency]) -> Iterable[tuple[str, str]]:
    for name, row in rows.items():
        for each in (name, *row.also):
            yield each.lower(), name


ChipName = Annotated[str, AfterValidator(chip_named)]
CurrencyName = Annotated[str, AfterValidator(currency_named)]
