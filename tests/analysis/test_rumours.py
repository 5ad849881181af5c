"""Doubted reports beside a silence of the same event: the mixture by hand, nothing twice, nothing out of nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.differences import independent_quantile_shift
from catchup.analysis.inference.forecast import forecast
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.likelihoods import (
    genuine_of,
    likelihoods_of,
    predictions_of,
    prior_for,
    races_of,
    unheard_of,
)
from catchup.analysis.inference.posterior import Posterior
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.inference.silence import silences_in, silent_through, stale_lines
from catchup.analysis.inference.subsets import SharedDraws
from catchup.analysis.runs.run import run as keep_run
from catchup.evidence.ledgers import Ledger
from catchup.evidence.rumours import rumours_in
from catchup.evidence.schema import Item
from catchup.evidence.selection import Selection, select
from catchup.model.assumptions import load_assumptions
from item_cases import item, write_item

DAY = date(2027, 9, 1)
REPORTED = date(2027, 8, 25)
LOOKED = date(2026, 11, 10)
ASSUMPTIONS = load_assumptions()
QUESTION = Question(ASSUMPTIONS, DAY, draws=40_000)
CLOCK = ASSUMPTIONS.clock(DAY)
CENTRE, SPREAD = 18.0, 6.0  # of what such reports say where they are about something else


def silence(name: str = "silence", through: date = date(2027, 8, 24)) -> Item:
    return item("not_yet", name, observed={"event": "compute-equivalent", "confirmed_through": through})


def report(reliability: float | None, weight: float = 1.0, day: date = REPORTED, name: str = "report") -> Item:
    doubt = {} if reliability is None else {"reliability": reliability}
    if reliability is not None:
        doubt |= {"background_mean": CENTRE, "background_sd": SPREAD}
    reason = {} if weight == 1 else {"weight": weight, "weight_reason": "a tenth of a word"}
    observed = {"event": "compute-equivalent", "date": day}
    known = {"known_since": DAY, "likelihood": {"delay_months": 2.0, **doubt}}
    return item("milestone", name, observed=observed, **known, **reason)


def selected(items: Sequence[Item], day: date = DAY) -> Selection:
    return select(Ledger({each.id: each for each in items}), "default", day, ASSUMPTIONS)


def drawn(items: Sequence[Item], seed: int = 1) -> Posterior:
    return condition(Question(ASSUMPTIONS, DAY, draws=40_000, seed=seed), selected(items), "importance")


def values_of(items: Sequence[Item], draws: int = 2_000) -> dict[str, np.ndarray]:
    source = prior_for(Question(ASSUMPTIONS, DAY, draws=draws), items)
    return dict(source.map(lambda values: {name: np.asarray(values[name]) for name in values}))


@pytest.mark.parametrize("reliability", [0.0, 0.05, 0.5, 0.95])
@pytest.mark.parametrize("through", [date(2027, 8, 1), date(2027, 8, 24), REPORTED, date(2027, 8, 31)])
def test_together_they_say_what_the_mixture_does(reliability: float, through: date) -> None:
    counted = selected([silence(through=through), report(reliability)]).counted
    values = values_of(counted)
    ready = races_of(QUESTION, values, counted)[1]["compute-equivalent"].ready
    found = np.sum(list(likelihoods_of(QUESTION, values, counted).values()), axis=0)

    law, looked, reported = ASSUMPTIONS.reporting, CLOCK.months(through), CLOCK.months(REPORTED)
    assert law is not None
    delay, concealed = stats.lognorm(law.sigma, scale=law.median_months), values[law.concealed]
    unheard = concealed + (1.0 - concealed) * delay.sf(looked - ready)
    genuine = delay.pdf(reported - ready) if through < REPORTED else 0.0
    background = stats.norm(CENTRE, SPREAD).pdf(reported)
    expected = np.log(reliability * genuine + (1.0 - reliability) * background * unheard)
    # the law rounds readiness off within its width of a quarter of a month, the formulas here do not
    away = ready < min(looked, reported) - 2.0
    assert away.sum() > 500
    np.testing.assert_allclose(found[away], expected[away], atol=0.01)


@pytest.mark.parametrize("weight", [0.001, 0.3])
@pytest.mark.parametrize("reliability", [None, 0.5])
def test_a_report_that_counts_little_leaves_the_rest_to_the_silence(reliability: float | None, weight: float) -> None:
    counted = selected([silence(), report(reliability, weight)]).counted
    values = values_of(counted)
    found = np.sum(list(likelihoods_of(QUESTION, values, counted).values()), axis=0)
    alone = likelihoods_of(QUESTION, values, [silence()])["silence"]
    if reliability is None:
        whole = likelihoods_of(QUESTION, values, [report(None)])["report"]
    else:
        together = selected([silence(), report(reliability)]).counted
        whole = np.sum(list(likelihoods_of(QUESTION, values, together).values()), axis=0)
    np.testing.assert_allclose(found, weight * whole + (1.0 - weight) * alone, rtol=1e-9, atol=1e-9)


def test_a_report_that_nobody_believes_moves_nothing() -> None:
    alone, beside = (drawn(items) for items in ([silence()], [silence(), report(0.0)]))
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        shift = independent_quantile_shift(beside.ready, alone.ready, p)
        assert abs(shift.value) < widest(shift.mcse), p
    assert forecast(beside).known is not None
    assert beside.genuine["report"].max() < 1e-100


def test_the_more_a_report_is_believed_the_nearer_it_is_to_one_that_is() -> None:
    medians = [drawn([silence(), report(r)]).ready.quantile(0.5) for r in (0.0, 0.2, 0.6, 0.999)]
    believed = drawn([silence(), report(None)]).ready.quantile(0.5)
    assert all(later.value > sooner.value for later, sooner in pairwise(medians))
    assert abs(medians[-1].value - believed.value) < widest(math.hypot(medians[-1].mcse, believed.mcse))


@pytest.mark.parametrize("reliability", [0.05, 0.5])
def test_it_is_known_on_the_reported_day_as_surely_as_the_report_is_genuine(reliability: float) -> None:
    found = drawn([silence(), report(reliability)])
    known = forecast(found).known
    assert known is not None
    genuine = found.source.weighting.estimate(found.genuine["report"])
    on_the_day = known.probability_below(CLOCK.months(REPORTED) + 1e-6)
    assert abs(on_the_day.value - genuine.value) < widest(math.hypot(on_the_day.mcse, genuine.mcse))
    assert 0.0 < genuine.value < 1.0
    never, secret = known.probability_below(math.inf), forecast(found).kept_secret()
    assert abs(1.0 - never.value - secret.value) < widest(never.mcse)
    assert 0.0 < secret.mcse < never.mcse


def test_a_silence_confirmed_since_says_that_the_report_was_none() -> None:
    found = drawn([silence(through=date(2027, 8, 31)), report(0.5)])
    assert found.genuine["report"].max() == 0.0
    known = forecast(found).known
    assert known is not None
    assert known.quantile(0.01).value > CLOCK.months(date(2027, 8, 31))


def test_without_the_report_the_silence_is_whole_again() -> None:
    counted = selected([silence(), report(0.5)]).counted
    shared = SharedDraws(QUESTION, list(counted), prior_for(QUESTION, counted))
    alone = SharedDraws(QUESTION, [silence()], prior_for(QUESTION, counted))
    np.testing.assert_allclose(
        shared.subset(["silence"]).ready.weighting.shares, alone.subset(["silence"]).ready.weighting.shares, rtol=1e-12
    )


def ids(selection: Selection) -> tuple[list[str], dict[str, str]]:
    return [each.id for each in selection.counted], {each.item.id: each.reason for each in selection.set_aside}


def test_a_silence_that_a_longer_one_includes_does_not_count_again() -> None:
    counted, aside = ids(selected([silence("short", date(2027, 8, 1)), silence("long")]))
    assert (counted, aside) == (["long"], {"short": "its silence is part of that of long"})


def test_an_event_is_reached_once() -> None:
    later = report(None, day=date(2027, 8, 29), name="later")
    counted, aside = ids(selected([later, report(None)]))
    assert (counted, aside) == (["report"], {"later": "compute-equivalent had been reached by report"})


def test_what_is_doubted_includes_nothing_and_ends_nothing() -> None:
    rumours = [report(0.5, name="one"), report(0.5, name="two"), report(None, 0.5, name="three")]
    counted, aside = ids(selected([silence(), *rumours]))
    assert (counted, aside) == (["silence", "one", "two", "three"], {})
    beside = rumours_in(selected([silence(), *rumours]).counted, DAY)["silence"]
    assert [rumour.report.id for rumour in beside] == ["one", "two", "three"]


def test_of_silences_that_are_doubted_the_longest_counts_and_none_beside_one_that_is_not() -> None:
    half = {"weight": 0.5, "weight_reason": "half a look"}
    doubted = [
        item("not_yet", name, observed={"event": "compute-equivalent", "confirmed_through": through}, **half)
        for name, through in (("short", date(2027, 8, 1)), ("long", date(2027, 8, 31)))
    ]
    assert ids(selected(doubted))[0] == ["long"]
    assert ids(selected([*doubted, silence("sure", date(2027, 8, 9))])) == (
        ["sure"],
        {"short": "its silence is part of that of sure", "long": "that of sure, which is not doubted, counts"},
    )


def test_several_reports_are_as_likely_genuine_as_their_mixture_says() -> None:
    """Of two reports, by the four ways in which both can be."""
    days = {"one": date(2027, 8, 25), "two": date(2027, 8, 27)}
    counted = selected([silence(), *(report(0.4, day=day, name=name) for name, day in days.items())]).counted
    values = values_of(counted)
    _, dates, predicted = predictions_of(QUESTION, values, counted)
    unheard = unheard_of(QUESTION, values, counted)
    found = genuine_of(QUESTION, counted, predicted, unheard)
    parts = {}
    for each in counted:
        if each.id in days:
            figures = each.figures(CLOCK)
            parts[each.id] = [np.exp(part) for part in each.parts(np, each.observation(CLOCK), dates.ready, figures)]
    quiet = np.exp(unheard["silence"])
    (one, not_one), (two, not_two) = parts["one"], parts["two"]
    whole = one * two + one * not_two + not_one * two + not_one * not_two * quiet
    np.testing.assert_allclose(found["one"], (one * two + one * not_two) / whole, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found["two"], (one * two + not_one * two) / whole, rtol=1e-6, atol=1e-12)
    found_joint = np.sum(list(likelihoods_of(QUESTION, values, counted).values()), axis=0)
    np.testing.assert_allclose(found_joint, np.log(whole), rtol=1e-9, atol=1e-9)


def test_leaving_one_of_several_reports_out_leaves_what_the_others_make_of_the_silence() -> None:
    reports = [report(0.4, day=date(2027, 8, day), name=f"r{day}") for day in (10, 25)]
    counted = selected([silence(), *reports]).counted
    shared = SharedDraws(QUESTION, list(counted), prior_for(QUESTION, counted))
    others = [each for each in counted if each.id != "r10"]
    afresh = SharedDraws(QUESTION, others, prior_for(QUESTION, counted))
    names = [each.id for each in others]
    np.testing.assert_allclose(shared.joint(names), afresh.joint(names), rtol=1e-12)


def test_a_silence_that_nobody_confirmed_denies_no_report() -> None:
    """The article's model reads silence to the day of the question, whoever looked."""
    article = load_assumptions(model="article")
    through, told = date(2027, 6, 1), [silence(through=date(2027, 6, 1)), report(0.6)]
    ledger = Ledger({each.id: each for each in told})
    counted = select(ledger, "default", DAY, article)
    found = condition(Question(article, DAY, draws=40_000), counted, "importance")
    assert told[0].figures(article.clock(DAY))["as_of"] > article.clock(DAY).months(through)
    assert 0.1 < found.source.weighting.estimate(found.genuine["report"]).value < 1.0


