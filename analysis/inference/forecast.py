"""The forecast: when the event comes, with what spread, and who gets there first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from ...evidence.schema import Item
from ...model.generative import Outcome
from .estimates import Array, Distribution, Estimate
from .genuineness import Genuineness, doubted, genuine_columns, genuineness_of
from .likelihoods import predictions_of
from .question import DrawSource, PriorDraws, Question, Values
from .streaming import StreamedDistribution

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FLOP_QUANTILES = (0.05, 0.5, 0.95)
MONTHS_AHEAD = 24
MOST_EXACT_DRAWS = 100_000  # more are streamed through histograms, whose memory is that of about as many draws
COMPILED_DRAWS = 50_000_000  # from which on the compiled graph takes half the time; compiling it, once, half a minute
DATE_RANGE = (0.0, 600.0)  # months; the histogram's range for dates
LOG_FLOP_RANGE = (20.0, 32.0)  # log10 FLOP; the histogram's range for compute
FIRST = "first:"  # begins the columns that hold firms' shares in being first

AnyDistribution = Distribution | StreamedDistribution


@dataclass(frozen=True)
class Diagnostics:
    """What says whether the draws can be trusted; None where it does not apply.

    Attributes
    ----------
    ess : float
        Effective number of draws.
    khat : float or None
        Pareto shape of the importance weights.
    rhat_max : float or None
        Largest R-hat over all parameters.
    divergences : int or None
        Divergent transitions.
    """

    ess: float
    khat: float | None = None
    rhat_max: float | None = None
    divergences: int | None = None


@dataclass(frozen=True)
class Forecast:
    """An answered question.

    Attributes
    ----------
    question : Question
        What was asked.
    ready, pretrained : distribution
        Months since t = 0.
    log_flop : distribution
        Mythos's pre-training compute, log10 FLOP.
    first_firm : mapping of str to Estimate
        Probability that each firm is first.
    engine : str
        What made the draws.
    draws : int
        How many.
    diagnostics : Diagnostics
        Whether they can be trusted.
    evidence : tuple of str
        Items counted.
    log_evidence : float
        Log of the evidence's probability under the prior.
    genuine : tuple of Genuineness
        How each item counted that may not be about what it says is read.
    """

    question: Question
    ready: AnyDistribution
    pretrained: AnyDistribution
    log_flop: AnyDistribution
    first_firm: Mapping[str, Estimate]
    engine: str
    draws: int
    diagnostics: Diagnostics
    evidence: tuple[str, ...] = ()
    log_evidence: float = 0.0
    notes: tuple[str, ...] = ()
    genuine: tuple[Genuineness, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def probabilities_by(self) -> Iterator[tuple[date, Estimate]]:
        """Yield month ends from the day of asking on, with the probability of being ready by each."""
        calendar = self.question.assumptions.calendar
        for day in month_ends(self.question.as_of, MONTHS_AHEAD):
            yield day, self.ready.probability_below(calendar.months(day + timedelta(days=1)))

    def warnings(self) -> list[str]:
        """Say which quantiles rest on too few draws, and which items are read as not genuine though believed."""
        few = [f"{p:g}" for p in QUANTILES if not self.ready.quantile(p).meaningful]
        overruled = [row.warning for row in self.genuine if row.overruled]
        if not few:
            return overruled
        return [few_draws(self.ready.effective_draws, f"quantile(s) {', '.join(few)}"), *overruled]

    def as_json(self) -> dict[str, Any]:
        """Return the stable JSON object of a forecast."""
        return {
            **origin_as_json(self.question, self.draws, self.engine, self.evidence),
            "ready": distribution_as_json(self.ready, self.question),
            "pretrained": distribution_as_json(self.pretrained, self.question),
            "mythos_flop": _flop_as_json(self.log_flop),
            "probability_by": {day.isoformat(): round(chance.value, 5) for day, chance in self.probabilities_by()},
            "probability_by_mcse": {
                day.isoformat(): significant(chance.mcse) for day, chance in self.probabilities_by()
            },
            "first_firm": {firm: round(share.value, 5) for firm, share in self.first_firm.items()},
            "first_firm_mcse": {firm: significant(share.mcse) for firm, share in self.first_firm.items()},
            "log_evidence": round(self.log_evidence, 4),
            "diagnostics": {
                "ess": round(self.diagnostics.ess, 1),
                "khat": rounded(self.diagnostics.khat, 3),
                "rhat_max": rounded(self.diagnostics.rhat_max, 4),
                "divergences": self.diagnostics.divergences,
            },
            "genuine": {row.item.id: row.as_json() for row in self.genuine},
            "warnings": self.warnings(),
            "notes": list(self.notes),
            **self.extra,
        }


def few_draws(effective: float, what: str) -> str:
    """Say that so many effective draws are too few for something."""
    return f"only {effective:,.0f} effective draws: too few for the {what}"


def forecast_prior(question: Question) -> Forecast:
    """Answer a question from the prior alone.

    Parameters
    ----------
    question : Question
        What is asked.

    Returns
    -------
    Forecast
        Exact up to `MOST_EXACT_DRAWS` draws; beyond that through histograms, in memory that does not grow.
    """
    source = PriorDraws(question)
    if question.quasi_random or source.weighting.draws <= MOST_EXACT_DRAWS:
        return forecast_from(question, source, engine="forward")
    return _forecast_streamed(question)


def forecast_from(
    question: Question, source: DrawSource, *, engine: str, items: Sequence[Item] = (), **rest: Any
) -> Forecast:
    """Answer a question from given draws.

    Parameters
    ----------
    question : Question
        What is asked.
    source : DrawSource
        Draws from the prior or a posterior.
    engine : str
        What made them.
    items : sequence of Item
        Items counted.
    **rest
        Further fields of `Forecast` (diagnostics, evidence, log_evidence, notes, extra).
    """
    suspects = doubted(question, items)
    columns = source.map(lambda values: summarise_draws(question, values, suspects))
    weighting = source.weighting
    ready = Distribution(columns["ready"], weighting)
    firms = question.assumptions.race.firms
    rest.setdefault("diagnostics", Diagnostics(ess=ready.effective_draws))
    return Forecast(
        question=question,
        ready=ready,
        pretrained=Distribution(columns["pretrained"], weighting),
        log_flop=Distribution(columns["log_flop"], weighting),
        first_firm={firm: weighting.estimate(columns[FIRST + firm]) for firm in firms},
        engine=engine,
        draws=weighting.draws,
        genuine=genuineness_of(question, suspects, columns, weighting),
        **rest,
    )


def summarise_draws(question: Question, values: Values, items: Sequence[Item] = ()) -> dict[str, Array]:
    """Work out, for a chunk of draws, the columns that a forecast summarises, and those of some doubted items."""
    world, result, predicted = predictions_of(question, values, items)
    columns = columns_of(result.ready, result.pretrained, world.mythos_flop, first_shares(result))
    return {**columns, **genuine_columns(question, items, predicted)}


def columns_of(ready: Array, pretrained: Array, mythos_flop: Array, shares: Mapping[str, Array]) -> dict[str, Array]:
    """Columns that a forecast summarises; `shares` has, by firm, its share in being first."""
    return {
        "ready": ready,
        "pretrained": pretrained,
        "log_flop": np.log10(mythos_flop),
        **{FIRST + firm: share for firm, share in shares.items()},
    }


def first_shares(result: Outcome) -> dict[str, Array]:
    """Each firm's share in being first; see `shares_of_first`."""
    return shares_of_first({firm: contender.pretrained for firm, contender in result.contenders.items()})


