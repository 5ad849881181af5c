"""The forecast: when the event comes, how likely by each month's end, and who gets there first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from ...inference.diagnostics import Diagnostics
from ...inference.estimates import Estimate
from ...inference.forecast import FLOP_QUANTILES, Forecast
from ...inference.json_values import QUANTILES, AnyDistribution, number, rounded, significant
from ...inference.question import Question
from ...inference.silence import confirmed_through, silent_through
from ...studies.bridge import Bridge
from ...studies.movement import Movement
from ...studies.structure_spread import StructureSpread
from ..json_form import date_as_json, distribution_as_json, merged, moments_as_json, share_as_json, to_json
from ..table import KEY, Cell, Column, Layout, Room, Span, Table
from ..text import chance_text, date_text, day_text, error_text, firm_words
from .bridge import bridge_as_json, bridge_table
from .columns import asked_text, date_columns
from .genuineness import genuine_as_json
from .movement import movement_as_json, movement_text
from .state import stages_text
from .structure_spread import pool_text, spread_as_json, spread_text

MONTHS_SHOWN = 18
SMALLEST_SHOWN = 0.05  # percentage points of Monte Carlo error
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
    pooled: StructureSpread | None = None,
    bridge: Bridge | None = None,
) -> Layout:
    """Lay out a forecast.

    Parameters
    ----------
    result : Forecast
        The answer.
    movements : mapping of str to Movement, optional
        By their keys in JSON, how far the evidence moved the date, and how far what was added for this run did.
    pooled : StructureSpread, optional
        What its date was pooled from, where it is the pool's and not the race's.
    bridge : Bridge, optional
        Why it is not the published date.
    """
    movements = movements or {}
    moved = [
        _of_the_race(result, movement_text(result.question, _what(name, each), each) + _overruled_text(result, each))
        for name, each in movements.items()
    ]
    dates, months = date_table(result), month_table(result)
    bridges = [] if bridge is None else [bridge_table(bridge)]
    return Layout(
        tables=(dates, months, first_table(result), *commitment_tables(result), diagnostics_table(result), *bridges),
        json=lambda: merged(
            answer := _as_json(result, dates, months),
            moves := {name: movement_as_json(each) for name, each in movements.items()},
            {"pooled": None if pooled is None else spread_as_json(pooled, result.question, {**answer, **moves})},
            {"bridge": None if bridge is None else bridge_as_json(bridge)},
        ),
        head=_head(result, pooled),
        foot=[*_evidence(result), *result.notes, *moved],
    )


def _of_the_race(result: Forecast, said: str) -> str:
    """Say so of what is the race's alone, where the date is pooled."""
    return f"{RACE_ALONE}: {said}" if result.pooled_over else said


def date_table(result: Forecast) -> Table[float]:
    """Quantiles of the date and, where it is the race's, of what only the race says; a row a quantile."""
    question = result.question

    def error(p: float) -> str:
        ready = result.ready.quantile(p)
        return error_text(question, ready.mcse) if ready.meaningful else "too few draws"

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
        dates("Ready by", "ready", result.ready),
        Column(title="months since t = 0", text=lambda p: f"{result.ready.quantile_value(p):.2f}", figure=True),
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
            text=lambda month: f"{month[1].value:.1%}",
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


def diagnostics_table(result: Forecast) -> Table[tuple[str, str]]:
    """What says whether the draws can be trusted, for a page."""
    found = result.diagnostics
    rows = [("Effective draws", f"{found.ess:,.0f}")]
    if found.khat is not None and math.isfinite(found.khat):
        rows.append(("Pareto k-hat of the importance weights (good below 0.5)", f"{found.khat:.2f}"))
    if found.rhat_max is not None:
        rows.append(("Largest R-hat (good below 1.01)", f"{found.rhat_max:.4f}"))
    if found.divergences is not None:
        rows.append(("Divergent transitions", f"{found.divergences}"))
    rows.append(("Log evidence", f"{result.log_evidence.value:.2f}"))
    columns: list[Column[tuple[str, str]]] = [
        Column(title="Diagnostic", text=lambda row: row[0], room=Room.PAGE),
        Column(title="Value", text=lambda row: row[1], figure=True, room=Room.PAGE),
    ]
    return Table("Diagnostics of the draws", columns, rows)