def test_a_kept_run_is_worked_out_again_with_its_reports(tmp_path: Path) -> None:
    folder = tmp_path / "ledger"
    folder.mkdir()
    write_item(folder, "not_yet", "quiet", observed={"event": "compute-equivalent", "confirmed_through": LOOKED})
    doubt = {"delay_months": 2.0, "reliability": 0.5, "background_mean": 9.0, "background_sd": 3.0}
    told = {"event": "compute-equivalent", "date": date(2026, 11, 19)}
    write_item(folder, "milestone", "told", observed=told, likelihood=doubt, known_since=date(2026, 11, 20))
    question = Question(load_assumptions(model="article"), date(2026, 11, 21), draws=10_000)
    made = keep_run(Request(question, ledger=folder), tmp_path / "runs", brief=True)
    live = Request(question, ledger=folder)
    again = made.snapshot.posterior()
    whole = condition(question, live.selection, live.engine)
    for p in (0.05, 0.5, 0.95):
        assert again.ready.quantile_value(p) == whole.ready.quantile_value(p)


def test_an_old_silence_is_not_called_stale_beside_a_newer_one() -> None:
    silences = silences_in(QUESTION, [silence("older", date(2027, 3, 1)), silence("newer", date(2027, 8, 31))])
    assert [each.stale for each in silences] == [True, False]
    assert stale_lines(silences) == []
    assert len(stale_lines(silences[:1])) == 1


