"""What other ways the world could go would mean for the date, each beside the baseline on the same draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...model.forward import change_from
from ...priors.arguments import listed
from ...priors.errors import InputError, refuse_unknown
from ..inference.column_names import FIRM, those_under, under
from ..inference.differences import quantile_shift
from ..inference.draws import Values
from ..inference.estimates import Distribution, Estimate
from ..inference.firsts import first_firms
from ..inference.outcomes import FIRST, READY, first_shares, outcome_of
from ..inference.posterior import Posterior, refuse_other_than_posterior
from ..inference.result import Result
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
        Probability that each firm is first under it. One that it takes out of the race is among them where a run that
        it had launched before can still be.
    newcomers : dict of str to Distribution
        Months since t = 0 at which each firm that it brings in is ready itself, first or not.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, scenarios
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> (superpods,) = scenarios(prior, ["domestic-superpods"]).scenarios
    >>> sorted(superpods.newcomers)
    ['consortium']
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
    refused : mapping of str to str
        By id, why a scenario does not fit what is laid over the model.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, scenarios
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = scenarios(prior, ["firms-pooled"])
    >>> found.scenarios[0].baseline is found.baseline
    True
    """

    baseline: Distribution
    scenarios: tuple[ScenarioResult, ...]
    refused: Mapping[str, str] = field(default_factory=dict)


def scenarios(
    posterior: Posterior, ids: Sequence[str] | None = None, *, refuse: bool | None = None
) -> ScenarioComparison:
    """Ask scenarios, each beginning on the day of the question.

    Parameters
    ----------
    posterior : Posterior
        Or a prior, of the baseline.
    ids : sequence of str, optional
        Which scenarios, each once however often it is named; all by default.
    refuse : bool, optional
        Whether one that does not fit the model is an error, and not left out; by default those that are named.

    Notes
    -----
    A scenario changes what happens from the day of the question on: runs that have ended by then stand, those under
    way do the rest under it, and no other launches before that day. The run of a firm that it takes out of the race,
    because another absorbs it or for whatever reason, goes on as it had planned. Quantities that it believes otherwise
    keep each draw's rank; quantities that it brings in are drawn beside the baseline's.

    Raises
    ------
    InputError
        If a scenario is unknown, or does not fit the model where `refuse` says so.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, scenarios
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = scenarios(prior, ["firms-pooled"])
    >>> [each.id for each in found.scenarios]
    ['firms-pooled']
    """
    refuse_other_than_posterior(posterior)
    question, source = posterior.question, posterior.source
    base = question.assumptions
    asked = list(base.scenarios) if ids is None else dict.fromkeys(listed("ids", ids, "names of scenarios"))
    refuse_unknown("scenario", asked, base.scenarios)
    worlds, refused = [], dict[str, str]()
    for name in asked:
        try:
            worlds.append(ScenarioWorld(question, name))
        except InputError as error:
            if ids is not None if refuse is None else refuse:
                raise
            refused[name] = error.problem
    added = {name: belief for world in worlds for name, belief in world.own_beliefs.items()}

    def evaluate(values: Values) -> Values:
        current, before = outcome_of(question, values)
        columns = {READY: before.ready}
        change = change_from(question.as_of_months, current, {question.event: before})
        for number, world in enumerate(worlds):
            result = world.run(world.values(values), change)
            newcomers = under(FIRM, {firm: result.ready_of(firm) for firm in world.newcomers})
            told = {READY: result.ready, **under(FIRST, first_shares(result)), **newcomers}
            columns |= under(f"{number}:", told)
        return columns

    columns = (source.extended(added) if added else source).map(evaluate)
    weighting = source.weighting
    baseline = Distribution(columns[READY], weighting)

    def row(number: int, world: ScenarioWorld) -> ScenarioResult:
        text, told = base.scenarios[world.id].text, those_under(f"{number}:", columns)
        first = first_firms(told, weighting, [*world.assumptions.race.firms, *world.departed])
        return ScenarioResult(
            id=world.id,
            title=text.title,
            references=text.references,
            ready=Distribution(told[READY], weighting),
            baseline=baseline,
            first_firm={
                name: share for name, share in first.items() if share.value > 0.0 or name not in world.departed
            },
            newcomers={firm: Distribution(told[FIRM + firm], weighting) for firm in world.newcomers},
        )

    return ScenarioComparison(posterior.origin, baseline, tuple(row(*each) for each in enumerate(worlds)), refused)
