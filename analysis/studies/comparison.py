r"""Models compared by how well each predicts items that it was not shown, like with like.

The expected log predictive density (ELPD) of leave-one-out cross-validation sums :math:`\log p(y_i \mid y_{-i})` over
items. Two models' sums can be held against each other only where both are of the same items, each given the same
others: what one model alone has seen is taken from it again, by importance sampling. The standard error of a
difference is that of the sum of the items' own differences, of which a handful says little: the weights of stacking
are withheld where fewer than `WANTED` items speak, and where k-hat says that leaving an item out cannot be trusted.

Differences, their standard errors and the weights are ArviZ's.

References
----------
.. [1] Vehtari, Gelman and Gabry, Practical Bayesian model evaluation using leave-one-out cross-validation and WAIC,
   Statistics and Computing 27 (2017).
.. [2] Yao, Vehtari, Simpson and Gelman, Using stacking to average Bayesian predictive distributions, Bayesian
   Analysis 13 (2018).
.. [3] Sivula, Magnusson, Matamoros and Vehtari, Uncertainty in Bayesian leave-one-out cross-validation based model
   comparison, Bayesian Analysis (2025): the standard error of a difference is too small where items are few.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...priors.errors import InputError
from ..inference.diagnostics import WORST_KHAT
from ..inference.estimates import Array, Weighting
from ..inference.importance import smooth_weights
from ..inference.likelihoods import total
from ..inference.log_means import log_mean
from .pointwise import Pointwise, observations_of, pointwise_of, with_the_same_items

WANTED = 10  # items below which a weight would be read off a handful of differences


@dataclass(frozen=True)
class ComparedModel:
    """One model's predictive density of items left out.

    Attributes
    ----------
    id : str
        Its name.
    elpd, se : float
        Sum over the items of the log density of each given the others, natural, and its standard error; undefined
        (nan) for a single item.
    mcse : float
        Monte Carlo standard error of the sum; nan where the draws do not say. That smoothed weights are biased, by more
        the nearer k-hat comes to 0.7, is no part of it.
    difference, difference_se : float
        From the best model, at most 0, and the standard error of that difference; as that of a density it is of one
        item less, where ArviZ divides by all of them.
    khat : float or None
        Largest Pareto shape of the weights that leave items out, of those that are known; None where none were
        needed, or none is known.
    """

    id: str
    elpd: float
    se: float
    mcse: float
    difference: float
    difference_se: float
    khat: float | None


@dataclass(frozen=True)
class ModelComparison:
    """Models beside each other.

    Attributes
    ----------
    models : tuple of ComparedModel
        The best first.
    items : tuple of str
        What all of them predict, and were compared on.
    weights : mapping of str to float or None
        Weights of stacking, by model; None where they are withheld.
    reason : str
        Why they are; empty where they are given.
    left_out : mapping of str to tuple of str
        By model, items that it was shown and others were not; their part in it has been taken back.

    Examples
    --------
    >>> from arviz_base import load_arviz_data
    >>> from catchup.analysis import compare
    >>> found = compare({name: load_arviz_data(f"{name}_eight") for name in ("centered", "non_centered")})
    >>> found.models[0].id
    'non_centered'
    """

    models: tuple[ComparedModel, ...]
    items: tuple[str, ...]
    weights: Mapping[str, float] | None
    reason: str
    left_out: Mapping[str, tuple[str, ...]]


def compare(models: Mapping[str, Any]) -> ModelComparison:
    """Compare models by their leave-one-out predictive densities of the items that all of them predict.

    Parameters
    ----------
    models : mapping of str to xarray.DataTree or arviz_stats.ELPDData
        By name: trees with a ``log_likelihood`` and a ``posterior`` group, from any sampler, whose variables are items
        or hold them along one dim; or results of ``az.loo(..., pointwise=True)``, which must be of the same items.

    Returns
    -------
    ModelComparison
        ELPD, its difference from the best and the difference's standard error, k-hat, and weights of stacking where
        at least `WANTED` items speak.

    Raises
    ------
    InputError
        If there are fewer than two models, one has no pointwise log likelihood, two hold other observations under one
        name (a silence counted through another day, too) or answer another question, or no item is predicted by all.

    Warns
    -----
    UserWarning
        If k-hat says that leaving items out of a model cannot be trusted.

    Examples
    --------
    Two of ArviZ's examples, of the same eight observations:

    >>> from arviz_base import load_arviz_data
    >>> from catchup.analysis import compare
    >>> found = compare({name: load_arviz_data(f"{name}_eight") for name in ("centered", "non_centered")})
    >>> [row.id for row in found.models]
    ['non_centered', 'centered']
    >>> print(found.weights, found.reason)
    None 8 items speak, at least 10 are wanted
    """
    if len(models) < 2:
        raise InputError(f"at least two models to compare were expected, not {len(models)}")
    observed = {name: observations_of(name, model) for name, model in models.items()}
    shared, left_out = with_the_same_items(observed)
    found = compare_pointwise({name: pointwise_of(observed[name], shared) for name in models}, left_out)
    for row in _not_to_be_trusted(found.models):
        # as ArviZ does where it leaves items out: what is printed of a comparison may be its differences alone
        warnings.warn(_khat_text(row), UserWarning, stacklevel=2)
    return found


def compare_pointwise(
    models: Mapping[str, Pointwise], left_out: Mapping[str, tuple[str, ...]] | None = None
) -> ModelComparison:
    """Compare models whose leave-one-out densities have been worked out.

    Parameters
    ----------
    models : mapping of str to Pointwise
        By name; all of the same items.
    left_out : mapping of str to tuple of str, optional
        By model, items that it was shown and others were not.
    """
    items = next(iter(models.values())).items if models else ()
    left_out = left_out or {}
    if not items:
        return ModelComparison((), (), None, "no item is predicted by all of them", left_out)
    table = _compared_by_arviz(models)
    rows = []
    for name in table.index:
        model, few = models[name], len(items) < 2
        rows.append(
            ComparedModel(
                id=str(name),
                elpd=float(model.log_density.sum()),
                se=math.nan if few else float(np.sqrt(len(items) * model.log_density.var(ddof=1))),
                mcse=float(np.sqrt(np.sum(model.mcse**2))),
                difference=float(table.loc[name, "elpd_diff"]),
                difference_se=math.nan if few else float(table.loc[name, "dse"]) * _of_few(len(items)),
                khat=_largest(model.khat),
            )
        )
    reason = _why_no_weights(rows, items)
    weights = None if reason else {name: float(table.loc[name, "weight"]) for name in models}
    return ModelComparison(tuple(rows), items, weights, reason, left_out)


def left_out_of_prior(
    columns: Mapping[str, Array], weighting: Weighting, without: Mapping[str, Mapping[str, Array]] | None = None
) -> Pointwise:
    """Log density of each item given the others, by two means over draws of the prior.

    Parameters
    ----------
    columns : mapping of str to array, shape (draw,)
        Log likelihood of each item.
    weighting : Weighting
        How the draws stand for the prior.
    without : mapping of str to mapping, optional
        By item, the log likelihoods of the others without it, where it is part of what they say.

    Returns
    -------
    Pointwise
        With the k-hat of the draws weighted by all the items and by all but one, whichever is larger, and the Monte
        Carlo error of the difference of both log means, which share their draws.
    """
    whole, largest = log_mean(total(columns), weighting), _khat(columns, weighting)
    densities, khats = [], []
    for left in columns:
        others = {name: column for name, column in columns.items() if name != left}
        others |= (without or {}).get(left, {})
        rest = total(others) if others else np.zeros(weighting.draws)
        densities.append((whole - log_mean(rest, weighting)).estimate)
        khats.append(max(largest, _khat(others, weighting)))
    return Pointwise(
        tuple(columns),
        np.array([density.value for density in densities]),
        np.array([density.mcse for density in densities]),
        np.array(khats),
    )


def _of_few(items: int) -> float:
    """Make an error of so many items' spread about their own mean that of one item less."""
    return math.sqrt(items / (items - 1))


