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

SILENT = {UNANNOUNCED: "A model is ready, and nobody has said so"}
"""Titles of those that say more where silence about the event is counted through the day."""


def stage_titles(*, silent: bool) -> dict[str, str]:
    """Title of each stage, by id.

    Parameters
    ----------
    silent : bool
        Whether silence about the event is counted through the day: where it is not, a model that is ready may be known.
    """
    return STAGES | SILENT if silent else dict(STAGES)


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
