"""The track record: what was said of every past record on its day, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ....evidence.tables import table as public
from ...inference.estimates import Distribution
from ...inference.json_values import number
from ...inference.probabilities import HEADLINE, QUANTILES
from ...inference.proper_scores import HORIZON
from ...studies.structure_registry import COMPUTE
from ...studies.tables.chosen import origin_of
from ...studies.tables.gate_hindcast import GateAsked, GateHindcast, makers_of
from ...studies.tables.hindcast import LEVELS, OUTSIDE, RIVALS, Asked, Hindcast, Score
from ...studies.tables.lag_structures import STRUCTURES, Said
from ...studies.tables.telling_curve import ruled_out_text
from ..json_form import to_json
from ..table import KEY, Column, Layout, Table
from ..text import date_text
from .columns import date_columns

DECIMALS = 2  # of months; a day is 0.03
PROBABILITY_DECIMALS = 3
SCORED_UP_TO = f"CRPS counts lags of up to {HORIZON:g} months: a longer one as if it were that long."


@dataclass(frozen=True)
class _Scored:
    """A structure's or rival's line among the scores."""

    id: str
    title: str
    score: Score


def layout(result: Hindcast) -> Layout:
    """Lay out a track record."""
    episodes, scores, gate = episode_table(result), score_table(result), gate_tables(result)
    return Layout(tables=(episodes, scores, *gate), json=lambda: _as_json(result, episodes, scores, gate))


def gate_tables(result: Hindcast) -> tuple[Table[Any], ...]:
    """The compute gate's own track record, where compute and stocks are known; and what it would do to the date."""
    gate = result.gate
    if gate is None:
        return ()
    columns: list[Column[GateAsked]] = [
        Column(
            title="American record",
            text=lambda row: row.episode.reference.model,
            path=("reference",),
            value=lambda row: row.episode.reference.model,
        ),
        Column(
            title="FLOP", text=lambda row: f"{row.flop:.1e}", path=("flop",), value=lambda row: row.flop, figure=True
        ),
        Column(
            title="Chinese stock, H100e",
            text=lambda row: f"{row.stock.h100_equivalents:,.0f}",
            path=("stock_h100e",),
            value=lambda row: round(row.stock.h100_equivalents),
            figure=True,
        ),
        Column(
            title="Months",
            text=lambda row: f"over {row.months:.1f}" if row.episode.open else f"{row.months:.1f}",
            path=("lag_months",),
            value=lambda row: round(row.months, DECIMALS),
            figure=True,
        ),
        Column(
            title="Said by the gate",
            text=lambda row: _said_text(row.said),
            path=("structures", COMPUTE),
            value=lambda row: _said_as_json(row.said, row.episode.open),
            figure=True,
        ),
    ]
    low, high = gate.curve.quantiles((0.05, 0.95))
    lines = [
        f"Held against these lags, the gate asks for progress of {gate.curve.mode:.0f} x a year, were all logarithms "
        f"from 1 to 1,000 as likely ({low:.1f} to {high:.0f}): {ruled_out_text(gate.curve)}. "
        f"{_known_of_the_stock(gate)} No forecast counts it unless --item has written it as an item and --add names "
        "that.",
        f"Scores and compute are of {_table_text(gate.table)}, stocks of {_table_text(gate.stocks)}.",
    ]
    asked = Table("What the compute gate said of the records whose compute is known", columns, gate.asked, lines=lines)
    if gate.dates is None or gate.question is None:
        return (asked,)
    rows = list(zip(("without it", f"with it, weight {gate.weight:g}"), gate.dates, strict=True))
    dated: list[Column[tuple[str, Distribution]]] = [
        Column(title="The gate's track record", text=lambda row: row[0], path=("id",), value=lambda row: row[0]),
        *date_columns(gate.question, lambda row: row[1], ("ready", "quantiles")),
    ]
    return (asked, Table("What counting it would do to the date", dated, rows))


def _known_of_the_stock(gate: GateHindcast) -> str:
    makers = makers_of(gate.stocks)
    whose = f"Sales of {', '.join(makers)} alone are" if makers else "Sales alone are"
    return f"{whose} known of the stock: what was smuggled or made by others would ask for less."


def _table_text(table: public.Table) -> str:
    return f"{table.name}, {date_text(table.vintage)}" if table.vintage else table.name


