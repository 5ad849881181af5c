r"""When criteria of public tables will be met: one date a criterion, and the day on which all of them have been.

The American model that met a criterion first is a record as those of the index are, and the months until a Chinese
model does so too are a lag of the same population (`catchup.evidence.lag_records`),

.. math:: \log \ell_c \sim N(\mu, \tau),

:math:`\mu` and :math:`\tau` shared by all criteria, so that they come late together. That a criterion had not been met
on the last day on which somebody looked is known, and counts. One that has been met has its day, and its lag is one
of the population that is known, to the day as those of criteria are: those that one model ended hang together there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from ....evidence.lag_records import FEWEST_RECORDS, SHORTEST, LagBelief, LagRecord, lag_population, lag_records
from ....evidence.tables.criteria import Criterion, Resolution, resolve, tables_of
from ....evidence.tables.episodes import chinese_records, lag_episodes
from ....evidence.tables.store import TableStore
from ....evidence.tables.table import Table
from ....priors.arguments import refuse_others
from ....priors.errors import InputError
from ...inference.estimates import Array, Distribution, Weighting
from ...inference.question import Question, refuse_other_than_question
from .chosen import INDEX, last_day

BELIEFS = ("hindcast_typical_lag", "hindcast_lag_spread")  # of lags before any was measured, both lognormal


@dataclass(frozen=True)
class CriterionReading:
    """A criterion, and when it is met.

    Attributes
    ----------
    id : str
        Its name.
    criterion : Criterion
        What it asks.
    resolution : Resolution
        What tables tell so far.
    met : Distribution or None
        Months since t = 0 at which a Chinese model that meets it comes out; None where it has been met.
    """

    id: str
    criterion: Criterion
    resolution: Resolution
    met: Distribution | None

    @property
    def has_lag(self) -> bool:
        """Whether it was met after its reference came out."""
        return _has_lag(self.criterion, self.resolution)


@dataclass(frozen=True)
class Criteria:
    """When criteria will be met.

    Attributes
    ----------
    question : Question
        Its day, draws and seed.
    records : Table
        Whose records the lags are measured on.
    readings : tuple of CriterionReading
        One a criterion.
    all_of_them : Distribution or None
        Months since t = 0 at which the last of them is met; None where all have been.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from catchup.analysis import Question, criteria
    >>> from catchup.evidence import TableStore, load_criteria
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 26), draws=4_000)
    >>> found = criteria(question, load_criteria(), TableStore(Path("no-such-folder")))
    >>> [reading.id for reading in found.readings if reading.resolution.open][0]
    'index-of-fable-5'
    """

    question: Question
    records: Table
    readings: tuple[CriterionReading, ...]
    all_of_them: Distribution | None


def criteria(question: Question, asked: Mapping[str, Criterion], store: TableStore) -> Criteria:
    """Say when criteria will be met.

    Parameters
    ----------
    question : Question
        Its day: tables published later are not read; its draws and seed.
    asked : mapping of str to Criterion
        Which.
    store : TableStore
        Where tables are held; records that come with the project are read beside them.

    Raises
    ------
    InputError
        If a table cannot be read, or the day lies before a model that a criterion refers to or before every index.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from catchup.analysis import Question, criteria
    >>> from catchup.evidence import TableStore, load_criteria
    >>> from catchup.model import load_assumptions
    >>> question = Question(load_assumptions(), date(2026, 11, 26), draws=1_000)
    >>> found = criteria(question, load_criteria(), TableStore(Path("no-such-folder")))
    >>> found.readings[2].resolution.value
    50.0
    """
    refuse_other_than_question(question)
    refuse_others("asked", asked, Mapping, "what load_criteria returns")
    refuse_others("store", store, TableStore, "a TableStore")
    for name, row in asked.items():
        if row.reference_date > question.as_of:
            raise InputError(
                f"criterion '{name}' is about a model of {row.reference_date}: a day from then on was expected, not "
                f"{question.as_of}",
                key="--as-of",
            )
    told = {name: resolve(row, tables_of(store, row.table, question.as_of)) for name, row in asked.items()}
    records = _newest_index(store, question.as_of)
    dates, weighting = _drawn(question, asked, told, records)
    readings = tuple(
        CriterionReading(name, row, told[name], Distribution(dates[name], weighting) if told[name].open else None)
        for name, row in asked.items()
    )
    last = np.asarray(np.max([dates[name] for name in asked], axis=0), dtype=float)
    still = any(reading.resolution.open for reading in readings)
    return Criteria(question, records, readings, Distribution(last, weighting) if still else None)


def _newest_index(store: TableStore, as_of: date) -> Table:
    """Newest index of that day in which some record has been met and that shows how fast the frontier moves."""
    tables = tables_of(store, INDEX, as_of)
    if not tables:
        oldest = tables_of(store, INDEX)[0]
        raise InputError(
            f"the oldest table of {INDEX} is of {last_day(oldest)}: a day from then on was expected, not {as_of}",
            key="--as-of",
        )
    for table in reversed(tables):
        met = any(not episode.open for episode in lag_episodes(table, last_day(table)))
        if met and len(chinese_records(table)) >= FEWEST_RECORDS:
            return table
    raise InputError("no record of it has been met: there is no lag to go by", file=tables[-1].file)


def _drawn(
    question: Question, asked: Mapping[str, Criterion], told: Mapping[str, Resolution], records: Table
) -> tuple[dict[str, Array], Weighting]:
    """Draw every criterion's date, months since t = 0, and weigh the draws by what has not been met so far."""
    from scipy.special import log_ndtr, ndtri

    assumptions = question.assumptions
    calendar, rng = assumptions.calendar, np.random.default_rng(question.seed)
    others = (*_others(records, asked, told, question), *_met(asked, told, question))
    typical, spread, log_weights = lag_population(others, _belief(question), len(others))
    node = rng.choice(typical.size, size=question.draws, p=np.exp(log_weights))
    weights = np.zeros(question.draws)
    dates: dict[str, Array] = {}
    for name, row in asked.items():
        found, reference = told[name], calendar.months(row.reference_date)
        if not found.open:
            assert found.day is not None
            dates[name] = np.full(question.draws, calendar.months(found.day))
            continue
        age = 0.0 if found.day is None else max(calendar.months_by(found.day) - reference, 0.0)
        longer = np.ones(question.draws)
        if age > 0.0:
            away = (np.log(age) - typical[node]) / spread[node]
            weights += log_ndtr(-away)
            longer = np.exp(log_ndtr(-away))
        rank = 1.0 - longer * rng.random(question.draws)
        lag = np.exp(typical[node] + spread[node] * ndtri(np.clip(rank, 1e-12, 1.0 - 1e-12)))
        dates[name] = reference + np.maximum(lag, age)
    weights = np.exp(weights - weights.max())
    return dates, Weighting(question.draws, weights=weights / weights.sum())


