"""How far the prior and the likelihood each pull the posterior: sensitivity to raising either to a power.

See `divergence` for the distance, and its reference for what large ones mean.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ....evidence.latents import latent_quantities
from ...inference.consequences import consequences_of, equal_draws
from ...inference.estimates import ZERO, Array, Estimate
from ...inference.posterior import Posterior
from ...inference.processes import shared_out
from .divergence import SortedDraws

THRESHOLD = 0.05  # above it a component has a say, by the reference of `divergence`
BLOCKS = 16  # of draws, each left out once for the errors
DATE = "ready"


@dataclass(frozen=True)
class PowerScaling:
    """Sensitivity of something to the prior and to the likelihood.

    Attributes
    ----------
    quantity : str
        What moves: the date (``ready``), or a quantity under the whole prior and the whole likelihood.
    component : str
        What is scaled: ``all``, or one quantity's prior, one group's correlations (``correlation(one, other)``) or one
        item's likelihood.
    prior, likelihood : Estimate or None
        Change of the distribution per doubling of the power (square root of the cumulative Jensen-Shannon
        divergence), with its Monte Carlo standard error; None where the component is no prior or no likelihood.
    """

    quantity: str
    component: str
    prior: Estimate | None
    likelihood: Estimate | None

    @property
    def defined(self) -> bool:
        """Whether there is anything to scale: what does not vary has no sensitivity."""
        return all(math.isfinite(side.value) for side in (self.prior, self.likelihood) if side is not None)

    @property
    def conflict(self) -> bool | None:
        """Whether prior and likelihood both have a say; None where a threshold within two errors leaves that open.

        None as well where there is nothing to scale.
        """
        if not self.defined:
            return None
        sides = [_side(estimate) for estimate in (self.prior, self.likelihood) if estimate is not None]
        if len(sides) < 2 or -1 in sides:
            return False
        return None if 0 in sides else True

    @property
    def diagnosis(self) -> str:
        """What the two say together, in the reference's words; undecided where an error could turn it round."""
        if self.prior is None or self.likelihood is None:
            return ""
        if not self.defined:
            return "not applicable"
        if min(self.prior.value, self.likelihood.value) >= THRESHOLD:
            diagnosis = "potential prior-data conflict"
        elif self.prior.value >= THRESHOLD:
            diagnosis = "strong prior / weak likelihood"
        else:
            diagnosis = "no conflict"
        undecided = self.conflict is None or _side(self.prior) == 0
        return f"undecided, perhaps {diagnosis}" if undecided else diagnosis


def _side(estimate: Estimate) -> int:
    """Above the threshold (1), below it (-1), or within two errors of it (0)."""
    away = estimate.value - THRESHOLD
    return 0 if abs(away) <= 2.0 * estimate.mcse else 1 if away > 0.0 else -1


def power_scaling(
    moved: Mapping[str, Array], priors: Mapping[str, Array], items: Mapping[str, Array]
) -> list[PowerScaling]:
    """Work out how far prior and likelihood each pull the date, and which of their parts do.

    Parameters
    ----------
    moved : mapping of str to array of shape (draw,)
        What may move, `DATE` among it: draws of equal weight, of all chains, one chain after the other. All of it is
        looked at under the whole prior and the whole likelihood.
    priors : mapping of str to array of shape (draw,)
        Log prior densities of quantities. Scaling those that nothing depends on adds noise alone.
    items : mapping of str to array of shape (draw,)
        Log likelihoods of items.

    Returns
    -------
    list of PowerScaling
        The date first, the other quantities, then the date under each part alone, the strongest first.
    """
    jackknifed = {name: _jackknifed(draws) for name, draws in moved.items()}
    whole_prior, whole_likelihood = (np.sum(list(parts.values()), axis=0) for parts in (priors, items))
    asked = [(draws, whole) for draws in jackknifed.values() for whole in (whole_prior, whole_likelihood)]
    asked += [(jackknifed[DATE], part) for parts in (priors, items) for part in parts.values()]
    found = iter(shared_out([partial(_sensitivity, *pair) for pair in asked]))
    rows = [PowerScaling(name, "all", next(found), next(found)) for name in jackknifed]
    alone = [
        *(PowerScaling(DATE, name, next(found), None) for name in priors),
        *(PowerScaling(DATE, name, None, next(found)) for name in items),
    ]
    return [*rows, *sorted(alone, key=lambda row: -(row.prior or row.likelihood or ZERO).value)]


def power_scaling_of(posterior: Posterior) -> list[PowerScaling]:
    """Work out the sensitivity of a posterior's date, and its items' latent quantities, to what the date depends on.

    Parameters
    ----------
    posterior : Posterior
        Of some items.
    """
    question = posterior.question
    assumptions = question.assumptions
    latents = latent_quantities(posterior.items, assumptions)
    relevant = assumptions.with_related([*assumptions.needed([question.event]), *latents])
    relevant += [group.label for group in assumptions.copula.among(relevant)]
    consequences, (draws, _) = consequences_of(posterior), equal_draws(posterior)
    sample = consequences.sample(draws, draws.weighting.chains)
    date = sample.derived[DATE][:, consequences.events.index(question.event)]
    uncertain = {name: sample.values[name] for name in latents if name in consequences.names}
    priors = {name: density for name, density in consequences.log_prior(sample).items() if name in relevant}
    return power_scaling({DATE: date, **uncertain}, priors, consequences.log_likelihood(sample))


def _jackknifed(draws: Array) -> list[SortedDraws]:
    """All draws, and all but a block of them for each block.

    A block is of draws that follow one another: neighbours in a chain, and copies of a draw that was resampled, depend
    on each other.
    """
    whole, block = SortedDraws.of(draws), np.arange(draws.size) * BLOCKS // draws.size
    return [whole, *(whole.without(block == each) for each in range(BLOCKS))]


def _sensitivity(moved: Sequence[SortedDraws], log_density: Array) -> Estimate:
    """Sensitivity of draws to raising a density to a power, with its error by the jackknife.

    What is left out is looked at in the limit of a power of 1. The errors are those of the sensitivity itself to a
    hundredth of them up to ten times the threshold; far above it, where they decide nothing, they are too small.
    """
    whole, *others = moved
    if not np.isfinite(whole.values).all():  # what may never come has no distance to itself
        return Estimate(math.nan, math.nan)
    without = np.array([draws.local_sensitivity(log_density) for draws in others])
    mcse = np.sqrt((BLOCKS - 1) / BLOCKS * np.sum((without - without.mean()) ** 2))
    return Estimate(whole.sensitivity(log_density), float(mcse))
