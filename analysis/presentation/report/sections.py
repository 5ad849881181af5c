"""Everything that a run works out, before it is written: what its report is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...archive.reading import Run
from ...inference.forecast import Forecast
from ...inference.posterior import Posterior
from ...studies.attribution import Attribution
from ...studies.movement import Movement
from .section import Drawing as Drawing


@dataclass(frozen=True)
class Sections:
    """Everything that a run works out, before it is written.

    Attributes
    ----------
    posterior : Posterior
        Its draws.
    forecast : Forecast
        The answer.
    results : dict of str to object
        By section (levers, regimes, scenarios, sensitivity, influence, checks ...), the result objects.
    attribution : Attribution or None
        What moved since the run before.
    previous : Run or None
        That run.
    untrusted : str
        Why what moved since then cannot be told, if so.
    refused : dict of str to str
        By section without an answer, why.
    drawings : dict of str to Drawing
        By name.
    by_evidence : Movement or None
        How far the evidence moved the date; None where there is none.
    """

    posterior: Posterior
    forecast: Forecast
    results: dict[str, Any]
    attribution: Attribution | None
    previous: Run | None
    untrusted: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    drawings: dict[str, Drawing] = field(default_factory=dict)
    by_evidence: Movement | None = None
