"""Which engine answers, what is refused, and how far evidence moved the date."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from false_alarms import FALSE_ALARM, ranks, widest
from scipy import stats

from catchup.analysis.commands.main import run
from catchup.analysis.inference import conditioning, subsets
from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.conflict import ESCALATED_DRAWS
from catchup.analysis.inference.diagnostics import FEWEST_EFFECTIVE, Diagnostics, UntrustworthyError
from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Distribution, Estimate, Weighting
from catchup.analysis.inference.importance import ReweightedPrior, SmoothedWeights, weights_given
from catchup.analysis.inference.likelihoods import likelihoods, prior_for, total
from catchup.analysis.inference.log_means import log_mean
from catchup.analysis.inference.nuts import SMALL_STEPS, CompiledPosterior, NutsPosterior, refuse_untrustworthy
from catchup.analysis.inference.outcomes import ready_under
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request, choose_evidence, posterior
from catchup.analysis.inference.resampling import systematic
from catchup.analysis.presentation.tables.movement import movement_as_json, movement_text
from catchup.analysis.presentation.text import day_text
from catchup.analysis.studies.movement import ENOUGH, Movement, moved_by_added, moved_by_evidence
from catchup.evidence.schema import Item
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.priors.errors import InputError
from item_cases import DAY, counting, default_posterior, impossible, item, reading, twin_question, write_item

PREDICTED = stats.lognorm(np.hypot(0.4, 0.5), scale=1.5)  # of a reading of the twin's quantity, with an sd of 0.5
MODEL = "current"


def far_out(both_sides: float, weight: float = 1.0) -> Item:
    """A reading as far out as its prediction is with a probability, on both sides."""
    far = reading("far", float(PREDICTED.isf(0.5 * both_sides)), 0.5)
    return replace(far, text=far.text.model_copy(update={"weight": weight}))


@pytest.fixture(scope="module")
def asked(assumptions: Assumptions) -> Question:
    return Question(assumptions, DAY, draws=50_000)


@pytest.fixture(scope="module")
def published() -> Question:
    """Of the article's model, whose million draws of a refusal take a quarter of the time; nothing of it is lost."""
    return Question(load_assumptions(model="article"), DAY, draws=50_000)


@pytest.fixture(scope="module")
def answer(asked: Question) -> Posterior:
    """The default ledger's posterior."""
    return default_posterior(asked)


