r"""What to watch: what may happen or be learnt within half a year, how likely it is, and what it would do to the date.

Levers act from their day and scenarios begin on the day of the question, on the posterior's own draws. What may be
learnt is predicted by the model itself, as for the value of information: every observation is weighed by how likely
it is, and the draws by how well they predict it. A number that may be observed is told in three parts, cut at
round numbers near its thirds, each with the mean shift of the median over what may be observed in it.

Rows are ranked by the shift of the median to be expected of each, regardless of its sign, those within noise last: the
sum over what may be seen of its probability times the size of its shift,

.. math:: p \sum_k P(k)\, |\Delta_k|,

p being the probability that anything is seen at all, which the model does not predict and a table states.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...evidence.schema import Item
from ...model.enacted import beyond_doubt, spent
from ...model.policies import apply_lever
from ...priors.arguments import listed, refuse_others
from ...priors.errors import InputError, refuse_unknown
from ..inference.diagnostics import UntrustworthyError
from ..inference.estimates import Distribution, Estimate
from ..inference.posterior import Posterior, refuse_other_than_posterior
from ..inference.result import Result
from .counterfactuals import Counterfactual, changed_distributions
from .observables import Observable, Observables, read_observables
from .scenarios import ScenarioComparison, scenarios
from .voi.disclosures import no_lever
from .voi.pending import read_pending
from .voi.result import DisclosureValue
from .voi.silences import ComingSilence
from .voi.study import value_of_information
from .voi.uncertainty import jackknife
from .watch_parts import parts_of

MEDIAN = 0.5
OVER = 0.999  # probability that the event has come, from which on nothing that is done can move it
HAPPENS = "happens"


@dataclass(frozen=True)
class Sighting:
    """One thing that may be seen of an observable.

    Attributes
    ----------
    id : str
        ``happens``; ``low``, ``middle`` or ``high`` of a number; or the value that is one of a few.
    bounds : tuple of float or None
        Where it begins and ends, in the coordinate of the disclosure's kind; None for what happens. Parts of a number
        share their borders.
    probability : Estimate
        That it is this, given that anything is seen; its error, like the shift's, is for the bounds as they stand.
    shift : Estimate
        How far it would move the median, months.
    effect : Counterfactual or None
        What a lever or scenario would do to every draw; None for what is learnt.
    """

    id: str
    bounds: tuple[float, float] | None
    probability: Estimate
    shift: Estimate
    effect: Counterfactual | None = None


@dataclass(frozen=True)
class Watched:
    """One observable.

    Attributes
    ----------
    observable : Observable
        What is watched.
    sightings : tuple of Sighting
        What may be seen of it.
    weight : Estimate
        Shift of the median to be expected of it, regardless of sign, months: what it is ranked by.
    item : Item or None
        What a disclosure would become; None for a lever or scenario.
    silence : ComingSilence or None
        What that is about, where it is a silence.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, watch
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> row = watch(prior, only=["merger"]).rows[0]
    >>> row.weight.value >= 0.0, row.item
    (True, None)
    """

    observable: Observable
    sightings: tuple[Sighting, ...]
    weight: Estimate
    item: Item | None = None
    silence: ComingSilence | None = None

    @property
    def probability(self) -> float:
        """That anything is seen of it within half a year: a judgement, or certain."""
        return self.observable.chance


@dataclass(frozen=True)
class Watch(Result):
    """What to watch.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    ready : Distribution
        The date before anything of it, months since t = 0.
    rows : tuple of Watched
        What moves the median most, as far as can be expected, first.
    notes : tuple of str
        What the reader must know.
    refused : UntrustworthyError or None
        Why what may be learnt is left out, where it is.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, watch
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = watch(prior, only=["merger"])
    >>> [row.observable.id for row in found.rows]
    ['merger']
    """

    ready: Distribution
    rows: tuple[Watched, ...]
    notes: tuple[str, ...] = ()
    refused: UntrustworthyError | None = None


def watch(
    posterior: Posterior,
    observables: Observables | None = None,
    *,
    only: Sequence[str] = (),
    compared: ScenarioComparison | None = None,
) -> Watch:
    """Ask of every observable what it would do to the date.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    observables : Observables, optional
        What is watched; the project's own by default.
    only : sequence of str
        Ids of those to look at; all by default.
    compared : ScenarioComparison, optional
        All scenarios, where they have been asked already.

    Raises
    ------
    InputError
        If a name in `only` is none of them, or an observable does not fit the model.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, watch
    >>> from catchup.model import load_assumptions
    >>> found = watch(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=5_000)), only=["merger"])
    >>> found.rows[0].sightings[0].id
    'happens'
    """
    refuse_other_than_posterior(posterior)
    refuse_others("observables", observables, (Observables, type(None)), "what read_observables returns")
    observables = observables or read_observables(posterior.question.assumptions)
    asked, assumptions = _chosen(observables, only), posterior.question.assumptions
    levers, over = assumptions.levers, spent(assumptions.enacted, assumptions.levers, assumptions.race)
    enacted, month = beyond_doubt(assumptions.enacted), posterior.question.as_of_months
    decided = [
        row
        for row in asked
        if row.way == "lever" and (row.name in enacted or over.get(row.name, math.inf) <= month + row.months_ahead)
    ]
    without = [row for row in asked if row.way == "lever" and row.name not in levers]
    come = float(posterior.ready.probability_below(month).value)
    late = [row for row in asked if row.way in ("lever", "scenario") and come >= OVER]
    late = [row for row in late if row not in (*decided, *without)]
    chosen = [row for row in asked if row not in (*decided, *without, *late)]
    rows, notes, refused = _disclosures(posterior, observables, [row for row in chosen if row.way == "disclosure"])
    rows += _levers(posterior, [row for row in chosen if row.way == "lever"])
    begun, unfit = _scenarios(posterior, [row for row in chosen if row.way == "scenario"], compared)
    rows += begun
    ranked = tuple(sorted(rows, key=_rank))
    notes += (*(f"left out, as what has been enacted leaves nothing of it: {row.title}" for row in decided), *unfit)
    notes += tuple(f"left out: {row.title} ({no_lever(row.name)})" for row in without)
    notes += tuple(f"left out, as it would begin after the event has come: {row.title}" for row in late)
    return Watch(posterior.origin, posterior.ready, ranked, notes, refused)


def _rank(row: Watched) -> tuple[bool, float]:
    """Place among the rows: what moves the median beyond all that is followed first, what is within noise last."""
    weight = row.weight
    return weight.noise and not np.isposinf(weight.value), np.inf if np.isnan(weight.value) else -weight.value


def _chosen(observables: Observables, only: Sequence[str]) -> list[Observable]:
    only = listed("only", only, "names of observables")
    refuse_unknown("observable", only, observables.rows, key="--only")
    return [observables.rows[name] for name in dict.fromkeys(only or observables.rows)]


def _levers(posterior: Posterior, chosen: Sequence[Observable]) -> list[Watched]:
    assumptions, month = posterior.question.assumptions, posterior.question.as_of_months
    interventions = {
        row.id: apply_lever(assumptions.levers[row.name], assumptions.race, month + row.months_ahead) for row in chosen
    }
    if not interventions:
        return []
    baseline, dates = changed_distributions(posterior, interventions)
    effects = {row.id: Counterfactual(row.id, row.title, (), dates[row.id], baseline) for row in chosen}
    return [_happening(row, effects[row.id]) for row in chosen]


def _scenarios(
    posterior: Posterior, chosen: Sequence[Observable], compared: ScenarioComparison | None
) -> tuple[list[Watched], list[str]]:
    """What each does that may begin; with why it cannot be told, where it cannot."""
    if not chosen:
        return [], []
    asked = compared or scenarios(posterior, list(dict.fromkeys(row.name for row in chosen)), refuse=False)
    found = {row.id: row for row in asked.scenarios}
    effects = {name: Counterfactual(name, each.title, (), each.ready, each.baseline) for name, each in found.items()}
    unfit = [f"left out: {row.title} ({asked.refused[row.name]})" for row in chosen if row.name not in found]
    return [_happening(row, effects[row.name]) for row in chosen if row.name in found], unfit


def _happening(row: Observable, effect: Counterfactual) -> Watched:
    """Something that happens or does not; where it does not, the date stays what it is."""
    shift = effect.shift(MEDIAN)
    weight = Estimate(row.chance * abs(shift.value), row.chance * shift.mcse, shift.meaningful)
    return Watched(row, (Sighting(HAPPENS, None, Estimate(1.0, 0.0), shift, effect),), weight)


def _disclosures(
    posterior: Posterior, observables: Observables, chosen: Sequence[Observable]
) -> tuple[list[Watched], tuple[str, ...], UntrustworthyError | None]:
    """What may be learnt, with what the reader must know, and why it cannot be valued, where it cannot."""
    if not chosen:
        return [], (), None
    selection = posterior.selection
    known = [*selection.counted, *selection.checks, *selection.priors, *(each.item for each in selection.set_aside)]
    pending = read_pending(posterior.question, {item.id: item for item in known}, further=observables.disclosures)
    names = list(dict.fromkeys(row.name for row in chosen))
    try:
        found = value_of_information(posterior, pending, only=names)
    except UntrustworthyError as error:
        return [], (), error
    values = {value.disclosure.id: value for value in found.disclosures}
    return [_learning(row, values[row.name]) for row in chosen if row.name in values], found.notes, None


def _learning(row: Observable, value: DisclosureValue) -> Watched:
    learning, item = value.learning, value.disclosure.item
    if item is None:
        raise InputError("a policy is watched as a lever", key=f"watch.{row.id}")
    whole = learning.after.mass
    sightings, size = [], np.zeros_like(whole)
    for part in parts_of(value):
        share, moved = part.mass / whole, part.mean_shift(learning)
        size = size + share * np.abs(moved)
        sightings.append(Sighting(part.id, part.bounds, jackknife(share, smooth=False), jackknife(moved, smooth=False)))
    return Watched(row, tuple(sightings), jackknife(row.chance * size, smooth=False), item, value.silence)
