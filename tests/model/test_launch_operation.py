"""The launch date as an operation of a graph: which shapes it takes and gives, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.replace import vectorize_graph

from catchup.model.launch import solve
from catchup.model.launch_operation import launch_date

CORE = {"stock": 0, "rate": 1, "start": 1, "length": 1, "growth": 0, "target": 0}


def inputs(batch: int) -> list[pt.TensorVariable]:
    return [pt.tensor(name, dtype="float64", shape=(None,) * (rank + batch)) for name, rank in CORE.items()]


def values(draws: int) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    rates, starts = rng.uniform(1e3, 5e4, (draws, 3)), rng.uniform(0.0, 9.0, (draws, 3))
    lengths, growth = rng.uniform(3.0, 24.0, (draws, 3)), rng.uniform(0.06, 0.33, draws)
    return [rng.uniform(5e5, 1.5e6, draws), rates, starts, lengths, growth, np.log(rng.uniform(2e6, 4e7, draws))]


def by_hand(drawn: list[np.ndarray]) -> np.ndarray:
    stock, rate, start, length, growth, target = drawn
    return solve(stock, list(rate.T), list(start.T), list(length.T), growth, target)


@pytest.mark.parametrize("shape_only", [False, True])
def test_a_chunk_of_draws_in_one_call(shape_only: bool) -> None:
    names = inputs(1)
    dates = launch_date(*names)
    drawn = values(7)
    if shape_only:
        # What the graph can say of the result without working it out: a reader of shapes asks for no more.
        assert pytensor.function(names, dates.shape, mode="FAST_COMPILE", on_unused_input="ignore")(*drawn) == [7]
        return
    found = pytensor.function(names, dates, mode="FAST_COMPILE")(*drawn)
    np.testing.assert_array_equal(found, by_hand(drawn))


def test_a_single_draw_has_no_shape() -> None:
    names = inputs(0)
    drawn = [value[0] for value in values(1)]
    found = pytensor.function(names, launch_date(*names), mode="FAST_COMPILE")(*drawn)
    assert np.shape(found) == ()
    assert found == by_hand(values(1))[0]
    shape = pytensor.function(names, launch_date(*names).shape, mode="FAST_COMPILE", on_unused_input="ignore")
    assert shape(*drawn).size == 0


def test_vectorised_over_some_inputs_the_others_stand_for_every_draw() -> None:
    names, drawn = inputs(0), values(5)
    stocks = pt.vector("stocks", dtype="float64")
    several = vectorize_graph(launch_date(*names), {names[0]: stocks})
    found = pytensor.function([stocks, *names[1:]], several, mode="FAST_COMPILE")(
        drawn[0], *(value[2] for value in drawn[1:])
    )
    same = [drawn[0], *(np.repeat(value[2:3], 5, axis=0) for value in drawn[1:])]
    np.testing.assert_array_equal(found, by_hand(same))


@pytest.mark.parametrize("position", range(len(CORE)))
def test_inputs_of_different_batch_ranks_are_refused(position: int) -> None:
    mixed = inputs(1)
    mixed[position] = inputs(0)[position]
    with pytest.raises(TypeError, match="one batch rank"):
        launch_date(*mixed)


def test_two_batch_axes_are_refused() -> None:
    with pytest.raises(TypeError, match="one batch rank, 0 or 1"):
        launch_date(*inputs(2))


def test_gradients_are_taken_before_draws_are_many() -> None:
    names = inputs(1)
    with pytest.raises(NotImplementedError, match="before the graph is vectorised"):
        pytensor.grad(launch_date(*names).sum(), names[0])
