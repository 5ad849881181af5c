"""Draws: the same ones however the work is cut, a stream for every quantity, and numbers strictly inside (0, 1)."""

from __future__ import annotations

import numpy as np
import pytest
from false_alarms import FALSE_ALARM
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from catchup.model import draws as draws_module
from catchup.model import forward
from catchup.model.assumptions import Assumptions, load_assumptions
from catchup.model.draws import QuantileTransform, SobolStreams, UniformStreams, chunks_of
from catchup.model.forward import outcome, simulate, sobol_layout
from catchup.priors.errors import InputError
from catchup.priors.families import Fixed, Uniform
from model_cases import draw

DRAWS = 20_000
NAMES = ["china_stock", "mythos_chips", "algorithmic_progress"]


def uniforms(streams: UniformStreams | SobolStreams, names: list[str], draws: int) -> np.ndarray:
    return next(iter(streams.chunks(names, 0, draws, draws)))


@pytest.mark.parametrize("chunk", [1_000, 4_096, 8_192, 50_000])
def test_every_bit_is_the_same_however_the_work_is_cut(
    assumptions: Assumptions, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    def keep(values: dict[str, np.ndarray]) -> np.ndarray:
        result = outcome(assumptions, values)[1]
        return np.stack([*values.values(), result.ready, *(firm.launch for firm in result.contenders.values())])

    def run() -> np.ndarray:
        return np.concatenate(list(simulate(assumptions, keep, DRAWS, np.random.default_rng(5))), axis=1)

    expected = run()
    monkeypatch.setattr(forward, "CHUNK", chunk)
    np.testing.assert_array_equal(run(), expected)


@given(start=st.integers(0, 5_000), count=st.integers(1, 300), size=st.integers(1, 300))
def test_a_stream_can_be_entered_anywhere(start: int, count: int, size: int) -> None:
    whole = uniforms(UniformStreams(np.random.default_rng(1)), NAMES, 5_300)
    pieces = UniformStreams(np.random.default_rng(1)).chunks(NAMES, start, count, size)
    np.testing.assert_array_equal(np.concatenate(list(pieces), axis=1), whole[:, start : start + count])


@given(start=st.integers(0, 5_000), count=st.integers(0, 300), size=st.integers(1, 100))
def test_chunks_leave_nothing_out_and_no_small_rest(start: int, count: int, size: int) -> None:
    chunks = chunks_of(start, count, size)
    drawn = [draw for chunk in chunks for draw in range(chunk.start, chunk.stop)]
    assert drawn == list(range(start, start + count))
    sizes = [chunk.stop - chunk.start for chunk in chunks]
    assert all(each == size for each in sizes[:-1])
    assert count <= size or size / 2 < sizes[-1] <= 1.5 * size


def test_a_sobol_sequence_can_be_entered_anywhere() -> None:
    whole = np.concatenate(list(SobolStreams(np.random.default_rng(1)).chunks(NAMES, 0, 512, 128)), axis=1)
    pieces = SobolStreams(np.random.default_rng(1)).chunks(NAMES, 256, 256, 64)
    np.testing.assert_array_equal(np.concatenate(list(pieces), axis=1), whole[:, 256:])


def test_a_quantity_keeps_its_draws_whatever_becomes_of_the_others(assumptions: Assumptions) -> None:
    expected = draw(assumptions, NAMES, 1_000, seed=2)
    more = draw(assumptions, ["smuggled_2026", *reversed(NAMES), "remote_stock"], 1_000, seed=2)
    fixed = draw(load_assumptions(fixed={"mythos_chips": 4e5}), NAMES, 1_000, seed=2)
    overlaid = draw(load_assumptions(["progress-scher"]), NAMES, 1_000, seed=2)
    for name in NAMES:
        np.testing.assert_array_equal(more[name], expected[name])
    for name in ("china_stock", "algorithmic_progress"):
        np.testing.assert_array_equal(fixed[name], expected[name])
    for name in ("china_stock", "mythos_chips"):
        np.testing.assert_array_equal(overlaid[name], expected[name])
    # another belief is drawn at the same rank
    assert stats.spearmanr(overlaid["algorithmic_progress"], expected["algorithmic_progress"]).statistic == 1.0


def test_streams_are_uniform_and_independent() -> None:
    draws, names = 20_000, [f"quantity_{number}" for number in range(20)]
    rows = uniforms(UniformStreams(np.random.default_rng(3)), names, draws)
    worst = min(stats.kstest(row, "uniform").pvalue for row in rows)
    assert worst > FALSE_ALARM / len(names)
    correlations = np.corrcoef(rows)[np.triu_indices(len(names), 1)]
    assert np.abs(correlations).max() * np.sqrt(draws) < stats.norm.isf(FALSE_ALARM / 2 / correlations.size)
    other = uniforms(UniformStreams(np.random.default_rng(4)), names, draws)
    between = [np.corrcoef(row, another)[0, 1] for row, another in zip(rows, other, strict=True)]
    assert np.abs(between).max() * np.sqrt(draws) < stats.norm.isf(FALSE_ALARM / 2 / len(names))


class Extreme:
    """A generator that draws the lowest or highest number that it can."""

    def __init__(self, number: float) -> None:
        self.number = number

    def random(self, out: np.ndarray) -> None:
        out[:] = self.number


@pytest.mark.parametrize("number", [0.0, 1.0 - 2.0**-53])
def test_the_last_numbers_lie_inside(number: float) -> None:
    (row,) = draws_module.Rows([Extreme(number)], 4)  # type: ignore[list-item]
    assert (row > 0.0).all()
    assert (row < 1.0).all()
    # which are what a family's least and greatest value are told by
    assert Uniform(low=0.0, high=1.0).extremes()[number > 0.5] == row[0]


def test_row_by_row_or_all_at_once_is_the_same(assumptions: Assumptions) -> None:
    transform = QuantileTransform(assumptions.beliefs, assumptions.needed())
    whole = transform(uniforms(UniformStreams(np.random.default_rng(2)), transform.names, 900))
    pieces = list(transform.chunks(UniformStreams(np.random.default_rng(2)), 100, 800, 300))
    assert [len(piece["china_stock"]) for piece in pieces] == [300, 300, 200]
    for name, values in whole.items():
        np.testing.assert_array_equal(np.concatenate([piece[name] for piece in pieces]), values[100:])


def test_fixed_quantities_need_no_stream() -> None:
    transform = QuantileTransform(
        {"known": Fixed(value=3.0), "unknown": Uniform(low=1.0, high=2.0)}, ["known", "unknown"]
    )
    assert transform.names == ["unknown"]
    values = transform(uniforms(UniformStreams(np.random.default_rng(1)), transform.names, 5))
    np.testing.assert_array_equal(values["known"], np.full(5, 3.0))
    alone = QuantileTransform({"known": Fixed(value=3.0)}, ["known"])
    np.testing.assert_array_equal(alone(np.empty((0, 5)))["known"], np.full(5, 3.0))


@given(draws=st.integers(2, 10_000_000))
def test_sobol_layout(draws: int) -> None:
    replicates, used = sobol_layout(draws)
    size = used // replicates
    assert used <= draws
    assert used == replicates * size
    assert size & (size - 1) == 0
    assert 2 <= replicates <= 15
    if draws >= 16:
        assert replicates >= 8
        assert used > draws - size


def test_sobol_points_fill_every_cell() -> None:
    rows = uniforms(SobolStreams(np.random.default_rng(6)), [f"quantity_{number}" for number in range(30)], 4_096)
    for row in rows:
        np.testing.assert_array_equal(np.sort((row * 4_096).astype(int)), np.arange(4_096))
    assert rows.min() > 0.0
    assert rows.max() < 1.0


def test_scrambles_differ_and_do_not_depend_on_chunks(
    monkeypatch: pytest.MonkeyPatch, assumptions: Assumptions
) -> None:
    def run() -> np.ndarray:
        kept = simulate(assumptions, lambda v: v["mythos_chips"], 4 * 1_024, np.random.default_rng(7), replicates=4)
        return np.concatenate(list(kept))

    expected = run()
    scrambles = expected.reshape(4, 1_024)
    for index in range(1, 4):
        assert not np.isin(scrambles[index], scrambles[0]).any()
    monkeypatch.setattr(forward, "CHUNK", 256)
    np.testing.assert_array_equal(run(), expected)


@pytest.mark.parametrize(("draws", "replicates"), [(10, 3), (2, 4)])
def test_draws_that_replicates_cannot_share_are_refused(draws: int, replicates: int, assumptions: Assumptions) -> None:
    kept = simulate(assumptions, lambda v: v, draws, np.random.default_rng(1), replicates=replicates)
    with pytest.raises(InputError, match=f"^draws: a multiple of {replicates}, .* was expected, not {draws}$"):
        next(kept)


@pytest.mark.parametrize("scrambles", [200, pytest.param(2_000, marks=pytest.mark.slow)])
def test_sobol_points_are_worth_five_times_as_many_plain_draws(article: Assumptions, scrambles: int) -> None:
    """The median's variance is that of the share of draws below it, over the squared density there.

    The share's variance is p (1 - p) / n for plain draws; over independent scrambles it is seen as a multiple of a
    chi-square. A true gain of five would be refused with the probability of a false alarm; 2,000 scrambles refuse one
    of less than 4.3.
    """

    def ready(values: dict[str, np.ndarray]) -> np.ndarray:
        return outcome(article, values)[1].ready

    size = 8_192  # of a scramble when 100,000 draws are asked for
    median = np.median(np.concatenate(list(simulate(article, ready, 1_000_000, np.random.default_rng(8)))))
    chunks = simulate(article, ready, scrambles * size, np.random.default_rng(9), replicates=scrambles)
    shares = [np.mean(chunk <= median) for chunk in chunks]
    gain = 0.25 / size / np.mean((np.array(shares) - 0.5) ** 2)
    assert gain > 5.0 * scrambles / stats.chi2.isf(FALSE_ALARM, scrambles)