def episode_table(result: Hindcast) -> Table[Asked]:
    """Each past record, what was said of it, and what came of it."""
    columns: list[Column[Asked]] = [
        Column(
            title="American record",
            text=lambda row: row.episode.reference.model,
            path=("reference",),
            value=lambda row: row.episode.reference.model,
        ),
        Column(
            title="Asked on",
            text=lambda row: date_text(row.episode.reference.day),
            path=("asked_on",),
            value=lambda row: row.episode.reference.day.isoformat(),
            figure=True,
        ),
        Column(path=("follower",), value=_follower),
        Column(
            title="Months",
            text=lambda row: f"over {row.months:.1f}" if row.episode.open else f"{row.months:.1f}",
            path=("lag_months",),
            value=lambda row: round(row.months, DECIMALS),
            figure=True,
        ),
        Column(path=("open",), value=lambda row: row.episode.open),
        Column(path=("lags_known",), value=lambda row: row.lags_known),
        Column(path=("compared",), value=lambda row: row.compared),
        Column(path=("vintage",), value=lambda row: None if row.vintage is None else row.vintage.isoformat()),
        Column(path=("hindsight",), value=lambda row: row.hindsight),
        *(_said_column(name) for name in STRUCTURES),
        *(Column(path=("rivals", name), value=_rival(name)) for name in RIVALS),
    ]
    return Table(
        "What was said of every record on its day: median (90% interval), months",
        columns,
        result.episodes,
        lines=_notes(result),
    )


def score_table(result: Hindcast) -> Table[_Scored]:
    """How structures and rivals did over the same episodes."""
    titles = {**STRUCTURES, **RIVALS}
    rows = [_Scored(name, titles[name], score) for name, score in result.scores.items()]
    columns: list[Column[_Scored]] = [
        Column(title="Said by", text=lambda row: f"{row.id}: {row.title}"),
        Column(
            title="CRPS, all",
            text=lambda row: f"{row.score.all:.2f}",
            path=(KEY, "crps"),
            value=lambda row: round(row.score.all, DECIMALS),
            figure=True,
        ),
        Column(
            title="CRPS, met",
            text=lambda row: f"{row.score.closed:.2f}",
            path=(KEY, "crps_closed"),
            value=lambda row: round(row.score.closed, DECIMALS),
            figure=True,
        ),
        *(_coverage_column(level) for level in LEVELS),
        Column(path=(KEY, "episodes"), value=lambda row: len(result.compared)),
    ]
    return Table(
        "How they did",
        columns,
        rows,
        key=lambda row: row.id,
        lead=[verdict(result)],
        lines=[_calibration_line(result), *_open_line(result), SCORED_UP_TO],
    )


def verdict(result: Hindcast) -> str:
    """Say who did better, whoever it is, and whether chance could have made it so."""
    better, worse = (result.best, result.rival) if result.difference.mean > 0.0 else (result.rival, result.best)
    what = "a structure" if better == result.best else "a naive rival"
    return (
        f"Verdict: {better}, {what}, did better than {worse} by {_by_text(result)}: "
        f"{len(result.compared)} episodes, which the error counts as {result.difference.groups}: those that one "
        "Chinese model closed as one, and those still open as one."
    )


def _by_text(result: Hindcast) -> str:
    by, apart = f"{abs(result.difference.mean):.2f}", "months of CRPS"
    if math.isnan(result.difference.error):
        return f"{by} {apart}; whether chance explains it, a single observation cannot tell"
    told = "more than chance explains" if result.difference.sure else "no more than chance explains"
    few = f"{result.difference.errors_by_chance:.1f} errors, of so few"
    return f"{by} +/- {result.difference.error:.2f} {apart}, {told} ({few})"


def calibration_text(result: Hindcast) -> str:
    """Say whether the best structure is calibrated, as far as chance allows one to tell."""
    told = "as calibrated as chance allows one to tell" if result.calibrated else "not calibrated"
    return f"{result.best} is {told}"


def met_text(result: Hindcast) -> str:
    """Say how many records have been met, and by how many models."""
    records, models = len(result.closed), len(result.followers)
    return f"{records} American records met, by {models} Chinese {'model' if models == 1 else 'models'}"


