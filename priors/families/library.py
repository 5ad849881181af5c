"""Any continuous distribution of SciPy, by its name there."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import ConfigDict, Field, model_validator

from ..bases import Array
from ..errors import InputError, nearest_name
from ..scores import rank_of
from ..strict import misfit
from .tabulated import FIRST_SCORES, Table, Tabulated, tabulate


class Library(Tabulated):
    """A continuous distribution of ``scipy.stats``: its name there, and its parameters by the names they have there.

    Attributes
    ----------
    distribution : str
        Its name.
    parameters : mapping of str to float
        Its shapes, and perhaps ``loc`` and ``scale``.

    Examples
    --------
    >>> from catchup.priors import Library
    >>> lag = Library(distribution="gamma", parameters={"a": 9.0, "scale": 0.8})
    >>> lag.quantile([0.05, 0.5, 0.95]).round(1)
    array([ 3.8,  6.9, 11.5])
    """

    model_config = ConfigDict(defer_build=True)
    family: ClassVar[str] = "scipy"
    distribution: str
    parameters: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _exists(self) -> Self:
        from scipy import stats

        kind = getattr(stats, self.distribution, None)
        if not isinstance(kind, stats.rv_continuous):
            nearest = nearest_name(self.distribution, continuous())
            raise misfit("distribution", f"unknown continuous distribution of SciPy '{self.distribution}'", nearest)
        known = parameter_names(kind)
        for name in self.parameters:
            if name not in known:
                problem = f"unknown parameter '{name}'; {self.distribution} takes {', '.join(known)}"
                raise misfit(f"parameters.{name}", problem, nearest_name(name, known))
        for name in known[:-2]:
            if name not in self.parameters:
                raise misfit(f"parameters.{name}", f"is missing; {self.distribution} takes {', '.join(known)}")
        with _unheard():
            middle = self._frozen.ppf(0.5)
        if not np.isfinite(middle):
            raise misfit("parameters", f"parameters that {self.distribution} allows were expected")
        try:
            self.table()
        except InputError as error:
            raise misfit("parameters", f"{error.problem}; draws or quantiles of it make an empirical prior") from None
        return self

    def support(self) -> tuple[float, float]:
        low, high = self._frozen.support()
        return float(low), float(high)

    def table(self) -> Table:
        return self._table

    def log_density(self, value: Array | float) -> Array:
        with _unheard():
            return np.asarray(self._frozen.logpdf(value))

    @cached_property
    def _frozen(self) -> Any:
        from scipy import stats

        return getattr(stats, self.distribution)(**self.parameters)

    @cached_property
    def _table(self) -> Table:
        lower = np.asarray(rank_of(np, FIRST_SCORES[FIRST_SCORES <= 0.0]))
        with _unheard():
            start = np.concatenate([self._frozen.ppf(lower), self._frozen.isf(lower)])
            return tabulate(self._frozen.cdf, self._frozen.sf, self.log_density, self.support(), start)


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Leave unsaid what SciPy and its libraries warn of: the table is checked for what may come of it."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def continuous() -> list[str]:
    """Names of SciPy's continuous distributions."""
    from scipy import stats

    return [name for name, kind in vars(stats).items() if isinstance(kind, stats.rv_continuous)]


def parameter_names(kind: Any) -> list[str]:
    """Names of the parameters of a distribution of SciPy: its shapes, location and scale."""
    return [*(part.strip() for part in (kind.shapes or "").split(",") if part.strip()), "loc", "scale"]


def parameters_of(frozen: Any) -> dict[str, float]:
    """Parameters of a frozen distribution of SciPy, by name; those that are left to their defaults are left out.

    Raises
    ------
    InputError
        If one of them is an array.
    """
    named: dict[str, Any] = dict(zip(parameter_names(frozen.dist), frozen.args, strict=False)) | frozen.kwds
    for name, value in named.items():
        if np.ndim(value):
            raise InputError(f"a number was expected, not {value!r}", key=name)
    return {name: float(value) for name, value in named.items()}
