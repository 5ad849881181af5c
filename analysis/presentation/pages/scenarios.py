"""The page on scenarios: what each lays over the race, where it comes from, and what it does to the date."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ....model.assumptions import Assumptions, under_scenario
from ....model.scenarios import Scenario
from ...inference.question import Question
from ...studies.scenarios import scenarios
from ..markdown import cited, generated_by, markdown_table, to_markdown
from ..tables.scenarios import scenario_table
from ..text import numbers_of
from .asked import asked_twice

SHIFTS = "Shifts in months, with their Monte Carlo error.\n"


def scenario_page(question: Question) -> str:
    """Return the page on scenarios, in Markdown.

    Parameters
    ----------
    question : Question
        Its day and draws are used; the same is asked of the prior on the article's own day.
    """
    assumptions = question.assumptions
    parts = [
        generated_by(),
        "# Scenarios\n",
        "A scenario lays rows over the race and its quantities, as an overlay file would: firms, sources, quantities "
        "and events. It changes what happens from the day of the question on: launches before that day stand. A firm "
        "that it takes out of the race, as a merger does, launches nothing from then on; a run that it has under way "
        "goes on as planned, though another firm has its compute. Its "
        "dates come from the same random numbers as the baseline's, so that a shift's error is that of the difference. "
        "`catchup scenarios` asks them all, `catchup scenarios ID` one. [How to add one](how-to/add-a-scenario.md).\n",
    ]
    for heading, asked in asked_twice(question):
        comparison = scenarios(asked)
        table = to_markdown(scenario_table(comparison, linked=True), lines=False)
        parts += [heading, table, SHIFTS]
    for scenario in assumptions.scenarios.values():
        parts.append(_section(assumptions, scenario))
    return "\n".join(parts)


def _section(assumptions: Assumptions, scenario: Scenario) -> str:
    world = under_scenario(assumptions, scenario.id)
    parts = [
        f"## {scenario.id}\n",
        f"{scenario.text.title}.{f' {scenario.text.notes}' if scenario.text.notes else ''}\n",
        f"Source: {cited(scenario.text.references)}. It lays over the race:\n",
    ]
    known = world.table.quantities
    rows = [
        (
            f"{part} `{name}`",
            ", ".join(f"{key} {_value(value, known)}" for key, value in row.items() if key != "references"),
        )
        for part in ("firm", "source", "event")
        for name, row in scenario.rows(part).items()
    ]
    for name in scenario.rows("quantity"):
        quantity = known[name]
        unit = "" if quantity.text.unit == "1" else f" {quantity.text.unit}"
        numbers = f"{quantity.distribution.family}, {numbers_of(quantity.distribution)}{unit}"
        rows.append((f"quantity `{name}`", f"{quantity.text.description}: {numbers} ({cited(quantity.text.sources)})"))
    return "\n".join([*parts, markdown_table(("row", "says"), rows)])


def _value(value: Any, quantities: Collection[str]) -> str:
    if isinstance(value, list | tuple):
        return " times ".join(_value(part, quantities) for part in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"`{value}`" if value in quantities else f"{value}"
