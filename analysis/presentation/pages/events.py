"""The page on events: what each reading of the question says, and what counting a narrow milestone would do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ....model.assumptions import DEFAULT_EVENT, Assumptions, load_assumptions, multiple_name
from ....priors.errors import InputError
from ....priors.files import write_text
from ...inference.estimates import Distribution
from ...inference.question import Question
from ...inference.request import Request, posterior
from ..text import day_text, shift_text
from .priors import cited, generated_by, markdown_table, numbers_of

DRAWS = 400_000
MILESTONE = "glm-5-3-exploits"
MILESTONE_EVENT = "narrow-exploit"
SHOWN = (0.05, 0.5, 0.95)


def event_page(question: Question) -> str:
    """Return the page on events, in Markdown.

    Parameters
    ----------
    question : Question
        Its day and draws are used; every event is asked.
    """
    rows, events = [], question.assumptions.events
    for name, event in events.items():
        asked = replace(question, event=name)
        for title, evidence in (("prior", "none"), ("on the default items", "default")):
            ready = posterior(Request(asked, evidence=evidence, engine="importance")).ready
            days = [day_text(asked, ready.quantile_value(p)) for p in SHOWN]
            rows.append((f"`{name}`", event.text.title, title, *days))
    plain = posterior(Request(question, engine="importance"))
    with_milestone = posterior(Request(question, evidence=f"default,{MILESTONE}", engine="importance"))
    before, after = plain.ready, with_milestone.ready
    shifts = []
    for p in SHOWN:
        first, second = before.quantile(p), after.quantile(p)
        shift = replace(first, value=second.value - first.value, mcse=float(np.hypot(first.mcse, second.mcse)))
        moved = (day_text(question, first.value), day_text(question, second.value))
        shifts.append((f"{p:.0%}", *moved, shift_text(shift)))
    name = multiple_name(MILESTONE_EVENT)
    belief = question.assumptions.beliefs[name]
    columns = with_milestone.source.map(lambda values: {name: values[name]})
    multiple = Distribution(columns[name], with_milestone.source.weighting)
    multiples = [
        (
            f"{p:.0%}",
            f"{float(belief.quantile(p)):.3f}",
            f"{multiple.quantile(p).value:.3f} ± {multiple.quantile(p).mcse:.3f}",
        )
        for p in SHOWN
    ]
    return "\n".join(
        [
            generated_by("python -m catchup.analysis.presentation.pages.events docs/events.md"),
            '# Events: what "a model like Mythos" may mean\n',
            "An event is a multiple of Mythos's pre-training compute that the same race must reach; all events share "
            "one draw of everything else. `catchup forecast --event ID` asks for one; a user adds one as a row of TOML "
            "(`[event.my-event]` in an overlay).\n",
            f"As of {question.as_of}, {question.draws} draws, seed {question.seed}:\n",
            markdown_table(("event", "reading", "conditioned", "5%", "median", "95%"), rows),
            "The parts of Mythos's compute that they ask for, and where those come from:\n",
            markdown_table(("event", "multiple", "source"), _multiples(question.assumptions)),
            *(f"`{name}`: {event.text.notes.strip()}\n" for name, event in events.items() if event.text.notes),
            "## Counting a narrow milestone\n",
            f"`{MILESTONE}` reports that a Chinese model matched Mythos on narrow exploit development. It is held out "
            f"as a check by default. Counted (`catchup forecast --evidence default,{MILESTONE}`), it says that "
            f"`{MILESTONE_EVENT}` has come; what that does to the compute-equivalent date hangs on how large a part "
            "of Mythos's compute the narrow event asks for. Shifts in months, with their Monte Carlo error:\n",
            markdown_table((f"`{DEFAULT_EVENT}`", "without it", "with it", "shift"), shifts),
            "Most of what it says goes into the multiple itself:\n",
            markdown_table(("multiple of Mythos's compute", "prior", "with the milestone counted"), multiples),
        ]
    )


def _multiples(assumptions: Assumptions) -> list[tuple[str, str, str]]:
    return [
        (
            f"`{name}`",
            f"{event.multiple.family}: {numbers_of(event.multiple)}",
            cited(event.text.references),
        )
        for name, event in assumptions.events.items()
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the page to the file named."""
    from datetime import date

    if len(arguments) != 1:
        print("usage: python -m catchup.analysis.presentation.pages.events FILE", file=sys.stderr)
        return 2
    question = Question(load_assumptions(), date(2026, 11, 21), draws=DRAWS)
    try:
        write_text(arguments[0], event_page(question))
    except InputError as error:
        print(f"catchup: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
