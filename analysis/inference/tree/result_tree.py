"""Everything a run drew, as an ArviZ tree: named dims, units in the attributes of every variable.

Observations of one kind are one variable over a dim of their items, so that ArviZ's plots of predictions show
them beside one another. The tree holds a few thousand draws, whatever the run's number.
"""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from ..draws import PriorDraws, StoredDraws
from ..estimates import Weighting
from ..importance import RESAMPLED_CHAINS, ReweightedPrior
from ..likelihoods import latent_beliefs, prior_for
from ..posterior import Posterior
from .files import load_tree as load_tree
from .files import save_tree as save_tree
from .groups import SAMPLED, Groups, Variable, dataset
from .schema import SCHEMA, check_tree

TREE_DRAWS = 8_000
LEAST_WEIGHT = 1e-300  # keeps the logarithm of no weight finite


def result_tree(posterior: Posterior, draws: int = TREE_DRAWS) -> xr.DataTree:
    """Put what was drawn into a tree.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    draws : int
        How many at most to keep of each: importance draws are resampled, chains thinned.

    Returns
    -------
    xarray.DataTree
        Groups as `tree_schema` has them; the posterior's, and all that hang on it, where there is evidence.
    """
    question, source = posterior.question, posterior.source
    groups = Groups(question, posterior.items, posterior.selection.checks)
    latents = latent_beliefs(question, groups.items)
    unweighted = _prior_draws(posterior)
    values = unweighted.extended(latents).first(draws)
    kept = next(iter(values.values())).size
    prior = groups.sample(StoredDraws(values, Weighting(kept), question.seed, question.assumptions.copula))
    nodes = {
        "prior": groups.quantities(prior),
        "prior_predictive": groups.predictive(prior, question.seed),
        "observed_data": groups.observed(),
        "constant_data": groups.constants(),
    }
    if isinstance(source, ReweightedPrior) and unweighted is source.prior:
        relative = source.weighting.shares[:kept] * source.weighting.draws
        log_weight = np.log(np.maximum(relative, LEAST_WEIGHT))[None, :]
        title = "log of a draw's weight over the mean weight"
        nodes["sample_stats_prior"] = dataset({"log_weight": Variable(SAMPLED, log_weight, "nat", title)})
    if posterior.conditioned:
        stored, nodes["sample_stats"] = _posterior_draws(posterior, draws)
        sample = groups.sample(stored.extended(latents), stored.weighting.chains)
        nodes |= {
            "posterior": groups.quantities(sample),
            "posterior_predictive": groups.predictive(sample, question.seed + 1),
            "log_likelihood": groups.log_likelihood(sample),
            "log_prior": groups.log_prior(sample),
        }
    return check_tree(xr.DataTree.from_dict({"/": xr.Dataset(attrs=_attributes(posterior)), **nodes}))


def _prior_draws(posterior: Posterior) -> PriorDraws:
    source = posterior.source.prior if isinstance(posterior.source, ReweightedPrior) else posterior.source
    if isinstance(source, PriorDraws) and source.weighting.weights is None:
        return source
    return prior_for(posterior.question, posterior.items)


def _posterior_draws(posterior: Posterior, draws: int) -> tuple[StoredDraws, xr.Dataset]:
    """A few thousand draws of equal weight, and what is known of how each was made."""
    draws, source = max(draws // RESAMPLED_CHAINS, 1) * RESAMPLED_CHAINS, posterior.source
    if isinstance(source, ReweightedPrior):
        stored, positions = source.resampled(draws, np.random.default_rng(posterior.question.seed))
        shape = (RESAMPLED_CHAINS, -1)
        log_weight = np.log(np.maximum(source.weighting.shares[positions], LEAST_WEIGHT))
        variables = {
            "prior_draw": Variable(SAMPLED, positions.reshape(shape), "1", "number of the weighted draw that it is"),
            "log_weight": Variable(SAMPLED, log_weight.reshape(shape), "nat", "log of that draw's weight"),
        }
        how = "systematic, in the order of the weighted draws: copies of a draw are neighbours"
        return stored, dataset(variables).assign_attrs(resampling=how)
    if not isinstance(source, StoredDraws):
        raise TypeError(f"no way to keep some of the draws of {type(source).__name__}")
    chains, every = source.weighting.chains, source.weighting.draws
    step = max(-(-every // draws), 1)
    values = {name: column.reshape(chains, -1)[:, ::step].ravel() for name, column in source.values.items()}
    stats = {
        str(name): Variable(SAMPLED, _plain(column.values)[:, ::step], "see nutpie", str(name).replace("_", " "))
        for name, column in posterior.sample_stats.items()
        if column.ndim == len(SAMPLED) and column.dtype.kind in "fiub" and np.isfinite(column.values).all()
    }
    kept = next(iter(values.values())).size
    stored = StoredDraws(values, Weighting(kept, chains=chains), posterior.question.seed, source.copula)
    return stored, dataset(stats).assign_attrs(thinning=step)


def _plain(column: Any) -> Any:
    """Widen whatever a sampler records to 64 bits."""
    return column.astype({"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}[column.dtype.kind])


def _attributes(posterior: Posterior) -> dict[str, Any]:
    """What the tree says of itself; only text and numbers, which every format keeps."""
    question = posterior.question
    attributes: dict[str, Any] = {
        "tree_schema": SCHEMA,
        "catchup_version": version("catchup"),
        "event": question.event,
        "as_of": question.as_of.isoformat(),
        "months_since": question.assumptions.calendar.origin.isoformat(),
        "days_per_month": question.assumptions.calendar.days_per_month,
        "engine": posterior.engine,
        "draws": posterior.source.weighting.draws,
        "seed": question.seed,
        "evidence": ", ".join(posterior.evidence),
    }
    if posterior.conditioned:
        figures = {"log_evidence": posterior.log_evidence.value, **asdict(posterior.diagnostics)}
        attributes |= {name: value for name, value in figures.items() if value is not None and np.isfinite(value)}
    return attributes
