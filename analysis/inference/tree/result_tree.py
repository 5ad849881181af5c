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

from ..answer import Drawn
from ..estimates import Weighting
from ..importance import RESAMPLED_CHAINS, ReweightedPrior
from ..likelihoods import latent_beliefs, prior_for
from ..question import PriorDraws, StoredDraws
from .files import load_tree as load_tree
from .files import save_tree as save_tree
from .groups import SAMPLED, Groups, Variable, dataset
from .schema import SCHEMA, check_tree

TREE_DRAWS = 8_000
LEAST_WEIGHT = 1e-300  # keeps the logarithm of no weight finite


def result_tree(drawn: Drawn, draws: int = TREE_DRAWS) -> xr.DataTree:
    """Put what was drawn into a tree.

    Parameters
    ----------
    drawn : Drawn
        From the prior or a posterior.
    draws : int
        How many at most to keep of each: importance draws are resampled, chains thinned.

    Returns
    -------
    xarray.DataTree
        Groups as `tree_schema` has them; the posterior's, and all that hang on it, where there is evidence.
    """
    question = drawn.question
    checks = drawn.conditioned.selection.checks if drawn.conditioned else ()
    groups = Groups(question, drawn.items, checks)
    latents = latent_beliefs(question, groups.items)
    unweighted = _prior_draws(drawn)
    values = unweighted.extended(latents).first(draws)
    kept = next(iter(values.values())).size
    prior = groups.sample(StoredDraws(values, Weighting(kept), question.seed, question.assumptions.copula))
    nodes = {
        "prior": groups.quantities(prior),
        "prior_predictive": groups.predictive(prior, question.seed),
        "observed_data": groups.observed(),
        "constant_data": groups.constants(),
    }
    if isinstance(drawn.source, ReweightedPrior) and unweighted is drawn.source.prior:
        relative = drawn.source.weighting.shares[:kept] * drawn.source.weighting.draws
        log_weight = np.log(np.maximum(relative, LEAST_WEIGHT))[None, :]
        title = "log of a draw's weight over the mean weight"
        nodes["sample_stats_prior"] = dataset({"log_weight": Variable(SAMPLED, log_weight, "nat", title)})
    if drawn.conditioned is not None:
        source, nodes["sample_stats"] = _posterior_draws(drawn, draws)
        posterior = groups.sample(source.extended(latents), source.weighting.chains)
        nodes |= {
            "posterior": groups.quantities(posterior),
            "posterior_predictive": groups.predictive(posterior, question.seed + 1),
            "log_likelihood": groups.log_likelihood(posterior),
            "log_prior": groups.log_prior(posterior),
        }
    return check_tree(xr.DataTree.from_dict({"/": xr.Dataset(attrs=_attributes(drawn)), **nodes}))


def _prior_draws(drawn: Drawn) -> PriorDraws:
    source = drawn.source.prior if isinstance(drawn.source, ReweightedPrior) else drawn.source
    if isinstance(source, PriorDraws) and source.weighting.weights is None:
        return source
    return prior_for(drawn.question, drawn.items)


def _posterior_draws(drawn: Drawn, draws: int) -> tuple[StoredDraws, xr.Dataset]:
    """A few thousand draws of equal weight, and what is known of how each was made."""
    draws = max(draws // RESAMPLED_CHAINS, 1) * RESAMPLED_CHAINS
    if isinstance(drawn.source, ReweightedPrior):
        source, positions = drawn.source.resampled(draws, np.random.default_rng(drawn.question.seed))
        shape = (RESAMPLED_CHAINS, -1)
        log_weight = np.log(np.maximum(drawn.source.weighting.shares[positions], LEAST_WEIGHT))
        variables = {
            "prior_draw": Variable(SAMPLED, positions.reshape(shape), "1", "number of the weighted draw that it is"),
            "log_weight": Variable(SAMPLED, log_weight.reshape(shape), "nat", "log of that draw's weight"),
        }
        how = "systematic, in the order of the weighted draws: copies of a draw are neighbours"
        return source, dataset(variables).assign_attrs(resampling=how)
    if not isinstance(drawn.source, StoredDraws) or drawn.conditioned is None:
        raise TypeError(f"no way to keep some of the draws of {type(drawn.source).__name__}")
    chains, every = drawn.source.weighting.chains, drawn.source.weighting.draws
    step = max(-(-every // draws), 1)
    values = {name: column.reshape(chains, -1)[:, ::step].ravel() for name, column in drawn.source.values.items()}
    stats = {
        str(name): Variable(SAMPLED, _plain(column.values)[:, ::step], "see nutpie", str(name).replace("_", " "))
        for name, column in drawn.conditioned.sample_stats.items()
        if column.ndim == len(SAMPLED) and column.dtype.kind in "fiub" and np.isfinite(column.values).all()
    }
    kept = next(iter(values.values())).size
    source = StoredDraws(values, Weighting(kept, chains=chains), drawn.question.seed, drawn.source.copula)
    return source, dataset(stats).assign_attrs(thinning=step)


def _plain(column: Any) -> Any:
    """Widen whatever a sampler records to 64 bits."""
    return column.astype({"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}[column.dtype.kind])


def _attributes(drawn: Drawn) -> dict[str, Any]:
    """What the tree says of itself; only text and numbers, which every format keeps."""
    question = drawn.question
    attributes: dict[str, Any] = {
        "tree_schema": SCHEMA,
        "catchup_version": version("catchup"),
        "event": question.event,
        "as_of": question.as_of.isoformat(),
        "months_since": question.assumptions.calendar.origin.isoformat(),
        "days_per_month": question.assumptions.calendar.days_per_month,
        "engine": drawn.engine,
        "draws": drawn.source.weighting.draws,
        "seed": question.seed,
        "evidence": ", ".join(drawn.evidence),
    }
    if drawn.conditioned is not None:
        figures = {"log_evidence": drawn.conditioned.log_evidence, **asdict(drawn.conditioned.diagnostics)}
        attributes |= {name: value for name, value in figures.items() if value is not None and np.isfinite(value)}
    return attributes
