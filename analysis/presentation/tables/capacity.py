"""National capacity: China's compute through 2027, in the data set's account and in the race's."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ....model.capacity import COVERAGE, load_capacity_scenarios
from ...inference.estimates import Distribution
from ...inference.json_values import significant
from ...inference.probabilities import HEADLINE, QUANTILES
from ...studies.readings.capacity import Capacity, CapacityOn, EssayArithmetic, KnownPart
from ..json_form import SPREAD_DIGITS, scaled_as_json, spread_as_json, to_json
from ..table import ABSENT, KEY, Column, Layout, Table
from ..text import and_text, date_text, quantile_text
from .columns import drawn_text, source_names, spread_columns

MILLION = 1e6
NATIONS = {"us": "United States", "china": "China"}
INSIDE = "The race's own figures, all owners, inside China"
WITH_REMOTE = "The race's own figures, all owners, with remote access"
UNIT = "million H100e"

Nation = tuple[str, KnownPart]
Figure = tuple[str, str, float]


@dataclass(frozen=True)
class _Share:
    """A share of China's compute that the data set knows of: a distribution, or one figure."""

    id: str
    title: str
    spread: Distribution | None = None
    figure: float = 0.0

    def at(self, p: float) -> float:
        """The share at a quantile."""
        return self.figure if self.spread is None else self.spread.quantile_value(p)


def layout(result: Capacity) -> Layout:
    """Lay out national capacity."""
    nations, days = nation_table(result), day_table(result)
    coverage, essay = coverage_table(result), essay_table(result)
    return Layout(
        tables=(nations, days, coverage, essay),
        json=lambda: _as_json(result, nations, days, coverage, essay),
        head=(drawn_text(result.origin),),
    )


def nation_table(result: Capacity) -> Table[Nation]:
    """What the data set knows of each nation."""
    columns: list[Column[Nation]] = [
        Column(title="Known in 2025", text=lambda row: NATIONS[row[0]]),
        Column(
            title="FLOP/s",
            text=lambda row: f"{row[1].performance:.3g}",
            path=(KEY, "flop_per_second"),
            value=lambda row: row[1].performance,
            figure=True,
        ),
        Column(
            title="share",
            text=lambda row: f"{row[1].share:.0%}",
            path=(KEY, "share"),
            value=lambda row: row[1].share,
            figure=True,
        ),
        Column(
            title="H100e",
            text=lambda row: f"{row[1].h100e:,.0f}",
            path=(KEY, "h100e"),
            value=lambda row: significant(row[1].h100e, SPREAD_DIGITS),
            figure=True,
        ),
        Column(
            title="whole data set, FLOP/s",
            text=lambda row: f"{row[1].whole:.3g}",
            path=(KEY, "data_set_flop_per_second"),
            value=lambda row: significant(row[1].whole, SPREAD_DIGITS),
            figure=True,
        ),
    ]
    return Table(
        "What a data set of known supercomputers holds",
        columns,
        list(result.nations.items()),
        key=lambda row: row[0],
        sources=source_names(result.question, [COVERAGE]),
    )


def day_table(result: Capacity) -> Table[CapacityOn]:
    """Both accounts through time: a part for each growth of the data set's figures, and one for the race."""
    columns: list[Column[CapacityOn]] = [
        Column(title="On", text=lambda row: date_text(row.day), path=("date",), value=lambda row: row.day.isoformat()),
        *(_known_column(name, title) for name, title in result.titles.items()),
    ]
    for name, title in result.titles.items():
        columns += _whole_columns(name, title)
    columns += _race_columns(INSIDE, "race_inside_h100e", lambda row: row.inside)
    columns += _race_columns(WITH_REMOTE, "race_with_remote_h100e", lambda row: row.with_remote)
    scenarios = load_capacity_scenarios(result.question.assumptions).values()
    return Table(
        UNIT,
        columns,
        result.days,
        lines=[_beside_text(result)],
        sources=[reference for scenario in scenarios for reference in scenario.references],
    )


def _beside_text(result: Capacity) -> str:
    """Say how the two accounts compare on the last day, by their medians."""
    last = result.days[-1]
    assert last.inside is not None  # the last day is years after t = 0
    inside = last.inside.quantile_value(0.5)
    times = (
        f'{inside / last.whole[name].quantile_value(0.5):.2g} times that of "{title}"'
        for name, title in result.titles.items()
    )
    return f"On {date_text(last.day)} the median of the race inside China is {and_text(times)}."


def _known_column(name: str, title: str) -> Column[CapacityOn]:
    return Column(
        title="known, FLOP/s",
        text=lambda row: f"{row.known[name].quantile_value(0.5):.3g}",
        path=("known_flop_per_second", name),
        value=lambda row: spread_as_json(row.known[name]),
        figure=True,
        group=title,
    )


