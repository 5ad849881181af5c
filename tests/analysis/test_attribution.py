"""What moved between two forecasts: the way leads from what one command answers to what another does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from false_alarms import widest
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.diagnostics import UntrustworthyError
from catchup.analysis.inference.estimates import ZERO, Distribution, Estimate
from catchup.analysis.inference.inputs import inputs_of
from catchup.analysis.inference.probabilities import HEADLINE
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.snapshot import Snapshot
from catchup.analysis.presentation.tables.attribution import layout
from catchup.analysis.studies import attribution
from catchup.analysis.studies.attribution import Attribution, Change, Step, attribute
from catchup.analysis.studies.reasons import running_program
from catchup.evidence.schema import Item
from catchup.evidence.selection import Selection
from catchup.model.assumptions import Assumptions, load_assumptions
from item_cases import impossible, item, reading

DAY, EARLIER = date(2026, 11, 21), date(2026, 11, 14)
REFERENCE = date(2027, 12, 31)
HERE = running_program()
SHARP = 0.02  # natural log
SEEDS, FALSE_ALARM = 100, 1e-4
DRAWS = 50_000


@pytest.fixture(scope="module")
def question(assumptions: Assumptions) -> Question:
    return Question(assumptions, DAY, draws=DRAWS)


@pytest.fixture(scope="module")
def sharp(assumptions: Assumptions) -> list[Item]:
    """Two readings that nothing speaks against, each of a value that the prior thought of."""
    places = {"algorithmic_progress": 0.3, "post_training_months": 0.8}
    return [
        reading(f"sharp-{number}", float(assumptions.beliefs[name].quantile(p)), SHARP, name)
        for number, (name, p) in enumerate(places.items())
    ]


@pytest.fixture(scope="module")
def lag() -> Item:
    return item("capability_lag", "lag")


def asked(question: Question, items: Sequence[Item]) -> Distribution:
    """What `forecast` answers."""
    return condition(question, Selection(counted=tuple(items))).ready


def snapshot(question: Question, items: Sequence[Item], recorded: Distribution | None = None) -> Snapshot:
    quantiles = {} if recorded is None else {p: recorded.quantile(p) for p in HEADLINE}
    end = question.assumptions.calendar.months_by(REFERENCE)
    chances = {} if recorded is None else {REFERENCE: recorded.probability_below(end)}
    inputs = inputs_of(question.assumptions, items)
    return Snapshot(
        question, {one.id: one for one in items}, inputs, HERE.version, quantiles, code=HERE.code, probabilities=chances
    )


def adds_up(found: Attribution) -> None:
    for p in HEADLINE:
        whole = found.total.shifts[p].value
        assert math.fsum(step.shifts[p].value for step in found.steps) == pytest.approx(whole, abs=1e-9)
        assert found.after[p] - found.before[p] == pytest.approx(whole, abs=1e-9)
    parts = math.fsum(step.probability.value for step in found.steps)
    assert parts == pytest.approx(found.total.probability.value, abs=1e-9)


def test_sharp_items_end_where_the_forecast_does(question: Question, sharp: list[Item]) -> None:
    first, last = asked(question, []), asked(question, sharp)
    found = attribute(snapshot(question, [], first), snapshot(question, sharp, last))
    assert [step.id for step in found.steps] == ["added:sharp-0", "added:sharp-1"]  # and nothing is left over
    adds_up(found)
    for p in HEADLINE:
        assert found.before[p] == pytest.approx(first.quantile_value(p), abs=1e-9)
        assert found.after[p] == pytest.approx(last.quantile_value(p), abs=1e-9)
    middle = asked(question, sharp[:1])
    for step, (before, after) in zip(found.steps, ((first, middle), (middle, last)), strict=True):
        error = math.hypot(before.quantile(0.5).mcse, after.quantile(0.5).mcse)
        own = after.quantile_value(0.5) - before.quantile_value(0.5)
        assert abs(step.shifts[0.5].value - own) < widest(error)
        assert step.shifts[0.5].mcse < 0.05
        assert step.khat < 0.7
        assert step.ess > 1_000


def test_days_pass_on_shared_draws(question: Question, lag: Item) -> None:
    """What a week changes is far less than either forecast's error, and is seen."""
    earlier, items = replace(question, as_of=EARLIER), [lag, item("not_yet", "silence")]
    first, last = (asked(one, items) for one in (earlier, question))
    found = attribute(snapshot(earlier, items, first), snapshot(question, items, last))
    assert {step.id for step in found.steps} == {"time", "noise"}
    adds_up(found)
    steps = {step.id: step.shifts[0.5] for step in found.steps}
    assert steps["time"].mcse < 0.4 * last.quantile(0.5).mcse
    assert abs(steps["noise"].value) < widest(steps["noise"].mcse)


