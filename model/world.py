"""What the race works out: what every event shares, each firm's way to it, and when it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import equations
from .law import Law
from .pools import Pool


@dataclass(frozen=True)
class World:
    """What every event shares.

    Attributes
    ----------
    mythos_flop : (draw,)
        Mythos's pre-training compute, FLOP.
    annual_progress : (draw,)
        Algorithmic progress in force at t = 0, factor per year.
    law : Law
        How the requirement falls, and has fallen.
    flop_month : dict of str to (draw,)
        By firm, what an H100e delivers in a month, FLOP.
    pools : dict of str to Pool
        By firm.
    stages : tuple of World
        Those that it was made of, where policies have been enacted: the one before them, and one for each.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.model import load_assumptions, outcome
    >>> assumptions = load_assumptions(model="article")
    >>> medians = {name: assumptions.quantiles(name, [0.5]) for name in assumptions.needed()}
    >>> world, found = outcome(assumptions, medians)
    >>> [f"{flop:.2g}" for flop in world.mythos_flop], world.annual_progress.round(2)
    (['5.5e+26'], array([10.]))
    """

    mythos_flop: Any
    annual_progress: Any
    law: Law
    flop_month: dict[str, Any]
    pools: dict[str, Pool]
    stages: tuple[World, ...] = ()


@dataclass(frozen=True)
class Contender:
    """One firm's way to an event; months since t = 0 unless said otherwise.

    Attributes
    ----------
    able : (draw,)
        When it could launch, whatever else keeps it from that.
    launch : (draw,)
        When its run launches.
    pool : (draw,)
        Its compute then, H100e.
    requirement : (draw,)
        What the capability costs then, FLOP.
    run_length : (draw,)
        Months that the run would take on the whole pool.
    pretrained : (draw,)
        When its pre-training ends.
    post_training : (draw,)
        Months from there to readiness.
    whole_post_training : (draw,)
        Months that all of it would take under the circumstances that held last: others than `post_training` where
        these changed when a part of it was done.
    slowdown : (draw,) or float
        Factor by which what remained of its run, when circumstances changed last, takes longer than planned.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.model import load_assumptions, outcome
    >>> assumptions = load_assumptions(model="article")
    >>> medians = {name: assumptions.quantiles(name, [0.5]) for name in assumptions.needed()}
    >>> world, found = outcome(assumptions, medians)
    >>> {firm: each.ready.round(1) for firm, each in found.contenders.items()}
    {'hyperscaler': array([11.6]), 'startup': array([14.3])}
    """

    able: Any
    launch: Any
    pool: Any
    requirement: Any
    run_length: Any
    pretrained: Any
    post_training: Any
    whole_post_training: Any
    slowdown: Any = 1.0

    @property
    def ready(self) -> Any:
        """When the firm is ready, months; (draw,)."""
        return equations.ready(self.pretrained, self.post_training)


@dataclass(frozen=True)
class Outcome:
    """When an event comes.

    Attributes
    ----------
    target_flop : (draw,)
        Compute that the event asks for at t = 0, FLOP.
    contenders : dict of str to Contender
        By firm.
    pretrained : (draw,)
        First end of pre-training among the firms, months.
    post_training : (draw,)
        Months from there to readiness.
    ready : (draw,)
        When the first firm is ready, months.
    foreseen : tuple of (float, (draw,))
        By month in which policies have changed circumstances, when it would have been ready without that change and
        those after it.
    before : Outcome or None
        How it would have come without any of them.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.model import load_assumptions, outcome
    >>> assumptions = load_assumptions(model="article")
    >>> medians = {name: assumptions.quantiles(name, [0.5]) for name in assumptions.needed()}
    >>> world, found = outcome(assumptions, medians)
    >>> found.pretrained.round(1), found.ready.round(1), found.ready_of("startup").round(1)
    (array([10.]), array([11.6]), array([14.3]))
    """

    target_flop: Any
    contenders: dict[str, Contender]
    pretrained: Any
    post_training: Any
    ready: Any
    foreseen: tuple[tuple[float, Any], ...] = ()
    before: Outcome | None = None

    def ready_of(self, firm: str) -> Any:
        """When a firm is ready, first or not, months; (draw,)."""
        return self.contenders[firm].ready


def runs_in(outcomes: Mapping[str, Outcome]) -> dict[tuple[str, str], Contender]:
    """Each firm's way to each event, by event and firm."""
    return {(event, firm): run for event, outcome in outcomes.items() for firm, run in outcome.contenders.items()}


def foreseen_in(month: float, ready: Any, foreseen: Sequence[tuple[float, Any]]) -> Any:
    """When it is ready as far as could be foreseen in a month, which knows of no policy enacted later."""
    return next((then for changed, then in foreseen if changed > month), ready)
