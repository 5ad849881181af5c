"""Whether draws can be trusted, and what is said where they cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...priors.errors import CatchupError

if TYPE_CHECKING:
    from .streaming import AnyDistribution

GOOD_KHAT = 0.5
WORST_KHAT = 0.7
FEWEST_EFFECTIVE = 1_000  # effective draws below which the importance engine hands over
COLLAPSED = 20  # effective draws below which prior and evidence hardly overlap
FEWEST_DRAWS = 20  # of which ten lie on either side of the median: of fewer, no error and no diagnostic means anything
WORST_RHAT = 1.01
FEWEST_CHAIN_EFFECTIVE = 400  # bulk and tail ESS of the date, as R-hat's authors advise for four chains
MOST_DIVERGENT = 1e-3  # share of transitions
UNLIKELY = 1e-3  # probability of a reading as far out, or of a silence given all else, below which nothing is answered

LONG_TAILED = "the variance of the date rests on a few draws far beyond all others: shares of it are chance"


class UntrustworthyError(CatchupError):
    """The answer cannot be trusted; the message says which diagnostic failed and what to try.

    Examples
    --------
    >>> from catchup.analysis import UntrustworthyError
    >>> str(UntrustworthyError("the weights' Pareto shape is 0.9")), UntrustworthyError.exit_code
    ("the weights' Pareto shape is 0.9", 1)
    """

    exit_code = 1


@dataclass(frozen=True)
class Diagnostics:
    """What says whether the draws can be trusted; None where it does not apply.

    Attributes
    ----------
    ess : float
        Effective number of draws.
    khat : float or None
        Pareto shape of the importance weights.
    rhat_max : float or None
        Largest R-hat over all parameters.
    divergences : int or None
        Divergent transitions.

    Examples
    --------
    >>> from catchup.analysis import Diagnostics
    >>> Diagnostics(ess=5_000.0, khat=0.4).divergences is None  # importance draws have none
    True
    """

    ess: float
    khat: float | None = None
    rhat_max: float | None = None
    divergences: int | None = None


def refuse_few_draws(draws: int) -> None:
    """Refuse a number of draws of which nothing can be told, not even the median.

    Raises
    ------
    UntrustworthyError
        Saying how many it takes.
    """
    if draws < FEWEST_DRAWS:
        said = "only one draw" if draws == 1 else f"only {draws} draws"
        raise UntrustworthyError(f"{said}, and even the median takes {FEWEST_DRAWS}: try more --draws")


def few_draws(effective: float, what: str) -> str:
    """Say that so many effective draws are too few for something."""
    return f"only {effective:,.0f} effective draws: too few for the {what}"


def few_for_quantiles(distribution: AnyDistribution, levels: Iterable[float]) -> list[str]:
    """Say which of some quantiles rest on too few draws, if any does."""
    few = [f"{p:g}" for p in levels if not distribution.quantile(p).meaningful]
    return [few_draws(distribution.effective_draws, f"quantile(s) {', '.join(few)}")] if few else []