def test_a_doubted_report_before_one_that_is_believed_may_say_the_day() -> None:
    """Known on the earlier day as surely as that report is genuine, and on that of the believed one otherwise."""
    reports = [
        report(0.9, day=date(2027, 7, 1), name="earlier"),
        report(None),
        report(0.9, day=date(2027, 8, 29), name="later"),
    ]
    found = drawn(reports)
    known = forecast(found).known
    assert known is not None
    assert set(known.values) == {CLOCK.months(date(2027, 7, 1)), CLOCK.months(REPORTED)}
    genuine = found.source.weighting.estimate(found.genuine["earlier"])
    assert 0.5 < genuine.value < 0.999
    on_the_day = known.probability_below(CLOCK.months(date(2027, 7, 1)) + 1e-6)
    assert abs(on_the_day.value - genuine.value) < widest(math.hypot(on_the_day.mcse, genuine.mcse))


def test_a_silence_that_counts_further_is_confirmed_by_one_that_was_looked_at_later() -> None:
    """The published model reads a silence to the day of the question: that somebody looked since denies a report."""
    article = load_assumptions(model="article")
    old = silence("old", date(2027, 6, 1))
    looked = {"observed": {"event": "compute-equivalent", "date": date(2027, 8, 26)}, "known_since": DAY}
    found = item("not_yet", "found", **looked)
    every = {each.id: each for each in (old, found, report(0.5))}
    chosen = select(Ledger(every), "default", DAY, article)
    assert ids(chosen) == (["old", "report"], {"found": "its silence is part of that of old"})
    (rumour,) = rumours_in(chosen.counted, DAY)["old"]
    assert rumour.denied
    kept = {each.id: each for each in inputs_of(article, chosen.counted).evidence()}
    assert kept["old"].observed == chosen.counted[0].observed  # a run is made again with it
    (alone,) = rumours_in(select(Ledger(every), "old,report", DAY, article).counted, DAY)["old"]
    assert not alone.denied


