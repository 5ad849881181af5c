"""Efficiency: the progress that a launch needs, through which channels it would come, and what gaps it closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ....model.calendar import quarter_ends
from ....model.efficiency import (
    CHANNEL_QUANTITIES,
    CHANNELS,
    EDGE_QUANTITIES,
    channel_shares,
    edge_over_rich,
    gap_made_up,
    held_back_progress,
    months_until,
    split_progress,
)
from ....model.equations import largest_run
from ....model.generative import Outcome, World
from ....model.law import Law
from ....model.obstacle_effects import budgets_in_force
from ....priors.errors import InputError
from ...inference.draws import Values
from ...inference.estimates import Array, Distribution, Estimate
from ...inference.outcomes import outcome_of
from ...inference.posterior import Posterior, refuse_other_than_posterior
from ...inference.question import Question
from ...inference.result import Result

GAPS = (2.0, 3.0, 5.0, 10.0, 30.0, 100.0)
MONTHS_AHEAD = 36
READINGS = {
    "progress": "against Mythos, all progress counted",
    "held_back": "against Mythos, replication delayed and distillation limited",
    "edge": "against labs that progress as well",
}


@dataclass(frozen=True)
class ClosedBy:
    """Probability that a gap in compute is made up for on a day.

    Attributes
    ----------
    day : date
        At the end of this day.
    probability : dict of str to Estimate
        By reading; see `READINGS`.
    """

    day: date
    probability: dict[str, Estimate]


@dataclass(frozen=True)
class Efficiency(Result):
    """What efficiency has to do for compute, and can.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    needed : Distribution
        Mythos's compute over what the first run spends: the progress it needs.
    channels : dict of str to Distribution
        The factors of it that come by each channel.
    beyond_ceiling : Estimate
        Probability that distillation would have to give more than it can.
    gap_now : Distribution
        Mythos's compute over the largest run that any firm would commit to on the day of the question.
    gap : float
        The gap asked about.
    closed : tuple of ClosedBy
        How likely it is made up for on a day; labs that progress too can open it again.
    lags : dict of float to Distribution
        By gap, the months of progress that make up for it.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, efficiency, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = efficiency(prior)
    >>> 0.0 <= found.beyond_ceiling.value <= 1.0
    True
    """

    needed: Distribution
    channels: dict[str, Distribution]
    beyond_ceiling: Estimate
    gap_now: Distribution
    gap: float
    closed: tuple[ClosedBy, ...]
    lags: dict[float, Distribution]


def efficiency(posterior: Posterior, gap: float | None = None) -> Efficiency:
    """Work out what efficiency has to do for compute, and can.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    gap : float, optional
        The gap in compute to close: the sources' tenfold one by default.

    Raises
    ------
    InputError
        If the gap is not above 1.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, efficiency, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> found = efficiency(prior, gap=5.0)
    >>> found.gap, sorted(found.channels)
    (5.0, ['distilled', 'own', 'replicated'])
    """
    refuse_other_than_posterior(posterior)
    question, source = posterior.question, posterior.source
    assumptions = question.assumptions
    wanted = assumptions.table.number("compute_gap") if gap is None else gap
    if not 1.0 < wanted < float("inf"):
        raise InputError(f"a ratio above 1 was expected, not {wanted:g}", key="--gap")
    days = quarter_ends(question.as_of, MONTHS_AHEAD)
    moments = [assumptions.calendar.months_by(day) for day in days]
    gaps = sorted({*GAPS, wanted})

    def evaluate(values: Values) -> dict[str, Any]:
        world, result = outcome_of(question, values)
        needed = result.target_flop / first_requirement(result)
        shares = channel_shares(values["distilled_share"], values["replicated_share"])
        split = split_progress(np, needed, shares)
        return {
            "needed": needed,
            **{name: getattr(split, name) for name in CHANNELS},
            "beyond ceiling": split.distilled > values["distillation_ceiling"],
            "gap": smallest_gap(question, values, world, result),
            **{f"lag {at}": months_until(world.law, at) for at in gaps},
            **_closed(values, world.law, moments, wanted),
        }

    names = [*CHANNEL_QUANTITIES, *EDGE_QUANTITIES]
    columns = source.extended(assumptions.beliefs_of(names)).map(evaluate)

    def spread(name: str) -> Distribution:
        return Distribution(columns[name], source.weighting)

    def chance(name: str) -> Estimate:
        return Distribution(columns[name].astype(float), source.weighting).mean

    return Efficiency(
        posterior.origin,
        needed=spread("needed"),
        channels={name: spread(name) for name in CHANNELS},
        beyond_ceiling=chance("beyond ceiling"),
        gap_now=spread("gap"),
        gap=wanted,
        closed=tuple(
            ClosedBy(day, {name: chance(f"{name} {months}") for name in READINGS})
            for day, months in zip(days, moments, strict=True)
        ),
        lags={at: spread(f"lag {at}") for at in gaps},
    )


def first_requirement(result: Outcome) -> Array:
    """Compute that the first run spends (FLOP), shape (draw,)."""
    contenders = list(result.contenders.values())
    ends = np.stack([contender.pretrained for contender in contenders])
    spent = np.stack([contender.requirement for contender in contenders])
    return np.asarray(np.take_along_axis(spent, ends.argmin(axis=0)[None], axis=0)[0])


def smallest_gap(question: Question, values: Values, world: World, result: Outcome) -> Array:
    """What the event asks for at t = 0 over the largest run any firm would commit to on the day of the question."""
    shares = budgets_in_force(np, question.assumptions, question.event, values)
    runs = [
        largest_run(share, world.pools[firm].at(np, question.as_of_months), world.flop_month[firm])
        for firm, share in shares.items()
    ]
    return np.asarray(result.target_flop / np.max(runs, axis=0))


def _closed(values: Values, law: Law, moments: Sequence[float], gap: float) -> dict[str, Any]:
    """Whether the gap is made up for at each moment, by reading."""
    shares = channel_shares(values["distilled_share"], values["replicated_share"])
    delay, ceiling = values["replication_delay_months"], values["distillation_ceiling"]
    edges = values["own_innovation_edge"], values["replication_edge"]
    closed: dict[str, Any] = {}
    for months in moments:
        reached = {
            "progress": gap_made_up(np, law.log_progress(np, months)),
            "held_back": np.exp(held_back_progress(np, months, law, shares, delay, ceiling).total),
            "edge": np.exp(edge_over_rich(np, months, *edges, delay, ceiling).total),
        }
        closed |= {f"{name} {months}": factor >= gap for name, factor in reached.items()}
    return closed
