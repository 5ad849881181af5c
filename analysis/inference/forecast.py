"""The forecast: when the event comes, with what spread, and who gets there first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ...model.calendar import month_ends
from ...model.obstacles import is_served
from .cautions import cautions_of
from .commitments import StreamedCommitments, commitments_of
from .diagnostics import WORST_KHAT, Diagnostics, few_for_quantiles
from .draws import PriorDraws, Values
from .estimates import ZERO, Distribution, Estimate
from .firsts import DATE_RANGE, StreamedFirsts, first_archetypes, first_firms, ready_if_first
from .known import CONCEALED, KNOWN, known_column, with_ranks
from .outcomes import COMPUTE_ALONE, LOG_FLOP, PRETRAINED, READY, STAGE, summary_columns
from .posterior import Posterior, prior_of, refuse_other_than_posterior
from .probabilities import HEADLINE, QUANTILES
from .question import Question
from .request import Request, posterior
from .result import Result
from .silence import Silence, silences_in, silent_day
from .stages import STAGES, shares_of_stages
from .streaming import AnyDistribution, StreamedDistribution, share_of
from .words import chance_text

if TYPE_CHECKING:
    from .genuineness import Genuineness

MONTHS_AHEAD = 24
NOT_BY_FROM, NOT_BY_YEARS = 2028, 3  # first year whose beginning is asked about, unless it has come, and how many
LITTLE_ELSE = 0.9  # probability that a model is ready unannounced, from which on silence is said to leave little else
ENOUGH = 2_500  # effective draws that serve for a figure beside the headline
MOST_EXACT_DRAWS = 100_000  # more are streamed through histograms, whose memory is that of about as many draws
LOG_FLOP_RANGE = (20.0, 32.0)  # log10 FLOP; the histogram's range for compute
SHARE_RANGE = (0.0, 2.0)  # of a probability, whose mean alone is asked for


@dataclass(frozen=True)
class Forecast(Result):
    """An answered question.

    Attributes
    ----------
    origin : Origin
        The question, and the draws that answer it.
    ready, pretrained : distribution
        Months since t = 0; the latter of the first end of pre-training, by whichever firm: see `Outcome`.
    compute_alone : distribution
        Months since t = 0 at which it would be ready if nothing but compute stood in the way: `ready` itself where the
        model holds no obstacles.
    without_lags : distribution or None
        Months since t = 0 at which it is ready, were no item counted that measures a lag; None where none is, or where
        too few draws count without them.
    known : distribution or None
        Months since t = 0 at which it is publicly known, given the silence counted; None where the model does not tell
        ready from known.
    concealed : Estimate
        Probability that somebody is ready one day, and nobody else ever knows: the mean of its probability in each
        draw, so that it is surer than `known`, in which it is drawn.
    silences : tuple of Silence
        Silences counted, and how long ago each was confirmed.
    pooled_over : tuple of str
        Titles of the models that `ready` is pooled over; none where it is the race's, as all the rest always is.
    of_the_race : distribution or None
        The race's own `ready`, where it is pooled; see `race_ready`.
    log_flop : distribution
        Mythos's pre-training compute, log10 FLOP.
    first_firm, first_archetype : mapping of str to Estimate
        Probability that each firm is ready first, and that one of each kind is.
    ready_if_first : mapping of str to distribution or None
        By firm, months since t = 0 given that it is first; None where it is in no draw.
    commitments : mapping of str to mapping of str to Estimate
        By firm, the probability of each regime of commitment; of firms whose budget may go beyond habit.
    stages : mapping of str to Estimate
        By stage, the probability that the furthest run is in it on the day of the question; see `STAGES`.
    diagnostics : Diagnostics
        Whether the draws can be trusted.
    log_evidence : Estimate
        Log of the evidence's probability under the prior.
    notes : tuple of str
        Why this engine, and what was set aside.
    set_aside : tuple of str
        Those of the notes that say what was set aside.
    genuine : tuple of Genuineness
        How each item counted that may not be about what it says is read.
    unopened : tuple of str
        Items counted that rest on a source whose address nobody opened.
    cautions : tuple of str
        What else is to be told of the items counted; see `cautions_of`.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, forecast, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> answer = forecast(prior)
    >>> answer.ready.quantile_value(0.05) < answer.ready.quantile_value(0.5)
    True
    """

    ready: AnyDistribution
    pretrained: AnyDistribution
    compute_alone: AnyDistribution
    log_flop: AnyDistribution
    first_firm: Mapping[str, Estimate]
    first_archetype: Mapping[str, Estimate]
    ready_if_first: Mapping[str, AnyDistribution | None]
    stages: Mapping[str, Estimate]
    diagnostics: Diagnostics
    commitments: Mapping[str, Mapping[str, Estimate]] = field(default_factory=dict)
    without_lags: AnyDistribution | None = None
    log_evidence: Estimate = ZERO
    notes: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    genuine: tuple[Genuineness, ...] = ()
    known: AnyDistribution | None = None
    concealed: Estimate = ZERO
    silences: tuple[Silence, ...] = ()
    unopened: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    pooled_over: tuple[str, ...] = ()
    of_the_race: AnyDistribution | None = None

    def __repr__(self) -> str:
        low, median, high = (self.ready.quantile(p) for p in HEADLINE)
        days = [self.question.assumptions.calendar.day(each.value) or "never" for each in (low, median, high)]
        dates = f"ready {days[1]} (MCSE {median.mcse:.2g} months), 90% from {days[0]} to {days[2]}"
        return f"Forecast({dates}; {self.origin})"

    def probabilities_by(self) -> Iterator[tuple[date, Estimate]]:
        """Yield month ends from the day of asking on, with the probability of being ready by each."""
        calendar = self.question.assumptions.calendar
        for day in month_ends(self.question.as_of, MONTHS_AHEAD):
            yield day, self.ready.probability_below(calendar.months_by(day))

    @property
    def race_ready(self) -> AnyDistribution:
        """Months since t = 0 at which it is ready in the race: `ready`, unless that is a pool's."""
        return self.ready if self.of_the_race is None else self.of_the_race

    def kept_secret(self) -> Estimate:
        """Probability that somebody is ready one day, and nobody else ever knows; none where the model cannot say."""
        return self.concealed

    def not_by(self) -> Iterator[tuple[date, Estimate]]:
        """Yield first days of coming years, with the probability of not being ready by the end of them."""
        yield from not_by(self.ready, self.question)

    def warnings(self) -> list[str]:
        """Say which quantiles have too few draws, what is to be told of items, and that secrecy alone is left."""
        return [
            *self.warnings_of_draws(),
            *(row.warning for row in self.genuine if row.warning),
            *self.cautions,
            *self._warnings_of_secrecy(),
        ]

    def _warnings_of_secrecy(self) -> list[str]:
        """Say that silence leaves little but secrecy: a date that nothing seen can contradict is no finding."""
        through = silent_day(self.question, self.silences)
        if through is None:
            return []
        unannounced = self.race_ready.probability_below(self.question.assumptions.calendar.months_by(through)).value
        if unannounced < LITTLE_ELSE:
            return []
        back = "the longer it lasts, the nearer its date comes to where it was before"
        come = "served" if is_served(self.question.assumptions.obstacles, self.question.event) else "ready"
        had = f"is {come} and nobody has" if through == self.question.as_of else f"was {come} by then and nobody had"
        return [
            f"silence through {through} leaves little but secrecy: with a probability of "
            f"{chance_text(unannounced)} a model {had} said so, and {back}"
        ]

    def warnings_of_draws(self) -> list[str]:
        """Say which quantiles rest on too few draws."""
        return few_for_quantiles(self.ready, QUANTILES)


