"""Mythos's size: parameters and tokens that its compute implies by rules of thumb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....model.forward import outcome
from ....model.size import SIZE_QUANTITIES, implied_size, thread_flop
from ....priors.errors import InputError
from ...inference.draws import Values
from ...inference.estimates import Distribution
from ...inference.posterior import Posterior, refuse_other_than_posterior
from ...inference.question import Question
from ...inference.result import Result

MEASURES = ("flop", "tokens", "parameters", "active_parameters")


@dataclass(frozen=True)
class SizedCompute:
    """A given compute, and the size it implies.

    Attributes
    ----------
    title : str
        Whose figure it is.
    flop : float
        Training compute, FLOP.
    tokens, parameters, active_parameters : float
        The size.
    """

    title: str
    flop: float
    tokens: float
    parameters: float
    active_parameters: float


@dataclass(frozen=True)
class Sizes(Result):
    """Mythos's size as draws have it, and that of given figures for its compute.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    mythos : dict of str to Distribution
        Compute (FLOP), tokens, parameters and active parameters.
    thread : tuple of SizedCompute
        The thread's own table: runs from one month to the longest possible.
    given : tuple of SizedCompute
        Figures that were asked about.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, sizes
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> sorted(sizes(prior).mythos)
    ['active_parameters', 'flop', 'parameters', 'tokens']
    """

    mythos: dict[str, Distribution]
    thread: tuple[SizedCompute, ...]
    given: tuple[SizedCompute, ...]


def sizes(posterior: Posterior, flops: Sequence[float] = ()) -> Sizes:
    """Work out Mythos's size.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    flops : sequence of float
        Further figures for its compute (FLOP) to size.

    Raises
    ------
    InputError
        If a figure is not positive.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, sizes
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> sizes(prior, flops=[1e27]).given[0].flop
    1e+27
    """
    refuse_other_than_posterior(posterior)
    for flop in flops:
        if not 0.0 < flop < float("inf"):
            raise InputError(f"FLOP above 0 were expected, not {flop:g}", key="--flop")
    question, source = posterior.question, posterior.source
    assumptions = question.assumptions

    def evaluate(values: Values) -> Values:
        flop = outcome(assumptions, values, event=question.event)[0].mythos_flop
        size = implied_size(np, assumptions, flop, values)
        return {"flop": flop, **{name: getattr(size, name) for name in MEASURES[1:]}}

    beliefs = assumptions.beliefs_of(SIZE_QUANTITIES)
    columns = source.extended(beliefs).map(evaluate)
    return Sizes(
        posterior.origin,
        {name: Distribution(columns[name], source.weighting) for name in MEASURES},
        tuple(size_given(question, flop, f"{days} days") for days, flop in thread_flop(assumptions).items()),
        tuple(size_given(question, flop, "given") for flop in flops),
    )


def size_given(question: Question, flop: float, title: str) -> SizedCompute:
    """Size of a model of a given compute, the rules of thumb at their medians."""
    assumptions = question.assumptions
    medians = {name: float(assumptions.quantiles(name, 0.5)) for name in SIZE_QUANTITIES}
    size = implied_size(np, assumptions, flop, medians)
    return SizedCompute(title, flop, float(size.tokens), float(size.parameters), float(size.active_parameters))
