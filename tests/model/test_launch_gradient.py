"""The gradient of the launch date: finite differences confirm it, and where nothing moves the launch it is zero."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from catchup.model.launch_operation import launch_date

INPUTS = ("stock", "rate", "start", "length", "growth", "target")


def launch_function(sources: int) -> tuple[object, object]:
    shapes = ((), (sources,), (sources,), (sources,), (), ())
    inputs = [pt.tensor(name, dtype="float64", shape=shape) for name, shape in zip(INPUTS, shapes, strict=True)]
    date = launch_date(*([part[index] for index in range(sources)] if part.ndim else part for part in inputs))
    return pytensor.function(inputs, date), pytensor.function(inputs, pytensor.grad(date, inputs))


def test_gradients_against_finite_differences() -> None:
    solve, gradients = launch_function(4)
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
    solve, gradients = launch_function(1)
    at_once = [np.float64(1e6), np.array([1e4]), np.array([0.0]), np.array([12.0]), np.float64(0.2), np.float64(1.0)]
    never = [np.float64(0.0), np.array([0.0]), np.array([0.0]), np.array([12.0]), np.float64(0.2), np.float64(9.0)]
    assert float(solve(*at_once)) == 0.0
    assert np.isinf(solve(*never))
    for point in (at_once, never):
        for slope in gradients(*point):
            assert np.all(np.atleast_1d(slope) == 0.0)
