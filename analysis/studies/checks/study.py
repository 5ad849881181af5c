"""All checks of an answer, one verdict each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ....evidence.latents import with_latents, with_own_quantities
from ....evidence.schema import Item
from ....evidence.selected import Selection
from ...inference.conditioning import condition
from ...inference.diagnostics import UntrustworthyError
from ...inference.engines import FORWARD
from ...inference.likelihoods import prior_for
from ...inference.posterior import Posterior
from ...inference.processes import shared_out
from ...inference.question import Question
from ...inference.request import Request, refuse_other_than_request
from ...inference.result import Origin, Result
from ..sensitivity.power_scaling import PowerScaling, power_scaling_of
from .draws import check_draws
from .judged import Judged, judged
from .leave_one_out import check_left_out, leave_one_out
from .power import check_power_scaling
from .predictions import Prediction, check_predictions, predict
from .result import CheckResult, trustworthy


@dataclass(frozen=True)
class Checks(Result):
    """Every check of an answer.

    Attributes
    ----------
    origin : Origin
        The question, and the draws; the prior's where prior and evidence hardly overlap, so that there is no other.
    results : tuple of CheckResult
        In the order in which they were made.
    predictions : tuple of Prediction
        What pictures show.
    judged : tuple of Judged
        How far the date moves where what was fixed by hand has a prior of its own; where that was asked.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import CheckResult, Checks, Origin, Question
    >>> from catchup.model import load_assumptions
    >>> origin = Origin(Question(load_assumptions(), date(2026, 11, 21)), draws=1_000)
    >>> failed = CheckResult("khat", "Pareto shape", "fail", figure=0.9, threshold=0.7, detail="few draws carry it all")
    >>> Checks(origin, (failed,)).trustworthy
    False
    """

    results: tuple[CheckResult, ...]
    predictions: tuple[Prediction, ...] = field(repr=False, default=())
    judged: tuple[Judged, ...] = field(repr=False, default=())

    @property
    def trustworthy(self) -> bool:
        """Whether no check failed."""
        return trustworthy(self.results)


def check(request: Request) -> Checks:
    """Make every check of the answer to a request.

    Parameters
    ----------
    request : Request
        Question and evidence.

    Returns
    -------
    Checks
        Whatever can be checked, even where the answer itself would be refused.

    Raises
    ------
    InputError
        If the evidence cannot be used.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request, check
    >>> from catchup.model import load_assumptions
    >>> found = check(Request(Question(load_assumptions(), date(2026, 11, 21), draws=5_000), evidence="eci-lag"))
    >>> {result.verdict for result in found.results} <= {"pass", "warn", "fail"}
    True
    """
    refuse_other_than_request(request)
    selection = request.selection
    try:
        found = condition(request.question, selection, request.engine, refuse=False).kept()
    except UntrustworthyError as error:
        return _checks_of_prior(request.question, selection, error)
    tasks: list[Callable[[], Any]] = [partial(judged, found), *_looks(found)]  # the longest first
    if selection.counted:
        tasks.append(partial(power_scaling_of, found))
    numbers, left_out, before, after, *scaled = shared_out(tasks)
    made = replace(_checks(found, (left_out, before, after), *scaled), judged=numbers)
    forward = request.counts_nothing and request.engine != "nuts"  # as `posterior` has it: these are the prior's draws
    return replace(made, origin=replace(made.origin, engine=FORWARD)) if forward else made


def checks_of(posterior: Posterior, *, scaled: Sequence[PowerScaling] | None = None) -> Checks:
    """Make every check of a posterior.

    Parameters
    ----------
    posterior : Posterior
        Of some items.
    scaled : sequence of PowerScaling, optional
        From `power_scaling_of`, where that has been asked already.
    """
    if scaled is None and posterior.selection.counted:
        scaled = power_scaling_of(posterior)
    return _checks(posterior, [look() for look in _looks(posterior)], scaled)


def _looks(posterior: Posterior) -> list[Callable[[], Any]]:
    """What is worked out for the checks, each by itself, the longest first: items left out, and what is predicted."""
    selection = posterior.selection
    question = _knowing_all(posterior.question, selection)
    counted_and_held_out = (*selection.counted, *_held_out(selection))
    everything = (*counted_and_held_out, *selection.priors)
    prior = prior_for(posterior.question, selection.counted)
    return [
        lambda: list(check_left_out(leave_one_out(posterior))),
        partial(predict, question, prior, everything, "prior", question.seed),
        partial(
            predict, question, posterior.source, counted_and_held_out, "posterior", question.seed, selection.counted
        ),
    ]


def _checks(posterior: Posterior, seen: Sequence[Any], scaled: Sequence[PowerScaling] | None = None) -> Checks:
    """All checks of a posterior, from what `_looks` at and the sensitivity to powers."""
    left_out, before, after = seen
    predictions = (*before, *after)
    results = [*check_draws(posterior), *check_predictions(predictions), *left_out]
    if scaled is not None and posterior.selection.counted:
        results.append(check_power_scaling(scaled))
    question = _knowing_all(posterior.question, posterior.selection)
    return Checks(replace(posterior.origin, question=question), results=tuple(results), predictions=predictions)


def _checks_of_prior(question: Question, selection: Selection, error: UntrustworthyError) -> Checks:
    """Say what can be said where prior and evidence hardly overlap."""
    question = _knowing_all(question, selection)
    items = (*selection.counted, *_held_out(selection), *selection.priors)
    predictions = predict(question, prior_for(question, items), items, "prior", question.seed)
    overlap = CheckResult(
        id="overlap",
        title="overlap of prior and evidence",
        verdict="fail",
        figure=None,
        threshold=None,
        detail=error.on_command_line,
        advice="leave the named items out, lower their reliability or weight, or widen the prior",
    )
    return Checks(
        Origin(question, question.draws, evidence=tuple(item.id for item in selection.counted)),
        results=(overlap, *check_predictions(predictions)),
        predictions=tuple(predictions),
    )


def _knowing_all(question: Question, selection: Selection) -> Question:
    counted = with_latents(question.assumptions, selection.counted)
    return replace(question, assumptions=with_own_quantities(counted, (*selection.checks, *selection.priors)))


def _held_out(selection: Selection) -> list[Item]:
    """Items that are held out, in that role: the prior that one was to set may be another model's."""
    return [replace(item, text=item.text.model_copy(update={"role": "check"})) for item in selection.checks]
