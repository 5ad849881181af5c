"""What items ask of the model: quantities that only evidence brings in, and the dates of events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..model.assumptions import Assumptions
from .schema import Item


def latent_quantities(items: Iterable[Item]) -> list[str]:
    """Names of the quantities that items need beyond those that the dates depend on, in order of first use."""
    return list(dict.fromkeys(name for item in items for name in item.latents))


def events_of(items: Iterable[Item]) -> list[str]:
    """Events whose dates items are about, in order of first use."""
    return list(dict.fromkeys(item.event for item in items if item.event is not None))


def with_latents(assumptions: Assumptions, items: Iterable[Item]) -> Assumptions:
    """Add the quantities that items have of their own.

    A firm ratio is one firm's. The first firm whose bill a ledger holds is described by the prior table's
    ``firm_ratio``; each further one gets a quantity of its own (``firm_ratio_`` and the firm's name) with
    the same prior, unless the table has a row for it. Each organisation that measured lags has an error of its own,
    with the prior of ``organisation_error``. Without such items the assumptions come back as they are.
    """
    quantities = dict(assumptions.table.quantities)
    for item in items:
        for plain, own in item.renamed.items():
            quantities.setdefault(own, replace(quantities[plain], name=own))
    if len(quantities) == len(assumptions.table.quantities):
        return assumptions
    return replace(assumptions, table=replace(assumptions.table, quantities=quantities))
