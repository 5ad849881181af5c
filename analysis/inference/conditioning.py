"""The prior conditioned on evidence, by either of two engines that test each other.

Importance draws from a proposal fitted to the posterior, unless more of the prior's own draws would count; NUTS takes
over where the weights' diagnostics say that these draws cannot be believed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...evidence.latents import with_latents
from ...evidence.schema import Item
from ...evidence.selected import Selection
from ...priors.arguments import refuse_others
from .adaptation import fit_to
from .conflict import ESCALATED_DRAWS, Screening
from .contradiction import refuse_contradicted
from .diagnostics import (
    FEWEST_EFFECTIVE,
    GOOD_KHAT,
    WORST_KHAT,
    Diagnostics,
    UntrustworthyError,
    refuse_few_draws,
)
from .draws import PriorDraws
from .engines import check_engine
from .importance import ReweightedPrior, SmoothedWeights
from .likelihoods import prior_for
from .nuisances import nuisances_of
from .posterior import Posterior
from .processes import beside
from .proposal import Proposal
from .question import Question, refuse_other_than_question
from .screened import Screened
from .subsets import SharedDraws

FEWEST_FOR_A_TAIL = 100  # draws below which k-hat says nothing
ENOUGH_FOR_A_TAIL = 50_000
"""Draws below which a k-hat that is not good is no reason for NUTS yet: of few it says little, and so many take a
quarter of a second where NUTS takes a minute."""
ATTEMPTS = 2
"""Fits whose draws are weighed, where enough of the first one's count but their k-hat is not good. It varies with the
directions that a fit finds, and a second fit takes a second where NUTS takes a minute."""
AMPLE = 1.2  # effective draws that more draws are to bring, over those that must count


def condition(
    question: Question,
    selection: Selection,
    engine: str = "auto",
    *,
    refuse: bool = True,
    more: bool | None = None,
    like: Posterior | None = None,
) -> Posterior:
    """Condition a question on what was selected.

    Parameters
    ----------
    question : Question
        What is asked.
    selection : Selection
        Whose counted items condition it.
    engine : str
        ``importance``, ``nuts`` or ``auto``: importance, with more draws where too few count, and NUTS where its
        weights are not good.
    refuse : bool, default True
        Refuse draws whose diagnostics failed; False for who wants to look into them.
    more : bool, optional
        Whether more importance draws are taken where too few count; only by ``auto`` unless it is said.
    like : Posterior, optional
        Of much the same question: its proposal serves where it draws the same quantities and enough draws count, so
        that none has to be fitted and draws of the same place have the same ranks.

    Returns
    -------
    Posterior
        Its draws, with why that engine made them.

    Raises
    ------
    InputError
        If there is no such engine.
    UntrustworthyError
        If neither engine's draws can be trusted, prior and evidence hardly overlap, silence contradicts all else, or
        fewer draws are asked for than the median takes and no more are taken.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, choose_evidence, condition
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), draws=20_000)
    >>> found = condition(question, choose_evidence(question, "eci-lag", ledger=None, added=()))
    >>> found.engine, [item.id for item in found.items]
    ('importance', ['eci-lag'])
    """
    refuse_other_than_question(question)
    refuse_others("selection", selection, Selection, "a Selection (Model.selection is one)")
    check_engine(engine)
    question = replace(question, assumptions=with_latents(question.assumptions, selection.counted))
    aside = tuple(each.note for each in selection.set_aside)
    wanted = engine == "auto" if more is None else more
    if refuse and not (wanted and selection.counted):
        refuse_few_draws(question.draws)
    weighed = _weighed(question, selection, more=wanted, like=like)
    if refuse:
        refuse_contradicted(weighed.question, selection.counted, weighed.shared)
    smoothed, notes = weighed.smoothed, (*weighed.notes, *aside)
    by_weights = smoothed.good or not selection.counted  # of the prior itself, however few draws there are
    by_weights |= any(not each.certain for each in question.assumptions.enacted)  # which no sampler can follow
    if engine == "importance" or (engine == "auto" and by_weights):
        if refuse and smoothed.khat > WORST_KHAT:
            raise UntrustworthyError(
                f"importance weights cannot be trusted (k-hat {smoothed.khat:.2f}, above {WORST_KHAT}): "
                + ("ask for more --draws" if by_weights else "try --engine nuts, or more --draws")
            )
        return Posterior(
            weighed.question,
            ReweightedPrior(weighed.shared.source, smoothed),
            Diagnostics(ess=smoothed.effective_draws, khat=smoothed.khat),
            "importance",
            selection,
            smoothed.log_mean,
            notes,
            shared=weighed.shared,
            screened=weighed.screened,
        )
    from .nuts import sample_posterior

    reason = "" if engine == "nuts" else f"NUTS, because {_shortcoming(smoothed)}"
    at_once = "; --engine importance answers at once" if smoothed.khat <= WORST_KHAT else ""
    why = f"{reason}{at_once}. " if reason else ""
    sampled = sample_posterior(question, selection.counted, refuse=refuse, why=why)
    return Posterior(
        question,
        sampled.source,
        replace(sampled.diagnostics, khat=smoothed.khat),
        "nuts",
        selection,
        smoothed.log_mean,
        (reason, *aside) if reason else aside,
        dict(sampled.tree["sample_stats"].data_vars),
        shared=weighed.shared,
        screened=weighed.screened,
    )


@dataclass(frozen=True, eq=False)
class _Weighed:
    """Draws that stand for the prior, and their weights for a posterior.

    Attributes
    ----------
    question : Question
        What was asked, with the number of draws that it took.
    shared : SharedDraws
        The draws.
    smoothed : SmoothedWeights
        Their weights.
    notes : tuple of str
        What is unusual about them.
    screened : Screened, optional
        Draws of the prior that the items were screened on.
    """

    question: Question
    shared: SharedDraws
    smoothed: SmoothedWeights
    notes: tuple[str, ...] = ()
    screened: Screened | None = None


def _weighed(question: Question, selection: Selection, *, more: bool, like: Posterior | None = None) -> _Weighed:
    """Weigh draws by evidence, once it has been screened."""
    prior = prior_for(question, selection.counted)
    if not selection.counted:
        return _weigh(question, selection, prior)
    screening = Screening(question, selection.counted, prior)
    weighed = _drawn(question, selection, prior, screening, more=more, like=like)
    return replace(weighed, screened=screening.draws)


def _drawn(
    question: Question,
    selection: Selection,
    prior: PriorDraws,
    screening: Screening,
    *,
    more: bool,
    like: Posterior | None,
) -> _Weighed:
    """Weigh draws of a proposal fitted to evidence, or of the prior, whichever of them count more."""
    items, fit = selection.counted, None
    theirs = _proposal_of(like, question, prior, items)
    begun = theirs is None and not screening.collapsed
    with beside(screening.suspicious) as suspicious:
        if begun:
            fit = fit_to(prior, question, items, screening.pilot)
        if suspicious.result():
            screening.refuse_conflict()
    if theirs is not None and (weighed := _weigh(question, selection, prior, theirs)).smoothed.good:
        return weighed
    found = None
    for attempt in range(ATTEMPTS):
        if attempt or not begun:
            fit = fit_to(prior, question, items, screening.pilot, attempt)
        proposal = fit.proposal if fit is not None and fit.worthwhile else None
        weighed = _with_more(question, selection, proposal) if more else _weigh(question, selection, prior, proposal)
        if proposal is None or weighed.smoothed.good:
            return weighed
        found = weighed if found is None or weighed.smoothed.khat < found.smoothed.khat else found
        if weighed.smoothed.khat > WORST_KHAT or weighed.smoothed.effective_draws < FEWEST_EFFECTIVE:
            break  # the posterior is far from what can be fitted, and another fit would be as well
    assert found is not None
    plain = _weigh(found.question, selection, prior_for(found.question, items))
    if not plain.smoothed.better_than(found.smoothed):
        return found
    return replace(plain, notes=("drawn from the prior: more of its draws count than of a fitted proposal",))


def _proposal_of(
    like: Posterior | None, question: Question, prior: PriorDraws, items: Sequence[Item]
) -> Proposal | None:
    """The proposal that another posterior was drawn from, where it is one of the same quantities and nuisances."""
    if like is None or like.shared is None:
        return None
    found = like.shared.source.proposal
    if found is None or list(found.names) != list(prior.transform.names):
        return None
    own, theirs = nuisances_of(question, prior, items), found.nuisances
    same = (own and own.names) == (theirs and theirs.names)
    return replace(found, nuisances=own) if same else None


def _weigh(question: Question, selection: Selection, prior: PriorDraws, proposal: Proposal | None = None) -> _Weighed:
    source = prior if proposal is None else prior.proposed(proposal)
    shared = SharedDraws(question, selection.counted, source, summed_up=True)
    return _Weighed(question, shared, shared.weights([item.id for item in selection.counted]))


def _with_more(question: Question, selection: Selection, proposal: Proposal | None) -> _Weighed:
    """Weigh as many draws as were asked for, and more where too few of them count."""
    first = found = _weigh(question, selection, prior_for(question, selection.counted), proposal)
    enough = AMPLE * FEWEST_EFFECTIVE  # at first, lest who asks for somewhat fewer draws gets a smaller error
    while (draws := _draws_wanted(found.question.draws, found.smoothed, enough)) > found.question.draws:
        asked, enough = replace(question, draws=draws), FEWEST_EFFECTIVE
        found = _weigh(asked, selection, prior_for(asked, selection.counted), proposal)
    if found is first:
        return found
    effective = first.smoothed.effective_draws
    why = f"of {question.draws:,} only {effective:,.0f} count, and at least {FEWEST_EFFECTIVE:,} must"
    if effective >= AMPLE * FEWEST_EFFECTIVE:
        why = f"with {question.draws:,} {_shortcoming(first.smoothed)}"
    return replace(found, notes=(f"{found.question.draws:,} draws were taken: {why}",))


def _draws_wanted(draws: int, smoothed: SmoothedWeights, enough: float) -> int:
    """Number of draws of which enough would count, where more would do: they take less time than a NUTS compile."""
    if draws < FEWEST_FOR_A_TAIL:
        return FEWEST_EFFECTIVE  # too few to tell
    if smoothed.khat >= GOOD_KHAT and draws < ENOUGH_FOR_A_TAIL:
        return ENOUGH_FOR_A_TAIL
    share = smoothed.effective_draws / draws
    if smoothed.khat >= GOOD_KHAT or share * draws >= enough or share * ESCALATED_DRAWS < FEWEST_EFFECTIVE:
        return draws
    return min(max(math.ceil(AMPLE * FEWEST_EFFECTIVE / share), draws + 1), ESCALATED_DRAWS)


def _shortcoming(smoothed: SmoothedWeights) -> str:
    if smoothed.khat >= GOOD_KHAT:
        return f"the importance weights' k-hat is {smoothed.khat:.2f} (good below {GOOD_KHAT})"
    return f"only {smoothed.effective_draws:,.0f} of the importance draws count ({FEWEST_EFFECTIVE:,} are wanted)"
