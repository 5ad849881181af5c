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
        If there is no posterior, or none of its draws, a quantity is missing, has other dims or is undefined in some
        draw, or the tree's priors, dates or likelihoods are not those of the question and its items.
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
        name: _finite(name, group[name]) if name in group else np.full(draws, assumptions.beliefs[name].quantile(0.5))
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


def _column(name: str, variable: Any) -> Any:
    """The draws of a variable, chain after chain; refuses one that has not a number for each."""
    if set(variable.dims) != {"chain", "draw"}:
        dims = ", ".join(map(str, variable.dims)) or "none"
        raise InputError(f"the dims of its {name} are {dims}; chain and draw were expected", key=TREE)
    if variable.dtype.kind not in "fiu":
        raise InputError(f"its {name} holds {variable.dtype}; numbers were expected", key=TREE)
    return np.ascontiguousarray(variable.transpose("chain", "draw").values.ravel(), dtype=float)


def _finite(name: str, variable: Any) -> Any:
    column = _column(name, variable)
    missing = int((~np.isfinite(column)).sum())
    if missing:
        raise InputError(f"{missing:,} of the {column.size:,} draws of its {name} are not finite", key=TREE)
    return column


def _compared(column: Any) -> Any:
    """A few draws of a column, from all along it."""
    return column[:: -(-column.size // COMPARED)]


def _refuse_other_event(group: Any, question: Question) -> None:
    if "event" not in group.dims:
        return
    events = [str(name) for name in group.coords["event"].values]
    if question.event not in events:
        raise InputError(
            f"is about the event {', '.join(events)}; a tree about {question.event} was expected", key=TREE
        )
    if events.count(question.event) > 1:
        raise InputError(f"has the event {question.event} more than once", key=TREE)


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
    stored = _column("ready", ready)
    missing = int(np.isnan(stored).sum())
    if missing:
        raise InputError(f"{missing:,} of the {stored.size:,} draws of its ready are undefined", key=TREE)
    again = ready_under(question, {name: _compared(column) for name, column in values.items()})
    if not np.allclose(_compared(stored), again, rtol=0.0, atol=CLOSE):
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
    stored, few = densities[OBSERVATION], {name: _compared(column) for name, column in values.items()}
    said, draws = {str(name) for name in stored["item"].values}, next(iter(values.values())).size
    for name, again in likelihoods_of(question, few, selection.counted).items():
        if name not in said:
            continue
        column = _column(f"log likelihood of {name}", stored.sel(item=name))
        if column.size != draws:
            raise InputError(
                f"its log_likelihood is of {column.size:,} draws, its posterior of {draws:,}: thin all groups alike",
                key=TREE,
            )
        if not np.allclose(_compared(column), again, rtol=SAME, atol=CLOSE):
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
    diverging = None if stats is None or "diverging" not in stats else _number_diverging(stats["diverging"])
    divergences = _said(tree, "divergences")
    rhat_max = _said(tree, "rhat_max")
    return Diagnostics(
        ess=ess,
        khat=_said(tree, "khat"),
        rhat_max=rhat_max if rhat_max is not None else rhat if chains > 1 else None,
        divergences=diverging if divergences is None else int(divergences),
    )


def _number_diverging(diverging: Any) -> int:
    if diverging.dtype.kind not in "biuf" or not np.isfinite(diverging.values).all():
        raise InputError("its sample_stats say of each draw whether it is diverging: true or false", key=TREE)
    return int(diverging.values.sum())


def _said(tree: Any, name: str) -> float | None:
    """A figure that a tree says of its run."""
    figure = getattr(tree, "attrs", {}).get(name)
    return float(figure) if isinstance(figure, Real) and np.isfinite(float(figure)) else None
