"""The pages of the site, each as text; what a run or its files say comes out as text, whatever it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ...archive.contributions import Shifted, contributions
from ...archive.history import Entry, History
from ...archive.reading import EXPLORER, REPORT, Run
from ...inference.words import QUESTION
from ..html import environment
from ..pages.priors import prior_sections
from ..report.contents import leaves_out
from ..report.section import Sentence
from ..table import Table
from ..tables.attribution import attribution_table
from ..tables.evidence import EXPLAINED, UNOPENED
from ..tables.history import history_table
from ..tables.scores import BRIER, MEASURES
from . import addresses
from .cards import CARD
from .feed import Told
from .headline import Headline
from .lives import lives
from .moved import Story
from .record import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RECENT = 8  # runs that the first page lists


class Site(NamedTuple):
    """What the pages know of the site as a whole.

    Attributes
    ----------
    address : str or None
        Where it is served, ending in a slash.
    explorer : str or None
        Name of the run whose explorer it has: the newest one that keeps one.
    """

    address: str | None
    explorer: str | None


class Fan(NamedTuple):
    """The forecast through time and what moved it, as SVG.

    Attributes
    ----------
    wide, narrow : str
        Inside a page, for a desk and for a telephone.
    alone : str
        A picture of its own.
    """

    wide: str
    narrow: str
    alone: str


def fan_of(history: History, told: Sequence[Told]) -> Fan:
    """Draw the forecast through time, for all who show it; told newest first."""
    from ..figures import inline_svg
    from ..figures.files import render
    from ..figures.style import TELEPHONE, WIDTH

    wide, narrow = (_drawn(history, told, width) for width in (WIDTH, TELEPHONE))
    return Fan(inline_svg(wide, "fan"), inline_svg(narrow, "narrow-fan"), render(wide, ".svg").decode())


def index_page(told: Sequence[Told], history: History, files: Sequence[str], fan: Fan, site: Site) -> str:
    """Return the first page: the newest forecast, what moved it, and the forecast through time."""
    newest = told[0]
    return _page(
        "site/index.html.j2",
        addresses.INDEX,
        title=QUESTION,
        **_telling(newest.headline, newest.story),
        run=newest.run.name,
        run_page=addresses.run_page(newest.run.name),
        run_files=[(name, f"{addresses.run_folder(newest.run.name)}/{name}") for name in files],
        report=REPORT,
        explorer=EXPLORER,
        card=_card(newest.run, site.address),
        explore=addresses.EXPLORE if site.explorer else None,
        explored=next((one.headline.day for one in told if one.run.name == site.explorer != newest.run.name), None),
        fan=fan,
        fan_words=_fan_words(newest),
        recent=_archive_table(history, RECENT),
    )


def run_page(told: Told, files: Sequence[str], published: Iterable[str], address: str | None) -> str:
    """Return a run's own page, which no later run changes."""
    moved = told.story.moved
    against = moved.against if moved is not None and moved.against in set(published) else None
    table = None if moved is None else attribution_table(moved.attribution, moved.against)
    return _page(
        "site/run.html.j2",
        addresses.run_page(told.run.name),
        title=f"Forecast of {told.headline.day}",
        **_telling(told.headline, told.story),
        run=told.run.name,
        command=told.run.manifest.command,
        card=_card(told.run, address),
        files=[*files, "forecast.csv", "forecast.parquet", CARD],
        report=REPORT,
        explorer=EXPLORER,
        against=against,
        table=None if table is None else replace(table, lead=[]),
    )


def archive_page(history: History) -> str:
    """Return the list of every run, newest first."""
    return _tables_page(addresses.ARCHIVE, "Every run, newest first", [("", _archive_table(history))])


def evidence_page(runs: Sequence[Run]) -> str:
    """Return the page on evidence, each item with its life, as runs about one event tell it, newest first."""
    groups = lives(runs)
    marked = any(life.unopened for _, group in groups for life in group)
    return _page(
        "site/evidence.html.j2",
        addresses.EVIDENCE,
        title="What has been seen, and what became of it",
        run=runs[0].name,
        groups=groups,
        unopened=UNOPENED,
        explained=EXPLAINED if marked else "",
    )


