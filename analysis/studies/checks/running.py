"""All checks of an answer, one verdict each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ....evidence.latents import with_latents
from ....evidence.selection import Selection
from ...inference.answer import Drawn, Request, evidence_of
from ...inference.conditioning import Conditioned, condition
from ...inference.estimates import Distribution
from ...inference.importance import ReweightedPrior
from ...inference.likelihoods import prior_for
from ...inference.question import Question, ready_under
from ...inference.trust import UntrustworthyError
from ..sensitivity.power_scaling import power_scaling_of
from .draws import check_draws
from .leave_one_out import check_left_out, leave_one_out
from .power import check_power_scaling
from .predictions import Prediction, check_predictions, predict, reweighted
from .result import CheckResult, trustworthy


@dataclass(frozen=True)
class Checks:
    """Every check of an answer.

    Attributes
    ----------
    question : Question
        What was asked.
    engine : str
        What made the draws; ``forward`` where prior and evidence hardly overlap, so that there is only a prior.
    draws : int
        Number of draws.
    evidence : tuple of str
        Items counted.
    results : tuple of CheckResult
        In the order in which they were made.
    predictions : tuple of Prediction
        What pictures show.
    """

    question: Question
    engine: str
    draws: int
    evidence: tuple[str, ...]
    results: tuple[CheckResult, ...]
    predictions: tuple[Prediction, ...] = field(repr=False, default=())

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
    """
    selection = evidence_of(request)
    try:
        conditioned = condition(request.question, selection, request.engine, refuse=False)
    except UntrustworthyError as error:
        return _checks_of_prior(request.question, selection, error)
    return checks_of(conditioned)


def checks_of(conditioned: Conditioned) -> Checks:
    """Make every check of a posterior."""
    selection, source = conditioned.selection, conditioned.source
    question = _knowing_all(conditioned.question, selection)
    counted_and_held_out = (*selection.counted, *selection.checks)
    prior = source.prior if isinstance(source, ReweightedPrior) else prior_for(conditioned.question, selection.counted)
    predictions = predict(question, prior, (*counted_and_held_out, *selection.priors), "prior", question.seed)
    if isinstance(source, ReweightedPrior):
        after = reweighted(predictions[: len(counted_and_held_out)], "posterior", source)
    else:
        after = predict(question, source, counted_and_held_out, "posterior", question.seed)
    ready = source.map(lambda values: {"ready": ready_under(question, values)})["ready"]
    results = [
        *check_draws(conditioned, Distribution(ready, source.weighting)),
        *check_predictions([*predictions, *after]),
        *check_left_out(leave_one_out(conditioned)),
    ]
    if selection.counted:
        drawn = Drawn(conditioned.question, source, conditioned.engine, selection.counted, conditioned)
        results.append(check_power_scaling(power_scaling_of(drawn)))
    return Checks(
        question=question,
        engine=conditioned.engine,
        draws=source.weighting.draws,
        evidence=tuple(item.id for item in selection.counted),
        results=tuple(results),
        predictions=(*predictions, *after),
    )


def _checks_of_prior(question: Question, selection: Selection, error: UntrustworthyError) -> Checks:
    """Say what can be said where prior and evidence hardly overlap."""
    question = _knowing_all(question, selection)
    items = (*selection.counted, *selection.checks, *selection.priors)
    predictions = predict(question, prior_for(question, items), items, "prior", question.seed)
    overlap = CheckResult(
        id="overlap",
        title="overlap of prior and evidence",
        verdict="fail",
        figure=None,
        threshold=None,
        detail=str(error),
        advice="leave the named items out, lower their reliability or weight, or widen the prior",
    )
    return Checks(
        question=question,
        engine="forward",
        draws=question.draws,
        evidence=tuple(item.id for item in selection.counted),
        results=(overlap, *check_predictions(predictions)),
        predictions=tuple(predictions),
    )


def _knowing_all(question: Question, selection: Selection) -> Question:
    items = (*selection.counted, *selection.checks, *selection.priors)
    return replace(question, assumptions=with_latents(question.assumptions, items))
