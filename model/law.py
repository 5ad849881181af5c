r"""How far the requirement has fallen: one law for the world, read later by a firm whose know-how is behind.

With :math:`\Lambda` the logarithm of the progress made since t = 0, the world's requirement is
:math:`M e^{-\Lambda(t)}`. Before t = 0 progress was at the pace of t = 0. A firm whose know-how is q months behind is
at :math:`\Lambda(t - q)`; what holds from a month s on, a policy say, acts on what it gains from then on:

.. math:: F(t) = F_s + \Lambda'(t - q) - \Lambda'(s - q),

:math:`F_s` being how far its requirement has fallen by then. At a constant rate all of it is a straight line in t, and
goes into the target (see `equations.lagged_target` and `equations.target_after_change`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import equations
from .equations import LARGEST_LOG_FACTOR, SMALLEST_PACE
from .mechanisms.mechanism import Progress
from .mechanisms.own import CONSTANT

LAST_MONTH = 1e6  # since t = 0; no law but the constant one is asked beyond it


@dataclass(frozen=True)
class Law:
    """How the requirement falls.

    Attributes
    ----------
    progress : Progress
        The way of it.
    pace : (draw,)
        Rate at t = 0, per month.
    values : tuple of (draw,)
        Of the quantities that it draws on.
    """

    progress: Progress
    pace: Any
    values: tuple[Any, ...] = ()

    @property
    def constant(self) -> bool:
        """Whether the rate is always the same."""
        return self.progress == CONSTANT

    def log_progress(self, xp: Any, t: Any) -> Any:
        """Logarithm by which the requirement has fallen by time t (months)."""
        if self.constant:
            return self.pace * t
        values = dict(zip(self.progress.quantities, self.values, strict=True))
        since = xp.minimum(xp.maximum(t, 0.0), LAST_MONTH)
        return self.progress.log_progress(xp, since, self.pace, values) + self.pace * xp.minimum(t, 0.0)


@dataclass(frozen=True, kw_only=True)
class LawInTurn(Law):
    """A law that has held since a month, after another one.

    Attributes
    ----------
    before : Law
        The other.
    month : float or (draw,)
        Since t = 0.
    """

    before: Law
    month: Any

    @property
    def constant(self) -> bool:
        return False

    def log_progress(self, xp: Any, t: Any) -> Any:
        own = Law(self.progress, self.pace, self.values)
        since = own.log_progress(xp, xp.maximum(t, self.month)) - own.log_progress(xp, self.month)
        return self.before.log_progress(xp, xp.minimum(t, self.month)) + since


@dataclass(frozen=True)
class Fall:
    """How a firm's requirement falls.

    Attributes
    ----------
    law : Law
        The world's.
    lag : (draw,) or float
        Months that the firm is behind it.
    offset : (draw,) or float
        What is added to the law's logarithm.
    """

    law: Law
    lag: Any = 0.0
    offset: Any = 0.0

    def at(self, xp: Any, t: Any) -> Any:
        """Logarithm by which the firm's requirement has fallen by time t (months)."""
        if self.law.constant:
            return self.law.log_progress(xp, t)
        return self.law.log_progress(xp, t - self.lag) + self.offset


def law_of(progress: Progress, pace: Any, values: Mapping[str, Any]) -> Law:
    """Give a way of progressing its numbers."""
    return Law(progress, pace, tuple(values[name] for name in progress.quantities))


def numbers_of(law: Law) -> list[Any]:
    """Numbers of a law, and of those before it, as `law_of_numbers` reads them back."""
    own = [law.pace, *law.values]
    return [*own, law.month, *numbers_of(law.before)] if isinstance(law, LawInTurn) else own


def law_of_numbers(progress: Progress, numbers: Sequence[Any]) -> Law:
    """Make a law of its numbers, by some way of progressing."""
    pace, values, rest = numbers[0], numbers[1 : 1 + len(progress.quantities)], numbers[1 + len(progress.quantities) :]
    if not rest:
        return Law(progress, pace, tuple(values))
    before = law_of_numbers(progress, rest[1:])
    return LawInTurn(progress, pace, tuple(values), before=before, month=rest[0])


def fall_behind(xp: Any, law: Law, lag: Any, unlimited_pace: Any, before: Law | None, month: float) -> Fall:
    """How the requirement of a firm falls whose know-how is behind, and in whose world a law may have changed.

    Parameters
    ----------
    xp : module
        ``numpy`` or ``pytensor.tensor``.
    law : Law
        That holds.
    lag : (draw,) or None
        Months that know-how is behind.
    unlimited_pace : (draw,)
        Rate at t = 0 before any policy limited it, at which know-how fell behind until then.
    before : Law, optional
        That held until a month.
    month : float
        That month, since t = 0; 0 where none held before.
    """
    if lag is None:
        offset = 0.0 if before is None else before.log_progress(xp, month) - law.log_progress(xp, month)
        return Fall(law, 0.0, offset)
    lag = xp.minimum(lag, LARGEST_LOG_FACTOR / xp.maximum(unlimited_pace, SMALLEST_PACE))
    fallen = -unlimited_pace * lag
    if before is not None:
        fallen = fallen + before.log_progress(xp, month - lag) - before.log_progress(xp, -lag)
    return Fall(law, lag, fallen - law.log_progress(xp, month - lag))


def required(xp: Any, target_flop: Any, fall: Fall, t: Any) -> Any:
    """Compute that a firm's run costs at time t (FLOP)."""
    return equations.requirement(xp, target_flop, fall.at(xp, t))
