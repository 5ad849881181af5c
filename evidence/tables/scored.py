"""Models of a table that have a score and a training compute, one row each, for the efficiency likelihood."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...model.calendar import Calendar
from ...model.equations import MONTHS_PER_YEAR
from ...priors.errors import InputError, unknown_name
from ..efficiency.models import ScoredModels
from .table import Table

CHOICES = ("all", "chinese", "american")
CONFIDENCES = ("confident", "likely", "speculative")  # in a model's compute, the surest first
FEWEST_MODELS = 5  # the line has a height, a slope, a rate of progress and two scales


def scored_models(
    table: Table,
    calendar: Calendar,
    reference_flop: float,
    *,
    models: str = "all",
    since: datetime.date | None = None,
    confidence: str = "speculative",
) -> ScoredModels:
    r"""Take the models of a table that can be held against the line.

    Of a model with several rows (versions, levels of effort), the best score counts, on the first day it was reached.

    Parameters
    ----------
    table : Table
        With columns ``model``, ``score``, ``date``, ``organisation``, ``country`` and ``training_compute``.
    calendar : Calendar
        Turns days into years since t = 0.
    reference_flop : float
        Compute that logarithms are relative to (FLOP).
    models : str
        ``all``, ``chinese`` or ``american``: whose; a model of two countries counts for both.
    since : date, optional
        First day of release.
    confidence : str
        Least confidence in the compute: ``confident``, ``likely`` or ``speculative`` (any).

    Raises
    ------
    InputError
        If the table lacks a column, or fewer than `FEWEST_MODELS` models are left.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from catchup.evidence import read_table, scored_models
    >>> from catchup.model import load_assumptions
    >>> rows = [f"M{n},{120 + 4 * n},2025-0{n}-01,Lab {n % 2},China,{n}e24" for n in range(1, 7)]
    >>> head = "Model,ECI Score,Release date,Organization,Country,Training compute (FLOP)"
    >>> size = Path("eci.csv").write_text("\n".join([head, *rows]))
    >>> models = scored_models(read_table("eci.csv", vintage=date(2026, 11, 26)), load_assumptions().calendar, 1e26)
    >>> models.names, models.log10_compute.round(2)
    (('M2', 'M4', 'M6', 'M1', 'M3', 'M5'), array([-1.7 , -1.4 , -1.22, -2.  , -1.52, -1.3 ]))
    """
    chosen = np.isfinite(table["training_compute"]) & np.isfinite(table["score"])
    with_both = np.unique(table["model"][chosen].astype(str)).size
    chosen &= _of_country(table, models) & _sure(table, confidence)
    if since is not None:
        chosen &= table["date"] >= np.datetime64(since)
    rows = _best_of_each(table, np.flatnonzero(chosen))
    if len(rows) < FEWEST_MODELS:
        raise InputError(
            f"{len(rows)} models are left of {with_both} with a score and a training compute; at least {FEWEST_MODELS} "
            "were expected",
            file=table.file,
        )
    days = [calendar.months(day) for day in table["date"][rows].tolist()]
    return ScoredModels.of(
        [str(name) for name in table["model"][rows]],
        table["score"][rows],
        table.interval_sd("score")[rows],
        np.log10(table["training_compute"][rows] / reference_flop),
        np.array(days) / MONTHS_PER_YEAR,
        [str(name) for name in table["organisation"][rows]],
    )


def _of_country(table: Table, models: str) -> NDArray[np.bool_]:
    if models not in CHOICES:
        raise unknown_name("choice of models", models, CHOICES, key="--models")
    return np.ones(len(table), dtype=bool) if models == "all" else table.from_countries(models)


def _sure(table: Table, confidence: str) -> NDArray[np.bool_]:
    if confidence not in CONFIDENCES:
        raise unknown_name("confidence", confidence, CONFIDENCES, key="--confidence")
    if confidence == CONFIDENCES[-1]:
        return np.ones(len(table), dtype=bool)
    enough = set(CONFIDENCES[: CONFIDENCES.index(confidence) + 1])
    return np.array([str(stated).casefold() in enough for stated in table["confidence"]], dtype=bool)


def _best_of_each(table: Table, rows: NDArray[np.intp]) -> Sequence[int]:
    """Of the rows of each model, the one with the best score, the earliest of those; in the table's order."""
    best: dict[str, int] = {}
    score, day = table["score"], table["date"]
    for row in map(int, rows):
        name = str(table["model"][row])
        held = best.setdefault(name, row)
        if (-score[row], day[row]) < (-score[held], day[held]):
            best[name] = row
    return sorted(best.values())
