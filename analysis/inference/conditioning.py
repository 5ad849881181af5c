"""The prior conditioned on evidence, by either of two engines that test each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ...evidence.latents import with_latents
from ...evidence.ledgers import Ledger, load_ledger
from ...evidence.selection import Selection, select
from .adaptation import drawn_from_fit, reweighted
from .conflict import ESCALATED_DRAWS, refuse_conflict
from .forecast import Diagnostics
from .importance import SmoothedWeights
from .likelihoods import prior_for
from .question import DrawSource, Question
from .trust import FEWEST_EFFECTIVE, GOOD_KHAT, WORST_KHAT, UntrustworthyError

FEWEST_FOR_A_TAIL = 100  # draws below which k-hat says nothing


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


def condition(
    question: Question, selection: Selection, engine: str = "auto", *, refuse: bool = True, fit: bool = False
) -> Conditioned:
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
        return Conditioned(
            question,
            selection,
            source,
            "importance",
            Diagnostics(ess=smoothed.effective_draws, khat=smoothed.khat),
            smoothed.log_mean.value,
            notes,
        )
    from .nuts import sample_posterior

    reason = "" if engine == "nuts" else f"NUTS, because {_shortcoming(smoothed, 'importance')}"
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
