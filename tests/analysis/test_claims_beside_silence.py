"""Claims beside a silence of the same event: the joint likelihood by a slow integral, nothing of what is denied."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.genuineness import genuineness_of
from catchup.analysis.inference.likelihoods import likelihoods, likelihoods_of, predictions_of, prior_for, total
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.subsets import SharedDraws
from catchup.analysis.studies.watch import watch
from catchup.evidence.ledgers import Ledger
from catchup.evidence.rumours import rumours_in
from catchup.evidence.schema import Item
from catchup.evidence.selection import select
from catchup.model.assumptions import load_assumptions
from item_cases import item
from test_rumours import ASSUMPTIONS, CLOCK, DAY, QUESTION, report, selected, silence, values_of
from test_silence_to_come import median_of, points_about

EVENT = "compute-equivalent"
CLAIMED = date(2027, 8, 15)
TRUE, FALSE = 0.6, 0.1
SLICES = 100_000  # equal parts of the delay's probability, at whose middles the slow integral looks
ARTICLE = load_assumptions(model="article")


def claim(
    day: date = CLAIMED, name: str = "claim", true: float = TRUE, false: float = FALSE, weight: float = 1
) -> Item:
    reason = {} if weight == 1 else {"weight": weight, "weight_reason": "half a word"}
    likelihood = {"delay_months": 2.0, "true_positive": true, "false_positive": false}
    return item_of("claim", name, {"event": EVENT, "date": day}, likelihood, **reason)


def found_silent(through: date, name: str = "silence", **doubt: float) -> Item:
    """A finding of a day, which is counted through it in every model."""
    likelihood = {"delay_months": 2.0, **doubt}
    return item_of("not_yet", name, {"event": EVENT, "date": through}, likelihood, known_since=max(through, DAY))


def item_of(kind: str, name: str, observed: dict[str, object], likelihood: dict[str, float], **further: object) -> Item:
    return item(kind, name, observed=observed, likelihood=likelihood, **{"known_since": DAY, **further})


def drawn(items: Sequence[Item], seed: int = 1) -> Posterior:
    return condition(Question(ASSUMPTIONS, DAY, draws=40_000, seed=seed), selected(items), "importance")


def moments_known(question: Question, ready: float) -> np.ndarray:
    """Moments at which a lab that is ready and reports becomes known, each with the same probability."""
    ranks, law = (np.arange(SLICES) + 0.5) / SLICES, question.assumptions.reporting
    if law is None:
        return ready + stats.expon(scale=2.0).ppf(ranks)
    width = 0.1  # months; the wait is w log(1 + e^(x / w)) of the time x since readiness
    delay = stats.lognorm(law.sigma, scale=law.median_months).ppf(ranks)
    return ready + delay + width * np.log(-np.expm1(-delay / width))


@pytest.mark.parametrize("model", ["current", "article"])
@pytest.mark.parametrize("through", [date(2026, 3, 1), date(2027, 8, 1), date(2027, 8, 14), CLAIMED, date(2027, 8, 31)])
def test_together_they_say_what_the_integral_over_the_moment_of_becoming_known_does(model: str, through: date) -> None:
    question = Question({"current": ASSUMPTIONS, "article": ARTICLE}[model], DAY, draws=400)
    items = [found_silent(through), claim()]
    source = prior_for(question, items)
    values = dict(source.map(lambda values: {name: np.asarray(values[name]) for name in values}))
    ready = predictions_of(question, values, items)[1].ready
    found = np.exp(total(likelihoods_of(question, values, items)))

    law, silent, claimed = question.assumptions.reporting, *(question.clock.months(day) for day in (through, CLAIMED))
    concealed = np.zeros(400) if law is None else values[law.concealed]
    for place in range(400):
        known = moments_known(question, ready[place])
        reported = np.mean((known > silent) * (FALSE + TRUE * (known <= claimed)))
        expected = (1.0 - concealed[place]) * reported + concealed[place] * FALSE
        # a slice is on one side of either day: the integral errs by a slice at each of the two
        assert abs(found[place] - expected) <= 2.0 / SLICES, (ready[place], concealed[place])


@pytest.mark.parametrize("through", [CLAIMED, date(2027, 8, 16), DAY])
def test_a_claim_that_a_silence_denies_is_as_if_the_silence_alone_stood(through: date) -> None:
    alone, both = drawn([found_silent(through)]), drawn([found_silent(through), claim()])
    for p in (0.05, 0.5, 0.95):
        assert abs(both.ready.quantile_value(p) - alone.ready.quantile_value(p)) < 1e-6, p
        known, unclaimed = (forecast(each).known for each in (both, alone))
        assert known is not None
        assert unclaimed is not None
        assert abs(known.quantile_value(p) - unclaimed.quantile_value(p)) < 1e-6 or math.isinf(known.quantile_value(p))
    assert both.genuine["claim"].max() < 1e-12
    (row,) = (
        row
        for row in genuineness_of(both.question, both.items, both.genuine, both.source.weighting)
        if row.item.id == "claim"
    )
    assert (row.denied_by, row.overruled, row.verdict) == ("silence", True, "read as not genuine (posterior 0%)")


def test_without_a_silence_claims_are_what_they_were() -> None:
    items = [claim(), claim(date(2027, 8, 20), "other"), report(0.5)]
    values = values_of(items)
    found, ready = likelihoods_of(QUESTION, values, items), predictions_of(QUESTION, values, items)[1].ready
    law = ASSUMPTIONS.reporting
    assert law is not None
    waited = CLOCK.months(CLAIMED) - ready
    soft = 0.1 * np.logaddexp(0.0, waited / 0.1)
    by_hand = np.log(TRUE * stats.lognorm(law.sigma, scale=law.median_months).cdf(soft) + FALSE)
    np.testing.assert_allclose(found["claim"], by_hand, rtol=1e-9, atol=1e-9)
    assert rumours_in(items, DAY) == {}


def test_a_later_silence_never_makes_an_older_claim_more_genuine() -> None:
    days = [date(2026, 6, 1), date(2027, 3, 1), date(2027, 7, 1), date(2027, 8, 10), CLAIMED, date(2027, 8, 25)]
    per_draw, overall = [], []
    for through in days:
        items = [found_silent(through), claim()]
        shared = SharedDraws(QUESTION, items, prior_for(QUESTION, items))
        genuine = shared.terms.genuine["claim"]
        per_draw.append(genuine)
        overall.append(float(shared.subset(["silence", "claim"]).ready.weighting.mean(genuine)))
    for before, after in pairwise(per_draw):
        assert (after <= before + 1e-12).all()
    assert all(after < before for before, after in pairwise(overall[:5]))
    assert overall[4] == overall[5] == 0.0


def test_leaving_either_out_leaves_the_other_as_it_is_alone() -> None:
    items = [silence(), claim(date(2027, 8, 28)), claim(date(2027, 8, 30), "other", weight=0.5), report(0.4)]
    shared = SharedDraws(QUESTION, items, prior_for(QUESTION, items))
    for left_out in items:
        others = [each for each in items if each is not left_out]
        afresh = SharedDraws(QUESTION, others, prior_for(QUESTION, items))
        names = [each.id for each in others]
        np.testing.assert_allclose(shared.joint(names), afresh.joint(names), rtol=1e-9, atol=1e-12)
        whole = shared.joint([each.id for each in items])
        np.testing.assert_allclose(
            shared.terms.added_by(left_out.id), whole - afresh.joint(names), rtol=1e-9, atol=1e-9
        )


def test_several_claims_each_count_after_the_silence_and_one_that_is_denied_not_at_all() -> None:
    denied, after = claim(date(2027, 8, 1), "denied"), [claim(date(2027, 8, 28)), claim(date(2027, 8, 30), "other")]
    values = values_of([silence(), *after])

    def joint(items: Sequence[Item]) -> np.ndarray:
        return total(likelihoods_of(QUESTION, values, items))

    alone, one, two, every = (joint([silence(), *each]) for each in ([], after[:1], after[1:], [denied, *after]))
    np.testing.assert_allclose(every, one + two - alone + math.log(FALSE), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("weight", [0.001, 0.4])
def test_a_claim_that_counts_little_leaves_the_rest_to_the_silence(weight: float) -> None:
    day = date(2027, 8, 28)
    values = values_of([silence(), claim(day)])
    little, whole, alone = (
        total(likelihoods_of(QUESTION, values, [silence(), *claims]))
        for claims in ([claim(day, weight=weight)], [claim(day)], [])
    )
    np.testing.assert_allclose(little, weight * whole + (1.0 - weight) * alone, rtol=1e-9, atol=1e-9)


def test_a_silence_that_is_doubted_denies_a_claim_as_far_as_it_is_believed() -> None:
    doubt = {"reliability": 0.7, "background_probability": 0.4}
    doubted, sure = found_silent(date(2027, 8, 16), **doubt), found_silent(date(2027, 8, 16))
    items = [doubted, claim()]
    shared = SharedDraws(QUESTION, items, prior_for(QUESTION, items))
    told = SharedDraws(QUESTION, [sure, claim()], prior_for(QUESTION, items))
    both, alone = (np.exp(each) for each in (told.joint(["silence", "claim"]), told.joint(["claim"])))
    whole = 0.7 * both + 0.3 * 0.4 * alone
    np.testing.assert_allclose(np.exp(shared.joint(["silence", "claim"])), whole, rtol=1e-9)
    genuine = 0.3 * 0.4 * (alone - FALSE) / whole  # none of it where the silence is right
    np.testing.assert_allclose(shared.terms.genuine["claim"], genuine, rtol=1e-9, atol=1e-12)


def test_it_is_known_by_its_day_at_least_as_surely_as_a_claim_is_genuine() -> None:
    """And exactly as surely as the integral over the moment of becoming known says."""
    through, claims = date(2027, 7, 1), [claim(), claim(date(2027, 8, 28), "later", true=0.8, false=0.05)]
    found = drawn([found_silent(through), *claims])
    known, weights = forecast(found).known, found.source.weighting.shares
    assert known is not None
    law, silent = ASSUMPTIONS.reporting, CLOCK.months(through)
    days = [CLOCK.months(each.observed.date) for each in claims]
    chances = [(each.likelihood.true_positive, each.likelihood.false_positive) for each in claims]
    assert law is not None
    concealed = found.source.map(lambda values: {"concealed": values[law.concealed]})["concealed"]

    def silent_to(month: float) -> np.ndarray:
        soft = 0.1 * np.logaddexp(0.0, (month - found.ready.values) / 0.1)
        return concealed + (1.0 - concealed) * stats.lognorm(law.sigma, scale=law.median_months).sf(soft)

    ends = [silent, *days]
    masses = [silent_to(low) - silent_to(high) for low, high in pairwise(ends)] + [silent_to(days[-1])]
    for place, mass in enumerate(masses):
        for (true, false), day in zip(chances, days, strict=True):
            mass *= false + true * (place < len(days) and ends[place + 1] <= day)
    never = concealed * np.prod([false for _, false in chances])
    for place, day in enumerate(days, start=1):
        expected = float(weights @ (sum(masses[:place]) / sum(masses)))
        estimate = known.probability_below(day + 1e-9)
        assert abs(estimate.value - expected) < widest(estimate.mcse), day
    assert abs(forecast(found).kept_secret().value - float(weights @ (never / sum(masses)))) < 1e-6
    genuine = float(weights @ found.genuine["claim"])
    assert 0.2 < genuine < known.probability_below(days[0]).value + widest(0.003)


@pytest.mark.parametrize("items", [[], [report(0.3)]], ids=["silence", "and a rumour"])
@pytest.mark.parametrize("model", ["current", "article"])
def test_a_claim_to_come_is_as_likely_as_the_ledger_with_it_is(model: str, items: list[Item]) -> None:
    question = Question({"current": ASSUMPTIONS, "article": ARTICLE}[model], DAY, draws=40_000)
    before = [found_silent(date(2027, 8, 24)), *items]
    chosen = select(Ledger({each.id: each for each in before}), "default", DAY, question.assumptions)
    known = condition(question, chosen, "importance")
    (row,) = watch(known, only=["parity-claim"]).rows
    assert row.item is not None
    text = row.item.text.model_copy(update={"id": "come"})
    after = [*before, replace(row.item, text=text)]
    heard = np.exp(
        total(likelihoods(question, known.source, after)) - total(likelihoods(question, known.source, before))
    )
    ready, weights = known.ready.values, known.ready.weighting.shares
    none, made = row.sightings
    assert abs(made.probability.value - float(weights @ heard)) < 1e-5  # the same draws, summed in another order
    middle = known.ready.quantile_value(0.5)
    for seen, said in ((made, heard), (none, 1.0 - heard)):
        moved = median_of(ready, weights * said)
        assert abs(seen.shift.value - (moved - middle)) < points_about(middle, ready) + points_about(moved, ready), (
            seen.id
        )


def test_a_silence_to_come_denies_the_claims_that_are_counted() -> None:
    before = [found_silent(date(2027, 8, 1)), claim()]
    known = drawn(before)
    (row,) = watch(known, only=["month-of-silence"]).rows
    assert row.silence is not None
    later = [found_silent(row.silence.through), claim()]
    found = [total(likelihoods(known.question, known.source, each)) for each in (later, before)]
    heard = np.exp(found[0] - found[1])
    assert (heard <= 1.0 + 1e-12).all()
    kept = row.sightings[1]
    assert abs(kept.probability.value - float(known.ready.weighting.shares @ heard)) < 1e-5


def test_a_silence_that_nobody_confirmed_denies_no_claim() -> None:
    """The article's model reads silence to the day of the question, whoever looked."""
    question, items = Question(ARTICLE, DAY, draws=2_000), [silence(through=date(2027, 6, 1)), claim()]
    shared = SharedDraws(question, items, prior_for(question, items))
    assert shared.terms.genuine["claim"].max() > 0.5


def test_beside_claims_as_they_are_a_silence_is_a_probability() -> None:
    """Data are simulated from it."""
    items = [
        silence(),
        claim(),
        claim(date(2027, 8, 28), "one"),
        claim(date(2027, 8, 28), "two", weight=0.5),
        report(0.5),
    ]
    assert (predictions_of(QUESTION, values_of(items), items)[2]["silence"] <= 0.0).all()
