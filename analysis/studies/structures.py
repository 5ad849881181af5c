r"""Structure comparison: models of different shape asked the same question, and what would tell them apart.

Three shapes: the race for compute, the trends of measured lags, and the mobilisation of domestic chips. Their
dates stand side by side, pooled in three ways:

- the linear pool, the mixture of the densities, which keeps every structure's tails;
- the quantile pool, the mean of the quantiles, which keeps their common shape;
- stacking, a mixture whose weights make the items that all structures predict most likely when each is left out.

How much of the spread lies between structures is the share of the linear pool's variance that its structures'
means explain. What would tell them apart soonest is the month end at which "ready by then, or not" is expected to
say most of which structure holds: the mutual information :math:`I(K; 1[T \le t])`, in bits.

References
----------
.. [1] Yao, Vehtari, Simpson and Gelman, Using stacking to average Bayesian predictive distributions (2018).
.. [2] Lichtendahl, Grushka-Cockayne and Winkler, Is it better to average probabilities or quantiles? (2013).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from ...evidence.schema import Item
from ...model.calendar import month_ends
from ...model.trend import load_trends
from ..inference.estimates import Array, Distribution, Weighting
from ..inference.forecast import MONTHS_AHEAD
from ..inference.importance import smooth_weights
from ..inference.likelihoods import likelihoods, prior_for, total
from ..inference.posterior import Posterior
from ..inference.question import Question
from ..inference.result import Result
from .readings.mobilisation import SCENARIO
from .readings.trend import condition_trend, draw_trend
from .readings.trend_evidence import countable
from .scenarios import scenarios

COMPUTE, MOBILISATION = "compute-gate", "mobilisation"
MOBILISATION_SCENARIO = SCENARIO
POOL_DRAWS = 20_000  # equally likely values that stand for each structure in a pool
TELLING = 0.1  # bits; information that is called telling
EM_STEPS = 2_000


@dataclass(frozen=True)
class Structure:
    """One model shape's answer.

    Attributes
    ----------
    id, title : str
        The structure's name in results, and for people.
    ready : Distribution
        Months since t = 0.
    """

    id: str
    title: str
    ready: Distribution


@dataclass(frozen=True)
class Telling:
    """What the question "ready by this day, or not" would say of the structures.

    Attributes
    ----------
    day : date
    information : float
        Bits expected.
    chances : mapping of str to float
        Probability by then, by structure.
    """

    day: date
    information: float
    chances: Mapping[str, float]


@dataclass(frozen=True)
class Structures(Result):
    """Structures side by side.

    Attributes
    ----------
    origin : Origin
        The question, and the race's draws.
    structures : tuple of Structure
        One row each.
    ensembles : tuple of Structure
        Their pools.
    stacking_weights : mapping of str to float
        By structure.
    stacked_on : tuple of str
        Items that all structures predict.
    between : float
        Share of the linear pool's variance that lies between structures.
    telling : tuple of Telling
        By month end.
    """

    structures: tuple[Structure, ...]
    ensembles: tuple[Structure, ...]
    stacking_weights: Mapping[str, float]
    stacked_on: tuple[str, ...]
    between: float
    telling: tuple[Telling, ...]

    @property
    def soonest(self) -> Telling:
        """The first month end that is telling; the most telling one where none is."""
        return next(
            (row for row in self.telling if row.information >= TELLING),
            max(self.telling, key=lambda row: row.information),
        )


def structures(posterior: Posterior) -> Structures:
    """Ask every structure, and pool them.

    Parameters
    ----------
    posterior : Posterior
        Of the race, or its prior; the other structures are asked on the same items.

    Raises
    ------
    UntrustworthyError
        If a trend and the evidence hardly overlap.
    """
    question, items = posterior.question, posterior.items
    trends = load_trends(question.assumptions)
    rows = [Structure(COMPUTE, "Compute gate", posterior.ready)]
    (mobilised,) = scenarios(posterior, [MOBILISATION_SCENARIO]).scenarios
    rows.append(Structure(MOBILISATION, "Mobilisation of domestic chips", mobilised.ready))
    for name, text in trends.items():
        carried = condition_trend(question, name, text, countable(question.assumptions, text, items, question.event))
        rows.append(Structure(f"trend-{name}", text.title, carried.ready))
    shared = _shared_items(question, items, trends)
    densities = _left_out_densities(question, items, shared, trends)
    weights = _stacked(rows, densities)
    ensembles = (
        Structure("linear-pool", "Linear pool, equal weights", linear_pool(rows)),
        Structure("quantile-pool", "Quantile pool, equal weights", quantile_pool(rows)),
        Structure("stacking", "Linear pool, stacked weights", linear_pool(rows, weights)),
    )
    return Structures(
        posterior.origin,
        tuple(rows),
        ensembles,
        weights,
        tuple(item.id for item in shared),
        between_share(rows),
        tuple(telling(question, rows)),
    )


def representative(ready: Distribution, count: int = POOL_DRAWS) -> Array:
    """Equally likely values that stand for a distribution, shape (count,)."""
    return ready.quantile_values((np.arange(count) + 0.5) / count)


def linear_pool(rows: Sequence[Structure], weights: Mapping[str, float] | None = None) -> Distribution:
    """Mix the densities, by weights or equally."""
    share = weights or {row.id: 1.0 / len(rows) for row in rows}
    values = np.concatenate([representative(row.ready) for row in rows])
    probability = np.concatenate([np.full(POOL_DRAWS, share[row.id] / POOL_DRAWS) for row in rows])
    return Distribution(values, Weighting(values.size, weights=probability / probability.sum()))


def quantile_pool(rows: Sequence[Structure]) -> Distribution:
    """Average the quantiles."""
    values = np.mean([representative(row.ready) for row in rows], axis=0)
    return Distribution(values, Weighting(values.size))


def between_share(rows: Sequence[Structure]) -> float:
    """Share of the equal-weight linear pool's variance that lies between the structures' means."""
    means = np.array([row.ready.mean.value for row in rows])
    within = np.array([row.ready.sd**2 for row in rows])
    between = means.var()
    return float(between / (between + within.mean()))


def telling(question: Question, rows: Sequence[Structure]) -> list[Telling]:
    """Work out, for the coming month ends, what "ready by then, or not" would say of the structures."""
    calendar = question.assumptions.calendar
    entries = []
    for day in month_ends(question.as_of, MONTHS_AHEAD):
        moment = calendar.months(day + timedelta(days=1))
        chances = {row.id: row.ready.probability_below(moment).value for row in rows}
        entries.append(Telling(day, mutual_information(list(chances.values())), chances))
    return entries


def mutual_information(chances: Sequence[float]) -> float:
    """Bits that a yes or no is expected to give about which of several equally likely structures holds."""
    return _entropy(float(np.mean(chances))) - float(np.mean([_entropy(chance) for chance in chances]))


def stacking_weights(log_densities: Array) -> Array:
    """Weights that maximise the mean log of the mixed predictive densities.

    Parameters
    ----------
    log_densities : array of shape (item, structure)
        Log density of each item, left out, under each structure.

    Returns
    -------
    array of shape (structure,)
        Not negative, summing to one. The objective is concave; expectation maximisation climbs it.
    """
    items, count = log_densities.shape
    weights = np.full(count, 1.0 / count)
    if items == 0:
        return weights
    densities = np.exp(log_densities - log_densities.max(axis=1, keepdims=True))
    for _ in range(EM_STEPS):
        shares = weights * densities
        updated = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(updated - weights).max() < 1e-12:
            break
        weights = updated
    return weights


def _shared_items(question: Question, items: Sequence[Item], trends: Mapping[str, Any]) -> list[Item]:
    """Items that every structure predicts."""
    counted = [countable(question.assumptions, text, items, question.event) for text in trends.values()]
    return [item for item in items if all(item in each for each in counted)]


def _left_out_densities(
    question: Question, items: Sequence[Item], shared: Sequence[Item], trends: Mapping[str, Any]
) -> dict[str, Array]:
    """Log predictive density of each shared item given the others, by structure; shape (item,)."""
    if not shared:
        return {}
    columns = likelihoods(question, prior_for(question, items), items)
    found = {COMPUTE: _each_left_out(columns, shared)}
    for name, text in trends.items():
        counted = countable(question.assumptions, text, items, question.event)
        drawn, _ = draw_trend(question, text, counted)
        found[f"trend-{name}"] = _each_left_out({item.id: drawn[item.id] for item in counted}, shared)
    return found


def _each_left_out(columns: Mapping[str, Array], shared: Sequence[Item]) -> Array:
    whole = smooth_weights(total(columns)).log_mean.value
    rest = [
        smooth_weights(total(others)).log_mean.value if others else 0.0
        for item in shared
        for others in [{name: column for name, column in columns.items() if name != item.id}]
    ]
    return whole - np.array(rest)


def _stacked(rows: Sequence[Structure], densities: Mapping[str, Array]) -> dict[str, float]:
    """Stack; mobilisation shares the race's weight, from which nothing known today tells it."""
    if not densities:
        return {row.id: 1.0 / len(rows) for row in rows}
    names = list(densities)
    weights = dict(zip(names, stacking_weights(np.stack([densities[name] for name in names], axis=1)), strict=True))
    twins = [row.id for row in rows if row.id in (COMPUTE, MOBILISATION)]
    return {row.id: float(weights[COMPUTE] / len(twins) if row.id in twins else weights[row.id]) for row in rows}


def _entropy(chance: float) -> float:
    if chance <= 0.0 or chance >= 1.0:
        return 0.0
    return -(chance * math.log2(chance) + (1.0 - chance) * math.log2(1.0 - chance))
