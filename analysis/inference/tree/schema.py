"""What a result tree holds, written down and checked: groups, dims, dtypes, units, finite values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from ....evidence.layout import FIGURES, OBSERVATION, OBSERVED
from ....priors.arguments import refuse_others
from ....priors.errors import InputError

SCHEMA = 2
SAMPLED = ("chain", "draw")
DATED = ("event", "firm")
KINDS = {"f": "64-bit floats", "i": "whole numbers", "b": "true or false", "U": "text"}
SHOWN = 8  # violations in a message
MAY_BE_INFINITE = frozenset(
    {
        "able_to_launch",
        "firm_pretrained",
        "launch",
        "pool_at_launch",
        "pretrained",
        "ready",
        "requirement_at_launch",
        "run_length",
    }
)
"""Variables that are infinite, or follow from a date that is, where an event never comes."""
MAY_BE_UNDEFINED = frozenset({FIGURES})
"""Variables that are undefined where an item's kind has no such figure."""


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
        Dims beside those.
    needed : tuple of str
        Variables that must be there.
    finite : bool
        Whether all values are finite, but for `MAY_BE_INFINITE`; only `MAY_BE_UNDEFINED` are ever undefined.
    """

    sampled: bool = True
    kinds: str = "f"
    further: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    finite: bool = True


DATES = ("mythos_flop", "annual_progress", "launch", "pretrained", "ready")
OVER_ITEMS = Group(further=("item",), needed=(OBSERVATION,), finite=False)
GROUPS: Mapping[str, Group] = {
    "prior": Group(further=DATED, needed=DATES),
    "prior_predictive": OVER_ITEMS,
    "sample_stats_prior": Group(needed=("log_weight",)),
    "posterior": Group(further=DATED, needed=DATES),
    "posterior_predictive": OVER_ITEMS,
    "predictions": OVER_ITEMS,
    "log_likelihood": OVER_ITEMS,
    "log_prior": Group(further=("quantity",), needed=("quantities",)),
    "sample_stats": Group(kinds="fib", finite=False),
    "observed_data": Group(sampled=False, further=("item",), needed=(OBSERVATION,)),
    "constant_data": Group(
        sampled=False,
        kinds="fU",
        further=("quantity", "probability", "source", "item", "figure"),
        needed=("as_of_month",),
    ),
    "predictions_constant_data": Group(sampled=False, further=("item", "figure"), needed=(OBSERVED, FIGURES)),
}
TOGETHER = (
    ("prior", "constant_data"),
    ("prior_predictive", "observed_data"),
    ("posterior", "log_prior", "sample_stats"),
    ("posterior_predictive", "log_likelihood"),
    ("predictions", "predictions_constant_data"),
)
"""Groups of which none is there without the others; the first ones always are."""
SAME_DRAWS = (
    ("prior", "prior_predictive", "sample_stats_prior"),
    ("posterior", "posterior_predictive", "predictions", "log_likelihood", "log_prior", "sample_stats"),
)
SAME_ITEMS = (
    ("observed_data", "prior_predictive", "posterior_predictive", "log_likelihood"),
    ("predictions", "predictions_constant_data"),
)
ATTRIBUTES = ("tree_schema", "event", "as_of", "engine", "seed", "evidence")
EARLIER = "was written by an earlier version; make it anew, by catchup forecast --save or catchup run"
OTHERS = ". One that another sampler made need be none: catchup.forecast takes its path"


def violations(tree: xr.DataTree) -> list[str]:
    """List everything in which a tree departs from the schema."""
    return list(_violations(tree))


def check_tree(tree: xr.DataTree, file: str | Path | None = None) -> xr.DataTree:
    """Return a tree that keeps to the schema.

    Raises
    ------
    InputError
        Naming all violations at once; of a tree of an earlier version, how to have one of this.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, check_tree, prior_of, result_tree
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> tree = result_tree(prior, draws=100)
    >>> check_tree(tree) is tree
    True
    """
    refuse_others("tree", tree, xr.DataTree, "a tree (result_tree returns one)")
    if tree.attrs.get("tree_schema", SCHEMA) < SCHEMA:
        raise InputError(EARLIER, file=file)
    found = violations(tree)
    if found:
        shown = "; ".join(found[:SHOWN]) + (f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
        others = "" if "tree_schema" in tree.attrs else OTHERS
        raise InputError(f"is not a result tree: {shown}{others}", file=file)
    return tree


def _violations(tree: xr.DataTree) -> Iterator[str]:
    for name in ATTRIBUTES:
        if name not in tree.attrs:
            yield f"attribute {name} is missing"
    if tree.attrs.get("tree_schema", SCHEMA) != SCHEMA:
        yield f"attribute tree_schema is {tree.attrs['tree_schema']}; {SCHEMA} was expected"
    for place, names in enumerate(TOGETHER):
        if place == 0 or not tree.children.keys().isdisjoint(names):
            yield from (f"group {name} is missing" for name in names if name not in tree.children)
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
    if (wanted.sampled and dims[:2] != SAMPLED) or any(dim not in wanted.further for dim in rest):
        yield f"{place} has dims {dims}"
    kind = "U" if variable.dtype.kind in "OTU" else variable.dtype.kind
    if kind not in wanted.kinds or (kind == "f" and variable.dtype != np.float64):
        expected = " or ".join(KINDS[one] for one in wanted.kinds)
        yield f"{place} holds {variable.dtype}; {expected} were expected"
    if not variable.attrs.get("units"):
        yield f"{place} has no units"
    if kind != "f":
        return
    if name in MAY_BE_UNDEFINED:
        return
    if np.isnan(variable.values).any():
        yield f"{place} is undefined in {int(np.isnan(variable.values).sum())} places"
    elif wanted.finite and name not in MAY_BE_INFINITE and not np.isfinite(variable.values).all():
        yield f"{place} is infinite in {int((~np.isfinite(variable.values)).sum())} places"


def _mismatches(tree: xr.DataTree) -> Iterator[str]:
    """Where groups that belong together differ in their draws or items."""
    for names in SAME_DRAWS:
        sizes = {
            name: tuple(tree[name].sizes.get(dim) for dim in SAMPLED)
            for name in names
            if name in tree.children and set(SAMPLED) <= set(tree[name].dims)
        }
        if len(set(sizes.values())) > 1:
            yield "chains and draws differ: " + ", ".join(f"{name} {size}" for name, size in sizes.items())
    for groups in SAME_ITEMS:
        items = {
            name: tuple(map(str, tree[name].coords["item"].values)) if "item" in tree[name].coords else ()
            for name in groups
            if name in tree.children
        }
        if len(set(items.values())) > 1:
            yield f"items differ between {', '.join(items)}"