def test_a_finding_of_a_given_day_is_not_confirmed_by_another_look() -> None:
    found = item("not_yet", "found", observed={"event": "compute-equivalent", "date": DAY}, known_since=DAY)
    for others in ([], [silence("looked", DAY + timedelta(days=9))]):
        (counted,) = selected([found, *others]).counted
        assert counted == found


def test_nobody_confirms_a_silence_before_it_was_known() -> None:
    """Of a kind that others bring, a silence may say nothing of when somebody looked."""
    told = item("not_yet", "told", observed={"event": "compute-equivalent"}, known_since=date(2027, 7, 1))
    undated = replace(told, observed=told.observed.model_copy(update={"confirmed_through": None}))
    for day, through in ((date(2027, 6, 30), None), (date(2027, 7, 1), date(2027, 7, 1))):
        earlier = item("not_yet", "earlier", observed={"event": "compute-equivalent", "date": day}, known_since=day)
        (counted,) = selected([undated, earlier]).counted
        assert (counted.id, counted.observed.confirmed_through) == ("told", through)


def test_a_model_that_may_have_been_reported_is_not_said_to_be_unannounced() -> None:
    question, through = replace(QUESTION, draws=2_000), silence(through=DAY)
    before = report(0.5, day=date(2027, 9, 1))
    for items, silent in (([through], True), ([silence(), before], False), ([through, before], True)):
        silences = silences_in(question, selected(items).counted)
        assert silent_through(question, silences) is silent
    article = replace(question, assumptions=load_assumptions(model="article"))
    for items, silent in (([silence()], True), ([silence(), before], False)):
        assert silent_through(article, silences_in(article, items)) is silent
