"""What a result tree holds, written down and checked: groups, dims, dtypes, units, finite values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ....priors.errors import InputError

SCHEMA = 1
SAMPLED = ("chain", "draw")
ITEM = "_item"  # ends the names of dims of items
KINDS = {"f": "64-bit floats", "i": "whole numbers", "b": "true or false", "U": "text"}
SHOWN = 8  # violations in a message
MAY_BE_INFINITE = frozenset(
    {"ready", "pretrained", "firm_pretrained", "launch", "run_length", "pool_at_launch", "requirement_at_launch"}
)
"""Variables that are infinite, or follow from a date that is, where an event never comes."""


@dataclass(frozen=True)
class Group:
    """What a group may hold.

    Attributes
    ----------
    sampled : bool
        Whether every variable has chain and draw as its first dims.
    kinds : str
        NumPy kinds that its variables may have.
    further : tuple of str
        Dims beside those, and beside dims of items.
    needed : tuple of str
        Variables that must be there.
    finite : bool
        Whether all values are finite, but for `MAY_BE_INFINITE`; nothing is ever undefined.
    """

    sampled: bool = True
    kinds: str = "f"
    further: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    finite: bool = True


DATES = ("mythos_flop", "annual_progress", "launch", "pretrained", "ready")
GROUPS: Mapping[str, Group] = {
    "prior": Group(further=("firm",), needed=DATES),
    "prior_predictive": Group(finite=False),
    "sample_stats_prior": Group(needed=("log_weight",)),
    "posterior": Group(further=("firm",), needed=DATES),
    "posterior_predictive": Group(finite=False),
    "log_likelihood": Group(finite=False),
    "log_prior": Group(further=("quantity",), needed=("quantities",)),
    "sample_stats": Group(kinds="fib", finite=False),
    "observed_data": Group(sampled=False),
    "constant_data": Group(sampled=False, kinds="fU", further=("quantity", "probability", "source")),
}
ALWAYS = ("prior", "prior_predictive", "observed_data", "constant_data")
WITH_EVIDENCE = ("posterior", "posterior_predictive", "log_likelihood", "log_prior", "sample_stats")
SAME_ITEMS = ("prior_predictive", "posterior_predictive", "observed_data")
ATTRIBUTES = ("tree_schema", "event", "as_of", "engine", "seed", "evidence")


def violations(tree: xr.DataTree) -> list[str]:
    """List everything in which a tree departs from the schema."""
    return list(_violations(tree))


def check_tree(tree: xr.DataTree, file: str | Path | None = None) -> xr.DataTree:
    """Return a tree that keeps to the schema.

    Raises
    ------
    InputError
        Naming all violations at once.
    """
    found = violations(tree)
    if found:
        shown = "; ".join(found[:SHOWN]) + (f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
        raise InputError(f"is not a result tree: {shown}", file=file)
    return tree


def _violations(tree: xr.DataTree) -> Iterator[str]:
    for name in ATTRIBUTES:
        if name not in tree.attrs:
            yield f"attribute {name} is missing"
    if tree.attrs.get("tree_schema", SCHEMA) != SCHEMA:
        yield f"attribute tree_schema is {tree.attrs['tree_schema']}; {SCHEMA} was expected"
    wanted = (*ALWAYS, *(WITH_EVIDENCE if any(name in tree.children for name in WITH_EVIDENCE) else ()))
    for name in wanted:
        if name not in tree.children:
            yield f"group {name} is missing"
    for name, node in tree.children.items():
        if name not in GROUPS:
            yield f"group {name} is not known"
        else:
            yield from _group_violations(name, node.to_dataset(), GROUPS[name])
    yield from _mismatches(tree)


def _group_violations(group: str, found: xr.Dataset, wanted: Group) -> Iterator[str]:
    for name in wanted.needed:
        if name not in found.data_vars:
            yield f"{group}/{name} is missing"
    for label, variable in found.data_vars.items():
        yield from _variable_violations(f"{group}/{label}", str(label), variable, wanted)
    for dim in found.dims:
        if dim not in found.coords:
            yield f"{group}: dim {dim} has no coordinate"


def _variable_violations(place: str, name: str, variable: xr.DataArray, wanted: Group) -> Iterator[str]:
    dims = tuple(map(str, variable.dims))
    rest = dims[2:] if wanted.sampled and dims[:2] == SAMPLED else dims
    if (wanted.sampled and dims[:2] != SAMPLED) or any(
        dim not in wanted.further and not dim.endswith(ITEM) for dim in rest
    ):
        yield f"{place} has dims {dims}"
    kind = "U" if variable.dtype.kind in "OTU" else variable.dtype.kind
    if kind not in wanted.kinds or (kind == "f" and variable.dtype != np.float64):
        expected = " or ".join(KINDS[one] for one in wanted.kinds)
        yield f"{place} holds {variable.dtype}; {expected} were expected"
    if not variable.attrs.get("units"):
        yield f"{place} has no units"
    if kind != "f":
        return
    if np.isnan(variable.values).any():
        yield f"{place} is undefined in {int(np.isnan(variable.values).sum())} places"
    elif wanted.finite and name not in MAY_BE_INFINITE and not np.isfinite(variable.values).all():
        yield f"{place} is infinite in {int((~np.isfinite(variable.values)).sum())} places"


def _mismatches(tree: xr.DataTree) -> Iterator[str]:
    """Where groups that belong together differ in their draws or items."""
    for names in (WITH_EVIDENCE, ("prior", "prior_predictive", "sample_stats_prior")):
        sizes = {
            name: tuple(tree[name].sizes.get(dim) for dim in SAMPLED)
            for name in names
            if name in tree.children and set(SAMPLED) <= set(tree[name].dims)
        }
        if len(set(sizes.values())) > 1:
            yield "chains and draws differ: " + ", ".join(f"{name} {size}" for name, size in sizes.items())
    for dim in {str(dim) for name in SAME_ITEMS if name in tree.children for dim in tree[name].dims}:
        if dim.endswith(ITEM):
            items = {tuple(map(str, tree[name].coords[dim].values)) for name in SAME_ITEMS if _has(tree, name, dim)}
            holders = sum(name in tree.children for name in SAME_ITEMS)
            if len(items) > 1 or sum(_has(tree, name, dim) for name in SAME_ITEMS) < holders:
                yield f"items along {dim} differ between groups"


def _has(tree: xr.DataTree, group: str, dim: str) -> bool:
    return group in tree.children and dim in tree[group].coords
