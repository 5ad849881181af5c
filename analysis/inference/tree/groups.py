"""The groups of a result tree, from draws of equal weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr

from ....evidence.latents import events_of, latent_quantities, with_latents
from ....evidence.layout import FIGURES, OBSERVATION, OBSERVED, figures_of
from ....evidence.likelihood import log_density, predictions, simulate
from ....evidence.schema import Item
from ....model.assumptions import multiple_name
from ....model.gate import launch_and_pool
from ....model.generative import Outcome, World, describe_world, run_race
from ....model.naming import DIMS, UNITS, Naming, unnamed
from ..draws import StoredDraws, Values
from ..estimates import Array
from ..question import Question

SAMPLED = ("chain", "draw")
PREDICTED = "predicted:"  # begins the columns of what the model says of items
PROBABILITIES = (0.05, 0.5, 0.95)
BY_ITEM = "see the item's unit"


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
    derived : mapping of str to array of shape (draw, ...)
        Intermediates and dates, over the dims that `DIMS` names.
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
        self.counted, self.checks = tuple(counted), tuple(checks)
        self.items = (*self.counted, *self.checks)
        self._question = replace(question, assumptions=with_latents(question.assumptions, self.items))
        self._clock = question.clock
        self._events = list(dict.fromkeys([question.event, *events_of(self.counted)]))
        assumptions = self._question.assumptions
        needed = assumptions.needed(self._events, distillation=True)
        names = assumptions.with_related([*needed, *latent_quantities(self.counted)])
        self.names = [name for name in names if not assumptions.beliefs[name].certain]
        self._known = [name for name in names if assumptions.beliefs[name].certain]
        self._dependent = assumptions.copula.among(self.names)
        self._beliefs = {name: assumptions.beliefs[name] for name in self.names}

    def sample(self, source: StoredDraws, chains: int = 1) -> Sample:
        """Work out everything that follows from draws; `chains` of them follow one another."""
        columns = source.map(self._evaluate)
        predicted = {item.id: columns.pop(PREDICTED + item.id) for item in self.items}
        return Sample(chains, source.values, columns, predicted)

    def _evaluate(self, values: Values) -> Values:
        """Every variable that the PyMC model names, and what it says of every item."""
        question, assumptions = self._question, self._question.assumptions
        draws = next(iter(values.values())).size
        columns: Values = {}

        def keep(name: str, value: Any) -> Any:
            rows = list(value.values()) if isinstance(value, Mapping) else [value]
            table = np.stack([np.broadcast_to(row, draws) for row in rows], axis=-1)
            columns[name] = table.reshape(draws, *(len(self._coords[dim]) for dim in DIMS[name]))
            return value

        world = describe_world(np, assumptions, values, name=keep)
        outcomes = self._race(world, values, self._events, keep)
        others = [event for event in events_of(self.checks) if event not in self._events]
        outcomes |= self._race(world, values, others, unnamed)
        predicted = predictions(self.items, assumptions, values, world, outcomes, question.as_of)
        return {**columns, **{PREDICTED + name: np.broadcast_to(row, draws) for name, row in predicted.items()}}

    def _race(self, world: World, values: Values, events: Sequence[str], name: Naming) -> dict[str, Outcome]:
        return run_race(
            np,
            self._question.assumptions,
            world,
            {event: values[multiple_name(event)] for event in events},
            values,
            launch_and_pool,
            launch_grid=self._question.launch_grid,
            as_of_month=self._question.as_of_months,
            name=name,
        )

    @property
    def _coords(self) -> dict[str, list[str]]:
        return {"event": self._events, "firm": list(self._question.assumptions.race.firms)}

    def quantities(self, sample: Sample) -> xr.Dataset:
        """Quantities, intermediates and dates, by name: ``prior`` and ``posterior``."""
        variables = {}
        for name in self.names:
            unit, title = self._described(name)
            variables[name] = Variable(SAMPLED, _chained(sample.values[name], sample.chains), unit, title)
        for name, column in sample.derived.items():
            dims = (*SAMPLED, *DIMS[name])
            variables[name] = Variable(dims, _chained(column, sample.chains), UNITS[name], name.replace("_", " "))
        return dataset(variables, self._coords)

    def predictive(self, sample: Sample, items: Sequence[Item], seed: int) -> xr.Dataset:
        """Observations of items that the draws predict, counted (``posterior_predictive``) or not (``predictions``)."""
        rng = np.random.default_rng(seed)
        simulated = [simulate(item, sample.predicted[item.id], self._clock, rng) for item in items]
        return self._over_items(items, simulated, sample.chains, BY_ITEM, "observation predicted")

    def log_likelihood(self, sample: Sample) -> xr.Dataset:
        """Log likelihood of every counted item in every draw, its weight applied."""
        densities = [
            log_density(item, item.observation(self._clock), sample.predicted[item.id], self._clock)
            for item in self.counted
        ]
        return self._over_items(self.counted, densities, sample.chains, "nat", "log likelihood")

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
        """What was seen of counted items, each in the coordinate of its kind: ``observed_data``."""
        return self._seen(self.counted, OBSERVATION)

    def held_out(self) -> xr.Dataset:
        """What was seen of items held out, and their figures: ``predictions_constant_data``."""
        return self._seen(self.checks, OBSERVED).assign(self._figures(self.checks).data_vars)

    def constants(self) -> xr.Dataset:
        """What is known: certain quantities, quantiles of the others, figures of the items: ``constant_data``."""
        assumptions = self._question.assumptions
        quantiles = np.array([assumptions.quantiles(name, PROBABILITIES) for name in self.names])
        title = "prior quantiles, each in its quantity's unit"
        month = Variable((), np.float64(self._question.as_of_months), "months since t = 0", "day of the question")
        variables = {
            "as_of_month": month,
            "prior_quantile": Variable(("quantity", "probability"), quantiles, "see the quantity", title),
        }
        for name in self._known:
            unit, title = self._described(name)
            variables[name] = Variable((), assumptions.beliefs[name].quantile(0.5), unit, title)
        sources = assumptions.race.sources
        for name, words in (
            ("source_firm", [source.firm for source in sources.values()]),
            ("source_channel", [source.channel for source in sources.values()]),
        ):
            variables[name] = Variable(("source",), np.array(words), "name", name.replace("_", " "))
        coords = {"quantity": self.names, "probability": list(PROBABILITIES), "source": list(sources)}
        return xr.merge([dataset(variables, coords), self._figures(self.counted)])

    def _seen(self, items: Sequence[Item], name: str) -> xr.Dataset:
        seen = np.array([item.observation(self._clock) for item in items], dtype=float)
        return self._along_items({name: Variable(("item",), seen, BY_ITEM, "what was observed")}, items)

    def _figures(self, items: Sequence[Item]) -> xr.Dataset:
        """Figures of items, undefined where an item's kind has none of that name."""
        names = figures_of(items, self._clock)
        rows = [item.figures(self._clock) for item in items]
        table = np.array([[row.get(name, np.nan) for name in names] for row in rows], dtype=float)
        title = "figures that predictions and densities take"
        variables = {FIGURES: Variable(("item", "figure"), table, "see the item's kind", title)} if items else {}
        return self._along_items(variables, items, figure=names)

    def _over_items(
        self, items: Sequence[Item], columns: Sequence[Array], chains: int, unit: str, title: str
    ) -> xr.Dataset:
        values = np.stack([_chained(column, chains) for column in columns], axis=-1)
        return self._along_items({OBSERVATION: Variable((*SAMPLED, "item"), values, unit, title)}, items)

    def _along_items(self, variables: Mapping[str, Variable], items: Sequence[Item], **coords: Any) -> xr.Dataset:
        """A dataset over items, which says the kind of each, and the unit of what is observed."""
        built = dataset(variables, {"item": [item.id for item in items], **coords})
        if not items:
            return built
        kinds, units = [item.kind.name for item in items], [item.kind.unit for item in items]
        return built.assign_coords(kind=("item", np.array(kinds)), unit=("item", np.array(units)))

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


def _chained(column: Array, chains: int) -> Array:
    return column.reshape(chains, -1, *column.shape[1:])
