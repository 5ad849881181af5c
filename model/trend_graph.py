"""A trend as a PyMC model, to be conditioned as the race is."""

from __future__ import annotations

from collections.abc import Iterable

import pymc as pm

from .assumptions import Assumptions
from .graph import declare_quantities
from .trend import Trend, TrendText


def build_trend_model(
    assumptions: Assumptions, text: TrendText, *, extra_quantities: Iterable[str] = ()
) -> tuple[pm.Model, Trend]:
    """Build a trend's generative model.

    Parameters
    ----------
    assumptions : Assumptions
        Priors.
    text : TrendText
        Which trend.
    extra_quantities : iterable of str
        Quantities beyond its own, for the likelihoods that need them.

    Returns
    -------
    tuple of pymc.Model and Trend
        The model, with ``ready`` in months since t = 0, and the trend over its variables.
    """
    names = list(dict.fromkeys([*text.quantities(), *extra_quantities]))
    with pm.Model() as model:
        trend = Trend.of(text, assumptions, declare_quantities(assumptions.beliefs, names, assumptions.copula))
        pm.Deterministic("ready", trend.ready)
    return model, trend
