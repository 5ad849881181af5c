"""Scenarios: the date under each, beside the baseline, and when the firms are ready that a scenario brings in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...inference.estimates import Distribution, Estimate
from ...inference.probabilities import QUANTILES
from ...inference.question import Question
from ...studies.scenarios import ScenarioComparison, ScenarioResult
from ..json_form import dates_as_json, shares_as_json, to_json
from ..table import ABSENT, Cell, Column, Layout, Room, Span, Table
from ..text import chance_text, firm_under, leader_text, newcomer_text
from .columns import SHIFTED, asked_text, date_columns, delay_columns
from .firms import nobody

STANDS = "What has been launched by the day on which a scenario begins stands."


@dataclass(frozen=True)
class _Row:
    """The baseline, or one scenario beside it."""

    ready: Distribution
    scenario: ScenarioResult | None = None

    def shift(self, p: float) -> Estimate | None:
        return None if self.scenario is None else self.scenario.shift(p)


def layout(result: ScenarioComparison) -> Layout:
    """Lay out scenarios."""
    table = scenario_table(result)
    return Layout(
        tables=(table,),
        json=lambda: _as_json(result, table),
        head=(f"{asked_text(result.question, 'beginning on')}; {SHIFTED}",),
    )


def scenario_table(result: ScenarioComparison, *, linked: bool = False) -> Table[_Row]:
    """Scenarios beside their baseline; `linked` to the sections of the page that are named after them."""
    question = result.question

    def name(row: _Row) -> Cell:
        return "(baseline)" if row.scenario is None else Span(row.scenario.id, "name")

    def title(row: _Row) -> Cell:
        if row.scenario is None:
            return "(baseline)"
        return Span(row.scenario.title, address=f"#{row.scenario.id}" if linked else None)

    columns: list[Column[_Row]] = [
        Column(title="Scenario", text=name, full=title, path=("id",), value=_of_scenario(lambda row: row.id)),
        Column(path=("title",), value=_of_scenario(lambda row: row.title)),
        Column(path=("source",), value=_of_scenario(lambda row: ", ".join(row.references))),
        *date_columns(question, lambda row: row.ready),
        *delay_columns(lambda row, p: row.shift(p)),
        Column(
            title="Most often first",
            text=lambda row: _leader(row.scenario, question) if row.scenario else "",
            value=_of_scenario(lambda row: shares_as_json("first_firm", row.first_firm)),
            room=Room.PAGE,
            instead=tuple(f"{row.id}: {row.title}. First: {_firsts(row, question)}." for row in result.scenarios),
        ),
        Column(path=("newcomers",), value=_of_scenario(lambda row: _newcomers_as_json(row, question))),
    ]
    texts = question.assumptions.scenarios
    return Table(
        f"Other ways the world could go from the day of the question; {SHIFTED}",
        columns,
        [_Row(result.baseline), *(_Row(row.ready, row) for row in result.scenarios)],
        lines=[STANDS, *_newcomers(result), *_refused(result)],
        sources=[reference for row in result.scenarios for reference in texts[row.id].text.references],
    )


def _of_scenario(value: Any) -> Any:
    """Make a column's value of a scenario alone: the baseline has none."""
    return lambda row: ABSENT if row.scenario is None else value(row.scenario)


def _firsts(row: ScenarioResult, question: Question) -> str:
    shares = row.first_firm.items()
    firsts = [f"{firm_under(question, firm, row.id)} {chance_text(share.value)}" for firm, share in shares]
    return ", ".join([*firsts, *nobody(row.first_firm)])


def _leader(row: ScenarioResult, question: Question) -> str:
    return leader_text(question, row.first_firm, row.id)


def _newcomers(result: ScenarioComparison) -> list[str]:
    return [
        f"{row.title}: {newcomer_text(row, firm, result.question)}"
        for row in result.scenarios
        for firm in row.newcomers
    ]


def _refused(result: ScenarioComparison) -> list[str]:
    texts = result.question.assumptions.scenarios
    return [f"Left out: {texts[name].text.title} ({problem})." for name, problem in result.refused.items()]


def _newcomers_as_json(row: ScenarioResult, question: Question) -> dict[str, Any]:
    return {firm: {"quantiles": dates_as_json(own, question, QUANTILES)} for firm, own in row.newcomers.items()}


def _as_json(result: ScenarioComparison, table: Table[_Row]) -> dict[str, Any]:
    baseline, *rows = to_json(table)
    return {
        **result.origin.as_json(),
        "baseline": baseline,
        "scenarios": rows,
        "refused": dict(result.refused),
    }
