"""National capacity: the essay's figures, closed forms of the projection, and the race's national flows."""

from datetime import date
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catchup.analysis.presentation.tables.builders import as_json
from catchup.analysis.studies.readings.capacity import HORIZON, capacity, essay_arithmetic
from catchup.model.assumptions import load_assumptions
from catchup.model.capacity import (
    INSIDE,
    REMOTE,
    known_performance,
    load_capacity_scenarios,
    national_pools,
    national_race,
    years_of_growth,
    years_since,
)
from catchup.priors.errors import InputError
from catchup.priors.hierarchy import MARGINAL_DRAWS
from catchup.priors.layers import Layer
from reading_cases import STANDARD_ERRORS, ask, assert_estimates, prior

H100_PEAK = 9.89e14
CHINA_2025 = 1.9e20


@pytest.fixture(scope="module")
def reading():
    question = ask()
    return capacity(prior(question))


def test_what_the_data_set_knows_of(reading):
    china, us = reading.nations["china"], reading.nations["us"]
    assert (us.performance, china.performance) == (9.1e20, CHINA_2025)
    assert china.h100e == pytest.approx(192_000, rel=1e-3)
    assert round(1.78e6 / china.h100e) == 9  # a ninth of the article's stock
    # both shares are of one data set: the wholes are one, as far as two digits of each figure tell
    reach = [(0.05e20 / part.performance, 0.005 / part.share) for part in (us, china)]
    low, high = (
        [part.whole * (1.0 + sign * a) / (1.0 - sign * b) for part, (a, b) in zip((us, china), reach, strict=True)]
        for sign in (-1.0, 1.0)
    )
    assert max(low) < min(high)


def test_essay_projects_one_year_of_growth_not_two():
    essay = essay_arithmetic(ask(100))
    assert essay.after_one_year == pytest.approx(essay.published, rel=1e-12)
    assert essay.after_one_year == pytest.approx(3.135e20, rel=1e-12)
    assert essay.after_two_years == pytest.approx(5.17e20, rel=1e-3)
    assert essay.years_published == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("days_per_month", [30.44, 28.0])
def test_a_year_is_as_long_as_twelve_months_of_the_calendar(days_per_month):
    overlay = Layer.of({"constant": {"days_per_month": {"value": days_per_month}}}, file="mine.toml")
    assumptions = load_assumptions([overlay])
    months = assumptions.calendar.months(HORIZON) - assumptions.calendar.months(assumptions.table.day("capacity_day"))
    assert 12.0 * years_since(assumptions, HORIZON) == pytest.approx(months, rel=1e-12)


@given(growth=st.floats(0.01, 5.0), years=st.floats(0.01, 20.0))
def test_years_of_growth_invert_the_growth(growth, years):
    later = known_performance(CHINA_2025, growth, years)
    assert years_of_growth(CHINA_2025, later, growth) == pytest.approx(years, rel=1e-9)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_whole_capacity_follows_from_growth_and_coverage(p):
    growth = 0.65
    question = ask(fixed={"capacity_growth_lax_cloud": growth})
    row = capacity(prior(question)).days[-1]
    assert row.day == HORIZON
    years = years_since(question.assumptions, HORIZON)
    coverage = 0.14 * np.exp(0.27 * NormalDist().inv_cdf(1.0 - p))
    exact = CHINA_2025 * (1.0 + growth) ** years / (H100_PEAK * coverage)
    assert_estimates(row.whole["tight-chips-lax-cloud"].quantile(p), exact)
    assert row.known["tight-chips-lax-cloud"].quantile_value(p) == pytest.approx(exact * coverage * H100_PEAK)


@pytest.mark.parametrize("p", [0.05, 0.5, 0.95])
def test_coverage_that_the_race_implies_is_that_of_the_stock_inside_china(reading, p):
    """Two quantities make the stock: its quantile is of draws too, known no worse than that of as many at random."""
    error = STANDARD_ERRORS * np.sqrt(p * (1.0 - p) / MARGINAL_DRAWS)
    low, exact, high = CHINA_2025 / (
        H100_PEAK * load_assumptions().quantiles("china_stock", [1.0 - p + error, 1.0 - p, 1.0 - p - error])
    )
    assert_estimates(reading.coverage_implied.quantile(p), exact, known_to=max(exact - low, high - exact))


def test_dies_obtained_through_a_proxy_bound_the_coverage(reading):
    assert reading.coverage_at_most == pytest.approx(CHINA_2025 / (H100_PEAK * 1e6), rel=1e-12)
    assert reading.coverage.probability_below(reading.coverage_at_most).value > 0.8


def test_growth_beyond_chips_needs_the_cloud(reading):
    *_, last = reading.days
    assert last.whole["tight-chips-lax-cloud"].quantile_value(0.05) > last.whole["tight-chips"].quantile_value(0.5)


def test_race_says_nothing_before_its_start(reading):
    by_day = {row.day: row for row in reading.days}
    assert by_day[date(2025, 6, 1)].inside is None
    assert by_day[date(2026, 2, 24)].inside is not None


