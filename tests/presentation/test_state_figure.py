"""The picture of where the race stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.commands.main import run
from catchup.analysis.inference.posterior import prior_of
from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.figures import draw_state
from catchup.analysis.presentation.text import chance_text
from catchup.analysis.studies.state import State, state
from catchup.model import load_assumptions


@pytest.fixture(scope="module")
def found() -> State:
    return state(prior_of(Question(load_assumptions(), date(2026, 11, 21), draws=2_000)))


def shares_of(result: State) -> list[list[float]]:
    """Give the share of each stage, by bar from the top down."""
    rows = [[row.probability.value for row in result.stages]]
    return rows + [[chance.value for chance in row.values()] for row in result.firms.values()]


def test_every_bar_is_whole(found: State) -> None:
    axes = draw_state(found).axes[0]
    for place, row in enumerate(shares_of(found)):
        bars = [bar for bar in axes.patches if bar.get_y() < place < bar.get_y() + bar.get_height()]
        assert [bar.get_width() for bar in bars] == pytest.approx([100.0 * share for share in row])
        assert sum(bar.get_width() for bar in bars) == pytest.approx(100.0)


@pytest.mark.parametrize("width", [7.2, 4.2])
def test_a_part_of_a_bar_names_its_share_where_there_is_room_for_it(found: State, width: float) -> None:
    figure = draw_state(found, width=width)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    by_place = {text.get_position(): text for text in axes.texts}
    assert len(by_place) == len(axes.texts)
    shares = [share for row in shares_of(found) for share in row]
    for bar, share in zip(axes.patches, shares, strict=True):
        middle = bar.get_x() + bar.get_width() / 2.0, round(bar.get_y() + bar.get_height() / 2.0)
        text = by_place.pop(middle, None)
        assert text or share < 0.25
        if text:
            assert text.get_text() == chance_text(share)
            assert text.get_window_extent().width <= bar.get_window_extent().width
    assert not by_place


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
