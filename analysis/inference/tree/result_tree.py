"""Everything a run drew, as an ArviZ tree: named dims, units in the attributes of every variable.

The layout is the PyMC model's (`model.graph`, `evidence.graph`): dates over the dim ``event``, one variable
``observation`` over the dim ``item``, so that ArviZ's functions work on it as it is. Items that are held out are in
``predictions``. The tree holds a few thousand draws, whatever the run's number, and no time of making: equal runs have
equal trees.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
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
PRIOR_GROUPS = ("prior", "prior_predictive", "sample_stats_prior")
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

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, prior_of, result_tree
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> tree = result_tree(prior, draws=100)
    >>> tree["prior"].sizes["draw"], "posterior" in tree.children
    (100, False)
    """
    groups = Groups(posterior.question, posterior.items, posterior.selection.checks)
    nodes = _prior_groups(posterior, groups, draws)
    if posterior.conditioned:
        nodes |= posterior_groups(posterior, groups, draws)
    made = _made_by(posterior)
    nodes = {name: node.assign_attrs(made[name in PRIOR_GROUPS] | node.attrs) for name, node in nodes.items()}
    return check_tree(xr.DataTree.from_dict({"/": xr.Dataset(attrs=_attributes(posterior)), **nodes}))


def _prior_groups(posterior: Posterior, groups: Groups, draws: int) -> dict[str, xr.Dataset]:
    question, source = posterior.question, posterior.source
    unweighted = _prior_draws(posterior)
    values = unweighted.extended(latent_beliefs(question, groups.items)).first(draws)
    kept = next(iter(values.values())).size
    prior = groups.sample(StoredDraws(values, Weighting(kept), question.seed, question.assumptions.copula))
    nodes = {"prior": groups.quantities(prior), "constant_data": groups.constants()}
    if groups.counted:
        nodes["prior_predictive"] = groups.predictive(prior, groups.counted, question.seed)
        nodes["observed_data"] = groups.observed()
    if isinstance(source, ReweightedPrior) and unweighted is source.prior:
        relative = source.weighting.shares[:kept] * source.weighting.draws
        log_weight = np.log(np.maximum(relative, LEAST_WEIGHT))[None, :]
        title = "log of a draw's weight over the mean weight"
        nodes["sample_stats_prior"] = dataset({"log_weight": Variable(SAMPLED, log_weight, "nat", title)})
    return nodes


def posterior_groups(
    posterior: Posterior, groups: Groups, draws: int = TREE_DRAWS, *, only: Collection[str] = ()
) -> dict[str, xr.Dataset]:
    """Make the groups of a tree that hang on the posterior.

    Parameters
    ----------
    posterior : Posterior
        Of some items.
    groups : Groups
        Of its question.
    draws : int
        How many to keep at most.
    only : collection of str
        Groups that are wanted; all by default.
    """
    seed = posterior.question.seed
    stored, stats = _posterior_draws(posterior, draws)
    latents = latent_beliefs(posterior.question, groups.items)
    sample = groups.sample(stored.extended(latents), stored.weighting.chains)
    makers: dict[str, Callable[[], xr.Dataset]] = {
        "sample_stats": lambda: stats,
        "posterior": lambda: groups.quantities(sample),
        "log_prior": lambda: groups.log_prior(sample),
    }
    if groups.counted:
        makers["posterior_predictive"] = lambda: groups.predictive(sample, groups.counted, seed + 1)
        makers["log_likelihood"] = lambda: groups.log_likelihood(sample)
    if groups.checks:
        makers["predictions"] = lambda: groups.predictive(sample, groups.checks, seed + 2)
        makers["predictions_constant_data"] = groups.held_out
    return {name: make() for name, make in makers.items() if not only or name in only}


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
    from ..nuts import TUNING

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
    return stored, dataset(stats).assign_attrs(thinning=step, tuning_steps=TUNING)


def _plain(column: Any) -> Any:
    """Widen whatever a sampler records to 64 bits."""
    return column.astype({"f": np.float64, "i": np.int64, "u": np.int64, "b": np.bool_}[column.dtype.kind])


def _made_by(posterior: Posterior) -> tuple[dict[str, str], dict[str, str]]:
    """Attributes that ArviZ gives to every group, of the posterior's and of the prior's; without the time of making."""
    own = version("catchup")
    creation = {
        "creation_library": "catchup",
        "creation_library_version": own,
        "creation_library_language": "Python",
    }
    prior = {**creation, "inference_library": "catchup", "inference_library_version": own}
    if posterior.engine != "nuts":
        return prior, prior
    return {**creation, "inference_library": "nutpie", "inference_library_version": version("nutpie")}, prior


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
