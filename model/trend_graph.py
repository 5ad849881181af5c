"""A trend as a PyMC model, to be conditioned as the race is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pymc as pm
import pytensor.tensor as pt

from .assumptions import DEFAULT_EVENT, Assumptions
from .graph import declare_quantities
from .named_variables import declare
from .trend import Trend, TrendText


def build_trend_model(
    assumptions: Assumptions,
    text: TrendText,
    *,
    events: Sequence[str] = (DEFAULT_EVENT,),
    extra_quantities: Iterable[str] = (),
) -> tuple[pm.Model, Trend]:
    """Build a trend's generative model.

    Parameters
    ----------
    assumptions : Assumptions
        Priors.
    text : TrendText
        Which trend.
    events : sequence of str
        Whose dates it holds.
    extra_quantities : iterable of str
        Quantities beyond its own, for the likelihoods that need them.

    Returns
    -------
    tuple of pymc.Model and Trend
        The model, with ``ready`` in months since t = 0 over the dim ``event``, and the trend over its variables.
    """
    names = list(dict.fromkeys([*text.quantities(events), *extra_quantities]))
    with pm.Model(coords={"event": list(events)}) as model:
        values = declare_quantities(assumptions.beliefs, names, assumptions.copula)
        trend = Trend.of(pt, text, assumptions, values, events)
        declare("ready", {event: trend.ready_of(event) for event in events})
    return model, trend
