"""Truths drawn from the prior, and the evidence they would have left.

Every truth has random numbers of its own, keyed by its place in the sequence: the fifth is the same whether five or a
thousand are drawn, in one process or many, and so a calibration can be stopped, resumed and extended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....model.draws import QuantileTransform, UniformStreams
from ....priors.errors import InputError
from ...inference.draws import Values
from ...inference.estimates import Array
from .plan import Plan
from .purposes import TRUTHS, generator


@dataclass(frozen=True)
class Truths:
    """Truths and the data simulated from them.

    Attributes
    ----------
    tracked : array, shape (fit, tracked quantity but the log likelihood)
        What is ranked.
    predictions : dict of str to array, shape (fit,)
        By item, what the analysed item is about.
    observations : dict of str to array, shape (fit,)
        By item, in the coordinate of its kind.
    """

    tracked: Array
    predictions: dict[str, Array]
    observations: dict[str, Array]


def simulate_truths(plan: Plan, first: int, count: int, drawn: Callable[[int, int], Values] | None = None) -> Truths:
    """Draw truths `first` to `first + count` and simulate what would have been seen.

    Parameters
    ----------
    plan : Plan
        What is calibrated.
    first, count : int
        Which truths.
    drawn : callable, optional
        Given these two, returns the truths' values; from the prior by default.

    Raises
    ------
    InputError
        If a truth leaves evidence that is not finite: a date that never comes, for instance.
    """
    from scipy.special import ndtri

    assumptions = plan.question.assumptions
    transform = QuantileTransform(assumptions.beliefs, plan.quantities, assumptions.copula)
    noise = [f"{item.id}::{part}" for item in plan.items for part in ("normal", "uniform")]
    streams = UniformStreams(generator(plan, TRUTHS))
    uniforms = next(streams.chunks([*transform.names, *noise], first, count, count))
    ranks, noises = uniforms[: len(transform.names)], dict(zip(noise, uniforms[len(transform.names) :], strict=True))
    values = transform(ranks) if drawn is None else drawn(first, count)
    tracked, predicted = plan.describe(values, plan.items)
    observations = {}
    for item in plan.items:
        normal, uniform = ndtri(noises[f"{item.id}::normal"]), noises[f"{item.id}::uniform"]
        seen = np.asarray(item.simulate(np, normal, uniform, predicted[item.id], item.figures(plan.clock)))
        if not np.isfinite(seen).all():
            raise InputError(
                f"{item.id} cannot be simulated: some prior draws leave nothing finite to observe (a date that never "
                "comes); narrow the priors, or leave the item out with --evidence"
            )
        observations[item.id] = seen
    if plan.analysed is not plan.items:
        predicted = plan.describe(values, plan.analysed)[1]
    return Truths(np.stack(list(tracked.values()), axis=1), predicted, observations)
