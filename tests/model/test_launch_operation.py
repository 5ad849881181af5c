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
SOURCES = 3
NAMES = ["stock", *(f"{what}_{source}" for what in ("rate", "start", "length") for source in range(SOURCES))]
NAMES += ["growth", "target"]


def inputs(batch: int) -> list[pt.TensorVariable]:
    return [pt.tensor(name, dtype="float64", shape=(None,) * batch) for name in NAMES]


def values(draws: int) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    bounds = [(5e5, 1.5e6), *[(1e3, 5e4)] * SOURCES, *[(0.0, 9.0)] * SOURCES, *[(3.0, 24.0)] * SOURCES, (0.06, 0.33)]
    return [*(rng.uniform(low, high, draws) for low, high in bounds), np.log(rng.uniform(2e6, 4e7, draws))]


def grouped(flat: list) -> tuple:  # type: ignore[type-arg]
    sources = [flat[first : first + SOURCES] for first in range(1, 1 + 3 * SOURCES, SOURCES)]
    return flat[0], *sources, *flat[-2:]


def dates_of(names: list[pt.TensorVariable]) -> pt.TensorVariable:
    return launch_date(*grouped(names))


def by_hand(drawn: list[np.ndarray]) -> np.ndarray:
    return solve(*grouped(drawn))


def test_a_chunk_of_draws_in_one_call() -> None:
    names, drawn = inputs(1), values(7)
    found = pytensor.function(names, dates_of(names), mode=REWRITTEN)(*drawn)
    np.testing.assert_array_equal(found, by_hand(drawn))


def test_a_single_draw_has_no_shape() -> None:
    names, drawn = inputs(0), [value[0] for value in values(1)]
    found = pytensor.function(names, dates_of(names), mode=REWRITTEN)(*drawn)
    assert np.shape(found) == ()
    assert found == by_hand(values(1))[0]


@pytest.mark.parametrize("varies", range(len(NAMES)))
def test_numbers_stand_for_every_draw(varies: int) -> None:
    """Any one input may have draws: the others are the same for each, and the shape is known without the dates."""
    names, drawn = inputs(0), [value[:1] for value in values(1)]
    names[varies], drawn[varies] = inputs(1)[varies], values(7)[varies]
    given = [value if place == varies else value[0] for place, value in enumerate(drawn)]
    found = pytensor.function(names, dates_of(names), mode=REWRITTEN)(*given)
    np.testing.assert_array_equal(found, by_hand([np.broadcast_to(value, (7,)) for value in drawn]))
    ask = pytensor.function(names, dates_of(names).shape, mode=REWRITTEN, on_unused_input="ignore")
    assert not any(isinstance(node.op, LaunchDate) for node in ask.maker.fgraph.toposort())
    assert ask(*given) == [7]


def test_nothing_is_left_to_ask_of_a_single_draws_shape() -> None:
    names = inputs(0)
    ask = pytensor.function(names, dates_of(names).shape, mode=REWRITTEN, on_unused_input="ignore")
    assert ask(*(value[0] for value in values(1))).size == 0


def test_vectorised_over_some_inputs_the_others_stand_for_every_draw() -> None:
    names, drawn = inputs(0), values(5)
    stocks = pt.vector("stocks", dtype="float64")
    several = vectorize_graph(dates_of(names), {names[0]: stocks})
    found = pytensor.function([stocks, *names[1:]], several, mode=REWRITTEN)(
        drawn[0], *(value[2] for value in drawn[1:])
    )
    same = [drawn[0], *(np.repeat(value[2:3], 5) for value in drawn[1:])]
    np.testing.assert_array_equal(found, by_hand(same))


@pytest.mark.slow
@pytest.mark.parametrize("numbers", [(), ("start_0", "start_2", "length_1", "stock", "growth"), tuple(NAMES)])
def test_machine_code_finds_the_same(numbers: tuple[str, ...]) -> None:
    """Many draws go through loops of their own for each step, a single one through the bracket."""
    names = [one if one.name in numbers else many for one, many in zip(inputs(0), inputs(1), strict=True)]
    drawn = [value[0] if name in numbers else value for name, value in zip(NAMES, values(500), strict=True)]
    found = pytensor.function(names, dates_of(names), mode="NUMBA")(*drawn)
    expected = by_hand([np.broadcast_to(value, (500,)) for value in drawn])
    np.testing.assert_allclose(found, expected if np.ndim(found) else expected[0], rtol=1e-12, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("batch", [0, 1])
def test_machine_code_of_a_firm_to_which_nothing_arrives(batch: int) -> None:
    names = inputs(batch)[:3]
    date = launch_date(names[0], [], [], [], *names[1:])
    stock, growth, target = (np.full((2,) * batch, value) for value in (100.0, 0.2, np.log(200.0)))
    found = pytensor.function(names, date, mode="NUMBA")(stock, growth, target)
    np.testing.assert_allclose(found, np.full((2,) * batch, np.log(2.0) / 0.2), rtol=1e-12)


def test_two_batch_axes_are_refused() -> None:
    with pytest.raises(TypeError, match="scalars or vectors"):
        dates_of(inputs(2))


@pytest.mark.parametrize("short", [1, len(NAMES) - 1])
def test_a_source_lacks_nothing(short: int) -> None:
    with pytest.raises(TypeError, match="three for each source"):
        LaunchDate()(*inputs(0)[:short])


def test_gradients_are_taken_before_draws_are_many() -> None:
    names = inputs(1)
    with pytest.raises(NotImplementedError, match="before the graph is vectorised"):
        pytensor.grad(dates_of(names).sum(), names[0])
