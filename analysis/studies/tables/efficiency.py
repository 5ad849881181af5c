"""What a table's scores and training compute say of algorithmic progress, and what hangs on which models count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from ....evidence.efficiency.curve import EfficiencyCurve
from ....evidence.efficiency.integration import PARAMETERS, Integrated, efficiency_curve
from ....evidence.efficiency.models import ScoredModels
from ....evidence.tables.scored import CONFIDENCES, scored_models
from ....evidence.tables.table import Table
from ....model.assumptions import PROGRESS_QUANTITY, Assumptions, load_assumptions
from ....model.models import ARTICLE
from ....priors.errors import InputError
from ...inference.conditioning import condition
from ...inference.diagnostics import UntrustworthyError
from ...inference.estimates import Distribution
from ...inference.posterior import Posterior
from ...inference.probabilities import QUANTILES
from ...inference.question import Question
from .chosen import refuse_later
from .written_items import item_text, progress_observed, written_item

BELIEF = "measured_progress"
COUNTED_WITHIN = 12.0  # natural logarithms below the curve's top: what lies lower has no weight
UNCOUNTED = "uncounted"
OPINIONS = ("progress-amodei", "progress-scher")  # overlays; the prior itself is the third
WEIGHT_REASON = (
    "Models of one table are no independent draws (labs learn from each other, and which models are scored is chosen), "
    "and which of them count moves the answer by more than the likelihood's own width."
)
SMALLEST_SHARE = 0.15  # effective share of the points of integration, below which they may have missed the peak


@dataclass(frozen=True)
class Choice:
    """Which models of a table count.

    Attributes
    ----------
    models : str
        ``all``, ``chinese`` or ``american``.
    since : date or None
        First day of release.
    confidence : str
        Least confidence in a model's compute.
    """

    models: str = "all"
    since: date | None = None
    confidence: str = CONFIDENCES[-1]

    @property
    def title(self) -> str:
        """For people: ``chinese since 2024-01-01``."""
        sure = "" if self.confidence == CONFIDENCES[-1] else f", compute at least {self.confidence}"
        return self.models + (f" since {self.since}" if self.since else "") + sure


@dataclass(frozen=True)
class Read:
    """A table read with one choice of models.

    Attributes
    ----------
    choice : Choice
        The choice.
    counted : ScoredModels
        The models.
    curve : EfficiencyCurve
        Log likelihood over log10 of progress.
    progress : array, shape (quantile,)
        `QUANTILES` of progress under the weak belief ``measured_progress`` (x per year).
    """

    choice: Choice
    counted: ScoredModels
    curve: EfficiencyCurve
    progress: np.ndarray


@dataclass(frozen=True)
class MeasuredProgress:
    """What a table says of progress.

    Attributes
    ----------
    table : Table
        Which.
    read : Read
        With the models that were asked for.
    alone : array, shape (quantile,)
        `QUANTILES` by the curve alone, every logarithm within its span being as likely.
    prior, posterior : array, shape (quantile,)
        Of the race's own ``algorithmic_progress``, before and after the table.
    others : tuple of Read
        With other choices, to show what hangs on them.
    set_aside : mapping of str to UntrustworthyError or str
        Choices that leave too few models, and why.
    opinions : mapping of str to array, shape (quantile,)
        `QUANTILES` of the views of progress that come with the project as overlays, by overlay.
    weight : float
        Exponent on the likelihood where the race counts it.
    dates : mapping of str to Distribution
        By choice (and ``uncounted``), the race's date with the table counted, where it was asked for (months since
        t = 0).
    withheld : tuple of str
        Choices that say too little to be counted.
    question : Question, optional
        That they answer.
    """

    table: Table
    read: Read
    alone: np.ndarray
    prior: np.ndarray
    posterior: np.ndarray
    others: tuple[Read, ...]
    set_aside: Mapping[str, UntrustworthyError | str]
    opinions: Mapping[str, np.ndarray]
    weight: float
    dates: Mapping[str, Distribution] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()
    question: Question | None = None


def measured_progress(table: Table, assumptions: Assumptions, choice: Choice | None = None) -> MeasuredProgress:
    """Read what a table says of progress.

    Parameters
    ----------
    table : Table
        With scores and training compute.
    assumptions : Assumptions
        What is believed of the line, of progress, and the calendar.
    choice : Choice, optional
        Which models count; all by default.

    Raises
    ------
    InputError
        If the table lacks a column, too few models are left, or what is believed of the line hangs together with what
        is believed of progress, or of another part of the line.
    UntrustworthyError
        If the points of integration may have missed where the likelihood is.
    """
    choice = choice or Choice()
    read = read_progress(table, assumptions, choice)
    prior = assumptions.independent([PROGRESS_QUANTITY, *PARAMETERS])[PROGRESS_QUANTITY]
    others, set_aside = [], dict[str, UntrustworthyError | str]()
    for other in _other_choices(assumptions, choice):
        try:
            others.append(read_progress(table, assumptions, other))
        except (InputError, UntrustworthyError) as error:
            set_aside[other.title] = error.problem if isinstance(error, InputError) else error
    return MeasuredProgress(
        table,
        read,
        alone=read.curve.quantiles(QUANTILES),
        prior=prior.quantile(np.array(QUANTILES)),
        posterior=read.curve.quantiles(QUANTILES, prior),
        others=tuple(others),
        set_aside=set_aside,
        opinions=_opinions(),
        weight=assumptions.table.number("efficiency_weight"),
    )


def with_dates(found: MeasuredProgress, posterior: Posterior) -> MeasuredProgress:
    """Say what counting the table does to the date of the race, by which of its models count.

    Parameters
    ----------
    found : MeasuredProgress
        From `measured_progress`.
    posterior : Posterior
        On all other evidence.

    Raises
    ------
    InputError
        If the table is later than the day of the question.
    UntrustworthyError
        If some draws cannot be trusted.
    """
    refuse_later(found.table, posterior.question.as_of)
    dates, withheld = {UNCOUNTED: posterior.ready}, []
    for read in (found.read, *found.others):
        try:
            item = written_item(progress_item_text(found, "table", read))
        except InputError:  # a likelihood that is no likelier anywhere has no item
            withheld.append(read.choice.title)
            continue
        selection = replace(posterior.selection, counted=(*posterior.selection.counted, item))
        dates[read.choice.title] = condition(posterior.question, selection).ready
    return replace(found, dates=dates, withheld=tuple(withheld), question=posterior.question)


def progress_item_text(found: MeasuredProgress, item_id: str, read: Read | None = None) -> dict[str, Any]:
    """Write a table's likelihood of progress as an item's file.

    Parameters
    ----------
    found : MeasuredProgress
        From `measured_progress`.
    item_id : str
        The item's id.
    read : Read, optional
        Which choice of models; the one asked for by default.

    Raises
    ------
    InputError
        If it rules out no fast progress, or no slow one.
    """
    read, table = read or found.read, found.table
    chosen: dict[str, Any] = {"models": read.choice.models, "confidence": read.choice.confidence}
    if read.choice.since:
        chosen["since"] = read.choice.since
    return item_text(
        item_id,
        f"Progress by scores and training compute, {read.choice.title}",
        "efficiency_curve",
        (table,),
        by="catchup data efficiency",
        observed=progress_observed(table, read.curve, **chosen, counted=len(read.counted.names)),
        weight=found.weight,
        weight_reason=WEIGHT_REASON,
    )


def read_progress(table: Table, assumptions: Assumptions, choice: Choice) -> Read:
    """Read a table with one choice of models; see `measured_progress`."""
    number = assumptions.table.number
    counted = scored_models(
        table,
        assumptions.calendar,
        number("efficiency_reference_flop"),
        models=choice.models,
        since=choice.since,
        confidence=choice.confidence,
    )
    beliefs = assumptions.independent([BELIEF, *PARAMETERS])
    integrated = efficiency_curve(counted, beliefs, number("efficiency_degrees_of_freedom"))
    refuse_missed_peak(integrated, choice.title)
    progress = integrated.curve.quantiles(QUANTILES, beliefs[BELIEF])
    return Read(choice, counted, integrated.curve, progress)


def refuse_missed_peak(integrated: Integrated, title: str) -> None:
    """Refuse a curve whose points of integration hardly count.

    Raises
    ------
    UntrustworthyError
        If their effective share is below `SMALLEST_SHARE` anywhere near the curve's top.
    """
    heights = integrated.curve.values
    near = heights > heights.max() - COUNTED_WITHIN
    share = float(integrated.share[near].min())
    if share < SMALLEST_SHARE:
        raise UntrustworthyError(
            f"the likelihood of {title} has no single peak (effective share of the points of integration {share:.2f}, "
            f"{SMALLEST_SHARE:g} is needed): count more models, or others"
        )


def _opinions() -> dict[str, np.ndarray]:
    """Views of progress that come with the project, each alone."""
    found = {}
    for name in OPINIONS:
        belief = load_assumptions([name], model=ARTICLE).beliefs[PROGRESS_QUANTITY]
        found[name] = belief.quantile(np.array(QUANTILES))
    return found


def _other_choices(assumptions: Assumptions, chosen: Choice) -> Iterable[Choice]:
    recent = assumptions.table.day("efficiency_recent_day")
    groups = ("all", "chinese", "american")
    choices = [Choice(models, since) for since in (None, recent) for models in groups]
    choices += [Choice(confidence=confidence) for confidence in CONFIDENCES[:-1]]
    return [choice for choice in choices if choice != chosen]