def _until_nearly_certain(months: Sequence[Month]) -> list[Month]:
    shown = []
    for day, chance in months[:MONTHS_SHOWN]:
        shown.append((day, chance))
        if chance.value > NEARLY_CERTAIN:
            break
    return shown


def _head(result: Forecast, pooled: StructureSpread | None) -> list[Cell]:
    question = result.question
    around, interval = _around(question, result.ready).split(" (", 1)
    answer = Span(f"A Chinese lab has a model like Mythos {around}", role="strong")
    headline: list[Cell] = [(answer, f" ({interval}")]
    shapes = [] if pooled is None else [spread_text(question, pooled), pool_text(pooled)]
    return [
        *headline,
        *shapes,
        *(
            _of_the_race(result, said)
            for said in (
                *known_lines(result),
                stages_text(result.stages, silent=silent_through(question, result.silences)),
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
        said.append(f"{WITHOUT_LAGS}: {_around(result.question, result.without_lags)}")
    return said


def known_lines(result: Forecast) -> list[str]:
    """Say when it is publicly known, and how likely never; nothing where the model does not tell ready from known."""
    if result.known is None:
        return []
    question = result.question
    low, middle, high = (day_text(question, result.known.quantile_value(p)) for p in (0.05, 0.5, 0.95))
    ever = result.known.probability_below(math.inf)
    never = f"never, a lab keeping it to itself, with a probability of {chance_text(1.0 - ever.value)}"
    if low == middle:
        return [f"Publicly known {never}"]
    return [f"Publicly known around {middle} (90% interval: {low} to {high}); {never}"]


def alone_text(question: Question, compute_alone: AnyDistribution) -> str:
    """Say when the event would come if nothing but compute stood in the way."""
    return f"{ON_COMPUTE_ALONE}: {_around(question, compute_alone)}"


def _around(question: Question, ready: AnyDistribution) -> str:
    low, middle, high = (day_text(question, ready.quantile_value(p)) for p in (0.05, 0.5, 0.95))
    return interval_text(low, middle, high)


def interval_text(low: str, middle: str, high: str) -> str:
    """Say a date with its interval, from the days of three quantiles."""
    return f"around {middle} (90% interval: {low} to {high})"


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
    race = result.question.assumptions.race
    firsts = (_first(firm_words(race, firm), share) for firm, share in result.first_firm.items())
    lines = [f"First to be ready: {', '.join(firsts)}"]
    if list(result.first_archetype) != list(result.first_firm):
        kinds = ", ".join(_first(f"a {kind}", share) for kind, share in result.first_archetype.items())
        lines.append(f"By kind of firm: {kinds}")
    flop = [10.0 ** result.log_flop.quantile_value(p) for p in FLOP_QUANTILES]
    return [
        not_by_text(result.not_by()),
        *(_of_the_race(result, line) for line in lines),
        _of_the_race(
            result, f"Mythos's pre-training compute: {flop[1]:.1e} FLOP (90% interval: {flop[0]:.1e} to {flop[2]:.1e})"
        ),
    ]


def _first(who: str, share: Estimate) -> str:
    """Who is first with which probability, and its Monte Carlo error in percentage points."""
    error = 100.0 * share.mcse
    return f"{who} {chance_text(share.value)}" + (f" ± {error:.1f}" if error >= SMALLEST_SHOWN else "")


def first_table(result: Forecast) -> Table[str]:
    """Who is first, with what probability, and when it comes if so; a row a firm."""
    race, question = result.question.assumptions.race, result.question
    columns: list[Column[str]] = [
        Column(title="Firm", text=lambda firm: race.firms[firm].title),
        Column(
            title="First with probability",
            text=lambda firm: chance_text(result.first_firm[firm].value),
            figure=True,
            share=lambda firm: result.first_firm[firm].value,
        ),
        Column(title="Monte Carlo error", text=lambda firm: f"± {result.first_firm[firm].mcse:.2%}", figure=True),
        *date_columns(question, lambda firm: result.ready_if_first[firm]),
    ]
    return Table("Who is first, and when it comes if so", columns, list(result.first_firm), key=lambda firm: firm)


def commitment_tables(result: Forecast) -> list[Table[str]]:
    """How far each firm is committed, where budgets may go beyond habit: a row a firm, a column a regime."""
    if not result.commitments:
        return []
    assumptions = result.question.assumptions

    def column(regime: str) -> Column[str]:
        return Column(
            title=assumptions.regimes[regime].text.title,
            text=lambda firm: chance_text(result.commitments[firm][regime].value),
            figure=True,
            share=lambda firm: result.commitments[firm][regime].value,
        )

    columns: list[Column[str]] = [
        Column(title="Firm", text=lambda firm: assumptions.race.firms[firm].title),
        *(column(regime) for regime in next(iter(result.commitments.values()))),
    ]
    return [Table("How far each firm is committed", columns, list(result.commitments), key=lambda firm: firm)]


def _evidence(result: Forecast) -> list[str]:
    return [f"Evidence counted: {', '.join(result.evidence)}"] if result.evidence else []


def _dates(result: Forecast) -> dict[str, AnyDistribution]:
    """By their keys in JSON, the dates that a forecast gives."""
    known = {} if result.known is None else {"known": result.known}
    return {"ready": result.ready, "pretrained": result.pretrained, **known, "compute_alone": result.compute_alone}


def _what(name: str, movement: Movement) -> str:
    return "The evidence" if name == BY_EVIDENCE else " and ".join(movement.items) or "Added items"


def _overruled_text(result: Forecast, movement: Movement) -> str:
    """Say which of the items that moved the date are read as not genuine."""
    rows = [row for row in result.genuine if row.overruled and row.item.id in movement.items]
    return "".join(f"; {row.item.id} is {row.verdict}" for row in rows)


def _as_json(result: Forecast, dates: Table[float], months: Table[Month]) -> dict[str, Any]:
    confirmed = confirmed_through(result.question, result.silences)
    return merged(
        result.origin.as_json(),
        {name: moments_as_json(distribution) for name, distribution in _dates(result).items()},
        to_json(dates),
        {"without_lags": _without_lags_as_json(result)},
        {"mythos_flop": _flop_as_json(result.log_flop)},
        to_json(months),
        {
            "not_by": {day.isoformat(): share_as_json(chance) for day, chance in result.not_by()},
            "not_by_mcse": {day.isoformat(): significant(chance.mcse) for day, chance in result.not_by()},
            "state": {name: share_as_json(chance) for name, chance in result.stages.items()},
            "state_mcse": {name: significant(chance.mcse) for name, chance in result.stages.items()},
            "first_firm": {firm: share_as_json(share) for firm, share in result.first_firm.items()},
            "first_firm_mcse": {firm: significant(share.mcse) for firm, share in result.first_firm.items()},
            "first_archetype": {kind: share_as_json(share) for kind, share in result.first_archetype.items()},
            "first_archetype_mcse": {kind: significant(share.mcse) for kind, share in result.first_archetype.items()},
            "commitments": {
                firm: {regime: share_as_json(share) for regime, share in row.items()}
                for firm, row in result.commitments.items()
            },
            "commitments_mcse": {
                firm: {regime: significant(share.mcse) for regime, share in row.items()}
                for firm, row in result.commitments.items()
            },
            "ready_if_first": {
                firm: None if ready is None else distribution_as_json(ready, result.question)
                for firm, ready in result.ready_if_first.items()
            },
            **({"known": None} if result.known is None else {}),
            "silence_confirmed_through": None if confirmed is None else confirmed.isoformat(),
            "silent_through_as_of": silent_through(result.question, result.silences),
            "log_evidence": number(result.log_evidence.value),
            "log_evidence_mcse": significant(result.log_evidence.mcse),
            "diagnostics": _diagnostics_as_json(result.diagnostics),
            "genuine": genuine_as_json(result.genuine),
            "warnings": result.warnings(),
            "notes": list(result.notes),
        },
    )


def _without_lags_as_json(result: Forecast) -> dict[str, Any] | None:
    return None if result.without_lags is None else distribution_as_json(result.without_lags, result.question)


def _diagnostics_as_json(found: Diagnostics) -> dict[str, Any]:
    return {
        "ess": round(found.ess, 1),
        "khat": rounded(found.khat, 3),
        "rhat_max": rounded(found.rhat_max, 4),
        "divergences": found.divergences,
    }


def _flop_as_json(log_flop: AnyDistribution) -> dict[str, Any]:
    quantiles = {p: log_flop.quantile(p) for p in FLOP_QUANTILES}
    return {
        "quantiles": {f"{p:g}": significant(10.0**q.value, 6) for p, q in quantiles.items()},
        "mcse": {f"{p:g}": significant(10.0**q.value * np.log(10.0) * q.mcse) for p, q in quantiles.items()},
    }
