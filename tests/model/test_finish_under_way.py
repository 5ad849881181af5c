"""Post-training under way when circumstances change: what has ended stands, and a share that is done stays done."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode

import race_oracle
from catchup.model import equations, gate_operation
from catchup.model.assumptions import DEFAULT_EVENT, Assumptions, load_assumptions, multiple_name, under_scenario
from catchup.model.change import Change
from catchup.model.forward import change_from, outcome
from catchup.model.generative import Outcome, World, describe_world, run_race
from catchup.model.policies import apply_lever
from catchup.priors.layers import Layer
from model_cases import draw

DAY = date(2027, 3, 1)
LATER = 1.5  # months, after which circumstances change once more
MONTHS = "post_training_months"
SHORTEST, LONGEST = 1.0, 8.0  # months of post-training that are tried
ROUNDING = 2.0 * np.finfo(float).eps  # a date is a difference and a sum of positive numbers
PLAIN = Mode(linker="py", optimizer=None)
Values = dict[str, Any]


def tried(draws: int, seed: int) -> list[np.ndarray]:
    """Months of post-training until the day, from then on, and from the later one on."""
    return list(np.random.default_rng(seed).uniform(SHORTEST, LONGEST, (3, draws)))


def raced(assumptions: Assumptions, values: Values, months: list[np.ndarray]) -> list[Outcome]:
    """The race as it was, after one change of post-training, and after two."""
    day = assumptions.calendar.months(DAY)
    found = [outcome(assumptions, {**values, MONTHS: months[0]})]
    for month, now in zip((day, day + LATER), months[1:], strict=True):
        change = change_from(month, found[-1][0], {DEFAULT_EVENT: found[-1][1]})
        found.append(outcome(assumptions, {**values, MONTHS: now}, change=change, as_of_month=month))
    return [each for _, each in found]


def test_the_rest_is_done_at_the_pace_of_its_day(article: Assumptions) -> None:
    """Draw by draw, post-training is worked off step by step, from the ends of the plain twin's runs."""
    values, months = draw(article, article.needed(), 60, seed=11), tried(60, seed=12)
    found, day = raced(article, values, months), article.calendar.months(DAY)
    # A run is launched up to a step late; each change is noticed up to a step late, in which at most 1 / SHORTEST of
    # the work a month is counted wrongly, made good at LONGEST at worst; and the last step is counted whole.
    within = race_oracle.STEP * (2.0 + 2.0 * LONGEST / SHORTEST)
    under_way = 0
    for number in range(60):
        each = {name: float(column[number]) for name, column in values.items()}
        own = [float(column[number]) for column in months]
        first = race_oracle.ready_in(article, {**each, MONTHS: 0.0}, None)
        for outcomes, changes in zip(found, ([], [day], [day, day + LATER]), strict=True):
            by_hand = worked_off(first, own[: len(changes) + 1], changes)
            assert abs(by_hand - outcomes.ready[number]) <= within
        under_way += first < day < first + own[0]
    assert under_way > 5


def worked_off(since: float, months: list[float], changes: list[float]) -> float:
    """When post-training ends that is done in small steps, each at the pace of its day."""
    time, done = since, 0.0
    while done < 1.0:
        done += race_oracle.STEP / months[sum(time >= change for change in changes)]
        time += race_oracle.STEP
    return time


@pytest.mark.parametrize("model", ["article", "current"])
def test_no_quantity_that_changes_moves_what_was_ready(model: str) -> None:
    assumptions = load_assumptions(model=model)
    month, values = assumptions.calendar.months(DAY), draw(assumptions, assumptions.needed(), 1_000, seed=13)
    world, before = outcome(assumptions, values, as_of_month=month)
    change = change_from(month, world, {DEFAULT_EVENT: before})
    past = before.ready < month
    assert 0.1 < past.mean() < 0.9
    moved = 0
    for name, factor in ((name, factor) for name in values for factor in (0.5, 1.5)):
        now = outcome(assumptions, {**values, name: values[name] * factor}, change=change, as_of_month=month)[1]
        np.testing.assert_allclose(now.ready[past], before.ready[past], rtol=ROUNDING, err_msg=name)
        assert (now.ready[~past] >= month * (1.0 - ROUNDING)).all(), name
        moved += not np.array_equal(now.ready, before.ready)
    assert moved > 10


