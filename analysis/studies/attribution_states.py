"""Forecasts on the way from one to another: each a posterior, on draws of its own or on those of its neighbour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ...evidence.latents import with_latents
from ...evidence.schema import Item
from ..inference.diagnostics import UntrustworthyError
from ..inference.draws import DrawSource, PriorDraws
from ..inference.estimates import Distribution, Estimate
from ..inference.importance import ReweightedPrior
from ..inference.likelihoods import latent_beliefs
from ..inference.posterior import Posterior
from ..inference.probabilities import HEADLINE
from ..inference.question import Question
from ..inference.snapshot import Snapshot, posterior_on
from ..inference.subsets import SharedDraws

ENOUGH = 0.9  # of a neighbour's effective draws: with fewer left, draws of its own make the smaller error


@dataclass(frozen=True, eq=False)
class State:
    """A forecast on the way.

    Attributes
    ----------
    question : Question
        What is asked.
    ready : Distribution
        The date, months since t = 0.
    source : DrawSource
        Its draws; where it was worked out by importance, the prior's that are weighted.
    ess : float
        Effective number of draws.
    khat : float or None
        Pareto shape of their weights; None for the prior's.
    known : Distribution or None
        At an end of the way, the date on which it is publicly known; None where the model does not tell.
    """

    question: Question
    ready: Distribution
    source: DrawSource
    ess: float
    khat: float | None
    known: Distribution | None = None

    @cached_property
    def quantiles(self) -> Mapping[float, Estimate]:
        """Quantiles of the date, months, by probability."""
        return {p: self.ready.quantile(p) for p in HEADLINE}


def state_of(question: Question, posterior: Posterior) -> State:
    """Take a posterior by importance, or the prior, as a forecast on the way."""
    source = posterior.source.prior if isinstance(posterior.source, ReweightedPrior) else posterior.source
    return State(question, posterior.ready, source, posterior.diagnostics.ess, posterior.diagnostics.khat)


def end_state(snapshot: Snapshot, posterior: Posterior | None = None) -> State:
    """Return the forecast at an end of the way; worked out again where it is not at hand, or was not by importance.

    Raises
    ------
    UntrustworthyError
        If its draws cannot be trusted.
    """
    if posterior is None or posterior.engine == "nuts":
        posterior = snapshot.posterior()
    return replace(state_of(snapshot.question, posterior), known=posterior.known)


def state_on(question: Question, items: Mapping[str, Item]) -> State | None:
    """Work out a forecast on draws of its own; None where they cannot be trusted."""
    try:
        return state_of(question, posterior_on(question, items.values()))
    except UntrustworthyError:
        return None


def on_draws_of(other: State, question: Question, items: Mapping[str, Item]) -> State | None:
    """Work out a forecast on the draws of another; None where they are of other priors, or too few count."""
    if not isinstance(other.source, PriorDraws) or other.question.assumptions is not question.assumptions:
        return None
    if replace(other.question, as_of=question.as_of) != question:
        return None
    counted = tuple(items.values())
    asked = replace(question, assumptions=with_latents(question.assumptions, counted))
    source = other.source.extended(latent_beliefs(asked, counted))
    subset = SharedDraws(asked, counted, source).subset(list(items))
    ess = subset.ready.weighting.effective_draws()
    if ess < ENOUGH * other.ess or (subset.smoothed is not None and not subset.smoothed.good):
        return None
    return State(question, subset.ready, other.source, ess, None if subset.smoothed is None else subset.khat)
