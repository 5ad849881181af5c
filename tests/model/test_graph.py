"""The PyMC graph is the forward simulation: same dates on the same draws, gradients that finite differences confirm."""

from __future__ import annotations

import tomllib

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest

from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.compiled import CompiledDates
from catchup.model.draws import QuantileTransform, UniformStreams
from catchup.model.forward import outcome
from catchup.model.graph import build_model, set_intervention
from catchup.model.launch_operation import launch_date
from catchup.model.policies import apply_lever
from catchup.priors import Layer

WITHIN = 1e-9
OUTPUTS = ["ready", "launch", "pool_at_launch", "run_length", "mythos_flop", "annual_progress"]

ADDED = """
[firm.ministry]
title = "Ministry"
budget = "startup_budget"
mfu = "mfu_china"
minimum_training = "minimum_training_months"
decision = "as-of"

[source.cluster]
title = "Cluster"
firm = "ministry"
amount = ["cluster"]
start = 6
length = 4
channel = "ministry"

[quantity.cluster]
family = "lognormal"
median = 300e3
sigma = 0.3
unit = "H100e"
description = "A cluster"
sources = ["project"]
"""


def compare(
    assumptions: Assumptions, compiled: CompiledDates, values: dict[str, np.ndarray], **options: object
) -> None:
    found = compiled(values)
    world, expected = outcome(assumptions, values, **options)  # type: ignore[arg-type]
    contenders = list(expected.contenders.values())
    np.testing.assert_allclose(found["ready"], expected.ready, rtol=0, atol=WITHIN)
    np.testing.assert_allclose(found["mythos_flop"], world.mythos_flop, rtol=WITHIN)
    np.testing.assert_allclose(found["annual_progress"], world.annual_progress, rtol=WITHIN)
    for name, attribute in (("launch", "launch"), ("pool_at_launch", "pool"), ("run_length", "run_length")):
        rows = np.stack([getattr(contender, attribute) for contender in contenders], axis=1)
        np.testing.assert_allclose(found[name], rows, rtol=WITHIN, atol=WITHIN)


def test_every_event(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    events = list(assumptions.events)
    outputs = ["ready", *(f"ready::{event}" for event in events[1:])]
    compiled = CompiledDates(build_model(assumptions, events=events), assumptions, outputs)
    found = compiled(values)
    for event, name in zip(events, outputs, strict=True):
        _, expected = outcome(assumptions, values, event=event)
        np.testing.assert_allclose(found[name], expected.ready, rtol=0, atol=WITHIN)


def test_every_lever(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    model = build_model(assumptions)
    compiled = CompiledDates(model, assumptions, OUTPUTS)
    compare(assumptions, compiled, values)
    for lever in assumptions.levers.values():
        change = apply_lever(lever, assumptions.race, 5.0)
        set_intervention(model, assumptions, change)
        compare(assumptions, compiled, values, intervention=change)
    set_intervention(model, assumptions)
    compare(assumptions, compiled, values)


def test_the_launch_grid(assumptions: Assumptions, values: dict[str, np.ndarray]) -> None:
    compare(
        assumptions,
        CompiledDates(build_model(assumptions, launch_grid=0.5), assumptions, OUTPUTS),
        values,
        launch_grid=0.5,
    )


def test_a_firm_added_as_rows_of_data() -> None:
    assumptions = load_assumptions([Layer.of(tomllib.loads(ADDED), file="mine.toml")])
    transform = QuantileTransform(assumptions.beliefs, assumptions.needed(distillation=True))
    streams = UniformStreams(np.random.default_rng(2))
    values = transform(next(iter(streams.chunks(transform.names, 0, 2_000, 2_000))))
    compiled = CompiledDates(build_model(assumptions, as_of=8.0), assumptions, OUTPUTS)
    compare(assumptions, compiled, values, as_of=8.0)


def test_a_node_can_be_fixed(assumptions: Assumptions) -> None:
    model = pm.do(build_model(assumptions), {"mythos_chips": 1e6, "mfu_anthropic": 0.2, "mythos_training_months": 3.0})
    flop = pm.draw(model["mythos_flop"], random_seed=1)
    assert flop == pytest.approx(1e6 * 6.5e14 * 0.2 * 3.0 * 30.44 * 86_400.0)


def test_logp_and_its_gradient_are_finite_at_prior_draws(assumptions: Assumptions) -> None:
    model = build_model(assumptions)
    logp = model.compile_logp()
    gradient = model.compile_dlogp()
    rng = np.random.default_rng(3)
    start = model.initial_point()
    for _ in range(200):
        point = {name: rng.normal(0.0, 3.0, np.shape(value)) for name, value in start.items()}
        assert np.isfinite(logp(point))
        assert np.isfinite(gradient(point)).all()


INPUTS = ("stock", "rate", "start", "length", "growth", "target")


def launch_function() -> tuple[object, object]:
    shapes = (0, 1, 1, 1, 0, 0)
    inputs = [pt.tensor(name, dtype="float64", shape=(None,) * rank) for name, rank in zip(INPUTS, shapes, strict=True)]
    date = launch_date(*inputs)
    return pytensor.function(inputs, date), pytensor.function(inputs, pytensor.grad(date, inputs))


def test_gradients_against_finite_differences() -> None:
    solve, gradients = launch_function()
    rng = np.random.default_rng(4)
    checked = 0
    for _ in range(60):
        point = [
            np.float64(rng.uniform(5e5, 1.5e6)),
            rng.uniform(1e3, 5e4, 4),
            np.array([0.0, 0.0, 7.0, 12.0]) + rng.uniform(0.0, 0.5, 4),
            rng.uniform(3.0, 24.0, 4),
            np.float64(rng.uniform(0.06, 0.33)),
            np.float64(np.log(rng.uniform(2e6, 4e7))),
        ]
        date = float(solve(*point))
        kinks = np.concatenate([point[2], point[2] + point[3]])
        if date <= 0.0 or np.abs(kinks - date).min() < 0.05:
            continue
        checked += 1
        for position, slope in enumerate(gradients(*point)):
            flat = np.atleast_1d(point[position])
            for entry in range(flat.size):
                step = 1e-5 * max(abs(flat[entry]), 1e-3)
                ends = []
                for sign in (1.0, -1.0):
                    moved = [np.array(value, dtype=float) for value in point]
                    moved[position] = np.array(flat, dtype=float)
                    moved[position][entry] += sign * step
                    if np.ndim(point[position]) == 0:
                        moved[position] = np.float64(moved[position][0])
                    ends.append(float(solve(*moved)))
                numeric = (ends[0] - ends[1]) / (2.0 * step)
                exact = float(np.atleast_1d(slope)[entry])
                # the dates are good to 1e-10 month, so that their difference quotient is to 1e-10 over the step
                assert exact == pytest.approx(numeric, rel=1e-4, abs=1e-9 / step)
    assert checked >= 30


def test_gradients_are_zero_where_nothing_moves_the_launch() -> None:
    solve, gradients = launch_function()
    at_once = [np.float64(1e6), np.array([1e4]), np.array([0.0]), np.array([12.0]), np.float64(0.2), np.float64(1.0)]
    never = [np.float64(0.0), np.array([0.0]), np.array([0.0]), np.array([12.0]), np.float64(0.2), np.float64(9.0)]
    assert float(solve(*at_once)) == 0.0
    assert np.isinf(solve(*never))
    for point in (at_once, never):
        for slope in gradients(*point):
            assert np.all(np.atleast_1d(slope) == 0.0)
