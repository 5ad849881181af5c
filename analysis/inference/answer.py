"""From a request to its draws and its forecast: the one way that every command takes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .forecast import Forecast, forecast_from, forecast_prior
from .question import DrawSource, PriorDraws, Question

if TYPE_CHECKING:
    from ...evidence.schema import Item
    from ...evidence.selection import Selection
    from .conditioning import Conditioned


@dataclass(frozen=True)
class Request:
    """A question, and the evidence it is to be answered on.

    Attributes
    ----------
    question : Question
        What is asked.
    evidence : str
        ``none``, ``default`` or ids separated by commas.
    engine : str
        ``auto``, ``importance`` or ``nuts``.
    ledger : Path, optional
        Folder of items instead of the project's own.
    added : tuple of Path
        Files of further items.
    """

    question: Question
    evidence: str = "default"
    engine: str = "auto"
    ledger: Path | None = None
    added: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """Draws that answer a request.

    Attributes
    ----------
    question : Question
        What was asked.
    source : DrawSource
        The draws.
    engine : str
        What made them.
    items : tuple of Item
        Items counted.
    conditioned : Conditioned or None
        The posterior with all that is known of it; None for the prior.
    """

    question: Question
    source: DrawSource
    engine: str = "forward"
    items: tuple[Item, ...] = ()
    conditioned: Conditioned | None = None

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the items counted."""
        return tuple(item.id for item in self.items)

    def origin(self) -> dict[str, Any]:
        """Return what results say of where their draws came from."""
        return {"engine": self.engine, "evidence": self.evidence}


def draw(request: Request) -> Drawn:
    """Draw from the prior, or from the posterior that the evidence makes of it.

    Raises
    ------
    InputError
        If the evidence cannot be used.
    UntrustworthyError
        If the posterior's draws cannot be trusted.
    """
    if request.evidence == "none" and not request.added and request.engine != "nuts":
        return Drawn(request.question, PriorDraws(request.question))
    from .conditioning import condition

    selection = evidence_of(request)
    conditioned = condition(request.question, selection, request.engine)
    return Drawn(conditioned.question, conditioned.source, conditioned.engine, tuple(selection.counted), conditioned)


def evidence_of(request: Request) -> Selection:
    """Decide what a request counts.

    Raises
    ------
    InputError
        If the evidence cannot be used.
    """
    from .conditioning import choose_evidence

    return choose_evidence(request.question, request.evidence, request.ledger, request.added)


def answer(request: Request) -> Forecast:
    """Answer a request; raises as `draw` does."""
    return forecast_of(draw(request))


def forecast_of(drawn: Drawn) -> Forecast:
    """Sum draws up into a forecast."""
    if drawn.conditioned is None:
        return forecast_prior(drawn.question)
    return forecast_from(
        drawn.question,
        drawn.source,
        **drawn.origin(),
        items=drawn.items,
        log_evidence=drawn.conditioned.log_evidence,
        notes=drawn.conditioned.notes,
        diagnostics=drawn.conditioned.diagnostics,
    )
