"""The prior conditioned on evidence, by either of two engines that test each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..evidence.kinds.kind import Clock
from ..evidence.latents import events_of, latent_quantities, with_latents
from ..evidence.ledgers import Ledger, load_ledger
from ..evidence.likelihood import log_density, predictions
from ..evidence.schema import Item
from ..evidence.selection import Selection, select
from ..model.assumptions import multiple_name
from ..model.generative import Outcome, World
from ..priors.families import Family
from .estimates import Array
from .forecast import Diagnostics
from .importance import ReweightedPrior, SmoothedWeights, smooth_weights, total
from .question import DrawSource, PriorDraws, Question, Values, outcome_of
from .trust import COLLAPSED, FEWEST_EFFECTIVE, GOOD_KHAT, WORST_KHAT, UntrustworthyError

ESCALATED_DRAWS = 1_000_000  # prior draws tried before prior and evidence are said to conflict


@dataclass(frozen=True)
class Conditioned:
    """Draws that answer a question on some evidence.

    Attributes
    ----------
    question : Question
        What was asked, with the latent quantities of the items among its assumptions.
    selection : Selection
        Items counted, shown and set aside.
    source : DrawSource
        The posterior's draws.
    engine : str
        ``importance`` or ``nuts``.
    diagnostics : Diagnostics
        Whether they can be trusted.
    log_evidence : float
        Log of the evidence's density under the prior.
    notes : tuple of str
        Why this engine, and what was set aside.
    sample_stats : mapping of str to xarray.DataArray
        What the sampler recorded of its transitions; empty where none was run.
    """

    question: Question
    selection: Selection
    source: DrawSource
    engine: str
    diagnostics: Diagnostics
    log_evidence: float
    notes: tuple[str, ...] = ()
    sample_stats: Mapping[str, Any] = field(default_factory=dict)


def choose_evidence(
    question: Question, evidence: str, ledger: Path | None, added: Sequence[Path], *, count_added: bool = True
) -> Selection:
    """Read a ledger and decide what a question counts.

    Parameters
    ----------
    question : Question
        Its day and its assumptions.
    evidence : str
        ``none``, ``default`` or ids separated by commas.
    ledger : Path, optional
        Folder of items instead of the project's own.
    added : sequence of Path
        Files of items added for this run.
    count_added : bool, default True
        Whether those are counted, whatever `evidence` says, or left out.

    Raises
    ------
    InputError
        If the ledger, an item or the choice is wrong.
    """
    known: Ledger = load_ledger(ledger, added)
    files = {str(path) for path in added}
    extra = [item.id for item in known.items.values() if item.file in files]
    names = [name for name in evidence.split(",") if not (extra and name.strip() in ("none", *extra))]
    if not count_added:
        known = Ledger({name: item for name, item in known.items.items() if name not in extra})
    wanted = [*names, *extra] if count_added else names or ["none"]
    return select(known, ",".join(wanted), question.as_of, question.assumptions)


def condition(question: Question, selection: Selection, engine: str = "auto", *, refuse: bool = True) -> Conditioned:
    """Condition a question on what was selected.

    Parameters
    ----------
    question : Question
        What is asked.
    selection : Selection
        Whose counted items condition it.
    engine : str
        ``importance``, ``nuts`` or ``auto``: importance where its weights are good, else NUTS.
    refuse : bool, default True
        Refuse draws whose diagnostics failed; False for who wants to look into them.

    Returns
    -------
    Conditioned
        The posterior's draws, with why that engine made them.

    Raises
    ------
    UntrustworthyError
        If neither engine's draws can be trusted, or prior and evidence hardly overlap.
    """
    items = selection.counted
    question = replace(question, assumptions=with_latents(question.assumptions, items))
    notes = tuple(f"set aside: {aside.item.id} ({aside.reason})" for aside in selection.set_aside)
    prior = prior_for(question, items)
    smoothed = smooth_weights(total(likelihoods(question, prior, items)), prior.weighting.replicates)
    refuse_conflict(question, items, smoothed)
    if engine == "auto" and _more_would_do(question, smoothed):
        more = replace(question, draws=ESCALATED_DRAWS)
        again = condition(more, selection, "auto", refuse=refuse)
        said = f"{ESCALATED_DRAWS:,} draws, because of {question.draws:,} only {smoothed.effective_draws:,.0f} counted"
        return replace(again, notes=(said, *again.notes))
    good = smoothed.khat < GOOD_KHAT and smoothed.effective_draws >= FEWEST_EFFECTIVE
    if engine == "importance" or (engine == "auto" and good):
        if refuse and smoothed.khat > WORST_KHAT:
            raise UntrustworthyError(
                f"importance weights cannot be trusted (k-hat {smoothed.khat:.2f}, above {WORST_KHAT}): "
                "try --engine nuts, or more --draws"
            )
        return Conditioned(
            question,
            selection,
            ReweightedPrior(prior, smoothed),
            "importance",
            Diagnostics(ess=smoothed.effective_draws, khat=smoothed.khat),
            smoothed.log_mean.value,
            notes,
        )
    from .nuts import sample_posterior

    reason = "" if engine == "nuts" else _why_not_importance(smoothed)
    posterior = sample_posterior(question, items, refuse=refuse)
    diagnostics = replace(posterior.diagnostics, khat=smoothed.khat)
    return Conditioned(
        question,
        selection,
        posterior.source,
        "nuts",
        diagnostics,
        smoothed.log_mean.value,
        (*([reason] if reason else []), *notes),
        dict(posterior.tree["sample_stats"].data_vars),
    )


def _more_would_do(question: Question, smoothed: SmoothedWeights) -> bool:
    """Whether a million prior draws would have enough that count: they take seconds, a NUTS compile a minute."""
    share = smoothed.effective_draws / question.draws
    return (
        smoothed.khat < GOOD_KHAT
        and smoothed.effective_draws < FEWEST_EFFECTIVE <= share * ESCALATED_DRAWS
        and question.draws < ESCALATED_DRAWS
    )


def prior_for(question: Question, items: Sequence[Item]) -> PriorDraws:
    """Prior draws of everything that the question and the items depend on."""
    return PriorDraws(question, list(latent_beliefs(question, items)))


def latent_beliefs(question: Question, items: Sequence[Item]) -> dict[str, Family]:
    """What is believed of everything that items depend on beyond what the question does, by name."""
    beliefs = with_latents(question.assumptions, items).beliefs
    return {name: beliefs[name] for name in [*latent_quantities(items), *map(multiple_name, events_of(items))]}


def likelihoods(question: Question, source: DrawSource, items: Sequence[Item]) -> dict[str, Array]:
    """Work out every item's log likelihood in every draw, shape (draw,)."""
    if not items:
        return {"": np.zeros(source.weighting.draws)}
    return source.map(lambda values: likelihoods_of(question, values, items))


