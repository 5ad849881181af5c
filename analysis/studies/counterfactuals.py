"""What a policy or a commitment would change: every lever and regime asked of the same draws.

A lever acts from a day, on what is still open then: a run that has ended pre-training stands, one under way does the
rest on the pool that remains, and one that has not launched meets the gate from that day on.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from ...model.assumptions import Assumptions
from ...model.calendar import day_of
from ...model.gate import Remembering
from ...model.generative import Outcome, World
from ...model.policies import Intervention, Lever, Regime, apply_as_published, apply_lever, apply_regime
from ...priors.errors import InputError
from ..inference.column_names import those_under, under
from ..inference.differences import paired_differences, quantile_shift
from ..inference.draws import Values
from ..inference.estimates import TAIL_DRAWS, Array, Distribution, Estimate
from ..inference.firsts import first_firms
from ..inference.outcomes import FIRST, PRETRAINED, READY, first_shares, outcome_of
from ..inference.posterior import Posterior, refuse_other_than_posterior
from ..inference.question import Question
from ..inference.result import Result
from ..inference.weighting import kish_number

MOVED = 1e-6  # months; a few seconds, far above the solver's error
SMALLEST_SHARE = 1e-12  # of the draws that can move, of which an error is told


@dataclass(frozen=True)
class Counterfactual:
    """One lever or regime, beside the baseline on the same draws.

    Attributes
    ----------
    id, title : str
        What it is.
    instruments : tuple of str
        What a government would do it by; none for a regime.
    ready : Distribution
        Months since t = 0 under it.
    baseline : Distribution
        Months since t = 0 without it.
    first_firm : mapping of str to Estimate
        Probability that each firm is first under it; empty where that has not been asked.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.analysis import Counterfactual, Distribution, Weighting
    >>> later, before = (Distribution(np.array(months), Weighting(2)) for months in ([8.0, 9.0], [6.0, 9.0]))
    >>> Counterfactual("controls", "Export controls", (), ready=later, baseline=before).unmoved.value
    0.5
    """

    id: str
    title: str
    instruments: tuple[str, ...]
    ready: Distribution
    baseline: Distribution
    first_firm: Mapping[str, Estimate] = field(default_factory=dict)

    def shift(self, p: float) -> Estimate:
        """How far the quantile p lies from the baseline's, months."""
        return quantile_shift(self.ready, self.baseline, p)

    @cached_property
    def _moves(self) -> Array:
        """Months by which each draw moves; see `paired_differences`."""
        return paired_differences(self.ready, self.baseline)

    @cached_property
    def unmoved(self) -> Estimate:
        """Share of the draws that it does not move: past it, or indifferent to it."""
        return self.baseline.weighting.estimate((np.abs(self._moves) <= MOVED).astype(float))

    @cached_property
    def shift_movable(self) -> Estimate:
        """Mean shift among the draws that it moves, months: none where there are none.

        Infinite where one of them never comes, or only comes under it; undefined where one does and another does not.
        Not meaningful where fewer than `TAIL_DRAWS` effective draws are left to it.

        Notes
        -----
        A ratio of two means over the same draws, whose error is that of the mean of its influence function.
        """
        weighting, moves = self.baseline.weighting, np.abs(self._moves) > MOVED
        share = weighting.mean(moves.astype(float))
        if share == 0.0:
            return Estimate(0.0, 0.0)
        value = weighting.mean(np.where(moves, self._moves, 0.0)) / share
        if not np.isfinite(value):
            return Estimate(value, np.inf)
        if share < SMALLEST_SHARE:
            return Estimate(value, np.inf, meaningful=False)
        effective = kish_number(weighting.shares * moves)
        mcse = weighting.mcse(np.where(moves, self._moves - value, 0.0) / share)
        return Estimate(value, mcse, effective >= TAIL_DRAWS)


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
    acting_from : date
        The day from which each acts.
    past : Estimate
        Share of the draws in which a run has ended pre-training by then, which nothing that acts from that day moves.
    first_firm : mapping of str to Estimate
        Probability that each firm is first without intervention.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, regimes
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = regimes(prior)
    >>> found.baseline is found.counterfactuals[0].baseline
    True
    """

    baseline: Distribution
    counterfactuals: tuple[Counterfactual, ...]
    kind: str
    acting_from: date
    past: Estimate
    first_firm: Mapping[str, Estimate] = field(default_factory=dict)


def levers(posterior: Posterior, *, acting_from: date | None = None) -> Comparison:
    """Pull every lever from a day.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    acting_from : date, optional
        The day; that of the question by default.

    Raises
    ------
    InputError
        If the day lies before t = 0.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, levers, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = levers(prior, acting_from=date(2027, 1, 1))
    >>> found.kind, len(found.counterfactuals) > 1
    ('levers', True)
    """
    refuse_other_than_posterior(posterior)
    day, month = acting_day(posterior.question, acting_from)
    assumptions = posterior.question.assumptions
    return compare(posterior, levers_from(assumptions, month), assumptions.levers, "levers", day)


def levers_from(assumptions: Assumptions, month: float) -> dict[str, Intervention]:
    """What every lever changes from a month on, by name."""
    return {name: apply_lever(lever, assumptions.race, month) for name, lever in assumptions.levers.items()}


def levers_as_published(posterior: Posterior) -> Comparison:
    """Pull every lever as the published forecast does: what is removed had never been, what is frozen stops today."""
    question = posterior.question
    race, table = question.assumptions.race, question.assumptions.levers
    interventions = {name: apply_as_published(lever, race, question.as_of_months) for name, lever in table.items()}
    return compare(posterior, interventions, table, "levers", question.assumptions.calendar.origin)


def regimes(posterior: Posterior, *, acting_from: date | None = None) -> Comparison:
    """Ask every commitment regime from a day.

    Parameters
    ----------
    posterior, acting_from
        As for `levers`.

    Raises
    ------
    InputError
        If the budget that a regime changes has been fixed, or the day lies before t = 0.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, regimes
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = regimes(prior)
    >>> found.kind, found.acting_from.isoformat()
    ('regimes', '2026-11-21')
    """
    refuse_other_than_posterior(posterior)
    day, month = acting_day(posterior.question, acting_from)
    assumptions = posterior.question.assumptions
    refuse_fixed_budgets(posterior.question)
    return compare(posterior, regimes_from(assumptions, month), assumptions.regimes, "regimes", day)


def regimes_from(assumptions: Assumptions, month: float) -> dict[str, Intervention]:
    """What every commitment regime changes from a month on, by name."""
    return {name: apply_regime(regime, month) for name, regime in assumptions.regimes.items()}


def refuse_fixed_budgets(question: Question) -> None:
    """Refuse regimes whose budget has been fixed.

    Raises
    ------
    InputError
        Naming the first such regime.
    """
    for name, regime in question.assumptions.regimes.items():
        for quantity in regime.text.quantities:
            if question.assumptions.beliefs[quantity].base is None:
                raise InputError(f"regime '{name}' changes {quantity}, which has been fixed", key=f"--set {quantity}")


def acting_day(question: Question, acting_from: date | None) -> tuple[date, float]:
    """Return the day from which something acts, and its month.

    Raises
    ------
    InputError
        If it is no day, or lies before t = 0.
    """
    day = question.as_of if acting_from is None else day_of(acting_from, "acting_from")
    calendar = question.assumptions.calendar
    if day < calendar.origin:
        raise InputError(f"a day from {calendar.origin} (t = 0) on was expected, not {day}", key="--from")
    return day, calendar.months(day)


def compare(
    posterior: Posterior,
    interventions: Mapping[str, Intervention],
    texts: Mapping[str, Lever | Regime],
    kind: str,
    acting_from: date,
) -> Comparison:
    """Work out the date without and with each intervention, on the posterior's draws that count."""
    question, source = posterior.question, posterior.source.lightened()
    weighting = source.weighting
    columns = source.map(lambda values: changed_dates(question, values, interventions, firsts=True))
    baseline = Distribution(columns[READY], weighting)

    firms = question.assumptions.race.firms
    rows = tuple(
        Counterfactual(
            name,
            title_of(texts[name]),
            instruments_of(texts[name]),
            Distribution(changed[READY], weighting),
            baseline,
            first_firms(changed, weighting, firms),
        )
        for name, changed in _by_intervention(columns, interventions)
    )
    past = past_by(posterior, posterior.question.assumptions.calendar.months(acting_from))
    return Comparison(posterior.origin, baseline, rows, kind, acting_from, past, first_firms(columns, weighting, firms))


