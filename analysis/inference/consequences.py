"""Draws of equal weight and all that follows from them: intermediates, dates, predictions and log densities.

What a result tree holds, as plain arrays: the names are those that the PyMC model gives (`model.graph`,
`evidence.graph`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...evidence.latents import events_of, latent_quantities, with_latents, with_own_quantities
from ...evidence.likelihood import log_densities, predictions
from ...evidence.schema import Item
from ...model.forward import outcome
from ...model.generative import Outcome, World
from ...model.naming import DIMS, Naming, unnamed
from .column_names import under
from .draws import StoredDraws, Values
from .estimates import Array, Weighting
from .importance import RESAMPLED_CHAINS, ReweightedPrior
from .likelihoods import latent_beliefs
from .posterior import Posterior
from .question import Question
from .terms import PREDICTED

KEPT_DRAWS = 8_000


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


class Consequences:
    """Works out what follows from draws.

    Parameters
    ----------
    question : Question
        What was asked.
    counted, checks : sequence of Item
        Items that condition the answer, and items held out.

    Attributes
    ----------
    question : Question
        The latent quantities of the items among its assumptions.
    events : list of str
        Whose dates are worked out: the one asked for first.
    names, known : list of str
        Quantities that all this depends on, uncertain and certain ones.
    """

    def __init__(self, question: Question, counted: Sequence[Item], checks: Sequence[Item]) -> None:
        self.counted, self.checks = tuple(counted), tuple(checks)
        self.items = (*self.counted, *self.checks)
        assumptions = with_own_quantities(with_latents(question.assumptions, self.counted), self.checks)
        self.question = replace(question, assumptions=assumptions)
        self.events = list(dict.fromkeys([question.event, *events_of(self.counted)]))
        needed = assumptions.needed(self.events, distillation=True)
        names = assumptions.with_related([*needed, *latent_quantities(self.counted, assumptions)])
        self.names = [name for name in names if not assumptions.beliefs[name].certain]
        self.known = [name for name in names if assumptions.beliefs[name].certain]
        self._dependent = assumptions.copula.among(self.names)
        self._beliefs = {name: assumptions.beliefs[name] for name in self.names}

    @property
    def coords(self) -> dict[str, list[str]]:
        """Labels of the dims that columns lie along."""
        return {"event": self.events, "firm": list(self.question.assumptions.race.firms)}

    def sample(self, source: StoredDraws, chains: int = 1) -> Sample:
        """Work out everything that follows from draws; `chains` of them follow one another."""
        columns = source.map(self._evaluate)
        predicted = {item.id: columns.pop(PREDICTED + item.id) for item in self.items}
        return Sample(chains, source.values, columns, predicted)

    def log_likelihood(self, sample: Sample) -> dict[str, Array]:
        """Log likelihood of every counted item in every draw, shape (draw,), its weight applied."""
        return log_densities(self.counted, sample.predicted, self.question.clock)

    def log_prior(self, sample: Sample) -> dict[str, Array]:
        """Log prior density of every uncertain quantity, shape (draw,), in the coordinate of its base distribution.

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
        return densities

    def _evaluate(self, values: Values) -> Values:
        """Every variable that the PyMC model names, and what it says of every item."""
        draws = next(iter(values.values())).size
        told: dict[str, dict[Any, Any]] = {}

        def keep(name: str, value: Any) -> Any:
            # where policies have been enacted, what holds from the last one on is told last
            told.setdefault(name, {}).update(value if isinstance(value, Mapping) else {None: value})
            return value

        world, outcomes = self._race(values, self.events, None, keep)
        others = [event for event in events_of(self.checks) if event not in self.events]
        outcomes |= self._race(values, others, world, unnamed)[1]
        columns = {name: self._table(name, rows, draws) for name, rows in told.items()}
        question = self.question
        predicted = predictions(
            self.items, question.assumptions, values, world, outcomes, question.as_of, heard=self.counted
        )
        return {**columns, **under(PREDICTED, {name: np.broadcast_to(row, draws) for name, row in predicted.items()})}

    def _race(
        self, values: Values, events: Sequence[str], world: World | None, name: Naming
    ) -> tuple[World, dict[str, Outcome]]:
        """Work out the world, unless it is known, and by event the outcome."""
        question, outcomes = self.question, {}
        for event in events:
            world, outcomes[event] = outcome(
                question.assumptions,
                values,
                event=event,
                launch_grid=question.launch_grid,
                as_of_month=question.as_of_months,
                world=world,
                name=name,
            )
        assert world is not None  # the question's own event comes first
        return world, outcomes

    def _table(self, name: str, rows: Mapping[Any, Any], draws: int) -> Array:
        """Lay a variable's values out along its dims, shape (draw, ...)."""
        labels = [self.coords[dim] for dim in DIMS[name]]
        places = [place if len(place) > 1 else place[0] for place in product(*labels)] if labels else [None]
        table = np.stack([np.broadcast_to(rows[place], draws) for place in places], axis=-1)
        return table.reshape(draws, *(len(each) for each in labels))


def consequences_of(posterior: Posterior) -> Consequences:
    """Return what works out all that follows from a posterior's draws."""
    return Consequences(posterior.question, posterior.items, posterior.selection.checks)


def equal_draws(posterior: Posterior, draws: int = KEPT_DRAWS) -> tuple[StoredDraws, NDArray[np.intp]]:
    """Keep a few thousand draws of equal weight, with the latent quantities of the items.

    Parameters
    ----------
    posterior : Posterior
        Of some items, or a prior with weights.
    draws : int
        How many to keep at most: importance draws are resampled, chains thinned.

    Returns
    -------
    kept : StoredDraws
        The draws.
    places : array of int
        Which of the weighted draws each is, or which of its chain's.

    Raises
    ------
    TypeError
        If the draws are of another kind.
    """
    draws, source = max(draws // RESAMPLED_CHAINS, 1) * RESAMPLED_CHAINS, posterior.source
    latents = latent_beliefs(posterior.question, (*posterior.items, *posterior.selection.checks))
    if isinstance(source, ReweightedPrior):
        resampled, places = source.resampled(draws, np.random.default_rng(posterior.question.seed))
        return resampled.extended(latents), places
    if not isinstance(source, StoredDraws):
        raise TypeError(f"no way to keep some of the draws of {type(source).__name__}")
    chains, every = source.weighting.chains, source.weighting.draws
    step = max(-(-every // draws), 1)
    values = {name: column.reshape(chains, -1)[:, ::step].ravel() for name, column in source.values.items()}
    kept = next(iter(values.values())).size
    stored = StoredDraws(values, Weighting(kept, chains=chains), posterior.question.seed, source.copula)
    return stored.extended(latents), np.arange(0, every // chains, step)
