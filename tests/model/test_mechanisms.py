"""Mechanisms: both forms of the race by each of them, against closed forms, a slow twin and finite differences."""

from __future__ import annotations

import itertools
import math
from datetime import date
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytest
from compiled_dates import CompiledDates
from hypothesis import given
from hypothesis import strategies as st
from own_rows import layer
from scipy import integrate

import race_oracle
from catchup.model import build_model, load_assumptions, set_intervention
from catchup.model.assumptions import DEFAULT_EVENT, Assumptions, multiple_name
from catchup.model.equations import experiment_bound_log_progress, logistic_months_arrived, slowed_log_progress
from catchup.model.forward import outcome
from catchup.model.mechanisms.own import LINEAR
from catchup.model.policies import apply_as_published, apply_lever
from catchup.priors import InputError
from model_cases import draw

WITHIN = 1e-9
QUICK = "FAST_COMPILE"
OUTPUTS = ["ready", "launch", "pool_at_launch", "requirement_at_launch", "run_length"]
PARTS = dict(zip(OUTPUTS[1:], ("launch", "pool", "requirement", "run_length"), strict=True))
DAY = date(2026, 11, 26)
OVERLAYS = [
    ["slowing-progress"],
    ["logistic-arrivals"],
    ["slowing-progress", "logistic-arrivals"],
    ["experiment-bound-progress"],
    ["moving-target"],
]
IDS = ["slowing", "logistic", "both", "experiment-bound", "moving-target"]
FEWER = [  # where each takes seconds: two mechanisms at once stand for each by itself
    pytest.param(each, id=name, marks=[] if name in ("both", "moving-target") else [pytest.mark.slow])
    for each, name in zip(OVERLAYS, IDS, strict=True)
]
STRAIGHT = {"progress": "constant", "arrivals": "linear"}


def some(assumptions: Assumptions, draws: int = 400, seed: int = 3) -> dict[str, np.ndarray]:
    return draw(assumptions, assumptions.needed(distillation=True), draws, seed)


def same_dates(assumptions: Assumptions, compiled: CompiledDates, values: dict, **options: Any) -> None:
    found = compiled(values)
    _, expected = outcome(assumptions, values, **options)
    np.testing.assert_allclose(found["ready"][:, 0], expected.ready, rtol=0, atol=WITHIN)
    for name, part in PARTS.items():
        rows = np.stack([getattr(run, part) for run in expected.contenders.values()], axis=1)
        np.testing.assert_allclose(found[name][:, 0], rows, rtol=WITHIN, atol=WITHIN, err_msg=name)


@pytest.mark.parametrize("model", ["article", pytest.param("current", marks=pytest.mark.slow)])
@pytest.mark.parametrize("overlays", OVERLAYS, ids=IDS)
def test_both_forms_of_the_race_agree(overlays: list[str], model: str) -> None:
    assumptions = load_assumptions(overlays, model=model)
    values = some(assumptions)
    graph = build_model(assumptions)
    compiled = CompiledDates(graph, assumptions, OUTPUTS, mode=QUICK)
    same_dates(assumptions, compiled, values)
    for name in ("distillation-limited", "remote-frozen", "remote-revoked"):
        change = apply_as_published(assumptions.levers[name], assumptions.race, 5.0)
        set_intervention(graph, assumptions, change)
        same_dates(assumptions, compiled, values, intervention=change)


@pytest.mark.slow
@pytest.mark.parametrize("overlays", OVERLAYS, ids=IDS)
def test_machine_code_agrees(overlays: list[str]) -> None:
    assumptions = load_assumptions(overlays)
    same_dates(assumptions, CompiledDates(build_model(assumptions), assumptions, OUTPUTS), some(assumptions, 2_000))


