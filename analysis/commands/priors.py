"""``catchup priors``: what is believed before any leak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from cyclopts import Parameter

from ...model.assumptions import Assumptions
from ...priors.errors import unknown_name
from ...priors.table import Quantity, packaged_layers
from .options import OUTPUT, Assumed
from .output import console, figure, print_json, table

SHOWN = (0.05, 0.5, 0.95)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Listed(Assumed):
    """What the commands on priors take."""

    json: Annotated[bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")] = False


def list_priors(*, listed: Listed | None = None) -> int:
    """Every quantity with its distribution."""
    listed = listed or Listed()
    quantities = listed.assumptions().table.quantities
    if listed.json:
        print_json({"schema": 1, "quantities": [quantity_as_json(quantity) for quantity in quantities.values()]})
        return 0
    rows = [
        (
            quantity.name,
            quantity.distribution.family,
            *map(figure, quantity.distribution.quantile(np.array(SHOWN))),
            quantity.text.unit,
        )
        for quantity in quantities.values()
    ]
    console().print(table("Quantity", "Family", *(f"{p:.0%}" for p in SHOWN), "Unit", rows=rows, left=2))
    return 0


def show_priors(name: str, /, *, listed: Listed | None = None) -> int:
    """One quantity in full.

    Parameters
    ----------
    name
        The quantity's name.
    """
    listed = listed or Listed()
    assumptions = listed.assumptions()
    quantities = assumptions.table.quantities
    if name not in quantities:
        raise unknown_name("quantity", name, quantities)
    quantity = quantities[name]
    if listed.json:
        print_json({"schema": 1, **quantity_as_json(quantity)})
        return 0
    out = console()
    out.print(f"[bold]{quantity.name}[/] ({quantity.text.unit})")
    out.print(quantity.text.description)
    numbers = ", ".join(f"{key} = {figure(value)}" for key, value in quantity.distribution.model_dump().items())
    out.print(f"{quantity.distribution.family}: {numbers}   [{quantity.file}]", markup=False)
    quantiles = quantity.distribution.quantile(np.array(SHOWN))
    out.print(", ".join(f"{p:.0%}: {figure(value)}" for p, value in zip(SHOWN, quantiles, strict=True)))
    for source in quantity.text.sources:
        reference = assumptions.table.references[source]
        place = f", {reference.address}" if reference.address else ""
        out.print(f"Source: {reference.title} ({reference.publisher}, {reference.date}{place})", markup=False)
    if quantity.text.shares:
        out.print(f"Rests on: {', '.join(quantity.text.shares)}")
    if quantity.text.notes:
        out.print(quantity.text.notes)
    return 0


def check_priors(*files: str, listed: Listed | None = None) -> int:
    """Check overlay files without forecasting.

    Parameters
    ----------
    files
        Overlays, laid over the baseline in the order given.
    """
    listed = listed or Listed()
    assumptions = Assumed(priors=[*(listed.priors or []), *files], set=listed.set).assumptions()
    changed = _changed(assumptions)
    if listed.json:
        print_json({"schema": 1, "valid": True, "changed": changed})
        return 0
    out = console()
    out.print(f"valid: {len(assumptions.table.quantities)} quantities, {len(changed)} of them changed or added")
    for name in changed:
        quantity = assumptions.table.quantities[name]
        middle = figure(float(quantity.distribution.quantile(0.5)))
        out.print(f"  {name}: {quantity.distribution.family}, median {middle} {quantity.text.unit}")
    return 0


def quantity_as_json(quantity: Quantity) -> dict[str, Any]:
    """Return a quantity as JSON."""
    quantiles = quantity.distribution.quantile(np.array(SHOWN))
    return {
        "name": quantity.name,
        "family": quantity.distribution.family,
        "parameters": quantity.distribution.model_dump(),
        "quantiles": {f"{p:g}": float(value) for p, value in zip(SHOWN, quantiles, strict=True)},
        "unit": quantity.text.unit,
        "description": quantity.text.description,
        "role": quantity.text.role,
        "sources": list(quantity.text.sources),
        "shares": list(quantity.text.shares),
        "file": quantity.file,
    }


def _changed(assumptions: Assumptions) -> list[str]:
    """Names of quantities that a file other than the project's own touched."""
    own = {layer.file for layer in packaged_layers()}
    return [name for name, quantity in assumptions.table.quantities.items() if quantity.file not in own]
