"""The Atom feed: an entry a run, newest first, dated by the run's day and never by a clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from ...archive.reading import FORECAST, Run
from ...archive.store import RUN_NAME
from ..html import environment
from ..text import around_text
from .addresses import FEED, run_page
from .headline import Headline
from .moved import Story

NEWEST = 60  # entries; a reader that has been away for longer finds the archive


class Told(NamedTuple):
    """A run with what is told of it."""

    run: Run
    headline: Headline
    story: Story


def feed_text(told: Sequence[Told], title: str, address: str | None) -> str:
    """Return the feed.

    Parameters
    ----------
    told : sequence of Told
        Every run, newest first; one at least.
    title : str
        Of the feed.
    address : str, optional
        Where the site is served, ending in a slash; without it links are relative. Ids are names made of what the runs
        hold, with it or without: an entry whose id changed would come to every reader once more.
    """
    template = environment().get_template("site/feed.xml.j2")
    event = told[0].run.manifest.event
    return (
        template.render(
            title=title,
            identity=_name(f"catchup/{event}"),
            root=address or "",
            feed=FEED,
            updated=_moment(told[0].run),
            entries=[_entry(one) for one in told[:NEWEST]],
        )
        + "\n"
    )


def _entry(told: Told) -> dict[str, object]:
    run = told.run
    return {
        "identity": _name(f"{run.name}/{run.manifest.files[FORECAST]}"),
        "page": run_page(run.name),
        "title": f"{told.headline.day}, model {told.headline.model}: {_arrival(told.headline)}",
        "updated": _moment(run),
        "headline": told.headline,
        "story": told.story,
    }


def _name(text: str) -> str:
    return uuid5(NAMESPACE_URL, text).urn


def _arrival(headline: Headline) -> str:
    """Say in few words when it comes, and first of all that it has."""
    if not headline.known_since:
        return around_text(headline.median)
    return f"{headline.known_since[:1].lower()}{headline.known_since[1:]}, ready {around_text(headline.median)}"


def _moment(run: Run) -> str:
    """A run's day, each further run of a day a second later: readers put entries in order by it."""
    named = RUN_NAME.match(run.name)
    place = int(named[2] or 1) - 1 if named else 0
    return f"{datetime.combine(run.manifest.as_of, time()) + timedelta(seconds=place):%Y-%m-%dT%H:%M:%SZ}"