def forecast(posterior: Posterior) -> Forecast:
    """Sum a posterior up.

    Parameters
    ----------
    posterior : Posterior
        Or a prior: exact up to `MOST_EXACT_DRAWS` of its draws; beyond that through histograms, in memory that does not
        grow.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, forecast, prior_of
    >>> from catchup.model import load_assumptions
    >>> prior = prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> answer = forecast(prior)
    >>> day, probability = next(answer.probabilities_by())
    >>> day.isoformat(), 0.0 <= probability.value <= 1.0
    ('2026-11-30', True)
    """
    refuse_other_than_posterior(posterior)
    question, race = posterior.question, posterior.question.assumptions.race
    if not posterior.conditioned and not question.quasi_random and question.draws > MOST_EXACT_DRAWS:
        return _forecast_streamed(posterior)
    columns, weighting = posterior.summary, posterior.source.weighting
    without_lags, withheld = _without_lags(posterior)
    return Forecast(
        posterior.origin,
        ready=posterior.ready,
        pretrained=Distribution(columns[PRETRAINED], weighting),
        compute_alone=Distribution(columns[COMPUTE_ALONE], weighting) if COMPUTE_ALONE in columns else posterior.ready,
        log_flop=Distribution(columns[LOG_FLOP], weighting),
        first_firm=first_firms(columns, weighting, race.firms),
        first_archetype=first_archetypes(columns, weighting, race),
        ready_if_first=ready_if_first(posterior.ready, columns, race.firms),
        commitments=commitments_of(question.assumptions, columns, weighting),
        stages=shares_of_stages(columns[STAGE], weighting),
        diagnostics=posterior.diagnostics,
        without_lags=without_lags,
        log_evidence=posterior.log_evidence,
        notes=(*posterior.notes, *withheld),
        set_aside=tuple(each.note for each in posterior.selection.set_aside),
        genuine=_genuineness(posterior),
        known=posterior.known,
        concealed=weighting.estimate(columns[CONCEALED]) if CONCEALED in columns else ZERO,
        silences=silences_in(question, posterior.items),
        unopened=tuple(item.id for item in posterior.items if item.unopened),
        cautions=cautions_of(posterior),
    )


