"""The Atom feed: an entry a run, newest first, dated by the run's day and never by a clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from ...archive.reading import FORECAST, Run
from ..html import environment
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
            updated=_moment(told[0].run.manifest.as_of),
            entries=[_entry(one) for one in told[:NEWEST]],
        )
        + "\n"
    )


def _entry(told: Told) -> dict[str, object]:
    run = told.run
    return {
        "identity": _name(f"{run.name}/{run.manifest.files[FORECAST]}"),
        "page": run_page(run.name),
        "title": f"{told.headline.day}: around {told.headline.median}",
        "updated": _moment(run.manifest.as_of),
        "headline": told.headline,
        "story": told.story,
    }


def _name(text: str) -> str:
    return uuid5(NAMESPACE_URL, text).urn


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"
