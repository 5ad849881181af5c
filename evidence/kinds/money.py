"""Sums of money as people report them: in a currency, and in dollars at a year's rate."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationInfo

from ..units import USD, units, years_of


def rate_known(year: int | None, info: ValidationInfo) -> int | None:
    """Refuse a year, the field after ``currency``, whose rate is not known, and none where a rate is needed."""
    currency = info.data.get("currency", USD)
    known = years_of(currency)
    if known and year is None:
        raise ValueError(f"is missing: the rate of {currency} is that of a year ({min(known)} to {max(known)})")
    if known and year not in known:
        problem = f"the rate of {currency} is known for {min(known)} to {max(known)}, not for {year}"
        raise ValueError(f'{problem}: convert the sum to US dollars (currency = "{USD}")')
    return year


def in_other_currencies(observed: Any) -> dict[str, Any]:
    """What a sum may have meant, had its currency been mistaken; at the newest rate where it names no year."""
    found = {}
    for name in units().currency:
        known = years_of(name)
        year = observed.year or max(known, default=None)
        if name != observed.currency and (name == USD or year in known):
            found[f"currency is {name}"] = observed.model_copy(update={"currency": name, "year": year})
    return found
