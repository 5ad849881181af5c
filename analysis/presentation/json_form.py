"""How results are written for programs: a table's rows by its columns' paths, figures rounded to what they bear out.

A figure that is infinite or undefined is null, which JSON has no other word for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..inference.diagnostics import FEWEST_DRAWS
from ..inference.estimates import Distribution, Estimate
from ..inference.json_values import number, significant
from ..inference.probabilities import QUANTILES
from ..inference.question import Question
from ..inference.silence import Silence
from ..inference.streaming import AnyDistribution
from ..inference.words import ROUNDED
from .table import ABSENT, KEY, Column, Table

SHARE_DECIMALS = 5  # at least
SHARE_DIGITS = 3  # significant ones, at least, of a probability and of what it lacks of one
SPREAD_DIGITS = 6


def to_json[Row](table: Table[Row]) -> Any:
    """Return a table's rows as JSON, put together from its columns' paths.

    Parameters
    ----------
    table : Table
        With keys or without.

    Returns
    -------
    dict or list
        With keys, one object that holds every row's values; without, a list of one object a row.
    """
    if table.key is None:
        objects: list[dict[str, Any]] = []
        for row in table.rows:
            objects.append({})
            _fill(objects[-1], table.columns, row, None)
        return objects
    whole: dict[str, Any] = {}
    for row in table.rows:
        _fill(whole, table.columns, row, table.key_of(row))
    return whole


def merged(*parts: Mapping[str, Any]) -> dict[str, Any]:
    """Merge JSON objects: keys of later ones follow, and objects of one name become one."""
    whole: dict[str, Any] = {}
    for part in parts:
        for name, value in part.items():
            both = isinstance(value, Mapping) and isinstance(whole.get(name), Mapping)
            whole[name] = merged(whole[name], value) if both else value
    return whole


def _fill[Row](target: dict[str, Any], columns: Sequence[Column[Row]], row: Row, key: str | None) -> None:
    for column in columns:
        value = column.written(row)
        if value is ABSENT:
            continue
        path = [str(key if step is KEY else step) for step in column.path]
        place = target
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place.update({path[-1]: value} if path else value)


def date_as_json(moment: Estimate, question: Question) -> dict[str, Any]:
    """Return a moment in months and as a day, with its MCSE in months."""
    day = question.assumptions.calendar.day(moment.value)
    entry = {
        "months": number(moment.value),
        "date": None if day is None else day.isoformat(),
        "mcse": significant(moment.mcse),
    }
    return entry if moment.meaningful else {**entry, "meaningful": False}


def distribution_as_json(distribution: AnyDistribution, question: Question) -> dict[str, Any]:
    """Return mean, sd and quantiles of a date, in months and as days."""
    return {**moments_as_json(distribution), "quantiles": dates_as_json(distribution, question, QUANTILES)}


def moments_as_json(distribution: AnyDistribution) -> dict[str, Any]:
    """Return mean and sd of a date, months; and that they say little, where too few draws stand behind them."""
    return {
        "mean": number(distribution.mean.value),
        "mean_mcse": significant(distribution.mean.mcse),
        "sd": number(distribution.sd),
        **({} if mean_is_meaningful(distribution) else {"mean_meaningful": False}),
    }


def mean_is_meaningful(distribution: AnyDistribution) -> bool:
    """Whether the variance of a distribution rests on enough draws for the error of its mean to be one.

    Of tails so long that there is hardly a variance, the few largest draws are all of it, however many are drawn.
    """
    return distribution.draws_behind_mean >= FEWEST_DRAWS


def dates_as_json(distribution: AnyDistribution, question: Question, quantiles: tuple[float, ...]) -> dict[str, Any]:
    """Return quantiles of a date, in months and as days."""
    return {f"{p:g}": date_as_json(distribution.quantile(p), question) for p in quantiles}


def shift_as_json(shift: Estimate) -> dict[str, Any]:
    """Return a shift in months with its MCSE."""
    entry = {"months": number(shift.value), "mcse": significant(shift.mcse)}
    return entry if shift.meaningful else {**entry, "meaningful": False}


def shifts_as_json(shifts: Mapping[float, Estimate]) -> dict[str, Any]:
    """Return shifts of quantiles, by probability."""
    return {f"{p:g}": shift_as_json(shift) for p, shift in shifts.items()}


def estimate_as_json(estimate: Estimate) -> dict[str, Any]:
    """Return a figure with its MCSE, to a fixed number of decimals."""
    entry = {"value": number(estimate.value), "mcse": significant(estimate.mcse)}
    return entry if estimate.meaningful else {**entry, "meaningful": False}


def share_as_json(share: Estimate) -> float:
    """Return a probability without its MCSE; one that is not nothing, or not certain, does not become so.

    Examples
    --------
    >>> from catchup.analysis import Estimate
    >>> share_as_json(Estimate(0.123456, 0.01)), share_as_json(Estimate(2.34567e-7, 1e-7))
    (0.12346, 2.35e-07)
    """
    rest = min(share.value, 1.0 - share.value)
    decimals = SHARE_DIGITS - 1 - math.floor(math.log10(rest)) if rest > ROUNDED else 0
    return round(share.value, max(decimals, SHARE_DECIMALS))


def shares_as_json(name: str, shares: Mapping[str, Estimate] | None) -> dict[str, Any]:
    """Return probabilities under a name, and their MCSE beside them; null where there are none."""
    if shares is None:
        return {name: None, f"{name}_mcse": None}
    return {
        name: {key: share_as_json(share) for key, share in shares.items()},
        f"{name}_mcse": {key: significant(share.mcse) for key, share in shares.items()},
    }


def silences_as_json(silences: Iterable[Silence]) -> list[dict[str, Any]]:
    """Return silences that are counted: about what, confirmed and counted through which day."""
    return [
        {
            "item": silence.item,
            "event": silence.event,
            "confirmed_through": None if silence.confirmed is None else silence.confirmed.isoformat(),
            "counted_through": silence.counted.isoformat(),
        }
        for silence in silences
    ]


def scaled_as_json(estimate: Estimate) -> dict[str, Any]:
    """Return a figure of any size with its MCSE, to a fixed number of significant digits."""
    entry = {"value": significant(estimate.value, SPREAD_DIGITS), "mcse": significant(estimate.mcse)}
    return entry if estimate.meaningful else {**entry, "meaningful": False}


def spread_as_json(distribution: Distribution) -> dict[str, Any]:
    """Return the quantiles of something positive of any size, each with its MCSE."""
    return {f"{p:g}": scaled_as_json(distribution.quantile(p)) for p in QUANTILES}
