"""Worlds: the date in each, who is first, and what evidence says of it, beside the model that was asked."""

from __future__ import annotations

from collections.abc import Sequence

from ....priors.errors import on_command_line
from ...inference.estimates import Estimate
from ...inference.json_values import number, significant
from ...inference.probabilities import DELAYED
from ...studies.worlds import WorldResult, Worlds
from ..json_form import shares_as_json, to_json
from ..table import ABSENT, Cell, Column, Layout, Room, Span, Table
from ..text import share_text
from .columns import MOVES, asked_text, date_columns, shift_column

SORTS = {"model": "model", "belief": "believed", "scenario": "from the day"}
"""What people read of a world's sort."""

EXPLAINED = (
    "Believed: laid over the model from t = 0 on, and conditioned anew on the same items. From the day: begins on the "
    "day of the question, and what has been launched by then stands. Log evidence: of two worlds that count the same "
    "observations, the one under which they are likelier has the larger; a difference of one or two says little."
)


def layout(result: Worlds) -> Layout:
    """Lay out worlds."""
    table = world_table(result)
    return Layout(
        tables=(table,),
        json=lambda: {**result.origin.as_json(), "worlds": to_json(table)},
        head=(f"{asked_text(result.question)}; shifts in months against the first row ± Monte Carlo error",),
    )


def world_table(result: Worlds, *, linked: bool = False) -> Table[WorldResult]:
    """Worlds, a row each; `linked` to the sections of the page that are named after them."""
    question = result.question

    def title(row: WorldResult) -> Cell:
        return Span(row.title, address=f"#{row.id}" if linked and row.sort != "model" else None)

    columns: list[Column[WorldResult]] = [
        Column(
            title="World",
            text=lambda row: Span(row.id, "name"),
            full=title,
            path=("id",),
            value=lambda row: row.id,
        ),
        Column(path=("title",), value=lambda row: row.title),
        Column(
            title="Holds", text=lambda row: SORTS[row.sort], path=("sort",), value=lambda row: row.sort, room=Room.PAGE
        ),
        Column(path=("source",), value=lambda row: ", ".join(row.references)),
        *date_columns(question, lambda row: row.ready),
        Column(path=("quantiles",), value=lambda row: ABSENT if row.answered else None),
        *(_shift(p) for p in DELAYED),
        Column(
            title="Most often first",
            text=_leader,
            value=lambda row: shares_as_json("first_firm", row.first_firm),
            room=Room.PAGE,
            instead=(f"Most often first: {_leaders(result)}.",),
        ),
        Column(
            title="Log evidence",
            text=lambda row: _log_text(row.log_evidence, error=False),
            full=lambda row: _log_text(row.log_evidence, error=True),
            path=("log_evidence",),
            value=lambda row: None if row.log_evidence is None else number(row.log_evidence.value),
            figure=True,
            room=Room.WIDE,
        ),
        Column(
            path=("log_evidence_mcse",),
            value=lambda row: None if row.log_evidence is None else significant(row.log_evidence.mcse),
        ),
        Column(path=("withheld",), value=lambda row: row.withheld or None),
        Column(path=("left_out",), value=lambda row: dict(row.left_out or {})),
        Column(path=("refused",), value=lambda row: on_command_line(row.error or row.refused) or None),
        Column(path=("draws",), value=lambda row: row.draws),
    ]
    return Table(
        "Other worlds that the sources describe, beside the model",
        columns,
        result.worlds,
        lines=[EXPLAINED, *_withheld(result), *_left_out(result), *_refused(result)],
        sources=list(dict.fromkeys(reference for row in result.worlds for reference in row.references)),
    )


def _shift(p: float) -> Column[WorldResult]:
    title = MOVES[p] if p == 0.5 else ""
    return shift_column(lambda row: (row.shifts or {}).get(p), ("shift", f"{p:g}"), title)


def _leader(row: WorldResult) -> str:
    if row.first is None:
        return ""
    firm, share = row.first
    return f"{row.firm_titles.get(firm, firm)} {share_text(share.value)}"


def _leaders(result: Worlds) -> str:
    by_title: dict[str, list[tuple[float, str]]] = {}
    for row in result.answered:
        if row.first is not None:
            firm, share = row.first
            by_title.setdefault(row.firm_titles.get(firm, firm), []).append((share.value, row.id))
    return "; ".join(_range_text(title, sorted(worlds)) for title, worlds in by_title.items())


def _range_text(title: str, worlds: Sequence[tuple[float, str]]) -> str:
    (least, seldom), (most, often) = worlds[0], worlds[-1]
    if len(worlds) == 1:
        return f"{title} in {often} ({share_text(most)})"
    between = f"from {share_text(least)} ({seldom}) to {share_text(most)} ({often})"
    return f"{title} in {len(worlds)} worlds, {between}"


def _log_text(log_evidence: Estimate | None, *, error: bool) -> str:
    if log_evidence is None:
        return ""
    return f"{log_evidence.value:z.2f}" + (f" ± {max(log_evidence.mcse, 0.005):.2f}" if error else "")


def _withheld(result: Worlds) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for row in result.answered:
        if row.withheld:
            by_reason.setdefault(row.withheld, []).append(row.id)
    return [f"No log evidence for {', '.join(ids)}: {reason}." for reason, ids in by_reason.items()]


def _left_out(result: Worlds) -> list[str]:
    return [
        f"{row.id} leaves out {item}: {reason}."
        for row in result.worlds
        for item, reason in (row.left_out or {}).items()
    ]


def _refused(result: Worlds) -> list[str]:
    refused = [row for row in result.worlds if row.refused]
    return [f"{row.id} has no answer: {on_command_line(row.error or row.refused)}." for row in refused]
