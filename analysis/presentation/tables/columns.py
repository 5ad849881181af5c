"""Columns that many results have: quantiles of a date, of a shift and of a spread; and what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...inference.estimates import Distribution, Estimate
from ...inference.json_values import QUANTILES, AnyDistribution
from ...inference.question import Question
from ..json_form import date_as_json, moments_as_json, scaled_as_json, shift_as_json
from ..table import ABSENT, Column, Path, Room, Span
from ..text import date_text, day_text, quantile_text, shift_text

SHOWN = (0.05, 0.5, 0.95)


def asked_text(question: Question, what: str = "as of") -> str:
    """Say which model was asked about which event, and as of which day."""
    return f"model {question.assumptions.model}, event {question.event}, {what} {date_text(question.as_of)}"


def source_names(question: Question, quantities: Iterable[str]) -> list[str]:
    """Name the references that the priors of some quantities rest on."""
    known = question.assumptions.table.quantities
    return [source for name in quantities for source in known[name].text.sources]


def date_columns(
    question: Question,
    ready: Callable[[Any], AnyDistribution | None],
    path: Path = ("quantiles",),
    *,
    quantiles: Iterable[float] = QUANTILES,
    shown: Iterable[float] = SHOWN,
    wide: Iterable[float] = (),
) -> list[Column[Any]]:
    """Columns of a date's quantiles; `shown` are read by people, `wide` by those who have room for them."""
    return [_date_column(question, ready, (*path, f"{p:g}"), p, (*shown, *wide), tuple(wide)) for p in quantiles]


def _date_column(
    question: Question,
    ready: Callable[[Any], AnyDistribution | None],
    path: Path,
    p: float,
    shown: tuple[float, ...],
    wide: tuple[float, ...],
) -> Column[Any]:
    def text(row: Any) -> str:
        months = ready(row)
        return "" if months is None else day_text(question, months.quantile_value(p))

    def value(row: Any) -> Any:
        months = ready(row)
        return ABSENT if months is None else date_as_json(months.quantile(p), question)

    return Column(
        title=quantile_text(p) if p in shown else "",
        text=text if p in shown else None,
        path=path,
        value=value,
        figure=True,
        room=Room.WIDE if p in wide else Room.NARROW,
    )


def moments_column(ready: Callable[[Any], AnyDistribution], path: Path = ("ready",)) -> Column[Any]:
    """Mean and sd of a date, for programs; before the columns of its quantiles."""
    return Column(path=path, value=lambda row: moments_as_json(ready(row)))


def shift_column[Row](
    shift: Callable[[Row], Estimate | None],
    path: Path,
    title: str = "",
    *,
    room: Room = Room.NARROW,
    group: str = "",
) -> Column[Row]:
    """Column of a shift in months with its Monte Carlo error; without a heading, for programs alone."""

    def text(row: Row) -> str:
        moved = shift(row)
        return "" if moved is None else shift_text(moved)

    def value(row: Row) -> Any:
        moved = shift(row)
        return ABSENT if moved is None else shift_as_json(moved)

    return Column(
        title=title, text=text if title else None, path=path, value=value, figure=True, room=room, group=group
    )


def spread_columns(
    spread: Callable[[Any], Distribution | None],
    write: Callable[[float], str],
    path: Path = (),
    *,
    shown: Iterable[float] = SHOWN,
    wide: Iterable[float] = (),
    group: str = "",
) -> list[Column[Any]]:
    """Columns of the quantiles of something positive of any size."""

    def column(p: float) -> Column[Any]:
        def text(row: Any) -> str:
            values = spread(row)
            return "" if values is None else write(values.quantile_value(p))

        def value(row: Any) -> Any:
            values = spread(row)
            return ABSENT if values is None else scaled_as_json(values.quantile(p))

        read = p in (*shown, *wide)
        return Column(
            title=quantile_text(p) if read else "",
            text=text if read else None,
            path=(*path, f"{p:g}"),
            value=value,
            figure=True,
            room=Room.WIDE if p in wide else Room.NARROW,
            group=group,
        )

    return [column(p) for p in QUANTILES]


def web_link(address: str | None, text: str) -> Span:
    """Link an address that is written without its scheme, as sources give it; other places stay text."""
    return Span(text, address=f"https://{address}" if address and "/" in address else None)