@pytest.mark.parametrize("name", ["annual_progress", "target_flop", "launch", "requirement_at_launch"])
def test_a_variable_that_is_held_moves_what_follows(name: str) -> None:
    """As over arrays, where the same value is put in its place."""
    assumptions = load_assumptions(OVERLAYS[2], model="article")
    drawn = some(assumptions)
    late = np.all([run.launch > 1.0 for run in outcome(assumptions, drawn)[1].contenders.values()], axis=0)
    values = {own: column[late][:1] for own, column in drawn.items()} | {"minimum_training_months": np.array([1e-3])}
    kept: dict[str, Any] = {}

    def keep(own: str, value: Any) -> Any:
        kept[own] = value
        return value

    outcome(assumptions, values, name=keep)
    value = kept[name]
    keys = list(value) if isinstance(value, dict) else None
    moved = {key: value[key] * 1.07 for key in keys} if keys else value * 1.07
    _, expected = outcome(assumptions, values, name=lambda own, value: moved if own == name else value)
    held = np.array([float(moved[key][0]) for key in keys]) if keys else float(moved[0])
    if keys:
        held = held.reshape((1, len(assumptions.race.firms)) if isinstance(keys[0], tuple) else (1,))
    quantities = {own: float(column[0]) for own, column in values.items()}
    model = build_model(assumptions)
    known = {own: number for own, number in quantities.items() if own in model.named_vars}
    changed = pm.do(model, {**known, name: held})
    found = pytensor.function([], changed["ready"], mode=QUICK)()
    np.testing.assert_allclose(found, expected.ready, rtol=0, atol=WITHIN)
    _, before = outcome(assumptions, values)
    assert abs(before.ready[0] - expected.ready[0]) > 1e-3


@pytest.mark.parametrize("overlays", FEWER)
def test_gradients_against_finite_differences(overlays: list[str]) -> None:
    assumptions = load_assumptions(overlays, model="article")
    model = build_model(assumptions)
    names = [name for name in assumptions.needed() if not assumptions.beliefs[name].certain]
    scalars = [pytensor.tensor.scalar(name, dtype="float64") for name in names]
    from pytensor.graph.replace import graph_replace

    inputs = {model[name]: scalar for name, scalar in zip(names, scalars, strict=True)}
    (launch,) = graph_replace([model["launch"][0, 0]], inputs, strict=False)
    slopes = pytensor.grad(launch, scalars, disconnected_inputs="ignore")
    gradients = pytensor.function(scalars, slopes, mode=QUICK, on_unused_input="ignore")
    values = some(assumptions, 40, 8)
    _, result = outcome(assumptions, values)
    first = next(iter(assumptions.race.firms))
    launches = result.contenders[first].launch
    checked = 0
    for place in np.flatnonzero(launches > 0.5)[:6]:
        point = {name: column[place : place + 1] for name, column in values.items()}
        exact = dict(zip(names, gradients(*(point[name][0] for name in names)), strict=True))
        beside = {name: np.repeat(column, 2 * len(names)) for name, column in point.items()}
        for row, name in enumerate(names):  # a step up and a step down of each, as draws of one race
            beside[name][2 * row : 2 * row + 2] += np.array([1e-5, -1e-5]) * point[name]
        found = outcome(assumptions, beside)[1].contenders[first].launch.reshape(len(names), 2)
        for name, ends in zip(names, found, strict=True):
            step = 1e-5 * point[name][0]
            # each date is known to 1e-11 of a month; a kink between the two ends is told by a point in the middle
            middle = 0.5 * (ends[0] + ends[1]) - launches[place]
            if abs(middle) > 1e-6 * max(abs(ends[0] - ends[1]), 1e-4):
                continue
            checked += 1
            assert exact[name] == pytest.approx((ends[0] - ends[1]) / (2.0 * step), rel=1e-4, abs=1e-10 / step), name
    assert checked > 6 * len(names) * 0.7


@pytest.mark.parametrize("model", ["article", pytest.param("current", marks=pytest.mark.slow)])
def test_progress_that_never_slows_is_constant(model: str) -> None:
    """By the bracket what the straight lines' own method gives, with obstacles, and under levers from any day."""
    slow = load_assumptions(["slowing-progress"], {"progress_half_life_months": 1e12}, model=model)
    plain = load_assumptions(model=model)
    values = some(slow, 2_000)
    for name in (None, *slow.levers):
        for day in (0.0, 9.0):
            change = {} if name is None else {"intervention": apply_lever(slow.levers[name], slow.race, day)}
            found, expected = outcome(slow, values, **change)[1], outcome(plain, values, **change)[1]
            np.testing.assert_allclose(found.ready, expected.ready, rtol=1e-9, atol=1e-8, err_msg=str(name))


def test_arrivals_that_hardly_bend_are_linear() -> None:
    bent = load_assumptions(["logistic-arrivals"], {"arrival_steepness": 1e-4})
    plain = load_assumptions()
    values = some(bent, 500)
    for name in (None, *bent.levers):
        change = {} if name is None else {"intervention": apply_lever(bent.levers[name], bent.race, 9.0)}
        found, expected = outcome(bent, values, **change)[1], outcome(plain, values, **change)[1]
        np.testing.assert_allclose(found.ready, expected.ready, rtol=1e-7, atol=1e-6, err_msg=str(name))


