"""What figures are drawn from: the race through time, dates on axes, words and round numbers."""

import math
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.inference.draws import PriorDraws, StoredDraws
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.probabilities import QUANTILES
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures.bands import spread
from catchup.analysis.presentation.figures.dates import date_number, date_ticks, day_number
from catchup.analysis.presentation.figures.densities import density_of_draws
from catchup.analysis.presentation.figures.flop_axis import flop_tick_text, flop_ticks
from catchup.analysis.presentation.figures.gate import crossing
from catchup.analysis.presentation.figures.wording import count_text, flop_text, quantity_text, value_text
from catchup.analysis.studies.trajectories import race_trajectories, representative
from catchup.model.assumptions import load_assumptions
from item_cases import posterior_from

ASSUMPTIONS = load_assumptions()
FIRST_DAY, LAST_DAY = day_number(date(2, 1, 1)), day_number(date(9990, 1, 1))


def test_gate_lines_cross_on_the_day_of_the_launch(question: Question) -> None:
    beliefs = question.assumptions.beliefs
    names = [name for name in question.assumptions.needed() if name in question.assumptions.table.quantities]
    medians = {name: float(beliefs[name].quantile(0.5)) for name in names}
    fixed = load_assumptions(fixed=medians, model="article")
    certain = replace(question, assumptions=fixed, draws=10)
    paths = race_trajectories(prior_of(certain))
    for firm in paths.budgets:
        met = crossing(paths, firm)
        assert met is not None
        # between points 0.13 month apart, log pool and log requirement are straight to 1e-4
        assert met[0] == pytest.approx(float(paths.launches[firm][0]), abs=1e-3)
    assert paths.first_launch[0] == min(float(launch[0]) for launch in paths.launches.values())


def test_bands_are_the_equations_quantiles(question: Question) -> None:
    few = replace(question, draws=2_000)
    paths = race_trajectories(prior_of(few))
    v = PriorDraws(few).map(lambda values: values)
    seconds = 30.44 * 86_400.0
    mythos = v["mythos_chips"] * 6.5e14 * v["mfu_anthropic"] * v["mythos_training_months"] * seconds
    for column in (0, 17, 60, 120):
        t = paths.months[column]
        required = mythos / v["algorithmic_progress"] ** (t / 12.0)
        pool = v["startup_stock"] + v["startup_growth"] * min(t, 24.0) / v["startup_growth_months"]
        budget = 12.0 * v["startup_budget"] * pool * 9.89e14 * v["mfu_china"] * seconds
        for drawn, wanted in ((paths.requirement, required), (paths.pools["startup"], pool)):
            np.testing.assert_allclose(drawn[:, column], np.quantile(wanted, QUANTILES), rtol=1e-9)
        np.testing.assert_allclose(paths.budgets["startup"][:, column], np.quantile(budget, QUANTILES), rtol=1e-9)
    assert paths.months[-1] > question.as_of_months


def test_what_rivals_take_is_not_in_the_budget_of_the_one_run() -> None:
    alone, beset = (
        race_trajectories(
            prior_of(Question(load_assumptions(fixed={"rival_compute": rivals}), date(2026, 11, 21), draws=200))
        )
        for rivals in (0.0, 2.0)
    )
    for firm, budget in alone.budgets.items():  # at t = 0, since the later date stretches the axis
        np.testing.assert_allclose(3.0 * beset.budgets[firm][:, 0], budget[:, 0], rtol=1e-9)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=40).filter(lambda w: sum(w) > 0.0), st.integers(1, 60))
def test_each_draw_is_taken_as_often_as_its_weight_says(weights: list[float], most: int) -> None:
    question = Question(ASSUMPTIONS, date(2026, 6, 12), draws=2)
    share = np.array(weights) / sum(weights)
    source = StoredDraws({"index": np.arange(share.size, dtype=float)}, Weighting(share.size, weights=share), seed=1)
    taken = representative(posterior_from(question, source), most)["index"]
    counts = np.bincount(taken.astype(int), minlength=share.size)
    assert counts.sum() == min(most, share.size)
    np.testing.assert_array_less(np.abs(counts - share * counts.sum()), 1.0 + 1e-6)


def test_unweighted_draws_are_all_taken_where_they_are_few(question: Question) -> None:
    source = StoredDraws({"index": np.arange(7.0)}, Weighting(7), seed=1)
    np.testing.assert_array_equal(representative(posterior_from(question, source), 100)["index"], np.arange(7.0))


