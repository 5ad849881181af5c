"""Flows of compute of which firms have parts: each once and whole, and never shared out beyond the whole."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from ..priors.errors import InputError
from ..priors.table import FIXED, Quantity
from .race import Race, Source


def is_share(quantity: Quantity) -> bool:
    """Whether a quantity is a part of something: it is told to stay below 1, or is a number that does."""
    return quantity.text.maximum == 1.0 or (quantity.text.unit == "1" and quantity.distribution.support()[1] <= 1.0)


def is_divided(source: Source, quantities: Mapping[str, Quantity]) -> bool:
    """Whether a source is a firm's share of a flow, rather than a holding of its own."""
    return 0 < len(_whole(source, quantities)) < len(source.amount)


def whole_flows(race: Race, quantities: Mapping[str, Quantity], names: Iterable[str]) -> dict[str, Source]:
    """Every flow of compute that some sources are parts of, once and whole, by the first of them.

    A firm's share of a flow stands for all of it, whoever holds the rest. A holding that stands for what other buyers
    have too counts as often as there are buyers (`Race.matched`), and any other amount once. What of a source cannot
    train is there all the same.
    """
    flows: dict[tuple[object, ...], tuple[str, Source]] = {}
    for name in names:
        source = race.sources[name]
        whole = _whole(source, quantities) if is_divided(source, quantities) else source.amount
        flow = (tuple(sorted(whole)), source.start, source.length, source.per, source.arrivals)
        amount = (*whole, *race.matched.get(name, ()))
        flows.setdefault(flow, (name, source.model_copy(update={"amount": amount, "usable": None})))
    return dict(flows.values())


def _whole(source: Source, quantities: Mapping[str, Quantity]) -> tuple[str, ...]:
    """What a source's amount is without the shares of it."""
    return tuple(name for name in source.amount if not is_share(quantities[name]))


def refuse_oversold(race: Race, quantities: Mapping[str, Quantity], files: Sequence[str] = ()) -> None:
    """Refuse a race in which firms' shares of one flow of compute could exceed the whole.

    Parameters
    ----------
    race : Race
        Firms and sources.
    quantities : mapping of str to Quantity
        Their shares among them.
    files : sequence of str
        Of the layers, lowest first.

    Raises
    ------
    InputError
        Naming the last source that takes a share of the flow, or the share that a later file states.
    """
    taken: dict[tuple[str | float | None, ...], list[tuple[str | None, str, float]]] = {}
    stated: dict[tuple[str | float | None, ...], list[str]] = {}
    for name, source in race.sources.items():
        shares = [quantity for quantity in source.amount if is_share(quantities[quantity])]
        if not shares:
            continue
        flow = (*sorted(set(source.amount) - set(shares)), source.start)
        divided = next((quantity for quantity in shares if quantities[quantity].text.block is not None), None)
        block = None if divided is None else quantities[divided].text.block
        others = [quantities[quantity].distribution.support()[1] for quantity in shares if quantity != divided]
        taken.setdefault(flow, []).append((block, divided or name, math.prod(others)))
        stated.setdefault(flow, []).extend(shares)
        total = _greatest_sum(taken[flow], quantities)
        if total > 1.0 + 1e-9:
            file, key = _stated_last(name, [quantities[each] for each in stated[flow]], race, files)
            whole = " x ".join(str(part) for part in flow[:-1])
            raise InputError(f"shares of {whole} could add up to {total:.2f}, above 1", file=file, key=key)


def _stated_last(source: str, shares: Sequence[Quantity], race: Race, files: Sequence[str]) -> tuple[str | None, str]:
    """File and key of what was stated last of a flow: a source of it, or one of its shares."""
    order = {file: place for place, file in enumerate(files)}
    file = race.files.get(f"source.{source}")
    last = max(shares, key=lambda share: order.get(share.file, 0))
    if order.get(last.file, 0) > order.get(file or "", 0):
        return last.file, last.name if last.file == FIXED else f"quantity.{last.name}"
    return file, f"source.{source}.amount"


def _greatest_sum(parts: Sequence[tuple[str | None, str, float]], quantities: Mapping[str, Quantity]) -> float:
    """Greatest sum of parts of a flow, each a block (or none), a member of it, and the greatest factor of its share."""
    total = math.fsum(most for block, _, most in parts if block is None)
    for block in {block for block, _, _ in parts if block is not None}:
        factors: dict[str, float] = {}
        for of, member, most in parts:
            if of == block:
                factors[member] = factors.get(member, 0.0) + most
        apart = math.fsum(most * quantities[name].distribution.support()[1] for name, most in factors.items())
        total += min(apart, max(factors.values()))  # shares that sum to one: at most, all goes to one of them
    return total
