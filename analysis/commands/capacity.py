"""``catchup capacity``: China's compute through 2027, in two accounts."""

from __future__ import annotations

from ..inference.estimates import Distribution
from ..studies.readings.capacity import Capacity
from .options import Asked
from .output import console, date_text, print_json, table, warn_if_few

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
MILLION = 1e6
NATIONS = {"us": "United States", "china": "China"}


def capacity(*, asked: Asked | None = None) -> int:
    """China's compute through 2027: a data set's figures carried forward, beside what the race's own imply."""
    from ..studies.readings.capacity import capacity as carry_forward

    asked = asked or Asked()
    result = carry_forward(asked.posterior())
    if asked.json:
        print_json(result.as_json())
    else:
        print_capacity(result)
        warn_if_few(result.coverage)
    return 0


def print_capacity(result: Capacity) -> None:
    """Print capacity for people."""
    out = console()
    known = [
        (NATIONS[nation], f"{part.performance:.3g}", f"{part.share:.0%}", f"{part.h100e:,.0f}", f"{part.whole:.3g}")
        for nation, part in result.nations.items()
    ]
    out.print(table("Known in 2025", "FLOP/s", "share", "H100e", "whole data set, FLOP/s", rows=known))
    for name, title in result.titles.items():
        carried: list[tuple[str, ...]] = [
            (date_text(row.day), f"{row.known[name].quantile_value(MIDDLE):.3g}", *_millions(row.whole[name]))
            for row in result.days
        ]
        columns = ("known, FLOP/s", "5%", "median", "95%, million H100e")
        out.print(table("Data set, carried to", *columns, rows=carried, title=title))
    race: list[tuple[str, ...]] = [
        (date_text(row.day), *_millions(row.inside), *_millions(row.with_remote))
        for row in result.days
        if row.inside is not None and row.with_remote is not None
    ]
    places = ("inside: 5%", "median", "95%", "with remote: 5%", "median", "95%")
    out.print(table("Race, all owners", *places, rows=race, title="The race's own figures, million H100e"))
    implied, prior = (
        [f"{spread.quantile_value(p):.1%}" for p in (MIDDLE, LOW, HIGH)]
        for spread in (result.coverage_implied, result.coverage)
    )
    out.print(
        f"The data set's figure is {implied[0]} ({implied[1]} to {implied[2]}) of what the race has inside China at "
        f"t = 0; it is believed to cover {prior[0]} ({prior[1]} to {prior[2]}). Of the dies obtained through a proxy "
        f"alone it would be {result.coverage_at_most:.0%}."
    )
    essay = result.essay
    out.print(
        f"The essay's {essay.published:.4g} FLOP/s by 2027 is {essay.years_published:.2f} years of growth at "
        f"{essay.growth:.0%}; two years from 2025 make {essay.after_two_years:.3g}."
    )


def _millions(spread: Distribution) -> tuple[str, ...]:
    return tuple(f"{spread.quantile_value(p) / MILLION:.2f}" for p in (LOW, MIDDLE, HIGH))
