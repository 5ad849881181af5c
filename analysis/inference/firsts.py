"""Who is first: by firm, by kind of firm, and when it comes given that a firm is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from ...model.race import Race
from .draws import Values
from .estimates import Array, Distribution, Estimate, Weighting
from .outcomes import FIRST, READY
from .streaming import AnyDistribution, StreamedDistribution, share_of

DATE_RANGE = (0.0, 600.0)  # months; the range of histograms of dates


def shares_of_archetypes(shares: Mapping[str, Array], race: Race) -> dict[str, Array]:
    """Each archetype's share in being first, from its firms'; by archetype, in the order of the race."""
    found: dict[str, Array] = {}
    for firm, archetype in race.archetypes.items():
        found[archetype] = found[archetype] + shares[firm] if archetype in found else shares[firm]
    return found


def first_firms(columns: Values, weighting: Weighting, firms: Iterable[str]) -> dict[str, Estimate]:
    """Probability that each firm is first, from columns that hold its share in each draw."""
    return {firm: weighting.estimate(columns[FIRST + firm]) for firm in firms}


def first_archetypes(columns: Values, weighting: Weighting, race: Race) -> dict[str, Estimate]:
    """Probability that a firm of each archetype is first."""
    shares = shares_of_archetypes({firm: columns[FIRST + firm] for firm in race.firms}, race)
    return {archetype: weighting.estimate(share) for archetype, share in shares.items()}


def ready_if_first(ready: Distribution, columns: Values, firms: Iterable[str]) -> dict[str, AnyDistribution | None]:
    """When the event comes, months since t = 0, given that a firm is first; None where it is in no draw."""
    return {firm: ready.given(columns[FIRST + firm] > 0.0) for firm in firms}


class StreamedFirsts:
    """The same of draws too many to keep, chunk by chunk.

    Parameters
    ----------
    race : Race
        Whose firms.
    """

    def __init__(self, race: Race) -> None:
        self._race, self._draws = race, 0
        self._wins = dict.fromkeys(race.firms, 0.0)
        self._ready = {firm: StreamedDistribution(*DATE_RANGE) for firm in race.firms}

    def add(self, columns: Mapping[str, Array]) -> None:
        """Take in a chunk's columns."""
        self._draws += columns[READY].size
        for firm in self._race.firms:
            share = columns[FIRST + firm]
            self._wins[firm] += float(share.sum())
            self._ready[firm].add(columns[READY][share > 0.0])

    def firms(self) -> dict[str, Estimate]:
        """See `first_firms`."""
        return {firm: share_of(wins, self._draws) for firm, wins in self._wins.items()}  # ties make the error smaller

    def archetypes(self) -> dict[str, Estimate]:
        """See `first_archetypes`."""
        wins = {firm: np.asarray(wins) for firm, wins in self._wins.items()}
        kinds = shares_of_archetypes(wins, self._race)
        return {kind: share_of(float(each), self._draws) for kind, each in kinds.items()}

    def ready(self) -> dict[str, AnyDistribution | None]:
        """See `ready_if_first`."""
        return {firm: found if found.effective_draws else None for firm, found in self._ready.items()}
