r"""Shares that sum to one: a block of quantities, Dirichlet distributed.

A block's members are the quantities whose rows name it. Members with a distribution, or a fixed value, of their own
take their share first. Those of family ``dirichlet`` divide the rest R, in the order of the prior table, by breaking a
stick [1]_:

.. math:: s_i = \Bigl(R - \sum_{j < i} s_j\Bigr) B_i, \qquad B_i \sim \mathrm{Beta}\Bigl(a_i, \sum_{j > i} a_j\Bigr),

which is the Dirichlet distribution of concentrations a, on R. The last takes what is left, and no random number.

References
----------
.. [1] Connor and Mosimann, Concepts of independence for proportions with a generalization of the Dirichlet distribution
   (1969).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import ConfigDict

from ..bases import BASES, Array
from .dependent import Dependent
from .family import Family, Shape

WHOLE = 1.0
LEAST = 2.0**-53  # of what is left: as rounding could leave nothing, or less


class Dirichlet(Family):
    """A share in a block of shares that sum to one; its mean is its concentration over the sum of all in the block.

    The larger the concentrations, the less the shares vary.

    Attributes
    ----------
    concentration : float
        1 or more.

    Examples
    --------
    >>> from catchup.priors import Layer, load_prior_table, packaged_layers
    >>> row = {"family": "dirichlet", "block": "bill", "unit": "1", "sources": ["project"], "role": "comparison"}
    >>> parts = {"bill_chips": 6.0, "bill_staff": 3.0, "bill_power": 1.0}
    >>> rows = {name: {**row, "description": name, "concentration": parts[name]} for name in parts}
    >>> table = load_prior_table([*packaged_layers(), Layer.of({"quantity": rows}, file="mine.toml")])
    >>> table.quantiles("bill_chips", [0.05, 0.5, 0.95]).round(2)
    array([0.34, 0.61, 0.83])
    """

    model_config = ConfigDict(defer_build=True)
    family: ClassVar[str] = "dirichlet"
    widest: ClassVar[tuple[float, float] | None] = (0.0, WHOLE)
    concentration: Shape


class DirichletShare(Dependent):
    """A share of a block, once it is known which others come before it and what comes after.

    Attributes
    ----------
    before : tuple of str
        Members whose shares are taken before.
    after : float
        Sum of the concentrations of those that come after; 0 for the last.
    most : float
        The largest share that those with a distribution of their own leave.
    """

    model_config = ConfigDict(defer_build=True)
    template: Dirichlet
    before: tuple[str, ...]
    after: float
    most: float

    @property
    def base(self) -> str | None:  # type: ignore[override]  # by row
        """None for the last, which is what is left."""
        return Family.base if self.after else None

    @property
    def parents(self) -> tuple[str, ...]:
        return self.before

    def support(self) -> tuple[float, float]:
        return 0.0, self.most

    def extremes(self) -> tuple[float, float]:
        return LEAST, self.most

    def given(self, values: Mapping[str, Any]) -> Family:
        room = WHOLE - sum(values[name] for name in self.before) if self.before else WHOLE
        if not self.after:
            return _Rest.model_construct(room=room)
        return _Stick.model_construct(alpha=self.template.concentration, beta=self.after, room=room)


class _Stick(Family):
    """A part of what there is room for, beta distributed."""

    model_config = ConfigDict(defer_build=True)
    family: ClassVar[str] = Dirichlet.family
    alpha: float
    beta: float
    room: Any

    def support(self) -> tuple[float, float]:
        return 0.0, self.room

    def quantile_in(self, xp: Any, u: Any) -> Any:
        share = BASES["beta"].quantile(xp, u, self.alpha, self.beta)
        return xp.maximum(self.room * share, LEAST)

    def cdf(self, value: Array | float) -> Array:
        return BASES["beta"].cdf(np.asarray(value, dtype=float) / self.room, self.alpha, self.beta)

    def log_density(self, value: Array | float) -> Array:
        share = np.asarray(value, dtype=float) / self.room
        return np.asarray(BASES["beta"].log_density(share, self.alpha, self.beta) - np.log(self.room))


class _Rest(Family):
    """What is left."""

    model_config = ConfigDict(defer_build=True)
    family: ClassVar[str] = Dirichlet.family
    base: ClassVar[str | None] = None
    room: Any

    def known(self, xp: Any) -> Any:
        return xp.maximum(self.room, LEAST)

    def quantile_in(self, xp: Any, u: Any) -> Any:
        return xp.zeros_like(u) + self.known(xp)

    def cdf(self, value: Array | float) -> Array:
        return np.asarray((np.asarray(value, dtype=float) >= self.room).astype(float))

    def log_density(self, value: Array | float) -> Array:
        return np.zeros(np.shape(value))
