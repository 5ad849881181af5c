"""A run in plain text or a short page, for a mail: its headline, what moved it, and what to watch."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from ..archive.reading import UNTRUSTED, Run, why_untrusted
from ..inference.estimates import Estimate
from ..inference.json_values import estimate_of
from .harmless import harmless
from .html import environment
from .site.headline import Headline, headline_of
from .site.moved import Story, story_of
from .text import share_text, shift_text

WIDTH = 78
MOST = 98  # lines, however much has moved
WATCHED = 6  # things to watch that are named
DOUBTED = f"This run {UNTRUSTED}."
UNWATCHED = "This run was made without looking ahead; a whole one has it."
NOTHING_TO_SEE = "Nothing that is watched would move it by more than noise."
SENTENCES_OF_A_PAGE = 15  # so that four kinds stay below 100 lines
SENTENCES = 20  # contributions of a kind that are named


def digest_text(run: Run) -> str:
    """Return a run in plain text of fewer than 100 lines.

    Raises
    ------
    CatchupError, KeyError, TypeError, ValueError
        If the run is damaged.
    """
    doubted = [*_wrapped(DOUBTED), ""] if why_untrusted(run) else []
    lines = [*doubted, *_headline(headline_of(run)), "", *moved_lines(story_of(run)), "", *_watch(run.section("watch"))]
    if len(lines) > MOST:
        lines = [*lines[: MOST - 1], "... the report has the rest."]
    return "\n".join(lines) + "\n"


def digest_html(run: Run) -> str:
    """Return a run as a page of fewer than 100 lines, for a mail that shows HTML.

    Raises
    ------
    CatchupError, KeyError, TypeError, ValueError
        If the run is damaged.
    """
    found = run.section("watch")
    return (
        environment()
        .get_template("digest.html.j2")
        .render(
            doubted=DOUBTED if why_untrusted(run) else "",
            headline=headline_of(run),
            story=story_of(run),
            most=SENTENCES_OF_A_PAGE,
            watched=[] if found is None else _watched(found),
            unwatched=UNWATCHED,
        )
        + "\n"
    )


def _headline(headline: Headline) -> Iterator[str]:
    yield from _wrapped(f"{headline.arrival}.")
    yield from _wrapped(f"As of {headline.day}, model {headline.model}, event {headline.event}.")
    yield ""
    for line in (*headline.warnings, *headline.lines):
        yield from _wrapped(line)


def moved_lines(story: Story) -> Iterator[str]:
    """Yield what moved it, in lines of plain text."""
    yield from _titled("What moved it")
    yield from _wrapped(story.finding)
    for group in story.groups:
        yield from ("", f"{group.heading}:")
        for sentence in group.sentences[:SENTENCES]:
            yield from _wrapped(sentence, bullet=True)
        if len(group.sentences) > SENTENCES:
            yield f"- and {len(group.sentences) - SENTENCES} more"
    if story.sum:
        yield ""
        yield from _wrapped(story.sum)


def _watch(found: Mapping[str, Any] | None) -> Iterator[str]:
    yield from _titled("What to watch")
    if found is None:
        yield from _wrapped(UNWATCHED)
        return
    for text in _watched(found):
        yield from _wrapped(text, bullet=True)


def _watched(found: Mapping[str, Any]) -> list[str]:
    """What to watch, of which something would move the date by more than noise."""
    rows = [row for row in found["observables"] if any(_tells(_shift(outcome)) for outcome in row["outcomes"])]
    return [_watched_text(row) for row in rows[:WATCHED]] or [NOTHING_TO_SEE]


def _tells(shift: Estimate) -> bool:
    return math.isinf(shift.value) or not shift.noise


def _watched_text(row: Mapping[str, Any]) -> str:
    chance = row["probability"]
    likely = f", {share_text(chance)} likely within half a year" if row["probability_is"] == "judgement" else ""
    seen = "; ".join(_outcome_text(outcome) for outcome in row["outcomes"])
    return f"{row['title']}{likely}: {seen}."


def _outcome_text(outcome: Mapping[str, Any]) -> str:
    shift = _shift(outcome)
    said, moved = outcome.get("says", outcome["id"]), shift_text(shift)
    if math.isinf(shift.value):
        return f"{said} beyond all that is followed"
    return f"{said} {moved}{' months' if moved[0] in '+-' else ''}"


def _shift(outcome: Mapping[str, Any]) -> Estimate:
    return estimate_of(outcome["shift"]["0.5"])


def _titled(title: str) -> tuple[str, str]:
    return title, "-" * len(title)


def _wrapped(text: str, *, bullet: bool = False) -> list[str]:
    first, rest = ("- ", "  ") if bullet else ("", "")
    return textwrap.wrap(harmless(text), WIDTH, initial_indent=first, subsequent_indent=rest)
