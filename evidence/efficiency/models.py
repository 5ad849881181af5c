"""Models with a score and a training compute, as the arrays that the efficiency likelihood takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ...priors.arrays import Array as Array


@dataclass(frozen=True)
class ScoredModels:
    """Models of one table, those of an organisation side by side.

    Attributes
    ----------
    names : tuple of str
        Of the models.
    score, score_sd : array, shape (model,)
        Score, and the standard deviation of its own error (0 where the table states none), in the table's points.
    log10_compute : array, shape (model,)
        Logarithm to base 10 of training compute over the reference.
    years : array, shape (model,)
        Release, in years since t = 0.
    organisations : tuple of str
        Every organisation once, in the order of its models.
    counts : tuple of int
        How many models each has.

    Examples
    --------
    >>> import numpy as np
    >>> from catchup.evidence import ScoredModels
    >>> years, compute = np.linspace(-2.0, 0.0, 8), np.linspace(-1.5, 0.0, 8)
    >>> scores = 150.0 + 10.0 * (compute + 0.5 * years)
    >>> models = ScoredModels.of("abcdefgh", scores, np.ones(8), compute, years, "UVUVUVUV")
    >>> models.organisations, models.counts, models.names
    (('U', 'V'), (4, 4), ('a', 'c', 'e', 'g', 'b', 'd', 'f', 'h'))
    """

    names: tuple[str, ...]
    score: Array
    score_sd: Array
    log10_compute: Array
    years: Array
    organisations: tuple[str, ...]
    counts: tuple[int, ...]

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        score: Array,
        score_sd: Array,
        log10_compute: Array,
        years: Array,
        organisations: Sequence[str],
    ) -> ScoredModels:
        """Put models in order of organisation.

        Parameters
        ----------
        names, organisations : sequence of str
            Of each model.
        score, score_sd, log10_compute, years : array, shape (model,)
            See the attributes.
        """
        order = sorted(range(len(names)), key=lambda model: organisations[model])
        owners = [organisations[model] for model in order]
        distinct = tuple(dict.fromkeys(owners))
        return cls(
            names=tuple(names[model] for model in order),
            score=np.asarray(score, dtype=float)[order],
            score_sd=np.asarray(score_sd, dtype=float)[order],
            log10_compute=np.asarray(log10_compute, dtype=float)[order],
            years=np.asarray(years, dtype=float)[order],
            organisations=distinct,
            counts=tuple(owners.count(owner) for owner in distinct),
        )

    @cached_property
    def organisation(self) -> NDArray[np.intp]:
        """Position of each model's organisation; shape (model,)."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    @cached_property
    def first_of_organisation(self) -> NDArray[np.intp]:
        """Position of each organisation's first model; shape (organisation,)."""
        return np.cumsum((0, *self.counts[:-1]))
