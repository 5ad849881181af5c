"""The smallest cases: no weight, pairs of draws, the fewest points."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from catchup.analysis.inference import processes
from catchup.analysis.inference.adaptation import FEW, PILOT_DRAWS, SETTLED, Pilot, adapt
from catchup.analysis.inference.draws import Values
from catchup.analysis.inference.estimates import Weighting
from catchup.analysis.inference.forecast import forecast_prior
from catchup.analysis.inference.genuineness import genuine_in
from catchup.analysis.inference.importance import effective_number
from catchup.analysis.inference.likelihoods import prior_for
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.probabilities import HEADLINE
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.silence import STALE, Silence
from catchup.analysis.inference.weights import lightened
from catchup.analysis.inference.widening import Widening
from catchup.analysis.presentation.figures import draw_cumulative
from catchup.analysis.presentation.figures.style import finding_of
from catchup.analysis.presentation.json_form import dates_as_json
from catchup.analysis.presentation.markdown import to_markdown
from catchup.analysis.presentation.site.headline import days_of, errors_of
from catchup.analysis.presentation.tables.forecast import beside_texts, date_table
from catchup.analysis.presentation.text import SAID_ERROR, day_text, interval_text
from catchup.model.assumptions import load_assumptions
from catchup.model.draws import QuantileTransform
from catchup.priors.errors import InputError
from catchup.priors.families import Normal
from item_cases import DAY, item


def test_draws_none_of_which_can_be_are_worth_none() -> None:
    assert effective_number(np.full(3, -np.inf)) == 0.0


def test_draws_that_weigh_one_to_three_count_as_sixteen_tenths() -> None:
    assert effective_number(np.log([1.0, 3.0]) - 700.0) == pytest.approx(1.6)


@pytest.mark.parametrize("months", [0.0, -1.0, math.inf, math.nan])
def test_launches_are_some_months_apart(months: float) -> None:
    with pytest.raises(InputError, match=r"months from 0\.001 to 120 were expected"):
        Question(load_assumptions(), DAY, launch_grid=months)


def test_pairs_are_left_out_whole() -> None:
    heavy, light = [0.3, 0.0], [0.0, 1e-9]
    positions, left = lightened(Weighting(6, weights=np.array([*light, *heavy, 0.7, 0.0]), replicates=3))
    assert positions.tolist() == [2, 3, 4, 5]
    assert left.replicates == 2
    assert left.weights.tolist() == [0.3, 0.0, 0.7, 0.0]


def test_sixteen_draws_are_the_fewest_of_a_sequence() -> None:
    question = Question(load_assumptions(), date(2026, 11, 21), draws=16, quasi_random=True)
    assert question.draws == 16
    with pytest.raises(InputError, match="at least 16, not 15"):
        replace(question, draws=15)


def test_what_distillation_depends_on_is_drawn_where_it_is_asked_for() -> None:
    assumptions = load_assumptions()
    assert "distilled_share" not in assumptions.needed()
    assert "distilled_share" in assumptions.needed(distillation=True)


@pytest.mark.parametrize(
    ("limit", "copied", "expected"), [("", True, 2), ("1", True, 1), ("9", True, 2), ("", False, 1)]
)
def test_as_many_processes_as_may_be(limit: str, copied: bool, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(processes.LIMIT, limit)
    monkeypatch.setattr(processes, "_can_be_copied", lambda: copied)
    monkeypatch.setattr("os.sched_getaffinity", lambda process: {0, 1}, raising=False)
    assert processes.processes() == expected


def test_only_what_is_doubted_has_a_probability_of_being_genuine() -> None:
    question = Question(load_assumptions(model="article"), DAY, draws=500)
    sure, doubted = item("capability_lag", "sure"), item("compute_reading", "doubted")
    values = prior_for(question, [sure, doubted]).first(500)
    assert genuine_in(question, values, [sure]) == {}
    found = genuine_in(question, values, [sure, doubted])
    assert list(found) == ["doubted"]
    assert (found["doubted"] >= 0.0).all()
    assert (found["doubted"] <= 1.0).all()
    assert 0.0 < found["doubted"].mean() < 1.0


def test_a_prior_of_which_enough_counts_is_fitted_to_once() -> None:
    beliefs = {"one": Normal(mean=0.0, sd=1.0)}
    asked: list[int] = []

    def log_likelihood(values: Values) -> np.ndarray:
        asked.append(values["one"].size)
        return stats.norm(1.0, 0.25).logpdf(values["one"])

    draws = 3 * PILOT_DRAWS
    ranks = np.random.default_rng(1).random((1, draws))
    transform = QuantileTransform(beliefs, ["one"])
    begun = Pilot(ranks, np.zeros(draws), log_likelihood(transform(ranks.copy())))
    assert SETTLED * PILOT_DRAWS < begun.effective < FEW * draws
    found = adapt(transform, log_likelihood, np.random.default_rng(2), begun)
    assert found is not None
    assert found.share == math.inf
    assert asked == [draws]


@pytest.mark.parametrize(("days", "stale"), [(0, False), (STALE.days, False), (STALE.days + 1, True)])
def test_a_silence_is_stale_once_two_weeks_have_passed(days: int, stale: bool) -> None:
    assert Silence("quiet", "mythos-class", DAY, DAY - timedelta(days), DAY).stale is stale


def test_nobody_is_sent_to_confirm_a_finding_of_a_given_day() -> None:
    looked = DAY - timedelta(60)
    silences = [Silence("quiet", "mythos-class", DAY, looked, looked, dated=dated) for dated in (False, True)]
    assert "evidence confirm quiet" in silences[0].text
    assert "evidence confirm" not in silences[1].text
    assert "adds an item of that day" in silences[1].text


def test_what_never_comes_is_not_around_a_day() -> None:
    assert interval_text("never", "never", "never", [None]).startswith("never, more likely than not (90%")
    assert interval_text("1 Jan 2027", "2 Jan 2027", "never", [None]).startswith("around 2 Jan 2027 (90%")


def test_what_comes_beyond_the_calendar_is_not_said_never_to_come() -> None:
    """So slow a progress leaves most dates thousands of years away, and all of them finite: never has one meaning."""
    question = Question(load_assumptions(fixed={"algorithmic_progress": 1.0001}), DAY, draws=2_000)
    assert [day_text(question, months) for months in (2e5, math.inf)] == ["after 9999", "never"]
    ready = prior_of(question).ready
    assert math.isfinite(ready.quantile_value(0.95))
    entry = {"quantiles": dates_as_json(ready, question, HEADLINE)}
    low, median, high = days_of(entry)
    assert (median, high) == ("after 9999", "after 9999")
    said = interval_text(low, median, high, errors_of(entry))
    assert said.startswith(f"after 9999, more likely than not (90% interval: {low} to after 9999")
    error = ready.quantile(0.05).mcse  # of the one day that is told, and of no other quantile
    assert said.endswith(f"; Monte Carlo error up to {error:.1f} months)" if error >= SAID_ERROR else "9999)")
    (head,) = (line for line in beside_texts(forecast_prior(question)) if line.startswith("On compute alone"))
    assert "after 9999, more likely than not" in head
    assert "never" not in head


def test_a_picture_and_its_table_say_so_too_and_no_error_of_what_has_no_day() -> None:
    question = Question(load_assumptions(fixed={"algorithmic_progress": 1.0001}), DAY, draws=2_000)
    found = forecast_prior(question)
    title = finding_of(draw_cumulative(found))
    assert "by after 9999" not in title
    assert "after 9999" in title
    assert "ever gets there" not in title
    table = to_markdown(date_table(found))
    (middle,) = (line for line in table.splitlines() if line.startswith("| 50%"))
    assert "after 9999" in middle
    assert "±" not in middle


@pytest.mark.parametrize(
    ("needed", "excess"), [(6.0, math.log(2.0)), (2.0, 0.0), (0.5, math.log(2.0)), (-1.0, 1.0), (None, math.inf)]
)
def test_a_value_is_as_far_beyond_the_prior_as_its_ratio_or_the_widths_between(
    needed: float | None, excess: float
) -> None:
    assert Widening("x", needed, 1.0, low=1.0, high=3.0, unit="1").excess == pytest.approx(excess)