@pytest.mark.parametrize("overlays", FEWER)
def test_dates_against_a_slow_twin(overlays: list[str]) -> None:
    """Draw by draw, under every lever: the twin steps through time by 0.004 month, and integrates rates by trapezia."""
    assumptions = load_assumptions(overlays, model="article")
    values = some(assumptions, 60, 5)
    month = assumptions.calendar.months(DAY)
    for name in (None, *assumptions.levers):
        change = None if name is None else apply_lever(assumptions.levers[name], assumptions.race, month)
        expected = race_oracle.ready(assumptions, values, change)
        options = {} if change is None else {"intervention": change}
        found = outcome(assumptions, values, **options)[1].ready
        known = expected < race_oracle.LAST  # beyond the twin's grid
        assert known.mean() > 0.9
        # a launch is up to a step early, which a run that takes longer where it launches later can double
        assert (np.abs(found - expected)[known] < 3 * race_oracle.STEP).mean() > 0.98, name
        assert np.quantile(np.abs(found - expected)[known], 0.9) < 2 * race_oracle.STEP, name


@given(
    t=st.floats(0.0, 500.0),
    pace=st.floats(0.001, 0.5),
    half_life=st.floats(0.5, 1e4),
    floor=st.floats(0.0, 1.0),
)
def test_slowed_progress_is_the_integral_of_its_rate(t: float, pace: float, half_life: float, floor: float) -> None:
    def rate(u: float) -> float:
        return pace * (floor + (1.0 - floor) * 2.0 ** (-u / half_life))

    ends = np.linspace(0.0, t, 40)
    exact = sum(integrate.quad(rate, a, b, epsabs=1e-13)[0] for a, b in itertools.pairwise(ends))
    assert slowed_log_progress(np, t, pace, half_life, floor) == pytest.approx(exact, rel=1e-7, abs=1e-9)


@given(
    t=st.floats(0.0, 500.0),
    pace=st.floats(0.001, 0.5),
    shortfall=st.floats(1.0, 20.0),
    elasticity=st.floats(0.0, 1.0),
)
def test_experiment_bound_progress_is_the_integral_of_its_rate(
    t: float, pace: float, shortfall: float, elasticity: float
) -> None:
    def rate(u: float) -> float:
        return pace * shortfall ** (-elasticity * u / 12.0)

    ends = np.linspace(0.0, t, 40)
    exact = sum(integrate.quad(rate, a, b, epsabs=1e-13)[0] for a, b in itertools.pairwise(ends))
    found = experiment_bound_log_progress(np, t, pace, shortfall, elasticity)
    assert found == pytest.approx(exact, rel=1e-6, abs=1e-9)


def test_what_takes_progress_away_delays_every_date() -> None:
    """Whatever the draw: less of a fall of the requirement is a later launch, the more so the more is taken."""
    values: dict[str, np.ndarray] = {}
    for overlay, quantity, some_, more in (
        ("experiment-bound-progress", "experiment_compute_shortfall", 1.2, 3.0),
        ("moving-target", "progress_share_kept", 0.8, 0.3),
    ):
        bound = load_assumptions([overlay], model="article")
        values = some(bound, 500)
        free = outcome(load_assumptions(model="article"), values)[1].ready
        dates = [outcome(bound, {**values, quantity: np.full(500, at)})[1].ready for at in (some_, more)]
        assert (dates[0] >= free - 1e-9).all()
        assert (dates[1] >= dates[0] - 1e-9).all()
        assert np.median(dates[1] - free) > 0.1


@given(
    t=st.floats(-10.0, 100.0), start=st.floats(0.0, 30.0), length=st.floats(0.1, 40.0), steepness=st.floats(0.5, 40.0)
)
def test_logistic_arrivals_are_the_logistic_curve(t: float, start: float, length: float, steepness: float) -> None:
    def sigmoid(x: float) -> float:
        return 1.0 / (1.0 + math.exp(-x))

    share = min(max((t - start) / length, 0.0), 1.0)
    low, high = sigmoid(-steepness / 2.0), sigmoid(steepness / 2.0)
    exact = length * (sigmoid(steepness * (share - 0.5)) - low) / (high - low)
    assert logistic_months_arrived(np, t, start, length, steepness) == pytest.approx(exact, rel=1e-7, abs=1e-9)


