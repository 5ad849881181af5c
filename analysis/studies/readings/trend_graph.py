"""A trend conditioned on evidence as a PyMC model: the reweighted draws' twin, for any sampler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....evidence.graph import evidence_data, observe
from ....evidence.latents import latent_quantities
from ....evidence.schema import Item
from ....model.trend import TrendText
from ....model.trend_graph import build_trend_model
from ...inference.question import Question
from .trend_evidence import countable, seen_by


def build_trend_posterior(question: Question, text: TrendText, items: Sequence[Item]) -> Any:
    """Build the PyMC model of a trend on those items that count for it.

    Parameters
    ----------
    question : Question
        What is asked.
    text : TrendText
        Which trend.
    items : sequence of Item
        Evidence; what says nothing of the trend is left out.

    Returns
    -------
    pymc.Model
        With ``ready`` (months since t = 0), and an observed variable by the id of each item.
    """
    assumptions = question.assumptions
    counted = countable(assumptions, text, items, question.event)
    model, trend = build_trend_model(
        assumptions, text, event=question.event, extra_quantities=latent_quantities(counted)
    )
    data = evidence_data(counted, assumptions, question.as_of)
    with model:
        for item in counted:
            observe(item, seen_by(item, assumptions, trend, model.named_vars), data)
    return model
