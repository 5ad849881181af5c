"""Pictures of a run: each at two widths, with the question that it answers and what it shows in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ..inference.probabilities import HEADLINE
from ..inference.processes import shared_out
from ..presentation.report.sections import Drawing, Sections
from ..presentation.text import day_text

NARROW = 4.2  # inches, of a picture for a telephone
QUESTIONS = {
    "cumulative": "How likely is it by when?",
    "gate": "When does a firm's compute suffice?",
    "levers": "Which policy would delay it, and by how much?",
    "regimes": "How far would more commitment bring it forward?",
    "one-at-a-time": "Which assumption decides the date?",
    "mythos-compute": "How much compute did Mythos take?",
    "pools": "How much compute has each firm?",
    "state": "How far has the race come?",
    "bridge": "Why is it not the published date?",
    "structures": "What do models of other shapes say?",
    "worlds": "What if the world is another than the model's?",
    "hindcast": "Would forecasts of this kind have been right?",
}
"""What each picture answers, by name."""


def drawings_of(sections: Sections) -> dict[str, Drawing]:
    """Draw every figure of a run at two widths, each with the question that it answers and what it shows in words."""
    from ..presentation.figures import draw_bridge, draw_hindcast, draw_state, draw_structures, draw_worlds, drawings
    from ..presentation.figures.forecast_figures import prior_behind
    from ..studies.trajectories import race_trajectories

    drawn, results, answer = sections.posterior, sections.results, sections.forecast
    prior, moved = prior_behind(answer, drawn) if drawn.conditioned else (None, None)
    jobs = drawings(
        forecast=answer,
        prior=prior,
        moved=moved,
        paths=race_trajectories(drawn),
        levers=results["levers"],
        regimes=results["regimes"],
        sensitivity=results["sensitivity"],
    )
    days = [day_text(answer.question, answer.ready.quantile_value(p)) for p in HEADLINE]
    shows = {
        "cumulative": f"Cumulative probability of the date: 5% by {days[0]}, half by {days[1]}, 95% by {days[2]}.",
        "gate": "The compute that Mythos's level costs falls through time, and each firm's budget rises to meet it.",
        "levers": "How far each policy lever would move the date; the table below holds the figures.",
        "regimes": "When the event comes under each commitment of compute; the table below holds the figures.",
        "one-at-a-time": "How far the date moves with one quantity low or high; the table below holds the figures.",
        "mythos-compute": "Density of Mythos's pre-training compute in FLOP; the head of the page has its quantiles.",
        "pools": "Each firm's compute in H100e through time, with its uncertainty.",
        "state": "How likely the furthest run, and each firm's own, is in each stage; tables hold the figures.",
        "bridge": "The published date, and the date after every step that leads to this; the table below holds them.",
        "worlds": "The date in each of the worlds that the sources describe; the table below holds the figures.",
        "structures": "The date by every structure and by their pools; the table below holds the figures.",
        "hindcast": "Where what happened stood in what had been said of past records; tables hold the figures.",
    }
    own: dict[str, Callable[..., Any]] = {
        "state": draw_state,
        "bridge": draw_bridge,
        "structures": draw_structures,
        "worlds": draw_worlds,
        "hindcast": draw_hindcast,
    }
    jobs |= {name: partial(draw, results[name]) for name, draw in own.items() if name in results}
    drawn_each = shared_out([partial(_drawn, name, job, shows[name]) for name, job in jobs.items()])
    return dict(zip(jobs, drawn_each, strict=True))


def _drawn(name: str, job: Callable[..., Any], shows: str) -> Drawing:
    from ..presentation.figures.files import inline_svg, render

    wide, narrow = job(), job(width=NARROW)
    image = render(wide, ".png")  # first: what lays text out anew moves it by a hair
    finding = " ".join(wide.texts[0].get_text().split())
    return Drawing(inline_svg(wide, name), inline_svg(narrow, f"narrow-{name}"), image, finding, QUESTIONS[name], shows)
