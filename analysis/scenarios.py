"""What other ways the world could go would mean for the date, each beside the baseline on the same draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..model.assumptions import Assumptions, under_scenario
from ..model.forward import launches, outcome
from ..model.generative import Outcome
from ..model.policies import redrawn
from ..priors.families import Family
from .counterfactuals import DATE_QUANTILES, SHIFT_QUANTILES
from .estimates import Array, Distribution, Estimate, quantile_shift
from .forecast import date_as_json, shift_as_json
from .question import DrawSource, Question, Values, outcome_of


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
    """

    id: str
    title: str
    references: tuple[str, ...]
    ready: Distribution
    baseline: Distribution
    first_firm: dict[str, Estimate]

    def shift(self, p: float) -> Estimate:
        """How far the quantile p lies from the baseline's, months."""
        return quantile_shift(self.ready, self.baseline, p)


@dataclass(frozen=True)
class ScenarioComparison:
    """The baseline, and every scenario on the same draws."""

    question: Question
    baseline: Distribution
    scenarios: tuple[ScenarioResult, ...]
    engine: str = "forward"
    evidence: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON object of ``catchup scenarios``."""
        question = self.question
        rows = [
            {
                "id": row.id,
                "title": row.title,
                "source": ", ".join(row.references),
                "quantiles": {f"{p:g}": date_as_json(row.ready.quantile(p), question) for p in DATE_QUANTILES},
                "shift": {f"{p:g}": shift_as_json(row.shift(p)) for p in SHIFT_QUANTILES},
                "first_firm": {firm: round(share.value, 5) for firm, share in row.first_firm.items()},
            }
            for row in self.scenarios
        ]
        return {
            "schema": 1,
            "event": question.event,
            "as_of": question.as_of.isoformat(),
            "engine": self.engine,
            "draws": self.baseline.weighting.draws,
            "seed": question.seed,
            "evidence": list(self.evidence),
            "baseline": {
                "quantiles": {f"{p:g}": date_as_json(self.baseline.quantile(p), question) for p in DATE_QUANTILES}
            },
            "scenarios": rows,
        }


def scenarios(
    question: Question, source: DrawSource, ids: Sequence[str] | None = None, **origin: Any
) -> ScenarioComparison:
    """Ask scenarios, each beginning on the day of the question.

    Parameters
    ----------
    question : Question
        What is asked.
    source : DrawSource
        Draws from the prior or a posterior of the baseline.
    ids : sequence of str, optional
        Which scenarios; all by default.
    **origin
        Further fields of `ScenarioComparison` (engine, evidence).

    Notes
    -----
    A scenario changes what happens from the day of the question on: launches that came before it stand, and
    no other predates it. Quantities that it believes otherwise keep each draw's rank; quantities that it
    brings in are drawn beside the baseline's.

    Raises
    ------
    InputError
        If a scenario is unknown or does not fit the model.
    """
    base = question.assumptions
    worlds = {name: under_scenario(base, name) for name in (ids if ids is not None else base.scenarios)}
    added: dict[str, Family] = {}
    for name, world in worlds.items():
        added |= {_private(name, key): world.beliefs[key] for key in _brought_in(base, world, question.event)}

    def evaluate(values: Values) -> Values:
        _, before = outcome_of(question, values)
        columns = {"ready": before.ready}
        for name, world in worlds.items():
            result = _outcome_under(question, name, world, values, before)
            ends = np.stack([contender.pretrained for contender in result.contenders.values()])
            columns[f"{name}/ready"] = result.ready
            columns[f"{name}/first"] = ends.argmin(axis=0)
        return columns

    columns = source.extended(added).map(evaluate) if added else source.map(evaluate)
    weighting = source.weighting
    baseline = Distribution(columns["ready"], weighting)
    rows = []
    for name, world in worlds.items():
        shares = {}
        for index, firm in enumerate(world.race.firms):
            first = (columns[f"{name}/first"] == index).astype(float)
            shares[firm] = Estimate(weighting.mean(first), weighting.mcse(first))
        text = base.scenarios[name].text
        rows.append(
            ScenarioResult(
                name, text.title, text.references, Distribution(columns[f"{name}/ready"], weighting), baseline, shares
            )
        )
    return ScenarioComparison(question, baseline, tuple(rows), **origin)


def _outcome_under(question: Question, name: str, world: Assumptions, values: Values, before: Outcome) -> Outcome:
    base = question.assumptions
    own: dict[str, Array] = {key: values[_private(name, key)] for key in world.beliefs if _private(name, key) in values}
    changed = {
        key: world.beliefs[key]
        for key in world.needed([question.event])
        if key in base.beliefs and world.beliefs[key] != base.beliefs[key]
    }
    return outcome(
        world,
        {**values, **redrawn(changed, base.beliefs, values), **own},
        event=question.event,
        launch_grid=question.launch_grid,
        as_of=question.as_of_months,
        before=launches(before),
        act_from=max(question.as_of_months, 0.0),
    )[1]


def _brought_in(base: Assumptions, world: Assumptions, event: str) -> list[str]:
    """Quantities that a scenario's race draws on and the baseline's does not know."""
    return [key for key in world.needed([event]) if key not in base.beliefs]


def _private(scenario: str, quantity: str) -> str:
    """Name under which a scenario's own quantity is drawn: two scenarios may use one name differently."""
    return f"{scenario}/{quantity}"
