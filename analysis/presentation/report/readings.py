"""The report's sections on other readings of the question, each a table, a line or two and its sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ....model.capacity import COVERAGE, load_capacity_scenarios
from ....model.efficiency import CHANNEL_QUANTITIES, EDGE_QUANTITIES
from ....model.size import SIZE_QUANTITIES
from ...inference.question import Question
from ...studies.readings.capacity import Capacity
from ...studies.readings.efficiency import READINGS, Efficiency
from ...studies.readings.size import MEASURES, Sizes
from ..text import chance_text, date_text, figure
from .dates import (
    events_section,
    mobilisation_section,
    scenarios_section,
    structures_section,
    trend_section,
)

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
CHANNEL_TITLES = {"own": "own innovation", "replicated": "replication", "distilled": "distillation"}
SIZE_TITLES = ("Training compute, FLOP", "Tokens", "Parameters", "of which active")


def reading_sections(results: dict[str, Any]) -> list[dict[str, Any]]:
    """Describe, for the report's template, every reading that a run has worked out."""
    return [section(name, results[name]) for name in DESCRIBED if name in results]


def section(name: str, result: Any) -> dict[str, Any]:
    """Describe one reading: heading, caption, columns, rows, lines and the titles of its sources."""
    described = DESCRIBED[name](result)
    references = result.question.assumptions.table.references
    sources = dict.fromkeys(references[source].title for source in described["sources"])
    return {**described, "id": name, "sources": list(sources)}


def _capacity(result: Capacity) -> dict[str, Any]:
    assumptions, essay = result.question.assumptions, result.essay
    scenarios = load_capacity_scenarios(assumptions).values()
    rows = []
    for row in result.days:
        inside = "" if row.inside is None else _millions(row.inside)
        rows.append((date_text(row.day), *(_millions(row.whole[key]) for key in result.titles), inside))
    china = result.nations["china"]
    return {
        "heading": "National capacity",
        "caption": "China's compute in million H100e: median, with 5% and 95% in brackets",
        "columns": ["On", *result.titles.values(), "The race's own figures, inside China"],
        "rows": rows,
        "numbers": list(range(1, len(result.titles) + 2)),
        "lines": [
            f"Two accounts that must not be mixed: a data set knew of {china.performance:.2g} FLOP/s in China in 2025 "
            f"({figure(china.h100e)} H100e), and is believed to cover {_percent(result.coverage)} of what there is. "
            f"Of the race's own stock at t = 0 it would be {_percent(result.coverage_implied)}.",
            f"The essay's {essay.published:.4g} FLOP/s by 2027 is its figure for 2025 grown by {essay.growth:.0%} "
            f"{_times(essay.years_published)}; two years of that growth make {essay.after_two_years:.3g}.",
        ],
        "sources": [
            *_sources(result.question, [COVERAGE]),
            *(reference for scenario in scenarios for reference in scenario.references),
        ],
    }


def _efficiency(result: Efficiency) -> dict[str, Any]:
    rows = [("Progress a launch needs, x", *_spread(result.needed))]
    rows += [(f"of which {CHANNEL_TITLES[name]}, x", *_spread(spread)) for name, spread in result.channels.items()]
    rows += [(f"Months that a {gap:g}-fold gap is worth", *_spread(spread)) for gap, spread in result.lags.items()]
    return {
        "heading": "Efficiency channels",
        "caption": "Progress that must stand in for compute, and the lag that a gap in compute is worth",
        "columns": ["Quantity", "5%", "Median", "95%"],
        "rows": rows,
        "numbers": [1, 2, 3],
        "lines": [
            f"Probability that a {result.gap:g}-fold gap is closed by {date_text(row.day)}: "
            + "; ".join(f"{chance_text(row.probability[name].value)} {meaning}" for name, meaning in READINGS.items())
            + "."
            for row in result.closed
            if row.day.month == 12
        ],
        "sources": _sources(result.question, [*CHANNEL_QUANTITIES, *EDGE_QUANTITIES]),
    }


def _sizes(result: Sizes) -> dict[str, Any]:
    rows = [
        (f"Mythos, {name}", *(f"{result.mythos[measure].quantile_value(p):.2e}" for measure in MEASURES))
        for name, p in (("5%", LOW), ("median", MIDDLE), ("95%", HIGH))
    ]
    rows += [
        (f"The thread's run of {row.title}", *(f"{getattr(row, measure):.2e}" for measure in MEASURES))
        for row in (*result.thread, *result.given)
    ]
    return {
        "heading": "Mythos's size",
        "caption": "What its compute implies, by the rules of thumb of its source, beside the source's own table",
        "columns": ["Compute of", *SIZE_TITLES],
        "rows": rows,
        "numbers": [1, 2, 3, 4],
        "lines": [],
        "sources": _sources(result.question, SIZE_QUANTITIES),
    }


def _sources(question: Question, quantities: Iterable[str]) -> list[str]:
    known = question.assumptions.table.quantities
    return [source for name in quantities for source in known[name].text.sources]


def _times(years: float) -> str:
    return "once, not twice" if abs(years - 1.0) < 0.005 else f"over {years:.2f} years"


def _millions(spread: Any) -> str:
    low, middle, high = (spread.quantile_value(p) / 1e6 for p in (LOW, MIDDLE, HIGH))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _percent(spread: Any) -> str:
    low, middle, high = (spread.quantile_value(p) for p in (LOW, MIDDLE, HIGH))
    return f"{middle:.0%} ({low:.0%} to {high:.0%})"


def _spread(spread: Any) -> tuple[str, ...]:
    return tuple(figure(spread.quantile_value(p)) for p in (LOW, MIDDLE, HIGH))


DESCRIBED: dict[str, Callable[[Any], dict[str, Any]]] = {
    "scenarios": scenarios_section,
    "mobilisation": mobilisation_section,
    "events": events_section,
    "trend": trend_section,
    "structures": structures_section,
    "capacity": _capacity,
    "efficiency": _efficiency,
    "size": _sizes,
}
