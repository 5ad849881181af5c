"""Trees that any sampler of the conditioned model has made, as posteriors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np

from ....evidence.layout import OBSERVATION
from ....evidence.selected import Selection
from ....priors.errors import InputError
from ..diagnostics import Diagnostics
from ..draws import StoredDraws, Values
from ..estimates import Weighting
from ..likelihoods import latent_beliefs, likelihoods_of
from ..outcomes import ready_under
from ..posterior import Posterior
from ..question import Question

COMPARED = 64  # draws whose dates are worked out again, to tell a tree of another question
CLOSE = 1e-3  # months, relative to which a graph's arithmetic of 64 bits is exact
SAME = 1e-6  # relative: quantiles of one prior, worked out by other versions of a library
PRIOR, POSTERIOR = "prior", "posterior"  # groups of it
TREE = "tree"  # how messages name what was given


def posterior_of_tree(tree: Any, question: Question, selection: Selection) -> Posterior:
    """Take the draws of a tree as those of a question's posterior.

    Parameters
    ----------
    tree : xarray.DataTree
        With a group ``posterior``, or where nothing is counted ``prior``; its quantities have the dims chain and draw.
    question : Question
        What was asked, the items' latent quantities among its assumptions.
    selection : Selection
        Items that the tree's model was conditioned on.

    Raises
    ------
    InputError
        If there is no posterior, or none of its draws, a quantity is missing, or the tree's priors, dates or
        likelihoods are not those of the question and its items.
    """
    group = _posterior(tree, selection)
    _refuse_other_event(group, question)
    _refuse_other_question(tree, question, selection)
    assumptions = question.assumptions
    needed = [*assumptions.needed([question.event], distillation=True), *latent_beliefs(question, selection.counted)]
    names = list(dict.fromkeys(assumptions.with_related(needed)))
    missing = [name for name in names if name not in group and not assumptions.beliefs[name].certain]
    if missing:
        raise InputError(
            f"its posterior lacks {', '.join(missing[:3])}{' ...' if missing[3:] else ''}: "
            "a tree sampled from this model was expected",
            key=TREE,
        )
    chains = int(group.sizes["chain"])
    draws = chains * int(group.sizes["draw"])
    values = {
        name: _column(group[name]) if name in group else np.full(draws, assumptions.beliefs[name].quantile(0.5))
        for name in names
    }
    _refuse_other_beliefs(values, question)
    _refuse_other_priors(tree, names, question)
    source = StoredDraws(values, Weighting(draws, chains=chains), question.seed, assumptions.copula)
    _refuse_other_dates(group, question, values)
    _refuse_other_figures(tree, question, selection, values)
    return Posterior(question, source, _diagnostics(tree, group, values), "sampled", selection)


def _posterior(tree: Any, selection: Selection) -> Any:
    """The group of the posterior; of the prior, which it is where nothing is counted."""
    groups = getattr(tree, "children", {})
    name = PRIOR if PRIOR in groups and POSTERIOR not in groups and not selection.counted else POSTERIOR
    try:
        group = tree[name].to_dataset()
    except (KeyError, TypeError, AttributeError):
        alone = ": it holds the prior alone, and the model counts evidence" if PRIOR in groups else ""
        raise InputError(f"an ArviZ tree with a group 'posterior' was expected{alone}", key=TREE) from None
    if not {"chain", "draw"} <= set(group.sizes):
        raise InputError("its posterior lacks the dims chain and draw", key=TREE)
    if not (group.sizes["chain"] and group.sizes["draw"]):
        raise InputError("its posterior has no draws", key=TREE)
    return group


def _column(variable: Any) -> Any:
    return np.ascontiguousarray(variable.transpose("chain", "draw").values.ravel(), dtype=float)


def _refuse_other_event(group: Any, question: Question) -> None:
    if "event" not in group.dims:
        return
    events = [str(name) for name in group.coords["event"].values]
    if question.event not in events:
        raise InputError(
            f"is about the event {', '.join(events)}; a tree about {question.event} was expected", key=TREE
        )


def _refuse_other_question(tree: Any, question: Question, selection: Selection) -> None:
    """Refuse a tree that says it is of another day or of other evidence; those of other samplers say neither."""
    attributes = getattr(tree, "attrs", {})
    asked = {"as_of": question.as_of.isoformat(), "evidence": ",".join(item.id for item in selection.counted)}
    for name, wanted in asked.items():
        found = attributes.get(name)
        if found is not None and set(str(found).replace(" ", "").split(",")) != set(wanted.split(",")):
            raise InputError(f"its {name} is {found or 'none'}; {wanted or 'none'} was expected", key=TREE)


def _refuse_other_beliefs(values: Values, question: Question) -> None:
    """Refuse draws that the model's beliefs rule out: those of a model with other priors or other fixed values."""
    for name, column in values.items():
        low, high = question.assumptions.beliefs[name].support()
        slack = CLOSE * max(abs(low), abs(high)) if np.isfinite([low, high]).all() else CLOSE
        if column.min() < low - slack or column.max() > high + slack:
            raise InputError(
                f"its {name} reaches from {column.min():g} to {column.max():g}, which the model rules out "
                f"({low:g} to {high:g}): a tree of this model was expected",
                key=TREE,
            )


