"""The track record that goes with every run: of the records that come with the project, where its day knows them."""

from __future__ import annotations

from dataclasses import replace

from ....evidence.tables.records import shipped_records
from ...inference.posterior import Posterior
from ...inference.question import Question
from .chosen import INDEX, STOCKS
from .gate_hindcast import gate_hindcast
from .hindcast import Hindcast, hindcast


def records_known(question: Question) -> bool:
    """Whether the records that come with the project were published by the day of a question."""
    published = (shipped_records(name).vintage for name in (INDEX, STOCKS))
    return all(vintage is not None and vintage <= question.as_of for vintage in published)


def track_record(posterior: Posterior) -> Hindcast:
    """Ask every past record again, and the compute gate of those whose compute is known.

    Parameters
    ----------
    posterior : Posterior
        Of the run; its assumptions say what is believed of lags, and nothing of it has seen more than they have.

    Returns
    -------
    Hindcast
        Of records that come with the project, whatever tables are kept: a run needs no download.

    Raises
    ------
    DependentError
        If what is believed of lags, or of the frontier's trend, hangs together.
    """
    assumptions, records = posterior.question.assumptions, shipped_records()
    gate = gate_hindcast(records, shipped_records(STOCKS), assumptions)
    return replace(hindcast([records], assumptions), gate=gate)
