"""The forecast: when the event comes, how likely by each month's end, and who gets there first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from ...inference.estimates import Estimate
from ...inference.forecast import Forecast
from ...inference.json_values import number, significant
from ...inference.probabilities import HEADLINE, QUANTILES
from ...inference.question import Question
from ...inference.silence import confirmed_through, silent_through
from ...inference.streaming import AnyDistribution
from ..json_form import (
    date_as_json,
    distribution_as_json,
    merged,
    moments_as_json,
    share_as_json,
    shares_as_json,
    silences_as_json,
    to_json,
)
from ..table import KEY, Cell, Column, Layout, Room, Span, Table
from ..text import (
    and_text,
    arrival_text,
    chance_text,
    date_text,
    day_text,
    error_text,
    interval_text,
    known_since_text,
    known_text,
)
from .columns import asked_text
from .diagnostics import diagnostics_as_json, diagnostics_table
from .evidence import counted_lines
from .firms import SUMS_TO_ONE, commitment_tables, firms_as_json, first_lines, first_table
from .genuineness import genuine_as_json
from .movement import EVIDENCE, movement_as_json, movement_text
from .state import served_in, stages_text

if TYPE_CHECKING:  # studies that few forecasts are shown with
    from ...studies.bridge import Bridge
    from ...studies.movement import Movement
    from ...studies.structure_spread import StructureSpread

MONTHS_SHOWN = 18
SINCE = "months since t = 0"
NEARLY_CERTAIN = 0.995  # probability from which later months say nothing more
BY_EVIDENCE = "moved_by_evidence"
ON_COMPUTE_ALONE = "On compute alone, were nothing else in the way"
RACE_ALONE = "In the race alone"
WITHOUT_LAGS = "Without the measured lags, on all other evidence"

Month = tuple[date, Estimate]


def layout(
    result: Forecast,
    movements: Mapping[str, Movement] | None = None,
    *,
    shapes: StructureSpread | None = None,
    bridge: Bridge | None = None,
) -> Layout:
    """Lay out a forecast.

    Parameters
    ----------
    result : Forecast
        The answer.
    movements : mapping of str to Movement, optional
        By their keys in JSON, how far the evidence moved the date, and how far what was added for this run did.
    shapes : StructureSpread, optional
        What models of other shapes answer; where the date is their pool's and not the race's, what it was pooled from.
    bridge : Bridge, optional
        Why it is not the published date.
    """
    movements = movements or {}
    moved = [
        _of_the_race(result, movement_text(result.question, _what(name, each), each) + _doubt(result, name, each))
        for name, each in movements.items()
    ]
    dates, months = date_table(result), month_table(result)
    beside = [_table_of_the_race(result, table) for table in (first_table(result), *commitment_tables(result))]
    return Layout(
        tables=(dates, months, *beside, diagnostics_table(result), *_bridge(bridge)),
        json=lambda: merged(
            answer := _as_json(result, dates, months),
            moves := {BY_EVIDENCE: None, **{name: movement_as_json(each) for name, each in movements.items()}},
            _shapes_as_json(result, shapes, {**answer, **moves}),
            {"bridge": _bridge_as_json(bridge)},
        ),
        head=_head(result, _shapes(result, shapes)),
        foot=[*counted_lines(result.evidence, result.unopened), *result.notes, *moved],
    )


def _bridge(bridge: Bridge | None) -> list[Table[Any]]:
    if bridge is None:
        return []
    from .bridge import bridge_table

    return [bridge_table(bridge)]


def _bridge_as_json(bridge: Bridge | None) -> dict[str, Any] | None:
    if bridge is None:
        return None
    from .bridge import bridge_as_json

    return bridge_as_json(bridge)


def _shapes(result: Forecast, shapes: StructureSpread | None) -> list[str]:
    if shapes is None:
        return []
    from .structure_spread import pool_text, spread_text

    return [spread_text(result.question, shapes), *([pool_text(shapes)] if result.pooled_over else [])]


def _shapes_as_json(
    result: Forecast, shapes: StructureSpread | None, answer: Mapping[str, Any]
) -> dict[str, dict[str, Any] | None]:
    if shapes is None:
        return {"structures": None, "pooled": None}
    from .structure_spread import pool_as_json, spread_as_json

    pooled = pool_as_json(shapes, result.question, answer) if result.pooled_over else None
    return {"structures": spread_as_json(shapes, result.question), "pooled": pooled}


def _table_of_the_race(result: Forecast, table: Table[str]) -> Table[str]:
    return replace(table, title=_of_the_race(result, table.title)) if result.pooled_over else table


def _of_the_race(result: Forecast, said: str) -> str:
    """Say so of what is the race's alone, where the date is pooled."""
    return f"{RACE_ALONE}: {said}" if result.pooled_over else said


