"""Circumstances that change in a month, and what becomes of the runs that had begun by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import equations
from .law import Law
from .naming import ByFirm

if TYPE_CHECKING:
    from .world import Contender


@dataclass(frozen=True)
class Change:
    """Circumstances that held until a month, for a race under those that hold from then on.

    Attributes
    ----------
    month : float
        When they changed, months since t = 0.
    law : Law
        How the requirement fell until then.
    contenders : mapping of (str, str) to Contender
        By event and firm, the race as it would have gone on. Firms not among them had not been in it; those that are no
        longer in it end only what they had launched by then.
    """

    month: float
    law: Law
    contenders: Mapping[tuple[str, str], Contender]


class BegunRuns:
    """Runs that had begun when circumstances changed, and keep what they began with.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    change : Change, optional
        What had held; None where nothing has changed.
    entries : sequence of (str, str)
        Events and firms of the race.

    Attributes
    ----------
    month : float
        When they changed, months since t = 0.
    runs : list of (str, str)
        Events and firms of the race whose runs can have begun by then.
    departed : dict of (str, str) to Contender
        Of the same events, firms that have left the race. What each had launched by then ends as it had planned, even
        where another firm has its compute since: all that one loses is as much as the rest of that run takes. It
        launches nothing else.
    """

    def __init__(self, xp: Any, change: Change | None, entries: Sequence[tuple[str, str]]) -> None:
        self._xp, self._change = xp, change
        self._before = {} if change is None else change.contenders
        self.month = 0.0 if change is None else change.month
        self.runs = [at for at in entries if at in self._before]
        raced = {event for event, _ in entries}
        self.departed = {at: self._departed(at) for at in self._before if at[0] in raced and at not in self.runs}

    def able(self, moments: ByFirm) -> ByFirm:
        """Return from when on firms could launch, had there been no run by then.

        Parameters
        ----------
        moments : mapping of (str, str) to (draw,)
            When compute would suffice under the circumstances that hold now, months since t = 0. One before the change
            only says that it suffices when they change: a firm that could launch before then has been able to since.
        """
        if self._change is None:
            return moments
        month, before = self.month, self._change.contenders
        since = {at: self._xp.minimum(before[at].able, month) if at in before else month for at in moments}
        return {at: self._xp.where(moment > month, moment, since[at]) for at, moment in moments.items()}

    def kept(self, attribute: str, values: ByFirm) -> dict[tuple[str, str], Any]:
        """Return values by event and firm, with those of the race before in place of them where a run had begun.

        Parameters
        ----------
        attribute : str
            Of `Contender`.
        values : mapping of (str, str) to (draw,)
            Of the race under the circumstances that hold now.
        """
        begun = {
            at: self._xp.where(self._begun(at), getattr(self._before[at], attribute), values[at]) for at in self.runs
        }
        return {**values, **begun}

    def ends(self, planned: ByFirm, launch: ByFirm, slowdown: ByFirm, anew: ByFirm) -> dict[tuple[str, str], Any]:
        """Return ends of pre-training by event and firm; see `equations.end_after_change`.

        Parameters
        ----------
        planned, launch : mapping of (str, str) to (draw,)
            Ends as planned, and launches: months since t = 0.
        slowdown : mapping of (str, str) to (draw,)
            Of `runs`: how much longer the rest of each takes.
        anew : mapping of (str, str) to (draw,)
            Of `runs`: when each would end if it started over, months since t = 0.
        """
        ends = self.kept("pretrained", planned)
        for at in self.runs:
            further = slowdown[at] / self._before[at].slowdown
            going_on = equations.resumed(self._xp, ends[at], self.month, further)
            ends[at] = equations.end_after_change(self._xp, launch[at], ends[at], going_on, anew[at], self.month)
        return ends

    def post_training(self, whole: ByFirm, ends: ByFirm) -> ByFirm:
        """Return months of post-training by event and firm; see `equations.post_training_after_change`.

        Parameters
        ----------
        whole : mapping of (str, str) to (draw,)
            What all of it takes under the circumstances that hold now.
        ends : mapping of (str, str) to (draw,)
            Ends of pre-training, from `ends`.
        """
        months = {at: self._finishing(at, whole[at], ends[at]) for at in self.runs}
        # The same mapping where nothing has changed: all firms may share one array, of which one date is made.
        return {**whole, **months} if any(months[at] is not whole[at] for at in months) else whole

    def _finishing(self, at: tuple[str, str], whole: Any, end: Any) -> Any:
        """Months of one firm's post-training."""
        before = self._before[at]
        if whole is before.whole_post_training:
            return before.post_training
        parts = end, before.post_training, before.whole_post_training, whole
        return equations.post_training_after_change(self._xp, *parts, self.month)

    def slowdown(self, at: tuple[str, str], slower: ByFirm) -> Any:
        """Return by what factor the rest of a run takes longer than planned: 1 for one that is not under way.

        Parameters
        ----------
        at : (str, str)
            Event and firm.
        slower : mapping of (str, str) to (draw,)
            Of `runs`, were they under way.
        """
        if at not in self.runs:
            return 1.0
        under_way = self._begun(at) & (self._before[at].pretrained > self.month)
        return self._xp.where(under_way, slower[at], 1.0)

    def _begun(self, at: tuple[str, str]) -> Any:
        """Whether a run had begun when circumstances changed."""
        return self._before[at].launch < self.month

    def _departed(self, at: tuple[str, str]) -> Contender:
        """What is left of a firm that is in the race no longer."""
        before, begun = self._before[at], self._begun(at)
        moments = {name: getattr(before, name) for name in ("able", "launch", "pretrained")}
        return replace(
            before, **{name: self._xp.where(begun, moment, self._xp.inf) for name, moment in moments.items()}
        )
