"""The groups of a result tree, from draws of equal weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from ....evidence.latents import events_of, latent_quantities, with_latents
from ....evidence.likelihood import log_density, simulate
from ....evidence.schema import Item
from ....model.assumptions import multiple_name
from ....model.generative import Outcome, World
from ..draws import StoredDraws, Values
from ..estimates import Array
from ..likelihoods import predictions_of
from ..question import Question

SAMPLED = ("chain", "draw")
CHECK = "_check"  # ends the names of variables whose items are held out
PREDICTED = "predicted:"  # begins the columns of what the model says of items
PROBABILITIES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Variable:
    """A variable of a group.

    Attributes
    ----------
    dims : tuple of str
        Its dims, chain and draw first where it is sampled.
    values : array
        Of that shape.
    unit, title : str
        What it counts, and what it is.
    """

    dims: tuple[str, ...]
    values: Any
    unit: str
    title: str


@dataclass(frozen=True)
class Sample:
    """Draws of equal weight, and what follows from them.

    Attributes
    ----------
    chains : int
        Chains that follow one another.
    values : mapping of str to array of shape (draw,)
        By quantity.
    derived : mapping of str to array of shape (draw,) or (draw, firm)
        Intermediates and dates.
    predicted : mapping of str to array of shape (draw,)
        What the model says of each item's observation.
    """

    chains: int
    values: Values
    derived: Mapping[str, Array]
    predicted: Mapping[str, Array]


class Groups:
    """Makes the groups of a tree.

    Parameters
    ----------
    question : Question
        What was asked.
    counted, checks : sequence of Item
        Items that condition the answer, and items held out.
    """

    def __init__(self, question: Question, counted: Sequence[Item], checks: Sequence[Item]) -> None:
        self.items = (*counted, *checks)
        self._question = replace(question, assumptions=with_latents(question.assumptions, self.items))
        self._clock = question.clock
        self._counted = _by_kind(counted)
        self._all = {**self._counted, **{name + CHECK: items for name, items in _by_kind(checks).items()}}
        assumptions = self._question.assumptions
        multiples = map(multiple_name, events_of(self.items))
        needed = assumptions.needed([question.event], distillation=True)
        self.names = assumptions.with_related([*needed, *latent_quantities(self.items), *multiples])
        self._dependent = assumptions.copula.among(self.names)
        self._beliefs = {name: assumptions.beliefs[name] for name in self.names}

    def sample(self, source: StoredDraws, chains: int = 1) -> Sample:
        """Work out everything that follows from draws; `chains` of them follow one another."""

        def evaluate(values: Values) -> Values:
            world, dates, predicted = predictions_of(self._question, values, self.items)
            return {**_derived(world, dates), **{PREDICTED + name: column for name, column in predicted.items()}}

        columns = source.map(evaluate)
        predicted = {item.id: columns.pop(PREDICTED + item.id) for item in self.items}
        return Sample(chains, source.values, columns, predicted)

    def quantities(self, sample: Sample) -> xr.Dataset:
        """Quantities, intermediates and dates, by name: ``prior`` and ``posterior``."""
        from ....model.naming import UNITS

        variables = {}
        for name in self.names:
            unit, title = self._described(name)
            variables[name] = Variable(SAMPLED, _chained(sample.values[name], sample.chains), unit, title)
        for name, column in sample.derived.items():
            dims = (*SAMPLED, "firm") if column.ndim == 2 else SAMPLED
            variables[name] = Variable(dims, _chained(column, sample.chains), UNITS[name], name.replace("_", " "))
        return dataset(variables, {"firm": list(self._question.assumptions.race.firms)})

    def predictive(self, sample: Sample, seed: int) -> xr.Dataset:
        """Observations that the draws predict: ``prior_predictive`` and ``posterior_predictive``."""
        rng = np.random.default_rng(seed)
        simulated = {item.id: simulate(item, sample.predicted[item.id], self._clock, rng) for item in self.items}
        return self._over_items(self._all, simulated, sample.chains)

    def log_likelihood(self, sample: Sample) -> xr.Dataset:
        """Log likelihood of every counted item in every draw, its weight applied."""
        densities = {
            item.id: log_density(item, item.observation(self._clock), sample.predicted[item.id], self._clock)
            for items in self._counted.values()
            for item in items
        }
        return self._over_items(self._counted, densities, sample.chains, unit="nat")

    def log_prior(self, sample: Sample) -> xr.Dataset:
        """Log prior density of every uncertain quantity, in the coordinate that its base distribution has.

        Quantities that are correlated add an entry: the log density of their copula. All entries sum to the log
        density of all quantities together.
        """
        densities = {
            name: belief.given(sample.values).log_density(sample.values[name])
            for name, belief in self._beliefs.items()
            if belief.base is not None
        }
        for group in self._dependent:
            ranks = [self._beliefs[name].given(sample.values).cdf(sample.values[name]) for name in group.names]
            densities[group.label] = group.log_density(ranks)
        names, columns = list(densities), [_chained(column, sample.chains) for column in densities.values()]
        stacked = Variable((*SAMPLED, "quantity"), np.stack(columns, axis=-1), "nat", "log prior density")
        return dataset({"quantities": stacked}, {"quantity": names})

    def observed(self) -> xr.Dataset:
        """What was seen, in the coordinate of each kind: ``observed_data``."""
        variables, coords = {}, {}
        for name, items in self._all.items():
            dim, coords[f"{name}_item"] = f"{name}_item", [item.id for item in items]
            seen = np.array([item.observation(self._clock) for item in items], dtype=float)
            variables[name] = Variable((dim,), seen, items[0].kind.unit, "what was observed")
        return dataset(variables, coords)

    def constants(self) -> xr.Dataset:
        """Figures of the items, quantiles of the priors, and whose compute each source is: ``constant_data``."""
        variables: dict[str, Variable] = {}
        coords: dict[str, Any] = {}
        assumptions = self._question.assumptions
        for name, items in self._all.items():
            dim, coords[f"{name}_item"] = f"{name}_item", [item.id for item in items]
            figures = [item.figures(self._clock) for item in items]
            for figure in figures[0]:
                numbers = np.array([row[figure] for row in figures], dtype=float)
                variables[f"{name}_{figure}"] = Variable((dim,), numbers, "see the item", figure.replace("_", " "))
        quantiles = np.array([assumptions.quantiles(name, PROBABILITIES) for name in self.names])
        title = "prior quantiles, each in its quantity's unit"
        variables["prior_quantile"] = Variable(("quantity", "probability"), quantiles, "see the quantity", title)
        sources = assumptions.race.sources
        for name, words in (
            ("source_firm", [source.firm for source in sources.values()]),
            ("source_channel", [source.channel for source in sources.values()]),
        ):
            variables[name] = Variable(("source",), np.array(words), "name", name.replace("_", " "))
        return dataset(
            variables, {**coords, "quantity": self.names, "probability": list(PROBABILITIES), "source": list(sources)}
        )

    def _over_items(
        self, groups: Mapping[str, Sequence[Item]], columns: Mapping[str, Array], chains: int, unit: str | None = None
    ) -> xr.Dataset:
        variables, coords = {}, {}
        for name, items in groups.items():
            dim, coords[f"{name}_item"] = f"{name}_item", [item.id for item in items]
            values = np.stack([_chained(columns[item.id], chains) for item in items], axis=-1)
            variables[name] = Variable((*SAMPLED, dim), values, unit or items[0].kind.unit, items[0].kind.name)
        return dataset(variables, coords)

    def _described(self, name: str) -> tuple[str, str]:
        quantities = self._question.assumptions.table.quantities
        if name in quantities:
            return quantities[name].text.unit, quantities[name].text.description
        return "1", "multiple of Mythos's pre-training compute that the event asks for"


def dataset(variables: Mapping[str, Variable], coords: Mapping[str, Any] | None = None) -> xr.Dataset:
    """Build a dataset whose every variable says its unit; chain and draw count from 0."""
    arrays = {
        name: xr.DataArray(variable.values, dims=variable.dims, attrs=_described(variable))
        for name, variable in variables.items()
    }
    built = xr.Dataset(arrays)
    counted = {dim: np.arange(built.sizes[dim]) for dim in SAMPLED if dim in built.sizes}
    named = {dim: np.array(labels) for dim, labels in (coords or {}).items() if dim in built.sizes}
    return built.assign_coords({**counted, **named})


def _described(variable: Variable) -> dict[str, str]:
    """Attributes of a variable. Readers would take "months since" something for calendar dates: that goes apart."""
    unit, since, origin = variable.unit.partition(" since ")
    return {"units": unit, "long_name": variable.title, **({"since": origin} if since else {})}


def _derived(world: World, dates: Outcome) -> Values:
    """Intermediates and dates by the names that the PyMC model gives them."""
    by_firm = {
        "launch": "launch",
        "pool_at_launch": "pool",
        "requirement_at_launch": "requirement",
        "run_length": "run_length",
        "firm_pretrained": "pretrained",
    }
    return {
        "mythos_flop": world.mythos_flop,
        "annual_progress": world.annual_progress,
        "target_flop": dates.target_flop,
        "pretrained": dates.pretrained,
        "ready": dates.ready,
        "flop_per_h100e_month": np.stack(list(world.flop_month.values()), axis=-1),
        **{
            name: np.stack([getattr(contender, attribute) for contender in dates.contenders.values()], axis=-1)
            for name, attribute in by_firm.items()
        },
    }


def _by_kind(items: Sequence[Item]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.kind.name, []).append(item)
    return groups


def _chained(column: Array, chains: int) -> Array:
    return column.reshape(chains, -1, *column.shape[1:])
