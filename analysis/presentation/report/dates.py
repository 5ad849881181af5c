"""The report's sections on readings that give dates."""

from __future__ import annotations

from datetime import date
from typing import Any

from ....model.trend import load_trends
from ...inference.estimates import Distribution
from ...inference.question import Question
from ...studies.comparison import ComparedModel
from ...studies.readings.events import Events
from ...studies.readings.mobilisation import SCENARIO, Mobilisation
from ...studies.readings.trend import Carried, Trends
from ...studies.scenarios import ScenarioComparison
from ...studies.structures import Structures
from ...studies.thresholds.criteria import ReadyBy
from ...studies.thresholds.study import PROBABILITIES
from ..structure_rows import elpd_caption, pooling_lines
from ..text import chance_text, date_text, day_text, figure, newcomer_text, shift_text, stock_text

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95


def scenarios_section(result: ScenarioComparison) -> dict[str, Any]:
    """What every scenario does to the date, and where the firms stand that it brings in."""
    question = result.question
    rows, lines = [], []
    for row in result.scenarios:
        leader, share = max(row.first_firm.items(), key=lambda entry: entry[1].value)
        rows.append((row.title, *_days(question, row.ready), shift_text(row.shift(0.5)), f"{leader} {share.value:.0%}"))
        lines += [f"{row.title}: {newcomer_text(row, firm, question)}" for firm in row.newcomers]
    texts = question.assumptions.scenarios
    return {
        "heading": "Scenarios",
        "caption": f"Other ways the world could go from {date_text(question.as_of)}",
        "columns": ["Scenario", "5%", "Median", "95%", "Shift of the median", "First"],
        "rows": rows,
        "numbers": [4],
        "lines": ["What has been launched by the day on which a scenario begins stands.", *lines],
        "sources": [reference for row in result.scenarios for reference in texts[row.id].text.references],
    }


def mobilisation_section(result: Mobilisation) -> dict[str, Any]:
    """When the consortium is ready, whether first, and how much of its own compute it needs."""
    question = result.question
    firm, unit = result.events[0].firm, result.events[0].thresholds.unit
    needed: dict[date, list[str]] = {}
    for row in result.events:
        for threshold in row.thresholds.thresholds:
            if isinstance(threshold.criterion, ReadyBy):
                needed.setdefault(threshold.criterion.day, []).append(stock_text(threshold))
    lines = [f"For {row.event}: {newcomer_text(row.scenario, firm, question)}" for row in result.events]
    return {
        "heading": "Mobilisation",
        "caption": f"{unit} that the {firm} needs, to be this sure of being ready by a day",
        "columns": ["Ready by", *(f"{row.event}, {p:.0%}" for row in result.events for p in PROBABILITIES)],
        "rows": [(date_text(day), *texts) for day, texts in needed.items()],
        "numbers": list(range(1, 1 + len(result.events) * len(PROBABILITIES))),
        "lines": [
            *lines,
            "Where no amount does, deciding, training and post-training may take longer whatever the compute.",
        ],
        "sources": question.assumptions.scenarios[SCENARIO].text.references,
    }


def events_section(result: Events) -> dict[str, Any]:
    """When every event comes."""
    return {
        "heading": "Other readings of the event",
        "caption": "The same race to each part of Mythos's pre-training compute",
        "columns": ["Event", "5%", "Median", "95%", "Part of Mythos's compute", "What it is"],
        "rows": [
            (row.id, *_days(result.question, row.ready), _range(row.multiple), row.title) for row in result.events
        ],
        "numbers": [4],
        "lines": [],
        "sources": [reference for row in result.events for reference in row.references],
    }


def trend_section(result: Trends) -> dict[str, Any]:
    """When measured lags, carried forward, come to the event."""

    def cells(title: str, carried: Carried) -> tuple[str, ...]:
        return (title, *_days(result.question, carried.ready), f"{carried.lag.quantile_value(MIDDLE):.1f}")

    rows: list[tuple[str, ...]] = [("The race for compute", *_days(result.question, result.compute), "")]
    for row in result.trends:
        rows.append(cells(f"{row.title}, as stated", row.stated))
        if row.conditioned is not None:
            rows.append(cells(f"{row.title}, on the evidence", row.conditioned))
    texts = load_trends(result.question.assumptions)
    return {
        "heading": "Trends in measured lags",
        "caption": "When measured lags, carried forward, come to the event",
        "columns": ["Trend", "5%", "Median", "95%", "Months behind now"],
        "rows": rows,
        "numbers": [4],
        "lines": [
            f"{row.title} counts {', '.join(row.conditioned.evidence)}."
            for row in result.trends
            if row.conditioned is not None
        ],
        "sources": [reference for row in result.trends for reference in texts[row.id].references],
    }


def structures_section(result: Structures) -> dict[str, Any]:
    """Dates of every structure and of their pools, and what would tell them apart."""
    assumptions, soonest = result.question.assumptions, result.soonest
    titles = {row.id: row.title for row in result.structures}
    chances = "; ".join(f"{titles[name]}: {chance_text(chance)}" for name, chance in soonest.chances.items())
    compared = {row.id: row for row in result.comparison.models}
    trends = load_trends(assumptions).values()
    return {
        "heading": "Models of other shapes",
        "caption": "The same question asked of every structure, and their pools",
        "columns": ["Structure", "5%", "Median", "95%", "elpd, difference from the best"],
        "rows": [
            (
                row.title,
                *_days(result.question, row.ready),
                _difference(compared[row.id]) if row.id in compared else "",
            )
            for row in (*result.structures, *result.ensembles)
        ],
        "numbers": [4],
        "lines": [
            f"{result.between:.0%} of the linear pool's variance lies between the structures.",
            f"Soonest to tell them apart: whether it is ready by {date_text(soonest.day)}, which is expected to say "
            f"{soonest.information:.2f} bit of which holds ({chances}).",
            *([f"{elpd_caption(result)}: elpd."] if compared else []),
            *pooling_lines(result),
        ],
        "sources": [
            "substrate-article",
            *assumptions.scenarios[SCENARIO].text.references,
            *(reference for trend in trends for reference in trend.references),
        ],
    }


def _days(question: Question, ready: Distribution) -> tuple[str, ...]:
    return tuple(day_text(question, ready.quantile_value(p)) for p in (LOW, MIDDLE, HIGH))


def _difference(row: ComparedModel) -> str:
    return f"{row.difference:+.2f} ± {row.difference_se:.2f}" if row.difference else "best"


def _range(spread: Distribution) -> str:
    low, middle, high = (figure(spread.quantile_value(p)) for p in (LOW, MIDDLE, HIGH))
    return middle if low == high else f"{middle} ({low} to {high})"
