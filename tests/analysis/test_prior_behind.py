"""The prior that stands behind a forecast's picture: sentences beside the picture begin from the same one."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from catchup.analysis.commands.main import run

DAY = date(2026, 11, 26)
MOVED = re.compile(r"The evidence moved the median by (.+?) months, from (\d+ \w+ \d+)")


def words_of(picture: Path) -> str:
    """Texts of a picture in the order in which they are drawn, lines joined."""
    return " ".join(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text(encoding="utf-8"))).split())


@pytest.mark.parametrize("model", ["current", "article"])
@pytest.mark.parametrize("evidence", ["default", "microsoft-slide"])
def test_the_picture_says_of_the_evidence_what_the_table_says(
    model: str, evidence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "date.svg"
    command = ["forecast", "--model", model, "--as-of", DAY.isoformat(), "--draws", "5000", "--plot", str(picture)]
    assert run([*command, "--engine", "importance", "--evidence", evidence]) == 0
    said, drawn = MOVED.search(" ".join(capsys.readouterr().out.split())), words_of(picture)
    assert said
    assert said[0] in drawn
    assert f"Prior alone: median {said[2]} (" in drawn
    assert ("Monte Carlo error up to" in drawn) == (model == "current")  # of its late tail