@pytest.fixture
def no_compiling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the sampler; returns why it was asked, as it is shown to who waits."""
    asked = []

    def sampled(question: Question, items: Any, *, refuse: bool = True, why: str = "") -> NutsPosterior:
        asked.append(why)
        values = PriorDraws(replace(question, draws=400)).map(lambda values: values)
        stats_ = xr.Dataset({"diverging": (("chain", "draw"), np.zeros((4, 100), dtype=bool))})
        tree = xr.DataTree.from_dict({"sample_stats": stats_})
        return NutsPosterior(StoredDraws(values, Weighting(400, chains=4), 1), Diagnostics(400.0, None, 1.0, 0), tree)

    monkeypatch.setattr("catchup.analysis.inference.nuts.sample_posterior", sampled)
    return asked


def with_khat(monkeypatch: pytest.MonkeyPatch, khat: float) -> None:
    def weighed(log_likelihood: np.ndarray, prior: PriorDraws) -> SmoothedWeights:
        return replace(weights_given(log_likelihood, prior), khat=khat)

    monkeypatch.setattr(subsets, "weights_given", weighed)


TWO = counting([reading("one", 2.0, 0.5), reading("two", 1.4, 0.6)])


@pytest.mark.parametrize(("khat", "engine"), [(0.3, "importance"), (0.49, "importance"), (0.5, "nuts"), (0.9, "nuts")])
def test_auto_hands_over_where_weights_are_not_good(khat, engine, monkeypatch, no_compiling) -> None:
    with_khat(monkeypatch, khat)
    answer = condition(twin_question(20_000), TWO)
    assert answer.engine == engine
    assert answer.diagnostics.khat == khat
    if engine == "nuts":
        because = f"NUTS, because the importance weights' k-hat is {khat:.2f} (good below 0.5)"
        assert answer.notes[0] == because
        at_once = "; --engine importance answers at once" if khat == 0.5 else ""  # it is refused above 0.7
        assert no_compiling == [f"{because}{at_once}. "]
    else:
        assert not no_compiling


def test_a_second_fit_is_tried_before_it_compiles(monkeypatch, no_compiling) -> None:
    """K-hat varies with the directions that a fit happens to find: one just above its limit is not the last word."""
    fits: list[int] = []
    fit_to = conditioning.fit_to

    def counted(prior: PriorDraws, question: Question, items: Any, first: Any, attempt: int = 0) -> Any:
        fits.append(attempt)
        with_khat(monkeypatch, 0.5 if attempt == 0 else 0.4)
        return fit_to(prior, question, items, first, attempt)

    monkeypatch.setattr(conditioning, "fit_to", counted)
    answer = condition(twin_question(20_000), TWO)
    assert (answer.engine, answer.diagnostics.khat) == ("importance", 0.4)
    assert fits == [0, 1]
    assert not no_compiling


def test_auto_takes_more_draws_before_it_compiles(no_compiling) -> None:
    answer = condition(twin_question(800), TWO)
    assert answer.engine == "importance"
    assert 800 < answer.source.weighting.draws < 10_000
    assert answer.diagnostics.ess >= FEWEST_EFFECTIVE
    assert "of 800 only" in answer.notes[0]
    assert not no_compiling


@pytest.mark.parametrize("pair", [(1, 60), (60, 800), (800, 1_500), (1_500, 2_500), (2_500, 20_000), (20_000, 100_000)])
def test_precision_does_not_fall_as_draws_rise(pair: tuple[int, int], no_compiling) -> None:
    few, many = (condition(twin_question(draws), TWO).diagnostics.ess for draws in pair)
    assert many > 0.9 * few  # effective numbers of draws are themselves estimates
    assert not no_compiling


def test_auto_hands_over_where_no_number_of_draws_would_do(monkeypatch, no_compiling) -> None:
    monkeypatch.setattr(conditioning, "fit_to", lambda *asked: None)
    few = counting([reading(f"rare-{index}", 24.0, 0.8) for index in range(2)])
    answer = condition(twin_question(800), few)
    assert answer.engine == "nuts"
    assert "of the importance draws count" in answer.notes[0] or "k-hat" in answer.notes[0]


def test_the_prior_is_drawn_from_where_more_of_its_draws_count(asked: Question) -> None:
    """What tells hardly anything: no proposal could do better than the prior's own draws."""
    answer = condition(asked, counting([reading("vague", 1.5, 5.0)]))
    assert answer.source.prior.proposal is None
    assert answer.diagnostics.ess > 0.9 * asked.draws


def test_an_engine_that_does_not_exist_is_bad_input(asked: Question) -> None:
    for ask in (lambda: Request(asked, engine="importence"), lambda: condition(asked, TWO, "importence")):
        with pytest.raises(InputError, match=r"'importence'.*importance"):
            ask()


def test_nuts_is_asked_for_by_name(no_compiling) -> None:
    answer = condition(twin_question(20_000), TWO, "nuts")
    assert (answer.engine, answer.notes) == ("nuts", ())


@pytest.mark.parametrize(("khat", "refused"), [(0.7, False), (0.71, True), (np.inf, True)])
def test_importance_refuses_weights_that_cannot_be_trusted(khat, refused, monkeypatch) -> None:
    with_khat(monkeypatch, khat)
    question = twin_question(5_000)
    if not refused:
        assert condition(question, TWO, "importance").engine == "importance"
        return
    with pytest.raises(UntrustworthyError, match=r"k-hat .*, above 0.7\): try engine nuts, or more draws"):
        condition(question, TWO, "importance")
    assert condition(question, TWO, "importance", refuse=False).diagnostics.khat == khat


