"""Checks of the draws themselves: effective number, k-hat, R-hat, divergences, Monte Carlo error."""

from __future__ import annotations

from collections.abc import Iterator

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
from .result import CheckResult, judge_above, judge_below

CHECKED_QUANTILES = (0.05, 0.5, 0.95)
LARGE_ERROR, LARGEST_ERROR = 0.1, 0.5  # of the date's standard deviation
MORE_DRAWS = "ask for more --draws"


def check_draws(posterior: Posterior) -> Iterator[CheckResult]:
    """Check whether a posterior's draws can be trusted."""
    if posterior.engine == "importance":
        yield from _weights(posterior)
    else:
        yield from _chains(posterior)
    yield _monte_carlo_error(posterior.ready)


def _weights(posterior: Posterior) -> Iterator[CheckResult]:
    khat = posterior.diagnostics.khat
    khat = float("nan") if khat is None else khat
    yield CheckResult(
        id="khat",
        title="Pareto k-hat of the importance weights",
        verdict=judge_above(khat, GOOD_KHAT, WORST_KHAT),
        figure=khat,
        threshold=WORST_KHAT,
        detail=f"the weights' tail is light enough below {GOOD_KHAT}, too heavy above {WORST_KHAT}",
        advice="" if khat <= GOOD_KHAT else f"try --engine nuts, or {MORE_DRAWS}",
    )
    ess = posterior.diagnostics.ess
    yield CheckResult(
        id="ess",
        title="effective number of draws",
        verdict=judge_below(ess, FEWEST_EFFECTIVE, FEWEST_CHAIN_EFFECTIVE),
        figure=ess,
        threshold=FEWEST_CHAIN_EFFECTIVE,
        detail=f"of {posterior.source.weighting.draws:,} draws, weighted",
        advice="" if ess >= FEWEST_EFFECTIVE else f"{MORE_DRAWS}, or try --engine nuts",
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
    errors = {p: ready.quantile(p).mcse for p in CHECKED_QUANTILES}
    worst = max(errors, key=lambda p: errors[p])
    share = errors[worst] / ready.sd if ready.sd > 0.0 else 0.0
    return CheckResult(
        id="mcse",
        title="largest Monte Carlo error of the date's quantiles, over its standard deviation",
        verdict=judge_above(share, LARGE_ERROR, LARGEST_ERROR),
        figure=share,
        threshold=LARGEST_ERROR,
        detail=f"{errors[worst]:.3f} months at {worst:.0%}, of a standard deviation of {ready.sd:.2f}",
        advice="" if share <= LARGE_ERROR else MORE_DRAWS,
    )
