"""Readings and claims that are believed by their files, and read as not genuine by the answer.

A reading or claim allows for not being about what it says. Where prior and other evidence leave no room for what it
says, that doubt absorbs it: it moves nothing, and no diagnostic fails. This module finds such items.

An item is overruled where its posterior probability of being genuine is below `DISBELIEVED`, and either its file
states at least `RELIABLE`, or no draw of the prior lets it be genuine with as much as `DISBELIEVED`, or somebody
who looked on the day that it reports, or later, found nothing. The first is a disagreement that its author must hear
of: from odds of at least 1 to 1 to odds below 1 to 19, a factor that Jeffreys calls strong evidence. The second is an
item that says nothing whatever else is counted, the third one that a silence alone denies. One stated with less than
`DISBELIEVED` is read as its author does, and is never overruled.

The mirror of it is a doubt that has no say: a background that could hardly have said what was seen leaves the item
genuine with certainty, however little its file believes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...evidence.rumours import rumours_in
from ...evidence.schema import Item
from ...priors.normal_rank import rank_of_one
from .diagnostics import COLLAPSED
from .draws import Values
from .estimates import Array, Estimate, Weighting
from .importance import effective_number
from .likelihoods import genuine_of, predictions_of, prior_for, races_of, unheard_of
from .question import Question
from .terms import Terms, terms_in
from .widening import Widening, widenings
from .words import share_text

RELIABLE = 0.5  # stated probability of being genuine from which on an item is believed by its own file
DISBELIEVED = 0.05  # posterior probability of being genuine below which an item is read as not genuine
SPEECHLESS = 1e-4  # probability, under a background, of what was seen or further out, below which it has no say
JUDGED_DRAWS = 20_000  # prior draws in which it is looked for whether an item can be genuine at all


@dataclass(frozen=True)
class Genuineness:
    """Whether a reading or claim is read as genuine.

    Attributes
    ----------
    item : Item
        The reading or claim.
    stated : float
        Probability of being genuine that its file states.
    posterior : Estimate
        Probability of being genuine, everything counted.
    alone : float or None
        The same with nothing counted but the item; None where nobody needed to know.
    possible : bool
        Whether some draw of the prior lets it be genuine with at least `DISBELIEVED`.
    widenings : tuple of Widening
        What the prior would have to reach, the least change first; empty unless it is the prior that excludes it.
    speechless : str
        What the item's background says and what was seen, where the one could hardly have been the other; or empty.
    denied_by : str
        Id of a silence that was confirmed through the day that it reports or a later one; empty where there is none.
    """

    item: Item
    stated: float
    posterior: Estimate
    alone: float | None = None
    possible: bool = True
    widenings: tuple[Widening, ...] = ()
    speechless: str = ""
    denied_by: str = ""

    @property
    def doubtful(self) -> bool:
        """Whether it may be overruled: stated with some trust, and read as not genuine."""
        return self.posterior.value < DISBELIEVED <= self.stated

    @property
    def overruled(self) -> bool:
        """Whether the answer reads as not genuine what the item's file believes; see the module."""
        return self.doubtful and (self.stated >= RELIABLE or not self.possible or bool(self.denied_by))

    @property
    def excluded_by(self) -> str | None:
        """What speaks against it: the prior, or the other items; None where it is not overruled."""
        if not self.overruled:
            return None
        return "prior" if self.alone is None or self.alone < DISBELIEVED else "other items"

    @property
    def verdict(self) -> str:
        """How it is read, in a few words."""
        genuine = share_text(self.posterior.value)
        return f"read as not genuine (posterior {genuine})" if self.overruled else f"genuine with {genuine}"

    @property
    def warning(self) -> str:
        """What its author must know, in a line; empty where there is nothing."""
        if self.speechless and not self.overruled:
            return (
                f"{self._said}, is read as {self.verdict}: {self.speechless}. Give "
                "background_mean and background_sd what such an item says when it is about something else"
            )
        if self.excluded_by is None:
            return ""
        alone = "" if self.alone is None else share_text(self.alone)
        read = f"{self._said}, is {self.verdict}"
        if self.excluded_by == "other items" and self.denied_by:
            known = f"silence confirmed through the day that it reports ({self.denied_by})"
            return f"{read}: {known} excludes it (alone, {alone})"
        if self.excluded_by == "other items":
            return f"{read}: the other items exclude it (alone, {alone}); see catchup influence"
        excludes = "all but excludes" if self.possible else "excludes"
        return f"{read}: the prior {excludes} it. {_advice(self.widenings)}"

    @property
    def _said(self) -> str:
        """The item, and what its file says of being genuine: as it states it, or what two other probabilities say."""
        share = share_text(self.stated)
        if "reliability" in self.item.stated_likelihood:
            return f"{self.item.id}, stated with {share}"
        return f"{self.item.id}, whose true_positive / (true_positive + false_positive) is {share}"


def doubted(question: Question, items: Iterable[Item]) -> list[Item]:
    """Items that allow for not being about what they say."""
    clock = question.clock
    return [item for item in items if item.stated_reliability(clock) is not None]


def genuine_in(question: Question, values: Values, items: Sequence[Item]) -> Values:
    """Probability in each of a chunk of draws that each reading or claim among some items is about what it says.

    Parameters
    ----------
    question : Question
        What is asked, the items' latent quantities among its assumptions.
    values : dict of str to array, shape (draw,)
        Of every quantity that the question and the items depend on.
    items : sequence of Item
        Items that never doubt it have no column.
    """
    suspects = doubted(question, items)
    if not suspects:
        return {}
    beside = rumours_in(items, question.as_of)
    asked = [*suspects, *(item for item in items if item.id in beside and item not in suspects)]
    raced = races_of(question, values, asked)
    predicted = predictions_of(question, values, asked, raced)[2]
    return genuine_of(question, asked, predicted, unheard_of(question, values, asked, raced))


