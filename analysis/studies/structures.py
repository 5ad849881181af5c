r"""Structures: models of different shape asked the same question, and what would tell them apart.

Three shapes: the race for compute, the trends of measured lags, and the mobilisation of domestic chips; and whatever
users register (see `structure_registry`). Their dates stand side by side. One that the evidence contradicts has no
date: it is named, with the reason. Two that are one answer twice, or carry one measurement forward twice, would count
it double: the later one is marked as a duplicate, shown, and left out of all pools:

- the linear pool, the mixture of the densities, which keeps every structure's tails;
- the quantile pool, the mean of the quantiles, which keeps their common shape;
- stacking, a mixture whose weights make the items that all structures predict most likely when each is left out;
  withheld where too few items speak (see `comparison`).

How well each structure predicts the items that all of them predict, each given the others of these alone, stands
beside them. How much of the spread lies between structures is the share of the linear pool's variance that its
structures' means explain. What would tell them apart soonest is the month end at which "ready by then, or not" is
expected to say most of which structure holds: the mutual information :math:`I(K; 1[T \le t])`, in bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ...evidence.rumours import rumours_in
from ...evidence.schema import Item
from ..inference.column_names import ITEM, those_under, under
from ..inference.estimates import Array, Distribution, Weighting
from ..inference.likelihoods import likelihoods, prior_for
from ..inference.posterior import Posterior, refuse_other_than_posterior
from ..inference.question import Question
from ..inference.result import Result
from .comparison import ModelComparison, compare_pointwise, left_out_of_prior
from .other_structures import draw_structure, other_structures
from .pointwise import Pointwise
from .pools import LINEAR, QUANTILE, STACKING, between_share, linear_pool, quantile_pool
from .structure_dates import Refused, StructureDate, dates_of_structures, left_out_of, pooled
from .structure_evidence import countable
from .structure_registry import COMPUTE, MOBILISATION, Structure
from .telling import Telling, soonest, telling

Draw = Callable[[Sequence[Item]], tuple[Mapping[str, Array], Weighting]]
"""Draws a structure from its prior, with the log likelihood of every item under `ITEM` and its id."""


@dataclass(frozen=True)
class Structures(Result):
    """Structures side by side.

    Attributes
    ----------
    origin : Origin
        The question, and the race's draws.
    structures : tuple of StructureDate
        One row each.
    ensembles : tuple of StructureDate
        Their pools.
    comparison : ModelComparison
        How well each predicts the items that all of them predict.
    stacking_weights : mapping of str to float or None
        By structure that is pooled; None where they are withheld.
    withheld : str
        Why; empty where they are given.
    between : float or None
        Share of the linear pool's variance that lies between structures; None where there is none, see `between_share`.
    telling : tuple of Telling
        By month end.
    left_out : tuple of str
        Titles of those that do not date the question's event.
    refused : tuple of Refused
        Those without an answer, and why.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, structures
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = structures(prior)
    >>> 0.0 <= found.between <= 1.0, [row.id for row in found.ensembles]
    (True, ['linear-pool', 'quantile-pool'])
    """

    structures: tuple[StructureDate, ...]
    ensembles: tuple[StructureDate, ...]
    comparison: ModelComparison
    stacking_weights: Mapping[str, float] | None
    withheld: str
    between: float | None
    telling: tuple[Telling, ...]
    left_out: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def pooled(self) -> tuple[StructureDate, ...]:
        """Those that pools are made of: all but the duplicates."""
        return pooled(self.structures)

    @property
    def stacked_on(self) -> tuple[str, ...]:
        """Items that all structures predict."""
        return self.comparison.items

    @property
    def soonest(self) -> Telling:
        """The first month end that is telling; the most telling one where none is."""
        return soonest(self.telling)


def structures(posterior: Posterior) -> Structures:
    """Ask every structure, and pool them.

    Parameters
    ----------
    posterior : Posterior
        Of the race, or its prior; the other structures are asked on the same items.

    Raises
    ------
    InputError
        If no model of another shape dates the question's event.
    UntrustworthyError
        If the evidence contradicts all models of another shape.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, structures
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> [row.id for row in structures(prior).structures][:2]
    ['compute-gate', 'mobilisation']
    """
    refuse_other_than_posterior(posterior)
    question, items = posterior.question, posterior.items
    rows, refused = dates_of_structures(posterior)
    asked = {row.id for row in rows}
    others = [each for each in other_structures(question) if each.name in asked]
    kept = {row.id: row.ready for row in pooled(rows)}
    shared = _shared_items(question, items, others)
    densities = _left_out_densities(question, shared, others) if shared else {}
    weights, withheld = _stacking(densities, kept)
    ensembles = [
        StructureDate(LINEAR, "Linear pool, equal weights", linear_pool(kept)),
        StructureDate(QUANTILE, "Quantile pool, equal weights", quantile_pool(kept)),
    ]
    if weights is not None:
        ensembles.append(StructureDate(STACKING, "Linear pool, stacked weights", linear_pool(kept, weights)))
    return Structures(
        posterior.origin,
        rows,
        tuple(ensembles),
        compare_pointwise(densities),
        weights,
        withheld,
        between_share(kept),
        tuple(telling(question, {row.id: row.ready for row in rows}, kept)),
        left_out_of(question),
        refused,
    )


def _shared_items(question: Question, items: Sequence[Item], others: Sequence[Structure]) -> list[Item]:
    """Items that every structure predicts."""
    counted = [countable(question.assumptions, each, items) for each in others]
    return [item for item in items if all(item in each for each in counted)]


def _left_out_densities(
    question: Question, shared: Sequence[Item], others: Sequence[Structure]
) -> dict[str, Pointwise]:
    """Log predictive density of each shared item given the other shared ones and no further item, by structure.

    The mobilisation has none of its own: it begins on the day of the question, and says of what was seen before what
    the race says.
    """
    prior = prior_for(question, shared)

    def raced(items: Sequence[Item]) -> tuple[Mapping[str, Array], Weighting]:
        return under(ITEM, likelihoods(question, prior, items)), prior.weighting

    draws: dict[str, Draw] = {COMPUTE: raced}
    draws |= {each.name: partial(draw_structure, question, each) for each in others}
    return {name: _left_out(question, draw, shared) for name, draw in draws.items()}


def _left_out(question: Question, draw: Draw, shared: Sequence[Item]) -> Pointwise:
    """Log predictive density of each shared item, the others saying what they do where it is not there."""

    def drawn(items: Sequence[Item]) -> tuple[dict[str, Array], Weighting]:
        columns, weighting = draw(items)
        return those_under(ITEM, columns), weighting

    heard = [rumour.report.id for rumours in rumours_in(shared, question.as_of).values() for rumour in rumours]
    # the same draws: the silence beside a report asks for all that the report does
    without = {name: drawn([item for item in shared if item.id != name])[0] for name in heard}
    return left_out_of_prior(*drawn(shared), without)


def _stacking(
    densities: Mapping[str, Pointwise], kept: Mapping[str, Distribution]
) -> tuple[dict[str, float] | None, str]:
    """Weights of the structures that are pooled, or why there are none; a mobilisation shares the race's weight."""
    among = compare_pointwise({name: found for name, found in densities.items() if name in kept})
    if among.weights is None:
        return None, among.reason
    sharing = [name for name in (COMPUTE, MOBILISATION) if name in kept]
    return {
        name: among.weights[COMPUTE] / len(sharing) if name in sharing else among.weights[name] for name in kept
    }, ""
