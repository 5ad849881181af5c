"""Whose chance to be first a leak about a firm moves, and how far the date, over every kind that names a firm.

A leak of what a firm alone has (its stock, its money, the day of its run) leaves the dates of the others as they are.
Where it makes the firm's own date earlier whatever the quantile, each of the others can only lose by it, and what it
gains is the sum of what they lose: no other chance moves as far. The same, signs turned, where its date is later.

What tells of a budget is another matter. Firms of a kind have a typical budget in common (`hyperscaler_budget`,
`startup_budget`), of which two fifths of a surprise about one of them are read: Z.ai committing more makes DeepSeek
commit more, which is likelier to be first to begin with, and so gains as much. Were the typical budgets known, it would
not. Of `run_finished` and `training_run` even the firm's own date may be moved both ways at once: the size of a run
that is near what was expected excludes the larger budgets with the smaller ones, and by the larger ones a lesser firm
comes to be first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pytest

from catchup.analysis.inference.differences import quantile_shift
from catchup.analysis.inference.estimates import Array, Distribution, Weighting
from catchup.analysis.inference.importance import smooth_weights
from catchup.analysis.inference.likelihoods import predictions_of, prior_for
from catchup.analysis.inference.outcomes import FIRST, READY, summary_columns
from catchup.analysis.inference.question import Question
from catchup.evidence.latents import with_latents
from catchup.evidence.likelihood import log_density
from catchup.evidence.schema import Item
from catchup.model.assumptions import load_assumptions
from item_cases import DAY, item

DRAWS, FALSE_ALARM = 200_000, 4.5  # standard errors; one in 150,000 a comparison
LESS = 3.0  # standard errors by which one shift is smaller than another; one in 700
SIX = ("bytedance", "alibaba", "tencent", "deepseek", "moonshot", "zai")  # the largest first
HYPERSCALERS = SIX[:3]
SEPTEMBER = date(2026, 9, 15)
OF_ITS_OWN = ("compute_stock", "cluster", "rental_spend", "capital_spending", "run_started")
OF_BUDGETS = ("budget_share", "run_finished", "training_run")


def about(kind: str, firm: str, value: float = 1e9) -> Item:
    """A leak of a kind about a firm; of a run that has begun the value counts for nothing."""
    observed, likelihood = {
        "compute_stock": (
            {"value": value, "chip": "H100e", "interval": None, "level": None, "date": SEPTEMBER},
            {"sd": 0.3},
        ),
        "cluster": ({"value": value, "chip": "H100e", "date": SEPTEMBER}, {"sd": 0.3}),
        "rental_spend": ({"value": value}, {"mean_stock_ratio": 0.7, "sd": 0.3}),
        "capital_spending": ({"value": value, "year": 2026, "ai_share": 0.7}, {"sd": 0.3, "yearly_growth": 2.0}),
        "run_started": ({"date": SEPTEMBER}, {"months_sd": 2.0}),
        "run_finished": ({"date": SEPTEMBER, "size": value}, {"size_sd": 0.3, "typical_share": 0.5}),
        "training_run": (
            {"date": SEPTEMBER, "active_parameters": value / 6.0 / 2e13, "tokens": 2e13},
            {"sd": 0.3, "typical_share": 0.5},
        ),
        "budget_share": ({"low": min(value, 1.0), "high": min(value, 1.0)}, {"sd": 0.3}),
    }[kind]
    stated = {key: each for key, each in observed.items() if each is not None}
    return item(kind, f"{kind}-{firm}".replace("_", "-"), observed=stated | {"firm": firm}, likelihood=likelihood)


def firms_of(kind: str) -> tuple[str, ...]:
    return HYPERSCALERS if kind == "capital_spending" else SIX  # a start-up buys no compute, but rents it


@dataclass(frozen=True)
class World:
    """Draws of the prior: who is first, when, and what they predict of each kind of leak about each firm."""

    question: Question
    columns: Mapping[str, Array]

    def weighting(self, leak: Item) -> Weighting:
        clock = self.question.clock
        weights = smooth_weights(log_density(leak, leak.observation(clock), self.columns[leak.id], clock)).weights
        return Weighting(DRAWS, weights=weights / weights.sum())

    def leak(self, kind: str, firm: str, times: float) -> Item:
        """A leak of so many times what is expected of a firm; of a run, that it has begun."""
        expected = float(np.median(self.columns[about(kind, firm).id]))
        return about(kind, firm, 1e9 if kind == "run_started" else times * math.exp(expected))

    def change(self, leak: Item, firm: str) -> tuple[float, Array]:
        """By how much a leak changes a firm's chance to be first, and each draw's contribution to that."""
        column, weighting = self.columns[FIRST + firm], self.weighting(leak)
        before, after = column.mean(), weighting.mean(column)
        return after - before, weighting.shares * (column - after) - (column - before) / DRAWS

    def shift(self, leak: Item) -> tuple[float, float]:
        """By how many months a leak moves the median, and the error of that."""
        ready = self.columns[READY]
        moved = quantile_shift(Distribution(ready, self.weighting(leak)), Distribution(ready, Weighting(DRAWS)), 0.5)
        return moved.value, moved.mcse


@cache
def world(*known: str) -> World:
    """The prior, some quantities known: at their medians."""
    plain = load_assumptions()
    fixed = {name: float(plain.quantiles(name, [0.5])[0]) for name in known}
    leaks = [about(kind, firm) for kind in (*OF_ITS_OWN, *OF_BUDGETS) for firm in firms_of(kind)]
    question = Question(with_latents(load_assumptions(fixed=fixed), leaks), DAY, draws=DRAWS)

    def evaluate(values: dict[str, Array]) -> dict[str, Array]:
        return {**summary_columns(question, values), **predictions_of(question, values, leaks)[2]}

    return World(question, prior_for(question, leaks).map(evaluate))


def exceeds_others(where: World, leak: Item, firm: str) -> list[str]:
    """Firms whose chance a leak moves further than the firm's own, beyond what chance explains."""
    own, parts = where.change(leak, firm)
    found = []
    for other in SIX:
        theirs, its = where.change(leak, other)
        error = float(np.sqrt(np.sum((np.sign(own) * parts - np.sign(theirs) * its) ** 2)))
        if other != firm and abs(own) - abs(theirs) < -FALSE_ALARM * error:
            found.append(other)
    return found


