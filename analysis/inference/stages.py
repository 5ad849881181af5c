"""How far runs have come by a day: the stages of a run towards the event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.generative import Contender, Outcome
from .estimates import Estimate, Weighting

POSITION = np.int8  # type of a position in some order: of draws kept for an answer, an eighth of what a date takes
Positions = NDArray[Any]

UNANNOUNCED = "ready-unannounced"
STAGES = {
    "not-launched": "No run has been launched",
    "pre-training": "A run is in pre-training",
    "post-training": "A model is in post-training",
    UNANNOUNCED: "A model is ready",
}
"""Stages of a run towards the event, in their order, by id."""

SILENT = ", and nobody has said so"
"""What the title of the last says besides where silence about the event is counted through the day."""

SERVED = {
    "post-training": "A model is in post-training, or ready and not yet served",
    UNANNOUNCED: "A model is served",
}
"""Titles of those that say something else where the event comes only once a model is served."""


def stage_titles(*, silent: bool, served: bool = False) -> dict[str, str]:
    """Title of each stage, by id.

    Parameters
    ----------
    silent : bool
        Whether silence about the event is counted through the day: where it is not, a model that is ready may be known.
    served : bool, default False
        Whether the event is one of those that `obstacles.is_served` means.
    """
    titles = STAGES | SERVED if served else dict(STAGES)
    return titles | {UNANNOUNCED: titles[UNANNOUNCED] + SILENT} if silent else titles


def stages_of(result: Outcome, month: float) -> dict[str, Positions]:
    """How far each firm's run has come by a month, as positions in `STAGES`; each of shape (draw,)."""
    return {firm: _reached(run, month) for firm, run in result.contenders.items()}


def furthest(reached: Mapping[str, Positions]) -> Positions:
    """How far the furthest of some runs has come, as positions in `STAGES`; shape (draw,)."""
    return np.asarray(np.maximum.reduce(list(reached.values())))


def shares_of_stages(reached: Positions, weighting: Weighting) -> dict[str, Estimate]:
    """Probability of each stage, by id.

    Parameters
    ----------
    reached : array of shape (draw,)
        Positions in `STAGES`.
    weighting : Weighting
        How the draws stand for the distribution.
    """
    return {name: weighting.estimate((reached == place).astype(float)) for place, name in enumerate(STAGES)}


def _reached(run: Contender, month: float) -> Positions:
    reached: Positions = (run.launch < month).astype(POSITION) + (run.pretrained <= month) + (run.ready <= month)
    return reached
