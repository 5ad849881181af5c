"""Many simulated data sets held against one set of predictions.

Every density goes through `evidence.likelihood.log_density`, the engine's own, but where that would do the same work
again and again: items of a normal kind are together a quadratic form, so that their densities for all data sets are
products with one matrix, and an indicator has two values, so that its densities are worked out twice and shared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

from ....evidence.kinds.kind import Kind
from ....evidence.kinds.normal import NormalKind
from ....evidence.likelihood import log_density
from ....evidence.schema import Item
from ....model.calendar import Clock
from ....priors.log_densities import LOG_ROOT_TWO_PI
from ...inference.estimates import Array

FEW = 2  # distinct observations whose densities are shared
PIECE = 1_500  # draws; small enough for the matrix library not to start threads of its own beside ours
FARTHEST = 1e6  # standard deviations; a draw further off, of a date that never comes, has no weight


class SharedDensities:
    """Joint log densities of data over the predictions of shared draws.

    Parameters
    ----------
    items : sequence of Item
        What was observed.
    predictions : mapping of str to array, shape (draw,)
        By item.
    clock : Clock
        The day of the question.
    """

    def __init__(self, items: Sequence[Item], predictions: Mapping[str, Array], clock: Clock) -> None:
        self._clock = clock
        self._predictions = predictions
        believed = [item for item in items if item.doubt is None]
        spreads = {item.id: item.kind.spread(np, item.figures(clock)) for item in believed if is_normal(item.kind)}
        self._normal, self._sd = list(spreads), np.array(list(spreads.values()))
        self._others = [item for item in items if item.id not in spreads]
        rows = [predictions[name] for name in self._normal]
        # about their middle, and in their own unit, so that the square below cancels without loss
        self._middle = np.array([np.median(row[np.isfinite(row)]) if np.isfinite(row).any() else 0.0 for row in rows])
        standard = [
            np.clip((row - middle) / sd, -FARTHEST, FARTHEST)
            for row, middle, sd in zip(rows, self._middle, self._sd, strict=True)
        ]
        draws = next(iter(predictions.values())).size
        form = np.array([*standard, -0.5 * sum((row**2 for row in standard), np.zeros(draws))])
        self._pieces = [
            (slice(start, min(start + PIECE, draws)), np.ascontiguousarray(form[:, start : start + PIECE]))
            for start in range(0, draws, PIECE)
        ]

    def fill(self, log_densities: Array, observed: Mapping[str, Array]) -> None:
        """Write the joint log density of each data set in each draw.

        Parameters
        ----------
        log_densities : array, shape (fit, draw)
            Where to.
        observed : mapping of str to array, shape (fit,)
            By item, in the coordinate of its kind.
        """
        fits = log_densities.shape[0]
        seen = np.array([observed[name] for name in self._normal]).reshape(-1, fits)
        seen = (seen - self._middle[:, None]) / self._sd[:, None]
        constant = (-0.5 * seen**2 - np.log(self._sd)[:, None] - LOG_ROOT_TWO_PI).sum(axis=0)[:, None]
        factors = np.vstack([seen, np.ones(fits)]).T
        values = {item.id: np.unique(observed[item.id], return_inverse=True) for item in self._others}
        for piece, form in self._pieces:
            densities = np.empty((fits, form.shape[1]))
            for row, factor in zip(densities, factors, strict=True):
                np.dot(factor, form, out=row)  # a matrix product of so few rows is slower
            densities += constant
            for item in self._others:
                prediction = self._predictions[item.id][piece]
                distinct, which = values[item.id]
                if distinct.size <= FEW < fits:
                    densities += log_density(item, distinct[:, None], prediction, self._clock)[which]
                else:
                    densities += log_density(item, observed[item.id][:, None], prediction, self._clock)
            log_densities[:, piece] = densities


def is_normal(kind: Kind[Any, Any]) -> TypeGuard[NormalKind[Any, Any]]:
    """Whether a kind's density is the normal one, and not one of its own."""
    return isinstance(kind, NormalKind) and type(kind).log_density is NormalKind.log_density
