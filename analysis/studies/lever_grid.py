"""Levers under every commitment of compute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

from ...model.enacted import one_after_another
from ...model.policies import NO_INTERVENTION, Intervention
from ..inference.estimates import Distribution, Estimate
from ..inference.posterior import Posterior
from ..inference.result import Result
from .counterfactuals import (
    Counterfactual,
    acting_day,
    changed_distributions,
    levers_from,
    past_by,
    refuse_fixed_budgets,
    regimes_from,
)


@dataclass(frozen=True)
class Grid(Result):
    """Every lever under every regime.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that all rest on.
    acting_from : date
        The day from which lever and regime act.
    levers, regimes : mapping of str to str
        Titles by id, in the order of their tables.
    past : Estimate
        Share of the draws in which a run has ended pre-training by then, which nothing that acts from that day moves.
    dates : mapping of (str or None, str or None) to Distribution
        By lever and regime, months since t = 0; None stands for no lever or no regime.
    """

    acting_from: date
    levers: Mapping[str, str]
    regimes: Mapping[str, str]
    past: Estimate
    dates: Mapping[tuple[str | None, str | None], Distribution]

    def bought(self, lever: str, regime: str | None, p: float = 0.5) -> Estimate:
        """Months by which a lever delays a quantile, under a regime."""
        return self.effect(lever, regime).shift(p)

    def effect(self, lever: str, regime: str | None) -> Counterfactual:
        """What a lever changes under a regime."""
        title = self.levers[lever]
        return Counterfactual(lever, title, (), self.dates[lever, regime], self.dates[None, regime])


def lever_grid(posterior: Posterior, *, acting_from: date | None = None) -> Grid:
    """Pull every lever under every regime, both from one day.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    acting_from : date, optional
        The day; that of the question by default.

    Raises
    ------
    InputError
        If the budget that a regime changes has been fixed, or the day lies before t = 0.
    """
    question = posterior.question
    day, month = acting_day(question, acting_from)
    refuse_fixed_budgets(question)
    assumptions = question.assumptions
    alone: list[tuple[str | None, Intervention]] = [(None, NO_INTERVENTION)]
    levers = dict([*alone, *levers_from(assumptions, month).items()])
    regimes = dict([*alone, *regimes_from(assumptions, month).items()])
    keys = {f"{lever}/{regime}": (lever, regime) for lever, regime in product(levers, regimes) if lever or regime}
    interventions = {
        key: list(one_after_another([levers[lever], regimes[regime]]))[-1] for key, (lever, regime) in keys.items()
    }
    baseline, dates = changed_distributions(posterior, interventions)
    return Grid(
        posterior.origin,
        day,
        {name: lever.title for name, lever in assumptions.levers.items()},
        {name: regime.text.title for name, regime in assumptions.regimes.items()},
        past_by(posterior, month),
        {(None, None): baseline, **{pair: dates[key] for key, pair in keys.items()}},
    )