@given(st.floats(FIRST_DAY, LAST_DAY), st.floats(1.0, 3e6), st.integers(2, 20))
def test_ticks_are_few_and_stand_on_their_days(low: float, span: float, most: int) -> None:
    high = min(low + span, LAST_DAY)
    ticks = date_ticks(low, high, most)
    assert len(ticks) <= most + 1
    assert all(low <= day_number(day) <= high for day, _ in ticks)
    assert [day for day, _ in ticks] == sorted({day for day, _ in ticks})
    if high - low > 40 * 366:
        assert len(ticks) >= 1
    for position, (day, label) in enumerate(ticks):
        name, _, year = label.partition("\n")
        assert name in (f"{day:%b}", f"{day.day} {day:%b}", str(day.year))
        new_year = position == 0 or ticks[position - 1][0].year != day.year
        assert (year == str(day.year)) == (new_year and name != str(day.year))


@given(st.dates(date(2026, 2, 24), date(2100, 1, 1)))
def test_months_and_days_agree_on_the_axis(day: date) -> None:
    calendar = ASSUMPTIONS.calendar
    assert float(date_number(calendar, calendar.months(day))) == pytest.approx(day_number(day), abs=1e-6)
    assert day_number(day + timedelta(days=1)) - day_number(day) == 1.0


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.01, 0.15)), min_size=1, max_size=6))
def test_labels_are_spread_without_overlap(labels: list[tuple[float, float]]) -> None:
    wanted, sizes = [w for w, _ in labels], [s for _, s in labels]
    placed = sorted(zip(spread(wanted, sizes), sizes, strict=True))
    assert placed[0][0] - placed[0][1] / 2 >= -1e-9
    assert placed[-1][0] + placed[-1][1] / 2 <= 1.0 + 1e-9
    for (below, one), (above, other) in pairwise(placed):
        assert above - below >= (one + other) / 2 - 1e-9


def test_density_integrates_to_one_and_finds_a_normals_height() -> None:
    from scipy.stats import norm

    values = norm.ppf((np.arange(4_000) + 0.5) / 4_000)
    estimated = density_of_draws(values)
    assert estimated is not None
    points, heights = estimated
    assert np.trapezoid(heights, points) == pytest.approx(1.0, abs=0.005)
    # a kernel of relative width h = 2000^(-1/5) lowers the peak by 1 - 1/sqrt(1 + h^2) = 2.3%
    assert heights.max() == pytest.approx(norm.pdf(0.0), rel=0.03)
    assert density_of_draws(np.full(10, 3.0)) is None


@pytest.mark.parametrize(("low", "high"), [(26.3, 27.1), (24.0, 27.5), (20.0, 32.0), (26.61, 26.69)])
def test_flop_ticks_are_round_and_few(low: float, high: float) -> None:
    ticks = flop_ticks(low, high, 5)
    assert len(ticks) <= 5
    for tick in ticks:
        assert low <= math.log10(tick) <= high
        text = flop_tick_text(tick)
        assert "." not in text
    assert flop_tick_text(3e26) == "3 \N{MULTIPLICATION SIGN} 10²⁶"
    assert flop_tick_text(1e27) == "10²⁷"


def test_values_are_written_with_their_units() -> None:
    written = {
        ("algorithmic_progress", 24.3, "x per year"): "24x per year",
        ("hyperscaler_budget", 0.00774, "1"): "0.77%",
        ("mfu_china", 0.2, "1"): "20%",
        ("mfu_ratio", 0.7649, "1"): "0.76",
        ("rubin_uplift", 1.5, "1"): "1.5",
        ("china_stock", 1.78e6, "H100e"): "1.8M H100e",
        ("mythos_chips", 361_803.0, "chips"): "362k chips",
        ("post_training_months", 1.0, "months"): "1.0 months",
    }
    for (quantity, value, unit), text in written.items():
        assert value_text(quantity, value, unit) == text
    assert [count_text(v) for v in (950, 999.9, 75_000, 999_700, 1.4e6, 2e9)] == [
        "950",
        "1k",
        "75k",
        "1M",
        "1.4M",
        "2G",
    ]
    assert flop_text(5.14e26) == "5.1 \N{MULTIPLICATION SIGN} 10²⁶"


def test_every_quantity_has_a_name_of_its_own() -> None:
    names = [*ASSUMPTIONS.beliefs, "mfu_ratio"]
    texts = {quantity_text(name) for name in names}
    assert len(texts) == len(names)
    assert not any("_" in text or text != text.strip() for text in texts)
    assert {"Algorithmic progress", "MFU ratio", "Post-training time", "H200 purchases"} <= texts
