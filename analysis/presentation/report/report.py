"""The report of a run: one HTML file that needs no network and no script to be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ....evidence.schema import Item
from ....priors.files import write_text
from ...archive.moved import Moved
from ...inference.forecast import Forecast
from ...inference.probabilities import HEADLINE
from ...inference.silence import silent_through, stale_lines
from ...inference.words import QUESTION
from ...studies.structure_spread import StructureSpread
from ..html import environment
from ..site.moved import NO_EARLIER_RUN, Story, story, untold_since
from ..tables.evidence import evidence_of, item_as_json
from ..tables.forecast import beside_texts, known_lines
from ..tables.state import served_in, stages_text
from ..tables.structure_spread import spread_text, untold_spread_text
from ..text import around_text, date_text, day_text, error_text, stale_sentences, with_days
from .contents import sections_of_report
from .section import Fold, Picture, Sentence
from .sections import Sections


def write_report(path: Path, sections: Sections, *, explorer: str | None = None) -> None:
    """Write the report of a run.

    Parameters
    ----------
    path : Path
        The HTML file.
    sections : Sections
        What the run worked out.
    explorer : str, optional
        Address, relative to the report, of the page that lets a reader explore.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    write_text(path, render_report(sections, explorer=explorer))


def render_report(sections: Sections, *, explorer: str | None = None) -> str:
    """Return the report of a run as HTML."""
    template = environment().get_template("report.html.j2")
    content = template.render(
        heading=QUESTION,
        **_headline(sections.forecast),
        beside=beside_texts(sections.forecast),
        further=[*known_lines(sections.forecast), *_spread(sections)],
        story=_story(sections),
        titles=_titles(sections),
        sections=[(section, section.finding(sections.drawings)) for section in sections_of_report(sections)],
        figures=_figures(sections),
        explorer=explorer,
        is_picture=_is_picture,
        is_sentence=_is_sentence,
        is_fold=_is_fold,
    )
    return content + "\n"


def _headline(forecast: Forecast) -> dict[str, Any]:
    question = forecast.question
    low, middle, high = (forecast.ready.quantile(p) for p in HEADLINE)
    around = around_text(day_text(question, middle.value))
    flop = [10.0 ** forecast.log_flop.quantile_value(p) for p in HEADLINE]
    return {
        "title": f"Forecast of {question.as_of}: {around}",
        "as_of": date_text(question.as_of),
        "model": question.assumptions.model,
        "event": question.event,
        "event_title": question.assumptions.events[question.event].text.title,
        "median": f"{around[0].upper()}{around[1:]}",
        "low": day_text(question, low.value),
        "high": day_text(question, high.value),
        "stale": stale_sentences(forecast.silences),
        "stages": stages_text(
            forecast.stages, silent=silent_through(question, forecast.silences), served=served_in(question)
        ),
        "error": f"The median's Monte Carlo error is {error_text(question, middle.mcse).removeprefix('± ')}.",
        "summary": (
            f"Half of the {forecast.draws:,} draws ({forecast.diagnostics.ess:,.0f} effective, {forecast.engine}) have "
            f"a Chinese lab there by then. Mythos's own pre-training is put at {flop[1]:.1e} FLOP "
            f"({flop[0]:.1e} to {flop[2]:.1e})."
        ),
        "notes": [
            with_days(note)
            for note in (*forecast.warnings(), *stale_lines(forecast.silences), *forecast.notes)
            if note not in forecast.set_aside
        ],
    }


def _spread(sections: Sections) -> list[str]:
    """Say how far models of other shapes disagree, where the run has asked them."""
    found, refused = sections.results.get("structures"), sections.refused.get("structures")
    if refused is not None:
        return [untold_spread_text(refused)]
    if found is None:
        return []
    return [spread_text(sections.forecast.question, StructureSpread(found.structures, found.left_out, found.refused))]


def _story(sections: Sections) -> Story:
    """Tell what moved since the run before, or why it cannot be told."""
    previous, attribution = sections.previous, sections.attribution
    if previous is not None and sections.untrusted:
        return Story(untold_since(previous.name, sections.untrusted))
    if previous is None or attribution is None:
        return Story(NO_EARLIER_RUN)
    items = {item.id: item_as_json(item) for item in _known(sections)}
    return story(Moved(previous.name, attribution), items)


def _titles(sections: Sections) -> dict[str, str]:
    """Titles of items by id, which stand beside their ids wherever these are named."""
    return {item.id: item.text.title for item in _known(sections)}


def _known(sections: Sections) -> Sequence[Item]:
    drawn = sections.posterior
    return evidence_of(drawn.question.as_of, drawn.selection).items if drawn.conditioned else ()


def _figures(sections: Sections) -> dict[str, dict[str, str]]:
    return {
        name: {"wide": drawing.wide, "narrow": drawing.narrow, "alt": drawing.shows, "question": drawing.question}
        for name, drawing in sections.drawings.items()
    }


def _is_picture(part: object) -> bool:
    return isinstance(part, Picture)


def _is_fold(part: object) -> bool:
    return isinstance(part, Fold)


def _is_sentence(part: object) -> bool:
    return isinstance(part, Sentence)