def _refuse_other_priors(tree: Any, names: Sequence[str], question: Question) -> None:
    """Refuse a tree whose priors, as far as it says them, are not the model's; other samplers' trees say none."""
    constants = getattr(tree, "children", {}).get("constant_data", {})
    if "prior_quantile" not in constants or set(constants["prior_quantile"].dims) != {"quantity", "probability"}:
        return
    stated = constants["prior_quantile"].transpose("quantity", "probability")
    rows = {str(name): row for name, row in zip(stated["quantity"].values, stated.values, strict=True)}
    probabilities = stated["probability"].values
    for name in (name for name in names if name in rows):
        expected = question.assumptions.quantiles(name, probabilities)
        if not np.allclose(rows[name], expected, rtol=SAME, atol=0.0):
            said, wanted = (", ".join(f"{value:g}" for value in each) for each in (rows[name], expected))
            raise InputError(
                f"its prior of {name} has the quantiles {said}, the model's has {wanted}: a tree of this model was "
                "expected",
                key=TREE,
            )


def _refuse_other_dates(group: Any, question: Question, values: Values) -> None:
    """Refuse a tree whose dates, worked out again of its own quantities, are those of another question."""
    if "ready" not in group:
        return
    ready = group["ready"].sel(event=question.event) if "event" in group["ready"].dims else group["ready"]
    stored = _column(ready)[:COMPARED]
    again = ready_under(question, {name: column[:COMPARED] for name, column in values.items()})
    if not np.allclose(stored, again, rtol=0.0, atol=CLOSE, equal_nan=True):
        raise InputError(
            f"its dates are not those that its quantities imply for the event {question.event} as of "
            f"{question.as_of}: a tree of this model, event and day was expected",
            key=TREE,
        )


def _refuse_other_figures(tree: Any, question: Question, selection: Selection, values: Values) -> None:
    """Refuse a tree whose log likelihoods, worked out again, are those of other figures of an item.

    Those of other samplers may be of fewer items, or of none.
    """
    densities = getattr(tree, "children", {}).get("log_likelihood", {})
    if OBSERVATION not in densities or "item" not in densities[OBSERVATION].dims:
        return
    stored, few = densities[OBSERVATION], {name: column[:COMPARED] for name, column in values.items()}
    said = {str(name) for name in stored["item"].values}
    for name, again in likelihoods_of(question, few, selection.counted).items():
        if name in said and not np.allclose(_column(stored.sel(item=name))[:COMPARED], again, rtol=SAME, atol=CLOSE):
            raise InputError(
                f"what it says of {name} is not what the item's figures imply: a tree of this item was expected",
                key=TREE,
            )


def _diagnostics(tree: Any, group: Any, values: Values) -> Diagnostics:
    """Diagnostics of the draws; of those that a tree says of the run it was made by, which has kept some only, its."""
    from arviz_stats.base import array_stats

    chains = int(group.sizes["chain"])
    columns = [column.reshape(chains, -1) for column in values.values() if np.ptp(column) > 0.0]
    sizes = (float(array_stats.ess(column, chain_axis=0, draw_axis=1, method="bulk")) for column in columns)
    rhats = (float(array_stats.rhat(column, chain_axis=0, draw_axis=1)) for column in columns)
    ess, rhat = min(sizes, default=math.nan), max(rhats, default=math.nan)  # a single draw has neither
    stats = getattr(tree, "children", {}).get("sample_stats")
    diverging = None if stats is None or "diverging" not in stats else int(stats["diverging"].values.sum())
    divergences = _said(tree, "divergences")
    rhat_max = _said(tree, "rhat_max")
    return Diagnostics(
        ess=ess,
        khat=_said(tree, "khat"),
        rhat_max=rhat_max if rhat_max is not None else rhat if chains > 1 else None,
        divergences=diverging if divergences is None else int(divergences),
    )


def _said(tree: Any, name: str) -> float | None:
    """A figure that a tree says of its run."""
    figure = getattr(tree, "attrs", {}).get(name)
    return float(figure) if isinstance(figure, Real) and np.isfinite(float(figure)) else None
