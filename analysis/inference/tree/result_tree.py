"""Everything a run drew, as an ArviZ tree: named dims, units in the attributes of every variable.

The layout is the PyMC model's (`model.graph`, `evidence.graph`): dates over the dim ``event``, one variable
``observation`` over the dim ``item``, so that ArviZ's functions work on it as it is. Items that are held out are in
``predictions``. The tree holds a few thousand draws, whatever the run's number, and no time of making: equal runs have
equal trees.
"""

from __future__ import annotations

from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ....priors.arguments import refuse_others
from ....priors.errors import InputError
from ..consequences import KEPT_DRAWS, consequences_of, equal_draws
from ..draws import PriorDraws, StoredDraws
from ..estimates import Weighting
from ..importance import RESAMPLED_CHAINS, ReweightedPrior
from ..likelihoods import latent_beliefs, prior_for
from ..posterior import Posterior, refuse_other_than_posterior
from .groups import Groups, Variable, dataset
from .schema import SAMPLED, SCHEMA, check_tree

PRIOR_GROUPS = ("prior", "prior_predictive", "sample_stats_prior")
LEAST_WEIGHT = 1e-300  # keeps the logarithm of no weight finite


def result_tree(posterior: Posterior, draws: int = KEPT_DRAWS) -> xr.DataTree:
    """Put what was drawn into a tree.

    Parameters
    ----------
    posterior : Posterior
        Or a prior.
    draws : int
        How many to keep of each at most, or four where they are fewer: importance draws are resampled, to no more than
        `KEPT_DRAWS` where fewer were drawn, chains thinned.

    Returns
    -------
    xarray.DataTree
        Groups as `tree_schema` has them; the posterior's, and all that hang on it, where there is evidence.

    Raises
    ------
    InputError
        If draws are no whole number from 1 on.

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
    refuse_other_than_posterior(posterior)
    refuse_others("draws", draws, (int, np.integer), "a whole number")
    if draws < 1:
        raise InputError(f"at least 1 was expected, not {draws}", key="draws")
    draws = min(int(draws), max(KEPT_DRAWS, posterior.source.weighting.draws))
    groups = Groups(consequences_of(posterior))
    nodes = _prior_groups(posterior, groups, draws)
    if posterior.conditioned:
        nodes |= _posterior_groups(posterior, groups, draws)
    made = _made_by(posterior)
    nodes = {name: node.assign_attrs(made[name in PRIOR_GROUPS] | node.attrs) for name, node in nodes.items()}
    return check_tree(xr.DataTree.from_dict({"/": xr.Dataset(attrs=_attributes(posterior)), **nodes}))


def _prior_groups(posterior: Posterior, groups: Groups, draws: int) -> dict[str, xr.Dataset]:
    question, source = posterior.question, posterior.source
    unweighted = _prior_draws(posterior)
    latents = latent_beliefs(question, groups.consequences.items)
    values = unweighted.extended(latents).first(draws)
    kept = next(iter(values.values())).size
    prior = groups.consequences.sample(StoredDraws(values, Weighting(kept), question.seed, question.assumptions.copula))
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


def _posterior_groups(posterior: Posterior, groups: Groups, draws: int) -> dict[str, xr.Dataset]:
    """Make the groups of a tree that hang on the posterior."""
    seed = posterior.question.seed
    stored, places = equal_draws(posterior, draws)
    sample = groups.consequences.sample(stored, stored.weighting.chains)
    nodes = {
        "sample_stats": _sample_stats(posterior, places),
        "posterior": groups.quantities(sample),
        "log_prior": groups.log_prior(sample),
    }
    if groups.counted:
        nodes["posterior_predictive"] = groups.predictive(sample, groups.counted, seed + 1)
        nodes["log_likelihood"] = groups.log_likelihood(sample)
    if groups.checks:
        nodes["predictions"] = groups.predictive(sample, groups.checks, seed + 2)
        nodes["predictions_constant_data"] = groups.held_out()
    return nodes


def _prior_draws(posterior: Posterior) -> PriorDraws:
    source = posterior.source.prior if isinstance(posterior.source, ReweightedPrior) else posterior.source
    if isinstance(source, PriorDraws) and source.weighting.weights is None:
        return source
    return prior_for(posterior.question, posterior.items)


def _sample_stats(posterior: Posterior, places: NDArray[np.intp]) -> xr.Dataset:
    """What is known of how each draw was made."""
    source = posterior.source
    if isinstance(source, ReweightedPrior):
        shape = (RESAMPLED_CHAINS, -1)
        log_weight = np.log(np.maximum(source.weighting.shares[places], LEAST_WEIGHT))
        variables = {
            "prior_draw": Variable(SAMPLED, places.reshape(shape), "1", "number of the weighted draw that it is"),
            "log_weight": Variable(SAMPLED, log_weight.reshape(shape), "nat", "log of that draw's weight"),
        }
        how = "systematic, in the order of the weighted draws: copies of a draw are neighbours"
        return dataset(variables).assign_attrs(resampling=how)
    from ..nuts import TUNING

    stats = {
        str(name): Variable(SAMPLED, _plain(column.values)[:, places], "see nutpie", str(name).replace("_", " "))
        for name, column in posterior.sample_stats.items()
        if column.ndim == len(SAMPLED) and column.dtype.kind in "fiub" and np.isfinite(column.values).all()
    }
    thinning = int(places[1] - places[0]) if places.size > 1 else 1
    return dataset(stats).assign_attrs(thinning=thinning, tuning_steps=TUNING)


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
