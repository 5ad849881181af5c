"""Decisions and disclosures for tests of the value of information, and closed forms of what they are worth."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import integrate, stats

from catchup.analysis.inference.draws import DrawSource
from catchup.analysis.inference.question import Question
from catchup.analysis.studies.voi.decision import Decision, read_decision
from catchup.analysis.studies.voi.pending import Pending
from catchup.analysis.studies.voi.result import ValueOfInformation
from catchup.analysis.studies.voi.study import value_of_information
from catchup.analysis.studies.voi.uncertainty import LEVELS, Narrowing
from catchup.evidence.schema import Item
from item_cases import posterior_from

EARLY, LATE = 1.0, 3.0
HORIZON, ACTING, WAITING = -0.3, 1.0, 2.0
TAU = EARLY / (EARLY + LATE)
Z = {level: 2.0 * stats.norm.isf(0.5 - 0.5 * level) for level in LEVELS}
FIGURES = ("variance_share", "sd", *(f"width {level:g}" for level in LEVELS), "loss")


def date_decision(today: float = -1e6) -> Decision:
    """A date to be prepared by, which may lie anywhere."""
    costs = {"cost_per_month_early": EARLY, "cost_per_month_late": LATE}
    return read_decision("test", {"title": "t", "unit": "u", "kind": "date", **costs}, today, file="test.toml")


def horizon_decision() -> Decision:
    """Act now or wait, with the horizon at `HORIZON` months since t = 0."""
    costs = {"horizon_months": 100.0 + HORIZON, "cost_of_acting": ACTING, "cost_of_being_late": WAITING}
    return read_decision("test", {"title": "t", "unit": "u", "kind": "act-or-wait", **costs}, -100.0, file="test.toml")


def figures(found: Narrowing) -> np.ndarray:
    """Values and MCSEs in the order of `FIGURES`, shape (figure, 2)."""
    rows = [found.variance_share, found.sd, *(found.widths[level] for level in LEVELS), found.loss]
    return np.array([[row.value, row.mcse] for row in rows])


def gaussian(share: float, decision: str = "date") -> np.ndarray:
    """What a standard normal date loses when a linear, normal signal explains a share of its variance."""
    left = np.sqrt(1.0 - share)
    slope = (EARLY + LATE) * stats.norm.pdf(stats.norm.ppf(TAU))
    loss = slope * (1.0 - left) if decision == "date" else _acting(0.0) - _acting(share)
    return np.array([share, 1.0 - left, *(width * (1.0 - left) for width in Z.values()), loss])


def _acting(share: float) -> float:
    """Expected loss of acting or waiting once a share of a standard normal date's variance is known."""
    if share == 0.0:
        return min(ACTING, WAITING * float(stats.norm.cdf(HORIZON)))

    def loss(signal: float) -> float:
        probability = stats.norm.cdf((HORIZON - np.sqrt(share) * signal) / np.sqrt(1.0 - share))
        return min(ACTING, WAITING * float(probability)) * float(stats.norm.pdf(signal))

    return float(integrate.quad(loss, -9.0, 9.0, limit=400)[0])


def lognormal(location: float, before: float, after: float) -> np.ndarray:
    """What a date whose logarithm is normal loses when the log's sd is known to fall from `before` to `after`.

    The log's mean moves as it must: the expected posterior is the prior.
    """
    moved = before**2 - after**2

    def parts(sd: float, spread: float) -> np.ndarray:
        variance = np.expm1(sd**2) * np.exp(2.0 * location + 2.0 * spread + sd**2)
        scale = np.exp(location + 0.5 * spread)
        widths = [scale * 2.0 * np.sinh(0.5 * width * sd) for width in Z.values()]
        below = np.exp(0.5 * sd**2) * stats.norm.cdf(stats.norm.ppf(TAU) - sd)
        loss = scale * (EARLY * np.exp(0.5 * sd**2) - (EARLY + LATE) * below)
        return np.array([variance, *widths, loss])

    now, then = parts(before, 0.0), parts(after, moved)
    return np.array([1.0 - then[0] / now[0], np.sqrt(now[0]) - np.sqrt(then[0]), *(now - then)[1:]])


def valued(
    question: Question,
    source: DrawSource,
    tables: dict[str, dict[str, Any]],
    items: tuple[Item, ...] = (),
    decision: Decision | None = None,
    **options: Any,
) -> ValueOfInformation:
    """The value of information of some disclosures, given as tables."""
    known = {item.id: item for item in items}
    rows = {name: (table, "test.toml") for name, table in tables.items()}
    pending = Pending(rows, decision or date_decision(), known)
    return value_of_information(posterior_from(question, source, items), pending, **options)


def reading_to_come(sd: float, quantity: str = "post_training_months") -> dict[str, Any]:
    """A disclosure of a quantity."""
    return {
        "title": "A reading",
        "kind": "quantity_reading",
        "observed": {"quantity": quantity},
        "likelihood": {"sd": sd},
    }