def _whole_columns(name: str, title: str) -> list[Column[CapacityOn]]:
    return spread_columns(lambda row: row.whole[name], _millions, ("h100e", name), group=title)


def _race_columns(
    group: str, path: str, spread: Callable[[CapacityOn], Distribution | None]
) -> list[Column[CapacityOn]]:
    """Columns of what the race's figures imply; before t = 0 it has none, and says null."""
    return [
        Column(path=(path,), value=lambda row: None if spread(row) is None else ABSENT),
        *spread_columns(spread, _millions, (path,), group=group),
    ]


def _millions(value: float) -> str:
    return f"{value / MILLION:.2f}"


def coverage_table(result: Capacity) -> Table[_Share]:
    """The share of China's compute that the data set knows of: believed, implied by the race, and at most."""

    def column(p: float) -> Column[_Share]:
        return Column(
            title=quantile_text(p) if p in HEADLINE else "",
            text=(lambda row: _share_text(row, p)) if p in HEADLINE else None,
            path=(KEY, f"{p:g}"),
            value=lambda row: ABSENT if row.spread is None else scaled_as_json(row.spread.quantile(p)),
            figure=True,
        )

    columns: list[Column[_Share]] = [
        Column(title="Share of China's compute that the data set knows of", text=lambda row: row.title),
        Column(path=(KEY,), value=lambda row: significant(row.figure, SPREAD_DIGITS) if row.spread is None else ABSENT),
        *map(column, QUANTILES),
    ]
    rows = [
        _Share("prior", "believed", result.coverage),
        _Share("implied_by_race", "implied by the race's stock inside China at t = 0", result.coverage_implied),
        _Share("at_most", "at most, by the dies obtained through a proxy", figure=result.coverage_at_most),
    ]
    title = "Two accounts that must not be mixed: how they compare"
    return Table(title, columns, rows, key=lambda row: row.id, lines=_impossible_lines(rows))


def _impossible_lines(rows: Sequence[_Share]) -> list[str]:
    """Say of what is no share, being above 1, that it cannot be: the two accounts contradict each other."""
    above = [row.title for row in rows if max(map(row.at, HEADLINE)) > 1.0]
    if not above:
        return []
    return [
        f"Above 100%, which no share can be: {'; '.join(above)}. The data set would know of more than China has, so "
        "the figures given for the two cannot both hold."
    ]


def _share_text(row: _Share, p: float) -> str:
    if row.spread is not None:
        return f"{row.spread.quantile_value(p):.1%}"
    return f"{row.figure:.1%}" if p == 0.5 else ""


def essay_table(result: Capacity) -> Table[Figure]:
    """The essay's projection, worked out again."""
    essay = result.essay
    columns: list[Column[Figure]] = [
        Column(title="The essay's projection", text=lambda row: row[0]),
        Column(
            title="FLOP/s",
            text=lambda row: f"{row[2]:.4g}",
            path=(KEY,),
            value=lambda row: significant(row[2], SPREAD_DIGITS),
            figure=True,
        ),
    ]
    rows = [
        ("published, by 2027", "published", essay.published),
        (f"one year of growth at {essay.growth:.0%}", "after_one_year", essay.after_one_year),
        ("two years", "after_two_years", essay.after_two_years),
    ]
    line = (
        f"The essay's {essay.published:.4g} FLOP/s by 2027 {_published_text(essay)}; two years of that growth make "
        f"{essay.after_two_years:.3g}."
    )
    return Table("The essay's arithmetic", columns, rows, lines=[line], key=lambda row: row[1])


def _published_text(essay: EssayArithmetic) -> str:
    years = essay.years_published
    if not math.isfinite(years):
        return f"never comes of its figure for 2025 with growth of {essay.growth:.0%}"
    times = "once, not twice" if abs(years - 1.0) < 0.005 else f"over {years:.2f} years"
    return f"is its figure for 2025 grown by {essay.growth:.0%} {times}"


def _as_json(
    result: Capacity,
    nations: Table[Nation],
    days: Table[CapacityOn],
    coverage: Table[_Share],
    essay: Table[Figure],
) -> dict[str, Any]:
    arithmetic = result.essay
    return {
        **result.origin.as_json(),
        "scenarios": result.titles,
        "known": to_json(nations),
        "essay": {
            "growth": significant(arithmetic.growth, SPREAD_DIGITS),
            **to_json(essay),
            "years_published": significant(arithmetic.years_published, SPREAD_DIGITS),
        },
        "coverage": to_json(coverage),
        "days": to_json(days),
    }
