"""The page on events asks every event, and says what a milestone does."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from catchup.analysis.inference.question import Question
from catchup.analysis.presentation.pages.events import MILESTONE, event_page

PAGE = Path(__file__).parents[2] / "docs" / "events.md"


def test_the_page_asks_every_event(question: Question) -> None:
    page = event_page(replace(question, as_of=date(2026, 11, 21), draws=60_000))
    for name in question.assumptions.events:
        assert page.count(f"| `{name}` |") >= 2
    assert MILESTONE in page
    committed = PAGE.read_text(encoding="utf-8")
    titles = [line for line in page.splitlines() if line.startswith("#")]
    assert titles == [line for line in committed.splitlines() if line.startswith("#")]
