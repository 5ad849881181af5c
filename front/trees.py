"""From a tree of draws, however they were sampled, to a forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .analysis.inference.forecast import Forecast
from .analysis.inference.forecast import forecast as forecast_of

if TYPE_CHECKING:
    from .conditioned import Model


def forecast(tree: Any, model: Model) -> Forecast:
    """Sum draws up into a forecast.

    Parameters
    ----------
    tree : xarray.DataTree
        With a group ``posterior`` of every quantity of `model`: from `Model.fit`, from ``pymc.sample``, nutpie or
        another sampler on `Model.pymc`, or from `load`.
    model : Model
        The model that was sampled.

    Returns
    -------
    Forecast
        With the diagnostics of the chains; whether they can be trusted is for the reader to say.

    Raises
    ------
    InputError
        If the tree has no posterior, lacks a quantity, or holds dates of another question, event or day.

    Examples
    --------
    >>> import catchup
    >>> model = catchup.Model(as_of="2026-11-26", evidence="eci-lag", model="article")
    >>> found = catchup.forecast(model.fit(draws=20_000), model)
    >>> 6 < found.ready.quantile(0.5).value < 14
    True
    """
    from .analysis.inference.tree.sampled import posterior_of_tree

    return forecast_of(posterior_of_tree(tree, model.question(), model.selection))


def load(path: str | Path) -> Any:
    """Read a tree that was saved by ``catchup forecast --save`` or kept by a run.

    Raises
    ------
    InputError
        If it cannot be read, or is no such tree.
    """
    from .analysis.inference.tree.files import load_tree

    return load_tree(path)
