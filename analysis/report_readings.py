"""The report's sections on other readings of the question, each a table and a line or two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .readings.capacity import Capacity
from .readings.efficiency import Efficiency
from .readings.size import MEASURES, Sizes
from .structures import Structures
from .wording import date_text, day_text, figure

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


def reading_sections(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Describe, for the report's template, every reading that a run has worked out."""
    return [describe(results[name]) | {"id": name} for name, describe in DESCRIBED.items() if name in results]


def _structures(result: Structures) -> dict[str, Any]:
    question = result.question
    soonest = result.soonest
    chances = ", ".join(f"{name} {chance:.0%}" for name, chance in soonest.chances.items())
    return {
        "heading": "Models of other shapes",
        "caption": "The same question asked of every structure, and their pools",
        "columns": ["Structure", "5%", "Median", "95%", "Stacking weight"],
        "rows": [
            (
                row.title,
                *(day_text(question, row.ready.quantile_value(p)) for p in (LOW, MIDDLE, HIGH)),
                f"{result.stacking_weights[row.id]:.2f}" if row.id in result.stacking_weights else "",
            )
            for row in (*result.structures, *result.ensembles)
        ],
        "numbers": [4],
        "lines": [
            f"{result.between:.0%} of the pooled variance lies between the structures.",
            f"Soonest to tell them apart: whether it is ready by {date_text(soonest.day)} ({chances}).",
            f"Stacked on {len(result.stacked_on)} items that all of them predict; so few decide little.",
        ],
    }


def _capacity(result: Capacity) -> dict[str, Any]:
    name = next(iter(result.titles))
    rows = []
    for row in result.days:
        inside = "" if row.inside is None else _millions(row.inside)
        rows.append((date_text(row.day), *(_millions(row.whole[key]) for key in result.titles), inside))
    essay = result.essay
    return {
        "heading": "National capacity",
        "caption": "China's compute in million H100e: median, with 5% and 95% in brackets",
        "columns": ["On", *result.titles.values(), "The race's own, inside China"],
        "rows": rows,
        "numbers": list(range(1, len(result.titles) + 2)),
        "lines": [
            f"First column: {result.titles[name].lower()}.",
            f"The essay's {essay.published:.4g} FLOP/s by 2027 is {essay.years_published:.2f} years of growth at "
            f"{essay.growth:.0%}; two years make {essay.after_two_years:.3g}.",
        ],
    }


def _efficiency(result: Efficiency) -> dict[str, Any]:
    rows = [("Progress a launch needs, in all", *_spread(result.needed))]
    rows += [(f"of which {name}", *_spread(spread)) for name, spread in result.channels.items()]
    rows += [(f"Lag that a gap of {gap:g}x implies, months", *_spread(spread)) for gap, spread in result.lags.items()]
    return {
        "heading": "Efficiency channels",
        "caption": "Factors by which progress must stand in for compute",
        "columns": ["Quantity", "5%", "Median", "95%"],
        "rows": rows,
        "numbers": [1, 2, 3],
        "lines": [
            f"Probability that a gap of {result.gap:g}x is closed by {date_text(row.day)}: "
            + ", ".join(f"{chance.value:.0%} ({name.replace('_', ' ')})" for name, chance in row.probability.items())
            for row in result.closed[-1:]
        ],
    }


def _sizes(result: Sizes) -> dict[str, Any]:
    return {
        "heading": "Mythos's size",
        "caption": "What its compute implies, by the rules of thumb of its source",
        "columns": ["Quantity", "5%", "Median", "95%"],
        "rows": [
            (name.replace("_", " "), *(f"{result.mythos[name].quantile_value(p):.3g}" for p in (LOW, MIDDLE, HIGH)))
            for name in MEASURES
        ],
        "numbers": [1, 2, 3],
        "lines": [],
    }


def _millions(spread: Any) -> str:
    low, middle, high = (spread.quantile_value(p) / 1e6 for p in (LOW, MIDDLE, HIGH))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _spread(spread: Any) -> tuple[str, ...]:
    return tuple(figure(spread.quantile_value(p)) for p in (LOW, MIDDLE, HIGH))


DESCRIBED: dict[str, Callable[[Any], dict[str, Any]]] = {
    "structures": _structures,
    "capacity": _capacity,
    "efficiency": _efficiency,
    "size": _sizes,
}
