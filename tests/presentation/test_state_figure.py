"""The picture of where the race stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures import draw_state
from catchup.analysis.presentation.figures.state import LABELLED
from catchup.analysis.presentation.text import chance_text
from catchup.analysis.studies.state import State, state
from catchup.model import load_assumptions


@pytest.fixture(scope="module")
def found() -> State:
    return state(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=2_000)))


def test_every_bar_is_whole_and_names_its_large_parts(found: State) -> None:
    axes = draw_state(found).axes[0]
    shares = [[row.probability.value for row in found.stages]]
    shares += [[chance.value for chance in row.values()] for row in found.firms.values()]
    for place, row in enumerate(shares):
        bars = [bar for bar in axes.patches if bar.get_y() < place < bar.get_y() + bar.get_height()]
        assert [bar.get_width() for bar in bars] == pytest.approx([100.0 * share for share in row])
        assert sum(bar.get_width() for bar in bars) == pytest.approx(100.0)
    written = [text.get_text() for text in axes.texts]
    assert written == [chance_text(share) for row in shares for share in row if share >= LABELLED]


def test_the_further_the_darker(found: State) -> None:
    bars = draw_state(found).axes[0].patches[:4]
    shades = [bar.get_alpha() for bar in bars]
    assert shades == sorted(shades)


def test_the_command_draws_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["state", "--evidence", "none", "--draws", "2000", "--as-of", "2026-11-21"]
    assert run([*asked, "--plot", str(tmp_path / "state.svg")]) == 0
    assert "In pre-training" in (tmp_path / "state.svg").read_text(encoding="utf-8")
    assert run([*asked, "--plot", str(tmp_path)]) == 2
    assert "--plot" in capsys.readouterr().err
