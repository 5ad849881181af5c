"""Pictures of levers by the day of their enactment, and under every commitment of compute."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.posterior import Posterior, prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures import draw_enactment, draw_lever_grid
from catchup.analysis.presentation.figures.enactment import LATE, SHOWN
from catchup.analysis.studies.enactment import levers_by_day
from catchup.analysis.studies.lever_grid import lever_grid
from catchup.model import load_assumptions

DAYS = [date(2026, 11, 21), date(2026, 12, 21), date(2027, 3, 21)]


@pytest.fixture(scope="module")
def prior() -> Posterior:
    return prior_of(Question(load_assumptions(), DAYS[0], draws=2_000))


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


def test_every_cell_says_its_shift_and_the_largest_is_darkest(prior: Posterior) -> None:
    result = lever_grid(prior)
    axes = draw_lever_grid(result).axes[0]
    assert len(axes.texts) == len(axes.patches) == len(result.levers) * (1 + len(result.regimes))
    shifts = [result.bought(lever, regime, LATE) for lever in result.levers for regime in (None, *result.regimes)]
    shades = [patch.get_alpha() for patch in axes.patches]
    assert int(np.argmax(shades)) == int(np.argmax([abs(shift.value) * (not shift.noise) for shift in shifts]))
    for shift, text in zip(shifts, axes.texts, strict=True):
        assert (text.get_text() == "0") <= (shift.noise or abs(shift.value) < 0.01)


@pytest.mark.parametrize("shown", [[], ["--by-day"], ["--grid"]])
def test_the_command_draws_what_it_shows(shown: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "levers.svg"
    asked = ["levers", *shown, "--evidence", "none", "--draws", "2000", "--as-of", "2026-11-21"]
    assert run([*asked, "--plot", str(path)]) == 0
    assert "Remote access" in path.read_text(encoding="utf-8")
    assert run([*asked, "--plot", str(tmp_path)]) == 2
    assert "--plot" in capsys.readouterr().err
