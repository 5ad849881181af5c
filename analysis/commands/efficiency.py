"""``catchup efficiency``: what progress has to do for compute, and can."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from ..inference.estimates import Distribution
from ..studies.readings.efficiency import READINGS, Efficiency
from .options import WHAT, Asked
from .output import console, date_text, print_json, table, warn_if_few

SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)
CHANNEL_TITLES = {"own": "own innovation", "replicated": "replication", "distilled": "distillation"}
READING_TITLES = {
    "progress": "on Mythos",
    "held_back": "held back",
    "edge": "on labs that progress too",
}


def efficiency(
    *,
    asked: Asked | None = None,
    gap: Annotated[
        float | None, Parameter(group=WHAT, help="Gap in compute to close, a ratio; tenfold by default.")
    ] = None,
) -> int:
    """What efficiency has to do for compute: the progress a launch needs, its channels, and what gaps it closes."""
    from ..studies.readings.efficiency import efficiency as work_out

    asked = asked or Asked()
    result = work_out(asked.posterior(), gap)
    if asked.json:
        print_json(result.as_json())
    else:
        print_efficiency(result)
        warn_if_few(result.needed)
    return 0


def print_efficiency(result: Efficiency) -> None:
    """Print efficiency for people."""
    out = console()
    quantiles = tuple(f"{p:.0%}" for p in SHOWN)
    rows = [("progress the first launch needs", *_factors(result.needed))]
    rows += [(f"  by {CHANNEL_TITLES[name]}", *_factors(spread)) for name, spread in result.channels.items()]
    rows.append((f"gap on {date_text(result.question.as_of)}", *_factors(result.gap_now)))
    out.print(table("Mythos's compute over what is spent, x", *quantiles, rows=rows))
    out.print(f"Distillation would have to give more than it can with probability {result.beyond_ceiling.value:.1%}.\n")
    rows = [(date_text(row.day), *(f"{row.probability[name].value:.1%}" for name in READINGS)) for row in result.closed]
    out.print(table(f"A {result.gap:g}-fold gap closed by", *READING_TITLES.values(), rows=rows))
    for name, meaning in READINGS.items():
        out.print(f"  {READING_TITLES[name]}: {meaning}")
    rows = [
        (f"{gap:g}-fold", *(f"{spread.quantile_value(p):.1f}" for p in SHOWN)) for gap, spread in result.lags.items()
    ]
    out.print()
    out.print(table("A gap in compute, as months of progress", *quantiles, rows=rows))


def _factors(spread: Distribution) -> tuple[str, ...]:
    return tuple(f"{spread.quantile_value(p):.2f}" for p in SHOWN)
