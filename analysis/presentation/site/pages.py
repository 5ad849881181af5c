"""The pages of the site, each as text; what a run or its files say comes out as text, whatever it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ...archive.contributions import contributions
from ...archive.history import Entry, History
from ...archive.reading import EXPLORER, REPORT, Run
from ..html import environment
from ..pages.priors import prior_sections
from ..report.contents import leaves_out
from ..report.section import Sentence
from ..table import Table
from ..tables.attribution import attribution_table
from ..tables.history import history_table
from . import addresses
from .feed import Told
from .headline import Headline
from .lives import lives
from .moved import Story

QUESTION = "When will a Chinese lab have a fully developed model like Claude Mythos?"
WIDTH = 7.2  # inches, of a picture for a desk
NARROW = 4.2  # inches, of a picture for a telephone
RECENT = 8  # runs that the first page lists


def index_page(told: Sequence[Told], history: History, files: Sequence[str]) -> str:
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
        fan=_fan(history, told),
        fan_words=(
            f"The forecast through time, run by run: it stands at {newest.headline.median}. Below it, how far "
            "time passing, evidence, corrections and chance moved the median at each run."
        ),
        recent=_archive_table(history, RECENT),
    )


def run_page(told: Told, files: Sequence[str], published: Iterable[str]) -> str:
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
        files=list(files),
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
    return _page(
        "site/evidence.html.j2",
        addresses.EVIDENCE,
        title="What has been seen, and what became of it",
        run=runs[0].name,
        groups=lives(runs),
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
    return _tables_page(addresses.LEAVES_OUT, section.heading, tables, lines)


def method_page(run: Run) -> str:
    """Return the page on how the forecast is made."""
    return _page(
        "site/method.html.j2", addresses.METHOD, title="How the forecast is made", manifest=run.manifest, run=run.name
    )


def data_page(told: Sequence[Told]) -> str:
    """Return the page that leads to the data."""
    return _page(
        "site/data.html.j2",
        addresses.DATA,
        title="Data",
        everything=(addresses.WHOLE_JSON, addresses.WHOLE_CSV),
        latest=(addresses.LATEST, addresses.LATEST_SCHEMA),
        runs=[one.run.name for one in told],
    )


def _telling(headline: Headline, story: Story) -> dict[str, Any]:
    return {"headline": headline, "story": story, "question": QUESTION}


def _archive_table(history: History, most: int | None = None) -> Table[Entry]:
    newest_first = replace(history, entries=history.entries[::-1][:most])
    return history_table(newest_first, lambda entry: addresses.run_page(entry.run.name))


def _fan(history: History, told: Sequence[Told]) -> dict[str, str]:
    """The forecast through time and what moved it, drawn for a desk and for a telephone; told newest first."""
    from ..figures import draw_contributions, draw_history, inline_svg

    moved = contributions((one.run.manifest.as_of, one.story.moved) for one in reversed(told))
    widths = {"fan": WIDTH, "narrow-fan": NARROW}
    drawn = {
        name: draw_contributions(history, moved, width=width) if moved else draw_history(history, width=width)
        for name, width in widths.items()
    }
    wide, narrow = (inline_svg(drawing, name) for name, drawing in drawn.items())
    return {"wide": wide, "narrow": narrow}


def _tables_page(address: str, title: str, tables: Sequence[tuple[str, Table[Any]]], lines: Sequence[str] = ()) -> str:
    return _page("site/tables.html.j2", address, title=title, tables=tables, lines=lines)


def _page(template: str, address: str, **content: Any) -> str:
    root = "../" * address.count("/")
    found = environment().get_template(template)
    return found.render(address=address, root=root, contents=addresses.CONTENTS, feed=addresses.FEED, **content) + "\n"
