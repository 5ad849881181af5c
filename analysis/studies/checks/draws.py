"""Checks of the draws themselves: effective number, k-hat, R-hat, divergences, Monte Carlo error."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist

from ...inference.diagnostics import (
    FEWEST_CHAIN_EFFECTIVE,
    FEWEST_EFFECTIVE,
    GOOD_KHAT,
    MOST_DIVERGENT,
    WORST_KHAT,
    WORST_RHAT,
)
from ...inference.estimates import Distribution
from ...inference.posterior import Posterior
from ...inference.probabilities import HEADLINE
from .result import CheckResult, judge_above, judge_below

LARGE_ERROR, LARGEST_ERROR = 0.1, 0.5  # of the date's standard deviation
LOWER = 0.25  # quantile that, with the median, tells the spread of a date that may never come
MORE_DRAWS = "ask for more --draws"


def check_draws(posterior: Posterior) -> Iterator[CheckResult]:
    """Check whether a posterior's draws can be trusted."""
    if posterior.engine == "nuts":
        yield from _chains(posterior)
    else:
        yield from _weights(posterior)
    yield _monte_carlo_error(posterior.ready)


def _weights(posterior: Posterior) -> Iterator[CheckResult]:
    yield _tail(posterior.diagnostics.khat)
    ess = posterior.diagnostics.ess
    yield CheckResult(
        id="ess",
        title="effective number of draws",
        verdict=judge_below(ess, FEWEST_EFFECTIVE, FEWEST_CHAIN_EFFECTIVE),
        figure=ess,
        threshold=FEWEST_CHAIN_EFFECTIVE,
        at_least=True,
        detail=f"of {posterior.source.weighting.draws:,} draws, weighted",
        advice="" if ess >= FEWEST_EFFECTIVE else f"{MORE_DRAWS}, or try --engine nuts",
    )


def _tail(khat: float | None) -> CheckResult:
    title = "Pareto k-hat of the importance weights"
    if khat is None or khat == -math.inf:  # the prior's, or weighed by nothing
        return CheckResult("khat", title, "not applicable", None, WORST_KHAT, "all draws weigh the same")
    return CheckResult(
        id="khat",
        title=title,
        verdict=judge_above(khat, GOOD_KHAT, WORST_KHAT),
        figure=khat,
        threshold=WORST_KHAT,
        detail=f"the weights' tail is light enough below {GOOD_KHAT}, too heavy above {WORST_KHAT}",
        advice="" if khat <= GOOD_KHAT else f"try --engine nuts, or {MORE_DRAWS}",
    )


def _chains(posterior: Posterior) -> Iterator[CheckResult]:
    diagnostics, draws = posterior.diagnostics, posterior.source.weighting.draws
    rhat = float("nan") if diagnostics.rhat_max is None else diagnostics.rhat_max
    yield CheckResult(
        id="rhat",
        title="largest R-hat over all quantities and the date",
        verdict=judge_above(rhat, WORST_RHAT, WORST_RHAT),
        figure=rhat,
        threshold=WORST_RHAT,
        detail="chains agree up to the threshold",
        advice="" if rhat <= WORST_RHAT else f"{MORE_DRAWS}, or try --engine importance",
    )
    yield CheckResult(
        id="ess",
        title="effective number of draws of the date, the smaller of bulk and tail",
        verdict=judge_below(diagnostics.ess, FEWEST_EFFECTIVE, FEWEST_CHAIN_EFFECTIVE),
        figure=diagnostics.ess,
        threshold=FEWEST_CHAIN_EFFECTIVE,
        at_least=True,
        detail=f"of {draws:,} draws in {posterior.source.weighting.chains} chains",
        advice="" if diagnostics.ess >= FEWEST_EFFECTIVE else MORE_DRAWS,
    )
    divergences = diagnostics.divergences or 0
    yield CheckResult(
        id="divergences",
        title="divergent transitions",
        verdict=judge_above(divergences, 0.0, MOST_DIVERGENT * draws),
        figure=float(divergences),
        threshold=MOST_DIVERGENT * draws,
        detail=f"of {draws:,} transitions",
        advice="" if divergences == 0 else "try --engine importance",
    )


def _monte_carlo_error(ready: Distribution) -> CheckResult:
    title = "largest Monte Carlo error of the date's quantiles, over its standard deviation"
    found = {p: ready.quantile(p) for p in HEADLINE}
    errors = {p: estimate.mcse for p, estimate in found.items() if math.isfinite(estimate.value)}
    spread = _spread(ready)
    if not errors or not math.isfinite(spread):
        return CheckResult("mcse", title, "not applicable", None, LARGEST_ERROR, "as likely as not it never comes")
    worst = max(errors, key=lambda p: errors[p])
    share = errors[worst] / spread if spread > 0.0 else 0.0
    return CheckResult(
        id="mcse",
        title=title,
        verdict=judge_above(share, LARGE_ERROR, LARGEST_ERROR),
        figure=share,
        threshold=LARGEST_ERROR,
        detail=f"{errors[worst]:.3f} months at {worst:.0%}, of a standard deviation of {spread:.2f}",
        advice="" if share <= LARGE_ERROR else MORE_DRAWS,
    )


def _spread(ready: Distribution) -> float:
    """Standard deviation; that of a normal distribution of the same lower half, where some draws never come."""
    if math.isfinite(ready.sd):
        return ready.sd
    return (ready.quantile_value(0.5) - ready.quantile_value(LOWER)) / -NormalDist().inv_cdf(LOWER)