def test_an_obstacle_of_a_scenario_holds_up_what_is_not_done() -> None:
    """A scenario of one's own brings in half a year of red tape after training, as an overlay file would."""
    rows = {
        "title": "Approval",
        "obstacle": {"approval": {"title": "Approval", "acts": "serving", "quantity": "approval_months"}},
        "quantity": {
            "approval_months": {
                "family": "fixed", "value": 6.0, "unit": "months", "description": "Approval", "sources": ["project"]
            }
        },
    }  # fmt: skip
    base = load_assumptions([Layer.of({"scenario": {"approval": rows}}, file="own.toml")])
    laid, month = under_scenario(base, "approval"), base.calendar.months(DAY)
    values = draw(base, base.needed(), 1_000, seed=14)
    world, before = outcome(base, values, as_of_month=month)
    change = change_from(month, world, {DEFAULT_EVENT: before})
    after = outcome(laid, {**values, "approval_months": np.full(1_000, 6.0)}, change=change, as_of_month=month)[1]
    for firm, run in before.contenders.items():
        now, ended, begun = after.contenders[firm], run.ready <= month, run.pretrained < month
        np.testing.assert_array_equal(now.ready[ended], run.ready[ended])
        added = (now.post_training - run.post_training)[~ended]
        left = np.where(begun, (run.ready - month) / run.post_training, 1.0)[~ended]
        # a difference of months of post-training, each below a million: the start-ups' last as long in a few draws
        np.testing.assert_allclose(added, 6.0 * left, rtol=1e-9, atol=1e6 * np.finfo(float).eps)
    assert 0.0 < np.mean(before.ready < month) < 1.0


def test_a_lever_leaves_post_training_to_the_digit(article: Assumptions) -> None:
    values = draw(article, article.needed(), 500, seed=15)
    lever = apply_lever(article.levers["remote-revoked"], article.race, article.calendar.months(DAY))
    found = outcome(article, values, intervention=lever)[1]
    assert found.post_training is values[MONTHS]


def test_in_a_graph_it_is_the_same(article: Assumptions) -> None:
    """The same race over PyTensor's variables, in turn, at the numbers of each draw."""
    draws = 40
    values, months = draw(article, article.needed(), draws, seed=16), tried(draws, seed=17)
    names = list(values)
    inputs = {name: pt.dscalar(name) for name in names}
    stages = [pt.dscalar(f"stage {number}") for number in range(3)]
    day = article.calendar.months(DAY)

    def race(stage: Any, change: Change | None) -> tuple[World, Outcome]:
        given = {**inputs, MONTHS: stage}
        world = describe_world(pt, article, given)
        multiples = {DEFAULT_EVENT: given[multiple_name(DEFAULT_EVENT)]}
        found = run_race(pt, article, world, multiples, given, gate_operation.launch_and_pool, change=change)
        return world, found[DEFAULT_EVENT]

    found = [race(stages[0], None)]
    for month, stage in zip((day, day + LATER), stages[1:], strict=True):
        found.append(race(stage, change_from(month, found[-1][0], {DEFAULT_EVENT: found[-1][1]})))
    outputs = [each.ready for _, each in found]
    variables = [inputs[name] for name in names if name != MONTHS]
    function = pytensor.function([*variables, *stages], outputs, mode=PLAIN, on_unused_input="ignore")
    rows = [values[name] for name in names if name != MONTHS] + months
    in_graph = np.array([function(*row) for row in zip(*rows, strict=True)])
    over_arrays = np.array([each.ready for each in raced(article, values, months)]).T
    np.testing.assert_allclose(in_graph, over_arrays, rtol=1e-9)


def test_it_has_a_slope_on_either_side_of_the_change() -> None:
    """Of a length before and after: a share that is done weighs the former, the rest the latter."""
    before, after = pt.dscalars("before", "after")
    months = equations.post_training_after_change(pt, 10.0, before, before, after, 11.0)
    slopes = pytensor.function([before, after], pt.grad(months, [before, after]), mode=PLAIN)
    # p = 1 + (p0 - 1) p1 / p0 with a month passed: the slopes are p1 / p0^2 and 1 - 1 / p0
    np.testing.assert_allclose(slopes(4.0, 6.0), [6.0 / 16.0, 0.75])


def test_what_never_begins_takes_what_it_would_then() -> None:
    run = equations.post_training_after_change(np, np.array([np.inf, 3.0]), 2.0, 2.0, np.array([5.0, 5.0]), 3.0)
    np.testing.assert_array_equal(run, [5.0, 5.0])
    nothing = equations.post_training_after_change(np, np.array([2.0]), 0.0, 0.0, np.array([5.0]), 3.0)
    np.testing.assert_array_equal(nothing, [0.0])
