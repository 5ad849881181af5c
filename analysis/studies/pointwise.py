"""Leave-one-out log densities of items, item by item, out of whatever holds a model's log likelihood.

A tree's draws stand for the posterior given all the items that its model has seen. The density of item i given the
shared others weighs each draw by one over the likelihood of item i and of every item that is not shared, smoothed by
Pareto's distribution: what is not shared is left out together with i.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...priors.errors import InputError
from ..inference.estimates import Array
from ..inference.importance import smooth_weights
from ..inference.pareto import SAME

SAMPLED = ("chain", "draw")
ITEM = "item"  # ends the names of dims along which items lie, their ids being the coordinate
ASKED = ("event", "as_of", "as_of_month")  # what a tree says that it was asked
THROUGH = "as_of"  # figure of a silence: the month through which it is counted


@dataclass(frozen=True)
class Pointwise:
    """Log density of items left out, one by one.

    Attributes
    ----------
    items : tuple of str
        Which.
    log_density, mcse : array, shape (item,)
        Natural, with the Monte Carlo standard error where the draws say it (else nan).
    khat : array, shape (item,), or None
        Pareto shape of the weights that leave each out: minus infinity where the item says as good as the same in
        every draw, infinity where no tail can be fitted, nan where it was worked out elsewhere and is not known; None
        where no weights were needed.
    """

    items: tuple[str, ...]
    log_density: Array
    mcse: Array
    khat: Array | None


@dataclass(frozen=True)
class Observations:
    """A model's items, each with its log likelihood in every draw or with its density left out already.

    Attributes
    ----------
    name : str
        Whose.
    columns : mapping of str to array, shape (draw,)
        Log likelihood by item; empty where `known` is given.
    efficiency : float
        Effective draws per draw.
    known : Pointwise or None
        Densities worked out elsewhere.
    seen : mapping of str to float
        What was observed, where the model says.
    asked : mapping of str to str
        What the model was asked, where it says.
    through : mapping of str to float
        By item, the month through which silence is counted, where the model says; 0 of what is no silence.
    """

    name: str
    columns: Mapping[str, Array]
    efficiency: float = 1.0
    known: Pointwise | None = None
    seen: Mapping[str, float] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    through: Mapping[str, float] = field(default_factory=dict)

    @property
    def items(self) -> tuple[str, ...]:
        """Every item of the model."""
        return self.known.items if self.known is not None else tuple(self.columns)


def observations_of(name: str, model: Any) -> Observations:
    """Take a model's items out of a tree, or out of a pointwise result of ``az.loo``.

    Raises
    ------
    InputError
        If it holds neither.
    """
    elpd = getattr(model, "elpd_i", None)
    if elpd is not None:
        items = tuple(label for label, _ in _entries("", elpd, single=True))
        khat = getattr(model, "pareto_k", None)
        values = np.asarray(elpd.values, dtype=float).ravel()
        pointwise = Pointwise(
            items, values, np.full(values.size, np.nan), None if khat is None else np.asarray(khat.values).ravel()
        )
        return Observations(name, {}, known=pointwise)
    groups = getattr(model, "children", {})
    if "log_likelihood" not in groups or "posterior" not in groups:
        hint = "; pymc.compute_log_likelihood adds the log likelihood" if "posterior" in groups else ""
        raise InputError(
            f"{name}: a tree with a posterior and a log_likelihood group, or a result of az.loo(..., pointwise=True), "
            f"was expected, not {_described(model, groups)}{hint}"
        )
    likelihood = model["log_likelihood"].to_dataset()
    columns = {label: np.asarray(values, dtype=float).ravel() for label, values in _labelled(likelihood)}
    seen = {}
    if "observed_data" in groups:
        observed = model["observed_data"].to_dataset()
        seen = {label: float(values) for label, values in _labelled(observed[_same(observed, likelihood)])}
    efficiency = _efficiency(model["posterior"].to_dataset())
    return Observations(name, columns, efficiency, seen=seen, asked=_asked(model, groups), through=_through(groups))


def _asked(model: Any, groups: Any) -> dict[str, str]:
    """What a tree was asked: as its attributes have it, or, where a sampler has made it, its coordinates and data."""
    asked = {key: str(model.attrs[key]) for key in ASKED if key in model.attrs}
    events = model["posterior"].to_dataset().coords.get("event")
    if events is not None:
        asked.setdefault("event", str(events.values.flat[0]))  # the question's own comes first
    if "constant_data" in groups and "as_of_month" in model["constant_data"].data_vars:
        asked.setdefault("as_of_month", f"{float(model['constant_data']['as_of_month']):.4f}")
    return asked


def _through(groups: Any) -> dict[str, float]:
    """Month through which each silence is counted, of a tree of this project's model; 0 of every other item."""
    figures = groups["constant_data"].to_dataset().get("figures") if "constant_data" in groups else None
    if figures is None or THROUGH not in figures.coords.get("figure", ()):
        return {}
    counted = figures.sel(figure=THROUGH)
    return dict(zip(map(str, counted["item"].values), np.nan_to_num(counted.values).tolist(), strict=True))