def test_evidence_evenly_likely_everywhere_weighs_nothing(asked: Question) -> None:
    """Silence before anybody can be ready: the largest weight is shared by every draw."""
    early = replace(asked, as_of=asked.assumptions.calendar.origin)
    answer = condition(early, choose_evidence(early, "no-public-model", None, ()))
    assert answer.diagnostics.khat == -np.inf
    assert answer.diagnostics.ess == pytest.approx(early.draws)
    assert answer.log_evidence.value == 0.0


@pytest.mark.parametrize(
    ("diagnostics", "said"),
    [
        (Diagnostics(5_000.0, None, 1.02, 0), "chains disagree .R-hat 1.020"),
        (Diagnostics(5_000.0, None, float("nan"), 0), "chains disagree"),
        (Diagnostics(399.0, None, 1.0, 0), "only 399 effective draws"),
        (Diagnostics(5_000.0, None, 1.0, 9), "9 of 8,000 transitions diverged"),
    ],
)
def test_chains_that_cannot_be_trusted_are_refused(diagnostics: Diagnostics, said: str) -> None:
    with pytest.raises(UntrustworthyError, match=said):
        refuse_untrustworthy(diagnostics, 8_000)


def test_chains_that_can_be_trusted_are_not() -> None:
    refuse_untrustworthy(Diagnostics(400.0, None, 1.009, 8), 8_000)


def test_impossible_evidence_is_refused_by_name(published: Question) -> None:
    odd = item("compute_reading", "odd-reading", **impossible())
    with pytest.raises(UntrustworthyError, match="odd-reading: hardly possible under the prior") as refusal:
        condition(published, counting([odd, reading("fine", 1.5, 0.5)]))
    assert "fine" not in str(refusal.value)


def test_a_plausible_item_that_no_draw_meets_is_too_sharp_not_impossible(published: Question) -> None:
    sharp = reading("sharp-reading", 1.5, 1e-9)
    with pytest.raises(UntrustworthyError, match="too sharp for the draws") as refusal:
        condition(published, counting([sharp]))
    message = refusal.value.on_command_line
    assert "hardly possible" not in message
    assert "sharp-reading (p = " in message
    assert "wider sd" in message
    assert "--set" in message


def test_what_every_draw_contradicts_alike_is_refused_too(no_compiling) -> None:
    """With Mythos's compute fixed, an impossible reading of it moves no weight; it is impossible all the same."""
    odd = item("compute_reading", "odd-reading", **impossible())
    with pytest.raises(UntrustworthyError, match=r"odd-reading: hardly possible under the prior \(p below 2e-06"):
        condition(twin_question(5_000), counting([odd]))


def test_items_that_contradict_each_other_are_both_named(published: Question) -> None:
    """Each can be alone; together they would meet in the middle, where neither was."""
    apart = [reading(name, value, 0.02, "mythos_chips") for name, value in (("few", 3e5), ("many", 7e5))]
    with pytest.raises(UntrustworthyError, match="few and many contradict each other"):
        condition(published, counting([*apart, reading("fine", 1.5, 0.5)]))


def test_an_item_that_the_others_rule_out_is_named() -> None:
    agreeing = [reading(f"sharp-{index}", 2.0, 0.03) for index in range(3)]
    expected = r"items conflict: .* contradict each other or the rest \(.*odd-one: 0\.8 observed, 90% interval 1\."
    with pytest.raises(UntrustworthyError, match=expected):
        condition(twin_question(50_000), counting([*agreeing, reading("odd-one", 0.8, 0.05)]))


def test_items_somewhat_apart_are_weighed_against_each_other() -> None:
    """Three standard deviations of their difference are rare, and counted; four are beyond `UNLIKELY`."""
    gap = float(np.hypot(0.1, 0.1))
    low, near, far = (reading(name, 1.5 * np.exp(z * gap), 0.1) for name, z in (("low", 0), ("near", 3), ("far", 4)))
    assert condition(twin_question(50_000), counting([low, near]), "importance").engine == "importance"
    with pytest.raises(UntrustworthyError, match="low and far contradict each other"):
        condition(twin_question(50_000), counting([low, far]), "importance")


