"""Leave-one-out checks: how well the other items predict each one, and whether they speak against it.

References
----------
.. [1] Vehtari, Gelman and Gabry, Practical Bayesian model evaluation using leave-one-out cross-validation (2017).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...inference.diagnostics import FEWEST_EFFECTIVE, WORST_KHAT
from ...inference.estimates import Array, Estimate, Weighting
from ...inference.importance import ReweightedPrior, smooth_weights
from ...inference.likelihoods import prior_for
from ...inference.log_means import LogMean, log_mean
from ...inference.posterior import Posterior
from ...inference.subsets import SharedDraws
from ...inference.terms import Terms, terms_in
from ...inference.weighting import error_of_total
from ..influence import CONFLICT
from .result import CheckResult, Verdict


@dataclass(frozen=True)
class LeftOut:
    """One item's log predictive density, the other items known.

    Attributes
    ----------
    item : str
        Its id.
    given_others : Estimate
        Log density of what was observed, natural, in the kind's coordinate. Of an item of a
        weight w below 1 it is log E[f^w], f being its density in a draw.
    given_prior : float
        The same with no other item known.
    change : Estimate
        What the others add to it; where they share draws, both err alike.
    khat : float
        Pareto shape of the weights that leave it out.
    """

    item: str
    given_others: Estimate
    given_prior: float
    change: Estimate
    khat: float


def leave_one_out(posterior: Posterior) -> Iterator[LeftOut]:
    """Leave out each counted item, by reweighting whatever draws there are."""
    question, items, source = posterior.question, posterior.items, posterior.source
    if posterior.shared is None or not items:
        return
    given_prior = _given_prior(posterior)
    figures = dict(_from_draws(posterior.shared, given_prior))
    if not isinstance(source, ReweightedPrior):
        # either way may be beyond its weights: a sharp item dominates chains, many items together the others
        terms = Terms.of(question, items, source.map(lambda values: terms_in(question, values, items)))
        chains = _from_chains({name: terms.added_by(name) for name in terms.names}, source.weighting)
        for name, value, khat in chains:
            if khat < figures[name].khat:
                alone = given_prior[name].estimate
                change = Estimate(value.value - alone.value, math.hypot(value.mcse, alone.mcse))
                figures[name] = replace(figures[name], given_others=value, change=change, khat=khat)
    yield from figures.values()


def _given_prior(posterior: Posterior) -> dict[str, LogMean]:
    """Log density of each observation under the prior, on the draws that it was screened on where enough count."""
    question, items, screened = posterior.question, posterior.items, posterior.screened
    found = {}
    if screened is not None:
        for name in screened.terms.names:
            smoothed, _ = screened.given([name])
            if smoothed.good and smoothed.effective_draws >= FEWEST_EFFECTIVE:
                alone = screened.terms.joint([name])
                found[name] = log_mean(alone, Weighting(alone.size))
    if len(found) < len(items):
        prior = SharedDraws(question, items, prior_for(question, items))
        found |= {item.id: prior.best_subset([item.id]).evidence for item in items if item.id not in found}
    return found


def _from_draws(shared: SharedDraws, given_prior: Mapping[str, LogMean]) -> Iterator[tuple[str, LeftOut]]:
    """Difference between the log evidence of all items and that of the others."""
    names = [item.id for item in shared.items]
    whole = shared.best_subset(names)
    for name in names:
        others = whole.draws.best_subset([other for other in names if other != name])
        found, alone = whole.log_ratio(others), given_prior[name]
        signed = ((1.0, whole.evidence), (-1.0, others.evidence), (-1.0, alone))
        error = error_of_total([(each.weighting, sign * each.contributions) for sign, each in signed])
        change = Estimate(found.value - alone.value, error)
        yield name, LeftOut(name, found, alone.value, change, max(whole.khat, others.khat))


def _from_chains(columns: Mapping[str, Array], weighting: Weighting) -> Iterator[tuple[str, Estimate, float]]:
    """Mean density under the posterior without the item: draws weighted by one over what it adds to the others."""
    for name, column in columns.items():
        smoothed = smooth_weights(-column)
        largest = float(column.max())
        density = replace(weighting, weights=smoothed.weights).estimate(np.exp(column - largest))
        value = Estimate(math.log(density.value) + largest, density.mcse / density.value)
        yield name, value, smoothed.khat


def check_left_out(rows: Iterator[LeftOut]) -> Iterator[CheckResult]:
    """Hold each item's density given the others against that given the prior alone."""
    for row in rows:
        verdict: Verdict = "pass"
        advice = ""
        if not row.khat <= WORST_KHAT:
            verdict, advice = "warn", f"k-hat {row.khat:.2f}: too few draws without it; ask for more --draws"
        elif row.change.value + 2.0 * row.change.mcse < CONFLICT:
            verdict, advice = "warn", "the other items speak against it: see catchup influence"
        yield CheckResult(
            id=f"leave-one-out:{row.item}",
            title=f"log predictive density of {row.item} given the others",
            verdict=verdict,
            figure=round(row.given_others.value, 9),  # what is less is the rounding of sums
            threshold=row.given_prior + CONFLICT,
            at_least=True,
            detail=f"{row.given_prior:+z.2f} given the prior alone; the others change it by {row.change.value:+z.2f}",
            advice=advice,
            mcse=row.given_others.mcse,
        )