@pytest.mark.parametrize(("kind", "firm"), [(kind, firm) for kind in OF_ITS_OWN for firm in firms_of(kind)])
def test_a_leak_of_what_a_firm_has_moves_its_own_chance_most(kind: str, firm: str) -> None:
    """Over random leaks, of more and of less than is expected."""
    rng = np.random.default_rng([SIX.index(firm), len(kind)])
    for _ in range(2):
        leak = world().leak(kind, firm, float(np.exp(rng.choice([-1.0, 1.0]) * rng.uniform(0.3, 0.9))))
        if kind == "run_started":
            earlier = date.fromordinal(SEPTEMBER.toordinal() - int(rng.integers(0, 60)))
            leak = item(kind, leak.id, observed={"firm": firm, "date": earlier}, likelihood={"months_sd": 2.0})
        assert exceeds_others(world(), leak, firm) == []


@pytest.mark.parametrize("firm", SIX)
def test_a_share_moves_its_own_firms_chance_most_were_the_typical_ones_known(firm: str) -> None:
    known = world("hyperscaler_budget", "startup_budget")
    for times in (2.0, 3.0):
        leak = known.leak("budget_share", firm, times)
        own, parts = known.change(leak, firm)
        assert own > FALSE_ALARM * float(np.sqrt(np.sum(parts**2)))
        assert exceeds_others(known, leak, firm) == []


@pytest.mark.parametrize(("firm", "other"), [("zai", "deepseek"), ("alibaba", "bytedance")])
def test_a_share_is_read_of_others_of_its_kind_by_what_is_typical(firm: str, other: str) -> None:
    """The likelier one of the kind gains, where its typical budget is not known; it loses where it is."""
    gained, parts = world().change(world().leak("budget_share", firm, 2.0), other)
    assert gained > FALSE_ALARM * float(np.sqrt(np.sum(parts**2)))
    known = world("hyperscaler_budget", "startup_budget")
    lost, its = known.change(known.leak("budget_share", firm, 2.0), other)
    assert lost < FALSE_ALARM * float(np.sqrt(np.sum(its**2))) < gained


@pytest.mark.parametrize("kind", [kind for kind in (*OF_ITS_OWN, *OF_BUDGETS) if kind != "capital_spending"])
def test_a_leak_about_the_smallest_moves_the_date_less_than_about_the_largest(kind: str) -> None:
    """Of twice what is expected, or of a run that has begun: the largest firm is first in most draws.

    Not of capital: whoever buys is a hyperscaler, and the stock inside China and the chips to come, of which all three
    have a share, move the date by as much whichever of them is heard of. Of a bill the price is taken to be known: an
    uncertain one explains most of it.
    """
    where = world("rental_price") if kind == "rental_spend" else world()
    (largest, its_error), (smallest, error) = (where.shift(where.leak(kind, firm, 2.0)) for firm in (SIX[0], SIX[-1]))
    assert largest < 0.0
    assert abs(smallest) < abs(largest) - LESS * math.hypot(its_error, error)