def _calibration_line(result: Hindcast) -> str:
    return (
        f"{calibration_text(result)}: shares of the {met_text(result)}, lie up to {result.worst:.2f} from "
        f"the probabilities given to them; chance stays within {result.reach:.2f} in {1.0 - OUTSIDE:.0%} of cases, "
        "those that one model met coming out as one."
    )


def _open_line(result: Hindcast) -> list[str]:
    """Say to which side shares lean, since they leave out what is still open."""
    count = len(result.compared) - len(result.closed)
    if not count:
        return []
    left = "is the one" if count == 1 else f"are the {count}"
    return [
        f"Left out {left} still open: of records as young only short lags are in, beside which what was said looks "
        "longer than it was."
    ]


def _notes(result: Hindcast) -> list[str]:
    left = [asked.episode.reference.model for asked in result.episodes if not asked.compared]
    later = sum(asked.hindsight for asked in result.episodes)
    lines = []
    if left:
        lines.append(f"Not compared, since too little was known on their days: {', '.join(left)}.")
    if later:
        lines.append(
            f"{later} of {len(result.episodes)} were asked with a later vintage than their days: what had come out "
            "by the day is all that counts, but its scores are those of later."
        )
    return lines


def _said_text(said: Said) -> str:
    low, middle, high = (float(np.quantile(said.values, p)) for p in HEADLINE)
    return f"{middle:.1f} ({low:.1f} to {high:.0f})"


def _said_column(name: str) -> Column[Asked]:
    def text(row: Asked) -> str:
        said = row.said.get(name)
        return "" if said is None else _said_text(said)

    def value(row: Asked) -> Any:
        said = row.said.get(name)
        return None if said is None else _said_as_json(said, row.episode.open)

    return Column(title=name, text=text, path=("structures", name), value=value, figure=True)


def _said_as_json(said: Said, still_open: bool) -> dict[str, Any]:
    return {
        "quantiles": {f"{p:g}": round(float(np.quantile(said.values, p)), DECIMALS) for p in QUANTILES},
        "pit": None if still_open else round(said.probability, PROBABILITY_DECIMALS),
        "pit_at_least": round(said.probability, PROBABILITY_DECIMALS) if still_open else None,
        "crps": round(said.score, DECIMALS),
    }


def _rival(name: str) -> Callable[[Asked], Any]:
    def value(row: Asked) -> Any:
        said = row.said.get(name)
        if said is None:
            return None
        return {"lag_months": round(float(said.values[0]), DECIMALS), "crps": round(said.score, DECIMALS)}

    return value


def _coverage_column(level: float) -> Column[_Scored]:
    def text(row: _Scored) -> str:
        return f"{row.score.coverage[level]:.0%} of {row.score.decided[level]}" if level in row.score.coverage else ""

    def value(row: _Scored) -> Any:
        return round(row.score.coverage[level], PROBABILITY_DECIMALS) if level in row.score.coverage else None

    return Column(title=f"In {level:.0%}", text=text, path=(KEY, "coverage", f"{level:g}"), value=value, figure=True)


def _follower(row: Asked) -> str | None:
    return None if row.episode.follower is None else row.episode.follower.model


def _as_json(
    result: Hindcast, episodes: Table[Asked], scores: Table[_Scored], gate: Sequence[Table[Any]]
) -> dict[str, Any]:
    own = dict(zip(("gate", "dates"), map(to_json, gate), strict=False))
    return {
        **own,
        "schema": 1,
        "table": origin_of(result.table),
        "gate_tables": None
        if result.gate is None
        else {"index": origin_of(result.gate.table), "stocks": origin_of(result.gate.stocks)},
        "until": result.until.isoformat(),
        "crps_horizon_months": HORIZON,
        "episodes": to_json(episodes),
        "scores": to_json(scores),
        "verdict": {
            "text": verdict(result),
            "structure": result.best,
            "rival": result.rival,
            "difference": round(result.difference.mean, DECIMALS),
            "error": number(result.difference.error, DECIMALS),
            "episodes": len(result.compared),
            "observations": result.difference.groups,
        },
        "calibration": {
            "structure": result.best,
            "calibrated": result.calibrated,
            "episodes": len(result.closed),
            "observations": len(result.followers),
            "worst": round(result.worst, PROBABILITY_DECIMALS),
            "reach": round(result.reach, PROBABILITY_DECIMALS),
            "outside": OUTSIDE,
        },
    }
