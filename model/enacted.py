"""Policies that have been enacted: levers that act from a day, as facts, in everything that is asked.

Each acts as its lever does from that day on, on what the earlier ones have left. A report of a policy that may be wrong
makes it act in that share of the draws that the report is right in: those whose rank, a uniform number of its own, lies
below its reliability.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .policies import NEVER_STOPS, Intervention, Lever, apply_lever
from .race import Race


@dataclass(frozen=True)
class Enacted:
    """A policy that has been enacted.

    Attributes
    ----------
    name : str
        The item that says so.
    lever : str
        What has been enacted.
    month : float
        When it begins to act, months since t = 0.
    rank : str
        Quantity that decides, by draw, whether the report is right.
    reliability : float
        Share of the draws in which it is.
    """

    name: str
    lever: str
    month: float
    rank: str
    reliability: float = 1.0

    @property
    def certain(self) -> bool:
        """Whether it acts in every draw."""
        return self.reliability >= 1.0

    def acts(self, values: Mapping[str, Any]) -> Any:
        """Whether it acts, 1 or 0: in every draw, or by the draw's rank; (draw,) or a number."""
        return 1.0 if self.certain else (np.asarray(values[self.rank]) < self.reliability).astype(float)


def beyond_doubt(enacted: Iterable[Enacted]) -> set[str]:
    """Levers that have been enacted in every draw, be it from a day to come: of them nothing is left to decide."""
    return {each.lever for each in enacted if each.certain}


def spent(enacted: Iterable[Enacted], levers: Mapping[str, Lever], race: Race) -> dict[str, float]:
    """Levers of which nothing is left to pull, with the month from which that holds.

    Policies that act in every draw are in force: their own levers are spent, and those that would stop or remove no
    more than these have removed. Of what may be wrongly reported something is left.

    Parameters
    ----------
    enacted, levers, race
        As of `enacted_in_turn`.
    """
    found: dict[str, float] = {}
    for force in in_force((each for each in enacted if each.certain), levers, race, {}):
        for name, lever in levers.items():
            change = apply_lever(lever, race, force.act_from_month)
            acts = change.kept or change.stop or change.limit_distillation
            if acts and _adds_nothing(change, force):
                found.setdefault(name, force.act_from_month)
    return found


def _adds_nothing(change: Intervention, force: Intervention) -> bool:
    """Whether what would be changed has been already: certain on both sides."""
    removed = {name for name, share in force.kept.items() if share == 0.0}
    stopped = removed.union(force.stop)  # by the day of the latest policy, which is that of the change
    limited = bool(force.limit_distillation) or not change.limit_distillation
    return limited and removed.issuperset(change.kept) and stopped.issuperset(change.stop)


def enacted_in_turn(
    enacted: Iterable[Enacted], levers: Mapping[str, Lever], race: Race, values: Mapping[str, Any]
) -> list[Intervention]:
    """Return what each policy, in the order of their days, makes by itself of the model.

    Parameters
    ----------
    enacted : iterable of Enacted
        The policies.
    levers : mapping of str to Lever
        By id.
    race : Race
        Whose sources they act on.
    values : mapping
        Ranks of those that are not certain, shape (draw,).
    """
    return [
        _where_it_acts(apply_lever(levers[each.lever], race, each.month), each.acts(values))
        for each in sorted(enacted, key=lambda each: each.month)
    ]


def in_force(
    enacted: Iterable[Enacted], levers: Mapping[str, Lever], race: Race, values: Mapping[str, Any]
) -> list[Intervention]:
    """Return what holds from the day of each policy on, itself and those before it; arguments of `enacted_in_turn`."""
    return list(one_after_another(enacted_in_turn(enacted, levers, race, values)))


def one_after_another(interventions: Iterable[Intervention]) -> Iterator[Intervention]:
    """Yield each intervention with all that was changed before it, in the order of the months from which they act."""
    before = Intervention()
    for each in sorted(interventions, key=lambda each: each.act_from_month):
        kept, stop = dict(before.kept), dict(before.stop)
        kept |= {name: share * before.kept.get(name, 1.0) for name, share in each.kept.items()}
        stop |= {name: np.minimum(month, before.stop.get(name, NEVER_STOPS)) for name, month in each.stop.items()}
        before = Intervention(
            kept=kept,
            stop=stop,
            limit_distillation=np.maximum(before.limit_distillation, each.limit_distillation),
            commitments={**before.commitments, **each.commitments},
            act_from_month=each.act_from_month,
        )
        yield before


def _where_it_acts(change: Intervention, acts: Any) -> Intervention:
    """An intervention that is made in some of the draws."""
    if isinstance(acts, float):
        return change
    return replace(
        change,
        kept={name: 1.0 - acts * (1.0 - share) for name, share in change.kept.items()},
        stop={name: np.where(acts > 0.5, month, NEVER_STOPS) for name, month in change.stop.items()},
        limit_distillation=acts if change.limit_distillation else False,
    )