def test_what_lies_between_and_cannot_be_trusted_is_told_as_one_step(question: Question) -> None:
    """Two readings of one quantity, both changed alike: with one changed and the other not, they contradict."""
    low, high = (
        [reading(name, value, SHARP) for name in ("one", "two")]
        for value in question.assumptions.beliefs["post_training_months"].quantile(np.array([0.1, 0.9]))
    )
    with pytest.raises(UntrustworthyError):
        asked(question, [high[0], low[1]])
    found = attribute(snapshot(question, low), snapshot(question, high))
    assert [step.id for step in found.steps] == ["changed:one+changed:two"]
    assert "cannot be trusted" in found.steps[0].title
    adds_up(found)


def test_a_forecast_that_cannot_be_trusted_is_not_taken_apart(question: Question, lag: Item) -> None:
    odd = item("compute_reading", "odd", **impossible())
    for before, after in (([lag], [lag, odd]), ([odd], [lag])):
        with pytest.raises(UntrustworthyError, match="odd"):
            attribute(snapshot(question, before), snapshot(question, after))


@pytest.fixture(scope="module")
def published(question: Question, lag: Item) -> Snapshot:
    return snapshot(question, [lag], asked(question, [lag]))


def moved(recorded: Snapshot, errors: float, **changes: str) -> Snapshot:
    """The same forecast, published later by so many of its errors, and less probable by as many."""
    quantiles = {p: Estimate(q.value + errors * q.mcse, q.mcse) for p, q in recorded.recorded.items()}
    chances = {day: Estimate(q.value - errors * q.mcse, q.mcse) for day, q in recorded.probabilities.items()}
    return replace(recorded, recorded=quantiles, probabilities=chances, **changes)


@pytest.mark.parametrize(
    ("errors", "changes", "ends"),
    [
        (0.0, {}, ["", ""]),
        (1.0, {}, ["noise-before", "noise-after"]),
        (1.0, {"engine": "nuts"}, ["noise-before", "noise-after"]),
        (20.0, {}, ["unexplained-noise-before", "unexplained-noise-after"]),
        (20.0, {"engine": "nuts"}, ["unexplained-noise-before", "unexplained-noise-after"]),
        (1.0, {"version": "0"}, ["version", "version"]),
        (20.0, {"version": "0"}, ["version", "version"]),
        (20.0, {"code": "b" * 8}, ["version", "version"]),
        (20.0, {"code": ""}, ["unexplained-noise-before", "unexplained-noise-after"]),
    ],
)
def test_what_is_left_over_is_called_noise_where_it_can_be(
    published: Snapshot, errors: float, changes: dict[str, str], ends: list[str]
) -> None:
    other = moved(published, errors, **changes)
    for end, (before, after) in zip(ends, ((other, published), (published, other)), strict=True):
        found = attribute(before, after)
        assert [step.id for step in found.steps] == ([end] if end else [])
        adds_up(found)
        chances = [one.probabilities[REFERENCE].value for one in (before, after)]
        assert found.total.probability.value == pytest.approx(chances[1] - chances[0], abs=1e-9)
        assert (found.total.probability.value == 0.0) == (errors == 0.0)


def test_what_another_program_made_of_both_is_one_step(published: Snapshot) -> None:
    """What is the same in both cancels, and neither chance nor what is not explained is blamed for it."""
    one, other = (moved(published, errors, code="b" * 8) for errors in (20.0, 21.0))
    found = attribute(one, other)
    assert [(step.id, step.title) for step in found.steps] == [
        ("version", f"another state of the program made both, bbbbbbbb (here: {HERE.code[:8]})")
    ]
    assert found.steps[0].shifts[0.5].value == pytest.approx(published.recorded[0.5].mcse)
    adds_up(found)
    (newer,) = attribute(one, replace(other, code="c" * 8)).steps
    assert newer.title == f"another state of the program, bbbbbbbb to cccccccc (here: {HERE.code[:8]})"
    (version,) = attribute(replace(one, version="0.0.1"), other).steps
    assert version.title == f"another version of the program, 0.0.1 to {HERE.version}"


