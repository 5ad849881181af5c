"""What a calibration found: whether each quantity's ranks are uniform, and its intervals hold what they promise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ...inference.diagnostics import FEWEST_EFFECTIVE, GOOD_KHAT, WORST_KHAT
from ...inference.estimates import Array
from ...inference.json_values import significant
from ...inference.probabilities import INTERVALS
from .fits import Fit
from .plan import Plan
from .uniformity import Band, Counts, counts_below, p_value, points, simultaneous_band

LEVEL = 0.99


@dataclass(frozen=True)
class Coverage:
    """How often a central interval held the truth.

    Attributes
    ----------
    probability : float
        What the interval promises.
    share : float
        What it held.
    low, high : float
        Where that share lies with probability `LEVEL` if the promise is kept.
    """

    probability: float
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """One quantity's ranks.

    Attributes
    ----------
    name : str
        The quantity.
    counts : array of int, shape (point,)
        Ranks below each point.
    p_value : float
        Of uniformity.
    inside : bool
        Whether the ECDF stays inside the band for this quantity alone, which one right quantity in a hundred leaves.
    passed : bool
        Whether it stays inside the band for all quantities together.
    coverages : tuple of Coverage
        Of the central intervals.
    """

    name: str
    counts: Counts
    p_value: float
    inside: bool
    passed: bool
    coverages: tuple[Coverage, ...]


@dataclass(frozen=True)
class Calibration:
    """Finished fits of a plan.

    Attributes
    ----------
    plan : Plan
        What was calibrated.
    fits : tuple of Fit
        In order.
    notes : tuple of str
        What was resumed or repaired.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, calibrate, make_plan
    >>> from catchup.evidence import load_ledger
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 21), draws=1_000)
    >>> plan = make_plan(question, [load_ledger().items["eci-lag"]])
    >>> calibrate(plan, fits=4).verdicts[0].name
    'ready'
    """

    plan: Plan
    fits: tuple[Fit, ...]
    notes: tuple[str, ...] = ()

    @property
    def ranks(self) -> Counts:
        """Ranks, shape (fit, tracked quantity)."""
        return np.array([fit.ranks for fit in self.fits], dtype=np.int64)

    @property
    def band(self) -> Band:
        """Band of one quantity on its own."""
        return simultaneous_band(len(self.fits), LEVEL)

    @property
    def joint_band(self) -> Band:
        """Band that all quantities together stay in with probability `LEVEL` at least (Bonferroni)."""
        return simultaneous_band(len(self.fits), 1.0 - (1.0 - LEVEL) / len(self.plan.tracked))

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One per tracked quantity, in order."""
        total, ranked = len(self.fits), self.plan.ranked_draws
        ranks, band, joint = self.ranks, self.band, self.joint_band
        counts = counts_below(ranks, ranked)
        return tuple(
            Verdict(
                name,
                counts[:, column],
                p_value(counts[:, column], total),
                band.holds(counts[:, column]),
                joint.holds(counts[:, column]),
                tuple(coverage_of(ranks[:, column], ranked, probability) for probability in INTERVALS),
            )
            for column, name in enumerate(self.plan.tracked)
        )

    @property
    def failed(self) -> list[str]:
        """Quantities whose ranks are not uniform."""
        return [verdict.name for verdict in self.verdicts if not verdict.passed]

    def differences(self, verdict: Verdict) -> Array:
        """ECDF minus uniformity at `points`, shape (point,)."""
        return verdict.counts / len(self.fits) - points()

    def diagnostics(self) -> dict[str, Any]:
        """Return what says whether the fits themselves can be trusted, as JSON."""
        ess = np.array([fit.ess for fit in self.fits])
        summary: dict[str, Any] = {
            "ess_min": significant(float(ess.min())),
            "ess_median": significant(float(np.median(ess))),
        }
        if self.plan.engine == "nuts":
            return {
                **summary,
                "fits_short_of_draws": int((ess < self.plan.ranked_draws).sum()),
                "divergences": sum(fit.divergences or 0 for fit in self.fits),
                "draws_max": max(fit.draws or 0 for fit in self.fits),
            }
        examined = [fit for fit in self.fits if fit.khat is not None]
        khat, moved = (np.array([getattr(fit, name) for fit in examined]) for name in ("khat", "smoothed"))
        few = np.array([fit.ess < FEWEST_EFFECTIVE for fit in examined])
        own = np.array([fit.own_share for fit in self.fits], dtype=float)
        return {
            **summary,
            "fits_examined": len(examined),
            "khat_max": round(float(khat.max()), 3),
            "fits_refused": int((khat > WORST_KHAT).sum()),
            "fits_left_to_nuts": int(((khat >= GOOD_KHAT) | few).sum()),
            "smoothing_median": significant(float(np.median(moved))),
            "smoothing_max": significant(float(moved[khat <= WORST_KHAT].max(initial=0.0))),
            "own_share_median": significant(float(np.median(own))),
            "own_share_max": significant(float(own.max())),
        }


def coverage_of(ranks: Counts, ranked_draws: int, probability: float) -> Coverage:
    """Count how often a truth lies inside the central interval of its draws.

    Parameters
    ----------
    ranks : array of int, shape (fit,)
        From 0 to `ranked_draws`.
    ranked_draws : int
        L.
    probability : float
        What the interval promises; the ranks inside it are as near to this share of all L + 1 as whole numbers allow.
    """
    from scipy import stats

    outside = round((1.0 - probability) / 2.0 * (ranked_draws + 1))
    inside = (ranks >= outside) & (ranks <= ranked_draws - outside)
    exact = 1.0 - 2.0 * outside / (ranked_draws + 1)
    low, high = stats.binom.interval(LEVEL, ranks.size, exact)
    return Coverage(probability, float(inside.mean()), float(low / ranks.size), float(high / ranks.size))