def priors_page(run: Run) -> str:
    """Return the page on what a run believes before any evidence."""
    sections = prior_sections(run.snapshot.question.assumptions)
    return _tables_page(
        addresses.PRIORS,
        f"What run {run.name} believes before any evidence",
        [(heading, table) for heading, table in sections if table.rows],
    )


def leaves_out_page() -> str:
    """Return the page on what the forecast leaves out."""
    section = leaves_out()
    tables = [("", part) for part in section.parts if isinstance(part, Table)]
    lines = [part.text for part in section.parts if isinstance(part, Sentence)]
    return _tables_page(addresses.LEAVES_OUT, section.title, tables, lines)


def method_page(run: Run) -> str:
    """Return the page on how the forecast is made."""
    return _page(
        "site/method.html.j2", addresses.METHOD, title="How the forecast is made", manifest=run.manifest, run=run.name
    )


def data_page(told: Sequence[Told], site: Site) -> str:
    """Return the page that leads to the data."""
    return _page(
        "site/data.html.j2",
        addresses.DATA,
        title="Data",
        everything=(addresses.WHOLE_JSON, addresses.WHOLE_CSV, addresses.WHOLE_PARQUET),
        embed=(addresses.EMBED, addresses.EMBED_SVG),
        served=site.address or "https://example.org/forecast/",
        latest=(addresses.LATEST, addresses.LATEST_SCHEMA),
        runs=[one.run.name for one in told],
    )


def record_page(runs: Sequence[Run], record: Record) -> str:
    """Return the track record of runs about one event, oldest first."""
    tables = record.tables(runs)
    return _page(
        "site/record.html.j2",
        addresses.RECORD,
        title="Track record",
        tables=tables,
        measures=MEASURES + BRIER,
        unscored=record.known(runs[-1]) is None,
        run=runs[-1].name,
        hindcast=record.hindcast is not None,
    )


def embed_page(told: Sequence[Told], fan: Fan) -> str:
    """Return the forecast through time as a page of its own, to stand in a frame on another."""
    newest = told[0]
    return _page(
        "site/embed.html.j2",
        addresses.EMBED,
        title=f"{QUESTION} Around {newest.headline.median}",
        fan=fan,
        fan_words=_fan_words(newest),
        warnings=newest.headline.warnings,
        index=addresses.INDEX,
    )


def _card(run: Run, address: str | None) -> str | None:
    """Whole address of a run's card, which programs elsewhere ask for; None where nobody said where the site is."""
    return None if address is None else f"{address}{addresses.run_folder(run.name)}/{CARD}"


def _telling(headline: Headline, story: Story) -> dict[str, Any]:
    return {"headline": headline, "story": story, "question": QUESTION}


def _archive_table(history: History, most: int | None = None) -> Table[Entry]:
    newest_first = replace(history, entries=history.entries[::-1][:most])
    return history_table(newest_first, lambda entry: addresses.run_page(entry.run.name))


def _drawn(history: History, told: Sequence[Told], width: float) -> Figure:
    from ..figures import draw_contributions, draw_history

    moved = contributions(Shifted(one.run.name, one.run.manifest.as_of, one.story.moved) for one in reversed(told))
    return draw_contributions(history, moved, width=width) if moved else draw_history(history, width=width)


def _fan_words(newest: Told) -> str:
    return (
        f"The forecast through time, run by run: it stands at {newest.headline.median}. Below it, how far "
        "time passing, evidence, corrections and chance moved the median at each run."
    )


def _tables_page(address: str, title: str, tables: Sequence[tuple[str, Table[Any]]], lines: Sequence[str] = ()) -> str:
    return _page("site/tables.html.j2", address, title=title, tables=tables, lines=lines)


def _page(template: str, address: str, **content: Any) -> str:
    root = "../" * address.count("/")
    found = environment().get_template(template)
    return found.render(address=address, root=root, contents=addresses.CONTENTS, feed=addresses.FEED, **content) + "\n"
