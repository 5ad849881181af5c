"""The columns of a forecast of very many draws: worked out by the PyMC graph, compiled for arrays of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from ...model.compiled import PIECE, CompiledDates
from ...model.graph import build_model
from .estimates import Array
from .forecast import columns_of, shares_of_first
from .progress import track, waiting
from .question import Question

OUTPUTS = ("ready", "pretrained", "mythos_flop", "firm_pretrained")


def compiled_columns(question: Question) -> Iterator[Mapping[str, Array]]:
    """Yield what `forecast.summarise_draws` makes of the same draws, some of them at a time.

    Parameters
    ----------
    question : Question
        What is asked, of its prior alone; plain random draws.

    Yields
    ------
    mapping of str to array, shape (draw,)
        The columns that a forecast summarises.
    """
    assumptions = question.assumptions
    model = build_model(
        assumptions, events=(question.event,), launch_grid=question.launch_grid, as_of=question.as_of_months
    )
    dates = CompiledDates(model, assumptions, OUTPUTS)
    with waiting("Compiling the model (half a minute; kept for the next time)"):
        pieces = dates.pieces(question.draws, np.random.default_rng(question.seed))
    for found in track(pieces, -(-question.draws // PIECE), f"{question.draws:,} draws"):
        ends = dict(zip(assumptions.race.firms, found["firm_pretrained"].T, strict=True))
        yield columns_of(found["ready"], found["pretrained"], found["mythos_flop"], shares_of_first(ends))