def date_table(result: Forecast) -> Table[float]:
    """Quantiles of the date and, where it is the race's, of what only the race says; a row a quantile."""
    question, ready = result.question, result.ready

    def error(p: float) -> str:
        found = ready.quantile(p)
        said = error_text(question, found.mcse) if _has_day(question, found) else ""
        return said if found.meaningful else "too few draws"

    def race(title: str, name: str, distribution: AnyDistribution) -> Column[float]:
        return dates("" if result.pooled_over else title, name, distribution)

    def dates(title: str, name: str, distribution: AnyDistribution) -> Column[float]:
        return Column(
            title=title,
            text=(lambda p: day_text(question, distribution.quantile_value(p))) if title else None,
            path=(name, "quantiles", KEY),
            value=lambda p: date_as_json(distribution.quantile(p), question),
            figure=True,
        )

    columns: list[Column[float]] = [
        Column(title="Probability", text=lambda p: f"{p:.0%}"),
        dates("Ready by", "ready", ready),
        Column(title=SINCE, text=lambda p: f"{ready.quantile_value(p):z.2f}", figure=True, room=Room.WIDE),
        Column(title="Monte Carlo error", text=error, figure=True),
        race("Pre-trained by", "pretrained", result.pretrained),
        *([race("Publicly known by", "known", result.known)] if result.known is not None else []),
        race("On compute alone" if question.assumptions.obstacles else "", "compute_alone", result.compute_alone),
    ]
    return Table("Quantiles, with their Monte Carlo error", columns, QUANTILES, key=lambda p: f"{p:g}")


def month_table(result: Forecast) -> Table[Month]:
    """Probability of being ready by the end of each month."""
    columns: list[Column[Month]] = [
        Column(title="By the end of", text=lambda month: date_text(month[0])),
        Column(
            title="Probability",
            text=lambda month: chance_text(month[1].value),
            path=("probability_by", KEY),
            value=lambda month: share_as_json(month[1]),
            figure=True,
            share=lambda month: month[1].value,
        ),
        Column(path=("probability_by_mcse", KEY), value=lambda month: significant(month[1].mcse)),
    ]
    months = list(result.probabilities_by())
    return Table(
        "Probability of being ready by the end of each month",
        columns,
        months,
        lines=_lines(result),
        shown=_until_nearly_certain(months),
        key=lambda month: month[0].isoformat(),
    )


def _until_nearly_certain(months: Sequence[Month]) -> list[Month]:
    shown = []
    for day, chance in months[:MONTHS_SHOWN]:
        shown.append((day, chance))
        if chance.value > NEARLY_CERTAIN:
            break
    return shown


def _head(result: Forecast, shapes: Sequence[str]) -> list[Cell]:
    question = result.question
    around, interval = ready_text(question, result.ready).split(" (", 1)
    silent = silent_through(question, result.silences)
    return [
        (Span(arrival_text(question.event, around), role="strong"), f" ({interval}"),
        *shapes,
        *(
            _of_the_race(result, said)
            for said in (
                *known_lines(result),
                stages_text(result.stages, silent=silent, served=served_in(question)),
                *beside_texts(result),
            )
        ),
        f"{asked_text(question)}, {_origin(result)}",
    ]


def beside_texts(result: Forecast) -> list[str]:
    """Say when the event would come on compute alone, and without the items that measure a lag, where they differ."""
    said = []
    if result.question.assumptions.obstacles:
        said.append(alone_text(result.question, result.compute_alone))
    if result.without_lags is not None:
        said.append(f"{WITHOUT_LAGS}: {ready_text(result.question, result.without_lags)}")
    return said


def known_lines(result: Forecast) -> list[str]:
    """Say when it is publicly known, and how likely never; nothing where the model does not tell ready from known."""
    if result.known is None:
        return []
    question = result.question
    if number(result.known.sd) == 0.0:
        return [known_since_text(day_text(question, result.known.quantile_value(0.5)))]
    ready = result.race_ready.probability_below(math.inf).value
    when = "" if math.isinf(result.known.quantile_value(0.05)) else ready_text(question, result.known)
    return [known_text(when, result.kept_secret().value, 1.0 - ready if ready < 1.0 - SUMS_TO_ONE else 0.0)]


