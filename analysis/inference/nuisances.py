r"""Nuisance quantities of evidence, drawn from where evidence leaves them given all else.

The error of an organisation, the optimism of a benchmark, the price of an hour: only items ask of them, and each adds
to what an item's observation is predicted to be. With their normal scores z, and f what is predicted where these are 0,

.. math:: y = f + J z + e, \qquad e \sim \mathrm N(0, R), \qquad z \sim \mathrm N(0, I),

so that given all else, which decides f, they are normal [1]_,

.. math:: z \mid f, y \sim \mathrm N\big(S J^T R^{-1} (y - f),\ S\big), \qquad S = (I + J^T R^{-1} J)^{-1},

and what all else has to answer for is :math:`y \sim \mathrm N(f, J J^T + R)`. A proposal that draws them so needs to
find its way among the other quantities alone, where the posterior is far wider than with them. Where an item's
likelihood is not normal, R is its curvature at the observation: weights make up for the difference.

References
----------
.. [1] Casella and Robert, Rao-Blackwellisation of sampling schemes, Biometrika 83 (1996).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...evidence.latents import events_of, latent_quantities
from ...evidence.likelihood import log_densities, log_density
from ...evidence.schema import Item
from ...model.draws import QuantileTransform, uniform_numbers
from ...priors.normal_quantile import normal_quantile
from ...priors.normal_rank import normal_rank
from ...priors.scores import LARGEST_UNIFORM, SMALLEST_UNIFORM
from .draws import PriorDraws, Values
from .estimates import Array
from .likelihoods import predictions_of, total
from .proposal import HIGHEST_SCORE, LOWEST_SCORE
from .question import Question

LOOKED_AT = 12  # draws of the prior, in each of which a nuisance has to add the same
MOVED = np.array([-0.5, 0.5])  # of a score, to see what it adds
STRETCHED = 1.25  # covariance that they are drawn with, over S: likelihoods with heavier tails than normal leave more
SAME = 1e-6  # relative: what is added may differ by so much, which is rounding
STEP = 1e-2  # of a prediction: the curvature of a likelihood at its top is worked out over it
REACH = 3.0  # standard deviations from there, over which a likelihood falls off as its normal stand-in does
STREAM = 1_314_212_179  # sets the random numbers of the draws looked at apart from all others of a seed


@dataclass(frozen=True, eq=False)
class Predicting:
    """What is predicted of some items, given values of all quantities; unlike a closure, it can be pickled.

    Attributes
    ----------
    question : Question
        What is asked.
    items : tuple of Item
        Whose observations.
    """

    question: Question
    items: tuple[Item, ...]

    @classmethod
    def some(cls, question: Question, items: Sequence[Item], ids: Collection[str]) -> Predicting:
        """Predict those of the items that have one of some ids."""
        return cls(question, tuple(item for item in items if item.id in ids))

    def __call__(self, values: Values) -> Mapping[str, Array]:
        """Return what is predicted of each item, by its id."""
        return predictions_of(self.question, values, self.items)[2]


@dataclass(frozen=True, eq=False)
class Nuisances:
    """Nuisance quantities of some items, and what they add to predictions.

    Attributes
    ----------
    names : tuple of str
        The quantities.
    places : array of int, shape (nuisance,)
        Rows of their uniform numbers among those of the draws.
    items : tuple of str
        Items whose predictions they add to, and whose likelihood is taken to be normal.
    slopes : array of shape (item, nuisance)
        J.
    observed, variances : array of shape (item,)
        y, and the diagonal of R.
    transform : QuantileTransform
        Turns their uniforms into values.
    predict : callable
        Given values of all quantities, returns what is predicted of each of these items, by its id.
    """

    names: tuple[str, ...]
    places: NDArray[np.intp]
    items: tuple[str, ...]
    slopes: Array
    observed: Array
    variances: Array
    transform: QuantileTransform
    predict: Callable[[Values], Mapping[str, Array]]

    def settle(
        self, values: Values, ranks: Array, widened: Array, wide: float, scored: Collection[str] = frozenset()
    ) -> tuple[Array, Array]:
        """Draw them anew in some draws, in place: given all else and the items, wherever these are possible.

        Parameters
        ----------
        values : dict of str to array of shape (draw,)
            Of all quantities, the nuisances' drawn from their prior.
        ranks : array of shape (nuisance, draw)
            Uniforms that these were made of; of those `scored`, their normal scores.
        widened : array of shape (draw,)
            Factor of their covariance with which each is drawn; 0 where it stays.
        wide : float
            Such a factor.
        scored : collection of str
            Nuisances in whose rows there are normal scores instead of ranks.

        Returns
        -------
        as_they_are, as_wide : array of shape (draw,)
            Log density of the nuisances, given all else and the items, over that under their prior: with a factor of 1,
            and of `wide`.
        """
        ranked = np.array([name not in scored for name in self.names])
        scores = ranks.copy()
        scores[ranked] = normal_quantile(ranks[ranked])
        residuals, possible = self._residuals(self.predict(values), scores)
        expected = self._gain @ residuals
        drawn = possible & (widened > 0.0)
        scores = np.where(drawn, expected + np.sqrt(widened) * (self._root @ scores), scores)
        rows = np.clip(scores, LOWEST_SCORE, HIGHEST_SCORE)
        drawn_ranks = np.clip(normal_rank(scores[ranked]), SMALLEST_UNIFORM, LARGEST_UNIFORM)
        rows[ranked] = np.where(drawn, drawn_ranks, ranks[ranked])
        values |= self.transform(rows, scores=scored)
        away = self._whitening @ (scores - expected)
        squares = np.einsum("nd,nd->d", away, away)
        volume = np.log(np.diagonal(self._root)).sum()
        prior = -0.5 * np.einsum("nd,nd->d", scores, scores)
        others = volume + 0.5 * len(self.names) * math.log(wide)
        found = -0.5 * squares - volume - prior, -0.5 * squares / wide - others - prior
        return np.where(possible, found[0], 0.0), np.where(possible, found[1], 0.0)

    def log_marginal(self, predicted: Mapping[str, Array], scores: Array | float = 0.0) -> Array:
        """Log likelihood of the items, the nuisances integrated out; up to a constant.

        Parameters
        ----------
        predicted : mapping of str to array of shape (draw,)
            By item.
        scores : array of shape (nuisance, draw), optional
            Of the nuisances that the prediction was made with; 0 where nothing is said.
        """
        residuals, possible = self._residuals(predicted, scores)
        standard = self._marginal_whitening @ residuals
        return np.where(possible, -0.5 * np.einsum("id,id->d", standard, standard), -np.inf)

    def _residuals(self, predicted: Mapping[str, Array], scores: Array | float) -> tuple[Array, NDArray[np.bool_]]:
        """What was observed beyond what is predicted without the nuisances, shape (item, draw), and in which draws.

        Where the event never comes nothing is predicted of a lag: it is not observed, whatever the nuisances are.
        """
        found: Array = self.observed[:, None] - np.stack([predicted[item] for item in self.items])
        possible: NDArray[np.bool_] = np.isfinite(found).all(axis=0)
        found = np.where(possible, found, 0.0)
        return (found if isinstance(scores, float) else found + self.slopes @ scores), possible

    @cached_property
    def _gain(self) -> Array:
        found: Array = self._covariance @ (self.slopes / self.variances[:, None]).T
        return found

    @cached_property
    def _root(self) -> Array:
        return np.linalg.cholesky(STRETCHED * self._covariance)

    @cached_property
    def _whitening(self) -> Array:
        return np.linalg.inv(self._root)  # once: a chunk then takes a product

    @cached_property
    def _covariance(self) -> Array:
        precision = np.eye(len(self.names)) + self.slopes.T @ (self.slopes / self.variances[:, None])
        return np.linalg.inv(precision)

    @cached_property
    def _marginal_whitening(self) -> Array:
        return np.linalg.inv(np.linalg.cholesky(self.slopes @ self.slopes.T + np.diag(self.variances)))


def nuisances_of(question: Question, prior: PriorDraws, items: Sequence[Item]) -> Nuisances | None:
    """Find the nuisances of some items by looking at what each adds to their predictions.

    Parameters
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    prior : PriorDraws
        Of everything that the question and the items depend on.
    items : sequence of Item
        What is counted.

    Returns
    -------
    Nuisances or None
        None where there is none.
    """
    normal = {item.id: near for item in items if (near := _as_normal(question, item)) is not None}
    names = _only_of_items(question, prior, items)
    if not (normal and names):
        return None

    added = _added(prior, names, Predicting.some(question, items, normal), tuple(normal))
    adding = [name for name, column in zip(names, added.T, strict=True) if np.isfinite(column).all()]
    whole = [group for group in _groups(prior, adding) if added[:, [names.index(name) for name in group]].any()]
    named = sorted(names.index(name) for group in whole for name in group)
    if not named:
        return None
    touched = np.flatnonzero(added[:, named].any(axis=1))
    rows = {name: place for place, name in enumerate(prior.transform.names)}
    found = tuple(names[place] for place in named)
    ids = tuple(list(normal)[place] for place in touched)
    observed, variances = (np.array(column) for column in zip(*(normal[name] for name in ids), strict=True))
    return Nuisances(
        names=found,
        places=np.array([rows[name] for name in found]),
        items=ids,
        slopes=added[np.ix_(touched, named)],
        observed=observed,
        variances=variances,
        transform=QuantileTransform(question.assumptions.beliefs, found, prior.copula),
        predict=Predicting.some(question, items, ids),
    )


def integrated_likelihood(
    question: Question, values: Values, items: Sequence[Item], nuisances: Nuisances | None
) -> Array:
    """Log likelihood of some items in a chunk of draws, up to a constant, shape (draw,).

    Parameters
    ----------
    question, values, items
        As of `predictions_of`; the nuisances have values of the score 0.
    nuisances : Nuisances, optional
        Integrated out, if there are some.
    """
    predicted = predictions_of(question, values, items)[2]
    others = [item for item in items if nuisances is None or item.id not in nuisances.items]
    beside = log_densities(others, predicted, question.clock)
    found = total(beside) if beside else 0.0
    return np.asarray(found if nuisances is None else found + nuisances.log_marginal(predicted))


def _as_normal(question: Question, item: Item) -> tuple[float, float] | None:
    """Prediction that explains an item best, and the variance that its likelihood has about it; None where it doubts.

    The variance is that of the normal likelihood which falls off as much over `REACH` standard deviations, of those at
    its top: one with heavy tails is the wider for them.
    """
    clock = question.clock
    if item.stated_reliability(clock) not in (None, 1.0) or item.kind.two_outcomes(item.observed):
        return None
    value = item.observation(clock)
    best, step, variance = item.kind.explanation(value, item.figures(clock)), STEP, math.nan
    for _ in range(2):
        below, there, above = log_density(item, value, best + step * np.array([-1.0, 0.0, 1.0]), clock)
        fall = float(2.0 * there - below - above)
        if not (math.isfinite(fall) and fall > 0.0):
            return None
        variance = step**2 / fall
        step = REACH * math.sqrt(variance)
    return best, variance


def _only_of_items(question: Question, prior: PriorDraws, items: Sequence[Item]) -> list[str]:
    """Quantities that nothing but items depends on, and that give no numbers of others nor take theirs from them."""
    needed = question.assumptions.needed([question.event, *events_of(items)], distillation=True)
    beliefs, drawn = question.assumptions.beliefs, prior.transform.names
    tied = {parent for name in drawn for parent in beliefs[name].parents}
    return [
        name
        for name in latent_quantities(items, question.assumptions)
        if name in drawn and name not in needed and name not in tied and not beliefs[name].parents
    ]


def _groups(prior: PriorDraws, names: Sequence[str]) -> list[tuple[str, ...]]:
    """Names by what they are correlated with; those that are with others left out."""
    partners = {name: {name, *prior.copula.partners(name)} for name in names}
    return list(dict.fromkeys(tuple(sorted(group)) for group in partners.values() if group <= set(names)))


def _added(
    prior: PriorDraws, names: Sequence[str], predict: Callable[[Values], Mapping[str, Array]], items: Sequence[str]
) -> Array:
    """What a unit of each nuisance's score adds to each item's prediction, shape (item, nuisance); NaN where it varies.

    One call looks at all: draws as they are, followed by the same with each score moved.
    """
    rows = {name: place for place, name in enumerate(prior.transform.names)}
    ranks = uniform_numbers(len(rows), LOOKED_AT, np.random.default_rng([STREAM, prior.seed]))
    moves = [(rows[name], move) for name in names for move in MOVED]
    every = np.tile(ranks, len(moves) + 1)
    for number, (row, move) in enumerate(moves, start=1):
        every[row, number * LOOKED_AT : (number + 1) * LOOKED_AT] = normal_rank(normal_quantile(ranks[row]) + move)
    predicted = predict(prior.transform(every))
    found = np.stack([predicted[item].reshape(-1, LOOKED_AT) for item in items])
    told = np.isfinite(found[:, :1])  # where the event never comes nothing is predicted that could be added to
    slopes = np.subtract(found[:, 1:], found[:, :1], out=np.zeros_like(found[:, 1:]), where=told)
    slopes = slopes.reshape(len(items), len(names), MOVED.size, LOOKED_AT) / MOVED[:, None]
    counted = {"axis": (2, 3), "where": told[:, :, None]}
    least, most = slopes.min(**counted, initial=np.inf), slopes.max(**counted, initial=-np.inf)
    finite = np.isfinite(least) & np.isfinite(most)
    same = finite & (most - least <= SAME * np.abs(most[finite]).max(initial=0.0))
    added = np.full(same.shape, np.nan)
    added[same] = 0.5 * (least[same] + most[same])
    return added
