"""What learning each quantity, and what each disclosure to come, would do to the date and to a decision."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ....evidence.latents import latent_quantities
from ....evidence.likelihood import log_density, simulate
from ....evidence.schema import Item
from ....model.calendar import Clock
from ....model.enacted import beyond_doubt
from ....model.events import describe_quantity
from ....model.policies import apply_lever
from ....priors.arguments import listed
from ....priors.errors import refuse_unknown
from ...inference.column_names import QUANTITY, under
from ...inference.diagnostics import FEWEST_DRAWS, LONG_TAILED, UntrustworthyError, few_draws
from ...inference.draws import DrawSource, Values
from ...inference.estimates import Array
from ...inference.likelihoods import latent_beliefs, races_of
from ...inference.outcomes import READY, ready_under
from ...inference.posterior import Posterior
from ...inference.progress import track
from ...inference.question import Question
from ...inference.weights import lightened
from ..sensitivity.one_at_a_time import uncertain_quantities
from .date_draws import DateDraws
from .disclosures import Disclosure, read_disclosures
from .learning import Learning, choose, learn_exactly, observe
from .pending import Pending
from .result import DisclosureValue, QuantityValue, ValueOfInformation
from .silences import (
    READINESS,
    SO_FAR,
    ComingSilence,
    beside,
    claimed_after,
    doubted_reports,
    ended_by,
    predicted_apart,
)

FEWEST = 100  # effective draws, below which slices of them say nothing
ENOUGH = 1_000  # effective draws, from which each slice has tails of its own
SELDOM = 1e-4  # of a distribution, which never comes and may be left out: a tenth of a tail's Monte Carlo error
RARE = f"left out: the draws in which the event never comes, fewer than {SELDOM:.2%}"
BY_LOSS = f"{LONG_TAILED}, and quantities stand in order of the loss"
TAKEN, NOT_TAKEN = 1.0, 0.0  # branches of a policy


def value_of_information(posterior: Posterior, pending: Pending, *, only: Sequence[str] = ()) -> ValueOfInformation:
    """Work out what learning would do.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    pending : Pending
        What may be learnt, and the decision whose expected loss is asked for.
    only : sequence of str
        Quantities and disclosures to look at; all disclosures, and all quantities that the date depends on, where
        none is named.

    Raises
    ------
    InputError
        If a name in `only` is neither a quantity nor a disclosure.
    UntrustworthyError
        If too few draws count, or the event never comes in more than `SELDOM` of them; of chains, in any.
    """
    source, items = posterior.source, posterior.items
    question, disclosures = read_disclosures(pending.disclosures, posterior.question, pending.known)
    quantities, chosen = _chosen(question, items, disclosures, only)
    enacted = beyond_doubt(question.assumptions.enacted)
    decided = [disclosure for disclosure in chosen if disclosure.text.lever in enacted]
    ended = {each.id: report for each in chosen if (report := ended_by(each.item, items)) is not None}
    over = [disclosure for disclosure in chosen if disclosure.id in ended]
    unfit = [disclosure for disclosure in chosen if disclosure.unfit]
    chosen = [disclosure for disclosure in chosen if disclosure not in (*decided, *over, *unfit)]
    columns = _columns(question, source, quantities, chosen, items)
    kept, weighting = lightened(source.weighting)
    columns = {name: column[kept] for name, column in columns.items()}
    comes = np.isfinite(columns[READY])
    if not comes.all():
        share = weighting.mean((~comes).astype(float))
        if share > SELDOM or weighting.chains:
            raise UntrustworthyError(
                f"in {share:.3%} of the draws the event never comes: no loss can be expected of its date"
            )
        kept, columns = kept[comes], {name: column[comes] for name, column in columns.items()}
    draws = DateDraws(columns[READY], source.weighting, pending.decision, kept)
    if draws.effective < FEWEST:
        raise UntrustworthyError(f"{few_draws(draws.effective, 'value of information')}: try more --draws")
    beliefs = question.assumptions.beliefs
    learnt = []
    for name in track(quantities, len(quantities), "Quantities"):
        description, unit = describe_quantity(question.assumptions.table, name)
        found = None if beliefs[name].certain else learn_exactly(draws, columns[QUANTITY + name]).narrowing
        learnt.append(QuantityValue(name, description, unit, found))
    valued = [
        _value(question, draws, disclosure, columns, items) for disclosure in track(chosen, len(chosen), "Disclosures")
    ]
    return ValueOfInformation(
        replace(posterior.origin, question=question),
        before=draws,
        decision=pending.decision,
        quantities=tuple(sorted(learnt, key=lambda row: (row.ranked_by.noise, -row.size))),
        disclosures=tuple(sorted(valued, key=lambda row: (row.narrowing.loss.noise, -row.narrowing.loss.value))),
        notes=(
            *((few_draws(draws.effective, "tails of what is learnt"),) if draws.effective < ENOUGH else ()),
            *(() if comes.all() else (RARE,)),
            *((BY_LOSS,) if quantities and _long_tailed(draws) else ()),
            *(f"left out, as it has been enacted: {disclosure.text.title}" for disclosure in decided),
            *(_over(disclosure, ended[disclosure.id]) for disclosure in over),
            *(f"left out: {disclosure.text.title} ({disclosure.unfit})" for disclosure in unfit),
        ),
    )


def _long_tailed(draws: DateDraws) -> bool:
    return draws.uncertainty.rests_on < FEWEST_DRAWS


def _over(disclosure: Disclosure, report: Item) -> str:
    return f"left out, as {report.event} had been reached by {report.id}: {disclosure.text.title}"


def _chosen(
    question: Question, items: Sequence[Item], disclosures: Mapping[str, Disclosure], only: Sequence[str]
) -> tuple[list[str], list[Disclosure]]:
    """Quantities and disclosures to look at."""
    beliefs, only = question.assumptions.beliefs, listed("only", only, "quantities and disclosures")
    if not only:
        latents = [name for name in latent_quantities(items, question.assumptions) if not beliefs[name].certain]
        return list(dict.fromkeys([*uncertain_quantities(question), *latents])), list(disclosures.values())
    refuse_unknown("quantity or disclosure", only, [*beliefs, *disclosures], key="--only")
    wanted = list(dict.fromkeys(only))
    return [name for name in wanted if name in beliefs], [disclosures[name] for name in wanted if name in disclosures]


def _columns(
    question: Question,
    source: DrawSource,
    quantities: Sequence[str],
    disclosures: Sequence[Disclosure],
    items: Sequence[Item],
) -> Values:
    """The date, the quantities, and what each disclosure is about, in every draw."""
    assumptions = question.assumptions
    pending = [disclosure.item for disclosure in disclosures if disclosure.item is not None]
    further = {
        column: item for disclosure in disclosures for column, item in beside(question, disclosure, items).items()
    }
    reports = doubted_reports(items, [item for item in pending if item.kind.is_silence])
    levers = {
        disclosure.column: apply_lever(
            assumptions.levers[disclosure.text.lever], assumptions.race, question.as_of_months
        )
        for disclosure in disclosures
        if disclosure.text.lever is not None
    }

    def evaluate(values: Values) -> Values:
        every = [*pending, *further.values()]
        raced = races_of(question, values, every)
        predicted = predicted_apart(question, values, every, reports, raced)
        return {
            READY: raced[1][question.event].ready,
            **under(QUANTITY, {name: values[name] for name in quantities}),
            **{disclosure.column: predicted[disclosure.id] for disclosure in disclosures if disclosure.item},
            **{column: predicted[item.id] for column, item in further.items()},
            **{column: ready_under(question, values, lever) for column, lever in levers.items()},
        }

    needed = latent_beliefs(question, pending) | assumptions.beliefs_of(quantities)
    if levers:
        needed |= assumptions.beliefs_of(assumptions.needed([question.event], distillation=True))
    return source.extended(needed).map(evaluate)


def _value(
    question: Question, draws: DateDraws, disclosure: Disclosure, columns: Values, items: Sequence[Item]
) -> DisclosureValue:
    about = columns[disclosure.column]
    if disclosure.item is None:
        probability = disclosure.text.probability or 0.0
        branches = {NOT_TAKEN: draws.months, TAKEN: about}
        found = choose(draws, branches, {NOT_TAKEN: 1.0 - probability, TAKEN: probability})
        return _row(disclosure, found, found)
    exact = columns.get(disclosure.column + READINESS, about)
    if _silent(disclosure.item, items):
        # Nothing has been reported so far: silence to come is silence given that, and a report's delay begins anew on
        # the day asked, which is exact where the delay is exponential.
        exact = np.maximum(exact, question.as_of_months)
        about = about - columns[disclosure.column + SO_FAR] if disclosure.item.kind.is_silence else exact
    pending = disclosure.item
    claimed = claimed_after(question, pending, items)
    if claimed is not None:
        pending, about = claimed, columns[disclosure.column + SO_FAR]
    # of its own, so that a disclosure's figures do not depend on which others are asked about
    rng = np.random.default_rng([question.seed, zlib.crc32(disclosure.id.encode())])
    clock = question.clock
    found = observe(
        draws,
        partial(_simulate, pending, clock, rng),
        partial(_log_density, pending, clock),
        about,
        rng,
    )
    silence = ComingSilence.of(question, disclosure.item, items)
    return _row(disclosure, found, learn_exactly(draws, exact), silence)


def _row(
    disclosure: Disclosure, found: Learning, exactly: Learning, silence: ComingSilence | None = None
) -> DisclosureValue:
    return DisclosureValue(disclosure, found, found.narrowing, exactly.narrowing, silence)


def _silent(pending: Item, items: Sequence[Item]) -> bool:
    """Whether a disclosure would end a silence that the draws are conditioned on."""
    silences = {item.event for item in items if item.kind.is_silence}
    return (pending.kind.is_silence or pending.kind.reports_event) and pending.event in silences


def _simulate(item: Item, clock: Clock, rng: np.random.Generator, predicted: Array) -> Array:
    return simulate(item, predicted, clock, rng)


def _log_density(item: Item, clock: Clock, value: float | Array, predicted: Array) -> Array:
    return log_density(item, value, predicted, clock)
