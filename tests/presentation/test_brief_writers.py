"""What is written briefly, for a picture's column or in a sentence: one writer for each, of one size of nothing."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from catchup.analysis.inference.estimates import Estimate
from catchup.analysis.inference.words import QUESTION
from catchup.analysis.presentation.text import SMALLEST_SHIFT, brief_shift, figure, shift_text

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("shift", "brief", "in_full"),
    [
        (Estimate(2.416, 0.1), "+2.4", "+2.42 ± 0.10"),
        (Estimate(-0.04, 0.01), "\N{MINUS SIGN}0.04", "-0.04 ± 0.01"),
        (Estimate(-123.4, 1.0), "\N{MINUS SIGN}123", "-123.40 ± 1.00"),
        (Estimate(0.2, 0.3), "0", "within noise"),
        (Estimate(0.9 * SMALLEST_SHIFT, 1e-4), "0", "below 0.01"),
        (Estimate(math.inf, math.nan), "never", "to never"),
        (Estimate(1.0, 0.1, meaningful=False), "?", "+1.00 ± 0.10"),
    ],
)
def test_a_shift_is_written_in_full_with_its_error_or_briefly(shift: Estimate, brief: str, in_full: str) -> None:
    assert (brief_shift(shift), shift_text(shift)) == (brief, in_full)


@pytest.mark.parametrize(
    ("value", "text"), [(1e3, "1,000"), (12_345.6, "12,346"), (329_057.0, "329,057"), (9.9e7, "99,000,000")]
)
def test_thousands_stand_apart_in_one_way(value: float, text: str) -> None:
    """By a comma, at which no line breaks: a row of priors broke its figures at their spaces."""
    assert figure(value) == text


def test_the_projects_question_stands_once() -> None:
    """And again only in the words that the package index shows."""
    places = [path for path in (ROOT / "analysis").rglob("*") if path.suffix in (".py", ".j2", ".toml")]
    holding = [path.relative_to(ROOT).as_posix() for path in places if QUESTION in path.read_text(encoding="utf-8")]
    assert holding == ["analysis/inference/words.py"]
    assert f'description = "{QUESTION}' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