@pytest.mark.parametrize(("both_sides", "weight"), [(2e-3, 1.0), (5e-4, 0.5)])
def test_a_surprise_is_not_a_conflict(both_sides: float, weight: float) -> None:
    """A reading that is rare under its prediction is counted; one that is rarer by half its weight."""
    condition(twin_question(20_000), counting([far_out(both_sides, weight)]), "importance")


def test_what_next_to_nothing_predicts_is_a_conflict() -> None:
    """Against the lognormal prediction in closed form: its tail, and what is said to have been expected."""
    with pytest.raises(UntrustworthyError, match="far: hardly possible under the prior") as refusal:
        condition(twin_question(20_000), counting([far_out(5e-4)]), "importance")
    said = r"p = ([\d.e-]+); ([\d.]+) observed, 90% interval ([\d.]+) to ([\d.]+) expected"
    found = re.search(said, str(refusal.value))
    assert found is not None
    p, seen, low, high = map(float, found.groups())
    assert abs(p - 5e-4) < widest(float(np.sqrt(2.0 * 5e-4 / ESCALATED_DRAWS))) + 0.5e-5  # shown with two digits
    assert seen == pytest.approx(PREDICTED.isf(0.5 * 5e-4), rel=5e-3)  # with three
    for level, end in ((0.05, low), (0.95, high)):
        least, most = PREDICTED.ppf(ranks(level, ESCALATED_DRAWS))
        assert least - 0.5e-2 * end < end < most + 0.5e-2 * end  # shown with three digits


def test_what_is_not_counted_is_said(asked: Question) -> None:
    answer = condition(asked, choose_evidence(asked, "eci-lag", None, ()), "importance")
    assert "set aside: microsoft-slide (not asked for)" in answer.notes
    early = replace(asked, as_of=asked.assumptions.table.day("article_day"))
    hindsight = choose_evidence(early, "default", None, ())
    assert any("known since 2026-09-17, after" in aside.reason for aside in hindsight.set_aside)


def test_added_items_are_counted_and_can_be_left_out(asked: Question, tmp_path: Path) -> None:
    added = write_item(tmp_path, "capability_lag", "new-lag", observed__value=12.0)
    counted = choose_evidence(asked, "default", None, [added]).counted
    without = choose_evidence(asked, "default", None, [added], count_added=False).counted
    assert {item.id for item in counted} - {item.id for item in without} == {"new-lag"}
    assert [item.id for item in choose_evidence(asked, "none", None, [added]).counted] == ["new-lag"]
    assert choose_evidence(asked, "none,new-lag", None, [added], count_added=False).counted == ()


