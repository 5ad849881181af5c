"""How far evidence moved the date, and whether by more than its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ...evidence.schema import Item
from ...evidence.selection import Selection
from ..inference.answer import Drawn, Request
from ..inference.conditioning import choose_evidence, condition
from ..inference.estimates import Distribution, Estimate, independent_quantile_shift, quantile_shift
from ..inference.importance import ReweightedPrior, total, weights_given
from ..inference.likelihoods import latent_beliefs, likelihoods_of
from ..inference.question import PriorDraws, Question, Values, ready_under
from ..inference.trust import WORST_KHAT, UntrustworthyError

SHIFT_QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Movement:
    """What some items moved, everything else being counted with and without them.

    Attributes
    ----------
    items : tuple of str
        Their ids; empty where none of them is counted.
    before : Distribution or None
        Months since t = 0 without them; None where that cannot be trusted.
    shifts : mapping of float to Estimate
        By probability, how far they moved that quantile, months.
    note : str
        What the reader must know.
    """

    items: tuple[str, ...]
    before: Distribution | None
    shifts: Mapping[float, Estimate]
    note: str = ""

    @property
    def beyond_noise(self) -> bool:
        """Whether the median's shift is larger than its Monte Carlo error."""
        middle = self.shifts.get(0.5)
        return middle is not None and not middle.is_noise


def moved_by_evidence(drawn: Drawn, ready: Distribution) -> Movement:
    """Say how far all counted items moved the date from where the prior had it.

    Parameters
    ----------
    drawn : Drawn
        A posterior.
    ready : Distribution
        Its date, months since t = 0.
    """
    if isinstance(drawn.source, ReweightedPrior):
        prior = Distribution(ready.values, drawn.source.prior.weighting)
        return _movement(drawn.evidence, ready, prior, common=True)
    question = drawn.question
    source = PriorDraws(question)
    dates = source.map(lambda values: {"ready": ready_under(question, values)})["ready"]
    return _movement(drawn.evidence, ready, Distribution(dates, source.weighting), common=False)


def moved_by_added(request: Request, drawn: Drawn, ready: Distribution) -> Movement:
    """Say how far the items added for this run moved the date.

    Parameters
    ----------
    request : Request
        What was asked, with files of added items.
    drawn : Drawn
        The posterior with them.
    ready : Distribution
        Its date, months since t = 0.
    """
    files = {str(path) for path in request.added}
    added = tuple(item.id for item in drawn.items if item.file in files)
    if not added:
        return Movement((), None, {}, "no added item is counted: all are known only later")
    without = choose_evidence(request.question, request.evidence, request.ledger, request.added, count_added=False)
    if isinstance(drawn.source, ReweightedPrior):
        before = _reweighted(drawn.question, drawn.source, without.counted, ready)
        if before is not None:
            return _movement(added, ready, before, common=True)
    return _conditioned_apart(request, added, ready, without, fit=drawn.engine == "importance")


def _reweighted(
    question: Question, source: ReweightedPrior, items: Sequence[Item], ready: Distribution
) -> Distribution | None:
    """The date under other items, on the same draws; None where those cannot be reweighted so."""
    if not items:
        return Distribution(ready.values, source.prior.weighting)

    def evaluate(values: Values) -> Values:
        return dict(likelihoods_of(question, values, items))

    columns = source.extended(latent_beliefs(question, items)).map(evaluate)
    smoothed = weights_given(total(columns), source.prior)
    if smoothed.khat > WORST_KHAT:
        return None
    return Distribution(ready.values, replace(source.weighting, weights=smoothed.weights))


def _conditioned_apart(
    request: Request, added: tuple[str, ...], ready: Distribution, without: Selection, *, fit: bool
) -> Movement:
    """Condition once more without the added items: the two answers share no draws, so each must be a sharp one."""
    try:
        other = condition(request.question, without, request.engine, fit=fit)
    except UntrustworthyError as error:
        return Movement(added, None, {}, f"without {' and '.join(added)} the forecast cannot be trusted: {error}")
    question = other.question
    dates = other.source.map(lambda values: {"ready": ready_under(question, values)})["ready"]
    return _movement(added, ready, Distribution(dates, other.source.weighting), common=False)


def _movement(items: tuple[str, ...], after: Distribution, before: Distribution, *, common: bool) -> Movement:
    shift = quantile_shift if common else independent_quantile_shift
    return Movement(items, before, {p: shift(after, before, p) for p in SHIFT_QUANTILES})
