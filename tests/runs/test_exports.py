"""A run in other people's formats: the hub's columns and dates, Metaculus's curve, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis.archive.exports import continuous_curve, export
from catchup.analysis.archive.reading import Run, read_run
from catchup.analysis.archive.views import Curve
from catchup.analysis.inference.question import Question
from catchup.analysis.inference.request import Request
from catchup.analysis.runs.run import run
from catchup.model.assumptions import load_assumptions
from catchup.priors.errors import CatchupError, InputError
from normal_dates import normal

Shelf = tuple[Path, list[Run]]

ROUNDED = 0.5e-4 * 30.44  # days: months are published to four decimals


def test_the_hubs_columns(shelf: Shelf) -> None:
    rows = list(csv.DictReader(io.StringIO(export(shelf[1][-1], "hubverse"))))
    assert tuple(rows[0]) == ("origin_date", "event", "target", "output_type", "output_type_id", "value")
    assert {row["output_type"] for row in rows} == {"quantile", "sample"}
    targets = {row["target"] for row in rows}
    assert targets == {"days to ready", "days to publicly known"}
    for target in targets:
        own = [row for row in rows if row["target"] == target]
        quantiles = [row for row in own if row["output_type"] == "quantile"]
        levels = [float(row["output_type_id"]) for row in quantiles]
        values = [float(row["value"]) for row in quantiles]
        assert levels == sorted(levels)
        assert values == sorted(values)
        assert all(0 < level < 1 for level in levels)
        samples = [row["output_type_id"] for row in own if row["output_type"] == "sample"]
        assert len(set(samples)) == len(samples)
        # a lab that never says anything has no day: those quantiles and samples have no row
        assert len(samples) == 100 if target == "days to ready" else 80 < len(samples) < 100


def test_the_hubs_dates_are_the_forecasts(shelf: Shelf) -> None:
    """The origin's date and a value of its row make the date."""
    for run_ in (shelf[1][0], shelf[1][-1]):
        rows = csv.DictReader(io.StringIO(export(run_, "hubverse")))
        found = {(row["target"], row["output_type_id"]): row for row in rows if row["output_type"] == "quantile"}
        for target, name in (("days to ready", "ready"), ("days to publicly known", "known")):
            for p, entry in run_.forecast[name]["quantiles"].items():
                if entry["months"] is None:
                    assert (target, p) not in found
                    continue
                row = found[target, p]
                moment = datetime.fromisoformat(row["origin_date"]) + timedelta(days=float(row["value"]))
                ends = (moment + timedelta(days=sign * ROUNDED) for sign in (-1, 1))
                assert entry["date"] in {end.date().isoformat() for end in ends}


def test_the_continuous_curve_keeps_the_formats_rules(shelf: Shelf) -> None:
    content = json.loads(export(shelf[1][-1], "metaculus"))
    assert content["target"] == "known"
    curve = np.array(content["continuous_cdf"])
    steps = np.diff(curve)
    # what Metaculus takes: 201 points, each from 0.00005 to 0.2 above the last, and 0.001 left beyond an open bound
    assert curve.size == 201
    assert steps.min() >= 0.00005
    assert steps.max() <= 0.2
    assert curve[0] >= 0.001
    assert curve[-1] <= 0.999


@pytest.mark.parametrize(("sd", "held"), [(0.12, True), (0.115, False)])
def test_a_step_that_the_format_cannot_hold_is_refused(sd: float, held: bool) -> None:
    """Of a normal distribution midway in a step, half of which is 0.03 month: 0.2 of it at most."""
    curve = Curve.of(normal(10.03, sd))
    if held:
        assert np.diff(continuous_curve(curve, 4.0, 16.0)).max() <= 0.2
    else:
        with pytest.raises(
            CatchupError, match=r"20% of the probability lies in one of 200 steps \(month 10\.00\): narrow"
        ):
            continuous_curve(curve, 4.0, 16.0)


@pytest.mark.parametrize("bounds", [(4.0, 16.0), (10.0, 10.1)])
def test_what_is_known_is_not_helped_by_narrower_bounds(bounds: tuple[float, float]) -> None:
    with pytest.raises(CatchupError, match="it is known, and there is nothing to forecast"):
        continuous_curve(Curve.of(normal(10.0301, 1e-9)), *bounds)


def test_the_continuous_curve_is_the_distribution() -> None:
    from scipy.stats import norm

    curve = np.array(continuous_curve(Curve.of(normal(10.0, 2.0)), 4.0, 16.0))
    exact = norm.cdf(np.linspace(4.0, 16.0, 201), 10.0, 2.0)
    # a hundredth of a uniform rise is mixed in, and 1/1000 kept beyond each bound
    assert np.abs(curve - exact).max() < 0.0115


@pytest.mark.parametrize("form", ["csv", "json", "hubverse"])
@pytest.mark.parametrize("bound", ["lower", "upper"])
def test_an_option_that_a_format_does_not_use_is_refused(form: str, bound: str, shelf: Shelf) -> None:
    with pytest.raises(InputError, match=rf"{bound}: is for format metaculus; {form}"):
        export(shelf[1][0], form, **{bound: date(2030, 1, 1)})


def test_a_format_that_there_is_not_is_named(shelf: Shelf) -> None:
    with pytest.raises(InputError, match=r"format: unknown format 'jsn'; did you mean 'json'\?"):
        export(shelf[1][0], "jsn", lower=date(2030, 1, 1))


@pytest.mark.parametrize(
    ("first", "last"), [("2026-08-31", "2028-08-31"), ("2026-02-28", "2028-02-28"), ("2028-02-29", "2030-02-28")]
)
def test_a_question_without_an_end_is_two_years_long(first: str, last: str, shelf: Shelf) -> None:
    content = json.loads(export(shelf[1][-1], "metaculus", lower=date.fromisoformat(first)))
    assert (content["range_min"], content["range_max"]) == (first, last)


def test_csv_and_json_say_what_the_forecast_says(shelf: Shelf) -> None:
    last = shelf[1][-1]
    assert json.loads(export(last, "json")) == last.forecast
    rows = list(csv.DictReader(io.StringIO(export(last, "csv"))))
    assert float(rows[2]["months"]) == last.forecast["ready"]["quantiles"]["0.5"]["months"]


def test_a_model_that_tells_nothing_of_what_is_known_is_exported_by_ready(tmp_path: Path) -> None:
    question = Question(load_assumptions(model="article"), date(2026, 11, 21), draws=2_000)
    made = run(Request(question, evidence="none"), tmp_path / "runs", brief=True)
    again = read_run(made.folder)
    assert again.forecast["known"] is None
    assert json.loads(export(again, "metaculus"))["target"] == "ready"
    assert {row["target"] for row in csv.DictReader(io.StringIO(export(again, "csv")))} == {"ready", "pretrained"}
    assert {row["target"] for row in csv.DictReader(io.StringIO(export(again, "hubverse")))} == {"days to ready"}
