"""What the date depends on: one quantity at a time, by shares of variance, and by rank correlation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...inference.column_names import QUANTITY, those_under, under
from ...inference.diagnostics import FEWEST_DRAWS, LONG_TAILED, few_draws
from ...inference.draws import Values
from ...inference.estimates import Array, Distribution, Estimate
from ...inference.outcomes import READY, ready_column, ready_under
from ...inference.posterior import Posterior, refuse_other_than_posterior
from ...inference.question import Question
from ...inference.result import Result
from ...inference.weighting import draws_behind_variance
from .one_at_a_time import HIGH, LOW, OneAtATime, one_at_a_time, uncertain_quantities
from .rank_correlation import rank_correlations
from .variance import GIVEN_DATA, SALTELLI, SobolIndex, first_order_from_draws, leading, sobol_from_design

if TYPE_CHECKING:  # its tree is xarray's, which a prior does without
    from .power_scaling import PowerScaling


@dataclass(frozen=True)
class RankCorrelation:
    """Spearman's rank correlation of a quantity with the date.

    Attributes
    ----------
    quantity : str
        Its name.
    value : Estimate
        Between -1 and 1; negative where more of it goes with an earlier date.
    """

    quantity: str
    value: Estimate


@dataclass(frozen=True)
class Sensitivity(Result):
    """What the date depends on.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    one_at_a_time : OneAtATime
        The date with everything at its median, and each quantity's swing, widest first.
    sobol : tuple of SobolIndex
        Shares of variance, largest first.
    sobol_method : str
        A key of `variance.METHODS`.
    rank_correlations : tuple of RankCorrelation
        Strongest first.
    power_scaling : tuple of PowerScaling
        How far prior and likelihood each pull the posterior; empty for a prior.
    notes : tuple of str
        What the reader must know.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, sensitivity
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> first, second = sensitivity(prior).rank_correlations[:2]
    >>> abs(first.value.value) >= abs(second.value.value)
    True
    """

    one_at_a_time: OneAtATime
    sobol: tuple[SobolIndex, ...]
    sobol_method: str
    rank_correlations: tuple[RankCorrelation, ...]
    power_scaling: tuple[PowerScaling, ...] = ()
    notes: tuple[str, ...] = ()


def sensitivity(posterior: Posterior, *, scaled: Sequence[PowerScaling] | None = None) -> Sensitivity:
    """Work out what the date depends on.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    scaled : sequence of PowerScaling, optional
        From `power_scaling_of`, where that has been asked already.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, sensitivity
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = sensitivity(prior)
    >>> found.power_scaling  # of the prior alone: there is no likelihood to scale
    ()
    """
    refuse_other_than_posterior(posterior)
    question, source, of_prior = posterior.question, posterior.source, not posterior.conditioned
    names = uncertain_quantities(question)
    of_each = one_at_a_time(posterior)
    columns = source.map(lambda values: _draws_of(question, values, names))
    ready, drawn = columns[READY], those_under(QUANTITY, columns)
    dependent = [swing for swing in of_each.swings if swing.correlated_with]
    beliefs = question.assumptions.beliefs
    independent = of_prior and not dependent and not any(beliefs[name].parents for name in names)
    distribution = Distribution(ready, source.weighting)
    notes = []
    enough = distribution.quantile(LOW).meaningful
    if not enough:
        notes.append(few_draws(distribution.effective_draws, f"percentiles {LOW:.0%} and {HIGH:.0%}"))
    if dependent:
        notes.append(_on_dependence([swing.quantity for swing in dependent], of_prior=of_prior))
    never = source.weighting.mean((~np.isfinite(ready)).astype(float))
    if never > 0.0:
        sobol = []
        notes.append(f"in {never:.3%} of the draws the event never comes: the date has no variance to share out")
    else:
        counted = source.weighting.counted(ready)
        sobol = (
            _sobol_of_prior(question, names)
            if independent
            else first_order_from_draws(drawn, counted, source.weighting)
        )
        if enough and draws_behind_variance(counted, source.weighting.shares) < FEWEST_DRAWS:
            sobol = [index.as_chance() for index in sobol]
            notes.append(LONG_TAILED)
    correlations = [RankCorrelation(*pair) for pair in rank_correlations(drawn, ready, source.weighting).items()]
    return Sensitivity(
        posterior.origin,
        one_at_a_time=of_each,
        sobol=tuple(leading(sobol)),
        sobol_method=SALTELLI if independent else GIVEN_DATA,
        rank_correlations=tuple(sorted(correlations, key=lambda row: -abs(row.value.value))),
        power_scaling=_power_scaling(posterior) if scaled is None else tuple(scaled),
        notes=tuple(notes),
    )


def _on_dependence(names: Sequence[str], *, of_prior: bool) -> str:
    """Say what correlated quantities change: what is held fixed, and which indices there are."""
    note = (
        f"the prior correlates {', '.join(sorted(names))}: one at a time, each moves alone and the others stay at "
        "their medians"
    )
    indices = "shares of variance are first-order indices from the draws: totals are for independent quantities"
    return f"{note}; {indices}" if of_prior else note


def _draws_of(question: Question, values: Values, names: Sequence[str]) -> Values:
    return {**ready_column(question, values), **under(QUANTITY, {name: values[name] for name in names})}


def _power_scaling(posterior: Posterior) -> tuple[PowerScaling, ...]:
    if not posterior.items:
        return ()
    from .power_scaling import power_scaling_of

    return tuple(power_scaling_of(posterior))


def _sobol_of_prior(question: Question, names: Sequence[str]) -> list[SobolIndex]:
    beliefs = question.assumptions.beliefs
    fixed = [name for name in question.assumptions.needed([question.event]) if name not in names]

    def evaluate(values: dict[str, Array]) -> Array:
        width = next(iter(values.values())).size
        known = {name: beliefs[name].quantile(np.full(width, 0.5)) for name in fixed}
        return ready_under(question, values | known)

    if not names:
        return []
    return sobol_from_design(evaluate, {name: beliefs[name] for name in names}, np.random.default_rng(question.seed))
