"""The groups of a result tree, from draws of equal weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from ....evidence.layout import FIGURES, OBSERVATION, OBSERVED, figures_of
from ....evidence.likelihood import simulate
from ....evidence.schema import Item
from ....model.events import describe_quantity
from ....model.naming import DIMS, UNITS
from ..consequences import Consequences, Sample
from ..estimates import Array
from ..probabilities import HEADLINE
from .schema import SAMPLED

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


class Groups:
    """Makes the groups of a tree.

    Parameters
    ----------
    consequences : Consequences
        Works out what they hold.
    """

    def __init__(self, consequences: Consequences) -> None:
        self.consequences = consequences
        self.counted, self.checks = consequences.counted, consequences.checks
        self._question, self._clock = consequences.question, consequences.question.clock
        self._names = consequences.names

    def quantities(self, sample: Sample) -> xr.Dataset:
        """Quantities, intermediates and dates, by name: ``prior`` and ``posterior``."""
        variables = {}
        for name in self._names:
            title, unit = describe_quantity(self._question.assumptions.table, name)
            variables[name] = Variable(SAMPLED, _chained(sample.values[name], sample.chains), unit, title)
        for name, column in sample.derived.items():
            dims = (*SAMPLED, *DIMS[name])
            variables[name] = Variable(dims, _chained(column, sample.chains), UNITS[name], name.replace("_", " "))
        return dataset(variables, self.consequences.coords)

    def predictive(self, sample: Sample, items: Sequence[Item], seed: int) -> xr.Dataset:
        """Observations of items that the draws predict, counted (``posterior_predictive``) or not (``predictions``)."""
        rng = np.random.default_rng(seed)
        simulated = [simulate(item, sample.predicted[item.id], self._clock, rng) for item in items]
        return self._over_items(items, simulated, sample.chains, BY_ITEM, "observation predicted")

    def log_likelihood(self, sample: Sample) -> xr.Dataset:
        """Log likelihood of every counted item in every draw, its weight applied."""
        densities = list(self.consequences.log_likelihood(sample).values())
        return self._over_items(self.counted, densities, sample.chains, "nat", "log likelihood")

    def log_prior(self, sample: Sample) -> xr.Dataset:
        """Log prior density of every uncertain quantity, and of every group of correlated ones."""
        densities = self.consequences.log_prior(sample)
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
        quantiles = np.array([assumptions.quantiles(name, HEADLINE) for name in self._names])
        title = "prior quantiles, each in its quantity's unit"
        month = Variable((), np.float64(self._question.as_of_months), "months since t = 0", "day of the question")
        variables = {
            "as_of_month": month,
            "prior_quantile": Variable(("quantity", "probability"), quantiles, "see the quantity", title),
        }
        for name in self.consequences.known:
            title, unit = describe_quantity(self._question.assumptions.table, name)
            variables[name] = Variable((), assumptions.beliefs[name].quantile(0.5), unit, title)
        sources = assumptions.race.sources
        for name, words in (
            ("source_firm", [source.firm for source in sources.values()]),
            ("source_channel", [source.channel for source in sources.values()]),
        ):
            variables[name] = Variable(("source",), np.array(words), "name", name.replace("_", " "))
        coords = {"quantity": self._names, "probability": list(HEADLINE), "source": list(sources)}
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