def test_quasi_random_draws_keep_their_weights_when_quantities_join_them(asked: Question) -> None:
    question = replace(asked, quasi_random=True, draws=4_096)
    source = PriorDraws(question)
    extended = source.extended({"rl_ratio": question.assumptions.beliefs["rl_ratio"]})

    def evaluate(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {"ready": ready_under(question, values), "rl_ratio": values.get("rl_ratio", np.zeros(1))}

    before, after = source.map(lambda values: {"ready": ready_under(question, values)}), extended.map(evaluate)
    np.testing.assert_array_equal(before["ready"], after["ready"])
    belief = question.assumptions.beliefs["rl_ratio"]
    assert stats.kstest(belief.cdf(after["rl_ratio"]), "uniform").pvalue > 1e-6


def test_posterior_draws_are_not_redrawn_from_the_prior(asked: Question) -> None:
    stored = StoredDraws({"mfu_china": np.full(10, 0.2)}, Weighting(10), 1)
    beliefs = {name: asked.assumptions.beliefs[name] for name in ("mfu_china", "rl_ratio")}
    assert (stored.extended(beliefs).values["mfu_china"] == 0.2).all()
    assert set(stored.extended(beliefs).values) == {"mfu_china", "rl_ratio"}


@pytest.mark.parametrize("seed", range(20))
def test_systematic_resampling_takes_each_draw_as_often_as_its_weight_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.exponential(size=50) ** 3
    positions = systematic(weights, 400, rng)
    expected = 400 * weights / weights.sum()
    counts = np.bincount(positions, minlength=50)
    assert (np.diff(positions) >= 0).all()
    assert (counts >= np.floor(expected - 1e-9)).all()
    assert (counts <= np.ceil(expected + 1e-9)).all()


def test_resampled_draws_stand_for_the_same_posterior(answer: Posterior) -> None:
    assert isinstance(answer.source, ReweightedPrior)
    stored, positions = answer.source.resampled(8_000, np.random.default_rng(1))
    ready = answer.source.map(lambda values: {"ready": ready_under(answer.question, values)})["ready"]
    np.testing.assert_array_equal(ready_under(answer.question, stored.values), ready[positions])
    whole = Distribution(ready, answer.source.weighting)
    kept = Distribution(ready[positions], stored.weighting)
    for p in (0.05, 0.5, 0.95):
        assert abs(kept.quantile_value(p) - whole.quantile_value(p)) < widest(kept.quantile(p).mcse)


def test_effective_draws_of_resampled_chains_are_those_of_the_weights() -> None:
    """Copies of a draw are neighbours, which is what the effective number of chains looks for.

    For a variable that has nothing to do with the weights the two numbers estimate one thing: the sum of squared
    counts, that is resampling's own rounding included.
    """
    rng = np.random.default_rng(4)
    ratios, blind = [], []
    for stream in rng.spawn(20):
        weights = stream.exponential(size=20_000) ** 2
        positions = systematic(weights, 4_000, stream)
        values = stream.normal(size=20_000)[positions]
        counts = np.bincount(positions)
        expected = 4_000**2 / (counts**2.0).sum()
        ratios.append(Weighting(4_000, chains=4).effective_draws(values) / expected)
        blind.append(4_000 / expected)
    error = float(np.std(ratios, ddof=1)) / math.sqrt(len(ratios))
    assert abs(np.mean(ratios) - 1.0) < widest(error, len(ratios) - 1)
    assert np.mean(blind) - 1.0 > widest(error, len(ratios) - 1)  # whoever took copies for draws would be seen


def shift_cases() -> list[tuple[str, Callable[[Path], Path]]]:
    return [
        ("capability_lag", lambda folder: write_item(folder, "capability_lag", "new-lag", observed__value=14.0)),
        (
            "quantity_reading",
            lambda folder: write_item(
                folder,
                "quantity_reading",
                "new-ratio",
                observed={"value": 1.5, "quantity": "rl_ratio"},
            ),
        ),
        (
            "nothing",  # that the date depends on
            lambda folder: write_item(
                folder,
                "quantity_reading",
                "new-share",
                observed={"value": 0.3, "quantity": "distilled_share"},
                likelihood={"sd": 1.0},
            ),
        ),
    ]


@pytest.fixture(scope="module")
def without(asked: Question) -> Callable[[bool], Posterior]:
    """The forecast before anything is added, whatever is added then."""
    return cache(
        lambda quasi_random: posterior(Request(replace(asked, quasi_random=quasi_random), engine="importance"))
    )


@pytest.mark.parametrize(("kind", "write"), shift_cases())
@pytest.mark.parametrize("quasi_random", [pytest.param(False, marks=pytest.mark.slow), True])
def test_what_an_added_item_moved_is_the_difference_of_two_forecasts(
    kind: str,
    write: Callable[[Path], Path],
    quasi_random: bool,
    asked: Question,
    without: Callable[[bool], Posterior],
    tmp_path: Path,
) -> None:
    request = Request(replace(asked, quasi_random=quasi_random), engine="importance", added=(write(tmp_path),))
    drawn = posterior(request)
    with_it, moved = drawn.ready, moved_by_added(drawn, request)
    before = without(quasi_random).ready
    degrees = drawn.source.weighting.replicates - 1
    for p, shift in moved.shifts.items():
        difference = with_it.quantile_value(p) - before.quantile_value(p)
        # each of the two forecasts draws from a proposal of its own
        slack = widest(float(np.hypot(with_it.quantile(p).mcse, before.quantile(p).mcse)), degrees)
        assert abs(shift.value - difference) < slack
        # draws that both share are few enough for one of them to be worth a second forecast's time: `ENOUGH` of the
        # other's bound the error, as far as squared errors of so many replicates tell, the forecasts' two together
        chance = stats.f.isf(FALSE_ALARM, degrees, 2 * degrees)
        shared = math.sqrt(chance * 0.5 * (1.0 + 1.0 / ENOUGH))
        assert 0.0 < shift.mcse <= shared * np.hypot(with_it.quantile(p).mcse, before.quantile(p).mcse)
    assert moved.beyond_noise or kind != "capability_lag"
    middle = moved.shifts[0.5]
    assert kind != "nothing" or abs(middle.value) < widest(middle.mcse, degrees)
    assert len(moved.items) == 1


def test_what_the_evidence_moved_is_the_difference_from_the_prior(asked: Question, answer: Posterior) -> None:
    moved = moved_by_evidence(answer)
    prior = prior_of(asked).ready
    assert moved.before is not None
    before, expected = moved.before.quantile(0.5), prior.quantile(0.5)
    assert before.value == pytest.approx(expected.value, abs=widest(np.hypot(before.mcse, expected.mcse)))
    assert moved.shifts[0.5].value == pytest.approx(answer.ready.quantile_value(0.5) - before.value)
    assert moved.beyond_noise


def test_an_item_known_only_later_moves_nothing(asked: Question, tmp_path: Path) -> None:
    late = write_item(tmp_path, "capability_lag", "late-lag", observed__value=14.0)
    early = replace(asked, as_of=asked.assumptions.table.day("article_day"))
    request = Request(early, engine="importance", added=(late,))
    moved = moved_by_added(posterior(request), request)
    assert moved.items == ()
    assert movement_as_json(moved)["note"] == "no added item is counted: all are known only later"


def test_what_cannot_be_reweighted_is_conditioned_apart(asked: Question, tmp_path: Path, monkeypatch) -> None:
    added = write_item(tmp_path, "capability_lag", "new-lag", observed__value=14.0)
    request = Request(asked, engine="importance", added=(added,))
    drawn = posterior(request)
    ready = drawn.ready
    reweighted = moved_by_added(drawn, request)
    shared = reweighted.shifts[0.5]
    monkeypatch.setattr(
        "catchup.analysis.studies.movement.weights_given",
        lambda log_likelihood, prior: replace(weights_given(log_likelihood, prior), khat=0.8),
    )
    apart = moved_by_added(drawn, request)
    assert apart.before is not None
    assert abs(apart.shifts[0.5].value - shared.value) < widest(float(np.hypot(apart.shifts[0.5].mcse, shared.mcse)))
    errors = [ready.quantile(0.5).mcse, apart.before.quantile(0.5).mcse]
    assert apart.shifts[0.5].mcse == pytest.approx(float(np.hypot(*errors)))
    assert reweighted.before is not None
    assert errors[1] < reweighted.before.quantile(0.5).mcse  # the other side is drawn where its posterior is

    def refuse(*_: Any, **__: Any) -> None:
        raise UntrustworthyError("no draws")

    monkeypatch.setattr("catchup.analysis.studies.movement.condition", refuse)
    assert "without new-lag the forecast cannot be trusted" in moved_by_added(drawn, request).note


def test_log_evidence_is_the_mean_likelihood(asked: Question, answer: Posterior) -> None:
    assert isinstance(answer.source, ReweightedPrior)
    columns = likelihoods(answer.question, answer.source, answer.selection.counted)
    ratios = np.exp(answer.source.prior.log_ratios + sum(columns.values()))
    assert answer.log_evidence.value == pytest.approx(float(np.log(ratios.mean())), rel=1e-9)
    plain = likelihoods(answer.question, prior_for(answer.question, answer.items), answer.items)
    of_prior = log_mean(total(plain), Weighting(asked.draws)).estimate
    error = float(np.hypot(answer.log_evidence.mcse, of_prior.mcse))
    assert abs(answer.log_evidence.value - of_prior.value) < widest(error)
    assert answer.log_evidence.mcse < 0.5 * of_prior.mcse  # what four times as many plain draws would give


def test_a_shift_too_small_to_be_shown_is_no_shift_beyond_its_error(asked: Question, answer: Posterior) -> None:
    tiny = Movement(("x",), answer.ready, {0.5: Estimate(-1e-4, 1e-6)})
    assert tiny.beyond_noise
    within = Movement(("x",), answer.ready, {0.5: Estimate(1e-4, 1e-3)})
    assert not within.beyond_noise
    for movement in (tiny, within):
        assert movement_text(asked, "x", movement).startswith("x moved the median by less than 0.01 months, from ")


def test_a_shift_of_the_tail_alone_is_said(asked: Question, answer: Posterior) -> None:
    noise, late, none = Estimate(-1e-3, 2e-2), Estimate(2.5, 0.1), Estimate(0.0, 0.0)
    said = movement_text(asked, "x", Movement(("x",), answer.ready, {0.05: none, 0.5: noise, 0.95: late}))
    assert "by +0.00 ± 0.02 months" in said
    assert said.endswith("within noise; the 95% date by +2.50 ± 0.10")
    unmoved = movement_text(asked, "x", Movement(("x",), answer.ready, dict.fromkeys((0.05, 0.5, 0.95), none)))
    assert unmoved == f"x did not move the median, {day_text(asked, answer.ready.quantile_value(0.5))}"


def test_the_command_says_what_an_added_item_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    added = write_item(tmp_path, "capability_lag", "new-lag", observed__value=14.0)
    arguments = ["forecast", "--as-of", DAY.isoformat(), "--draws", "50000", "--engine", "importance"]
    arguments += ["--add", str(added), "--model", "article"]
    assert run(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("The evidence moved the median by -") for line in lines)
    moved = next(line for line in lines if line.startswith("new-lag moved the median by +"))
    assert moved.endswith("beyond noise")
    assert run([*arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["added"]["items"] == ["new-lag"]
    assert printed["added"]["beyond_noise"] is True
    assert set(printed["added"]["shift"]) == {"0.05", "0.5", "0.95"}
    assert printed["moved_by_evidence"]["shift"]["0.5"]["months"] < 0.0


def test_impossible_evidence_exits_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = write_item(tmp_path, "compute_reading", "odd-reading", **impossible())
    assert run(["forecast", "--json", "--draws", "20000", "--model", "article", "--add", str(odd)]) == 1
    captured = capsys.readouterr()
    assert "odd-reading: hardly possible under the prior" in captured.err + captured.out
    assert "Traceback" not in captured.err


def test_an_added_file_that_is_none_is_bad_input(asked: Question, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        choose_evidence(asked, "default", None, [tmp_path / "absent.toml"])


@pytest.mark.slow
def test_nuts_without_evidence_samples_the_prior(asked: Question) -> None:
    """The sampler, asked of no evidence, has to find the prior again."""
    question = replace(asked, draws=40_000)
    drawn = posterior(Request(question, evidence="none", engine="nuts"))
    assert drawn.engine == "nuts"
    sampled, prior = drawn.ready, prior_of(replace(question, draws=1_000_000)).ready
    for p in (0.05, 0.25, 0.5, 0.75, 0.95):
        error = float(np.hypot(sampled.quantile(p).mcse, prior.quantile(p).mcse))
        assert abs(sampled.quantile(p).value - prior.quantile(p).value) < widest(error)


@pytest.mark.parametrize(("diverging", "asked"), [(1, [None]), (2, [None, SMALL_STEPS])])
def test_too_many_divergences_are_met_with_smaller_steps(
    diverging: int, asked: list[float | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 1,000 transitions one may diverge; more than that, and the chains are run again."""
    steps: list[float | None] = []

    def sample(*_: object, acceptance: float | None = None, **__: object) -> xr.DataTree:
        steps.append(acceptance)
        flags = np.arange(1_000).reshape(4, 250) < diverging
        return xr.DataTree.from_dict({"sample_stats": xr.Dataset({"diverging": (("chain", "draw"), flags)})})

    monkeypatch.setattr(CompiledPosterior, "sample", sample)
    CompiledPosterior.__new__(CompiledPosterior).sample_carefully(1_000, 1)
    assert steps == asked
