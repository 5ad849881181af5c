"""Recovery: intervals hold the truths that evidence was simulated from, as often as they promise."""

import dataclasses
import math
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from false_alarms import FALSE_ALARM
from recording import Add
from scipy import stats

from catchup.analysis.inference.conditioning import condition
from catchup.analysis.inference.diagnostics import UNLIKELY, UntrustworthyError
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.studies.calibration import Calibration, calibrate, make_plan
from catchup.analysis.studies.calibration.plan import Plan
from catchup.analysis.studies.calibration.truths import simulate_truths
from catchup.evidence.schema import Item
from catchup.evidence.selection import Selection

TRUTHS = 500
PROMISES = (0.5, 0.9)
ASKED = ("ready", "pretrained", "mythos_flop", "algorithmic_progress", "rl_ratio", "benchmark_optimism_general")


def covers_as_promised(held: int, truths: int, promise: float) -> bool:
    low, high = stats.binom.interval(1.0 - FALSE_ALARM, truths, promise)
    return bool(low <= held <= high)


def assert_intervals_keep_their_promise(result: Calibration) -> None:
    for verdict in result.verdicts:
        for coverage in verdict.coverages:
            held = round(coverage.share * len(result.fits))
            assert covers_as_promised(held, len(result.fits), coverage.probability), (verdict.name, coverage)


def test_ranked_draws_hold_the_truth_as_often_as_they_promise(plan: Plan) -> None:
    assert_intervals_keep_their_promise(calibrate(plan, 200))


@pytest.mark.slow
def test_ranked_draws_hold_500_truths_as_often_as_they_promise(full_plan: Plan, record: Add) -> None:
    result = calibrate(full_plan, TRUTHS)
    for verdict in result.verdicts:
        for coverage in verdict.coverages:
            found = {"truths": len(result.fits), "promise": coverage.probability, "held": coverage.share}
            record("coverage-of-ranked-draws", quantity=verdict.name, **found)
    assert_intervals_keep_their_promise(result)


def held_by_files(plan: Plan) -> Plan:
    """The plan of those items in whose files another figure can be put: records of lags are as they were met."""
    return make_plan(plan.question, tuple(item for item in plan.items if item.kind.name != "lag_records"))


def test_items_that_have_seen_something_else_say_so(plan: Plan) -> None:
    plan = held_by_files(plan)
    truths = simulate_truths(plan, 0, 1)
    seen = {name: float(column[0]) for name, column in truths.observations.items()} | {"no-public-model": 1.0}
    changed = items_that_saw(plan.items, seen)
    for item in changed:
        assert item.observation(plan.clock) == pytest.approx(seen[item.id], rel=1e-12)
    for before, after in zip(plan.items, changed, strict=True):
        assert after.figures(plan.clock) == pytest.approx(before.figures(plan.clock))


@pytest.mark.slow
def test_forecasts_hold_500_truths_as_often_as_they_promise(plan: Plan, record: Add) -> None:
    """From a user's side: items with simulated figures, conditioned on by importance."""
    plan = held_by_files(plan)
    truths = simulate_truths(plan, 0, 2 * TRUTHS)
    silent = np.flatnonzero(truths.observations["no-public-model"] == 1.0)[:TRUTHS]  # what an item's file can say
    assert silent.size == TRUTHS
    held: Counter[tuple[str, float]] = Counter()
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=work_on, initargs=(plan,)) as pool:
        seen = [{name: float(column[row]) for name, column in truths.observations.items()} for row in silent]
        asked = list(pool.map(which_hold, seen, truths.tracked[silent], silent.tolist()))
    answered = [found for found in asked if found is not None]
    for found in answered:
        held.update(found)
    # a reading that hardly any truth leaves, or none given the other items, is refused as often as it comes
    refused = TRUTHS - len(answered)
    assert refused <= stats.binom.isf(FALSE_ALARM, TRUTHS, 2.0 * UNLIKELY * len(plan.items))
    counts = {(name, promise): held[name, promise] for name in ASKED for promise in PROMISES}
    for (name, promise), count in counts.items():
        record(
            "coverage-of-forecasts", quantity=name, truths=len(answered), promise=promise, held=count / len(answered)
        )
    for (name, promise), count in counts.items():
        assert covers_as_promised(count, len(answered), promise), (name, promise, count)


def work_on(plan: Plan) -> None:
    """Leave a process its plan, once for all its truths."""
    process["plan"] = plan


process: dict[str, Plan] = {}


def which_hold(seen: Mapping[str, float], tracked: np.ndarray, row: int) -> list[tuple[str, float]] | None:
    """Which quantities' intervals hold the truth that something was seen of; None where what was seen is refused."""
    plan = process["plan"]
    try:
        draws = posterior_of(plan, items_that_saw(plan.items, seen), seed=row + 10)
    except UntrustworthyError:
        return None
    return [
        (name, promise)
        for name in ASKED
        for promise in PROMISES
        if draws[name].quantile_value(0.5 - promise / 2.0)
        <= tracked[plan.tracked.index(name)]
        <= draws[name].quantile_value(0.5 + promise / 2.0)
    ]


def posterior_of(plan: Plan, items: list[Item], seed: int) -> dict[str, Distribution]:
    question = dataclasses.replace(plan.question, draws=20_000, seed=seed)
    # none is left out for its k-hat: which are would hang on the truths that they are to hold
    conditioned = condition(question, Selection(tuple(items), (), (), ()), "importance", refuse=False)
    columns = conditioned.source.map(lambda values: {name: plan.describe(values, items)[0][name] for name in ASKED})
    return {name: Distribution(columns[name], conditioned.source.weighting) for name in ASKED}


def items_that_saw(items: tuple[Item, ...], seen: Mapping[str, float]) -> list[Item]:
    """Items whose files would hold other figures, of the same precision."""
    changed = []
    for item in items:
        if item.kind.name == "compute_reading":
            factor = 10.0 ** seen[item.id] / item.observed.value
            low, high = item.observed.interval
            update = {"value": item.observed.value * factor, "interval": (low * factor, high * factor)}
        elif item.kind.name == "not_yet":
            update = {}
        else:
            update = {"value": math.exp(seen[item.id])}
        changed.append(dataclasses.replace(item, observed=item.observed.model_copy(update=update)))
    return changed
