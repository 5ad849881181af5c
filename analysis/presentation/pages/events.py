"""The page on events: what each reading of the question says, and what counting a narrow milestone would do."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from ....model.assumptions import DEFAULT_EVENT, load_assumptions, multiple_name
from ....priors.files import write_text
from ...inference.estimates import Distribution, Estimate
from ...inference.posterior import Posterior
from ...inference.probabilities import HEADLINE
from ...inference.question import Question
from ...inference.request import Request, posterior
from ..markdown import generated_by, to_markdown
from ..table import Column, Span, Table
from ..tables.columns import date_columns
from ..tables.priors import event_table
from ..text import day_text, quantile_text, shift_text
from .asked import AS_OF
from .command import page_command

MILESTONE = "glm-5-3-exploits"
MILESTONE_EVENT = "narrow-exploit"
EVIDENCE = {"prior": "none", "on the default items": "default"}


@dataclass(frozen=True)
class _Asked:
    """When one event comes, on some evidence."""

    event: str
    title: str
    evidence: str
    ready: Distribution


def event_page(question: Question) -> str:
    """Return the page on events, in Markdown.

    Parameters
    ----------
    question : Question
        Its day and draws are used; every event is asked.
    """
    events = question.assumptions.events
    plain = posterior(Request(question))
    counted = posterior(Request(question, evidence=f"default,{MILESTONE}"))
    return "\n".join(
        [
            generated_by("python -m catchup.analysis.presentation.pages.events docs/events.md"),
            '# Events: what "a model like Mythos" may mean\n',
            "An event is a multiple of Mythos's pre-training compute that the same race must reach; all events share "
            "one draw of everything else. `catchup forecast --event ID` asks for one; a user adds one as a row of TOML "
            "(`[event.my-event]` in an overlay).\n",
            f"As of {question.as_of}, {question.draws} draws, seed {question.seed}:\n",
            to_markdown(_dates(question)),
            "The parts of Mythos's compute that they ask for, and where those come from:\n",
            to_markdown(event_table(events, references="priors.md").without("What it is")),
            *(f"`{name}`: {event.text.notes.strip()}\n" for name, event in events.items() if event.text.notes),
            "## Counting a narrow milestone\n",
            f"`{MILESTONE}` reports that a Chinese model came close to Mythos on narrow exploit development. It is "
            f"held out as a check by default. Counted (`catchup forecast --evidence default,{MILESTONE}`), it says "
            f"that `{MILESTONE_EVENT}` has come; what that does to the compute-equivalent date hangs on how large a "
            "part of Mythos's compute the narrow event asks for. Shifts in months, with their Monte Carlo error:\n",
            to_markdown(_shifts(question, plain, counted)),
            "What it says of the multiple itself, which nobody knows either:\n",
            to_markdown(_multiples(question, counted)),
        ]
    )


def _dates(question: Question) -> Table[_Asked]:
    rows = []
    for name, event in question.assumptions.events.items():
        for title, evidence in EVIDENCE.items():
            request = Request(replace(question, event=name), evidence=evidence)
            rows.append(_Asked(name, event.text.title, title, posterior(request).ready))
    columns: list[Column[_Asked]] = [
        Column(title="Event", text=lambda row: Span(row.event, "name")),
        Column(title="What it is", text=lambda row: row.title),
        Column(title="Conditioned", text=lambda row: row.evidence),
        *date_columns(question, lambda row: row.ready),
    ]
    return Table("When each event comes", columns, rows)


def _shifts(question: Question, plain: Posterior, counted: Posterior) -> Table[float]:
    """What counting the milestone does to the date; the two answers share no draws."""
    before, after = plain.ready, counted.ready

    def shift(p: float) -> str:
        first, second = before.quantile(p), after.quantile(p)
        return shift_text(Estimate(second.value - first.value, math.hypot(first.mcse, second.mcse)))

    columns: list[Column[float]] = [
        Column(title=DEFAULT_EVENT, text=quantile_text),
        Column(title="without it", text=lambda p: day_text(question, before.quantile_value(p))),
        Column(title="with it", text=lambda p: day_text(question, after.quantile_value(p))),
        Column(title="shift", text=shift),
    ]
    return Table("What counting the milestone does to the date", columns, HEADLINE)


def _multiples(question: Question, counted: Posterior) -> Table[float]:
    """What counting the milestone does to the part of Mythos's compute that its event asks for."""
    name = multiple_name(MILESTONE_EVENT)
    belief = question.assumptions.beliefs[name]
    columns = counted.source.map(lambda values: {name: values[name]})
    multiple = Distribution(columns[name], counted.source.weighting)

    def after(p: float) -> str:
        quantile = multiple.quantile(p)
        return f"{quantile.value:.3f} ± {quantile.mcse:.3f}"

    shown: list[Column[float]] = [
        Column(title="multiple of Mythos's compute", text=quantile_text),
        Column(title="prior", text=lambda p: f"{float(belief.quantile(p)):.3f}"),
        Column(title="with the milestone counted", text=after),
    ]
    return Table("What counting the milestone does to its event", shown, HEADLINE)


def _write(places: list[Path]) -> None:
    write_text(places[0], event_page(Question(load_assumptions(), AS_OF)))


main = page_command("events", "FILE", _write)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
