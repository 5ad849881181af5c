"""What a policy or a commitment would change: every lever and regime asked of the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...model.policies import Intervention, apply_lever, apply_regime
from ...priors.errors import InputError
from ..inference.estimates import Distribution, Estimate, quantile_shift
from ..inference.question import DrawSource, Question, Values, ready_under

SHIFT_QUANTILES = (0.5, 0.75, 0.95)
DATE_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Counterfactual:
    """One lever or regime, beside the baseline on the same draws.

    Attributes
    ----------
    id, title : str
        What it is.
    ready : Distribution
        Months since t = 0 under it.
    baseline : Distribution
        Months since t = 0 without it.
    """

    id: str
    title: str
    ready: Distribution
    baseline: Distribution

    def shift(self, p: float) -> Estimate:
        """How far the quantile p lies from the baseline's, months."""
        return quantile_shift(self.ready, self.baseline, p)


@dataclass(frozen=True)
class Comparison:
    """The baseline, and every counterfactual on the same draws.

    Attributes
    ----------
    question : Question
        What was asked.
    baseline : Distribution
        Months since t = 0 without intervention.
    counterfactuals : tuple of Counterfactual
        In the order of their table.
    kind : str
        ``levers`` or ``regimes``.
    engine : str
        What made the draws.
    evidence : tuple of str
        Items counted.
    """

    question: Question
    baseline: Distribution
    counterfactuals: tuple[Counterfactual, ...]
    kind: str
    engine: str = "forward"
    evidence: tuple[str, ...] = ()


def levers(question: Question, source: DrawSource, **origin: Any) -> Comparison:
    """Pull every lever, from the day of the question.

    Parameters
    ----------
    question : Question
        What is asked.
    source : DrawSource
        Draws from the prior or a posterior.
    **origin
        Further fields of `Comparison` (engine, evidence).
    """
    table = question.assumptions.levers
    interventions = {
        name: apply_lever(lever, question.assumptions.race, question.as_of_months) for name, lever in table.items()
    }
    titles = {name: lever.title for name, lever in table.items()}
    return compare(question, source, interventions, titles, "levers", **origin)


def regimes(question: Question, source: DrawSource, **origin: Any) -> Comparison:
    """Ask every commitment regime, from the day of the question.

    Parameters
    ----------
    question, source, origin
        As for `levers`.

    Raises
    ------
    InputError
        If the budget that a regime changes has been fixed.
    """
    table = question.assumptions.regimes
    for name, regime in table.items():
        if question.assumptions.beliefs[regime.text.quantity].base is None:
            raise InputError(
                f"regime '{name}' changes {regime.text.quantity}, which has been fixed",
                key=f"--set {regime.text.quantity}",
            )
    interventions = {name: apply_regime(regime, question.as_of_months) for name, regime in table.items()}
    titles = {name: regime.text.title for name, regime in table.items()}
    return compare(question, source, interventions, titles, "regimes", **origin)


def compare(
    question: Question,
    source: DrawSource,
    interventions: Mapping[str, Intervention],
    titles: Mapping[str, str],
    kind: str,
    **origin: Any,
) -> Comparison:
    """Work out the date without and with each intervention, on the same draws."""

    def evaluate(values: Values) -> Values:
        dates = {"": ready_under(question, values)}
        return dates | {name: ready_under(question, values, change) for name, change in interventions.items()}

    columns = source.map(evaluate)
    baseline = Distribution(columns.pop(""), source.weighting)
    rows = tuple(
        Counterfactual(name, titles[name], Distribution(dates, source.weighting), baseline)
        for name, dates in columns.items()
    )
    return Comparison(question, baseline, rows, kind, **origin)