def _largest(khats: Array | None) -> float | None:
    """Largest k-hat; ArviZ leaves that of an item which says the same in every draw undefined."""
    known = np.array([]) if khats is None else khats[~np.isnan(khats)]
    return float(known.max()) if known.size else None


def _khat(columns: Mapping[str, Array], weighting: Weighting) -> float:
    return smooth_weights(total(columns), weighting.replicates).khat if columns else -math.inf


def _compared_by_arviz(models: Mapping[str, Pointwise]) -> Any:
    """ArviZ's table of the models, best first, unrounded.

    What all models miss of an item alike moves neither differences nor weights, and is taken off first: densities
    are exponentiated over there.
    """
    from arviz_stats import compare as compare_elpd
    from arviz_stats.utils import ELPDData
    from xarray import DataArray

    shared = np.max([model.log_density for model in models.values()], axis=0)
    results = {}
    for name, model in models.items():
        relative = model.log_density - shared
        results[name] = ELPDData(
            elpd=float(relative.sum()),
            se=math.nan,
            p=math.nan,
            n_samples=0,
            n_data_points=relative.size,
            scale="log",
            warning=False,
            good_k=WORST_KHAT,
            elpd_i=DataArray(relative, dims="item"),
        )
    return compare_elpd(results, method="stacking", round_to="none")


def _why_no_weights(rows: Sequence[ComparedModel], items: Sequence[str]) -> str:
    if len(items) < WANTED:
        speak = "1 item speaks" if len(items) == 1 else f"{len(items)} items speak"
        return f"{speak}, at least {WANTED} are wanted"
    bad = _not_to_be_trusted(rows)
    return _khat_text(bad[0]) if bad else ""


def _not_to_be_trusted(rows: Sequence[ComparedModel]) -> list[ComparedModel]:
    return [row for row in rows if row.khat is not None and not row.khat <= WORST_KHAT]


def _khat_text(row: ComparedModel) -> str:
    return f"leaving items out of {row.id} cannot be trusted (k-hat {row.khat:.2f}, above {WORST_KHAT})"
