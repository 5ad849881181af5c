"""How far the prior and the likelihood each pull the posterior: sensitivity to raising either to a power.

References
----------
.. [1] Kallioinen, Paananen, Bürkner and Vehtari, Detecting and diagnosing prior and likelihood sensitivity with
   power-scaling (2024).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from ....evidence.latents import latent_quantities
from ...inference.posterior import Posterior
from ...inference.tree.groups import SAMPLED
from ...inference.tree.result_tree import result_tree

ALPHAS = (0.99, 1.01)
THRESHOLD = 0.05  # above it a component has a say, by the reference
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
    prior, likelihood : float or None
        Change of the distribution per doubling of the power (square root of the cumulative Jensen-Shannon
        divergence); None where the component is no prior or no likelihood.
    """

    quantity: str
    component: str
    prior: float | None
    likelihood: float | None

    @property
    def diagnosis(self) -> str:
        """What the two say together, in the reference's words."""
        if self.prior is None or self.likelihood is None:
            return ""
        if self.prior >= THRESHOLD and self.likelihood >= THRESHOLD:
            return "potential prior-data conflict"
        if self.prior >= THRESHOLD:
            return "strong prior / weak likelihood"
        return "no conflict"


def power_scaling(
    tree: xr.DataTree, quantities: Sequence[str] = (), relevant: Sequence[str] = ()
) -> list[PowerScaling]:
    """Work out how far prior and likelihood each pull the date, and which of their parts do.

    Parameters
    ----------
    tree : xarray.DataTree
        From `result_tree`, with a posterior.
    quantities : sequence of str
        Quantities beside the date whose posteriors are looked at under the whole prior and likelihood.
    relevant : sequence of str, optional
        Quantities whose priors count; all by default. Scaling those that nothing depends on adds noise alone.

    Returns
    -------
    list of PowerScaling
        The date first, the other quantities, then the date under each part alone, the strongest first.
    """
    log_prior = tree["log_prior"].to_dataset()["quantities"]
    names = [str(name) for name in log_prior.coords["quantity"].values if not relevant or name in relevant]
    parts = dict(_likelihoods(tree))
    whole_prior = log_prior.sel(quantity=names).sum("quantity")
    whole_likelihood = sum(parts.values(), xr.zeros_like(whole_prior))
    moved = [DATE, *quantities]
    by_prior, by_likelihood = _sensitivity(tree, whole_prior, moved), _sensitivity(tree, whole_likelihood, moved)
    rows = [PowerScaling(name, "all", by_prior[name], by_likelihood[name]) for name in moved]
    of_priors = {name: _sensitivity(tree, log_prior.sel(quantity=name), [DATE])[DATE] for name in names}
    of_items = {name: _sensitivity(tree, part, [DATE])[DATE] for name, part in parts.items()}
    alone = [
        *(PowerScaling(DATE, name, figure, None) for name, figure in of_priors.items()),
        *(PowerScaling(DATE, name, None, figure) for name, figure in of_items.items()),
    ]
    return [*rows, *sorted(alone, key=lambda row: -((row.prior or 0.0) + (row.likelihood or 0.0)))]


def power_scaling_of(posterior: Posterior, tree: xr.DataTree | None = None) -> list[PowerScaling]:
    """Work out the sensitivity of a posterior's date to what the date and its evidence depend on.

    Parameters
    ----------
    posterior : Posterior
        Of some items.
    tree : xarray.DataTree, optional
        Its tree, if there is one already.
    """
    assumptions, latents = posterior.question.assumptions, latent_quantities(posterior.items)
    relevant = assumptions.with_related([*assumptions.needed([posterior.question.event]), *latents])
    relevant += [group.label for group in assumptions.copula.among(relevant)]
    return power_scaling(result_tree(posterior) if tree is None else tree, latents, relevant)


def _likelihoods(tree: xr.DataTree) -> Iterator[tuple[str, xr.DataArray]]:
    """Yield every item's log likelihood."""
    for variable in tree["log_likelihood"].data_vars.values():
        dim = next(str(dim) for dim in variable.dims if dim not in SAMPLED)
        for item in variable.coords[dim].values:
            yield str(item), variable.sel({dim: item}, drop=True)


def _sensitivity(tree: xr.DataTree, log_density: xr.DataArray, names: Sequence[str]) -> dict[str, float]:
    """Sensitivity of quantities to raising one density to a power, as `arviz_stats.psense` defines it.

    At powers so near 1 weights differ by a few hundredths: they need no smoothing, and a density that is the same
    for a whole tail of draws, to which no Pareto distribution could be fitted, none either.
    """
    import arviz_stats  # noqa: F401  (its accessor)

    centred = log_density - log_density.mean()
    lower, upper = (np.exp((alpha - 1.0) * centred) for alpha in ALPHAS)
    sensitive = (
        tree["posterior"]
        .to_dataset()[list(names)]
        .azstats.power_scale_sense(
            lower_w=lower / lower.sum(), upper_w=upper / upper.sum(), lower_alpha=ALPHAS[0], upper_alpha=ALPHAS[1]
        )
    )
    return {name: float(sensitive[name]) for name in names}
