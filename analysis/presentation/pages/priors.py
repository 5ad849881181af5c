"""The page on priors: every figure that is believed before any leak, with its unit and its source."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ....model.assumptions import Assumptions, load_assumptions
from ....priors.files import write_text
from ..markdown import generated_by, to_markdown
from ..table import Table
from ..tables.priors import (
    constant_table,
    correlation_table,
    event_table,
    quantity_table,
    reference_table,
    regime_table,
)
from .command import page_command

ROLES = {
    "model": "Quantities that the date depends on",
    "lever": "Quantities that only the levers draw on",
    "evidence": "Quantities that only evidence brings in",
    "comparison": "Quantities of other models, for comparison",
}


def prior_tables(assumptions: Assumptions) -> str:
    """Return the page on priors, `docs/priors.md`, in Markdown."""
    parts = [
        generated_by("python -m catchup.analysis.presentation.pages.priors docs/priors.md"),
        "# What is believed before any leak\n",
        "Every figure stands in a row, with its unit and its source: in `priors/baseline.toml` or, where it is not the "
        "race's, `priors/readings.toml` and `priors/tables.toml`; what only a mechanism draws on, in "
        "`model/mechanisms/quantities.toml`; what this model, `current`, believes otherwise or besides, in "
        "`model/current/` (events and regimes: `model/events.toml`, `model/policies.toml`). Where two rows state one "
        "thing, as a trend and the race do, a test holds them to the same numbers.\n",
    ]
    for heading, table in prior_sections(assumptions):
        if table.rows:
            parts += [f"## {heading}\n", to_markdown(table)]
    return "\n".join(parts)


def prior_sections(assumptions: Assumptions) -> Iterator[tuple[str, Table[Any]]]:
    """Yield every table of what is believed before any leak, with its heading; some may be empty."""
    for role, heading in ROLES.items():
        quantities = assumptions.table.quantities.values()
        yield (
            heading,
            quantity_table(assumptions.table, (quantity for quantity in quantities if quantity.text.role == role)),
        )
    yield "Rank correlations between quantities", correlation_table(assumptions.table.correlations)
    yield "Events, as multiples of Mythos's pre-training compute", event_table(assumptions.events)
    yield "Commitment regimes", regime_table(assumptions.regimes)
    yield "Constants", constant_table(assumptions.table.constants)
    yield "Sources", reference_table(assumptions.table.references)


def _write(places: list[Path]) -> None:
    write_text(places[0], prior_tables(load_assumptions()))


main = page_command("priors", "FILE", _write)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
