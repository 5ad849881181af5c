"""Columns that many results have: words, quantiles of a date, of a shift and of a spread; and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...inference.estimates import Distribution, Estimate
from ...inference.probabilities import DELAYED, HEADLINE, QUANTILES
from ...inference.question import Question
from ...inference.result import Origin
from ...inference.streaming import AnyDistribution
from ..json_form import date_as_json, moments_as_json, scaled_as_json, shift_as_json
from ..table import Cell, Column, Path, Room, Span
from ..text import date_text, day_text, quantile_text, shift_text

SHIFTED = "shifts in months ± Monte Carlo error"
MOVES = {0.5: "Median moves, months", 0.95: "95% moves, months"}  # headings of shifts, by quantile


def asked_text(question: Question, what: str = "as of") -> str:
    """Say which model was asked about which event, and as of which day."""
    return f"model {question.assumptions.model}, event {question.event}, {what} {date_text(question.as_of)}"


def drawn_text(origin: Origin) -> str:
    """Say the same, and what the draws are of: the prior, or what some evidence has made of it."""
    counted = len(origin.evidence)
    items = f"{counted} item{'s' if counted > 1 else ''} of evidence counted" if counted else "prior alone"
    return f"{asked_text(origin.question)}, {items}, {origin.draws:,} draws"


def ids_text(ids: Iterable[str]) -> str:
    """Say by which names files and options call the rows of a table that people read by titles, in its order."""
    return f"In files and options, in this order: {', '.join(ids)}"


def source_names(question: Question, quantities: Iterable[str]) -> list[str]:
    """Name the references that the priors of some quantities rest on."""
    known = question.assumptions.table.quantities
    return [source for name in quantities for source in known[name].text.sources]


def text_column[Row](
    title: str,
    path: Path,
    read: Callable[[Row], str],
    *,
    room: Room = Room.NARROW,
    instead: tuple[Cell, ...] = (),
) -> Column[Row]:
    """Column in which people and programs read the same words."""
    return Column(title=title, text=read, path=path, value=read, room=room, instead=instead)


def date_columns(
    question: Question,
    ready: Callable[[Any], AnyDistribution | None],
    path: Path = ("quantiles",),
    *,
    shown: Iterable[float] = HEADLINE,
    wide: Iterable[float] = (),
) -> list[Column[Any]]:
    """Columns of a date's quantiles; `shown` are read by people, `wide` by those who have room for them."""
    return _quantile_columns(
        ready,
        lambda months: day_text(question, months),
        lambda moment: date_as_json(moment, question),
        path,
        shown=shown,
        wide=wide,
    )


def ready_columns(
    question: Question, ready: Callable[[Any], AnyDistribution | None], *, wide: Iterable[float] = ()
) -> list[Column[Any]]:
    """Columns of a date that programs read whole: its mean and sd before the quantiles."""
    moments: Column[AnyDistribution] = Column(path=("ready",), value=moments_as_json)
    return [moments.of(ready), *date_columns(question, ready, ("ready", "quantiles"), wide=wide)]


def spread_columns(
    spread: Callable[[Any], Distribution | None],
    write: Callable[[float], str],
    path: Path = (),
    *,
    wide: Iterable[float] = (),
    group: str = "",
) -> list[Column[Any]]:
    """Columns of the quantiles of something positive of any size."""
    return _quantile_columns(spread, write, scaled_as_json, path, shown=HEADLINE, wide=wide, group=group)


def _quantile_columns(
    spread: Callable[[Any], AnyDistribution | None],
    write: Callable[[float], str],
    as_json: Callable[[Estimate], dict[str, Any]],
    path: Path,
    *,
    shown: Iterable[float],
    wide: Iterable[float],
    group: str = "",
) -> list[Column[Any]]:
    def column(p: float) -> Column[AnyDistribution]:
        return Column(
            title=quantile_text(p) if p in read else "",
            text=(lambda values: write(values.quantile_value(p))) if p in read else None,
            path=(*path, f"{p:g}"),
            value=lambda values: as_json(values.quantile(p)),
            figure=True,
            room=Room.WIDE if p in wide else Room.NARROW,
            group=group,
        )

    read = (*shown, *wide)
    return [column(p).of(spread) for p in QUANTILES]


def shift_column(
    shift: Callable[[Any], Estimate | None],
    path: Path,
    title: str = "",
    *,
    room: Room = Room.NARROW,
) -> Column[Any]:
    """Column of a shift in months with its Monte Carlo error; without a heading, for programs alone."""
    return Column(
        title=title,
        text=shift_text if title else None,
        path=path,
        value=shift_as_json,
        figure=True,
        room=room,
    ).of(shift)


def delay_columns(shift: Callable[[Any, float], Estimate | None], *, late: Room = Room.WIDE) -> list[Column[Any]]:
    """Columns of the shifts of what policies delay; people read the median's, and in the room of `late` the 95% one."""
    room = {0.95: late}

    def column(p: float) -> Column[Any]:
        title = MOVES.get(p, "")
        return shift_column(lambda row: shift(row, p), ("shift", f"{p:g}"), title, room=room.get(p, Room.NARROW))

    return [column(p) for p in DELAYED]


def web_link(address: str | None, text: str) -> Span:
    """Link an address that is written without its scheme, as sources give it; other places stay text."""
    return Span(text, address=f"https://{address}" if address and "/" in address else None)