def alone_text(question: Question, compute_alone: AnyDistribution) -> str:
    """Say when the event would come if nothing but compute stood in the way."""
    return f"{ON_COMPUTE_ALONE}: {ready_text(question, compute_alone)}"


def ready_text(question: Question, ready: AnyDistribution) -> str:
    """Say a date with its interval and, where it is large, its Monte Carlo error."""
    quantiles = [ready.quantile(p) for p in HEADLINE]
    low, middle, high = (day_text(question, quantile.value) for quantile in quantiles)
    return interval_text(low, middle, high, [each.mcse for each in quantiles if _has_day(question, each)])


def _has_day(question: Question, quantile: Estimate) -> bool:
    return question.assumptions.calendar.day(quantile.value) is not None


def not_by_text(chances: Iterable[tuple[date, Estimate]]) -> str:
    """Say how likely it is that nobody is ready by the first days of coming years."""
    said = ", ".join(f"{day.year} {chance_text(chance.value)}" for day, chance in chances)
    return f"Not ready by the first of January: {said}"


def _origin(result: Forecast) -> str:
    draws = f"{result.draws:,} draws"
    if result.engine == "forward":
        return f"prior alone, {draws}"
    return f"{result.engine}, {draws}, {result.diagnostics.ess:,.0f} effective"


def _lines(result: Forecast) -> list[str]:
    flop = [10.0 ** result.log_flop.quantile_value(p) for p in HEADLINE]
    return [
        not_by_text(result.not_by()),
        *(_of_the_race(result, line) for line in first_lines(result)),
        _of_the_race(
            result, f"Mythos's pre-training compute: {flop[1]:.1e} FLOP (90% interval: {flop[0]:.1e} to {flop[2]:.1e})"
        ),
    ]


def _dates(result: Forecast) -> dict[str, AnyDistribution]:
    """By their keys in JSON, the dates that a forecast gives."""
    known = {} if result.known is None else {"known": result.known}
    return {"ready": result.ready, "pretrained": result.pretrained, **known, "compute_alone": result.compute_alone}


def _what(name: str, movement: Movement) -> str:
    return EVIDENCE if name == BY_EVIDENCE else and_text(movement.items) or "Added items"


def _doubt(result: Forecast, name: str, movement: Movement) -> str:
    """Say how the doubted among the items that moved the date are read: all that were added, or what is overruled."""
    rows = [row for row in result.genuine if row.item.id in movement.items]
    told = [row for row in rows if row.overruled or name != BY_EVIDENCE]
    return "".join(f"; {row.item.id} is {row.verdict}" for row in told)


def _as_json(result: Forecast, dates: Table[float], months: Table[Month]) -> dict[str, Any]:
    confirmed, lags = confirmed_through(result.question, result.silences), result.without_lags
    never = result.kept_secret()
    secret = {"never": share_as_json(never), "never_mcse": significant(never.mcse)}
    return merged(
        result.origin.as_json(),
        {name: moments_as_json(distribution) for name, distribution in _dates(result).items()},
        to_json(dates),
        {"without_lags": None if lags is None else distribution_as_json(lags, result.question)},
        {"mythos_flop": _flop_as_json(result.log_flop)},
        to_json(months),
        {
            **shares_as_json("not_by", {day.isoformat(): chance for day, chance in result.not_by()}),
            **shares_as_json("state", result.stages),
            **firms_as_json(result),
            "known": None if result.known is None else secret,
            "silence_confirmed_through": None if confirmed is None else confirmed.isoformat(),
            "silences": silences_as_json(result.silences),
            "silent_through_as_of": silent_through(result.question, result.silences),
            "served": served_in(result.question),
            "log_evidence": number(result.log_evidence.value),
            "log_evidence_mcse": significant(result.log_evidence.mcse),
            "diagnostics": diagnostics_as_json(result.diagnostics),
            "genuine": genuine_as_json(result.genuine),
            "warnings": result.warnings(),
            "notes": list(result.notes),
        },
    )


def _flop_as_json(log_flop: AnyDistribution) -> dict[str, Any]:
    quantiles = {p: log_flop.quantile(p) for p in HEADLINE}
    return {
        "quantiles": {f"{p:g}": significant(10.0**q.value, 6) for p, q in quantiles.items()},
        "mcse": {f"{p:g}": significant(10.0**q.value * np.log(10.0) * q.mcse) for p, q in quantiles.items()},
    }