def likelihoods_of(question: Question, values: Values, items: Sequence[Item]) -> Mapping[str, Array]:
    """Work out every item's log likelihood in a chunk of draws."""
    predicted = predictions_of(question, values, items)[2]
    clock = Clock(question.assumptions.calendar, question.as_of)
    return {item.id: log_density(item, item.observation(clock), predicted[item.id], clock) for item in items}


def predictions_of(
    question: Question, values: Values, items: Sequence[Item]
) -> tuple[World, Outcome, Mapping[str, Array]]:
    """Work out a chunk's intermediates and dates, and what the model says of every item's observation."""
    world, own = outcome_of(question, values)
    outcomes = {question.event: own}
    for event in events_of(items):
        if event not in outcomes:
            outcomes[event] = outcome_of(question, values, event=event, world=world)[1]
    return world, own, predictions(items, question.assumptions, values, world, outcomes, question.as_of)


def refuse_conflict(question: Question, items: Sequence[Item], smoothed: SmoothedWeights) -> None:
    """Refuse evidence that the prior hardly allows, naming the items in conflict.

    Raises
    ------
    UntrustworthyError
        If fewer than `COLLAPSED` effective draws are left even of a million.
    """
    if smoothed.effective_draws >= COLLAPSED or not items:
        return
    many = replace(question, draws=max(question.draws, ESCALATED_DRAWS), quasi_random=False)
    columns = likelihoods(many, prior_for(many, items), items)
    effective = _effective(total(columns))
    if effective >= COLLAPSED:
        return
    alone = {name: _effective(column) for name, column in columns.items()}
    impossible = [name for name, left in alone.items() if left < COLLAPSED]
    if impossible:
        culprits = f"{', '.join(impossible)}: hardly possible under the prior"
    else:
        without = {
            name: _effective(total({other: column for other, column in columns.items() if other != name}))
            for name in columns
        }
        worst = sorted(without, key=lambda name: -without[name])[:2]
        culprits = f"{' and '.join(worst)} contradict each other or the rest"
    raise UntrustworthyError(
        f"evidence and prior conflict: of {many.draws:,} prior draws only {effective:.1f} count. {culprits}. "
        "Leave items out with --evidence, lower their reliability or weight, or widen the prior"
    )


def _effective(log_ratios: Array) -> float:
    largest = log_ratios.max()
    if not np.isfinite(largest):
        return 0.0
    raw = np.exp(log_ratios - largest)
    return float(raw.sum() ** 2 / (raw**2).sum())


def _why_not_importance(smoothed: SmoothedWeights) -> str:
    if smoothed.khat >= GOOD_KHAT:
        return f"NUTS, because the importance weights' k-hat is {smoothed.khat:.2f} (good below {GOOD_KHAT})"
    return (
        f"NUTS, because only {smoothed.effective_draws:,.0f} of the importance draws count "
        f"({FEWEST_EFFECTIVE:,} are wanted; more --draws would do as well)"
    )
