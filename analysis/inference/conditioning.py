"""The prior conditioned on evidence, by either of two engines that test each other."""

from __future__ import annotations

from dataclasses import replace

from ...evidence.latents import with_latents
from ...evidence.selected import Selection
from .adaptation import drawn_from_fit, reweighted
from .conflict import ESCALATED_DRAWS, refuse_conflict
from .diagnostics import FEWEST_EFFECTIVE, GOOD_KHAT, WORST_KHAT, Diagnostics, UntrustworthyError
from .engines import check_engine
from .importance import SmoothedWeights
from .likelihoods import prior_for
from .posterior import Posterior
from .question import Question

FEWEST_FOR_A_TAIL = 100  # draws below which k-hat says nothing


def condition(
    question: Question, selection: Selection, engine: str = "auto", *, refuse: bool = True, fit: bool = False
) -> Posterior:
    """Condition a question on what was selected.

    Parameters
    ----------
    question : Question
        What is asked.
    selection : Selection
        Whose counted items condition it.
    engine : str
        ``importance``, ``nuts`` or ``auto``: importance where its weights are good, else NUTS. Importance draws from
        the prior where enough of its draws count, else from a proposal fitted to the posterior.
    refuse : bool, default True
        Refuse draws whose diagnostics failed; False for who wants to look into them.
    fit : bool, default False
        Draw from a fitted proposal even so.

    Returns
    -------
    Posterior
        Its draws, with why that engine made them.

    Raises
    ------
    InputError
        If there is no such engine.
    UntrustworthyError
        If neither engine's draws can be trusted, or prior and evidence hardly overlap.
    """
    check_engine(engine)
    items = selection.counted
    question = replace(question, assumptions=with_latents(question.assumptions, items))
    notes = tuple(f"set aside: {aside.item.id} ({aside.reason})" for aside in selection.set_aside)
    source = reweighted(prior_for(question, items), question, items)
    refuse_conflict(question, items, source.smoothed)
    if engine == "auto" and not fit and _more_would_do(question, source.smoothed):
        more, few = replace(question, draws=ESCALATED_DRAWS), source.smoothed.effective_draws
        again = condition(more, selection, "auto", refuse=refuse)
        said = f"{ESCALATED_DRAWS:,} draws, because of {question.draws:,} only {few:,.0f} counted"
        return replace(again, notes=(said, *again.notes))
    if engine != "nuts" and (fit or not source.smoothed.good):
        draws = drawn_from_fit(source.prior, question, items)
        fitted = None if draws is None else reweighted(draws, question, items)
        if fitted is not None and fitted.smoothed.better_than(source.smoothed):
            why = "as was asked" if fit else f"because {_shortcoming(source.smoothed, 'prior')}"
            source, notes = fitted, (f"drawn where the posterior is, {why}", *notes)
    smoothed = source.smoothed
    if engine == "importance" or (engine == "auto" and smoothed.good):
        if refuse and smoothed.khat > WORST_KHAT:
            raise UntrustworthyError(
                f"importance weights cannot be trusted (k-hat {smoothed.khat:.2f}, above {WORST_KHAT}): "
                "try --engine nuts, or more --draws"
            )
        return Posterior(
            question,
            source,
            Diagnostics(ess=smoothed.effective_draws, khat=smoothed.khat),
            "importance",
            selection,
            smoothed.log_mean,
            notes,
        )
    from .nuts import sample_posterior

    reason = "" if engine == "nuts" else f"NUTS, because {_shortcoming(smoothed, 'importance')}"
    sampled = sample_posterior(question, items, refuse=refuse)
    return Posterior(
        question,
        sampled.source,
        replace(sampled.diagnostics, khat=smoothed.khat),
        "nuts",
        selection,
        smoothed.log_mean,
        (*([reason] if reason else []), *notes),
        dict(sampled.tree["sample_stats"].data_vars),
    )


def _more_would_do(question: Question, smoothed: SmoothedWeights) -> bool:
    """Whether a million prior draws may have enough that count: they take seconds, a NUTS compile a minute."""
    if question.draws >= ESCALATED_DRAWS or smoothed.good:
        return False
    if question.draws < FEWEST_FOR_A_TAIL:
        return True  # too few to tell
    share = smoothed.effective_draws / question.draws
    return smoothed.khat < GOOD_KHAT and share * ESCALATED_DRAWS >= FEWEST_EFFECTIVE


def _shortcoming(smoothed: SmoothedWeights, draws: str) -> str:
    if smoothed.khat >= GOOD_KHAT:
        return f"the {draws} weights' k-hat is {smoothed.khat:.2f} (good below {GOOD_KHAT})"
    return (
        f"only {smoothed.effective_draws:,.0f} of the {draws} draws count "
        f"({FEWEST_EFFECTIVE:,} are wanted; more --draws would do as well)"
    )
