"""Pictures of levers by the day of their enactment, and under every commitment of compute."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.estimates import Distribution
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures import draw_enactment, draw_lever_grid, draw_levers
from catchup.analysis.presentation.figures.enactment import LATE, SHOWN
from catchup.analysis.presentation.figures.style import finding_of
from catchup.analysis.presentation.text import MINUS, brief_shift
from catchup.analysis.studies.counterfactuals import levers
from catchup.analysis.studies.enactment import levers_by_day
from catchup.analysis.studies.lever_grid import lever_grid
from catchup.model import load_assumptions

DAYS = [date(2026, 11, 21), date(2026, 12, 21), date(2027, 3, 21)]


@pytest.fixture(scope="module")
def prior() -> Posterior:
    return prior_of(Question(load_assumptions(), DAYS[0], draws=2_000))


@pytest.mark.parametrize(
    ("below", "later", "said"),
    [
        (0.0, 0.0, "No lever moves the median beyond noise"),
        (0.7, 3.0, "No lever moves the median beyond noise; most delay of the 95% date: a ban, +3.0 months"),
        (0.0, 3.0, "Most delay: a ban, +3.0 months"),
    ],
)
def test_where_no_lever_moves_the_median_the_heading_says_what_the_late_date_does(
    prior: Posterior, below: float, later: float, said: str
) -> None:
    """A lever that moves only draws beyond a quantile of the baseline."""
    found, values = levers(prior), prior.ready.values
    moved = Distribution(values + later * (values > np.quantile(values, below)), prior.ready.weighting)
    row = replace(found.counterfactuals[0], title="A ban", ready=moved, baseline=prior.ready)
    assert finding_of(draw_levers(replace(found, counterfactuals=(row,), baseline=prior.ready))) == said


def test_curves_are_the_strongest_levers(prior: Posterior) -> None:
    result = levers_by_day(prior, DAYS)
    above, below = draw_enactment(result).axes
    first = {name: row[0].effect.shift(LATE).value for name, row in result.levers.items()}
    strongest = sorted(first, key=lambda name: -first[name])[:SHOWN]
    for name, curve, past in zip(strongest, above.lines, below.lines, strict=True):
        row = result.levers[name]
        assert curve.get_label() == row[0].effect.title
        np.testing.assert_allclose(curve.get_ydata(), [each.effect.shift(LATE).value for each in row])
        np.testing.assert_allclose(past.get_ydata(), [100.0 * each.effect.unmoved.value for each in row])


def test_a_curves_band_is_two_monte_carlo_errors_on_either_side(prior: Posterior) -> None:
    result = levers_by_day(prior, DAYS)
    above, _ = draw_enactment(result).axes
    titles = {row[0].effect.title: row for row in result.levers.values()}
    assert len(above.collections) == len(above.lines)
    for curve, band in zip(above.lines, above.collections, strict=True):
        shifts = [each.effect.shift(LATE) for each in titles[str(curve.get_label())]]
        corners = band.get_paths()[0].vertices
        for day, shift in zip(np.asarray(curve.get_xdata()), shifts, strict=True):
            ends = corners[corners[:, 0] == day, 1]
            assert (ends.min(), ends.max()) == pytest.approx(
                (shift.value - 2.0 * shift.mcse, shift.value + 2.0 * shift.mcse)
            )


def test_every_cell_says_its_shift_and_the_largest_is_darkest(prior: Posterior) -> None:
    result = lever_grid(prior)
    axes = draw_lever_grid(result).axes[0]
    assert len(axes.texts) == len(axes.patches) == len(result.levers) * (1 + len(result.regimes))
    shifts = [result.bought(lever, regime, LATE) for lever in result.levers for regime in (None, *result.regimes)]
    shades = [patch.get_alpha() for patch in axes.patches]
    assert int(np.argmax(shades)) == int(np.argmax([abs(shift.value) * (not shift.noise) for shift in shifts]))
    for shift, text in zip(shifts, axes.texts, strict=True):
        assert text.get_text() == brief_shift(shift)
        if shift.meaningful and not shift.noise and math.isfinite(shift.value):
            said = float(text.get_text().replace(MINUS, "-"))
            assert said == pytest.approx(
                shift.value, abs=0.5 if abs(said) >= 100.0 else 0.05 if abs(said) >= 0.1 else 0.01
            )
    assert len({text.get_text() for text in axes.texts}) > 2


@pytest.mark.parametrize("shown", [[], ["--by-day"], ["--grid"]])
def test_the_command_draws_what_it_shows(shown: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "levers.svg"
    asked = ["levers", *shown, "--evidence", "none", "--draws", "2000", "--as-of", "2026-11-21"]
    assert run([*asked, "--plot", str(path)]) == 0
    assert "Remote access" in path.read_text(encoding="utf-8")
    assert run([*asked, "--plot", str(tmp_path)]) == 2
    assert "--plot" in capsys.readouterr().err
