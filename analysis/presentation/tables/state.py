"""Where the race stands: stages of the furthest run and of each firm's, and the date given each stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....model.obstacles import is_served
from ...inference.estimates import Estimate
from ...inference.question import Question
from ...inference.stages import STAGES
from ...studies.state import Explained, Stage, State
from ..json_form import estimate_as_json, to_json
from ..table import Column, Layout, Table
from ..text import chance_text
from .columns import asked_text, date_columns, text_column

WORDS = {
    "not-launched": "not launched",
    "pre-training": "in pre-training",
    "post-training": "in post-training",
    "ready-unannounced": "ready",
}
"""What people read of each of `STAGES`."""

SILENT_WORDS = ", unannounced"
"""What they read of the last besides where silence about the event is counted through the day."""

SERVED_WORDS = {"post-training": "in post-training or not yet served", "ready-unannounced": "served"}
"""What they read instead where the event comes only once a model is served."""


def layout(result: State) -> Layout:
    """Lay out where the race stands."""
    stages, firms = stage_table(result), firm_table(result)
    return Layout(
        tables=(stages, firms),
        json=lambda: _as_json(result, stages),
        head=(
            stages_text(
                {row.id: row.probability for row in result.stages},
                silent=result.silent,
                served=served_in(result.question),
            ),
            *explained_lines(result),
            asked_text(result.question),
        ),
    )


def served_in(question: Question) -> bool:
    """Whether the event asked about comes only once a model is served."""
    return is_served(question.assumptions.obstacles, question.event)


def stage_words(*, silent: bool, served: bool = False) -> dict[str, str]:
    """What people read of each stage, by id; `silent` and `served` as for `stage_titles`."""
    words = WORDS | SERVED_WORDS if served else dict(WORDS)
    last = "ready-unannounced"
    return words | {last: words[last] + SILENT_WORDS} if silent else words


def stages_text(stages: Mapping[str, Estimate], *, silent: bool, served: bool = False) -> str:
    """Say in a sentence where the furthest run is likely to be, from the probability of each stage."""
    words = stage_words(silent=silent, served=served)
    (_, none), *run = stages.items()
    *told, last = [f"{words[name]} ({chance_text(chance.value)})" for name, chance in run]
    furthest = f"{', '.join(told)} or {last}" if told else last
    return f"Where the race stands: no run is launched ({chance_text(none.value)}), or the furthest is {furthest}."


def explained_lines(result: State) -> list[str]:
    """Say what explains that nothing has been announced; nothing where no silence is counted."""
    if result.explained is None:
        return []
    come = "served" if served_in(result.question) else "ready"
    parts = {
        "nobody would be ready even on compute alone": result.explained.compute,
        "somebody would be, but something besides compute stands in the way": result.explained.obstacles,
        f"a model is {come}{' and nobody has said so' if result.silent else ''}": result.explained.unannounced,
    }
    held = bool(result.question.assumptions.obstacles)
    named = {text: share for text, share in parts.items() if held or share is not result.explained.obstacles}
    listed = "; ".join(f"{text} ({chance_text(share.value)})" for text, share in named.items())
    more = (
        "catchup obstacles lists what may" if held else "where compute suffices, that is this model's only explanation"
    )
    about = "What explains the silence" if result.silent else "What explains that no model is known"
    return [f"{about}: {listed}; {more}."]


def stage_table(result: State) -> Table[Stage]:
    """Stages of the furthest run, with the date given each."""
    columns: list[Column[Stage]] = [
        Column(path=("id",), value=lambda row: row.id),
        text_column("The furthest run", ("title",), lambda row: row.title),
        Column(
            title="Probability",
            text=lambda row: chance_text(row.probability.value),
            path=("probability",),
            value=lambda row: estimate_as_json(row.probability)["value"],
            figure=True,
            share=lambda row: row.probability.value,
        ),
        Column(path=("mcse",), value=lambda row: estimate_as_json(row.probability)["mcse"]),
        *date_columns(result.question, lambda row: row.ready, ("ready", "quantiles")),
    ]
    sources = result.question.assumptions.events[result.question.event].text.references
    return Table("The furthest run, and the date given that it is there", columns, result.stages, sources=sources)


def firm_table(result: State) -> Table[str]:
    """Stages of each firm's own run."""
    titles = result.question.assumptions.race.firms
    columns: list[Column[str]] = [
        Column(title="Firm", text=lambda firm: titles[firm].title),
        *(_stage_column(result, stage) for stage in STAGES),
    ]
    return Table("Each firm's own run", columns, list(result.firms), key=lambda firm: firm)


def _stage_column(result: State, stage: str) -> Column[str]:
    def share(firm: str) -> float:
        return result.firms[firm][stage].value

    return Column(
        title=stage_words(silent=result.silent, served=served_in(result.question))[stage].capitalize(),
        text=lambda firm: chance_text(share(firm)),
        figure=True,
        share=share,
    )


def _as_json(result: State, stages: Table[Stage]) -> dict[str, Any]:
    shares = {
        firm: {stage: estimate_as_json(share)["value"] for stage, share in row.items()}
        for firm, row in result.firms.items()
    }
    errors = {
        firm: {stage: estimate_as_json(share)["mcse"] for stage, share in row.items()}
        for firm, row in result.firms.items()
    }
    return {
        **result.origin.as_json(),
        "stages": to_json(stages),
        "firms": shares,
        "firms_mcse": errors,
        "silence": None if result.explained is None else _explained_as_json(result.explained),
    }


def _explained_as_json(explained: Explained) -> dict[str, Any]:
    return {name: estimate_as_json(getattr(explained, name)) for name in ("compute", "obstacles", "unannounced")}
