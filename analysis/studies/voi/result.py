"""What was found of the value of information, and the JSON object of ``catchup voi``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...inference.estimates import ZERO, Estimate
from ...inference.result import Result
from .date_draws import DateDraws
from .decision import Decision
from .disclosures import Disclosure
from .learning import Learning, Outcome
from .silences import ComingSilence
from .uncertainty import Narrowing, jackknife

NOTHING = "would not narrow the date: zero within its Monte Carlo error"
KNOWN = "has been fixed: there is nothing to learn"
SHOWN_OUTCOMES = (0.1, 0.5, 0.9)  # probabilities of what a continuous observation may come to


@dataclass(frozen=True)
class QuantityValue:
    """What learning a quantity exactly would do.

    Attributes
    ----------
    quantity, description, unit : str
        As in the prior table.
    narrowing : Narrowing or None
        None where the quantity has been fixed.
    """

    quantity: str
    description: str
    unit: str
    narrowing: Narrowing | None

    @property
    def size(self) -> float:
        """Value of what quantities are put in order by."""
        return self.ranked_by.value

    @property
    def ranked_by(self) -> Estimate:
        """By what quantities are put in order, those within noise last.

        The share of the variance, or the loss where that rests on few draws.
        """
        if self.narrowing is None:
            return ZERO
        share = self.narrowing.variance_share
        return share if share.meaningful else self.narrowing.loss

    @property
    def note(self) -> str:
        """Why there is nothing to show of it, in words; empty where there is."""
        if self.narrowing is None:
            return KNOWN
        return NOTHING if in_noise(self.narrowing) else ""


@dataclass(frozen=True)
class DisclosureValue:
    """What a disclosure would do.

    Attributes
    ----------
    disclosure : Disclosure
        The disclosure that is valued.
    learning : Learning
        All that it may say.
    narrowing, exactly : Narrowing
        What it would do, and what knowing without error what it is about would.
    silence : ComingSilence or None
        What it is about, where it is a silence.
    """

    disclosure: Disclosure
    learning: Learning
    narrowing: Narrowing
    exactly: Narrowing
    silence: ComingSilence | None = None

    @property
    def note(self) -> str:
        """Why there is nothing to show of it, in words; empty where there is."""
        return NOTHING if in_noise(self.narrowing) else ""

    def outcomes(self) -> list[tuple[float, Outcome]]:
        """Some of what it may say, each with a probability: its own, or of less being said."""
        outcomes = self.learning.outcomes
        masses = [float(outcome.uncertainty.mass[0]) for outcome in outcomes]
        shares = [mass / sum(masses) for mass in masses]
        if self.possible:
            return list(zip(shares, outcomes, strict=True))
        below = np.cumsum(shares)[:-1]
        return [(p, outcomes[int(np.searchsorted(below, p))]) for p in SHOWN_OUTCOMES]

    @property
    def possible(self) -> bool:
        """Whether it says one of a few things, instead of a number."""
        return len(self.learning.outcomes) <= 2


@dataclass(frozen=True)
class ValueOfInformation(Result):
    """What learning would do to the date and to a decision.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    before : DateDraws
        The date before anything is learnt.
    decision : Decision
        Whose loss is meant.
    quantities : tuple of QuantityValue
        By the share of the variance that would go, largest first; by the loss where the variance rests on few draws.
    disclosures : tuple of DisclosureValue
        By the loss that each is expected to save, largest first.
    notes : tuple of str
        What the reader must know.
    """

    before: DateDraws
    decision: Decision
    quantities: tuple[QuantityValue, ...]
    disclosures: tuple[DisclosureValue, ...]
    notes: tuple[str, ...] = ()

    @property
    def loss(self) -> Estimate:
        """Expected loss of the best action now."""
        return jackknife(self.before.uncertainty.loss)

    @property
    def perfect(self) -> Estimate:
        """Expected loss that knowing the date itself would save."""
        gathered = self.before.fine
        return jackknife(self.before.uncertainty.loss - gathered.mean(self.decision.loss_if_known(gathered.months)))

    @property
    def action(self) -> Estimate:
        """The best action now: a month, or 1 to act and 0 to wait."""
        return jackknife(self.decision.best_action(self.before.fine), smooth=False)

    def width(self, level: float) -> Estimate:
        """Months between the ends of the central interval now."""
        return jackknife(self.before.uncertainty.widths[level], smooth=False)


def in_noise(found: Narrowing) -> bool:
    """Whether what would be learnt cannot be told from nothing."""
    return (found.variance_share.noise or not found.variance_share.meaningful) and found.loss.noise