def shares_of_first(pretrained: Mapping[str, Array]) -> dict[str, Array]:
    """Each firm's share in being first: 1 alone, divided among ties (a launch grid makes them), 0 where none ever is.

    Parameters
    ----------
    pretrained : mapping of str to array of shape (draw,)
        By firm, when its pre-training ends.

    Returns
    -------
    dict of str to array of shape (draw,)
        By firm.
    """
    earliest = np.minimum.reduce(list(pretrained.values()))
    first = {firm: (end == earliest) & np.isfinite(end) for firm, end in pretrained.items()}
    tied = np.maximum(sum(won.astype(float) for won in first.values()), 1.0)
    return {firm: won / tied for firm, won in first.items()}


def _columns(question: Question) -> Iterator[Mapping[str, Array]]:
    """Columns of a question's draws, some of them at a time."""
    if question.draws >= COMPILED_DRAWS:
        from .compiled_columns import compiled_columns

        return compiled_columns(question)
    return PriorDraws(question).chunks(lambda values: summarise_draws(question, values))


def _forecast_streamed(question: Question) -> Forecast:
    ready, pretrained = StreamedDistribution(*DATE_RANGE), StreamedDistribution(*DATE_RANGE)
    log_flop = StreamedDistribution(*LOG_FLOP_RANGE)
    firms = list(question.assumptions.race.firms)
    wins = np.zeros(len(firms))
    for columns in _columns(question):
        ready.add(columns["ready"])
        pretrained.add(columns["pretrained"])
        log_flop.add(columns["log_flop"])
        wins += [columns[FIRST + firm].sum() for firm in firms]
    shares = wins / question.draws
    errors = np.sqrt(shares * (1.0 - shares) / question.draws)  # at most: ties make it smaller
    return Forecast(
        question=question,
        ready=ready,
        pretrained=pretrained,
        log_flop=log_flop,
        first_firm={firm: Estimate(float(s), float(e)) for firm, s, e in zip(firms, shares, errors, strict=True)},
        engine="forward",
        draws=question.draws,
        diagnostics=Diagnostics(ess=ready.effective_draws),
    )