def test_a_frozen_source_keeps_what_has_arrived() -> None:
    assumptions = load_assumptions(["logistic-arrivals"], model="article")
    values = some(assumptions)
    from catchup.model.generative import describe_world

    stop = dict.fromkeys(assumptions.race.sources, 5.0)
    free, frozen = describe_world(np, assumptions, values), describe_world(np, assumptions, values, stop=stop)
    for firm, pool in frozen.pools.items():
        np.testing.assert_allclose(pool.at(np, 4.0), free.pools[firm].at(np, 4.0))
        np.testing.assert_allclose(pool.at(np, 50.0), free.pools[firm].at(np, 5.0))
        assert (free.pools[firm].at(np, 50.0) > pool.at(np, 50.0)).any()


def test_one_source_arrives_in_a_way_of_its_own() -> None:
    text = layer('[source.h200]\narrivals = "logistic"\n')
    assumptions = load_assumptions([text], model="article")
    assert "arrival_steepness" in assumptions.needed()
    values = some(assumptions)
    same_dates(assumptions, CompiledDates(build_model(assumptions), assumptions, OUTPUTS, mode=QUICK), values)
    before = outcome(load_assumptions(model="article"), values)[1].contenders
    after = outcome(assumptions, values)[1].contenders
    assert (after["startup"].launch == before["startup"].launch).all()  # it buys none, and is straight still
    assert (after["hyperscaler"].launch != before["hyperscaler"].launch).mean() > 0.5
    assert assumptions.mechanisms.arrivals == LINEAR


def test_the_straight_race_is_solved_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither asked for nor chosen again does any of it reach the bracket."""
    monkeypatch.setattr("catchup.model.gate.search_for", lambda gap: pytest.fail("the bracket was asked"))
    for assumptions in (load_assumptions(), load_assumptions(mechanisms=STRAIGHT)):
        assert not set(assumptions.needed()) & {"progress_half_life_months", "arrival_steepness"}
        outcome(assumptions, some(assumptions, 50))


def test_an_overlay_adjusts_a_mechanisms_quantity() -> None:
    text = '[mechanism]\nprogress = "slowing"\n[quantity.progress_half_life_months]\nmedian = 12\n'
    assumptions = load_assumptions([layer(text)])
    assert assumptions.beliefs["progress_half_life_months"].quantile(0.5) == pytest.approx(12.0)
    later = load_assumptions([layer(text)], mechanisms={"progress": "constant"})
    assert later.mechanisms.progress.name == "constant"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[mechanism]\nprogress = "slowin"', r"mine\.toml: mechanism\.progress: .*'slowin'; did you mean 'slowing'"),
        ('[mechanism]\nprogres = "slowing"', r"mine\.toml: mechanism\.progres: .*did you mean 'progress'"),
        ("[mechanism]\nprogress = 3", r"mechanism\.progress: the name of a mechanism was expected, not 3"),
        ('[mechanism]\nprogress = "logistic"', r"mechanism\.progress: unknown mechanism 'logistic'"),
        ('[source.h200]\narrivals = "slowing"', r"source\.h200\.arrivals: unknown mechanism 'slowing'"),
        ('[source.domestic]\narrivals = "logistic"', r"source\.domestic\.arrivals: needs a start"),
        ("[quantity.progress_half_life_months]\nmedian = 3", r"quantity\.progress_half_life_months"),
    ],
)
def test_what_cannot_be_chosen_is_refused(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_assumptions([layer(text)])


def test_a_scenario_does_not_change_the_mechanism() -> None:
    text = '[scenario.mine]\ntitle = "Mine"\nmechanism = {progress = "slowing"}\n'
    with pytest.raises(InputError, match=r"scenario\.mine\.mechanism"):
        load_assumptions([layer(text)])


def test_events_share_the_mechanism() -> None:
    assumptions = load_assumptions(["slowing-progress"], model="article")
    events = list(assumptions.events)
    values = draw(assumptions, assumptions.needed(events, distillation=True), 300, 2)
    found = CompiledDates(build_model(assumptions, events=events), assumptions, mode=QUICK)(values)["ready"]
    for event, column in zip(events, found.T, strict=True):
        np.testing.assert_allclose(column, outcome(assumptions, values, event=event)[1].ready, rtol=0, atol=WITHIN)
    assert multiple_name(DEFAULT_EVENT) in assumptions.needed(events)
