"""What other ways the world could go would mean for the date, each beside the baseline on the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...model.forward import change_from
from ..inference.draws import Values
from ..inference.estimates import Distribution, Estimate, quantile_shift
from ..inference.json_values import date_as_json, shift_as_json, significant
from ..inference.outcomes import FIRST, READY, first_shares, outcome_of
from ..inference.posterior import Posterior
from ..inference.question import Question
from ..inference.result import Result
from .counterfactuals import DATE_QUANTILES, SHIFT_QUANTILES
from .scenario_world import ScenarioWorld


@dataclass(frozen=True)
class ScenarioResult:
    """One scenario, beside the baseline on the same draws.

    Attributes
    ----------
    id, title : str
        What it is.
    references : tuple of str
        The texts it comes from.
    ready, baseline : Distribution
        Months since t = 0, under it and without it.
    first_firm : dict of str to Estimate
        Probability that each firm is first under it.
    newcomers : dict of str to Distribution
        Months since t = 0 at which each firm that it brings in is ready itself, first or not.
    """

    id: str
    title: str
    references: tuple[str, ...]
    ready: Distribution
    baseline: Distribution
    first_firm: dict[str, Estimate]
    newcomers: dict[str, Distribution]

    def shift(self, p: float) -> Estimate:
        """How far the quantile p lies from the baseline's, months."""
        return quantile_shift(self.ready, self.baseline, p)


@dataclass(frozen=True)
class ScenarioComparison(Result):
    """The baseline, and every scenario on the same draws.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that all rest on.
    baseline : Distribution
        The date as things are, in months since t = 0.
    scenarios : tuple of ScenarioResult
        In the order asked for.
    """

    baseline: Distribution
    scenarios: tuple[ScenarioResult, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON object of ``catchup scenarios``."""
        question = self.question
        return {
            **self.origin.as_json(),
            "baseline": {"quantiles": _dates_as_json(self.baseline, question)},
            "scenarios": [
                {
                    "id": row.id,
                    "title": row.title,
                    "source": ", ".join(row.references),
                    "quantiles": _dates_as_json(row.ready, question),
                    "shift": {f"{p:g}": shift_as_json(row.shift(p)) for p in SHIFT_QUANTILES},
                    "first_firm": {firm: round(share.value, 5) for firm, share in row.first_firm.items()},
                    "first_firm_mcse": {firm: significant(share.mcse) for firm, share in row.first_firm.items()},
                    "newcomers": {
                        firm: {"quantiles": _dates_as_json(own, question)} for firm, own in row.newcomers.items()
                    },
                }
                for row in self.scenarios
            ],
        }


def scenarios(posterior: Posterior, ids: Sequence[str] | None = None) -> ScenarioComparison:
    """Ask scenarios, each beginning on the day of the question.

    Parameters
    ----------
    posterior : Posterior
        Or a prior, of the baseline.
    ids : sequence of str, optional
        Which scenarios; all by default.

    Notes
    -----
    A scenario changes what happens from the day of the question on: runs that have ended by then stand, those under
    way do the rest under it, and no other launches before that day. Quantities that it believes otherwise keep each
    draw's rank; quantities that it brings in are drawn beside the baseline's.

    Raises
    ------
    InputError
        If a scenario is unknown or does not fit the model.
    """
    question, source = posterior.question, posterior.source
    base = question.assumptions
    worlds = [ScenarioWorld(question, name) for name in (ids if ids is not None else base.scenarios)]
    added = {name: belief for world in worlds for name, belief in world.own_beliefs.items()}

    def evaluate(values: Values) -> Values:
        current, before = outcome_of(question, values)
        columns = {READY: before.ready}
        change = change_from(question.as_of_months, current, {question.event: before})
        for world in worlds:
            result = world.run(world.values(values), change)
            columns[f"{world.id}/ready"] = result.ready
            columns |= {f"{world.id}/{FIRST}{firm}": share for firm, share in first_shares(result).items()}
            columns |= {f"{world.id}/{firm}": result.ready_of(firm) for firm in world.newcomers}
        return columns

    columns = (source.extended(added) if added else source).map(evaluate)
    weighting = source.weighting
    baseline = Distribution(columns[READY], weighting)

    def row(world: ScenarioWorld) -> ScenarioResult:
        text = base.scenarios[world.id].text
        firms = world.assumptions.race.firms
        return ScenarioResult(
            id=world.id,
            title=text.title,
            references=text.references,
            ready=Distribution(columns[f"{world.id}/ready"], weighting),
            baseline=baseline,
            first_firm={firm: weighting.estimate(columns[f"{world.id}/{FIRST}{firm}"]) for firm in firms},
            newcomers={firm: Distribution(columns[f"{world.id}/{firm}"], weighting) for firm in world.newcomers},
        )

    return ScenarioComparison(posterior.origin, baseline, tuple(map(row, worlds)))


def _dates_as_json(months: Distribution, question: Question) -> dict[str, Any]:
    return {f"{p:g}": date_as_json(months.quantile(p), question) for p in DATE_QUANTILES}
