"""What a policy or a commitment would change: every lever and regime asked of the same draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...model.policies import Intervention, apply_lever, apply_regime
from ...priors.errors import InputError
from ..inference.draws import Values
from ..inference.estimates import Distribution, Estimate, quantile_shift
from ..inference.outcomes import READY, ready_column, ready_under
from ..inference.posterior import Posterior
from ..inference.result import Result

SHIFT_QUANTILES = (0.5, 0.75, 0.95)
DATE_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CHANGED = "changed:"  # begins the columns of dates under an intervention


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
class Comparison(Result):
    """The baseline, and every counterfactual on the same draws.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that all rest on.
    baseline : Distribution
        Months since t = 0 without intervention.
    counterfactuals : tuple of Counterfactual
        In the order of their table.
    kind : str
        ``levers`` or ``regimes``.
    """

    baseline: Distribution
    counterfactuals: tuple[Counterfactual, ...]
    kind: str


def levers(posterior: Posterior) -> Comparison:
    """Pull every lever, from the day of the question.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    """
    question = posterior.question
    table = question.assumptions.levers
    interventions = {
        name: apply_lever(lever, question.assumptions.race, question.as_of_months) for name, lever in table.items()
    }
    titles = {name: lever.title for name, lever in table.items()}
    return compare(posterior, interventions, titles, "levers")


def regimes(posterior: Posterior) -> Comparison:
    """Ask every commitment regime, from the day of the question.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.

    Raises
    ------
    InputError
        If the budget that a regime changes has been fixed.
    """
    question = posterior.question
    table = question.assumptions.regimes
    for name, regime in table.items():
        if question.assumptions.beliefs[regime.text.quantity].base is None:
            raise InputError(
                f"regime '{name}' changes {regime.text.quantity}, which has been fixed",
                key=f"--set {regime.text.quantity}",
            )
    interventions = {name: apply_regime(regime, question.as_of_months) for name, regime in table.items()}
    titles = {name: regime.text.title for name, regime in table.items()}
    return compare(posterior, interventions, titles, "regimes")


def compare(
    posterior: Posterior, interventions: Mapping[str, Intervention], titles: Mapping[str, str], kind: str
) -> Comparison:
    """Work out the date without and with each intervention, on the same draws."""
    question, source = posterior.question, posterior.source

    def evaluate(values: Values) -> Values:
        changed = {CHANGED + name: ready_under(question, values, change) for name, change in interventions.items()}
        return ready_column(question, values) | changed

    columns = source.map(evaluate)
    baseline = Distribution(columns[READY], source.weighting)
    rows = tuple(
        Counterfactual(name, titles[name], Distribution(columns[CHANGED + name], source.weighting), baseline)
        for name in interventions
    )
    return Comparison(posterior.origin, baseline, rows, kind)