def genuineness_of(
    question: Question, items: Sequence[Item], genuine: Values, weighting: Weighting
) -> tuple[Genuineness, ...]:
    """Judge the doubted items of an answer.

    Parameters
    ----------
    question : Question
        What was asked, the items' latent quantities among its assumptions.
    items : sequence of Item
        Those counted.
    genuine : dict of str to array, shape (draw,)
        By item, the probability of being genuine in each of the answer's draws; see `genuine_in`.
    weighting : Weighting
        How those stand for the posterior.
    """
    found = [_row(question, item, items, weighting.estimate(genuine[item.id])) for item in doubted(question, items)]
    suspects = [row.item for row in found if row.doubtful]
    if not suspects:
        return tuple(found)
    prior = _OnPrior(question, suspects)
    return tuple(_examined(row, prior) if row.doubtful else row for row in found)


def genuineness_on_prior(question: Question, items: Sequence[Item], about: Sequence[Item]) -> tuple[Genuineness, ...]:
    """Judge doubted items by a few draws of the prior, without an answer: enough to tell what the prior excludes.

    Parameters
    ----------
    question : Question
        What would be asked, the items' latent quantities among its assumptions; its draws and seed are not used.
    items : sequence of Item
        All that would be counted.
    about : sequence of Item
        Those to judge, among them.
    """
    chosen = doubted(question, about)
    if not chosen:
        return ()
    prior = _OnPrior(question, items)
    return tuple(_examined(_row(question, item, items, prior.given_all(item)), prior) for item in chosen)


class _OnPrior:
    """Draws of the prior, with what they say of some items together and of each by itself."""

    def __init__(self, question: Question, items: Sequence[Item]) -> None:
        self.question = replace(question, draws=JUDGED_DRAWS, quasi_random=False)
        draws = prior_for(self.question, items)
        self._terms = Terms.of(self.question, items, draws.map(lambda values: terms_in(self.question, values, items)))

    def alone(self, item: Item) -> float:
        """Probability that an item is genuine with nothing else counted."""
        return _mean(self._genuine_alone(item), self._terms.joint([item.id])).value

    def given_all(self, item: Item) -> Estimate:
        """Probability that an item is genuine, all counted; with it alone where too few draws count."""
        terms = self._terms
        whole = terms.joint(terms.names)
        if effective_number(whole) < COLLAPSED:
            return _mean(self._genuine_alone(item), terms.joint([item.id]))
        return _mean(genuine_of(self.question, terms.items, terms.predicted, terms.unheard)[item.id], whole)

    def possible(self, item: Item) -> bool:
        """Whether an item may be genuine in some draw, nothing else being counted."""
        return bool(self._genuine_alone(item).max() >= DISBELIEVED)

    def _genuine_alone(self, item: Item) -> Array:
        predicted = {**self._terms.predicted, **self._terms.unheard}
        return genuine_of(self.question, [item], predicted, {})[item.id]


def _mean(genuine: Array, log_likelihood: Array) -> Estimate:
    raw = np.exp(log_likelihood - log_likelihood.max())
    return Weighting(raw.size, weights=raw / raw.sum()).estimate(genuine)


def _examined(row: Genuineness, prior: _OnPrior) -> Genuineness:
    """Add what draws of the prior say of an item, and what would have to change."""
    found = replace(row, alone=prior.alone(row.item), possible=prior.possible(row.item))
    if found.excluded_by != "prior":
        return found
    return replace(found, widenings=tuple(widenings(prior.question, row.item)))


def _advice(found: Sequence[Widening]) -> str:
    """Say what would let an item count."""
    enough = [each.text for each in found if each.needed is not None]
    short = [each.quantity for each in found if each.needed is None]
    how = "by an overlay (--priors FILE), or try it with --set"
    parts = []
    if enough:
        parts.append(f"For it to count, widen the prior of one of these {how}: {'; '.join(enough)}")
        if short:
            parts.append(f"{', '.join(short)} would bring it nearer, but not near enough alone")
    elif short:
        parts.append(f"For it to count, widen the priors of several quantities {how}: {', '.join(short)} do most")
    else:
        parts.append("No quantity by itself brings the model near it")
    return ". ".join(parts)


def _row(question: Question, item: Item, items: Sequence[Item], posterior: Estimate) -> Genuineness:
    stated = item.stated_reliability(question.clock) or 0.0
    speechless = _speechless(item, question) if stated < 1.0 else ""
    return Genuineness(item, stated, posterior, speechless=speechless, denied_by=_denied_by(question, item, items))


def _denied_by(question: Question, item: Item, items: Sequence[Item]) -> str:
    """Id of a silence that leaves a report no room; empty where there is none."""
    for name, rumours in rumours_in(items, question.as_of).items():
        if any(rumour.report.id == item.id and rumour.denied for rumour in rumours):
            return name
    return ""


def _speechless(item: Item, question: Question) -> str:
    """Say that a normal background could hardly have said what was seen, where that is so."""
    figures, seen = item.figures(question.clock), item.observation(question.clock)
    if "background_mean" not in figures:
        return ""
    mean, sd = figures["background_mean"], figures["background_sd"]
    if 2.0 * rank_of_one(-abs(seen - mean) / sd) >= SPEECHLESS:
        return ""
    return f"its background, {mean:g} ± {sd:g}, could hardly have said {seen:.4g} ({item.kind.unit})"
