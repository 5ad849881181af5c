"""What items ask of the model: quantities that only evidence brings in, and the dates of events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..model.assumptions import Assumptions
from .schema import Item


def latent_quantities(items: Iterable[Item], assumptions: Assumptions) -> list[str]:
    """Names of the quantities that items need beyond those that the dates depend on, in order of first use.

    Parameters
    ----------
    items : iterable of Item
        Which items.
    assumptions : Assumptions
        Whose race says which numbers of buyers items about all firms together need.

    Examples
    --------
    >>> from catchup.evidence import latent_quantities, load_ledger
    >>> from catchup.model import load_assumptions
    >>> items = load_ledger().items
    >>> latent_quantities([items["zai-spend-2025"], items["microsoft-slide"]], load_assumptions())
    ['firm_ratio', 'rental_price', 'rl_ratio']
    """
    return list(dict.fromkeys(name for item in items for name in item.latents_in(assumptions.race)))


def events_of(items: Iterable[Item]) -> list[str]:
    """Events whose dates items are about, in order of first use.

    Examples
    --------
    >>> from catchup.evidence import events_of, load_ledger
    >>> items = load_ledger().items
    >>> events_of([items["no-public-model"], items["glm-5-3-exploits"]])
    ['compute-equivalent', 'narrow-exploit']
    """
    return list(dict.fromkeys(item.event for item in items if item.event is not None))


def with_latents(assumptions: Assumptions, items: Iterable[Item]) -> Assumptions:
    """Assume what counting items takes: the quantities that they have of their own, and the policies they report.

    A firm ratio is one firm's. The first firm whose bill a ledger holds is described by the prior table's
    ``firm_ratio``; each further one gets a quantity of its own (``firm_ratio_`` and the firm's name) with
    the same prior, unless the table has a row for it. Each organisation that measured lags has an error of its own,
    with the prior of ``organisation_error``. These policies act from their days on, and no others do.

    Examples
    --------
    >>> from pathlib import Path
    >>> from catchup.evidence import load_ledger, template, with_latents
    >>> from catchup.model import load_assumptions
    >>> size = Path("moonshot-bill.toml").write_text(template("rental_spend", "moonshot-bill"))
    >>> items = load_ledger(extra_files=["moonshot-bill.toml"]).items.values()
    >>> assumptions = load_assumptions()
    >>> own = set(with_latents(assumptions, items).beliefs) - set(assumptions.beliefs)
    >>> sorted(name for name in own if name.startswith("firm_ratio"))
    ['firm_ratio_moonshot_ai']
    """
    items = list(items)
    assumptions = with_own_quantities(assumptions, items)
    enacted = tuple(policy for item in items if (policy := item.enacted(assumptions)) is not None)
    return assumptions if enacted == assumptions.enacted else replace(assumptions, enacted=enacted)


def with_own_quantities(assumptions: Assumptions, items: Iterable[Item]) -> Assumptions:
    """Add the quantities that items have of their own, in the same world: for items that are not counted."""
    quantities = dict(assumptions.table.quantities)
    for item in items:
        for plain, own in item.renamed.items():
            quantities.setdefault(own, replace(quantities[plain], name=own))
    if len(quantities) == len(assumptions.table.quantities):
        return assumptions
    return replace(assumptions, table=replace(assumptions.table, quantities=quantities))