def test_remote_access_comes_on_top(reading):
    start = next(row for row in reading.days if row.day == date(2026, 2, 24))
    stock = load_assumptions().beliefs["remote_stock"]
    added = start.with_remote.values - start.inside.values
    low, high = stock.support()
    assert low <= added.min() <= added.max() <= high
    assert added.mean() == pytest.approx(float(stock.quantile(0.5)), abs=5.0 * added.std() / np.sqrt(added.size))


@pytest.mark.parametrize(
    ("model", "bought"),
    [
        ("article", lambda medians: 3.0 * medians["h200_purchases"]),
        (
            "current",
            lambda medians: (
                medians["h200_shipped"]
                * sum(medians[f"{buyer}h200_purchases"] for buyer in ("", "alibaba_", "tencent_"))
            ),
        ),
    ],
    ids=["article", "current"],
)
@pytest.mark.parametrize("t", [0.0, 6.0, 12.0, 18.0, 24.0, 30.0])
def test_national_pools_are_the_national_flows_at_their_medians(model, bought, t):
    """Whole, whether or not a part of them can train: the data set beside them counts what stands there."""
    assumptions = load_assumptions(model=model)
    medians = {name: float(assumptions.quantiles(name, 0.5)) for name in [*assumptions.needed(), "h200_buyers"]}
    pools = national_pools(np, assumptions, {name: np.array([value]) for name, value in medians.items()})

    def ramp(start: float, length: float) -> float:
        return min(max((t - start) / length, 0.0), 1.0)

    inside = (
        medians["china_stock"]
        + bought(medians) * ramp(0.0, medians["h200_arrival_months"])
        + medians["ascend_950pr_2026"] * ramp(0.0, medians["ascend_950pr_arrival_months"])
        + medians["ascend_950dt"] * ramp(7.0, 12.0)
        + medians["ascend_950pr_2027"] * ramp(10.0, 12.0)
        + medians["smuggled_2026"] * (ramp(0.0, 12.0) + medians["rubin_uplift"] * ramp(12.0, 12.0))
    )
    remote = medians["remote_stock"] + medians["remote_growth"] * min(t, 24.0) / medians["remote_growth_months"]
    assert pools[INSIDE].at(np, t)[0] == pytest.approx(inside, rel=1e-12)
    assert pools[REMOTE].at(np, t)[0] == pytest.approx(remote, rel=1e-12)


@pytest.mark.parametrize(
    ("model", "firms"), [("article", ("hyperscaler", "startup")), ("current", ("bytedance", "deepseek"))]
)
def test_a_cohort_added_in_toml_counts_once_for_the_nation_whoever_holds_it(model, firms):
    cohort = {"amount": ["cohort", "ascend_share"], "start": 3, "length": 6, "channel": "ascend-2026"}
    tables = {
        "quantity": {
            "cohort": {
                "family": "fixed",
                "value": 1e5,
                "unit": "H100e",
                "description": "A cohort of chips",
                "sources": ["project"],
            }
        },
        "source": {
            "cohort": {**cohort, "title": "A cohort", "firm": firms[0]},
            "cohort-elsewhere": {**cohort, "title": "The same, another share", "firm": firms[1]},
        },
    }
    with_cohort = load_assumptions([Layer.of(tables, file="overlay.toml")], model=model)
    added = [source for source in national_race(with_cohort).sources.values() if "cohort" in source.amount]
    assert [source.amount for source in added] == [("cohort",)]
    assert len(national_race(with_cohort).sources) == len(national_race(load_assumptions(model=model)).sources) + 1


def test_a_growth_scenario_added_in_toml_is_found():
    tables = {"capacity": {"no-growth": {"title": "No growth", "growth": "no_growth"}}}
    tables["quantity"] = {
        "no_growth": {
            "family": "fixed",
            "value": 0.0,
            "unit": "per year",
            "description": "No growth",
            "sources": ["project"],
            "role": "comparison",
        }
    }
    question = ask(200, tables=tables)
    result = as_json(capacity(prior(question)))
    assert "no-growth" in result["scenarios"]
    assert result["days"][-1]["known_flop_per_second"]["no-growth"]["0.5"]["value"] == CHINA_2025


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"title": "x", "growth": "capacity_growth_lax_clouds"}, "did you mean 'capacity_growth_lax_cloud'"),
        ({"title": "x", "growth": "h200_buyers", "references": ["essay"]}, "unknown reference 'essay'"),
        ({"title": "x", "grow": "h200_buyers"}, "did you mean 'growth'"),
    ],
)
def test_a_wrong_growth_scenario_is_refused(row, message):
    assumptions = load_assumptions([Layer.of({"capacity": {"wrong": row}}, file="overlay.toml")])
    with pytest.raises(InputError, match=message) as refused:
        load_capacity_scenarios(assumptions)
    assert refused.value.file == "overlay.toml"


def test_figures_of_a_leap_day_are_carried_on_too():
    tables = {"constant": {"capacity_day": {"value": date(2028, 2, 29)}}}
    days = [each.day for each in capacity(prior(ask(200, tables=tables))).days]
    assert days[-3:] == [date(2028, 2, 29), date(2029, 2, 28), date(2030, 2, 28)]
