"""How far firms are committed: the regime that each one's budget is of, where it may go beyond habit.

A firm is as usual where its habitual budget is the larger one. Where its commitment is, the regime is the last whose
range begins at or below it: the ranges are those of the regimes' own distributions.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...model.assumptions import Assumptions
from .draws import Values
from .estimates import Array, Estimate, Weighting
from .stages import POSITION
from .streaming import share_of

COMMITTED = "committed:"  # begins the columns of regimes, as positions in `regimes_in_order`


def regimes_in_order(assumptions: Assumptions) -> dict[str, float]:
    """Where the range of each regime begins, by id, from habit up."""
    lows = {name: regime.distribution.support()[0] for name, regime in assumptions.regimes.items()}
    return dict(sorted(lows.items(), key=lambda entry: entry[1]))


def committed_firms(assumptions: Assumptions) -> list[str]:
    """Firms whose budget may go beyond habit; none where no regimes are told apart."""
    firms = assumptions.race.firms
    return [name for name, firm in firms.items() if firm.commitment is not None] if assumptions.regimes else []


def commitment_columns(assumptions: Assumptions, values: Mapping[str, Array]) -> Values:
    """The regime that each firm is in, in each draw, as a column a firm."""
    lows = np.array(list(regimes_in_order(assumptions).values()))
    columns: Values = {}
    for name in committed_firms(assumptions):
        firm = assumptions.race.firms[name]
        habit, commitment = (values[quantity] for quantity in firm.budgets)
        place = np.maximum(np.searchsorted(lows, commitment, side="right") - 1, 0)
        columns[COMMITTED + name] = np.where(commitment > habit, place, 0).astype(POSITION)
    return columns


def commitments_of(
    assumptions: Assumptions, columns: Mapping[str, Array], weighting: Weighting
) -> dict[str, dict[str, Estimate]]:
    """Probability of each regime, by firm; nothing of firms whose budgets are habit alone."""
    regimes = list(regimes_in_order(assumptions))
    return {
        firm: {
            regime: weighting.estimate((columns[COMMITTED + firm] == place).astype(float))
            for place, regime in enumerate(regimes)
        }
        for firm in committed_firms(assumptions)
    }


class StreamedCommitments:
    """The same of draws too many to keep, chunk by chunk.

    Parameters
    ----------
    assumptions : Assumptions
        The race and its regimes.
    """

    def __init__(self, assumptions: Assumptions) -> None:
        self._regimes = list(regimes_in_order(assumptions))
        self._counts = {firm: np.zeros(len(self._regimes)) for firm in committed_firms(assumptions)}

    def add(self, columns: Mapping[str, Array]) -> None:
        """Take in a chunk's columns."""
        for firm, counts in self._counts.items():
            column = columns[COMMITTED + firm].astype(int)
            counts += np.bincount(column, minlength=len(self._regimes))

    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """See `commitments_of`."""
        return {
            firm: {name: share_of(count, counts.sum()) for name, count in zip(self._regimes, counts, strict=True)}
            for firm, counts in self._counts.items()
        }