def with_the_same_items(models: Mapping[str, Observations]) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Find the items that all models predict, and by model those that only some do.

    Raises
    ------
    InputError
        If there is none, two models saw other things under one name or were asked another question, or densities that
        were worked out elsewhere rest on other items.
    """
    first, *others = models.values()
    shared = tuple(item for item in first.items if all(item in other.items for other in others))
    if not shared:
        listed = "; ".join(f"{model.name} has {', '.join(model.items[:4])}" for model in models.values())
        raise InputError(f"an item that all models predict was expected: {listed}")
    for other in others:
        for key in ASKED:
            if key in first.asked and key in other.asked and first.asked[key] != other.asked[key]:
                raise InputError(
                    f"models asked the same question were expected: {first.name} has {key} {first.asked[key]}, "
                    f"{other.name} has {other.asked[key]}"
                )
        for item in shared:
            if item in first.seen and item in other.seen and not np.isclose(first.seen[item], other.seen[item]):
                raise InputError(
                    f"the same observation of {item} was expected: {first.name} has {first.seen[item]:g}, "
                    f"{other.name} has {other.seen[item]:g}"
                )
            if item in first.through and item in other.through:
                _refuse_other_silence(item, first, other)
    left_out = {
        name: tuple(item for item in model.items if item not in shared)
        for name, model in models.items()
        if len(model.items) > len(shared)
    }
    for name in left_out:
        if models[name].known is not None:
            raise InputError(
                f"{name}: its densities were worked out given {', '.join(left_out[name][:4])} as well, which another "
                "model has not seen; give the tree instead, so that those can be left out"
            )
    return shared, left_out


def _refuse_other_silence(item: str, first: Observations, other: Observations) -> None:
    """Refuse a silence that two models read through different days: the longer one says more."""
    one, two = first.through[item], other.through[item]
    if not np.isclose(one, two):
        raise InputError(
            f"the same observation of {item} was expected: {first.name} counts silence through month {one:.2f} after "
            f"t = 0, {other.name} through month {two:.2f}; compare them without it"
        )


def pointwise_of(model: Observations, items: Sequence[str]) -> Pointwise:
    """Log density of each of some items given the others of them, in a model that may have seen more."""
    if model.known is not None:
        order = [model.known.items.index(item) for item in items]
        khat = None if model.known.khat is None else model.known.khat[order]
        return Pointwise(tuple(items), model.known.log_density[order], model.known.mcse[order], khat)
    further = np.sum([column for item, column in model.columns.items() if item not in items], axis=0)
    likelihoods = np.stack([model.columns[item] for item in items])
    found = [_weights_without(row, model.efficiency) for row in likelihoods + further]
    weights = np.stack([row for row, _ in found])
    largest = likelihoods.max(axis=1, keepdims=True)
    scaled = np.exp(likelihoods - largest)
    densities = (weights * scaled).sum(axis=1)
    # the error of a ratio of means over weighted draws, to first order, as few draws as they are worth
    errors = np.sqrt((weights**2 * (scaled - densities[:, None]) ** 2).sum(axis=1) / model.efficiency) / densities
    return Pointwise(tuple(items), np.log(densities) + largest[:, 0], errors, np.array([khat for _, khat in found]))


def _weights_without(log_likelihood: Array, efficiency: float) -> tuple[Array, float]:
    """Weights of draws that leave out what has a likelihood in each, and their k-hat.

    They are ArviZ's, but for a tail that it fits nothing to: it refuses one of a single value, and of one that is so up
    to rounding its k-hat is undefined, though leaving out what says the same in every draw takes no weights at all.
    """
    from arviz_stats.base import array_stats

    if np.ptp(log_likelihood) >= SAME:
        try:
            log_weights, khat = array_stats.psislw(log_likelihood, r_eff=efficiency)
        except ValueError:  # a tail of a single value, or of fewer than five draws
            khat = np.nan
        if not np.isnan(khat):
            return np.exp(log_weights), float(khat)
    smoothed = smooth_weights(-log_likelihood)
    return smoothed.weights, smoothed.khat


def _labelled(variables: Any) -> Iterator[tuple[str, Any]]:
    single = len(variables.data_vars) == 1
    for name, values in variables.data_vars.items():
        yield from _entries(str(name), values, single=single)


def _entries(name: str, values: Any, *, single: bool) -> Iterator[tuple[str, Any]]:
    """Every observation of a variable by its label: its item, where the dim says so, else its coordinates."""
    dims = [dim for dim in values.dims if dim not in SAMPLED]
    if not dims:
        yield name, values.values
        return
    stacked = values.transpose(*dims, *(dim for dim in SAMPLED if dim in values.dims))
    labels = [np.asarray(stacked[dim].values if dim in stacked.coords else range(stacked.sizes[dim])) for dim in dims]
    for place in np.ndindex(*(stacked.sizes[dim] for dim in dims)):
        words = ", ".join(str(labels[axis][position]) for axis, position in enumerate(place))
        plain = single or str(dims[-1]).endswith(ITEM)
        yield words if plain else f"{name}[{words}]", stacked.values[place]


def _same(observed: Any, likelihood: Any) -> list[Any]:
    """Names of the observed variables whose likelihoods are there."""
    return [name for name in observed.data_vars if name in likelihood.data_vars]


def _efficiency(posterior: Any) -> float:
    """Effective draws per draw, averaged over the posterior's variables; 1 for a single chain, as ArviZ has it."""
    if posterior.sizes["chain"] == 1:
        return 1.0
    from arviz_stats.base import array_stats

    sizes = []
    for values in posterior.data_vars.values():
        others = [dim for dim in values.dims if dim not in SAMPLED]
        sizes.append(np.ravel(array_stats.ess(values.transpose(*others, *SAMPLED).values, method="mean")))
    draws = posterior.sizes["chain"] * posterior.sizes["draw"]
    return float(np.hstack(sizes).mean() / draws)


def _described(model: Any, groups: Any) -> str:
    return f"groups {', '.join(groups)}" if groups else type(model).__name__
