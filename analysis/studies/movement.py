"""How far evidence moved the date, and whether by more than its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from ...evidence.schema import Item
from ...evidence.selection import Selection
from ...priors.errors import and_text
from ..inference.conditioning import condition
from ..inference.diagnostics import FEWEST_EFFECTIVE, WORST_KHAT, UntrustworthyError
from ..inference.differences import independent_quantile_shift, quantile_shift
from ..inference.estimates import Distribution, Estimate
from ..inference.importance import ReweightedPrior, weights_given
from ..inference.likelihoods import latent_beliefs, likelihoods, total
from ..inference.outcomes import READY, ready_column
from ..inference.posterior import Posterior, prior_of
from ..inference.probabilities import HEADLINE
from ..inference.request import Request, choose_evidence
from ..inference.streaming import AnyDistribution

ENOUGH = 0.1  # of the effective draws, left without an item: its date's error is then at most three times the answer's


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
    refused : UntrustworthyError or None
        Why what is before cannot be trusted.
    """

    items: tuple[str, ...]
    before: Distribution | None
    shifts: Mapping[float, Estimate]
    note: str = ""
    refused: UntrustworthyError | None = None

    @property
    def beyond_noise(self) -> bool:
        """Whether the median's shift is larger than its Monte Carlo error."""
        middle = self.shifts.get(0.5)
        return middle is not None and not middle.noise


def moved_by_evidence(posterior: Posterior) -> Movement:
    """Say how far all counted items moved the date from where the prior had it.

    Parameters
    ----------
    posterior : Posterior
        Of some items.
    """
    question = posterior.question
    if posterior.shared is not None and isinstance(posterior.source, ReweightedPrior):
        return _on_common_draws(posterior.evidence, posterior.ready, posterior.shared.subset(()).ready)
    before = question.before_evidence
    draws = prior_of(before).source
    ready = draws.map(lambda values: ready_column(before, values))[READY]  # of the prior's answer the date alone
    return moved_apart(posterior.evidence, posterior.ready, Distribution(ready, draws.weighting))


def moved_apart(items: tuple[str, ...], after: AnyDistribution, before: Distribution) -> Movement:
    """Say how far some items moved a date whose two sides share no draws.

    Parameters
    ----------
    items : tuple of str
        Their ids.
    after, before : distribution
        Months since t = 0 with and without them.
    """
    return Movement(items, before, {p: independent_quantile_shift(after, before, p) for p in HEADLINE})


def moved_by_added(posterior: Posterior, request: Request) -> Movement:
    """Say how far the items added for this run moved the date.

    Parameters
    ----------
    posterior : Posterior
        With them.
    request : Request
        What was asked, with files of added items.
    """
    files = {str(path) for path in request.added}
    added = tuple(item.id for item in posterior.items if item.file in files)
    if not added:
        return Movement((), None, {}, f"no added item is counted: {_why_not(posterior, files)}")
    without = choose_evidence(request.question, request.evidence, request.ledger, request.added, count_added=False)
    ready = posterior.ready
    acting = {policy.name for policy in posterior.question.assumptions.enacted}
    if isinstance(posterior.source, ReweightedPrior) and not acting.isdisjoint(added) and posterior.shared is not None:
        subset = posterior.shared.subset([item.id for item in without.counted])
        if subset.smoothed is None or subset.smoothed.good:
            return _on_common_draws(added, ready, subset.ready)
    elif isinstance(posterior.source, ReweightedPrior):
        before = _reweighted(posterior, posterior.source, without.counted)
        if before is not None:
            return _on_common_draws(added, ready, before)
    return _conditioned_apart(request, added, ready, without)


def _why_not(posterior: Posterior, files: Collection[str]) -> str:
    """Why no item of some files is counted."""
    selection, day = posterior.selection, posterior.question.as_of
    aside = [each for each in selection.set_aside if each.item.file in files]
    held = [item for item in (*selection.checks, *selection.priors) if item.file in files]
    if not held and all(each.item.text.known_since > day for each in aside):
        return "all are known only later"
    roles = [f"{item.id} has the role {item.text.role}, not likelihood" for item in held]
    return "; ".join([*(f"{each.item.id} is set aside ({each.reason})" for each in aside), *roles])


def _reweighted(posterior: Posterior, source: ReweightedPrior, items: Sequence[Item]) -> Distribution | None:
    """The date under other items, on the same draws; None where too few of those count under them."""
    if not items:
        return None
    shared, known = posterior.shared, {item.id: item for item in posterior.items}
    if shared is not None and all(known.get(item.id) == item for item in items):
        joint = shared.joint([item.id for item in items])  # worked out with the answer
    else:
        asked = source.extended(latent_beliefs(posterior.question, items))
        joint = total(likelihoods(posterior.question, asked, items))
    smoothed = weights_given(joint, source.prior)
    enough = max(ENOUGH * source.smoothed.effective_draws, FEWEST_EFFECTIVE)
    if smoothed.khat > WORST_KHAT or smoothed.effective_draws < enough:
        return None
    return posterior.ready.reweighted(replace(source.weighting, weights=smoothed.weights))


def _conditioned_apart(request: Request, added: tuple[str, ...], ready: Distribution, without: Selection) -> Movement:
    """Condition once more without the added items: the two answers share no draws, so each must be a sharp one."""
    try:
        other = condition(request.question, without, request.engine)
    except UntrustworthyError as error:
        return Movement(added, None, {}, f"without {and_text(added)} the forecast cannot be trusted", error)
    return moved_apart(added, ready, other.ready)


def _on_common_draws(items: tuple[str, ...], after: Distribution, before: Distribution) -> Movement:
    return Movement(items, before, {p: quantile_shift(after, before, p) for p in HEADLINE})