def distribution_as_json(distribution: AnyDistribution, question: Question) -> dict[str, Any]:
    """Return mean, sd and quantiles of a date, in months and as days."""
    return {
        "mean": number(distribution.mean.value),
        "mean_mcse": significant(distribution.mean.mcse),
        "sd": number(distribution.sd),
        "quantiles": {f"{p:g}": date_as_json(distribution.quantile(p), question) for p in QUANTILES},
    }


def origin_as_json(question: Question, draws: int, engine: str, evidence: Sequence[str]) -> dict[str, Any]:
    """Return what every result says of what was asked, and of its draws."""
    return {
        "schema": 1,
        "event": question.event,
        "as_of": question.as_of.isoformat(),
        "engine": engine,
        "draws": draws,
        "seed": question.seed,
        "evidence": list(evidence),
    }


def date_as_json(moment: Estimate, question: Question) -> dict[str, Any]:
    """Return a moment in months and as a day, with its MCSE in months."""
    day = question.assumptions.calendar.day(moment.value)
    entry = {
        "months": number(moment.value),
        "date": None if day is None else day.isoformat(),
        "mcse": significant(moment.mcse),
    }
    return entry if moment.meaningful else {**entry, "meaningful": False}


def shift_as_json(shift: Estimate) -> dict[str, Any]:
    """Return a shift in months with its MCSE."""
    entry = {"months": number(shift.value), "mcse": significant(shift.mcse)}
    return entry if shift.meaningful else {**entry, "meaningful": False}


def estimate_as_json(estimate: Estimate) -> dict[str, Any]:
    """Return a figure with its MCSE."""
    return {"value": number(estimate.value), "mcse": significant(estimate.mcse)}


def number(value: float, digits: int = 4) -> float | None:
    """Round a figure for output; None where it is infinite or undefined, which JSON cannot say."""
    return round(value, digits) + 0.0 if np.isfinite(value) else None


def significant(value: float, digits: int = 3) -> float | None:
    """Round to significant digits, for errors; None where it is infinite or undefined."""
    return float(f"{value:.{digits}g}") if np.isfinite(value) else None


def month_ends(day: date, count: int) -> Iterator[date]:
    """Yield the last days of `count` months, starting with the month of `day`."""
    year, month = day.year, day.month
    for _ in range(count):
        month += 1
        if month > 12:
            year, month = year + 1, 1
        yield date(year, month, 1) - timedelta(days=1)


def _flop_as_json(log_flop: AnyDistribution) -> dict[str, Any]:
    quantiles = {p: log_flop.quantile(p) for p in FLOP_QUANTILES}
    return {
        "quantiles": {f"{p:g}": significant(10.0**q.value, 6) for p, q in quantiles.items()},
        "mcse": {f"{p:g}": significant(10.0**q.value * np.log(10.0) * q.mcse) for p, q in quantiles.items()},
    }


def rounded(value: float | None, digits: int) -> float | None:
    """Round a figure that may not apply."""
    return None if value is None else number(value, digits)
