"""``catchup priors``: what is believed before any leak."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from ...model.assumptions import Assumptions
from ...priors.correlations import Correlation
from ...priors.errors import unknown_name
from ...priors.table import PriorTable, Quantity, packaged_layers
from .options import OUTPUT, Assumed
from .output import console, figure, print_json, table

SHOWN = (0.05, 0.5, 0.95)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Listed(Assumed):
    """What the commands on priors take."""

    json: Annotated[bool, Parameter(group=OUTPUT, negative="", help="Print one JSON object instead of tables.")] = False


def list_priors(*, listed: Listed | None = None) -> int:
    """Every quantity with its distribution, and every correlation."""
    listed = listed or Listed()
    prior_table = listed.assumptions().table
    quantities, correlations = prior_table.quantities, prior_table.correlations
    if listed.json:
        rows_of_quantities = [quantity_as_json(quantity, prior_table) for quantity in quantities.values()]
        print_json({"schema": 1, "quantities": rows_of_quantities, "correlations": correlations_as_json(correlations)})
        return 0
    rows = [
        (
            quantity.name,
            quantity.distribution.family,
            *map(figure, prior_table.quantiles(quantity.name, SHOWN)),
            quantity.text.unit,
        )
        for quantity in quantities.values()
    ]
    out = console()
    out.print(table("Quantity", "Family", *(f"{p:.0%}" for p in SHOWN), "Unit", rows=rows, left=2))
    if correlations:
        pairs = [(*each.pair, f"{each.rank:+g}", each.file) for each in correlations]
        out.print(table("Quantity", "and", "Rank correlation", "File", rows=pairs, left=2))
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
    correlations = [each for each in assumptions.table.correlations if name in each.pair]
    if listed.json:
        shown = quantity_as_json(quantity, assumptions.table)
        print_json({"schema": 1, **shown, "correlations": correlations_as_json(correlations)})
        return 0
    out = console()
    out.print(f"[bold]{quantity.name}[/] ({quantity.text.unit})")
    out.print(quantity.text.description)
    numbers = ", ".join(f"{key} = {_number(value)}" for key, value in numbers_of(quantity).items())
    out.print(f"{quantity.distribution.family}: {numbers}   [{quantity.file}]", markup=False)
    quantiles = assumptions.table.quantiles(name, SHOWN)
    out.print(", ".join(f"{p:.0%}: {figure(value)}" for p, value in zip(SHOWN, quantiles, strict=True)))
    for source in quantity.text.sources:
        reference = assumptions.table.references[source]
        place = f", {reference.address}" if reference.address else ""
        out.print(f"Source: {reference.title} ({reference.publisher}, {reference.date}{place})", markup=False)
    if quantity.text.shares:
        out.print(f"Rests on: {', '.join(quantity.text.shares)}")
    if quantity.text.notes:
        out.print(quantity.text.notes)
    for each in correlations:
        out.print(_sentence(each, name), markup=False)
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
    correlations = assumptions.table.correlations
    if listed.json:
        shown = {"changed": changed, "correlations": correlations_as_json(correlations)}
        print_json({"schema": 1, "valid": True, **shown})
        return 0
    out = console()
    joined = f"; {len(correlations)} correlated pairs" if correlations else ""
    out.print(f"valid: {len(assumptions.table.quantities)} quantities, {len(changed)} of them changed or added{joined}")
    for name in changed:
        quantity = assumptions.table.quantities[name]
        middle = figure(float(assumptions.table.quantiles(name, 0.5)))
        out.print(f"  {name}: {quantity.distribution.family}, median {middle} {quantity.text.unit}")
    for each in correlations:
        out.print(f"  {_sentence(each)}", markup=False)
    return 0


def numbers_of(quantity: Quantity) -> dict[str, Any]:
    """Numbers of a quantity's distribution, by key."""
    return quantity.distribution.model_dump(exclude_none=True)


def _number(value: Any) -> str:
    """Write a number, or a table of them, as TOML does."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key} = {_number(entry)}' for key, entry in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_number, value))}]"
    return f'"{value}"' if isinstance(value, str) else figure(value)


def quantity_as_json(quantity: Quantity, prior_table: PriorTable) -> dict[str, Any]:
    """Return a quantity as JSON."""
    quantiles = prior_table.quantiles(quantity.name, SHOWN)
    return {
        "name": quantity.name,
        "family": quantity.distribution.family,
        "parameters": numbers_of(quantity),
        "quantiles": {f"{p:g}": float(value) for p, value in zip(SHOWN, quantiles, strict=True)},
        "unit": quantity.text.unit,
        "description": quantity.text.description,
        "role": quantity.text.role,
        "sources": list(quantity.text.sources),
        "shares": list(quantity.text.shares),
        "file": quantity.file,
    }


def correlations_as_json(correlations: Iterable[Correlation]) -> list[dict[str, Any]]:
    """Return rank correlations as JSON."""
    return [
        {
            "between": list(each.pair),
            "rank": each.rank,
            "description": each.text.description or "",
            "sources": list(each.text.sources),
            "file": each.file,
        }
        for each in correlations
    ]


def _sentence(correlation: Correlation, seen_from: str | None = None) -> str:
    """Say a correlation in a line, from the side of one of its quantities if wanted."""
    one, other = correlation.pair
    pair = f"{one} with {other}" if seen_from is None else f"Correlated with {other if seen_from == one else one}"
    why = f" ({correlation.text.description})" if correlation.text.description else ""
    return f"{pair}: rank correlation {correlation.rank:+g}{why}   [{correlation.file}]"


def _changed(assumptions: Assumptions) -> list[str]:
    """Names of quantities that a file other than the project's own touched."""
    own = {layer.file for layer in packaged_layers()}
    return [name for name, quantity in assumptions.table.quantities.items() if quantity.file not in own]
