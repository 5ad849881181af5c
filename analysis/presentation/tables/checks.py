"""Checks: one verdict a row, and below the table what was found and what to try where it is not a pass."""

from __future__ import annotations

import math
from typing import Any, Final

from ...inference.json_values import number, significant
from ...studies.checks.judged import Judged
from ...studies.checks.result import CheckResult
from ...studies.checks.study import Checks
from ..json_form import shift_as_json, to_json
from ..table import ABSENT, Cell, Column, Layout, Room, Span, Table
from ..text import figure, shift_text
from .columns import MOVES, asked_text, text_column

VERDICTS = ("pass", "warn", "fail")
MOST_JUDGED = 8  # rows for people, beside that of all together; programs get all
TOO_FEW: Final = "too few draws to say"
NOT_APPLICABLE: Final = "not applicable"  # counted only where there is such a check


def layout(result: Checks) -> Layout:
    """Lay out the checks of an answer."""
    table, moved = _table(result), _judged_table(result)
    return Layout(
        tables=(moved, table) if result.judged else (table,),  # the verdict on all is the last line
        json=lambda: _as_json(result, table, moved),
        head=(f"{asked_text(result.question)}, {result.engine}, {result.draws:,} draws",),
    )


def _table(result: Checks) -> Table[CheckResult]:
    columns: list[Column[CheckResult]] = [
        Column(
            title="Check",
            text=lambda row: Span(row.id.replace(":", ": "), "name"),  # a line may end there
            full=lambda row: row.title,
            path=("id",),
            value=lambda row: row.id,
        ),
        Column(path=("title",), value=lambda row: row.title),
        Column(title="Verdict", text=_verdict, path=("verdict",), value=lambda row: row.verdict),
        Column(
            title="Figure",
            text=_found,
            path=("figure",),
            value=lambda row: None if row.figure is None else number(row.figure, 6),
            figure=True,
        ),
        Column(path=("mcse",), value=lambda row: None if row.mcse is None else significant(row.mcse)),
        Column(
            title="Threshold",
            text=_threshold,
            path=("threshold",),
            value=lambda row: row.threshold,
            figure=True,
        ),
        Column(path=("at_least",), value=lambda row: ABSENT if row.threshold is None else row.at_least),
        text_column("Finding", ("detail",), lambda row: row.detail, room=Room.PAGE, instead=_findings(result)),
        Column(
            title="What to try",
            text=lambda row: "" if row.verdict == "pass" else row.advice,
            path=("advice",),
            value=lambda row: row.advice,
            room=Room.PAGE,
        ),
    ]
    found: list[str] = [row.verdict for row in result.results]
    verdicts = (*VERDICTS, NOT_APPLICABLE) if NOT_APPLICABLE in found else VERDICTS
    counts = [f"{found.count(verdict)} {verdict}" for verdict in verdicts]
    trusted = "can" if result.trustworthy else "should not"
    return Table("Verdicts", columns, result.results, lines=[f"{', '.join(counts)}: the answer {trusted} be trusted"])


def _judged_table(result: Checks) -> Table[Judged]:
    columns: list[Column[Judged]] = [
        Column(title="Fixed by hand", text=lambda row: Span(row.id, "name"), path=("id",), value=lambda row: row.id),
        Column(
            title="At",
            text=lambda row: _figure(row.value),
            path=("value",),
            value=lambda row: None if row.value is None else number(row.value, 6),
            figure=True,
        ),
        _moves(0.5),
        _moves(0.95, room=Room.WIDE),
        Column(
            title="k-hat",
            text=lambda row: f"{row.khat:.2f}",
            path=("khat",),
            value=lambda row: number(row.khat, 3) if math.isfinite(row.khat) else None,
            figure=True,
            room=Room.PAGE,
        ),
    ]
    shown = result.judged[: MOST_JUDGED + 1]
    left_out = len(result.judged) - len(shown)
    lines = [f"and {left_out} that move the median less"] if left_out else []
    title = "Each given a prior of its own, a factor of 1.6 either way"
    return Table(title, columns, result.judged, shown=shown, lines=lines)


def _moves(p: float, *, room: Room = Room.NARROW) -> Column[Judged]:
    """Column of how far a quantile moves, which people read only where the draws can say so."""
    return Column(
        title=MOVES[p],
        text=lambda row: shift_text(row.shifts[p]) if row.trustworthy else TOO_FEW,
        path=("shift", f"{p:g}"),
        value=lambda row: shift_as_json(row.shifts[p]),
        figure=True,
        room=room,
    )


def _verdict(row: CheckResult) -> Span:
    return Span(row.verdict, "" if row.verdict == NOT_APPLICABLE else row.verdict)


def _figure(value: float | None) -> str:
    return "" if value is None else figure(value)


def _threshold(row: CheckResult) -> str:
    said = _figure(row.threshold)
    return said and f"{'at least' if row.at_least else 'at most'} {said}"


def _found(row: CheckResult) -> str:
    if row.figure is not None and row.resolution is not None and row.figure <= row.resolution:
        return f"below {figure(row.resolution)}"
    return _figure(row.figure)


def _findings(result: Checks) -> tuple[Cell, ...]:
    """Say what was found, and what to try, where a check did not pass."""
    found: list[Cell] = []
    for row in result.results:
        if row.verdict != "pass":
            found.append((_verdict(row), f" {row.title}: {row.detail}"))
            found += [f"     {row.advice}"] if row.advice else []
    return tuple(found)


def _as_json(result: Checks, table: Table[CheckResult], moved: Table[Judged]) -> dict[str, Any]:
    judged = {"judged": to_json(moved)} if result.judged else {}
    return {
        **result.origin.as_json(),
        "trustworthy": result.trustworthy,
        "checks": to_json(table),
        **judged,
    }
