r"""What would tell structures apart: the day on which "ready by then, or not" says most of which one holds.

The information is mutual, :math:`I(K; 1[T \le t])`, in bits, each structure being as likely as the others.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ...model.calendar import month_ends
from ..inference.estimates import Distribution
from ..inference.forecast import MONTHS_AHEAD
from ..inference.question import Question

ENOUGH = 0.1  # bits; information that is called telling
LEAST = 0.005  # bits; less would be written as none


@dataclass(frozen=True)
class Telling:
    """What the question "ready by this day, or not" would say of the structures.

    Attributes
    ----------
    day : date
    information : float
        Bits expected.
    chances : mapping of str to float
        Probability by then, by structure.
    """

    day: date
    information: float
    chances: Mapping[str, float]


def telling(question: Question, dates: Mapping[str, Distribution], among: Collection[str]) -> list[Telling]:
    """Work out, for the coming month ends, what "ready by then, or not" would say of which structure holds.

    Parameters
    ----------
    question : Question
        Its day and calendar are used.
    dates : mapping of str to Distribution
        By structure, months since t = 0.
    among : collection of str
        Structures that are told apart, each as likely as the others; of the rest chances alone are shown.
    """
    calendar = question.assumptions.calendar
    entries = []
    for day in month_ends(question.as_of, MONTHS_AHEAD):
        moment = calendar.months_by(day)
        chances = {name: ready.probability_below(moment).value for name, ready in dates.items()}
        information = mutual_information([chance for name, chance in chances.items() if name in among])
        entries.append(Telling(day, information, chances))
    return entries


def soonest(entries: Sequence[Telling]) -> Telling:
    """Return the first month end that says `ENOUGH`; the one that says most where none does."""
    return first_telling(entries) or max(entries, key=lambda row: row.information)


def first_telling(entries: Sequence[Telling]) -> Telling | None:
    """Return the first month end that says `ENOUGH`; None where none does."""
    return next((row for row in entries if row.information >= ENOUGH), None)


def most_telling(entries: Sequence[Telling]) -> Telling | None:
    """Return the month end that says most; None where none says as much as would be written."""
    most = max(entries, key=lambda row: row.information)
    return most if most.information >= LEAST else None


def mutual_information(chances: Sequence[float]) -> float:
    """Bits that a yes or no is expected to give about which of several equally likely structures holds."""
    return _entropy(float(np.mean(chances))) - float(np.mean([_entropy(chance) for chance in chances]))


def _entropy(chance: float) -> float:
    if chance <= 0.0 or chance >= 1.0:
        return 0.0
    return -(chance * math.log2(chance) + (1.0 - chance) * math.log2(1.0 - chance))