def _genuineness(posterior: Posterior) -> tuple[Genuineness, ...]:
    if not posterior.items:
        return ()
    from .genuineness import genuineness_of

    return genuineness_of(posterior.question, posterior.items, posterior.genuine, posterior.source.weighting)


def _without_lags(posterior: Posterior) -> tuple[Distribution | None, tuple[str, ...]]:
    """The date on the items that measure no lag, on draws made for all of them where enough count; or why not."""
    items, question = posterior.items, posterior.question
    others = [item.id for item in items if not item.kind.measures_lag]
    if len(others) == len(items):
        return None, ()
    from .likelihoods import prior_for
    from .subsets import SharedDraws

    shared = posterior.shared or SharedDraws(question, items, prior_for(question, items))
    found = [] if posterior.screened is None else [posterior.screened.given(others)]
    subset = shared.subset(others)
    if subset.smoothed is not None:
        found.append((subset.smoothed, subset.ready))
    enough = [each for each in found if each[0].good and each[0].effective_draws >= ENOUGH]
    if enough:
        return max(enough, key=lambda each: each[0].effective_draws)[1], ()
    subset = shared.best_subset(others)
    if subset.khat > WORST_KHAT:
        why = f"k-hat {subset.khat:.2f}, above {WORST_KHAT}: too few draws without them; ask for more --draws"
        return None, (f"the date without the measured lags is left out ({why})",)
    return subset.ready, ()


def forecast_prior(question: Question) -> Forecast:
    """Answer a question from the prior alone; see `forecast`.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, forecast_prior
    >>> from catchup.model import load_assumptions
    >>> answer = forecast_prior(Question(load_assumptions(), date(2026, 11, 21), draws=1_000))
    >>> answer.engine, answer.log_evidence.value
    ('forward', 0.0)
    """
    return forecast(prior_of(question))


def answer(request: Request) -> Forecast:
    """Answer a request; raises as `posterior` does.

    Examples
    --------
    >>> from datetime import date
    >>> from catchup.analysis import Question, Request, answer
    >>> from catchup.model import load_assumptions
    >>> found = answer(Request(Question(load_assumptions(), date(2026, 11, 21), draws=1_000), evidence="none"))
    >>> found.engine, found.draws
    ('forward', 1000)
    """
    return forecast(posterior(request))


def not_by(ready: AnyDistribution, question: Question) -> Iterator[tuple[date, Estimate]]:
    """Yield first days of coming years, with the probability that a date has not come by the end of them."""
    first = max(NOT_BY_FROM, question.as_of.year + 1)
    for year in range(first, first + NOT_BY_YEARS):
        day = date(year, 1, 1)
        come = ready.probability_below(question.assumptions.calendar.months_by(day))
        yield day, Estimate(max(1.0 - come.value, 0.0), come.mcse, come.meaningful)


def _forecast_streamed(posterior: Posterior) -> Forecast:
    question = posterior.question
    ready, pretrained = StreamedDistribution(*DATE_RANGE), StreamedDistribution(*DATE_RANGE)
    alone = StreamedDistribution(*DATE_RANGE) if question.assumptions.obstacles else ready
    known = StreamedDistribution(*DATE_RANGE) if question.assumptions.reporting else None
    concealed = StreamedDistribution(*SHARE_RANGE, bins=1)
    log_flop = StreamedDistribution(*LOG_FLOP_RANGE)
    commitments = StreamedCommitments(question.assumptions)
    firsts, reached = StreamedFirsts(question.assumptions.race), np.zeros(len(STAGES))

    def evaluate(values: Values) -> Values:
        columns = summary_columns(question, values)
        return columns | known_column(question, (), values, columns[READY])

    for columns in with_ranks(question, PriorDraws(question)).chunks(evaluate):
        ready.add(columns[READY])
        pretrained.add(columns[PRETRAINED])
        if COMPUTE_ALONE in columns:
            alone.add(columns[COMPUTE_ALONE])
        if known is not None:
            known.add(columns[KNOWN])
            concealed.add(columns[CONCEALED])
        log_flop.add(columns[LOG_FLOP])
        firsts.add(columns)
        commitments.add(columns)
        reached += np.bincount(columns[STAGE].astype(int), minlength=len(STAGES))

    return Forecast(
        posterior.origin,
        ready=ready,
        pretrained=pretrained,
        compute_alone=alone,
        log_flop=log_flop,
        first_firm=firsts.firms(),
        first_archetype=firsts.archetypes(),
        ready_if_first=firsts.ready(),
        commitments=commitments.estimates(),
        stages={stage: share_of(count, question.draws) for stage, count in zip(STAGES, reached, strict=True)},
        diagnostics=posterior.diagnostics,
        known=known,
        concealed=ZERO if known is None else concealed.mean,
    )