def past_by(posterior: Posterior, month: float) -> Estimate:
    """Share of the draws in which a run has ended pre-training by a month."""
    return posterior.source.weighting.estimate((posterior.summary[PRETRAINED] <= month).astype(float))


def title_of(text: Lever | Regime) -> str:
    """Title of a lever or regime."""
    return text.title if isinstance(text, Lever) else text.text.title


def instruments_of(text: Lever | Regime) -> tuple[str, ...]:
    """What a government would do it by; nothing for a regime."""
    return text.instruments if isinstance(text, Lever) else ()


def changed_dates(
    question: Question, values: Values, interventions: Mapping[str, Intervention], *, firsts: bool = False
) -> Values:
    """Work out a chunk's dates without and with each intervention, the race as it is being run once.

    Returns
    -------
    dict of str to array of shape (draw,)
        Months since t = 0: `READY`. With `firsts` also each firm's share in being first, under `FIRST` with its name.
        Each intervention's stand under its number.
    """
    solve = Remembering()
    baseline = outcome_of(question, values, solve=solve)
    columns = _told(baseline[1], firsts=firsts)
    worlds: dict[Hashable, World] = {}  # by what is changed in it: commitments are none of it
    for number, change in enumerate(interventions.values()):
        sources = tuple(change.kept.items()), tuple(change.stop.items())
        key = (*sources, change.limit_distillation, change.act_from_month)
        worlds[key], result = outcome_of(
            question, values, change, world=worlds.get(key), baseline=baseline, solve=solve
        )
        columns |= under(f"{number}:", _told(result, firsts=firsts))
    return columns


def _told(result: Outcome, *, firsts: bool) -> Values:
    return {READY: result.ready, **(under(FIRST, first_shares(result)) if firsts else {})}


def _by_intervention(columns: Values, interventions: Iterable[str]) -> Iterator[tuple[str, Values]]:
    """Columns of `changed_dates` of each intervention, named as those without any are."""
    for number, name in enumerate(interventions):
        yield name, those_under(f"{number}:", columns)


def changed_distributions(
    posterior: Posterior, interventions: Mapping[str, Intervention]
) -> tuple[Distribution, dict[str, Distribution]]:
    """Distribution of the date without any intervention, and by intervention, on the same draws; months since t = 0.

    The draws are those of the posterior that count.
    """
    source = posterior.source.lightened()
    columns = source.map(lambda values: changed_dates(posterior.question, values, interventions))
    weighting = source.weighting
    changed = _by_intervention(columns, interventions)
    dates = {name: Distribution(told[READY], weighting) for name, told in changed}
    return Distribution(columns[READY], weighting), dates
