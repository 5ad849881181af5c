"""A trend conditioned on evidence as a PyMC model: the reweighted draws' twin, for any sampler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ....evidence.graph import observe
from ....evidence.kinds.kind import ModelState
from ....evidence.latents import events_of, latent_quantities, with_latents
from ....evidence.schema import Item
from ....model.trend import TrendText
from ....model.trend_graph import build_trend_model
from ...inference.question import Question
from .trend_evidence import DATE_KINDS, countable, seen_by


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
        With ``ready`` (months since t = 0, over the dim ``event``), and an observed variable ``observation`` over the
        dim ``item``.
    """
    counted = countable(question.assumptions, text, items, question.event)
    assumptions = with_latents(question.assumptions, counted)
    events = list(dict.fromkeys([question.event, *events_of(counted)]))
    beside = [*latent_quantities(counted, assumptions), *assumptions.reporting_quantities]
    model, trend = build_trend_model(assumptions, text, events=events, extra_quantities=beside)
    ready = {event: model["ready"][place] for place, event in enumerate(events)}

    def shown(item: Item) -> ModelState:
        state = seen_by(item, assumptions, trend, model.named_vars)
        return replace(state, ready=ready) if isinstance(item.kind, DATE_KINDS) else state

    with model:
        observe(counted, shown, assumptions, question.as_of)
    return model