def test_a_probability_that_no_forecast_has_published_is_no_figure(published: Snapshot) -> None:
    """Of a day that lies beyond those of the one; where that published what it gives now, it is worked out."""
    silent = replace(moved(published, 20.0, code="b" * 8), probabilities={})
    found = attribute(silent, published)
    assert math.isnan(found.total.probability.value)
    table = layout(found).tables[0]
    (column,) = [column for column in table.columns if column.path == ("probability",)]
    assert [column.text(row) for row in table.rows] == ["", ""]
    assert column.value(found.total) == {"value": None, "mcse": None}
    same = attribute(replace(published, probabilities={}), published)
    assert same.total.probability.value == 0.0


def test_what_rounding_leaves_of_nothing_is_no_step(published: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums in another order differ in their last digits, by more than the error that such draws would have."""
    dust = Estimate(1e-15, 5e-17)
    monkeypatch.setattr(attribution, "quantile_shift", lambda *_: dust)
    found = attribute(published, replace(published, question=replace(published.question, as_of=EARLIER), recorded={}))
    assert [step.id for step in found.steps] == ["time"]
    assert found.total.noise
    assert found.steps[0].noise


@pytest.mark.parametrize(
    ("outer", "ends"), [(Estimate(1e-15, 1e-17), ["noise-after"]), (Estimate(0.5, 0.1), ["unexplained-noise-after"])]
)
def test_dust_beside_noise_is_not_called_unexplained(outer: Estimate, ends: list[str], published: Snapshot) -> None:
    shifts = {0.05: outer, 0.5: Estimate(0.3, 0.1), 0.95: ZERO}
    found = attribution._by_chance(Step((Change("noise-after"),), "Monte Carlo noise", shifts, ZERO))
    assert [step.id for step in found] == ends


def test_the_whole_shift_is_that_of_common_random_numbers(question: Question) -> None:
    """Draws of two priors that differ in one quantity have the ranks of all others in common."""
    other = replace(question, assumptions=load_assumptions(["progress-amodei"], model=question.assumptions.model))
    first, last = asked(question, []), asked(other, [])
    found = attribute(snapshot(question, [], first), snapshot(other, [], last))
    apart = math.hypot(first.quantile(0.5).mcse, last.quantile(0.5).mcse)
    assert 0.0 < found.total.shifts[0.5].mcse < math.sqrt(0.5) * apart, "half the variance at least is shared"


def test_the_reference_day_counts_until_its_end(question: Question, lag: Item) -> None:
    first, last = asked(question, []), asked(question, [lag])
    found = attribute(snapshot(question, [], first), snapshot(question, [lag], last))
    calendar, day = question.assumptions.calendar, found.reference_day
    end = calendar.months(day + timedelta(days=1))
    moved = last.probability_below(end).value - first.probability_below(end).value
    assert found.total.probability.value == pytest.approx(moved, abs=1e-12)
    assert calendar.months_by(day) == end
    without = calendar.months(day)
    short = last.probability_below(without).value - first.probability_below(without).value
    assert abs(moved - short) > 1e-6, "the day itself would otherwise make no difference"


@pytest.mark.slow
def test_errors_of_steps_are_honest(question: Question, lag: Item) -> None:
    """Shifts of as many seeds spread as their errors say, on shared draws and on common random numbers alike."""
    silence = item("not_yet", "silence")
    found: dict[str, list[Estimate]] = {}
    for seed in range(SEEDS):
        now = replace(question, draws=8_192, seed=seed)
        earlier = replace(now, as_of=EARLIER)
        told = attribute(snapshot(earlier, [silence]), snapshot(now, [silence, lag]))
        for step in (*told.steps, told.total):
            found.setdefault(step.id, []).append(step.shifts[0.5])
    assert set(found) >= {"time", "added:lag", "total"}
    for name, shifts in found.items():
        count = len(shifts)
        if count < SEEDS // 2:
            continue
        ratio = np.var([shift.value for shift in shifts], ddof=1) / np.mean([shift.mcse**2 for shift in shifts])
        low, high = stats.chi2(count - 1).ppf([FALSE_ALARM / 2.0, 1.0 - FALSE_ALARM / 2.0]) / (count - 1)
        assert low < ratio < high, name
