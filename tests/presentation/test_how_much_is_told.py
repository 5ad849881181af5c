"""Where lists end: one more than site and digest tell at once is left out, and said to be where that is a sentence."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from catchup.analysis.archive.reading import FORECAST, Run
from catchup.analysis.presentation import digest
from catchup.analysis.presentation.digest import digest_html, digest_text, moved_lines
from catchup.analysis.presentation.site.feed import Told, feed_text
from catchup.analysis.presentation.site.headline import headline_of
from catchup.analysis.presentation.site.moved import Group, Story, _reasons

SHORT = ["first", "second", "third"]


def a_run(**sections: Any) -> Run:
    quantiles = {p: {"months": 20.0, "date": "2027-10-24", "mcse": 0.1} for p in ("0.05", "0.5", "0.95")}
    manifest = SimpleNamespace(as_of=date(2026, 11, 21), model="any", event="any", files={FORECAST: "0"})
    forecast = {"ready": {"quantiles": quantiles}}
    kept = SimpleNamespace(forecast=forecast, manifest=manifest, name="a-run", section=sections.get)
    return cast(Run, kept)


def a_story(*counts: int) -> Story:
    """So many contributions, of so many kinds."""
    return Story(
        "It moved.", tuple(Group("news", f"News {k}", (), ("It came.",) * count) for k, count in enumerate(counts))
    )


def watched(count: int) -> dict[str, Any]:
    """As many things to watch, each of which would move the date."""
    outcome = {"id": "yes", "shift": {"0.5": {"months": 2.0, "mcse": 0.1}}}
    common = {"probability": 0.5, "probability_is": "forecast", "outcomes": [outcome]}
    return {"observables": [{"title": f"Thing {k}", **common} for k in range(count)]}


@pytest.mark.parametrize(("runs", "entries"), [(60, 60), (61, 60)])
def test_the_feed_has_sixty_entries(runs: int, entries: int) -> None:
    run = a_run()
    told = [Told(run, headline_of(run), Story(""))] * runs
    assert feed_text(told, "Forecasts", None).count("<entry>") == entries


@pytest.mark.parametrize(("sentences", "told"), [(20, 20), (21, 20)])
def test_a_digest_names_twenty_contributions_of_a_kind(sentences: int, told: int) -> None:
    lines = list(moved_lines(a_story(sentences)))
    assert lines.count("- It came.") == told
    assert ("- and 1 more" in lines) == (sentences > told)


@pytest.mark.parametrize(("sentences", "told"), [(15, 15), (16, 15)])
def test_a_digests_page_names_fifteen(sentences: int, told: int, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(a_run(), a_story(sentences), monkeypatch, html=True)
    assert page.count("<li>It came.</li>") == told
    assert ("<li>and 1 more</li>" in page) == (sentences > told)


@pytest.mark.parametrize(("things", "told"), [(6, 6), (7, 6)])
@pytest.mark.parametrize("html", [False, True])
def test_a_digest_names_six_things_to_watch(
    things: int, told: int, html: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page_of(a_run(watch=watched(things)), Story(""), monkeypatch, html=html).count("Thing ") == told


def test_a_digest_has_98_lines_however_much_has_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = page_of(a_run(watch=watched(6)), a_story(*([20] * 6)), monkeypatch).splitlines()
    assert (len(lines), lines[-1]) == (98, "... the report has the rest.")


def page_of(run: Run, story: Story, monkeypatch: pytest.MonkeyPatch, *, html: bool = False) -> str:
    monkeypatch.setattr(digest, "story_of", lambda _: story)
    monkeypatch.setattr(digest, "why_untrusted", lambda _: None)
    return digest_html(run) if html else digest_text(run)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (SHORT, "first second third"),
        ([*SHORT, "fourth", "fifth"], "first second third And 2 more entries."),
        (["a" * 99 + " " + "b" * 99 + " " + "c" * 100], "a" * 99 + " " + "b" * 99 + " " + "c" * 100),
        (["a" * 99 + " " + "b" * 99 + " " + "c" * 101], "a" * 99 + " " + "b" * 99 + " ..."),
    ],
)
def test_three_entries_of_the_changelog_are_quoted_to_300_characters(entries: list[str], said: str) -> None:
    step = cast(Any, SimpleNamespace(reasons=tuple(entries)))
    assert _reasons(step) == f" (the changelog says: {said})"