def _has_lag(row: Criterion, resolution: Resolution) -> bool:
    """Whether it was met after its reference came out: by that day nothing was left to wait for."""
    return not resolution.open and resolution.day is not None and resolution.day > row.reference_date


def _others(
    records: Table, asked: Mapping[str, Criterion], told: Mapping[str, Resolution], question: Question
) -> tuple[LagRecord, ...]:
    """Records that no criterion of their index is about: what is known of those counts with the criteria themselves."""
    episodes = lag_episodes(records, last_day(records))
    references = {
        row.reference
        for name, row in asked.items()
        if row.table == records.name and (told[name].open or _has_lag(row, told[name]))
    }
    kept = [episode for episode in episodes if episode.reference.model not in references]
    return lag_records(records, kept, question.assumptions.calendar)


def _met(asked: Mapping[str, Criterion], told: Mapping[str, Resolution], question: Question) -> tuple[LagRecord, ...]:
    """Lags of criteria that have been met: what was learnt of the others while they lasted is not forgotten."""
    found = []
    for name, row in asked.items():
        resolution = told[name]
        if resolution.day is not None and _has_lag(row, resolution):
            months = (resolution.day - row.reference_date).days / question.assumptions.calendar.days_per_month
            found.append(LagRecord(max(months, SHORTEST), 0.0, resolution.model))
    return tuple(found)


def _belief(question: Question) -> LagBelief:
    """What was believed of lags before any was measured, as hindcasts do."""
    from statistics import NormalDist

    typical, spread = question.assumptions.independent(BELIEFS).values()
    upper = NormalDist().cdf(1.0)

    def sigma(name: int) -> float:
        belief = (typical, spread)[name]
        low, high = (float(np.log(belief.quantile(p))) for p in (0.5, upper))
        return high - low

    return LagBelief(float(typical.quantile(0.5)), sigma(0), float(spread.quantile(0.5)), sigma(1))
