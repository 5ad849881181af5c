"""The launch date as an operation of a graph: which shapes it takes and gives, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.replace import vectorize_graph

from catchup.model.launch import solve
from catchup.model.launch_operation import LaunchDate, launch_date

REWRITTEN = Mode(linker="py", optimizer="fast_run")  # in Python, but with the rewrites that ask for shapes
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


def test_a_chunk_of_draws_in_one_call() -> None:
    names, drawn = inputs(1), values(7)
    found = pytensor.function(names, launch_date(*names), mode=REWRITTEN)(*drawn)
    np.testing.assert_array_equal(found, by_hand(drawn))


def test_a_single_draw_has_no_shape() -> None:
    names, drawn = inputs(0), [value[0] for value in values(1)]
    found = pytensor.function(names, launch_date(*names), mode=REWRITTEN)(*drawn)
    assert np.shape(found) == ()
    assert found == by_hand(values(1))[0]


@pytest.mark.parametrize("broadcast", CORE)
def test_the_shape_is_known_without_the_dates(broadcast: str) -> None:
    """A constant input has one entry and stands for every draw: the others say how many there are."""
    names, drawn = inputs(1), values(7)
    kept = {"stock", "growth", "target"} - {broadcast}
    drawn = [value if name in kept else value[:1] for name, value in zip(CORE, drawn, strict=True)]
    ask = pytensor.function(names, launch_date(*names).shape, mode=REWRITTEN, on_unused_input="ignore")
    assert not any(isinstance(node.op, LaunchDate) for node in ask.maker.fgraph.toposort())
    assert ask(*drawn) == [7]


def test_nothing_is_left_to_ask_of_a_single_draws_shape() -> None:
    names = inputs(0)
    ask = pytensor.function(names, launch_date(*names).shape, mode=REWRITTEN, on_unused_input="ignore")
    assert ask(*(value[0] for value in values(1))).size == 0


def test_shapes_as_rewrites_ask_for_them() -> None:
    one, many = (launch_date(*inputs(batch)).owner for batch in (0, 1))
    assert launch_date.infer_shape(one, [(), (3,), (3,), (3,), (), ()]) == [()]
    ((draws,),) = launch_date.infer_shape(many, [(1,), (1, 3), (1, 3), (1, 3), (1,), (5,)])
    assert draws.eval() == 5


def test_vectorised_over_some_inputs_the_others_stand_for_every_draw() -> None:
    names, drawn = inputs(0), values(5)
    stocks = pt.vector("stocks", dtype="float64")
    several = vectorize_graph(launch_date(*names), {names[0]: stocks})
    found = pytensor.function([stocks, *names[1:]], several, mode=REWRITTEN)(
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
